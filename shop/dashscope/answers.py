"""What the server's answers say: an object, a refusal, or that it cannot answer now."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from .errors import (
    DashScopeProtocolError,
    DashScopeRejected,
    DashScopeUnavailable,
    redact,
)

_LONGEST_RETRY_AFTER_S = 300.0


class Answer(Protocol):
    """What is read of an HTTP answer besides its body."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


def decode(what: str, answer: Answer, body: bytes, creates: bool) -> dict[str, Any]:
    """The JSON object of a 2xx answer; every other answer raises a DashScopeError.

    `creates`: the call would create a second task if it were repeated.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    known = found if isinstance(found, dict) else None
    if answer.status_code >= 400:
        raise _error(what, answer, known, creates)
    if known is None or answer.status_code >= 300:
        raise DashScopeProtocolError(
            f"{what} answered {answer.status_code} without a JSON object.",
            status=answer.status_code,
            maybe_accepted=creates and answer.status_code < 300,
        )
    return known


def _error(
    what: str, answer: Answer, body: Mapping[str, Any] | None, creates: bool
) -> DashScopeUnavailable | DashScopeRejected:
    status = answer.status_code
    flat = _flat(body)
    message = flat["message"] or f"{what} answered {status}."
    told: dict[str, Any] = {
        "code": flat["code"],
        "request_id": flat["request_id"],
        "status": status,
    }
    if status == 429 or status >= 500:
        # A 5xx in the protocol's own words is a refusal; one of a gateway on the way
        # (502, 504, a bare page) says nothing about what happened behind it.
        return DashScopeUnavailable(
            message,
            retry_after=_retry_after(answer),
            maybe_accepted=creates and status >= 500 and not flat["code"],
            **told,
        )
    return DashScopeRejected(message, **told)


def _flat(body: Mapping[str, Any] | None) -> dict[str, str]:
    """Code, message and request id; some calls put the first two inside `output`."""
    outer = body or {}
    inner = outer.get("output")
    inner = inner if isinstance(inner, dict) else {}
    found = {}
    for key in ("code", "message", "request_id"):
        value = outer.get(key) or inner.get(key) or ""
        found[key] = redact(value)[:500] if isinstance(value, str) else ""
    found["request_id"] = found["request_id"][:80]
    return found


def gist(body: Mapping[str, Any]) -> dict[str, str]:
    """What a good answer says, in short: ids, the task's state or its trouble."""
    output = body.get("output")
    output = output if isinstance(output, dict) else {}
    found = _flat(body)
    state, task_id = output.get("task_status"), output.get("task_id")
    if isinstance(state, str):
        found["message"] = found["message"] or redact(state)[:80]
    if isinstance(task_id, str):
        found["task_id"] = task_id.replace("\0", "")[:80]
    return found


def check_status(where: str, answer: Answer) -> None:
    """Raise unless this answer brings the file."""
    status = answer.status_code
    if status == 429 or status >= 500:
        raise DashScopeUnavailable(
            f"{where} answered {status}.",
            retry_after=_retry_after(answer),
            status=status,
        )
    if status != 200:
        raise DashScopeRejected(f"{where} answered {status}.", status=status)


def _retry_after(answer: Answer) -> float | None:
    """Seconds to wait, from either form of the header; None without a usable one."""
    text = answer.headers.get("Retry-After", "").strip()
    try:
        if text.isdigit():
            seconds = float(text)
        else:
            until = parsedate_to_datetime(text)
            seconds = (until - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, seconds), _LONGEST_RETRY_AFTER_S)
