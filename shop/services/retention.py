"""What is not kept: photos and looks past their time, and files left to delete."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from ..models import OrphanedTask, PersonImage, TryOnSession
from .private_files import delete_doomed_files
from .sessions import Receipt, delete_photos, delete_sessions

_BATCH = 200  # rows a transaction
_LISTED_FOR = timedelta(hours=25)  # the engine's task list goes back 24 hours


def purge_expired() -> Receipt:
    """Delete expired photos, and looks past their time that nobody keeps.

    Looks go after TRYON_LOOK_LIFETIME; what a rail showed goes with the photos.

    May run at any time, as often as one likes, in several processes.
    """
    now = timezone.now()
    old_looks = (
        TryOnSession.objects.of_shoppers()
        .filter(is_kept=False)
        .filter(
            Q(created_at__lte=now - settings.TRYON_LOOK_LIFETIME)
            | Q(
                created_at__lte=now - settings.TRYON_PHOTO_LIFETIME, wants_refined=False
            )
        )
    )
    receipt = Receipt()
    while photos := list(PersonImage.objects.expired()[:_BATCH]):
        receipt += delete_photos(photos)
    while looks := list(old_looks[:_BATCH]):
        receipt += delete_sessions(looks)
    # Previews are kept with their garment; without their house model they go.
    while strays := list(
        TryOnSession.objects.filter(shopper=None, preview=None)[:_BATCH]
    ):
        delete_sessions(strays)
    delete_doomed_files()
    OrphanedTask.objects.filter(created_at__lte=now - _LISTED_FOR).delete()
    return receipt
