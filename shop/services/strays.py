"""Files of the private store that no row knows: left behind by a crash, or by hand."""

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice

from django.apps import apps
from django.core.files.storage import Storage
from django.db.models import FileField, Model
from django.utils import timezone

from ..models import DoomedFile
from ..storages import private_storage

logger = logging.getLogger(__name__)

_BATCH = 200  # names a question to the database
# A file lies in the store before its row says so: a photo for moments, a result until
# its task is settled, which its deadline (four hours at most) bounds.
_GRACE = timedelta(hours=6)


class StraySweep:
    """Goes through the private store, round after round, deleting what is nobody's."""

    def __init__(self) -> None:
        self._names: Iterator[str] = iter(())

    def sweep(self, most: int) -> int:
        """Look at the next `most` files, fewer at a round's end; return the deleted."""
        try:
            names = list(islice(self._names, most))
            if not names:  # the next round
                self._names = _walk(private_storage())
                names = list(islice(self._names, most))
        except Exception:  # the store is away: a round that breaks off begins anew
            logger.exception("The private store could not be listed")
            return 0
        return _delete_strays(names)


def delete_strays() -> int:
    """Delete all files that no row knows and that are old enough; return how many."""
    names = _walk(private_storage())
    gone = 0
    while batch := list(islice(names, _BATCH)):
        gone += _delete_strays(batch)
    return gone


def _walk(storage: Storage, folder: str = "") -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever stored, or it went this moment
        return
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        yield from _walk(storage, f"{folder}{name}/")


def _delete_strays(names: list[str]) -> int:
    storage = private_storage()
    gone = 0
    for name in set(names) - _known(names):
        try:
            if storage.get_modified_time(name) <= timezone.now() - _GRACE:
                storage.delete(name)
                gone += 1
        except FileNotFoundError:
            continue  # somebody else deleted it
        except Exception:  # one file, or the store: the next round tries again
            logger.exception("The stray file %s could not be deleted", name)
    return gone


def _known(names: Iterable[str]) -> set[str]:
    """Those of these files that a row has, whatever its model."""
    known = set(
        DoomedFile.objects.filter(name__in=names).values_list("name", flat=True)
    )
    for model, field in _private_fields():
        rows = model._default_manager.filter(**{f"{field}__in": names})
        known |= set(rows.values_list(field, flat=True))
    return known


def _private_fields() -> list[tuple[type[Model], str]]:
    store = private_storage()
    fields = [
        (model, field.name)
        for model in apps.get_app_config("shop").get_models()
        for field in model._meta.get_fields()
        if isinstance(field, FileField) and field.storage is store
    ]
    if not fields:  # then every file would seem to be nobody's
        raise RuntimeError("No model keeps files in the private store.")
    return fields
