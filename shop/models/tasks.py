"""Try-on tasks, and the only code that may change their state.

queued ──► running ──► succeeded     result image stored
  │           ├──────► failed        the engine said no or broke: see error_code
  │           ├──────► expired       no answer before the deadline, or forgotten
  │           └──────► canceled      shopper changed their mind
  └► failed, expired, canceled       refused at submit; never submitted in time
"""

from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..storages import private_storage
from .sessions import TryOnSession
from .transitions import move


class Stage(models.TextChoices):
    COARSE = "coarse", _("Coarse")
    REFINE = "refine", _("Refine")


class TaskState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")
    CANCELED = "canceled", _("Canceled")


TRANSITIONS = {
    TaskState.QUEUED: {
        TaskState.RUNNING,
        TaskState.FAILED,
        TaskState.EXPIRED,
        TaskState.CANCELED,
    },
    TaskState.RUNNING: {
        TaskState.SUCCEEDED,
        TaskState.FAILED,
        TaskState.EXPIRED,
        TaskState.CANCELED,
    },
}
PENDING = tuple(TRANSITIONS)  # every other state is terminal


class TaskQuerySet(models.QuerySet["TryOnTask"]):
    def pending(self) -> Self:
        return self.filter(state__in=PENDING)

    def due(self, now) -> Self:
        # Oldest first: under load every task waits about equally long, none forever.
        return self.pending().filter(next_poll_at__lte=now).order_by("next_poll_at")


class TryOnTask(models.Model):
    """One call of the protocol: a coarse or a refined image of one session."""

    session = models.ForeignKey(TryOnSession, models.CASCADE, related_name="tasks")
    stage = models.CharField(max_length=6, choices=Stage)
    model = models.CharField(max_length=40, help_text=_("model name of the protocol"))
    state = models.CharField(
        max_length=10, choices=TaskState, default=TaskState.QUEUED, editable=False
    )
    engine_task_id = models.CharField(max_length=80, blank=True, editable=False)
    request_id = models.CharField(max_length=80, blank=True, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Set just before the submit goes out: with no engine_task_id beside it, the answer
    # was lost, and the engine may or may not have taken the task.
    submitting_since = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    scheduled_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Lease, back-off and protection from a task that always raises, in one column.
    next_poll_at = models.DateTimeField(default=timezone.now, editable=False)
    deadline_at = models.DateTimeField(editable=False)
    error_code = models.CharField(max_length=80, blank=True, editable=False)
    error_message = models.TextField(blank=True, editable=False)
    result = models.ImageField(
        storage=private_storage,
        blank=True,
        editable=False,
        width_field="result_width",
        height_field="result_height",
    )
    result_width = models.PositiveIntegerField(editable=False, null=True)
    result_height = models.PositiveIntegerField(editable=False, null=True)
    result_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    # The address at the engine, for the refiner; dead after 24 hours.
    result_url = models.TextField(blank=True, editable=False)
    cost = models.DecimalField(
        max_digits=10, decimal_places=4, default=0, editable=False
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("try-on task")
        verbose_name_plural = _("try-on tasks")
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["next_poll_at"],
                condition=models.Q(state__in=PENDING),
                name="task_due",
            ),
            models.Index(fields=["state", "model"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=TaskState.values), name="task_state"
            ),
            models.CheckConstraint(
                condition=models.Q(stage__in=Stage.values), name="task_stage"
            ),
            models.UniqueConstraint(
                fields=["session", "stage"],
                condition=models.Q(state__in=PENDING),
                name="task_one_pending_per_stage",
            ),
            models.UniqueConstraint(
                fields=["engine_task_id"],
                condition=~models.Q(engine_task_id=""),
                name="task_engine_id_unique",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=TaskState.SUCCEEDED) | ~models.Q(result=""),
                name="task_succeeded_has_result",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=TaskState.RUNNING)
                | ~models.Q(engine_task_id=""),
                name="task_running_has_engine_id",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=PENDING, ended_at__isnull=True)
                | (~models.Q(state__in=PENDING) & models.Q(ended_at__isnull=False)),
                name="task_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Task {self.pk}: {self.stage} of {self.session_id} ({self.state})"

    @property
    def is_over(self) -> bool:
        return self.state not in PENDING

    # --- the arrows ---
    def mark_running(self, engine_task_id: str, request_id: str, **changes) -> bool:
        return self._move(
            TaskState.RUNNING,
            engine_task_id=engine_task_id,
            request_id=request_id,
            submitted_at=timezone.now(),
            **changes,
        )

    def mark_succeeded(self, **changes) -> bool:
        return self._end(TaskState.SUCCEEDED, **changes)

    def mark_failed(self, code: str, message: str) -> bool:
        return self._end(TaskState.FAILED, error_code=code, error_message=message)

    def mark_expired(self, code: str, message: str) -> bool:
        return self._end(TaskState.EXPIRED, error_code=code, error_message=message)

    def mark_canceled(self) -> bool:
        return self._end(TaskState.CANCELED)

    def _end(self, state: TaskState, **changes) -> bool:
        return self._move(state, ended_at=timezone.now(), **changes)

    def _move(self, to: TaskState, **changes) -> bool:
        return move(self, "state", to, TRANSITIONS, **changes)
