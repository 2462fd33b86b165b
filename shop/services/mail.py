"""E-mails go out behind the scenes: nobody's page waits for a mail server.

The poller claims what is due, a thread of its own hands it to Django's mail backend,
and the poller writes down how that went. Failures are tried again with growing pauses
for about a day; then the mail counts as failed, and staff sees why.
"""

import logging
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone

from ..models import MailState, OutgoingMail

logger = logging.getLogger(__name__)

_AT_A_TIME = 10
_MOST_ATTEMPTS = 12
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=4)
_KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Letter:
    """What a thread needs to send a mail: no row, for it has no database."""

    pk: int
    to: str
    subject: str
    body: str


def claim_letters() -> list[Letter]:
    """A few mails that are due, each claimed for this process alone."""
    due = OutgoingMail.objects.due(timezone.now())[:_AT_A_TIME]
    return [
        Letter(mail.pk, mail.to, mail.subject, mail.body)
        for mail in due
        if mail.mark_sending()
    ]


def send(letter: Letter) -> None:
    """Hand it to the mail backend. Raises whatever that raises."""
    send_mail(letter.subject, letter.body, settings.DEFAULT_FROM_EMAIL, [letter.to])


def settle_letter(letter: Letter, sending: Future[None]) -> None:
    """Write down how the sending went."""
    mail = OutgoingMail.objects.filter(pk=letter.pk, state=MailState.SENDING).first()
    if mail is None:
        return
    error = sending.exception()
    if error is None:
        mail.mark_sent()
        return
    told = f"{type(error).__name__}: {error}"
    if mail.attempts >= _MOST_ATTEMPTS:
        logger.error("E-mail %s to %s failed for good: %s", mail.pk, mail.to, told)
        mail.mark_failed(told)
        return
    pause = min(_FIRST_PAUSE * 2 ** (mail.attempts - 1), _LONGEST_PAUSE)
    logger.warning("E-mail %s to %s failed: %s", mail.pk, mail.to, told)
    mail.mark_waiting(timezone.now() + pause, told)


def put_back(letter: Letter) -> None:
    """It was claimed and not begun: another round, or another poller, sends it."""
    mail = OutgoingMail.objects.filter(pk=letter.pk, state=MailState.SENDING).first()
    if mail is not None:
        mail.mark_waiting(timezone.now(), "")


def purge_mails() -> None:
    """Forget what was sent long ago."""
    OutgoingMail.objects.filter(
        state=MailState.SENT, sent_at__lt=timezone.now() - _KEPT_FOR
    ).delete()
