"""Guessed and forgotten passwords: who guesses is shut out, who forgot gets a link."""

from collections.abc import Mapping
from datetime import datetime

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from ..models import OutgoingMail, User

_ONE_LINK_S = (
    300  # an account gets one link in this time, however often it is asked for
)


def claimed_email(request: HttpRequest, credentials: Mapping | None = None) -> str:
    """Whose password it is said to be, in one spelling: wrong ones count by it."""
    claimed = credentials or request.POST
    return str(claimed.get("username") or "").strip().lower()


def send_link(user: User, uid: str, token: str, now: datetime) -> None:
    """Write the mail with the link under which a new password can be chosen.

    `uid` and `token` are those of Django's password reset.
    """
    moment = int(now.timestamp()) // _ONE_LINK_S
    context = {"site": settings.SITE_URL, "uid": uid, "token": token, "user": user}
    OutgoingMail.write(
        f"{OutgoingMail.PRIVATE} password {user.pk} {moment}",
        [user.email],
        _("A new password for Fitting Room"),
        render_to_string("accounts/password_mail.txt", context),
    )


def let_in_again(user: User) -> None:
    """Forget the wrong passwords of somebody who has proved to own the account."""
    reset(username=user.email.lower())


def forget_wrong_passwords(now: datetime) -> None:
    """Delete the attempts that no longer shut anybody out."""
    AccessAttempt.objects.filter(
        attempt_time__lte=now - settings.AXES_COOLOFF_TIME
    ).delete()
