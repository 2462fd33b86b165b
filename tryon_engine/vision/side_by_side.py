"""Steps that need nothing of each other, in several threads.

OpenCV and NumPy let go of the interpreter while they work on large arrays. Threads are
started for each call: a pool would not survive the fork of the workers.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

One = TypeVar("One")
Other = TypeVar("Other")

CORES: Final = 2
"""More threads would only take memory from the other workers."""


def both(one: Callable[[], One], other: Callable[[], Other]) -> tuple[One, Other]:
    """Call both at the same time; return what they return, raise what they raise."""
    with ThreadPoolExecutor(1) as beside:
        later = beside.submit(other)
        return one(), later.result()


def each(do: Callable[[One], Other], things: Iterable[One]) -> list[Other]:
    """Return `do` of all things, in their order, two at a time."""
    with ThreadPoolExecutor(CORES) as threads:
        return list(threads.map(do, things))
