"""How the shop is doing, on one page."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..charts import bar_chart
from ..services import operations
from ..services.budget import money, todays_budget
from ..services.health import poller_health
from ..services.reviews import waiting
from .common import EMPTY, StaffRequest

VIEW_DAYS = "shop.view_tryonday"


@require_safe
def dashboard(request: StaffRequest) -> HttpResponse:
    if not request.user.has_perm(VIEW_DAYS):
        raise PermissionDenied
    now, today = timezone.now(), timezone.localdate()
    days = operations.days(today)
    is_polled, why = poller_health()
    context = admin.site.each_context(request) | {
        "title": _("Dashboard"),
        "days": [_row(day) for day in reversed(days)],
        "charts": _charts(days),
        "durations": operations.durations(now),
        "queue": operations.queue(),
        "failures": operations.failures(now),
        "failing": operations.failing_garments(now),
        "provider": operations.provider(now),
        "unsent": operations.unsent_mails(now),
        "waiting": waiting().count(),
        "budget": _budget(),
        "poller_trouble": "" if is_polled else why,
        "now": now,
    }
    return render(request, "admin/shop/dashboard.html", context)


def _row(day: operations.Day) -> dict[str, Any]:
    return {
        "day": formats.date_format(day.day, "SHORT_DATE_FORMAT"),
        "tryons": day.tryons,
        "tasks": day.tasks,
        "success": percent(day.success_rate),
        "failed": day.failed,
        "cost": money(day.cost),
        "was_closed": day.was_closed,
    }


def _charts(days: list[operations.Day]) -> list[dict[str, Any]]:
    """Each a row of bars with its title, and what its upper edge stands for."""
    dates = [day.day for day in days]
    tryons = bar_chart(dates, [day.tryons for day in days])
    rates = [round(100 * (day.success_rate or 0)) for day in days]
    costs = bar_chart(dates, [float(day.cost) for day in days])
    return [
        {"title": _("Try-ons per day"), "chart": tryons, "top": tryons.most},
        {
            "title": _("Success rate per day"),
            "chart": bar_chart(dates, rates, most=100),
            "top": percent(1.0),
            "unit": "%",
        },
        {
            "title": _("Cost per day"),
            "chart": costs,
            "top": money(Decimal(str(costs.most))),
            "unit": settings.TRYON_CURRENCY,
        },
    ]


def _budget() -> dict[str, Any]:
    used = todays_budget()
    return {
        "is_open": used.is_open,
        "tasks": used.tasks,
        "most_tasks": used.most_tasks,
        "cost": money(used.cost),
        "most_cost": money(used.most_cost) if used.most_cost else "",
    }


def percent(share: float | None) -> str:
    return EMPTY if share is None else f"{Decimal(100 * share):.0f} %"


dashboard_view = never_cache(admin.site.admin_view(dashboard))
