"""What is not kept: photos, looks, guests and visits past their time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ..models import (
    GarmentImport,
    OrphanedTask,
    PersonImage,
    Shopper,
    TryOnSession,
)
from ..models.sessions import SessionQuerySet
from .import_jobs import delete_imports
from .mail import purge_mails
from .passwords import forget_wrong_passwords
from .private_files import delete_doomed_files
from .sessions import Receipt, delete_photos, delete_sessions

_BATCH = 200  # rows a transaction
_IMPORTS_KEPT = timedelta(days=7)  # long enough to see what went wrong
_LISTED_FOR = timedelta(hours=25)  # the engine's task list goes back 24 hours


@dataclass(frozen=True)
class Purged(Receipt):
    """What a purge deleted; guests and visits are rows without a picture."""

    guests: int = 0
    visits: int = 0

    def __bool__(self) -> bool:
        return self != Purged()


def purge_expired() -> Purged:
    """Delete what is past its time.

    Photos go when they expire; looks after TRYON_LOOK_LIFETIME, what a rail showed with
    the photos. A look that is kept stays, a guest's as long as its browser's cookie:
    afterwards nobody could find it, or delete it, any more. Guests without photo or
    look go with their cookie, and so do the visits (sessions of the browser).

    May run at any time, as often as one likes, in several processes.
    """
    now = timezone.now()
    receipt = Receipt()
    while photos := list(PersonImage.objects.expired()[:_BATCH]):
        receipt += delete_photos(photos)
    while looks := list(_expired_looks(now)[:_BATCH]):
        receipt += delete_sessions(looks)
    # Previews are kept with their garment; without their house model they go.
    while strays := list(
        TryOnSession.objects.filter(shopper=None, preview=None)[:_BATCH]
    ):
        delete_sessions(strays)
    delete_imports(GarmentImport.objects.filter(created_at__lte=now - _IMPORTS_KEPT))
    delete_doomed_files()
    purge_mails()
    forget_wrong_passwords(now)
    OrphanedTask.objects.filter(created_at__lte=now - _LISTED_FOR).delete()
    visits, _ = Session.objects.filter(expire_date__lte=now).delete()
    guests, _ = _gone_guests(now).delete()
    return Purged(receipt.photos, receipt.looks, receipt.files, guests, visits)


def _expired_looks(now: datetime) -> SessionQuerySet:
    kept_by_guests = max(settings.TRYON_LOOK_LIFETIME, settings.TRYON_GUEST_LIFETIME)
    return TryOnSession.objects.of_shoppers().filter(
        Q(is_kept=False, created_at__lte=now - settings.TRYON_LOOK_LIFETIME)
        | Q(
            is_kept=False,
            wants_refined=False,
            created_at__lte=now - settings.TRYON_PHOTO_LIFETIME,
        )
        | Q(is_kept=True, shopper__user=None, created_at__lte=now - kept_by_guests)
    )


def _gone_guests(now: datetime) -> models.QuerySet[Shopper]:
    return Shopper.objects.filter(
        user=None,
        person_images=None,
        sessions=None,
        created_at__lte=now - settings.TRYON_GUEST_LIFETIME,
    )
