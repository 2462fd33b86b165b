"""The engine's limits, kept by all pollers together: when may the next call go out?"""

from datetime import datetime, timedelta

from django.db import models


class CallGate(models.Model):
    """One kind of call (submit, query, list) and when the next one may start."""

    call = models.CharField(max_length=20, primary_key=True)
    open_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.call} from {self.open_at:%H:%M:%S.%f}"

    @classmethod
    def enter(cls, call: str, now: datetime) -> "CallGate":
        """The gate, locked until the end of the transaction that must be open."""
        gates = cls.objects.select_for_update().filter(call=call)
        gate = gates.first()
        if gate is None:
            cls.objects.get_or_create(call=call, defaults={"open_at": now})
            gate = gates.get()
        return gate

    def moments(
        self, wanted: int, per_second: float, now: datetime, horizon: timedelta
    ) -> list[datetime]:
        """When the next calls may start: at most `wanted`, before `now + horizon`."""
        first, step = max(self.open_at, now), timedelta(seconds=1 / per_second)
        found = [first + step * number for number in range(wanted)]
        return [moment for moment in found if moment <= now + horizon]

    def take(self, count: int, per_second: float, now: datetime) -> None:
        """Use up the first `count` of those moments."""
        step = timedelta(seconds=1 / per_second)
        self.open_at = max(self.open_at, now) + step * count
        self.save(update_fields=["open_at"])

    @classmethod
    def hold(cls, call: str, until: datetime) -> None:
        """Let none of these calls start before `until`: the engine said "too fast"."""
        cls.objects.filter(call=call, open_at__lt=until).update(open_at=until)
