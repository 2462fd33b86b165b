"""What travels in an address while somebody puts an outfit together.

`?top=…&bottom=…&dress=…&person=…`: slugs of garments, the public id of a person image.
A dress is worn instead of top and bottom; they stay in the address, so that going back
from the dress finds them again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from .models import Audience, Garment, GarmentKind, TryOnSession
from .models.garments import GarmentQuerySet

PARTS = (*GarmentKind.values, "person")
RAIL_LENGTH = 11  # more would be a second catalogue


def carried(query: QueryDict) -> dict[str, str]:
    """The parts of an outfit that an address or a form holds."""
    found = {part: query.get(part, "") for part in PARTS}
    # A zero character names nothing, and PostgreSQL refuses to look for it.
    return {part: name for part, name in found.items() if name and "\0" not in name}


def address(url_name: str, parts: Mapping[str, str], **extra: str) -> str:
    query = QueryDict(mutable=True)
    query.update({**parts, **extra})
    return f"{reverse(url_name)}?{query.urlencode()}" if query else reverse(url_name)


def tryon_url(garment: Garment, carry: Mapping[str, str]) -> str:
    """The fitting room with `garment` put on, everything else in `carry` kept."""
    kept = {part: value for part, value in carry.items() if part != GarmentKind.DRESS}
    return address("tryon-start", kept | {garment.kind: garment.slug})


def parts_of(session: TryOnSession) -> dict[str, str]:
    """The outfit and the person of a session, to start over from."""
    parts = {garment.kind: garment.slug for garment in session.garments}
    if session.person_image:
        parts["person"] = str(session.person_image.public_id)
    return parts


@dataclass(frozen=True)
class Rail:
    """Garments of one kind to choose from; `chosen` is the slug of the one put on."""

    kind: GarmentKind
    garments: list[Garment]
    chosen: str
    more_url: str


def audience_of(parts: Mapping[str, str]) -> str:
    """For whom the chosen garments are made; `Audience.ALL` when nothing says."""
    slugs = [parts[kind] for kind in GarmentKind.values if kind in parts]
    chosen = Garment.objects.on_sale().filter(slug__in=slugs)
    audiences = set(chosen.values_list("audience", flat=True)) - {Audience.ALL}
    return audiences.pop() if len(audiences) == 1 else Audience.ALL


def rails(parts: Mapping[str, str], audience: str) -> list[Rail]:
    """One rail per kind of garment: what is put on first, then the newest."""
    return [_rail(kind, parts, audience) for kind in GarmentKind]


def _rail(kind: GarmentKind, parts: Mapping[str, str], audience: str) -> Rail:
    on_sale = Garment.objects.on_sale().of_kind(kind)
    chosen = list(on_sale.filter(slug=parts.get(kind, "")))
    others = on_sale.made_for(audience).exclude(slug=parts.get(kind, ""))
    return Rail(
        kind=kind,
        garments=chosen + list(others[:RAIL_LENGTH]),
        chosen=chosen[0].slug if chosen else "",
        more_url=address("garment-list", parts, kind=kind),
    )


def goes_with(garment: Garment) -> GarmentQuerySet:
    """Other kinds for the same people: bottoms for a top, tops for a bottom."""
    partners = {
        GarmentKind.TOP: GarmentKind.BOTTOM,
        GarmentKind.BOTTOM: GarmentKind.TOP,
        GarmentKind.DRESS: GarmentKind.DRESS,
    }
    found = Garment.objects.on_sale().of_kind(partners[GarmentKind(garment.kind)])
    return found.made_for(garment.audience).exclude(pk=garment.pk)
