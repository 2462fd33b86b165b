"""Pictures in the size in which they are seen."""

from typing import Any

from django import template

from ..models import Garment
from ..models.garments import CARD_SIDES

register = template.Library()

ABOVE_THE_FOLD = 4  # the first row of a wide screen


@register.inclusion_tag("shop/_flat_picture.html")
def flat_picture(
    garment: Garment, sizes: str, alt: str = "", position: int = ABOVE_THE_FOLD
) -> dict[str, Any]:
    """The garment's flat, as an image.

    Parameters
    ----------
    sizes : how wide it is seen, in the words of the attribute
    alt : what it shows; empty beside its name
    position : in its list, from 0; the first few are fetched at once
    """
    return {
        "garment": garment,
        "candidates": _candidates(garment),
        "sizes": sizes,
        "alt": alt,
        "lazy": position >= ABOVE_THE_FOLD,
    }


def _candidates(garment: Garment) -> list[dict[str, Any]]:
    """Address and width of each copy of the flat that there is, smallest first."""
    width, height = garment.flat_width, garment.flat_height
    if not width or not height:
        return []
    return [
        {
            "url": getattr(garment, card).url,
            "width": round(width * min(1, side / max(width, height))),
        }
        for card, side in CARD_SIDES.items()
        if getattr(garment, card)
    ]
