"""Try-on sessions and tasks: what was asked of the engine, when, and how it ended."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..models import Shopper, TryOnEvent, TryOnSession, TryOnTask
from ..reasons import sentence
from ..services.sessions import cancel_session, delete_sessions, retry_session
from .common import (
    EMPTY,
    FilledValuesFilter,
    MachineWrittenAdmin,
    PrivatePicturesAdmin,
    ReadOnlyInline,
    Shown,
    StaffRequest,
    picture,
)
from .pictures import photo_url, result_url, shows_shopper


def seconds_between(start: datetime | None, end: datetime | None) -> str:
    return f"{(end - start).total_seconds():.1f} s" if start and end else EMPTY


def outfit_of(tryon_session: TryOnSession) -> str:
    return " + ".join(
        garment.name or gettext("Not named yet") for garment in tryon_session.garments
    )


class SessionActions(MachineWrittenAdmin):
    """Try again and cancel, for rows that are sessions or belong to one."""

    @admin.action(description=_("Try again, as a new session"), permissions=["change"])
    def try_again(self, request: StaffRequest, queryset: QuerySet) -> None:
        done = self._each(request, queryset, retry)
        text = ngettext("%d new try-on queued.", "%d new try-ons queued.", done)
        if done:
            self.message_user(request, text % done, messages.SUCCESS)

    @admin.action(description=_("Cancel"), permissions=["change"])
    def cancel(self, request: StaffRequest, queryset: QuerySet) -> None:
        done = self._each(request, queryset, cancel)
        text = ngettext("%d try-on canceled.", "%d try-ons canceled.", done)
        if done:
            self.message_user(request, text % done, messages.SUCCESS)

    def _each(
        self,
        request: StaffRequest,
        queryset: QuerySet,
        act: Callable[[TryOnSession], str],
    ) -> int:
        """Act on each session, and write into its history who did what.

        Tells what is refused, and returns how many were not.
        """
        done = 0
        for tryon_session in self.sessions_of(queryset):
            try:
                message = act(tryon_session)
                LogEntry.objects.log_actions(
                    request.user.pk,
                    [tryon_session],
                    CHANGE,
                    change_message=message,
                    single_object=True,
                )
                done += 1
            except ValidationError as refused:
                text = f"{tryon_session.public_id}: {refused.messages[0]}"
                self.message_user(request, text, messages.WARNING)
        return done

    def sessions_of(self, queryset: QuerySet) -> QuerySet[TryOnSession]:
        raise NotImplementedError


def cancel(tryon_session: TryOnSession) -> str:
    if not cancel_session(tryon_session):
        raise ValidationError(_("This try-on is over already."))
    return gettext("Canceled.")


def retry(tryon_session: TryOnSession) -> str:
    new = retry_session(tryon_session)
    return gettext("Tried again as %(session)s.") % {"session": new.public_id}


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
