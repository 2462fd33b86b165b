"""Links into the fitting room that keep the rest of the outfit."""

from django import template

from ..models import Audience, Garment, Gender, PersonImage
from ..outfits import address
from ..outfits import tryon_url as build_tryon_url

register = template.Library()


@register.simple_tag
def tryon_url(garment: Garment, carry: dict[str, str] | None = None) -> str:
    """Where `garment` is tried on, with what `carry` holds besides."""
    return build_tryon_url(garment, carry or {})


@register.simple_tag
def on_me_url(person: PersonImage, carry: dict[str, str] | None = None) -> str:
    """The rail on `person`, worn with `carry`: first of all what is made for them."""
    audience = Audience.WOMEN if person.gender == Gender.WOMAN else Audience.MEN
    parts = (carry or {}) | {"person": str(person.public_id)}
    return address("on-me", parts, audience=audience)
