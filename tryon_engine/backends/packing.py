"""Readings <-> bytes: a small container for dataclasses of arrays and plain values.

    magic, CRC-32 of the rest, length of the header      16 bytes
    header: JSON, the value with arrays told by number
    arrays: raw, each at a multiple of 64 bytes

Nothing in it can run code, unlike a pickle, and arrays need no decoding: they are views
of the buffer, so that a file mapped into memory costs next to nothing and is shared by
all processes that map it.
"""

import dataclasses
import json
import struct
import types
import typing
import zlib
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, Final

import numpy as np

MAGIC: Final = b"FITROOM1"
PREFIX: Final = struct.Struct("<8sII")
ALIGNMENT: Final = 64


class PackingError(ValueError):
    """The bytes are no packed value, a damaged one, or one of another type."""


def pack(value: Any, given: Sequence[np.ndarray] = ()) -> list[bytes | memoryview]:
    """Return `value` as pieces of bytes, to be written one after the other.

    Parameters
    ----------
    value : dataclass
        Of dataclasses, enums, arrays, tuples, lists, dicts by str, and plain values.
    given : sequence of ndarray
        Arrays that whoever unpacks the value has anyway: they are left out where
        `value` refers to them.

    Raises
    ------
    TypeError
        For anything else in `value`.
    """
    packer = _Packer(given)
    tree = packer.encode(value)
    header = json.dumps([tree, packer.table], separators=(",", ":")).encode()
    start = PREFIX.size + len(header)
    pieces: list[bytes | memoryview] = [header, b"\0" * (-start % ALIGNMENT)]
    for array in packer.arrays:
        pieces += [array.data, b"\0" * (-array.nbytes % ALIGNMENT)]
    checksum = 0
    for piece in pieces:
        checksum = zlib.crc32(piece, checksum)
    return [PREFIX.pack(MAGIC, checksum, len(header)), *pieces]


def unpack(
    data: bytes | memoryview, kind: type, given: Sequence[np.ndarray] = ()
) -> Any:
    """Return the value of class `kind` that was packed; its arrays are read-only views.

    Raises
    ------
    PackingError
        If anything about `data` is not as expected.
    """
    try:
        magic, checksum, header_size = PREFIX.unpack_from(data)
        if magic != MAGIC or zlib.crc32(memoryview(data)[PREFIX.size :]) != checksum:
            raise PackingError("No packed reading, or a damaged one.")
        start = PREFIX.size + header_size
        tree, table = json.loads(bytes(data[PREFIX.size : start]))
        start += -start % ALIGNMENT
        arrays = [_view(entry, data, start, given) for entry in table]
        value = _decode(tree, {known.__name__: known for known in kinds(kind)}, arrays)
    except (ValueError, TypeError, LookupError, AttributeError, struct.error) as exc:
        raise PackingError(f"Not a packed {kind.__name__}: {exc!r}") from exc
    if not isinstance(value, kind):
        raise PackingError(f"Expected a {kind.__name__}, found {type(value).__name__}.")
    return value


def kinds(root: Any) -> set[type]:
    """Return the dataclasses and enums that the annotations of `root` lead to."""
    found: set[type] = set()
    _collect(root, found)
    return found


class _Packer:
    """Collects arrays, each once, while the value is turned into a tree."""

    def __init__(self, given: Sequence[np.ndarray]) -> None:
        self.table: list[dict[str, Any]] = []
        self.arrays: list[np.ndarray] = []
        self._size = 0
        self._numbers: dict[int, int] = {}
        for place, array in enumerate(given):
            self._numbers[id(array)] = len(self.table)
            self.table.append({"given": place})

    def encode(self, value: Any) -> Any:
        if isinstance(value, Enum):
            return {"enum": type(value).__name__, "value": value.value}
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, np.ndarray):
            return {"array": self._number(value)}
        if isinstance(value, np.generic):  # np.float64 is a float, too
            return {"scalar": self._number(np.asarray(value))}
        if isinstance(value, float):
            return value
        if isinstance(value, tuple | list):
            name = "tuple" if isinstance(value, tuple) else "list"
            return {name: [self.encode(item) for item in value]}
        if isinstance(value, dict):
            return {"dict": {str(key): self.encode(value[key]) for key in value}}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            parts = {
                field.name: self.encode(getattr(value, field.name))
                for field in dataclasses.fields(value)
            }
            return {"type": type(value).__name__, "fields": parts}
        raise TypeError(f"{type(value).__name__} cannot be packed.")

    def _number(self, array: np.ndarray) -> int:
        if id(array) in self._numbers:
            return self._numbers[id(array)]
        if array.dtype.hasobject:
            raise TypeError("Arrays of objects cannot be packed.")
        number = self._numbers[id(array)] = len(self.table)
        entry = {"dtype": array.dtype.str, "shape": array.shape, "at": self._size}
        self.table.append(entry)
        self.arrays.append(np.ascontiguousarray(array).reshape(-1).view(np.uint8))
        self._size += array.nbytes + -array.nbytes % ALIGNMENT
        return number


def _view(
    entry: dict[str, Any],
    data: bytes | memoryview,
    start: int,
    given: Sequence[np.ndarray],
) -> np.ndarray:
    if "given" in entry:
        return given[entry["given"]]
    shape = tuple(entry["shape"])
    count = int(np.prod(shape, dtype=np.int64))
    at = start + entry["at"]
    if not count:
        return np.empty(shape, entry["dtype"])
    return np.frombuffer(data, entry["dtype"], count, at).reshape(shape)


def _decode(tree: Any, known: dict[str, type], arrays: list[np.ndarray]) -> Any:
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        return arrays[tree["array"]]
    if "scalar" in tree:
        return arrays[tree["scalar"]][()]
    if "enum" in tree:
        return known[tree["enum"]](tree["value"])
    if "tuple" in tree:
        return tuple(_decode(item, known, arrays) for item in tree["tuple"])
    if "list" in tree:
        return [_decode(item, known, arrays) for item in tree["list"]]
    parts = tree["dict"] if "dict" in tree else tree["fields"]
    values = {name: _decode(part, known, arrays) for name, part in parts.items()}
    return values if "dict" in tree else known[tree["type"]](**values)


def _collect(hint: Any, found: set[type]) -> None:
    if isinstance(hint, type) and not isinstance(hint, types.GenericAlias):
        if hint in found:
            return
        if issubclass(hint, Enum):
            found.add(hint)
        elif dataclasses.is_dataclass(hint):
            found.add(hint)
            for inner in typing.get_type_hints(hint).values():
                _collect(inner, found)
        return
    for inner in _arguments(hint):
        _collect(inner, found)


def _arguments(hint: Any) -> Iterator[Any]:
    """Yield what stands in the brackets of a hint: X of `dict[str, X]`, `X | None`."""
    if typing.get_origin(hint) is not np.ndarray:
        yield from typing.get_args(hint)
