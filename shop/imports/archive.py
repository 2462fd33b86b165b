"""A ZIP of pictures from outside, read in memory, one entry at a time.

Nothing is ever unpacked to a disk, so no name in it can lead anywhere. Sizes that the
archive states are not believed: each entry is read up to a limit and no further.
"""

import io
import stat
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..file_sizes import file_size

MOST_ENTRIES = 10_000
MOST_BYTES = 8 * 1024**3  # of all entries together, by what the archive says
MOST_RATIO = 200  # pictures hardly shrink; a bomb shrinks a thousandfold
SMALL = 1024 * 1024  # bytes: what is smaller may shrink as it likes
ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".tar", ".tgz", ".bz2", ".xz", ".jar")
UTF8_NAME = 0x800
ENCRYPTED = 0x1
# What systems put into an archive by themselves.
LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")

_REFUSALS = {
    "not_a_zip": _("This file is not a ZIP archive. Please pack the pictures as ZIP."),
    "damaged": _("This ZIP archive is damaged. Please pack it again."),
    "unsafe_name": _(
        "The ZIP archive holds “%(name)s”, a name that leads out of it. "
        "Please pack the pictures again, without such names."
    ),
    "link": _(
        "The ZIP archive holds “%(name)s”, which is a link. "
        "Please pack the pictures themselves."
    ),
    "encrypted": _(
        "The ZIP archive is protected by a password. Please pack it without one."
    ),
    "nested": _(
        "The ZIP archive holds another archive, “%(name)s”. "
        "Please pack all pictures into one."
    ),
    "too_many": _(
        "The ZIP archive holds more than %(limit)s files. Please split it up."
    ),
    "bomb": _(
        "The ZIP archive unpacks to far more than its size: “%(name)s” is not what "
        "pictures look like. Please pack only the pictures."
    ),
    "missing": _("There is no picture “%(name)s” in the ZIP archive."),
    "ambiguous": _(
        "There are several pictures “%(name)s” in the ZIP archive. "
        "Please write the folder before the name."
    ),
    "too_large": _("“%(name)s” is larger than %(limit)s."),
}


def refusal(code: str, **params: object) -> ValidationError:
    return ValidationError(_REFUSALS[code], code=code, params=params or None)


class Archive:
    """The files of a ZIP, by path or by plain name. Close it, or use it with `with`.

    Raises ValidationError, when it is made, for an archive that no honest program
    packs: links, names that lead out, passwords, archives in it, bombs.
    """

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as exc:
            raise refusal("not_a_zip") from exc
        self._paths: dict[str, zipfile.ZipInfo] = {}
        self._names: dict[str, list[zipfile.ZipInfo]] = {}
        try:
            self._take_stock(self._zip.infolist())
        except ValidationError:
            self.close()
            raise

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._zip.close()

    def ending_with(self, suffix: str) -> list[str]:
        """The paths of all files with this ending, as the archive writes them."""
        return [path for path in self._paths if path.lower().endswith(suffix)]

    def read(self, name: str, most: int | None = None) -> bytes:
        """The file of that path, or the only one of that name in any folder.

        Raises ValidationError when there is none, or it is larger than `most` bytes
        (by default, than an upload may be).
        """
        info = self._find(name)
        most = most or settings.TRYON_MAX_UPLOAD_BYTES
        try:
            with self._zip.open(info) as entry:
                data = entry.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError) as exc:
            raise refusal("damaged") from exc
        except (NotImplementedError, RuntimeError, ValueError) as exc:
            raise refusal("damaged") from exc  # a method or flag that nobody knows
        if len(data) > most:
            raise refusal("too_large", name=name, limit=file_size(most))
        return data

    def _find(self, name: str) -> zipfile.ZipInfo:
        path = _folded(name)
        if found := self._paths.get(path):
            return found
        namesakes = self._names.get(path.rpartition("/")[2], [])
        if "/" in path or not namesakes:
            raise refusal("missing", name=name)
        if len(namesakes) > 1:
            raise refusal("ambiguous", name=name)
        return namesakes[0]

    def _take_stock(self, infos: list[zipfile.ZipInfo]) -> None:
        if len(infos) > MOST_ENTRIES:
            raise refusal("too_many", limit=MOST_ENTRIES)
        if sum(info.file_size for info in infos) > MOST_BYTES:
            raise refusal("bomb", name=infos[0].filename)
        for info in infos:
            name = _name_of(info)
            _judge(info, name)
            plain = PurePosixPath(name).name
            if info.is_dir() or name.startswith(LITTER) or plain in LITTER:
                continue
            path = _folded(name)
            self._paths[path] = info
            self._names.setdefault(path.rpartition("/")[2], []).append(info)


def _judge(info: zipfile.ZipInfo, name: str) -> None:
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or ":" in name or "\0" in name:
        raise refusal("unsafe_name", name=name)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise refusal("link", name=name)
    if info.flag_bits & ENCRYPTED:
        raise refusal("encrypted")
    if name.lower().endswith(ARCHIVES):
        raise refusal("nested", name=name)
    if info.file_size > max(SMALL, MOST_RATIO * info.compress_size):
        raise refusal("bomb", name=name)


def _name_of(info: zipfile.ZipInfo) -> str:
    """The entry's name with slashes; Chinese Windows writes GBK and does not say so."""
    name = info.filename
    if not info.flag_bits & UTF8_NAME and not name.isascii():
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _folded(name: str) -> str:
    """As it is compared: Excel and cameras do not agree about upper and lower case."""
    return name.strip().replace("\\", "/").removeprefix("./").casefold()


def is_zip(data: bytes) -> bool:
    return zipfile.is_zipfile(io.BytesIO(data))
