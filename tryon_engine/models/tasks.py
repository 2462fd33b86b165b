"""Tasks and workers, and the only code that moves a task.

    PENDING ──► RUNNING ──► SUCCEEDED     result image stored
       │           └──────► FAILED        see error_code
       └► CANCELED                        only while PENDING

A RUNNING task belongs to one worker until `leased_until`; the worker's heartbeat moves
that ahead. A lease that ran out (the worker was killed) or was given back makes the
task claimable again, still RUNNING: callers never see a task go backwards.
"""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..errors import ProtocolError
from .keys import EngineKey, EngineUsage

LEASE: Final = timedelta(seconds=8)
"""How long a silent worker keeps its task: some missed heartbeats on a busy machine."""
HEARTBEAT_VALID: Final = timedelta(seconds=10)
CHECK_MODEL: Final = "image-check-v1"
PARSING_MODEL: Final = "aitryon-parsing-v1"
ANSWERED_AT_ONCE: Final = (CHECK_MODEL, PARSING_MODEL)
"""Models whose callers wait for the answer: rows here, but no tasks to callers."""


class TaskState(models.TextChoices):
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


OPEN_STATES: Final = (TaskState.PENDING, TaskState.RUNNING)
FINAL_STATES: Final = (TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELED)


def result_lifetime() -> timedelta:
    return timedelta(hours=settings.TRYON_ENGINE_RESULT_HOURS)


class EngineTaskQuerySet(models.QuerySet["EngineTask"]):
    def owned_by(self, owner: str) -> "EngineTaskQuerySet":
        return self.filter(owner=owner)

    def kept(self) -> "EngineTaskQuerySet":
        """Tasks that still have an answer; counted from the end, else the submit."""
        oldest = timezone.now() - result_lifetime()
        return self.filter(
            Q(ended_at__gte=oldest) | Q(ended_at=None, submitted_at__gte=oldest)
        )

    def expired(self) -> "EngineTaskQuerySet":
        oldest = timezone.now() - result_lifetime()
        return self.filter(
            Q(ended_at__lt=oldest) | Q(ended_at=None, submitted_at__lt=oldest)
        )

    def claimable(
        self,
        models_served: Collection[str],
        now: datetime,
        full: Collection[str] = (),
    ) -> "EngineTaskQuerySet":
        """Tasks to work on; of the owners in `full` no further try-ons."""
        waits = Q(state=TaskState.PENDING, owner__in=full)
        waits &= ~Q(model__in=ANSWERED_AT_ONCE)
        unleased = Q(leased_until=None) | Q(leased_until__lt=now)
        open_tasks = self.filter(unleased, state__in=OPEN_STATES)
        # Oldest first: under load every task waits about equally long, none forever.
        served = open_tasks.filter(model__in=models_served).exclude(waits)
        return served.order_by("submitted_at", "pk")

    def claim(
        self, worker: str, models_served: Collection[str], now: datetime
    ) -> "EngineTask | None":
        """Lease the oldest claimable task to `worker`, or return None.

        One conditional UPDATE: of two workers that saw the same row, one changes it.
        Tasks of keys that have as many in work as they may stay in the queue.
        """
        full: set[str] = set()
        while task := self.claimable(models_served, now, full).first():
            with transaction.atomic():
                if task.state == TaskState.PENDING and not self.has_room(task):
                    full.add(task.owner)
                    continue
                unmoved = self.filter(pk=task.pk, state=task.state, lease=task.lease)
                if unmoved.update(
                    state=TaskState.RUNNING,
                    worker=worker,
                    lease=F("lease") + 1,
                    attempts=F("attempts") + 1,
                    leased_until=now + LEASE,
                    scheduled_at=task.scheduled_at or now,
                ):
                    task.refresh_from_db()
                    return task
        return None

    def has_room(self, task: "EngineTask") -> bool:
        """Tell whether one more task of the same key may be worked on.

        Inside a transaction: it locks the key's row, so that two workers do not take
        the last place both.
        """
        if task.model in ANSWERED_AT_ONCE:
            return True
        limit = EngineKey.objects.in_flight_limit(task.owner)
        if not limit:
            return True
        EngineKey.objects.select_for_update().filter(digest=task.owner).first()
        return self.try_ons_of(task.owner, TaskState.RUNNING).count() < limit

    def try_ons_of(self, owner: str, *states: "TaskState") -> "EngineTaskQuerySet":
        found = self.filter(owner=owner, state__in=states)
        return found.exclude(model__in=ANSWERED_AT_ONCE)

    def release(self, worker: str) -> int:
        """Free the task of a worker known to be dead; the attempt counts."""
        return self.filter(state=TaskState.RUNNING, worker=worker).update(
            leased_until=timezone.now() - LEASE
        )


class EngineTask(models.Model):
    """One submit, from the queue to its result. The primary key is the task id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request_id = models.UUIDField(help_text="Request id of the submit.")
    owner = models.CharField(max_length=64, help_text="SHA-256 of the API key.")
    model = models.CharField(max_length=40)
    # `results.Address` by field name, forgotten at the end.
    images = models.JSONField(default=dict)
    parameters = models.JSONField(default=dict)

    state = models.CharField(
        max_length=10, choices=TaskState, default=TaskState.PENDING
    )
    submitted_at = models.DateTimeField(default=timezone.now)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    worker = models.CharField(max_length=120, blank=True)
    lease = models.PositiveIntegerField(default=0, help_text="Counts the claims.")
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    result_name = models.CharField(max_length=200, blank=True)
    mask_name = models.CharField(max_length=200, blank=True)
    # What is our own in the answer: notes of a try-on, findings of an image check.
    extras = models.JSONField(default=dict, blank=True)
    error_code = models.CharField(max_length=80, blank=True)
    error_message = models.TextField(blank=True)

    objects = EngineTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("engine task")
        verbose_name_plural = _("engine tasks")
        indexes = [
            models.Index(fields=["state", "submitted_at"], name="engine_task_queue"),
            models.Index(fields=["owner", "submitted_at"], name="engine_task_owner"),
        ]
        constraints = [
            models.CheckConstraint(
                name="engine_task_succeeded_has_end",
                condition=~Q(state="SUCCEEDED") | Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="engine_task_failed_has_code",
                condition=~Q(state="FAILED") | ~Q(error_code=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.pk} ({self.state})"

    @property
    def is_final(self) -> bool:
        return self.state in FINAL_STATES

    @property
    def kept_until(self) -> datetime:
        return (self.ended_at or self.submitted_at) + result_lifetime()

    def enqueue(self) -> None:
        """Put the new task into the queue and count it."""
        with transaction.atomic():
            self.save(force_insert=True)
            EngineUsage.add(self.owner, self.model, "submitted")

    def cancel(self) -> bool:
        """Cancel a task that nobody has taken yet. False: too late."""
        pending = EngineTask.objects.filter(pk=self.pk, state=TaskState.PENDING)
        canceled = {"state": TaskState.CANCELED, "ended_at": timezone.now()}
        with transaction.atomic():
            is_first = pending.update(**canceled, images={}) == 1
            if is_first:
                EngineUsage.add(self.owner, self.model, "canceled")
        return is_first

    def extend_lease(self, now: datetime) -> bool:
        """Keep the task. False: it was lost to another worker, or is over."""
        return self._mine().update(leased_until=now + LEASE) == 1

    def hand_back(self) -> bool:
        """Let another worker take the task at once; this attempt does not count."""
        return (
            self._mine().update(
                leased_until=timezone.now() - LEASE, attempts=F("attempts") - 1
            )
            == 1
        )

    def mark_succeeded(self, **result: Any) -> bool:
        """Publish the stored result. False: the lease was lost, the result is void."""
        return self._end(TaskState.SUCCEEDED, **result)

    def mark_failed(self, error: ProtocolError) -> bool:
        return self._end(
            TaskState.FAILED, error_code=error.code, error_message=error.message
        )

    def _end(self, state: TaskState, **changes: Any) -> bool:
        changes |= {"state": state, "ended_at": timezone.now(), "images": {}}
        with transaction.atomic():
            is_mine = self._mine().update(leased_until=None, **changes) == 1
            if is_mine:
                EngineUsage.add(self.owner, self.model, state.lower())
        return is_mine

    def _mine(self) -> EngineTaskQuerySet:
        """The row, as long as it is leased to the worker that claimed this object."""
        return EngineTask.objects.filter(
            pk=self.pk, state=TaskState.RUNNING, lease=self.lease
        )


class WorkerHeartbeat(models.Model):
    """A live worker process; rows that are not renewed mean a dead one."""

    worker = models.CharField(primary_key=True, max_length=120)
    serves = models.JSONField(help_text="Models whose tasks it takes.")
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("heartbeat of a worker")
        verbose_name_plural = _("heartbeats of workers")

    def __str__(self) -> str:
        return self.worker
