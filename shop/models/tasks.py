"""Try-on tasks, and the only code that may change their state.

queued ◄─► running ──► succeeded     result image stored
  │           ├──────► failed        the engine said no or broke: see error_code
  │           ├──────► expired       no answer before the deadline, or forgotten
  │           └──────► canceled      shopper changed their mind
  └► failed, expired, canceled       refused at submit; never submitted in time

From running back to queued: the engine forgot the task or broke, and another attempt
is worth it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Self

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..storages import private_storage, random_name
from .days import TryOnDay
from .events import TryOnEvent
from .sessions import TryOnSession
from .transitions import move_all


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
        TaskState.QUEUED,
        TaskState.SUCCEEDED,
        TaskState.FAILED,
        TaskState.EXPIRED,
        TaskState.CANCELED,
    },
}
PENDING = tuple(TRANSITIONS)  # every other state is terminal
_COUNTERS = {  # of `TryOnDay`
    TaskState.SUCCEEDED: "succeeded",
    TaskState.FAILED: "failed",
    TaskState.EXPIRED: "failed",
    TaskState.CANCELED: "canceled",
}
CARD_ENDING = "-card.webp"
RESULT_ENDINGS = (".png", ".jpg", ".webp", CARD_ENDING)


def new_result_stem() -> str:
    return random_name("results", "")[:-1]


class TaskQuerySet(models.QuerySet["TryOnTask"]):
    def pending(self) -> Self:
        return self.filter(state__in=PENDING)

    def due(self, now: datetime) -> Self:
        # Oldest first: under load every task waits about equally long, none forever.
        return self.pending().filter(next_poll_at__lte=now).order_by("next_poll_at")

    def unsubmitted(self) -> Self:
        return self.filter(state=TaskState.QUEUED, submitting_since=None)

    def lost(self) -> Self:
        """A submit went out, or was about to; its answer was not stored."""
        return self.filter(state=TaskState.QUEUED, submitting_since__isnull=False)

    def in_flight(self) -> Self:
        """What may be occupying the engine."""
        return self.pending().filter(
            models.Q(state=TaskState.RUNNING) | models.Q(submitting_since__isnull=False)
        )


class TryOnTask(models.Model):
    """One call of the protocol: a coarse or a refined image of one session."""

    session = models.ForeignKey(
        TryOnSession, models.CASCADE, related_name="tasks", verbose_name=_("session")
    )
    stage = models.CharField(_("stage"), max_length=6, choices=Stage)
    model = models.CharField(
        _("model"), max_length=40, help_text=_("model name of the protocol")
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=TaskState,
        default=TaskState.QUEUED,
        editable=False,
    )
    engine_task_id = models.CharField(
        _("engine task id"), max_length=80, blank=True, editable=False
    )
    request_id = models.CharField(
        _("request id"), max_length=80, blank=True, editable=False
    )
    attempts = models.PositiveIntegerField(
        _("attempts"), default=0, editable=False, help_text=_("submits that went out")
    )
    retries = models.PositiveIntegerField(
        _("retries"),
        default=0,
        editable=False,
        help_text=_("new attempts after the engine failed"),
    )
    setbacks = models.PositiveIntegerField(
        _("setbacks"),
        default=0,
        editable=False,
        help_text=_("calls without an answer, in a row"),
    )
    is_adopted = models.BooleanField(
        _("is adopted"),
        default=False,
        editable=False,
        help_text=_("found in the engine's list after the answer was lost"),
    )
    cancel_asked_at = models.DateTimeField(
        _("cancel asked at"), null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )
    # Set just before the submit goes out: with no engine_task_id beside it, the answer
    # was lost, and the engine may or may not have taken the task.
    submitting_since = models.DateTimeField(
        _("submitting since"), null=True, blank=True, editable=False
    )
    submitted_at = models.DateTimeField(
        _("submitted at"), null=True, blank=True, editable=False
    )
    scheduled_at = models.DateTimeField(
        _("scheduled at"), null=True, blank=True, editable=False
    )
    ended_at = models.DateTimeField(
        _("ended at"), null=True, blank=True, editable=False
    )
    # Lease, back-off and protection from a task that always raises, in one column.
    next_poll_at = models.DateTimeField(
        _("next poll at"), default=timezone.now, editable=False
    )
    deadline_at = models.DateTimeField(_("deadline at"), editable=False)
    error_code = models.CharField(
        _("error code"), max_length=80, blank=True, editable=False
    )
    error_message = models.TextField(_("error message"), blank=True, editable=False)
    # Its size is set by whoever stores it: `width_field` would open the file, over the
    # network if need be, whenever the row is read again.
    result = models.ImageField(
        _("result"), storage=private_storage, blank=True, editable=False
    )
    result_width = models.PositiveIntegerField(
        _("result width"), editable=False, null=True
    )
    result_height = models.PositiveIntegerField(
        _("result height"), editable=False, null=True
    )
    # A small copy, for pages that show many looks.
    result_card = models.ImageField(
        _("small result"), storage=private_storage, blank=True, editable=False
    )
    # Where the result will lie, known before it is stored: what a crash leaves there is
    # overwritten by the next try and found by whoever deletes the session.
    result_stem = models.CharField(
        _("result stem"), max_length=80, default=new_result_stem, editable=False
    )
    result_sha256 = models.CharField(
        _("result sha256"), max_length=64, blank=True, editable=False
    )
    # The address at the engine, for the refiner; dead after 24 hours.
    result_url = models.TextField(_("result url"), blank=True, editable=False)
    # How far the result can be trusted, and why not further; see `shop.doubts`.
    confidence = models.JSONField(
        _("confidence"), default=dict, blank=True, editable=False
    )
    # What is seen of the garments, as the engine measured it; see `shop.worn`.
    worn = models.JSONField(_("worn"), default=dict, blank=True, editable=False)
    cost = models.DecimalField(
        _("cost"), max_digits=10, decimal_places=4, default=0, editable=False
    )
    # The day whose budget it uses, and what is held there until its cost is known.
    budget_day = models.DateField(_("budget day"), null=True, editable=False)
    held = models.DecimalField(
        _("held"), max_digits=10, decimal_places=4, default=0, editable=False
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

    @property
    def possible_files(self) -> list[str]:
        """Every name under which a result of this task may lie in the store."""
        if self.result:
            return [str(file.name) for file in (self.result, self.result_card) if file]
        return [f"{self.result_stem}{ending}" for ending in RESULT_ENDINGS]

    # --- the arrows ---
    # Each for one task or, with the values of each task, for many in one UPDATE.
    def mark_running(
        self, engine_task_id: str, request_id: str, **changes: object
    ) -> bool:
        taken = {"engine_task_id": engine_task_id, "request_id": request_id}
        return bool(self.mark_all_running([self], [taken | changes]))

    @classmethod
    def mark_all_running(
        cls, tasks: "Sequence[TryOnTask]", changes: Sequence[Mapping[str, object]]
    ) -> "list[TryOnTask]":
        return cls._move_all(
            tasks,
            TaskState.RUNNING,
            changes,
            submitted_at=timezone.now(),
            submitting_since=None,
            setbacks=0,
        )

    def mark_queued_again(self, code: str, message: str, not_before: datetime) -> bool:
        return self._move(
            TaskState.QUEUED,
            engine_task_id="",
            request_id="",
            is_adopted=False,
            submitted_at=None,
            scheduled_at=None,
            result_url="",
            setbacks=0,
            retries=self.retries + 1,
            error_code=code,
            error_message=message,
            next_poll_at=not_before,
        )

    def mark_succeeded(self, **changes: object) -> bool:
        return bool(self.mark_all_succeeded([self], [changes]))

    @classmethod
    def mark_all_succeeded(
        cls, tasks: "Sequence[TryOnTask]", changes: Sequence[Mapping[str, object]]
    ) -> "list[TryOnTask]":
        return cls._move_all(
            tasks,
            TaskState.SUCCEEDED,
            changes,
            ended_at=timezone.now(),
            submitting_since=None,
            error_code="",
            error_message="",
        )

    def mark_failed(self, code: str, message: str) -> bool:
        return self._end(TaskState.FAILED, error_code=code, error_message=message)

    def mark_expired(self, code: str, message: str) -> bool:
        return self._end(TaskState.EXPIRED, error_code=code, error_message=message)

    def mark_canceled(self) -> bool:
        return self._end(TaskState.CANCELED)

    def _end(self, state: TaskState, **changes: object) -> bool:
        return self._move(
            state, ended_at=timezone.now(), submitting_since=None, **changes
        )

    def _move(self, to: TaskState, **changes: object) -> bool:
        return bool(self._move_all([self], to, [{}], **changes))

    @classmethod
    def _move_all(
        cls,
        tasks: "Sequence[TryOnTask]",
        to: TaskState,
        changes: Sequence[Mapping[str, object]],
        **of_all: object,
    ) -> "list[TryOnTask]":
        """One UPDATE, and a line in each timeline. Returns the tasks that moved: with
        the others another process was first."""
        asked_as = {task.pk: task.engine_task_id for task in tasks}
        each = [of_all | dict(one) for one in changes]
        with transaction.atomic():
            moved = move_all(tasks, "state", to, TRANSITIONS, each)
            TryOnEvent.objects.bulk_create(
                task._moved(to, asked_as[task.pk]) for task in moved
            )
            if to in _COUNTERS:
                TryOnDay.settle_all(moved, _COUNTERS[to])
        return moved

    def _moved(self, to: TaskState, asked_as: str) -> TryOnEvent:
        has_trouble = to in (TaskState.QUEUED, TaskState.FAILED, TaskState.EXPIRED)
        return TryOnEvent(
            session_id=self.session_id,
            task=self,
            name=f"{self.stage}.{to}",
            engine_task_id=self.engine_task_id or asked_as,
            request_id=self.request_id,
            code=self.error_code if has_trouble else "",
            message=self.error_message[:500] if has_trouble else "",
        )
