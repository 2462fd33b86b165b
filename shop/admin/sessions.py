"""Try-on sessions: who tried what on, what the engine was asked, and how it ended."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import Shopper, TryOnEvent, TryOnSession, TryOnTask
from ..reasons import sentence
from ..services.sessions import delete_sessions
from .common import (
    EMPTY,
    FilledValuesFilter,
    PrivatePicturesAdmin,
    ReadOnlyInline,
    Shown,
    picture,
)
from .pictures import photo_url, result_url, shows_shopper
from .session_actions import SessionActions, outfit_of, seconds_between


class TaskInline(ReadOnlyInline):
    model = TryOnTask
    verbose_name_plural = _("Tasks")
    show_change_link = True
    fields = (
        "stage",
        "model",
        "state",
        "engine_task_id",
        "request_id",
        "attempts",
        "submitted_at",
        "took",
        "error_code",
        "error_message",
        "cost",
    )
    readonly_fields = fields

    @admin.display(description=_("took"))
    def took(self, task: TryOnTask) -> str:
        return seconds_between(task.submitted_at, task.ended_at)


class EventInline(ReadOnlyInline):
    model = TryOnEvent
    verbose_name_plural = _("Timeline")
    classes = ("timeline",)
    fields = (
        "since_start",
        "name",
        "engine_task_id",
        "request_id",
        "http_status",
        "code",
        "message",
        "duration",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[TryOnEvent]:
        return super().get_queryset(request).select_related("session")

    @admin.display(description=_("time"))
    def since_start(self, event: TryOnEvent) -> SafeString:
        passed = (event.at - event.session.created_at).total_seconds()
        moment = f"{event.at:%Y-%m-%d %H:%M:%S}"
        return format_html('<span title="{}">+{} s</span>', moment, f"{passed:.2f}")

    @admin.display(description=_("duration"))
    def duration(self, event: TryOnEvent) -> str:
        return EMPTY if event.duration_ms is None else f"{event.duration_ms} ms"


@admin.register(TryOnSession)
class TryOnSessionAdmin(SessionActions, PrivatePicturesAdmin):
    list_display = (
        "short_id",
        "outfit",
        "tried_on_by",
        "status",
        "reason",
        "took",
        "is_kept",
        "created_at",
    )
    list_filter = (
        "status",
        ("reason", FilledValuesFilter),
        "gender",
        "is_kept",
        "created_at",
    )
    list_select_related = ("shopper__user", "top", "bottom")
    search_fields = (
        "public_id",
        "shopper__user__email",
        "top__name",
        "bottom__name",
        "tasks__engine_task_id",
        "tasks__request_id",
    )
    search_help_text = _("Public id, e-mail address, garment, task id or request id")
    date_hierarchy = "created_at"
    actions = ("try_again", "cancel")
    inlines = (TaskInline, EventInline)
    change_form_template = "admin/shop/tryonsession/session.html"
    fieldsets = (
        (None, {"fields": ("status", "reason_said", "pictures", "flats")}),
        (
            _("Written by the machine"),
            {
                "fields": (
                    "public_id",
                    "shopper",
                    ("person_image", "gender"),
                    ("consent_version", "consented_at"),
                    ("is_kept", "name"),
                    "share_expires_at",
                    ("created_at", "ended_at", "took"),
                )
            },
        ),
    )

    def is_of_shopper(self, obj: TryOnSession | None) -> bool:
        return obj is None or shows_shopper(obj)

    def sessions_of(self, queryset: QuerySet) -> QuerySet[TryOnSession]:
        return queryset.select_related("shopper", "person_image", "top", "bottom")

    # --- columns and fields ---
    @admin.display(description=_("session"), ordering="public_id")
    def short_id(self, tryon_session: TryOnSession) -> str:
        return str(tryon_session.public_id)[:8]

    @admin.display(description=_("outfit"))
    def outfit(self, tryon_session: TryOnSession) -> str:
        return outfit_of(tryon_session)

    @admin.display(description=_("shopper"), ordering="shopper")
    def tried_on_by(self, tryon_session: TryOnSession) -> Shopper | str:
        return tryon_session.shopper or gettext("preview")

    @admin.display(description=_("took"))
    def took(self, tryon_session: TryOnSession) -> str:
        return seconds_between(tryon_session.created_at, tryon_session.ended_at)

    @admin.display(description=_("reason"))
    def reason_said(self, tryon_session: TryOnSession) -> Shown:
        return sentence(tryon_session.reason) or EMPTY

    @admin.display(description=_("garments"))
    def flats(self, tryon_session: TryOnSession) -> SafeString:
        shown = [
            (picture(garment.card or garment.flat, garment.name),)
            for garment in tryon_session.garments
        ]
        return format_html_join(" ", "{}", shown)

    @admin.display(description=_("pictures"))
    def pictures(self, tryon_session: TryOnSession) -> Shown:
        """Person, coarse, refined: as far as they exist and may be seen."""
        person = tryon_session.person_image
        shown = [(picture(photo_url(person), "", "medium"),)] if person else []
        shown += [
            (picture(result_url(task), task.get_stage_display(), "medium"),)
            for task in sorted(tryon_session.tasks.all(), key=lambda task: task.pk)
            if task.result
        ]
        return format_html_join(" ", "{}", shown) if shown else EMPTY

    # Deleting takes the files along.
    def delete_model(self, request: HttpRequest, obj: TryOnSession) -> None:
        delete_sessions([obj])

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[TryOnSession]
    ) -> None:
        delete_sessions(queryset)
