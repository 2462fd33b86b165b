"""HTTP for the client: JSON calls and whole-or-nothing downloads, on `requests`."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from .addresses import Guard, Refused, origin_of
from .answers import check_status, decode, gist
from .connections import Watch, Watchdog, pools
from .errors import (
    DashScopeError,
    DashScopeProtocolError,
    DashScopeRejected,
    DashScopeUnavailable,
)
from .messages import Download, Exchange

_CHUNK = 64 * 1024
_MAX_REDIRECTS = 3
_MAX_JSON_BYTES = 4 * 1024 * 1024
_BODY_S = 15.0  # for the pieces of an answer together, beyond the first


class _Bearer(requests.auth.AuthBase):
    """Sends the key. An auth object also keeps ~/.netrc from replacing the header."""

    def __init__(self, api_key: str) -> None:
        self._api_key = api_key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._api_key:
            request.headers["Authorization"] = f"Bearer {self._api_key}"
        return request


class _Adapter(requests.adapters.HTTPAdapter):
    """Connects as `connections` does; through a proxy, the proxy decides where to."""

    def __init__(self, guard: Guard | None) -> None:
        self._guard = guard
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = pools(self._guard)

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*arguments, **options)
        manager.pool_classes_by_scheme = pools()
        return manager


class Transport:
    """One HTTP session per thread, for `requests` does not promise to share one.

    Each thread has two: the server itself is where its operator says, what it names is
    fetched from public addresses, from its own origin, and from `result_origins`.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        timeout: tuple[float, float],
        result_origins: Iterable[str] = (),
    ) -> None:
        if not api_key.isprintable() or not api_key.isascii():
            raise ValueError("The API key has characters that no header can carry.")
        self._base_url = base_url.rstrip("/")
        self._auth = _Bearer(api_key)
        self._timeout = timeout
        self._guard = Guard([self._base_url, *result_origins])
        self._watchdog = Watchdog()
        self._local = threading.local()
        self._opened: list[requests.Session] = []

    def close(self) -> None:
        for http in self._opened:
            http.close()
        self._watchdog.close()

    @property
    def _http(self) -> requests.Session:
        return self._session("http", None)

    @property
    def _web(self) -> requests.Session:
        return self._session("web", self._guard)

    def _session(self, name: str, guard: Guard | None) -> requests.Session:
        if not hasattr(self._local, name):
            session = requests.Session()
            for scheme in ("http://", "https://"):
                session.mount(scheme, _Adapter(guard))
            setattr(self._local, name, session)
            self._opened.append(session)
        return getattr(self._local, name)

    @contextmanager
    def recording(self) -> Iterator[list[Exchange]]:
        """A list of what this thread exchanges with the server meanwhile."""
        found: list[Exchange] = []
        self._local.exchanges = found
        try:
            yield found
        finally:
            self._local.exchanges = None

    @contextmanager
    def _recorded(self, call: str) -> Iterator[dict[str, Any]]:
        """Record an exchange; the block fills in what it learns of the answer."""
        learned: dict[str, Any] = {}
        started = time.monotonic()
        try:
            yield learned
        except DashScopeError as error:
            told = {
                "status": error.status,
                "request_id": error.request_id,
                "code": error.code,
            }
            learned |= {key: value for key, value in told.items() if value}
            learned["message"] = error.message
            raise
        finally:
            exchanges = getattr(self._local, "exchanges", None)
            if exchanges is not None:
                took_ms = round(1000 * (time.monotonic() - started))
                exchanges.append(Exchange(call, datetime.now(UTC), took_ms, **learned))

    def call(
        self,
        name: str,
        method: str,
        path: str,
        **options: Any,
    ) -> dict[str, Any]:
        """Make one API call and return the JSON object of its 2xx answer.

        `name` is for the record. `creates` marks a call whose repetition would create a
        second task; its errors say in `maybe_accepted` whether the server may have
        taken the first.
        """
        with self._recorded(name) as learned:
            return self._call(learned, method, path, **options)

    def _call(
        self,
        learned: dict[str, Any],
        method: str,
        path: str,
        *,
        creates: bool = False,
        timeout: tuple[float, float] | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        what = f"{method} {path}"
        timeout = timeout or self._timeout
        try:
            with (
                self._watchdog.within(sum(timeout) + _BODY_S) as watch,
                self._http.request(
                    method,
                    self._base_url + path,
                    auth=self._auth,
                    timeout=timeout,
                    allow_redirects=False,  # a redirect would turn a POST into a GET
                    stream=True,  # so that a broken body is told from a broken connect
                    **kwargs,
                ) as answer,
            ):
                learned["status"] = answer.status_code
                body = _read(answer, _MAX_JSON_BYTES, watch)
        except requests.RequestException as error:
            lost = creates and _may_have_been_sent(error)
            raise DashScopeUnavailable(
                f"{what} got no answer ({type(error).__name__}).", maybe_accepted=lost
            ) from error
        except ValueError as error:  # a Location that cannot be read
            raise DashScopeProtocolError(
                f"{what} answered with an unusable address.", maybe_accepted=creates
            ) from error
        except Refused as refusal:
            raise DashScopeProtocolError(
                f"{what}: {refusal}.", maybe_accepted=creates
            ) from refusal
        found = decode(what, answer, body, creates)
        learned |= gist(found)
        return found

    def download(
        self, url: str, max_bytes: int, max_seconds: float, types: tuple[str, ...]
    ) -> Download:
        """Get a whole file, or raise; no key is sent. See `DashScopeClient`."""
        with self._recorded("download") as learned:
            found = self._download(learned, url, max_bytes, max_seconds, types)
            learned["message"] = f"{found.content_type}, {len(found.content)} bytes"
            return found

    def _download(
        self,
        learned: dict[str, Any],
        url: str,
        max_bytes: int,
        max_seconds: float,
        types: tuple[str, ...],
    ) -> Download:
        where = "The file"
        try:
            where = f"The file at {origin_of(url)[1]}"
            with (
                self._watchdog.within(max_seconds) as watch,
                self._follow(url) as answer,
            ):
                learned["status"] = answer.status_code
                check_status(where, answer)
                kind = answer.headers.get("Content-Type", "").split(";")[0].strip()
                if kind and not kind.lower().startswith(types):
                    raise Refused(f"is {kind[:80]!r}, not a picture")
                packed = answer.headers.get("Content-Encoding", "identity")
                if packed.lower() != "identity":  # nobody asked for that
                    raise Refused(f"is packed as {packed[:80]!r}")
                content = _read(answer, max_bytes, watch)
        except ValueError as error:  # `requests` reads Location itself, too
            raise DashScopeRejected(f"{where} is at an unusable address.") from error
        except requests.RequestException as error:
            raise DashScopeUnavailable(
                f"{where} did not arrive whole ({type(error).__name__})."
            ) from error
        except Refused as refusal:
            raise DashScopeRejected(f"{where} {refusal}.") from refusal
        if not content:
            raise DashScopeUnavailable(f"{where} is empty.")
        return Download(content, kind.lower())

    def _follow(self, url: str) -> requests.Response:
        """GET `url` through a few redirects that stay within http and https."""
        for _ in range(_MAX_REDIRECTS + 1):
            scheme = origin_of(url)[0]
            answer = self._web.get(
                url,
                auth=_Bearer(""),
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
                headers={"Accept-Encoding": "identity"},
            )
            if not answer.is_redirect:
                return answer
            location = answer.headers["Location"]
            answer.close()
            url = _joined(url, location)
            if scheme == "https" and origin_of(url)[0] == "http":
                raise Refused("moved from https to http")
        raise Refused("moves around in circles")


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise Refused("moved to an address that cannot be read") from error


def _read(answer: requests.Response, max_bytes: int, watch: Watch) -> bytes:
    """The whole body. A body shorter than its Content-Length raises in `requests`."""
    length = answer.headers.get("Content-Length", "")
    if length.isdigit() and int(length[:20]) > max_bytes:
        raise Refused(f"is larger than {max_bytes} bytes")
    parts, size = [], 0
    for part in answer.iter_content(_CHUNK):
        size += len(part)
        if size > max_bytes:
            raise Refused(f"is larger than {max_bytes} bytes")
        parts.append(part)
    if watch.is_cut:  # which may look like the end of a body without a length
        raise requests.ReadTimeout("the body took too long")
    return b"".join(parts)


def _may_have_been_sent(error: requests.RequestException) -> bool:
    """Could the server have got this request? No, if no connection ever stood."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.InvalidURL):
        return False
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    return not isinstance(reason, NewConnectionError | ConnectTimeoutError)
