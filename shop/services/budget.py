"""What a day may cost: checked as a task is queued, so no process can spend too much.

Days begin at midnight in the shop's time zone, and a new day is open by itself.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import OutgoingMail, Stage, TryOnDay, TryOnTask

logger = logging.getLogger(__name__)

CLOSED = gettext_lazy(
    "The fitting room is closed for today: so many people tried clothes on. Please "
    "come back tomorrow."
)


class BudgetUsedUp(ValidationError):
    """The day's budget has no room for another task; the message is for shoppers."""

    def __init__(self) -> None:
        super().__init__(CLOSED, code="budget")


def price_of(model: str) -> Decimal:
    """What one picture of a model costs; 0 where the settings name no price."""
    return settings.TRYON_PRICES.get(model, Decimal(0))


def cost_of(model: str, images: int) -> Decimal:
    """What a finished task cost. A server that names no usage made one picture."""
    return price_of(model) * max(images, 1)


@dataclass(frozen=True)
class Budget:
    """A day's limits (0 for none) and what is used of them."""

    tasks: int
    cost: Decimal  # that of tasks under way included
    most_tasks: int
    most_cost: Decimal

    def has_room(self, price: Decimal) -> bool:
        tasks_fit = not self.most_tasks or self.tasks < self.most_tasks
        return tasks_fit and (not self.most_cost or self.cost + price <= self.most_cost)

    @property
    def is_open(self) -> bool:
        """Is there room for a try-on to begin?"""
        return self.has_room(price_of(settings.TRYON_COARSE_MODEL))


def todays_budget() -> Budget:
    day = TryOnDay.objects.filter(day=timezone.localdate()).first() or TryOnDay()
    return Budget(
        tasks=day.tasks,
        cost=Decimal(day.cost + day.held),
        most_tasks=settings.TRYON_TASKS_PER_DAY,
        most_cost=settings.TRYON_COST_PER_DAY,
    )


def is_open() -> bool:
    """May another try-on begin today? One query, and none without limits."""
    has_limits = settings.TRYON_TASKS_PER_DAY or settings.TRYON_COST_PER_DAY
    return not has_limits or todays_budget().is_open


def reserve(wanted: Sequence[TryOnTask]) -> list[TryOnTask]:
    """Those of these tasks, about to be queued, that today's budget has room for.

    They are of one model and one stage, and not saved yet; to be called in the
    transaction that saves them. Whoever takes the last place tells staff.
    """
    if not wanted:
        return []
    today, price = timezone.localdate(), price_of(wanted[0].model)
    limits = (settings.TRYON_TASKS_PER_DAY, settings.TRYON_COST_PER_DAY)

    def take(tasks: Sequence[TryOnTask]) -> bool:
        tryons = sum(_begins_tryon(task) for task in tasks)
        return TryOnDay.reserve(today, price, *limits, len(tasks), tryons)

    # All at once, as on most days; near the end of the budget one by one.
    placed = list(wanted) if take(wanted) else []
    if not placed and len(wanted) > 1:
        placed = [task for task in wanted if take([task])]
    for task in placed:
        task.budget_day, task.held = today, price
    if not is_open() and TryOnDay.close(today):
        _tell_staff(today)
    return placed


def _begins_tryon(task: TryOnTask) -> bool:
    """The first task of what a shopper tries on; previews are nobody's try-on."""
    return task.stage == Stage.COARSE and task.session.shopper_id is not None


def release(tasks: Iterable[TryOnTask]) -> None:
    """Tasks that are deleted before their end: what went out is taken to cost."""
    for task in tasks:
        if task.budget_day and not task.is_over:
            was_sent = task.attempts > 0
            TryOnDay.settle(
                task.budget_day,
                "canceled",
                1,
                held=task.held,
                cost=task.held if was_sent else Decimal(0),
                unsent=int(not was_sent),  # PostgreSQL subtracts no boolean
            )


def _tell_staff(today: date) -> None:
    logger.warning("The budget of %s is used up: the fitting room is closed", today)
    used = todays_budget()
    with translation.override(settings.LANGUAGE_CODE):
        lines = [
            _("The fitting room is closed until midnight: today's budget is used up."),
            _("Tasks: %(tasks)d of %(most)s")
            % {
                "tasks": used.tasks,
                "most": used.most_tasks or _("any number"),
            },
            _("Cost: %(cost)s of %(most)s")
            % {
                "cost": money(used.cost),
                "most": money(used.most_cost) if used.most_cost else _("any amount"),
            },
            _(
                "Shoppers are told to come back tomorrow. Raise TRYON_TASKS_PER_DAY or "
                "TRYON_COST_PER_DAY and restart to open again today."
            ),
            settings.SITE_URL + reverse("staff-dashboard"),
        ]
        OutgoingMail.write(
            f"budget {today}",
            [address for _name, address in settings.ADMINS],
            _("Fitting Room: the budget of %(day)s is used up") % {"day": today},
            "\n\n".join(lines),
        )


def money(amount: Decimal) -> str:
    return f"{settings.TRYON_CURRENCY} {amount.normalize():f}"
