"""Links into the fitting room that keep the rest of the outfit."""

from django import template

from ..models import Garment
from ..outfits import tryon_url as build_tryon_url

register = template.Library()


@register.simple_tag
def tryon_url(garment: Garment, carry: dict[str, str] | None = None) -> str:
    """Where `garment` is tried on, with what `carry` holds besides."""
    return build_tryon_url(garment, carry or {})
