"""When the memory of past steps goes back to the system: a matter of glibc."""

import ctypes
from functools import cache
from typing import Final

M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
M_ARENA_MAX: Final = -8
"""From glibc's malloc.h."""
MIB: Final = 1024 * 1024


def keep_while_working() -> None:
    """Have glibc reuse freed memory; `give_back` returns it.

    A try-on makes and frees hundreds of arrays of some megabytes. By itself glibc has
    the system map and clear most of them anew, which takes a fifth of the time, and
    keeps a heap for each thread, which takes 80 MB. Arrays of large photos are still
    mapped one by one: kept, they would leave gaps that fit nothing else.
    """
    if glibc := _glibc():
        glibc.mallopt(M_MMAP_THRESHOLD, 16 * MIB)
        glibc.mallopt(M_TRIM_THRESHOLD, 512 * MIB)
        glibc.mallopt(M_ARENA_MAX, 1)


def give_back() -> None:
    """Return freed memory to the system: about 300 MB after a try-on.

    What follows takes about 60 ms more, to have the system clear it again.
    """
    if glibc := _glibc():
        glibc.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") else None
