"""What travels in an address while somebody puts an outfit together.

`?top=…&bottom=…&dress=…&person=…`: slugs of garments, the public id of a person image.
A dress is worn instead of top and bottom; they stay in the address, so that going back
from the dress finds them again. `was` holds the outfit before the last change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from .models import Audience, Garment, GarmentKind, Shopper, TryOnSession
from .models.garments import GarmentQuerySet

PARTS = (*GarmentKind.values, "person")
WAS = "was"
RAIL_LENGTH = 11  # more would be a second catalogue
RECENT_LENGTH = 8
_RECENT_LOOKS = 30


def carried(query: QueryDict) -> dict[str, str]:
    """The parts of an outfit that an address or a form holds."""
    return _parts_in(query, PARTS)


def _parts_in(query: QueryDict, parts: Iterable[str]) -> dict[str, str]:
    found = {part: query.get(part, "") for part in parts}
    # A zero character names nothing, and PostgreSQL refuses to look for it.
    return {part: name for part, name in found.items() if name and "\0" not in name}


def address(url_name: str, parts: Mapping[str, str], **extra: str) -> str:
    query = QueryDict(mutable=True)
    query.update({**parts, **extra})
    return f"{reverse(url_name)}?{query.urlencode()}" if query else reverse(url_name)


def tryon_url(garment: Garment, carry: Mapping[str, str]) -> str:
    """The fitting room with `garment` put on, everything else in `carry` kept."""
    kept = {part: value for part, value in carry.items() if part != GarmentKind.DRESS}
    parts = kept | {garment.kind: garment.slug}
    is_added = set(_worn_slugs(carry)) <= set(_worn_slugs(parts))
    return address(
        "tryon-start", parts, **({} if is_added else {WAS: _outfit_of(carry)})
    )


def _outfit_of(parts: Mapping[str, str]) -> str:
    """The garments of `parts`, for `was`."""
    query = QueryDict(mutable=True)
    query.update({kind: parts[kind] for kind in GarmentKind.values if kind in parts})
    return query.urlencode()


@dataclass(frozen=True)
class Undo:
    """What the last change took off, and the address that puts it on again."""

    garments: list[Garment]
    url: str


def undo_of(query: QueryDict) -> Undo | None:
    """How to undo the change that led to the address `query`; None without one."""
    parts = carried(query)
    before = _parts_in(QueryDict(query.get(WAS, "")), GarmentKind.values)
    worn = _worn_slugs(parts)
    taken_off = [slug for slug in _worn_slugs(before) if slug not in worn]
    if not taken_off:
        return None
    found = Garment.objects.on_sale().filter(slug__in=taken_off)
    garments = sorted(found, key=lambda garment: taken_off.index(garment.slug))
    if not garments:
        return None
    others = {part: value for part, value in parts.items() if part == "person"}
    # The outfit of now is what undoing takes off: so undoing can be undone.
    url = address("tryon-start", before | others, **{WAS: _outfit_of(parts)})
    return Undo(garments, url)


def _worn_slugs(parts: Mapping[str, str]) -> list[str]:
    """What is worn of an outfit in the making: a dress, else top and bottom."""
    if GarmentKind.DRESS in parts:
        return [parts[GarmentKind.DRESS]]
    return [parts[kind] for kind in GarmentKind.values if kind in parts]


def recently_tried(shopper: Shopper | None, parts: Mapping[str, str]) -> list[Garment]:
    """What this shopper tried on last and is not in `parts`, the latest first."""
    if shopper is None:
        return []
    looks = TryOnSession.objects.filter(shopper=shopper).looks()
    looks = looks.select_related("top", "bottom")[:_RECENT_LOOKS]
    tried = dict.fromkeys(one for look in looks for one in look.garments)
    on = _worn_slugs(parts)
    others = [one for one in tried if one.is_on_sale and one.slug not in on]
    return others[:RECENT_LENGTH]


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
