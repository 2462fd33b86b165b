"""What a garment looks like on the house models, before anybody can buy it."""

import hashlib
import json
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .garments import Garment
from .sessions import ONGOING, SessionStatus, TryOnSession
from .shoppers import PersonImage
from .tasks import TaskState, TryOnTask


class PreviewQuerySet(models.QuerySet["GarmentPreview"]):
    def wanted(self) -> Self:
        """Not begun yet; the first asked for first."""
        return self.filter(session=None).order_by("created_at", "pk")

    def under_way(self) -> Self:
        return self.filter(session__status__in=ONGOING)

    def with_pictures(self) -> Self:
        """All that a page about previews shows, in a fixed number of queries."""
        related = self.select_related("person_image", "session")
        return related.prefetch_related("session__tasks")


class GarmentPreview(models.Model):
    """One garment on one house model, for its merchant and for its reviewer.

    Without a session it is wanted and not begun; the poller begins it when the shoppers
    leave room. Its session is like a shopper's, but nobody's: it has no shopper.
    """

    garment = models.ForeignKey(
        Garment, models.CASCADE, related_name="previews", verbose_name=_("garment")
    )
    person_image = models.ForeignKey(
        PersonImage,
        models.CASCADE,
        related_name="previews",
        verbose_name=_("house model"),
    )
    session = models.OneToOneField(
        TryOnSession,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="preview",
        verbose_name=_("session"),
    )
    # What it shows; see `fingerprint`. Another flat makes it outdated.
    shows = models.CharField(_("shows"), max_length=64, editable=False)
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )

    objects = PreviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("preview")
        verbose_name_plural = _("previews")
        ordering: ClassVar = ["garment", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["garment", "person_image"], name="preview_one_per_model"
            )
        ]

    def __str__(self) -> str:
        return f"{self.garment_id} on {self.person_image_id}"

    @property
    def result(self) -> TryOnTask | None:
        """The task with the picture, once there is one."""
        if self.session is None:
            return None
        done = (task for task in self.session.tasks.all() if task.result)
        return next((task for task in done if task.state == TaskState.SUCCEEDED), None)

    @property
    def is_waiting(self) -> bool:
        return self.session is None or not self.session.is_over

    @property
    def has_failed(self) -> bool:
        return self.session is not None and self.session.status in (
            SessionStatus.FAILED,
            SessionStatus.CANCELED,
        )


def fingerprint(garment: Garment) -> str:
    """A hash of all that decides how the garment looks on somebody."""
    said = json.dumps(
        [garment.flat_sha256, garment.kind, garment.keypoints], sort_keys=True
    )
    return hashlib.sha256(said.encode()).hexdigest()
