"""E-mails on their way: written with what they tell of, sent by the poller.

waiting ──► sending ──► sent
   ▲           ├──────► waiting   the mail server did not take it: later again
   │           └──────► failed    it never did; staff may send it again
   └───────────────────────┘

A mail that a killed poller left as sending may have gone out or not, so nobody sends it
again by itself: rather one mail too few than the same one twice.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .transitions import move


class MailState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


TRANSITIONS = {
    MailState.WAITING: {MailState.SENDING},
    MailState.SENDING: {MailState.SENT, MailState.WAITING, MailState.FAILED},
    MailState.FAILED: {MailState.WAITING},
}


class MailQuerySet(models.QuerySet["OutgoingMail"]):
    def due(self, now: datetime) -> Self:
        waiting = self.filter(state=MailState.WAITING, send_at__lte=now)
        return waiting.order_by("send_at")


class OutgoingMail(models.Model):
    """One e-mail to one address; `occasion` is unique, so each is written once.

    One whose occasion begins with PRIVATE is for its reader alone: staff never sees its
    text, which is forgotten once it is sent.
    """

    PRIVATE = "private"

    occasion = models.CharField(_("occasion"), max_length=320, unique=True)
    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    state = models.CharField(
        _("state"), max_length=8, choices=MailState, default=MailState.WAITING
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    send_at = models.DateTimeField(_("send at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "send_at"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=MailState.values), name="mail_state"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"

    @property
    def is_private(self) -> bool:
        return self.occasion.startswith(self.PRIVATE)

    @staticmethod
    def write(occasion: str, addresses: Iterable[str], subject: str, body: str) -> None:
        """Write it down, once for each address; it goes out after the commit."""
        mails = [
            OutgoingMail(occasion=f"{occasion} {to}", to=to, subject=subject, body=body)
            for to in addresses
        ]
        OutgoingMail.objects.bulk_create(mails, ignore_conflicts=True)

    # --- the arrows ---
    def mark_sending(self) -> bool:
        return self._move(MailState.SENDING, attempts=self.attempts + 1)

    def mark_sent(self) -> bool:
        sent = {"sent_at": timezone.now(), "last_error": ""}
        return self._move(
            MailState.SENT, **sent, **({"body": ""} if self.is_private else {})
        )

    def mark_waiting(self, not_before: datetime, error: str) -> bool:
        return self._move(MailState.WAITING, send_at=not_before, last_error=error[:300])

    def mark_failed(self, error: str) -> bool:
        return self._move(MailState.FAILED, last_error=error[:300])

    def send_again(self) -> bool:
        return self._move(MailState.WAITING, send_at=timezone.now(), attempts=0)

    def _move(self, to: MailState, **changes: object) -> bool:
        return move(self, "state", to, TRANSITIONS, **changes)
