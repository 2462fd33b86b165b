"""Garments on house models: asked for by a merchant's flat, made by the poller.

They are real try-ons, but the cheapest: coarse images, on a few house models, begun
only when no shopper waits, and made once for each flat.
"""

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from ..models import (
    Audience,
    Garment,
    GarmentKind,
    GarmentPreview,
    Gender,
    PersonImage,
    TryOnSession,
    TryOnTask,
)
from ..models.previews import PreviewQuerySet, fingerprint
from . import budget
from .sessions import begin, delete_sessions

_GENDERS = {Audience.WOMEN: Gender.WOMAN, Audience.MEN: Gender.MAN}


def want_previews(garment: Garment) -> None:
    """Ask for what is missing and drop what is outdated; may be called at any time.

    A flat that cannot be tried on, or that nobody checked, gets none.
    """
    shows = fingerprint(garment)
    usable = bool(garment.checked_at and garment.flat and not garment.blocking_findings)
    people = _people_for(garment) if usable else []
    with transaction.atomic():
        known = garment.previews.select_related("session", "person_image")
        stale = [
            preview
            for preview in known
            if preview.shows != shows or preview.person_image not in people
        ]
        _drop(stale)
        GarmentPreview.objects.bulk_create(
            [
                GarmentPreview(garment=garment, person_image=person, shows=shows)
                for person in people
            ],
            ignore_conflicts=True,
        )


def previews_of(garment: Garment) -> PreviewQuerySet:
    """What to show of a garment, to its merchant and its reviewer: ready to be read."""
    return garment.previews.with_pictures().order_by("person_image")


def retry_previews(garment: Garment) -> int:
    """Make those anew that failed; return their number."""
    failed = [one for one in previews_of(garment) if one.has_failed]
    with transaction.atomic():
        _drop(failed)
        want_previews(garment)
    return len(failed)


def start_previews() -> int:
    """Begin what is wanted, as far as there is room and no shopper waits.

    When today's budget is used up they wait for tomorrow.
    """
    wanted = GarmentPreview.objects.wanted()
    if not wanted.exists():  # all that an idle poller asks
        return 0
    shoppers_wait = TryOnTask.objects.unsubmitted().filter(
        session__shopper__isnull=False
    )
    if shoppers_wait.exists() or not budget.is_open():
        return 0
    room = settings.TRYON_PREVIEWS_AT_ONCE - GarmentPreview.objects.under_way().count()
    begun = 0
    for preview in wanted.select_related("garment", "person_image")[: max(room, 0)]:
        begun += _start(preview)
    return begun


def drop_previews(garments: Iterable[Garment]) -> None:
    """Forget the previews of garments, with their pictures."""
    _drop(GarmentPreview.objects.filter(garment__in=list(garments)))


def _people_for(garment: Garment) -> list[PersonImage]:
    """The first house models that such a garment is made for; of both, for everyone."""
    people = list(PersonImage.objects.house_models())
    if gender := _GENDERS.get(Audience(garment.audience)):
        return [one for one in people if one.gender == gender][: _most()]
    women = [one for one in people if one.gender == Gender.WOMAN]
    men = [one for one in people if one.gender == Gender.MAN]
    by_turns = [one for pair in zip(women, men, strict=False) for one in pair]
    rest = [one for one in people if one not in by_turns]
    return (by_turns + rest)[: _most()]


def _most() -> int:
    return settings.TRYON_PREVIEW_MODELS


def _start(preview: GarmentPreview) -> bool:
    garment = preview.garment
    is_bottom = garment.kind == GarmentKind.BOTTOM
    with transaction.atomic():
        try:
            session = begin(
                TryOnSession(
                    person_image=preview.person_image,
                    top=None if is_bottom else garment,
                    bottom=garment if is_bottom else None,
                    gender=preview.person_image.gender,
                    wants_refined=False,
                )
            )
        except budget.BudgetUsedUp:  # somebody else took the last place
            return False
        unbegun = GarmentPreview.objects.filter(pk=preview.pk, session=None)
        if unbegun.update(session=session) == 1:
            return True
        transaction.set_rollback(True)  # another poller was first
    return False


def _drop(previews: Iterable[GarmentPreview]) -> None:
    chosen = list(previews)
    delete_sessions([one.session for one in chosen if one.session])
    GarmentPreview.objects.filter(pk__in=[one.pk for one in chosen]).delete()
