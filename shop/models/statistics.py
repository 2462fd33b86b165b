"""What happened to each garment on each day: numbers, and nothing about anybody."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .garments import Garment


class GarmentDay(models.Model):
    """The day of one garment, by the clock of TIME_ZONE.

    Counted when it happens, so that the numbers stay when shoppers delete their looks.
    """

    garment = models.ForeignKey(
        Garment, models.CASCADE, related_name="days", verbose_name=_("garment")
    )
    day = models.DateField(_("day"))
    tried_on = models.PositiveIntegerField(_("try-ons"), default=0)
    # Of the looks of that day, however late they were kept.
    kept = models.PositiveIntegerField(_("looks kept"), default=0)
    clicks = models.PositiveIntegerField(_("clicks to buy"), default=0)

    class Meta:
        verbose_name = _("day of a garment")
        verbose_name_plural = _("days of garments")
        ordering: ClassVar = ["day", "garment"]
        indexes: ClassVar = [models.Index(fields=["day"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["garment", "day"], name="garment_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.garment_id} on {self.day}"
