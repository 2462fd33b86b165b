"""What a check says."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "bad"]


@dataclass(frozen=True)
class Finding:
    """One line. `remedy` is what to do, and empty when all is well."""

    name: str
    state: State
    said: str
    remedy: str = ""


def ok(name: str, said: str) -> Finding:
    return Finding(name, "ok", said)


def warn(name: str, said: str, remedy: str) -> Finding:
    return Finding(name, "warn", said, remedy)


def bad(name: str, said: str, remedy: str) -> Finding:
    return Finding(name, "bad", said, remedy)
