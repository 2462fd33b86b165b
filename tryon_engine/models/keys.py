"""Who may call: keys with their limits, what they used, how fast they may go on.

A key itself is stored nowhere, only its SHA-256: it is 256 random bits, so that nobody
guesses it from that. Tasks, uploads and usage name their owner by the same digest.
"""

import time
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

USE_NOTED_EVERY: Final = timedelta(minutes=1)
"""`last_used_at` costs a write, and nobody needs it to the second."""

ROUNDING_S: Final = 1e-6
"""Seconds since 1970 as floats are no more exact."""


class EngineKeyQuerySet(models.QuerySet["EngineKey"]):
    def in_flight_limit(self, owner: str) -> int:
        """How many try-ons of `owner` may be worked on at once; 0: any number."""
        found = self.filter(digest=owner).values_list("in_flight", flat=True).first()
        return settings.TRYON_ENGINE_IN_FLIGHT if found is None else found


class EngineKey(models.Model):
    """One API key. Limits: empty means the setting's, 0 means none."""

    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 in hex.")
    name = models.CharField(max_length=80)
    is_managed = models.BooleanField(
        default=True, help_text="False: it stands in TRYON_ENGINE_API_KEYS."
    )
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    submits_per_second = models.PositiveIntegerField(null=True, blank=True)
    queries_per_second = models.PositiveIntegerField(null=True, blank=True)
    in_flight = models.PositiveIntegerField(null=True, blank=True)

    objects = EngineKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("engine key")
        verbose_name_plural = _("engine keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"

    @property
    def submit_rate(self) -> int:
        own = self.submits_per_second
        return settings.TRYON_ENGINE_SUBMITS_PER_SECOND if own is None else own

    @property
    def query_rate(self) -> int:
        own = self.queries_per_second
        return settings.TRYON_ENGINE_QUERIES_PER_SECOND if own is None else own

    def note_use(self) -> None:
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at > USE_NOTED_EVERY:
            EngineKey.objects.filter(pk=self.pk).update(last_used_at=now)

    def revoke(self) -> bool:
        """End the key now. False: it was revoked before."""
        valid = EngineKey.objects.filter(pk=self.pk, revoked_at=None)
        return valid.update(revoked_at=timezone.now()) == 1


class EngineUsage(models.Model):
    """What one key did on one day (UTC) with one model."""

    owner = models.CharField(max_length=64, help_text="SHA-256 of the API key.")
    day = models.DateField()
    model = models.CharField(max_length=40)
    submitted = models.PositiveIntegerField(default=0)
    succeeded = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    canceled = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("usage of the engine")
        verbose_name_plural = _("usage of the engine")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "day", "model"], name="engine_usage_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} on {self.day}"

    @classmethod
    def add(cls, owner: str, model: str, what: str) -> None:
        """Count one more of `what`, a field of this class, today."""
        day = timezone.now().date()
        row = cls.objects.filter(owner=owner, day=day, model=model)
        if not row.update(**{what: F(what) + 1}):
            cls.objects.get_or_create(owner=owner, day=day, model=model)
            row.update(**{what: F(what) + 1})


class Allowance(models.Model):
    """How far ahead of its rate one key is with one kind of call.

    The generic cell rate algorithm: each call moves `used_until` on by the time that
    the rate gives it; who is more than a second ahead has to wait. One conditional
    UPDATE, so the rate holds across all processes and machines.
    """

    owner = models.CharField(max_length=64)
    call = models.CharField(max_length=60)
    used_until = models.FloatField(help_text="Seconds since 1970.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "call"], name="engine_allowance")
        ]

    def __str__(self) -> str:
        return self.call

    @classmethod
    def take(cls, owner: str, call: str, per_second: int) -> bool:
        """Use one call of `per_second`. False: too fast, nothing was used."""
        now, step_s = time.time(), 1 / per_second
        row = cls.objects.filter(owner=owner, call=call)
        free = row.filter(used_until__lte=now + 1 - step_s + ROUNDING_S)
        if free.update(used_until=Greatest(F("used_until"), Value(now)) + step_s):
            return True
        _, is_new = cls.objects.get_or_create(
            owner=owner, call=call, defaults={"used_until": now + step_s}
        )
        return is_new
