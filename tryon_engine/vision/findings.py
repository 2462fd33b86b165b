"""What a check of a picture has to say."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from .arrays import Box


class Severity(StrEnum):
    """Whether a picture cannot be used, or will do worse than it could."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a picture.

    Attributes
    ----------
    code : str
        Stable name, for programs and translations.
    severity : Severity
    message : str
        One English sentence or two: what is wrong and what to do.
    box : Box or None
        Where, in pixels of the picture.
    points : tuple of (x, y)
        The places meant, if they are points.
    """

    code: str
    severity: Severity
    message: str
    box: Box | None = None
    points: tuple[tuple[float, float], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, fit for JSON."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
            "box": list(self.box) if self.box else None,
            "points": [list(point) for point in self.points],
        }


@dataclass(frozen=True)
class CheckResult:
    """All findings about a picture, worst first, and what was recognised on it.

    Attributes
    ----------
    findings : tuple of Finding
    facts : dict
        Plain values, fit for JSON; see `check_person` and `check_garment`.
    """

    findings: tuple[Finding, ...]
    facts: dict[str, Any]

    @property
    def is_usable(self) -> bool:
        """Whether nothing blocks the use of the picture."""
        return all(found.severity != Severity.BLOCK for found in self.findings)

    @property
    def codes(self) -> list[str]:
        return [found.code for found in self.findings]


def block(code: str, message: str, box: Box | None = None) -> Finding:
    """Return a finding that makes the picture unusable."""
    return Finding(code, Severity.BLOCK, message, box)


def warn(code: str, message: str, box: Box | None = None) -> Finding:
    """Return a finding that the picture can be used with all the same."""
    return Finding(code, Severity.WARN, message, box)


def worst_first(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return the findings that block, then those that warn, each in given order."""
    return tuple(sorted(findings, key=lambda found: found.severity != Severity.BLOCK))


def to_original(box: Box, scale: float) -> Box:
    """Return a box of the working image in pixels of the original picture."""
    x0, y0, x1, y1 = (round(edge / scale) for edge in box)
    return x0, y0, x1, y1


def point_to_original(point: np.ndarray, scale: float) -> tuple[float, float]:
    """Return a point of the working image in pixels of the original picture."""
    return round(float(point[0]) / scale, 1), round(float(point[1]) / scale, 1)
