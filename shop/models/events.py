"""The timeline of a try-on: every change of state, every exchange with the engine."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TryOnEvent(models.Model):
    """One line of a session's timeline. Lines are added, never changed.

    `name` is `session.<status>` or `<stage>.<state>` for a change of state, the call of
    the protocol (submit, query, download, list, cancel) for an exchange, or what the
    poller made of it (adopt, resubmit, refuse). Of many tasks in flight the poller asks
    the task list; a look into it that told nothing new adds no line.
    """

    session = models.ForeignKey(
        "shop.TryOnSession",
        models.CASCADE,
        related_name="events",
        verbose_name=_("session"),
    )
    task = models.ForeignKey(
        "shop.TryOnTask",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("task"),
    )
    at = models.DateTimeField(_("time"), default=timezone.now)
    name = models.CharField(_("name"), max_length=40)
    # Kept here too, for a task that is asked again gets a new id.
    engine_task_id = models.CharField(_("engine task id"), max_length=80, blank=True)
    request_id = models.CharField(_("request id"), max_length=80, blank=True)
    code = models.CharField(_("code"), max_length=80, blank=True)
    message = models.CharField(_("message"), max_length=500, blank=True)
    http_status = models.PositiveSmallIntegerField(
        _("HTTP status"), null=True, blank=True
    )
    duration_ms = models.PositiveIntegerField(_("duration ms"), null=True, blank=True)

    class Meta:
        verbose_name = _("try-on event")
        verbose_name_plural = _("try-on events")
        ordering: ClassVar = ["at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["session", "at"]),
            models.Index(
                fields=["engine_task_id"],
                condition=~models.Q(engine_task_id=""),
                name="event_engine_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.name} {self.code or self.message}".rstrip()
