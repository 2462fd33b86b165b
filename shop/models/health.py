"""Signs of life of the parts that have no port of their own."""

from datetime import timedelta

from django.db import models
from django.utils import timezone


class Heartbeat(models.Model):
    """When a part of the shop (the poller) last said that it is alive."""

    part = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.part} at {self.beat_at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def beat(cls, part: str) -> None:
        cls.objects.update_or_create(part=part, defaults={"beat_at": timezone.now()})

    @classmethod
    def is_alive(cls, part: str, within: timedelta) -> bool:
        now = timezone.now()
        # One that lies ahead is from before the clock was put back, and tells nothing.
        lately = (now - within, now + within)
        return cls.objects.filter(part=part, beat_at__range=lately).exists()
