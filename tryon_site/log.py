"""What keeps the log readable."""

import logging


class NotAProbe(logging.Filter):
    """Drops Django's line for each 503 of the health page; `health` says it once."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        return getattr(request, "path", "") != "/healthz"
