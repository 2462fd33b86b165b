"""Try-on tasks: each call of the protocol, with its ids, times and troubles."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import TryOnSession, TryOnTask
from .common import FilledValuesFilter
from .session_actions import SessionActions, outfit_of, seconds_between


@admin.register(TryOnTask)
class TryOnTaskAdmin(SessionActions):
    list_display = (
        "id",
        "outfit",
        "stage",
        "model",
        "state",
        "engine_task_id",
        "attempts",
        "took",
        "error_code",
        "created_at",
    )
    list_filter = (
        "state",
        "stage",
        "model",
        ("error_code", FilledValuesFilter),
        "created_at",
    )
    list_select_related = ("session__top", "session__bottom")
    search_fields = (
        "engine_task_id",
        "request_id",
        "error_code",
        "session__public_id",
    )
    search_help_text = _("Task id, request id, error code or public id of the session")
    date_hierarchy = "created_at"
    actions = ("try_again", "cancel")
    fieldsets = (
        (None, {"fields": ("session", ("stage", "state"), "model")}),
        (
            _("Protocol"),
            {
                "fields": (
                    "engine_task_id",
                    "request_id",
                    ("attempts", "retries", "setbacks"),
                    ("error_code", "error_message"),
                    "is_adopted",
                    "cost",
                )
            },
        ),
        (
            _("Times"),
            {
                "fields": (
                    ("created_at", "submitting_since"),
                    ("submitted_at", "scheduled_at", "ended_at", "took"),
                    ("next_poll_at", "deadline_at", "cancel_asked_at"),
                )
            },
        ),
        (
            _("Result"),
            {
                "fields": (
                    ("result_width", "result_height"),
                    "result_sha256",
                    "confidence",
                    "worn",
                )
            },
        ),
    )

    def has_delete_permission(
        self, request: HttpRequest, obj: TryOnTask | None = None
    ) -> bool:
        # Not by itself; it goes with its session, together with the files.
        page = request.resolver_match and request.resolver_match.url_name
        is_own_page = (page or "").startswith("shop_tryontask")
        return not is_own_page and super().has_delete_permission(request, obj)

    def sessions_of(self, queryset: QuerySet) -> QuerySet[TryOnSession]:
        return TryOnSession.objects.filter(
            pk__in=queryset.values("session")
        ).select_related("shopper", "person_image", "top", "bottom")

    @admin.display(description=_("outfit"))
    def outfit(self, task: TryOnTask) -> str:
        return outfit_of(task.session)

    @admin.display(description=_("took"))
    def took(self, task: TryOnTask) -> str:
        return seconds_between(task.submitted_at, task.ended_at)
