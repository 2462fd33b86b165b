"""What the engine's image check found, in plain words.

The engine speaks in codes; each has a sentence here that says what to do. A code that
is new to this shop is shown in the engine's own English words. The sentences stand in
the order of their weight: what keeps clothes from being fitted, then what only makes
the result look poorer.
"""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

_NOT_CHECKED = _(
    "This picture could not be checked automatically. Please make sure yourself that "
    "it follows the advice."
)
PERSON = {
    "not_checked": _NOT_CHECKED,
    "no_person": _("We see nobody in this photo. Please choose one that shows you."),
    "several_people": _(
        "There is more than one person in this photo. Please choose one of you alone."
    ),
    "not_facing": _(
        "You are not facing the camera. Please choose a photo from the front."
    ),
    "not_standing": _("Please choose a photo in which you stand upright."),
    "seated": _(
        "You are sitting in this photo. Tops will work; for trousers, skirts and "
        "dresses please choose a photo in which you stand."
    ),
    "head_cut_off": _(
        "Your head is cut off. Please choose a photo that shows you from head to feet."
    ),
    "torso_cut_off": _(
        "The photo ends above your hips. Please choose one that shows more of you."
    ),
    "feet_cut_off": _(
        "Your feet are not in the photo. Tops will work; for trousers, skirts and "
        "dresses a photo from head to feet is better."
    ),
    "half_body": _(
        "The photo ends above your knees. Tops will work; for trousers, skirts and "
        "dresses please choose a photo from head to feet."
    ),
    "person_too_small": _(
        "You are small in this photo. Please choose one taken from closer, "
        "or crop it around you."
    ),
    "arms_crossed": _(
        "Your arms cover your clothes. It works best with the arms slightly away "
        "from the body."
    ),
    "too_dark": _("The photo is rather dark. One in daylight will look better."),
    "too_bright": _("The photo is very bright. One in softer light will look better."),
    "blurred": _("The photo is blurred. A sharp one will look better."),
    "too_small": _(
        "The photo is small. One with more pixels will show the clothes better."
    ),
}
GARMENT = {
    "not_checked": _NOT_CHECKED,
    "no_garment": _(
        "We see no garment in this picture. Please choose one that shows it alone."
    ),
    "several_garments": _(
        "There is more than one garment in this picture. "
        "Please choose one that shows a single garment."
    ),
    "cut_off": _(
        "Part of the garment lies outside the picture. Please show it whole, "
        "with some space around it."
    ),
    "unlike_garment": _(
        "This hardly looks like a garment. Please show one laid flat, upright and "
        "straight."
    ),
    "busy_background": _(
        "The background is busy. Please lay the garment on a plain surface "
        "of one colour."
    ),
    "too_small_in_frame": _(
        "The garment is small in the picture. Please crop the picture around it."
    ),
    "blurred": _("The picture is blurred. A sharp one shows the fabric better."),
    "low_contrast": _(
        "The garment hardly stands out from the background. "
        "A background of another colour works better."
    ),
    "worn_by_person": _(
        "Somebody wears this garment. Please choose a picture that shows it laid flat, "
        "without a person."
    ),
    "too_small": _(
        "The picture is small. One with more pixels shows the fabric better."
    ),
    "too_dark": _("The picture is rather dark. One in even light works better."),
    "too_bright": _("The picture is very bright. One in softer light works better."),
}
_WORDS = {"person": PERSON, "garment": GARMENT}
MOST_SAID = 4
"""Sentences that are read at a glance; more than that is a lecture."""


def in_words(finding: dict[str, Any], kind: str = "person") -> str:
    """One sentence for the person who chose the picture of a `kind`."""
    words = _WORDS[kind].get(finding.get("code", ""))
    return str(words or finding.get("message") or finding.get("code", ""))


def all_in_words(findings: Iterable[dict[str, Any]], kind: str = "person") -> list[str]:
    """What to say of one picture: the weightiest first, `MOST_SAID` at most."""
    codes = list(_WORDS[kind])

    def weight(finding: dict[str, Any]) -> tuple[bool, int]:
        code = finding.get("code")
        place = codes.index(code) if code in codes else len(codes)
        return finding.get("severity") != "block", place

    by_weight = sorted(findings, key=weight)
    sentences = dict.fromkeys(in_words(finding, kind) for finding in by_weight)
    return list(sentences)[:MOST_SAID]
