"""HTTP for the client: JSON calls and whole-or-nothing downloads, on `requests`."""

import json
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from .errors import (
    DashScopeProtocolError,
    DashScopeRejected,
    DashScopeUnavailable,
    redact,
)
from .messages import Download

_CHUNK = 64 * 1024
_MAX_REDIRECTS = 3
_MAX_JSON_BYTES = 4 * 1024 * 1024


class _Bearer(requests.auth.AuthBase):
    """Sends the key. An auth object also keeps ~/.netrc from replacing the header."""

    def __init__(self, api_key: str) -> None:
        self._api_key = api_key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._api_key:
            request.headers["Authorization"] = f"Bearer {self._api_key}"
        return request


class Transport:
    """One HTTP session per thread, for `requests` does not promise to share one."""

    def __init__(self, base_url: str, api_key: str, timeout: tuple[float, float]):
        self._base_url = base_url.rstrip("/")
        self._auth = _Bearer(api_key)
        self._timeout = timeout
        self._local = threading.local()
        self._opened: list[requests.Session] = []

    def close(self) -> None:
        for http in self._opened:
            http.close()

    @property
    def _http(self) -> requests.Session:
        if not hasattr(self._local, "http"):
            self._local.http = requests.Session()
            self._opened.append(self._local.http)
        return self._local.http

    def call(
        self,
        method: str,
        path: str,
        *,
        creates: bool = False,
        timeout: tuple[float, float] | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Make one API call and return the JSON object of its 2xx answer.

        `creates` marks a call whose repetition would create a second task; its errors
        say in `maybe_accepted` whether the server may have taken the first.
        """
        what = f"{method} {path}"
        try:
            with self._http.request(
                method,
                self._base_url + path,
                auth=self._auth,
                timeout=timeout or self._timeout,
                allow_redirects=False,  # a redirect would turn a POST into a GET
                stream=True,  # so that a broken body is told from a broken connect
                **kwargs,
            ) as answer:
                body = _read(answer, _MAX_JSON_BYTES, time.monotonic() + 60)
        except requests.RequestException as error:
            lost = creates and _may_have_been_sent(error)
            raise DashScopeUnavailable(
                f"{what} got no answer ({type(error).__name__}).", maybe_accepted=lost
            ) from error
        except _Refused as refusal:
            raise DashScopeProtocolError(
                f"{what}: {refusal}.", maybe_accepted=creates
            ) from refusal
        return _decode(what, answer, body, creates)

    def download(
        self, url: str, max_bytes: int, max_seconds: float, types: tuple[str, ...]
    ) -> Download:
        """Get a whole file, or raise; no key is sent. See `DashScopeClient`."""
        where = f"The file at {urlsplit(url).hostname or 'an unknown host'}"
        deadline = time.monotonic() + max_seconds
        try:
            with self._follow(url) as answer:
                _check_status(where, answer)
                kind = answer.headers.get("Content-Type", "").split(";")[0].strip()
                if kind and not kind.lower().startswith(types):
                    raise _Refused(f"is {kind[:80]!r}, not a picture")
                content = _read(answer, max_bytes, deadline)
        except requests.RequestException as error:
            raise DashScopeUnavailable(
                f"{where} did not arrive whole ({type(error).__name__})."
            ) from error
        except _Refused as refusal:
            raise DashScopeRejected(f"{where} {refusal}.") from refusal
        if not content:
            raise DashScopeUnavailable(f"{where} is empty.")
        return Download(content, kind.lower())

    def _follow(self, url: str) -> requests.Response:
        """GET `url` through a few redirects that stay within http and https."""
        for _ in range(_MAX_REDIRECTS + 1):
            if urlsplit(url).scheme not in ("http", "https"):
                raise _Refused("is not at a http or https address")
            answer = self._http.get(
                url,
                auth=_Bearer(""),
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
                headers={"Accept-Encoding": "identity"},
            )
            if not answer.is_redirect:
                return answer
            target = urljoin(url, answer.headers["Location"])
            answer.close()
            if urlsplit(url).scheme == "https" and urlsplit(target).scheme == "http":
                raise _Refused("moved from https to http")
            url = target
        raise _Refused("moves around in circles")


class _Refused(Exception):
    """The answer breaks a limit of ours; the message completes a sentence."""


def _read(answer: requests.Response, max_bytes: int, deadline: float) -> bytes:
    """The whole body. A body shorter than its Content-Length raises in `requests`."""
    length = answer.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > max_bytes:
        raise _Refused(f"is larger than {max_bytes} bytes")
    parts, size = [], 0
    for part in answer.iter_content(_CHUNK):
        size += len(part)
        if size > max_bytes:
            raise _Refused(f"is larger than {max_bytes} bytes")
        if time.monotonic() > deadline:
            raise requests.ReadTimeout("the body took too long")
        parts.append(part)
    return b"".join(parts)


def _decode(
    what: str, answer: requests.Response, body: bytes, creates: bool
) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
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
    what: str, answer: requests.Response, body: Mapping[str, Any] | None, creates: bool
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


def _check_status(where: str, answer: requests.Response) -> None:
    status = answer.status_code
    if status == 429 or status >= 500:
        raise DashScopeUnavailable(
            f"{where} answered {status}.",
            retry_after=_retry_after(answer),
            status=status,
        )
    if status != 200:
        raise DashScopeRejected(f"{where} answered {status}.", status=status)


def _retry_after(answer: requests.Response) -> float | None:
    """Seconds to wait, from either form of the header; None without a usable one."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(
            0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        )
    except (ValueError, TypeError):
        return None


def _may_have_been_sent(error: requests.RequestException) -> bool:
    """Could the server have got this request? No, if no connection ever stood."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.InvalidURL):
        return False
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    return not isinstance(reason, NewConnectionError | ConnectTimeoutError)
