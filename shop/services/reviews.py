"""The review of garments: decisions of staff, each told to its merchant by e-mail."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ..models import Garment, OutgoingMail, ReviewStatus, User
from ..review_reasons import sentences
from .garments import moved


def waiting() -> QuerySet[Garment]:
    """What waits for a decision: first come, first served."""
    in_review = Garment.objects.filter(status=ReviewStatus.IN_REVIEW)
    return in_review.select_related("merchant__user").order_by("submitted_at", "pk")


def approve(garment: Garment, reviewer: User, seen: datetime | None = None) -> bool:
    """Publish it and write to its merchant. False: it is not in review any more.

    With `seen`, the time of submission that the reviewer's page showed, also False when
    the merchant took it back and submitted it anew meanwhile: that was not looked at.
    """
    with transaction.atomic():
        done = _is_as_seen(garment, seen) and moved(garment.publish, reviewer)
        if done:
            _write(garment, _approved)
    return done


def reject(
    garment: Garment,
    reviewer: User,
    reasons: Iterable[str],
    words: str,
    seen: datetime | None = None,
) -> bool:
    """Send it back with ready-made `reasons` in the merchant's language, and `words`.

    False as for `approve`. At least one of the two must say something.
    """
    language = garment.merchant.language
    with translation.override(language):
        reason = "\n".join([*sentences(reasons), *filter(None, [words.strip()])])
    with transaction.atomic():
        done = _is_as_seen(garment, seen) and moved(garment.reject, reviewer, reason)
        if done:
            _write(garment, _rejected)
    return done


def _is_as_seen(garment: Garment, seen: datetime | None) -> bool:
    """Is the row still the submission that was looked at? Locked until it is moved."""
    if seen is None:
        return True
    now_there = Garment.objects.select_for_update().filter(pk=garment.pk)
    return now_there.filter(submitted_at=seen).exists()


def _write(garment: Garment, letter: Callable[[Garment], tuple[str, str]]) -> None:
    """The mail about a decision, written with it in one transaction."""
    merchant = garment.merchant
    with translation.override(merchant.language):
        subject, body = letter(garment)
        page = settings.SITE_URL + reverse("merchant-garment", args=[garment.pk])
        signed = _("Fitting Room, for %(shop)s") % {"shop": merchant.shop_name}
    moment = garment.reviewed_at.isoformat() if garment.reviewed_at else ""
    OutgoingMail.write(
        f"review {garment.pk} {moment}",
        [merchant.user.email],
        subject,
        f"{body}\n\n{page}\n\n{signed}\n",
    )


def _approved(garment: Garment) -> tuple[str, str]:
    name = {"name": garment.display_name}
    return (
        _("“%(name)s” is on sale") % name,
        _(
            "We looked at “%(name)s” and published it. Shoppers can try it on from now "
            "on."
        )
        % name,
    )


def _rejected(garment: Garment) -> tuple[str, str]:
    name = {"name": garment.display_name}
    body = [
        _("We looked at “%(name)s” and could not publish it yet.") % name,
        garment.rejection_reason,
        _("Please change it and submit it again; we look at it soon."),
    ]
    return _("“%(name)s” needs a change") % name, "\n\n".join(body)
