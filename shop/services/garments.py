"""A garment's way into the shop: a flat becomes a draft, a review, a page on sale."""

import secrets
from collections.abc import Callable, Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ..keypoints import corrections
from ..lists import listed
from ..models import (
    Garment,
    GarmentKind,
    IllegalTransition,
    Merchant,
    Sleeve,
)
from ..models.garments import EDITABLE
from .previews import drop_previews, want_previews
from .uploads import CheckResult, CleanPicture, delete_flat_files, store_flat

# What the engine calls the garments it tells apart, and which part they cover.
_KINDS = {
    "top": GarmentKind.TOP,
    "bottom": GarmentKind.BOTTOM,
    "trousers": GarmentKind.BOTTOM,
    "shorts": GarmentKind.BOTTOM,
    "skirt": GarmentKind.BOTTOM,
    "dress": GarmentKind.DRESS,
    "jumpsuit": GarmentKind.DRESS,  # it replaces both, as a dress does
}


def detected_kind(facts: dict) -> GarmentKind | None:
    """The kind that the engine saw on a flat, if it could tell."""
    return _KINDS.get(facts.get("category") or facts.get("kind") or "")


def detected_sleeve(facts: dict) -> str:
    """The length of sleeves that the engine saw on a flat, "" if it could not tell."""
    seen = facts.get("sleeve")
    return seen if seen in Sleeve.values else ""


def recognised(facts: dict) -> str:
    """What the engine saw on a flat, for the merchant: "Dress, short sleeves"."""
    kind, sleeve = detected_kind(facts), detected_sleeve(facts)
    name = _("Jumpsuit") if facts.get("kind") == "jumpsuit" else kind and kind.label
    words = [name or "", Sleeve(sleeve).label.lower() if sleeve else ""]
    return listed(word for word in words if word)


def start_draft(
    merchant: Merchant, picture: CleanPicture, check: CheckResult
) -> Garment:
    """A new draft from a flat: the kind as detected, the words still to come."""
    garment = Garment(
        merchant=merchant,
        slug=f"draft-{secrets.token_hex(6)}",
        kind=detected_kind(check.facts) or GarmentKind.TOP,
        sleeve=detected_sleeve(check.facts),
        price=0,
    )
    store_flat(garment, picture, check)
    want_previews(garment)
    return garment


def correct_keypoints(
    garment: Garment, wanted: Mapping[str, tuple[float, float]]
) -> bool:
    """Keep these key points for every later try-on; its previews are made anew.

    A point where it was found is no correction. False: the garment cannot be changed in
    its state any more.
    """
    corrected = corrections(garment, wanted)
    # Nothing else, and only while it may be changed: it may have just been submitted.
    unmoved = Garment.objects.filter(pk=garment.pk, status__in=EDITABLE)
    if not unmoved.update(keypoints=corrected):
        return False
    garment.keypoints = corrected
    want_previews(garment)
    return True


def replace_flat(garment: Garment, picture: CleanPicture, check: CheckResult) -> None:
    """Give a garment another picture; its previews are made anew."""
    store_flat(garment, picture, check)
    want_previews(garment)


def submit_for_review(garment: Garment) -> None:
    """Hand the garment to staff. Raises ValidationError with what is still missing."""
    if not garment.is_editable:
        raise ValidationError(_("This garment is not a draft any more."))
    missing = missing_for_review(garment)
    if missing:
        raise ValidationError(missing)
    if not garment.submit_for_review():
        raise ValidationError(_("This garment has just changed. Please look again."))
    want_previews(garment)  # the reviewer looks at them


def submit_all(garments: Iterable[Garment]) -> int:
    """Hand over all that are complete; return their number. Others stay as they are."""
    done = 0
    for garment in garments:
        try:
            submit_for_review(garment)
        except ValidationError:
            continue  # its own page says what is missing
        done += 1
    return done


def restore_garments(garments: Iterable[Garment]) -> int:
    """Make drafts of what is archived; the number restored."""
    return sum(moved(garment.restore) for garment in garments)


def missing_for_review(garment: Garment) -> list[str]:
    """What the merchant must still do before staff looks at the garment."""
    missing = []
    if garment.blocking_findings:
        missing.append(_("Please replace the picture: it cannot be tried on as it is."))
    elif not garment.checked_at:
        missing.append(_("Please upload the picture again: it was never checked."))
    if not garment.name:
        missing.append(_("Please give the garment a name."))
    if not garment.price:
        missing.append(_("Please give the garment a price."))
    return missing


def archive_garments(garments: Iterable[Garment]) -> int:
    """Take garments off the shop; the number archived."""
    return sum(moved(garment.archive) for garment in garments)


@transaction.atomic
def delete_garments(garments: Iterable[Garment]) -> None:
    """Delete garments and, unless others show them too, their files.

    Raises ProtectedError when a look still shows one: archive it instead.
    """
    chosen = list(garments)
    names = [name for garment in chosen for name in garment.flat_files]
    drop_previews(chosen)
    Garment.objects.filter(pk__in=[garment.pk for garment in chosen]).delete()
    transaction.on_commit(lambda: delete_flat_files(names))


def moved(arrow: Callable[..., bool], *args: object) -> bool:
    """Make a move; False where it is not possible, or somebody else was first."""
    try:
        return arrow(*args)
    except IllegalTransition:  # not in that state, or not any more
        return False


def unique_slug(model: type[models.Model], text: str, fallback: str) -> str:
    """A readable slug that no row has yet; Chinese names get `fallback` and a token."""
    slug = slugify(text)[:60]
    if slug and not model._default_manager.filter(slug=slug).exists():
        return slug
    return f"{slug or fallback}-{secrets.token_hex(3)}"
