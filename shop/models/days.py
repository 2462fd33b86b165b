"""What each day has used of the budget, and how its try-ons ended.

The rows of tasks go with the looks they made; a day's figures stay. Every number is
moved in the database itself, so any number of processes may count at once.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .tasks import TryOnTask

_NOTHING = Decimal(0)
_HAIR = Decimal("0.00005")  # half of the smallest amount


class DayQuerySet(models.QuerySet["TryOnDay"]):
    def with_room(
        self, price: Decimal, number: int, most_tasks: int, most_cost: Decimal
    ) -> Self:
        """Days that can take so many tasks more of this price; a limit of 0 is none."""
        found = self
        if most_tasks:
            found = found.filter(tasks__lte=most_tasks - number)
        if most_cost:
            spent = F("cost") + F("held") + Value(price * number)
            # SQLite adds in floating point: 0.1 + 0.2 is a hair above 0.3 there.
            found = found.alias(spent=spent).filter(spent__lt=most_cost + _HAIR)
        return found

    def take(self, price: Decimal, number: int, tryons: int) -> bool:
        """Count so many tasks more, in one UPDATE: of two processes that want the last
        place, one gets it."""
        changes = {
            "tasks": F("tasks") + number,
            "tryons": F("tryons") + tryons,
            "held": F("held") + price * number,
        }
        return self.update(**changes) == 1


class TryOnDay(models.Model):
    """One day in the shop's time zone; a task counts on the day it was queued."""

    day = models.DateField(_("day"), primary_key=True)
    tryons = models.PositiveIntegerField(
        _("try-ons"), default=0, help_text=_("begun by shoppers")
    )
    tasks = models.PositiveIntegerField(_("tasks"), default=0)
    succeeded = models.PositiveIntegerField(_("succeeded"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    canceled = models.PositiveIntegerField(_("canceled"), default=0)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=4, default=0)
    # What the tasks under way will cost if they succeed.
    held = models.DecimalField(_("held"), max_digits=14, decimal_places=4, default=0)
    closed_at = models.DateTimeField(
        _("closed at"), null=True, blank=True, help_text=_("the budget was used up")
    )

    objects = DayQuerySet.as_manager()

    class Meta:
        verbose_name = _("day")
        verbose_name_plural = _("days")
        ordering: ClassVar = ["-day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"

    @classmethod
    def reserve(
        cls,
        day: date,
        price: Decimal,
        most_tasks: int,
        most_cost: Decimal,
        number: int = 1,
        tryons: int = 0,
    ) -> bool:
        """Count `number` more tasks of this price, `tryons` of which begin a try-on.

        False: there is no room for all of them, and nothing was counted.
        """
        room = cls.objects.filter(day=day)
        room = room.with_room(price, number, most_tasks, most_cost)
        if room.take(price, number, tryons):
            return True
        TryOnDay.objects.bulk_create([TryOnDay(day=day)], ignore_conflicts=True)
        return room.take(price, number, tryons)

    @classmethod
    def settle(
        cls,
        day: date,
        counter: str,
        number: int,
        held: Decimal,
        cost: Decimal,
        unsent: int,
    ) -> None:
        """So many tasks of that day have ended: what was held for them becomes what
        they cost. Those that never reached the engine give their places back."""
        cls.objects.filter(day=day).update(
            **{
                counter: F(counter) + number,
                "held": Greatest(F("held") - held, Value(_NOTHING)),
                "cost": F("cost") + cost,
                "tasks": F("tasks") - unsent,
            }
        )

    @classmethod
    def settle_all(cls, ended: "Iterable[TryOnTask]", counter: str) -> None:
        """Settle tasks of any days, one UPDATE a day; their rows know their cost."""
        by_day: dict[date, list[TryOnTask]] = defaultdict(list)
        for task in ended:
            if task.budget_day:
                by_day[task.budget_day].append(task)
        for day, tasks in by_day.items():
            cls.settle(
                day,
                counter,
                len(tasks),
                held=sum((task.held for task in tasks), _NOTHING),
                cost=sum((task.cost for task in tasks), _NOTHING),
                unsent=sum(not task.attempts for task in tasks),
            )

    @classmethod
    def close(cls, day: date) -> bool:
        """Note that somebody was turned away. True: this was the first one that day."""
        TryOnDay.objects.bulk_create([TryOnDay(day=day)], ignore_conflicts=True)
        unclosed = cls.objects.filter(day=day, closed_at=None)
        return unclosed.update(closed_at=timezone.now()) == 1
