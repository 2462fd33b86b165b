"""Images in: from http(s) and data: URLs, within limits, never from private networks.

A shopper's or merchant's URL makes this machine open connections, so every hop is
taken by hand: the URL is read once, its host resolved once, the addresses judged, and
the connection made to an address that passed, with the name kept for Host and TLS.
What is checked is what is used, whatever a second DNS answer or another URL parser
would say.
"""

import base64
import binascii
import ipaddress
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

import urllib3
from django.conf import settings
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError

from . import errors
from .errors import ProtocolError

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_S: Final = 3.0
READ_TIMEOUT_S: Final = 5.0
TOTAL_TIMEOUT_S: Final = 15.0
"""For all hops together; also ends a host that sends one byte at a time."""
MAX_REDIRECTS: Final = 3
CHUNK_BYTES: Final = 64 * 1024
CA_BUNDLE: Final = DEFAULT_CA_BUNDLE_PATH
HEADERS: Final = {
    # Image hosts may know callers of the hosted service by the name in brackets.
    "User-Agent": "FittingRoomEngine/1.0 (compatible; DashScopeUserBot)",
    "Accept": "image/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
HEIC_BRANDS: Final = frozenset(
    (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
)
DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Limits:
    """How many bytes an image file may have, both ends included."""

    least: int
    most: int


PHOTO: Final = Limits(5 * 1024, 5 * 1024 * 1024)
"""The protocol's limits for person and garment pictures."""
COARSE: Final = Limits(1, 64 * 1024 * 1024)
"""Coarse images are our own lossless results, up to 4096 x 4096 pixels."""


def fetch_image(url: str, limits: Limits = PHOTO) -> bytes:
    """Return the image file behind an http(s) or base64 data: URL, `judged`.

    Raises `ProtocolError` with the protocol's code for what is wrong.
    """
    if url[:5].lower() == "data:":
        content = _decode_data_url(url, limits)
    else:
        content = _download(url, limits)
    return judged(content, limits)


def judged(content: bytes, limits: Limits) -> bytes:
    """Return `content` if it begins like a JPEG, PNG, BMP, WEBP or HEIC file.

    Whether it decodes is not checked here.
    """
    if len(content) < limits.least:
        raise ProtocolError(errors.BAD_IMAGE_SIZE, f"{len(content)} bytes")
    if not looks_like_image(content):
        raise ProtocolError(errors.BAD_URL, "the content is no supported image")
    return content


def looks_like_image(content: bytes) -> bool:
    """Tell by the first bytes; names and content types say nothing."""
    if content[:4] == b"RIFF":
        return content[8:12] == b"WEBP"
    if content[4:8] == b"ftyp":
        return content[8:12] in HEIC_BRANDS
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM"))


def _decode_data_url(url: str, limits: Limits) -> bytes:
    head, comma, payload = url.partition(",")
    if not comma or not head.lower().endswith(";base64"):
        raise ProtocolError(errors.BAD_URL, "a data: URL without base64")
    if len(payload) > limits.most * 3 // 2:  # base64 adds a third, line breaks a bit
        raise ProtocolError(errors.BAD_IMAGE_SIZE, f"{len(payload)} base64 characters")
    try:
        packed = b"".join(unquote_to_bytes(payload).split())
        content = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise ProtocolError(errors.BAD_URL, f"broken base64: {exc}") from exc
    if len(content) > limits.most:
        raise ProtocolError(errors.BAD_IMAGE_SIZE, f"{len(content)} bytes")
    return content


# --- One URL, read once --------------------------------------------------------------
@dataclass(frozen=True)
class Target:
    """A checked http(s) URL, in the parts that the connection is made of."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def from_url(cls, url: str) -> "Target":
        if re.search(r"[\x00-\x20\x7f\\]", url):  # urlsplit would drop or shift some
            raise ProtocolError(errors.BAD_URL, "control character, space or backslash")
        try:
            parts = urlsplit(url)
            scheme, port = parts.scheme.lower(), parts.port
            host = (parts.hostname or "").encode("idna").decode("ascii")
        except ValueError as exc:  # also UnicodeError
            raise ProtocolError(errors.BAD_URL, f"unreadable URL: {exc}") from exc
        if scheme not in DEFAULT_PORTS or not host:
            raise ProtocolError(errors.BAD_URL, f"scheme {scheme[:10]!r} or no host")
        if "@" in parts.netloc:
            raise ProtocolError(errors.BAD_URL, "user or password in the URL")
        path = parts.path or "/"
        path += f"?{parts.query}" if parts.query else ""
        # Keep what is encoded already, encode the rest (non-ASCII names).
        path = quote(path, safe="%/:=&?~#+!$,;'@()*[]")
        return cls(scheme, host, port or DEFAULT_PORTS[scheme], path)

    @property
    def authority(self) -> str:
        """Host and port as in a Host header; what messages and logs may show."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_default = self.port == DEFAULT_PORTS[self.scheme]
        return host if is_default else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


def resolve(target: Target) -> list[str]:
    """Return the addresses of `target` that may be connected to, in resolver order.

    Public addresses only, unless `TRYON_ENGINE_IMAGE_ORIGINS` lists the very origin.
    `getaddrinfo` turns decimal, octal and short forms of IPv4 into plain ones first.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise ProtocolError(
            errors.BAD_URL, f"{target.host} does not resolve: {exc}"
        ) from exc
    addresses = [str(entry[4][0]) for entry in found]
    if _is_listed(target):
        return addresses
    public = [address for address in addresses if is_public(address)]
    if not public:
        raise ProtocolError(
            errors.BAD_URL,
            f"{target.authority} is not public ({', '.join(addresses)}); "
            "list its origin in TRYON_ENGINE_IMAGE_ORIGINS if it may be used",
        )
    return public


def _is_listed(target: Target) -> bool:
    return any(
        Target.from_url(origin).origin == target.origin
        for origin in settings.TRYON_ENGINE_IMAGE_ORIGINS
    )


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    IPv6 forms that carry an IPv4 address (mapped, 6to4, Teredo, NAT64) are refused as
    a whole: no image host needs them, and the inner address could be anything.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and (
        ip.ipv4_mapped or ip.sixtofour or ip.teredo
    ):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


# --- One download -------------------------------------------------------------------
def _download(url: str, limits: Limits) -> bytes:
    deadline = time.monotonic() + TOTAL_TIMEOUT_S
    for _ in range(MAX_REDIRECTS + 1):
        target = Target.from_url(url)
        with _get(target, deadline) as answer:
            location = answer.headers.get("Location")
            if answer.status not in (301, 302, 303, 307, 308) or not location:
                _refuse_unless_ok(answer.status, target)
                return _read_body(answer, limits)
        try:
            url = urljoin(url, location)
        except ValueError as exc:
            raise ProtocolError(errors.BAD_URL, "an unreadable redirect") from exc
    raise ProtocolError(errors.BAD_URL, f"more than {MAX_REDIRECTS} redirects")


@contextmanager
def _get(target: Target, deadline: float) -> Iterator[urllib3.HTTPResponse]:
    """Send the request and yield the answer, to be read inside the block.

    Whatever goes wrong until the end of the block becomes a `ProtocolError`.
    """
    try:
        with ExitStack() as stack:
            connection = stack.enter_context(closing(_connect(target, deadline)))
            watchdog = _cut_at(deadline, connection.sock)
            stack.callback(watchdog.cancel)
            connection.request(
                "GET",
                target.path,
                headers=HEADERS | {"Host": target.authority},
                preload_content=False,
                decode_content=False,
            )
            yield stack.enter_context(closing(connection.getresponse()))
            if time.monotonic() >= deadline:  # a cut connection can look like the end
                raise TimeoutError
    except (HTTPError, HTTPException, OSError) as exc:
        if time.monotonic() >= deadline or _is_timeout(exc):
            raise ProtocolError(errors.DOWNLOAD_TIMEOUT, host=target.authority) from exc
        raise ProtocolError(
            errors.DOWNLOAD_FAILED, f"{target.authority}: {type(exc).__name__}"
        ) from exc


def _connect(target: Target, deadline: float) -> HTTPConnection:
    """Connect to the first address that answers."""
    refusal: Exception | None = None
    for address in resolve(target):
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        connection = _connection(target, address)
        connection.timeout = min(CONNECT_TIMEOUT_S, left_s)
        try:
            connection.connect()
        except (HTTPError, OSError) as exc:
            connection.close()
            refusal = exc
            continue
        connection.sock.settimeout(READ_TIMEOUT_S)
        connection.timeout = READ_TIMEOUT_S
        return connection
    if refusal and _is_timeout(refusal):
        raise refusal
    raise ProtocolError(errors.CONNECTION_REFUSED, host=target.authority) from refusal


def _connection(target: Target, address: str) -> HTTPConnection:
    if target.scheme == "http":
        return HTTPConnection(address, target.port)
    return HTTPSConnection(
        address,
        target.port,
        server_hostname=target.host,
        cert_reqs="CERT_REQUIRED",
        ca_certs=CA_BUNDLE,
    )


def _cut_at(deadline: float, sock: socket.socket) -> threading.Timer:
    """Shut `sock` at `deadline`: read timeouts alone never end a body that drips."""

    def cut() -> None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            logger.debug("The connection ended just before its deadline")

    timer = threading.Timer(max(deadline - time.monotonic(), 0), cut)
    timer.daemon = True
    timer.start()
    return timer


def _is_timeout(exc: BaseException | None) -> bool:
    while exc:
        # In urllib3 a refused connection is a kind of timeout as well.
        if isinstance(exc, TimeoutError | urllib3.exceptions.TimeoutError) and (
            not isinstance(exc, NewConnectionError)
        ):
            return True
        exc = exc.__cause__ or exc.__context__
    return False


def _refuse_unless_ok(status: int, target: Target) -> None:
    reason = f"{target.authority} answered {status}"
    if status in (404, 410):
        raise ProtocolError(errors.MEDIA_NOT_FOUND, reason)
    if status in (401, 403):
        raise ProtocolError(errors.MEDIA_FORBIDDEN, reason)
    if status != 200:
        raise ProtocolError(errors.DOWNLOAD_FAILED, reason)


def _read_body(answer: urllib3.HTTPResponse, limits: Limits) -> bytes:
    """Read until the end or one byte too many. A body shorter than announced raises."""
    announced = answer.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:20]) > limits.most:
        raise ProtocolError(errors.BAD_IMAGE_SIZE, f"{announced[:20]} bytes announced")
    content = bytearray()
    for chunk in answer.stream(CHUNK_BYTES, decode_content=False):
        content += chunk
        if len(content) > limits.most:
            raise ProtocolError(errors.BAD_IMAGE_SIZE, f"over {limits.most} bytes")
    return bytes(content)
