"""Names of things in one sentence."""

from collections.abc import Iterable

from django import template

from .. import lists
from ..models import Garment

register = template.Library()


@register.filter
def listed(names: Iterable[object]) -> str:
    return lists.listed(names)


@register.filter
def names_listed(garments: Iterable[Garment]) -> str:
    return lists.listed(garment.display_name for garment in garments)
