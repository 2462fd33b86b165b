"""A look at the engine's queue; everything here is written by machines."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from .models import EngineKey, EngineTask, EngineUsage, WorkerHeartbeat


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


@admin.register(EngineTask)
class EngineTaskAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "model",
        "state",
        "submitted_at",
        "scheduled_at",
        "ended_at",
        "attempts",
        "error_code",
    )
    list_filter = ("state", "model", "submitted_at")
    search_fields = ("id__exact", "request_id__exact", "error_code")
    ordering = ("-submitted_at",)
    # The addresses of the images are secrets of the caller.
    exclude = ("images", "owner")


@admin.register(WorkerHeartbeat)
class WorkerHeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("worker", "serves", "started_at", "seen_at")


@admin.register(EngineKey)
class EngineKeyAdmin(ReadOnlyAdmin):
    """Keys are made by `manage.py engine_key`, which shows them once."""

    list_display = (
        "id",
        "name",
        "is_managed",
        "created_at",
        "last_used_at",
        "revoked_at",
        "submits_per_second",
        "queries_per_second",
        "in_flight",
    )
    exclude = ("digest",)


@admin.register(EngineUsage)
class EngineUsageAdmin(ReadOnlyAdmin):
    list_display = (
        "day",
        "key_name",
        "model",
        "submitted",
        "succeeded",
        "failed",
        "canceled",
    )
    list_filter = ("day", "model")
    ordering = ("-day", "model")
    exclude = ("owner",)

    @admin.display(description="key")
    def key_name(self, usage: EngineUsage) -> str:
        return str(EngineKey.objects.filter(digest=usage.owner).first() or "-")
