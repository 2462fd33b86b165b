"""Readings kept on disk for a while, shared by the worker processes of one machine.

Readings tell as much of a shopper as the photo does. So the folder is private to the
engine's user, names are hashes, and `purge` deletes what was not used for as long as
results are kept.
"""

import contextlib
import fcntl
import hashlib
import logging
import mmap
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from .packing import pack, unpack

logger = logging.getLogger(__name__)

SUFFIX: Final = ".reading"
LOCK_SUFFIX: Final = ".lock"
PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600


@dataclass(frozen=True)
class Shelf:
    """A folder of readings.

    What cannot be written or read is logged at most, never raised: a reading can always
    be made anew.

    Attributes
    ----------
    folder : Path
        Made when it is missing, with access for its owner only.
    max_bytes : int
        The least recently used readings go when there are more.
    """

    folder: Path
    max_bytes: int

    def load(
        self, name: str, kind: type, given: Sequence[np.ndarray] = ()
    ) -> Any | None:
        """Return the reading `name`, of class `kind`, or None; see `packing`."""
        path = self._path(name)
        try:
            with path.open("rb") as file:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            reading = unpack(memoryview(data), kind, given)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as exc:  # an empty file cannot be mapped
            logger.warning("A kept reading is of no use: %s", exc)
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        self.touch(name)
        return reading

    def store(
        self, name: str, reading: object, given: Sequence[np.ndarray] = ()
    ) -> bool:
        """Keep a reading under `name`; False if that failed."""
        draft = self.folder / f"{secrets.token_hex(8)}.draft"
        try:
            pieces = pack(reading, given)
            self._make_folder()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(draft, flags, PRIVATE_FILE), "wb", 0) as file:
                for piece in pieces:
                    _write_all(file.fileno(), piece)
            draft.replace(self._path(name))  # whole or not at all, for every reader
            self._drop_least_used()
        except (OSError, TypeError) as exc:
            logger.warning("A reading could not be kept: %s", exc)
            with contextlib.suppress(OSError):
                draft.unlink()
            return False
        return True

    @contextlib.contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Let one process at a time make the reading `name`; the others wait.

        A process that dies lets go. Without a folder to write to, nobody waits.
        """
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):
                self._make_folder()
                path = self._path(name).with_suffix(LOCK_SUFFIX)
                number = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
                stack.callback(os.close, number)
                fcntl.flock(number, fcntl.LOCK_EX)
            yield

    def touch(self, name: str) -> None:
        """Note that the reading `name` was used now."""
        with contextlib.suppress(OSError):
            os.utime(self._path(name))

    def purge(self, unused_s: float) -> int:
        """Delete what was not used for `unused_s` seconds; return how much that was."""
        oldest, dropped = time.time() - unused_s, 0
        for used_at, _, path in self._files():
            if used_at <= oldest:
                with contextlib.suppress(OSError):
                    path.unlink()
                    dropped += path.suffix == SUFFIX
        return dropped

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"

    def _make_folder(self) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)

    def _drop_least_used(self) -> None:
        total = 0
        for _, size, path in sorted(self._files(), reverse=True):
            total += size
            if total > self.max_bytes and path.suffix == SUFFIX:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _files(self) -> list[tuple[float, int, Path]]:
        """(time of last use, bytes, path) of everything in the folder."""
        found = []
        with contextlib.suppress(FileNotFoundError), os.scandir(self.folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    status = entry.stat()
                    found.append((status.st_mtime, status.st_size, Path(entry.path)))
        return found


def name_of(what: str, image: np.ndarray) -> str:
    """Return the name of a reading: what was read, by which code, from which pixels."""
    digest = hashlib.sha256(f"{what} {code_version()} {image.shape}".encode())
    digest.update(np.ascontiguousarray(image).data)
    return digest.hexdigest()


@cache
def code_version() -> str:
    """Return a hash of the code that reads, so that no reading outlives its code."""
    digest = hashlib.sha256(f"{np.__version__} {cv2.__version__}".encode())
    digest.update(version("mediapipe").encode())
    folder = Path(__file__).resolve().parent
    for path in sorted([*folder.glob("*.py"), *folder.parent.glob("vision/**/*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _write_all(number: int, piece: bytes | memoryview) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(number, rest) :]
