"""Try-on sessions: one person image, what is tried on it, and how far that has come.

queued ──► fitting ──► coarse ready ──► refining ──► refined
  │           │             │            ▲  └──────► coarse only   refining failed, or
  │           │             └───► coarse only          was not asked for (so far)
  ├───────────┴──► failed                              no image; see `reason`
  └──(any state before the end)──► canceled            the shopper changed their mind

A session of the rail "on me" ends as coarse only, for its shopper wants to look around;
asked for more it goes back, from coarse only to refining.
"""

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .events import TryOnEvent
from .garments import Garment
from .shoppers import Gender, PersonImage, Shopper
from .transitions import move_all

if TYPE_CHECKING:
    from .tasks import TryOnTask


class SessionStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    FITTING = "fitting", _("Fitting")
    COARSE_READY = "coarse_ready", _("First look ready")
    REFINING = "refining", _("Refining")
    REFINED = "refined", _("Refined")
    COARSE_ONLY = "coarse_only", _("First look only")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Canceled")


TRANSITIONS = {
    SessionStatus.QUEUED: {
        SessionStatus.FITTING,
        SessionStatus.FAILED,
        SessionStatus.CANCELED,
    },
    SessionStatus.FITTING: {
        SessionStatus.COARSE_READY,
        SessionStatus.FAILED,
        SessionStatus.CANCELED,
    },
    SessionStatus.COARSE_READY: {
        SessionStatus.REFINING,
        SessionStatus.COARSE_ONLY,
        SessionStatus.CANCELED,
    },
    SessionStatus.REFINING: {
        SessionStatus.REFINED,
        SessionStatus.COARSE_ONLY,
        SessionStatus.CANCELED,
    },
    SessionStatus.COARSE_ONLY: {SessionStatus.REFINING},
}
ONGOING = (  # every other status is an end, if not always the last word
    SessionStatus.QUEUED,
    SessionStatus.FITTING,
    SessionStatus.COARSE_READY,
    SessionStatus.REFINING,
)


class SessionQuerySet(models.QuerySet["TryOnSession"]):
    def ongoing(self) -> Self:
        return self.filter(status__in=ONGOING)

    def of_shoppers(self) -> Self:
        """What people tried on: no previews."""
        return self.filter(shopper__isnull=False)

    def looks(self) -> Self:
        """What its shopper tried on one by one, or keeps; not all that a rail shows."""
        return self.filter(models.Q(wants_refined=True) | models.Q(is_kept=True))

    def with_pictures(self) -> Self:
        """All that a page about sessions shows, in a fixed number of queries."""
        return self.select_related(
            "shopper", "person_image", "top__merchant", "bottom__merchant"
        ).prefetch_related("tasks")


class TryOnSession(models.Model):
    """One shopper, one person image, the outfit tried on it. A dress sits in `top`.

    A preview of a garment on a house model is one too, without a shopper.
    """

    public_id = models.UUIDField(
        _("public id"), default=uuid.uuid4, unique=True, editable=False
    )
    # Nobody's is a preview: a garment on a house model; see `previews`.
    shopper = models.ForeignKey(
        Shopper,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name=_("shopper"),
    )
    # The photo goes after a day, the look stays longer.
    person_image = models.ForeignKey(
        PersonImage,
        models.SET_NULL,
        null=True,
        related_name="sessions",
        verbose_name=_("person image"),
    )
    top = models.ForeignKey(
        Garment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("top"),
    )
    bottom = models.ForeignKey(
        Garment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("bottom"),
    )
    gender = models.CharField(_("gender"), max_length=5, choices=Gender)
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=SessionStatus,
        default=SessionStatus.QUEUED,
        editable=False,
    )
    # Why it ended without a refined image: a key of `shop.reasons`, for plain words.
    reason = models.CharField(_("reason"), max_length=20, blank=True, editable=False)
    # False: one of many on a rail, where the coarse image does until more is asked for.
    wants_refined = models.BooleanField(
        _("wants refined"), default=True, editable=False
    )
    # The consent under which the photo is used; none is needed for a house model.
    consent_version = models.CharField(
        _("consent version"), max_length=20, blank=True, editable=False
    )
    consented_at = models.DateTimeField(
        _("consented at"), null=True, blank=True, editable=False
    )
    is_kept = models.BooleanField(_("is kept"), default=False)
    name = models.CharField(_("name"), max_length=80, blank=True)
    share_token = models.CharField(
        _("share token"), max_length=64, unique=True, null=True, blank=True
    )
    share_expires_at = models.DateTimeField(
        _("share expires at"), null=True, blank=True
    )
    share_hides_face = models.BooleanField(_("share hides the face"), default=False)
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )
    ended_at = models.DateTimeField(
        _("ended at"), null=True, blank=True, editable=False
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("try-on session")
        verbose_name_plural = _("try-on sessions")
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["shopper", "-created_at"]),
            models.Index(fields=["status", "-created_at"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status__in=SessionStatus.values),
                name="session_status",
            ),
            models.CheckConstraint(
                condition=models.Q(top__isnull=False) | models.Q(bottom__isnull=False),
                name="session_has_garment",
            ),
            models.CheckConstraint(
                condition=models.Q(gender__in=Gender.values), name="session_gender"
            ),
            models.CheckConstraint(
                condition=models.Q(consent_version="")
                | models.Q(consented_at__isnull=False),
                name="session_consent_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(share_token__isnull=True)
                | models.Q(share_expires_at__isnull=False),
                name="session_share_expires",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=ONGOING, ended_at__isnull=True)
                | (~models.Q(status__in=ONGOING) & models.Q(ended_at__isnull=False)),
                name="session_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        outfit = " + ".join(garment.name for garment in self.garments)
        return _("Session %(number)s: %(outfit)s (%(status)s)") % {
            "number": self.public_id,
            "outfit": outfit,
            "status": self.get_status_display(),
        }

    def get_absolute_url(self) -> str:
        return reverse("session-detail", args=[self.public_id])

    @property
    def garments(self) -> list[Garment]:
        return [garment for garment in (self.top, self.bottom) if garment]

    @property
    def is_over(self) -> bool:
        return self.status not in ONGOING

    @property
    def is_shared(self) -> bool:
        expires_at = self.share_expires_at
        return bool(self.share_token and expires_at and expires_at > timezone.now())

    @property
    def coarse_task(self) -> "TryOnTask | None":
        """The task that made the coarse image, once it is stored."""
        return self._succeeded("coarse")

    @property
    def refined_task(self) -> "TryOnTask | None":
        return self._succeeded("refine")

    def _succeeded(self, stage: str) -> "TryOnTask | None":
        # In Python: `tasks` is mostly prefetched, and never more than a few.
        found = (task for task in self.tasks.all() if task.stage == stage)
        return next((task for task in found if task.state == "succeeded"), None)

    # --- the arrows ---
    def mark_fitting(self) -> bool:
        return self._mark(SessionStatus.FITTING)

    def mark_coarse_ready(self) -> bool:
        return self._mark(SessionStatus.COARSE_READY)

    def mark_refining(self) -> bool:
        """Also from coarse only: then the session goes on after its end."""
        return self._mark(SessionStatus.REFINING)

    def mark_refined(self) -> bool:
        return self._mark(SessionStatus.REFINED)

    def mark_coarse_only(self, reason: str = "") -> bool:
        return self._mark(SessionStatus.COARSE_ONLY, reason)

    def mark_failed(self, reason: str) -> bool:
        return self._mark(SessionStatus.FAILED, reason)

    def mark_canceled(self) -> bool:
        return self._mark(SessionStatus.CANCELED)

    def _mark(self, status: SessionStatus, reason: str = "") -> bool:
        return bool(self.mark_all([self], status, [reason]))

    @classmethod
    def mark_all(
        cls,
        sessions: "Sequence[TryOnSession]",
        status: SessionStatus,
        reasons: Sequence[str],
    ) -> "list[TryOnSession]":
        """Move many at once: one UPDATE, and a line in each timeline.

        Returns the sessions that moved: with the others another process was first.
        """
        fixed: dict[str, object] = {}
        if status not in ONGOING:
            fixed["ended_at"] = timezone.now()
        if status == SessionStatus.REFINING:
            fixed |= {"ended_at": None, "wants_refined": True}
        changes = [fixed | {"reason": reason} for reason in reasons]
        with transaction.atomic():
            moved = move_all(sessions, "status", status, TRANSITIONS, changes)
            TryOnEvent.objects.bulk_create(
                TryOnEvent(session=one, name=f"session.{status}", code=one.reason)
                for one in moved
            )
        return moved
