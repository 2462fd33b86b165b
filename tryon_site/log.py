"""What keeps the log readable, and free of what must not be in it."""

import logging
import re
from typing import Final

SECRETS: Final = re.compile(
    r"""(?P<before>
        \bBearer\s+                                    # a key in a header
      | \bsk-(?=[\w-]{8})                              # a key by itself
      | /results/ | /files/ | /shared/ | /new-password/ # each address is a permission
      | [?&;](?:[\w-]*signature|sig|token|policy|X-Amz-Credential|OSSAccessKeyId)=
    )
    [^\s"'&,;)\]}]+""",
    re.IGNORECASE | re.VERBOSE,
)


class WithoutSecrets(logging.Formatter):
    """Blots out keys, signatures and signed addresses, in tracebacks too.

    Nothing of ours logs them on purpose; errors of libraries quote addresses.
    """

    def format(self, record: logging.LogRecord) -> str:
        return SECRETS.sub(r"\g<before>[...]", super().format(record))


class NotAProbe(logging.Filter):
    """Drops Django's line for each 503 of the health page; `health` says it once."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        return getattr(request, "path", "") != "/healthz"
