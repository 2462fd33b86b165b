"""Deleting private files for good, together with the rows that knew them."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from ..models import DoomedFile
from ..storages import private_storage

logger = logging.getLogger(__name__)


def doom(names: Iterable[str], after: timedelta = timedelta(0)) -> int:
    """Delete these private files once the transaction in progress is committed.

    Returns their number. The names are written down in that transaction: a kill right
    after the commit, or a store that is down, only delays the deletion until the next
    `delete_doomed_files`. `after` delays it on purpose.
    """
    due = timezone.now() + after
    doomed = [
        DoomedFile(name=name, delete_after=due) for name in dict.fromkeys(names) if name
    ]
    DoomedFile.objects.bulk_create(doomed, ignore_conflicts=True)
    transaction.on_commit(delete_doomed_files)
    return len(doomed)


def delete_doomed_files() -> int:
    """Delete what is due; return how many are gone. What fails is tried again later."""
    gone = 0
    for doomed in DoomedFile.objects.filter(delete_after__lte=timezone.now()):
        try:
            private_storage().delete(doomed.name)
        except Exception:
            logger.exception("Private file %s could not be deleted", doomed.pk)
            continue
        doomed.delete()
        gone += 1
    return gone
