"""What a look shows, in words: alt texts, and the truth about its colours.

Made of what the engine measured on the body (`output.worn` in docs/protocol.md). A
server that tells nothing, or words that are new to this shop, give no sentence: then
whoever asks falls back on the garment's title.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from .lists import listed

SLOTS = ("top", "bottom")
COLOURS = {
    "black": pgettext_lazy("colour", "black"),
    "charcoal": pgettext_lazy("colour", "charcoal"),
    "grey": pgettext_lazy("colour", "grey"),
    "light grey": pgettext_lazy("colour", "light grey"),
    "white": pgettext_lazy("colour", "white"),
    "cream": pgettext_lazy("colour", "cream"),
    "beige": pgettext_lazy("colour", "beige"),
    "tan": pgettext_lazy("colour", "tan"),
    "brown": pgettext_lazy("colour", "brown"),
    "yellow": pgettext_lazy("colour", "yellow"),
    "mustard": pgettext_lazy("colour", "mustard"),
    "orange": pgettext_lazy("colour", "orange"),
    "rust": pgettext_lazy("colour", "rust"),
    "red": pgettext_lazy("colour", "red"),
    "burgundy": pgettext_lazy("colour", "burgundy"),
    "coral": pgettext_lazy("colour", "coral"),
    "peach": pgettext_lazy("colour", "peach"),
    "pink": pgettext_lazy("colour", "pink"),
    "rose": pgettext_lazy("colour", "rose"),
    "purple": pgettext_lazy("colour", "purple"),
    "lavender": pgettext_lazy("colour", "lavender"),
    "navy": pgettext_lazy("colour", "navy"),
    "blue": pgettext_lazy("colour", "blue"),
    "light blue": pgettext_lazy("colour", "light blue"),
    "teal": pgettext_lazy("colour", "teal"),
    "mint": pgettext_lazy("colour", "mint"),
    "green": pgettext_lazy("colour", "green"),
    "forest green": pgettext_lazy("colour", "forest green"),
    "sage green": pgettext_lazy("colour", "sage green"),
    "olive": pgettext_lazy("colour", "olive"),
    "multicoloured": pgettext_lazy("colour", "multicoloured"),
}
MULTICOLOURED = "multicoloured"
PATTERNS = {
    "striped": pgettext_lazy("pattern", "striped"),
    "checked": pgettext_lazy("pattern", "checked"),
}
SLEEVES = {
    "strapless": gettext_lazy("strapless"),
    "straps": gettext_lazy("strappy"),
    "none": gettext_lazy("sleeveless"),
    "short": gettext_lazy("short-sleeved"),
    "elbow": gettext_lazy("half-sleeved"),
    "three_quarter": gettext_lazy("three-quarter-sleeved"),
    "long": gettext_lazy("long-sleeved"),
}
KINDS = {
    "top": pgettext_lazy("in a description", "top"),
    "dress": pgettext_lazy("in a description", "dress"),
    "jumpsuit": pgettext_lazy("in a description", "jumpsuit"),
    "skirt": pgettext_lazy("in a description", "skirt"),
    "trousers": pgettext_lazy("in a description", "trousers"),
    "shorts": pgettext_lazy("in a description", "shorts"),
}
PAIRS = ("trousers", "shorts")
LEGGED = (*PAIRS, "jumpsuit")
HEMS = {
    "midriff": gettext_lazy("hem above the waist"),
    "waist": gettext_lazy("hem at the waist"),
    "hip": gettext_lazy("hem at the hip"),
    "thigh": gettext_lazy("hem at mid-thigh"),
    "knee": gettext_lazy("hem at the knee"),
    "calf": gettext_lazy("hem at the calf"),
    "ankle": gettext_lazy("hem at the ankle"),
    "tucked": gettext_lazy("tucked in"),
}
LEGS = {
    "thigh": gettext_lazy("down to mid-thigh"),
    "knee": gettext_lazy("down to the knee"),
    "calf": gettext_lazy("down to the calf"),
    "ankle": gettext_lazy("down to the ankle"),
}

CLOSE, LARGE = 2.0, 5.0
"""Colour differences (CIEDE2000) from which one is seen side by side, and at once."""
OTHER_LIGHT = 6.0
"""Lightness differences, in L of Lab, that are worth a word."""


# --- alt texts ----------------------------------------------------------------
def outfit_in_words(worn: Mapping[str, Any], pieces: int) -> str:
    """What is worn, e.g. "a navy short-sleeved top, hem at the hip"; "" if not known.

    Parameters
    ----------
    worn : the engine's facts by slot
    pieces : how many garments the look has: all of them, or none, are described
    """
    described = [_piece(worn[slot]) for slot in SLOTS if slot in worn]
    if len(described) != pieces or not all(described):
        return ""
    if len(described) == 1:
        return described[0]
    top, bottom = described
    return _("%(top)s, and %(bottom)s") % {"top": top, "bottom": bottom}


def _piece(facts: Mapping[str, Any]) -> str:
    kind = KINDS.get(facts.get("kind", ""))
    names = facts.get("colours", [])
    is_printed = len(names) == 2 and names[1] == MULTICOLOURED
    colours = _colours(names[:1] if is_printed else names, facts.get("pattern", ""))
    sleeves = SLEEVES.get(facts.get("sleeves", ""))
    if not kind or not colours:
        return ""
    words = {"colours": colours, "sleeves": sleeves, "kind": kind}
    if is_printed and sleeves:
        piece = _("%(colours)s %(sleeves)s %(kind)s with a multicoloured print") % words
    elif is_printed:
        piece = _("%(colours)s %(kind)s with a multicoloured print") % words
    elif sleeves:
        piece = _("%(colours)s %(sleeves)s %(kind)s") % words
    else:
        piece = _("%(colours)s %(kind)s") % words
    is_legged = facts["kind"] in LEGGED
    hem = (LEGS if is_legged else HEMS).get(facts.get("hem", ""))
    if facts["kind"] not in PAIRS:
        piece = _with_article(piece)
    if is_legged:
        return _("%(piece)s %(hem)s") % {"piece": piece, "hem": hem} if hem else piece
    return _("%(piece)s, %(hem)s") % {"piece": piece, "hem": hem} if hem else piece


def _colours(names: list[str], pattern: str) -> str:
    known = [str(COLOURS[name]) for name in names if name in COLOURS]
    if not known or len(known) != len(names):
        return ""
    colours = known[-1]
    if len(known) > 1:
        others = listed(known[:-1])
        colours = _("%(main)s and %(second)s") % {"main": others, "second": colours}
    if pattern not in PATTERNS:
        return colours
    words = {"colours": colours, "pattern": PATTERNS[pattern]}
    return _("%(colours)s %(pattern)s") % words


def _with_article(piece: str) -> str:
    # Only English asks for the sound; other languages translate both alike.
    if piece[0] in "aeiou":
        return _("an %(piece)s") % {"piece": piece}
    return _("a %(piece)s") % {"piece": piece}


# --- colours ------------------------------------------------------------------
@dataclass(frozen=True)
class ColourTruth:
    """How the colour of a worn garment compares with the shop's own picture of it."""

    difference: float
    lightness: float

    @property
    def is_large(self) -> bool:
        return self.difference >= LARGE

    @property
    def sentence(self) -> Promise:
        if self.is_large:
            return gettext_lazy(
                "The colour looks different here: trust the shop's own picture"
            )
        if self.difference >= CLOSE:
            return gettext_lazy("Colour close to the shop's picture")
        return gettext_lazy("Colour true to the shop's picture")

    @property
    def light(self) -> Promise | str:
        """What the light of the photo does to it, if that is worth a word."""
        if abs(self.lightness) < OTHER_LIGHT:
            return ""
        if self.lightness < 0:
            return gettext_lazy("darker here, as the light in the photo is")
        return gettext_lazy("lighter here, as the light in the photo is")


def colour_truth(facts: Mapping[str, Any]) -> ColourTruth | None:
    """What the engine measured of one garment's colour; None when it did not."""
    if "colour_difference" not in facts:
        return None
    lightness = facts.get("lightness_difference", 0.0)
    return ColourTruth(facts["colour_difference"], lightness)
