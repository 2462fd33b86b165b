"""ZIP archives and tables for tests: honest ones, and all kinds of hostile ones."""

import io
import stat
import struct
import zipfile

from .hostile_files import encoded, scene

HEADING = "sku,picture,name,price,kind"


def picture(number: int = 0) -> bytes:
    """A small picture, another one for each number."""
    return encoded(scene((200 + number, 260)), "JPEG")


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def table(*rows: str, heading: str = HEADING) -> bytes:
    return "\r\n".join([heading, *rows]).encode()


def with_link() -> bytes:
    info = zipfile.ZipInfo("a.jpg")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def encrypted() -> bytes:
    """An entry whose flag says that it is encrypted, in both of its headers."""
    data = bytearray(zipped({"a.jpg": picture()}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + offset
        struct.pack_into("<H", data, at, struct.unpack_from("<H", data, at)[0] | 1)
    return bytes(data)


def lying_about_its_size() -> bytes:
    """Says in its directory that 30 MB of zeros unpack to 100 bytes."""
    data = bytearray(zipped({"a.jpg": bytes(30 * 1024 * 1024)}))
    at = data.index(b"PK\x01\x02") + 24
    struct.pack_into("<I", data, at, 100)
    return bytes(data)
