"""What a try-on shows, in plain facts: for those who cannot see the picture.

Everything is measured on the body, not taken from a catalogue: one sleeve may end at
the elbow of one person and above that of another.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from .arrays import SIDES
from .cloth_pattern import pattern_of
from .colour_names import main_colours
from .colour_truth import ColourTruth, FlatColours, colour_truth, flat_colours
from .compose.composer import Composite
from .compose.worn import Worn
from .fit.pieces import ankle_down
from .garment.reading import GarmentKind, GarmentReading
from .person.body import PersonReading

SLEEVES: Final = ((0.8, "short"), (1.2, "elbow"), (1.7, "three_quarter"))
"""Names of sleeves that end before this place: 0 shoulder, 1 elbow, 2 wrist."""
HEMS: Final = ((0.62, "midriff"), (0.85, "waist"), (1.22, "hip"))
"""Names of hems above this place, in torso lengths below the shoulders (1 is the hip
joints)."""
LEG_HEMS: Final = ((0.78, "thigh"), (1.32, "knee"), (1.85, "calf"))
"""The same for lower hems: 0 the hip joints, 1 the knees, 2 the ankles."""


@dataclass(frozen=True)
class WornFacts:
    """One garment as it is worn.

    Attributes
    ----------
    kind : str
        A value of `GarmentKind`.
    colours : list of str
        One to three names, the main one first; see `main_colours`.
    sleeves : str or None
        "strapless", "straps", "none", "short", "elbow", "three_quarter" or "long";
        None for what is not worn on the upper body.
    hem : str or None
        Where it ends: "midriff", "waist", "hip", "thigh", "knee", "calf", "ankle", or
        "tucked". None when that is not in the picture.
    truth : ColourTruth or None
    pattern : str or None
        "striped" or "checked"; None for all else.
    """

    kind: str
    colours: list[str]
    sleeves: str | None
    hem: str | None
    truth: ColourTruth | None = None
    pattern: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, fit for JSON; what is not known is left out."""
        facts: dict[str, Any] = {
            "kind": self.kind,
            "colours": self.colours,
            "pattern": self.pattern,
            "sleeves": self.sleeves,
            "hem": self.hem,
        }
        if self.truth is not None:
            facts["colour_difference"] = round(self.truth.difference, 1)
            facts["lightness_difference"] = round(self.truth.lightness, 1)
        return {name: fact for name, fact in facts.items() if fact is not None}


@dataclass(frozen=True, eq=False)
class Described:
    """What is known of a worn garment before the picture is drawn."""

    facts: WornFacts
    flat: FlatColours


def describe(
    person: PersonReading, top: Worn | None, bottom: Worn | None
) -> dict[str, Described]:
    """Return what is worn, by slot."""
    over_bottom = top if top is not None and not top.is_tucked else None
    pairs = {"top": (top, None), "bottom": (bottom, over_bottom)}
    return {
        slot: Described(
            WornFacts(
                kind=worn.garment.kind.value,
                colours=main_colours(worn.garment),
                sleeves=sleeves_of(worn),
                hem=hem_of(person, worn),
                pattern=pattern_of(worn.garment),
            ),
            flat_colours(worn, person.size, over_it),
        )
        for slot, (worn, over_it) in pairs.items()
        if worn is not None
    }


def with_truth(
    described: dict[str, Described], composite: Composite
) -> dict[str, WornFacts]:
    """Return the facts, and how true the finished picture is to the colours."""
    return {
        slot: replace(one.facts, truth=colour_truth(one.flat, composite))
        for slot, one in described.items()
    }


def sleeves_of(worn: Worn) -> str | None:
    """Return what the sleeves are called on this person; see `WornFacts`."""
    upper = worn.garment.upper
    if upper is None:
        return None
    if upper.is_sleeved:
        ends = [float(end) for end in worn.fit.cuff_along.values()]
        at = float(np.mean(ends))
        return next((name for end, name in SLEEVES if at < end), "long")
    if upper.is_strapless:
        return "strapless"
    return "straps" if upper.is_strappy else "none"


def hem_of(person: PersonReading, worn: Worn) -> str | None:
    """Return where on this person the garment ends; see `WornFacts`."""
    if worn.is_tucked:
        return "tucked"
    down = worn.fit.hem_down
    hem = person.frame.place(down, 0.0)
    if hem[1] > person.size[0]:
        return None
    if not _has_legs(worn.garment):
        for end, name in HEMS:
            if down < end:
                return name
    along = _along_leg(person, down)
    return next((name for end, name in LEG_HEMS if along < end), "ankle")


def _has_legs(garment: GarmentReading) -> bool:
    return garment.lower is not None and garment.kind != GarmentKind.SKIRT


def _along_leg(person: PersonReading, down: float) -> float:
    """Return 0 at the hip joints, 1 at the knees, 2 at the ankles."""
    knees = np.stack([person.joint(side, "knee") for side in SIDES])
    below = -(knees - person.shoulder_centre) @ person.up
    knee = float(below.mean()) / person.torso_length
    return float(np.interp(down, [1.0, knee, ankle_down(person)], [0.0, 1.0, 2.0]))
