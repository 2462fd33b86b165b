"""Ready-made reasons to reject a garment: a short name for staff, and what the merchant
reads. What several rejections say is said once, well, and in both languages."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, tuple[Promise, Promise]] = {
    "cut_off": (
        _("Cut off"),
        _(
            "Part of the garment is outside the picture. Please show it whole, with "
            "some space around it."
        ),
    ),
    "background": (
        _("Background"),
        _(
            "The background is not plain. Please lay the garment on a surface of one "
            "colour that differs from the garment."
        ),
    ),
    "blurred": (
        _("Blurred or small"),
        _(
            "The picture is not sharp or not large enough. Please take it again in "
            "good light, with at least 1000 pixels on the long side."
        ),
    ),
    "worn": (
        _("Worn by a person"),
        _(
            "The garment is worn by somebody. Please show it laid flat or on an "
            "invisible form."
        ),
    ),
    "not_front": (
        _("Not from the front"),
        _(
            "The garment is not shown straight from the front. Please lay it flat, "
            "both sleeves or legs visible."
        ),
    ),
    "kind": (
        _("Wrong kind"),
        _(
            "The kind (top, bottom or dress) does not match the picture. Please "
            "correct it."
        ),
    ),
    "words": (
        _("Wrong or missing words"),
        _("Name, description or price do not match the picture. Please correct them."),
    ),
    "looks_wrong": (
        _("Looks wrong when worn"),
        _(
            "On our models it does not look like the garment itself. A picture with "
            "the garment straight and evenly lit helps."
        ),
    ),
    "rights": (
        _("Rights or content"),
        _(
            "We cannot show this picture: it holds a watermark, somebody else's brand "
            "or something that does not belong in a shop."
        ),
    ),
}
CHOICES = [(key, name) for key, (name, _said) in REASONS.items()]


def sentences(keys: Iterable[str]) -> list[str]:
    """What the merchant reads, in the language that is active."""
    return [str(REASONS[key][1]) for key in keys]
