"""What can go wrong when talking to a DashScope try-on server.

DashScopeError
├── DashScopeUnavailable     no answer, 429 or 5xx: ask again later
├── DashScopeRejected        it understood and said no: asking again will not help
└── DashScopeProtocolError   an answer that the protocol does not know

Whether a repeat is safe: queries, lists and downloads always are. A submit is safe to
repeat only when `maybe_accepted` is False; otherwise look into the task list first.
Messages hold no key, no signed URL and no request body.
"""

import re


class DashScopeError(Exception):
    """Base of all errors of this package.

    Attributes
    ----------
    maybe_accepted : bool
        True when a submit went out and its answer was lost or not understood: the
        server may or may not have taken the task.
    code, request_id : str
        As the server sent them; "" when it sent none.
    status : int or None
        HTTP status of the answer, None when there was none.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        request_id: str = "",
        status: int | None = None,
        maybe_accepted: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.request_id = request_id
        self.status = status
        self.maybe_accepted = maybe_accepted

    @property
    def message(self) -> str:
        return str(self)

    @property
    def summary(self) -> str:
        """One line for an operator: code, if there is one, and message."""
        return f"{self.code}: {self.message}" if self.code else self.message


class DashScopeUnavailable(DashScopeError):
    """No answer, throttled (429) or broken (5xx): ask again later.

    `retry_after` is the number of seconds that the server asked to wait, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        code: str = "",
        request_id: str = "",
        status: int | None = None,
        maybe_accepted: bool = False,
    ) -> None:
        super().__init__(
            message,
            code=code,
            request_id=request_id,
            status=status,
            maybe_accepted=maybe_accepted,
        )
        self.retry_after = retry_after

    @property
    def is_throttled(self) -> bool:
        return self.status == 429


class DashScopeRejected(DashScopeError):
    """The server refused the call (4xx but 429); `code` and `message` say why."""


class DashScopeProtocolError(DashScopeError):
    """The answer is not one of the protocol: their bug, ours, or a proxy's page."""


_QUERY = re.compile(r"(?P<address>\w+://[^\s?]+)\?\S+")
_DATA = re.compile(r"data:[\w/+.;-]+,\S+")
_KEY = re.compile(r"\bsk-[\w-]+|(?<=Bearer )\S+")


def redact(text: str) -> str:
    """`text` without what must not be kept: keys, URL signatures, inline pictures."""
    text = _DATA.sub("data:…", _QUERY.sub(r"\g<address>?…", clean(text)))
    return _KEY.sub("sk-…", text)


def clean(text: str) -> str:
    """`text` as it can be stored, and on one line: without control characters.

    PostgreSQL refuses zero characters, and no encoding has lone surrogates.
    """
    text = text.replace("\0", "").encode("utf-8", "replace").decode()
    return "".join(one if one.isprintable() else " " for one in text)
