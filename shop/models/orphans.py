"""Engine tasks that nobody waits for any more."""

from collections.abc import Iterable

from django.db import models
from django.utils import timezone


class OrphanedTask(models.Model):
    """A task at the engine whose row here is gone, over, or was never written.

    The poller asks the engine once to drop it. The id is kept for a day longer, for as
    long as it is in the engine's task list: nobody else's lost submit may take it over.
    """

    engine_task_id = models.CharField(max_length=80, primary_key=True)
    created_at = models.DateTimeField(default=timezone.now)
    is_cancel_due = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.engine_task_id

    @classmethod
    def leave(cls, engine_task_ids: Iterable[str], is_cancel_due: bool = True) -> None:
        rows = [
            OrphanedTask(engine_task_id=one, is_cancel_due=is_cancel_due)
            for one in engine_task_ids
            if one
        ]
        OrphanedTask.objects.bulk_create(rows, ignore_conflicts=True)
