"""Which addresses a result may be fetched from: public ones, and those on a list.

A server names the address of each result, and may be wrong, or not be what it seems:
what it names must not reach into the network that this machine is in. The host is
resolved once, and what was judged is what is connected to.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Origin = tuple[str, str, int]


class Refused(Exception):
    """The answer breaks a limit of ours; the message completes a sentence."""


def origin_of(url: str) -> Origin:
    """Scheme, host and port of a web address. Raises Refused for any other."""
    if re.search(r"[\x00-\x20\x7f\\]", url):  # parsers disagree about these
        raise Refused("is at an address with a control character, space or backslash")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("is at an address that cannot be read") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise Refused("is not at a http or https address")
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme]


class Guard:
    """Lets connections to public addresses pass, and to these origins."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = {origin_of(origin) for origin in origins}

    def resolve(self, origin: Origin) -> list[tuple]:
        """Where to connect to, as `getaddrinfo` tells it. Raises Refused, or OSError.

        Decimal, octal and short forms of IPv4 are plain ones by then.
        """
        _, host, port = origin
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        if origin in self._origins:
            return found
        public = [entry for entry in found if is_public(str(entry[4][0]))]
        if not public:
            raise Refused(
                "is not at a public address; list its origin in TRYON_RESULT_ORIGINS "
                "if it may be used"
            )
        return public


def is_public(address: str) -> bool:
    """Does an IP address belong to the public internet?

    IPv6 forms that carry an IPv4 address are refused as a whole: the inner one could be
    anything, and no picture needs them.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and (
        ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip in _NAT64
    ):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)
