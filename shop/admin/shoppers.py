"""Shoppers and person images. A shopper's photo is shown on its own page only, to those
who have the permission and ask for it."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import PersonImage, Shopper
from ..services.sessions import delete_photos, forget_shopper
from .common import (
    MachineWrittenAdmin,
    PrivatePicturesAdmin,
    Shown,
    findings_list,
    picture,
)
from .pictures import photo_url, thumbnail_url


@admin.register(Shopper)
class ShopperAdmin(MachineWrittenAdmin):
    list_display = (
        "__str__",
        "language",
        "photo_count",
        "look_count",
        "consent_version",
        "consented_at",
        "created_at",
    )
    list_select_related = ("user",)
    list_filter = (
        ("user", admin.EmptyFieldListFilter),
        "consent_version",
        "language",
        "created_at",
    )
    search_fields = ("user__email", "=pk")
    date_hierarchy = "created_at"
    fieldsets = (
        (None, {"fields": ("user", "language", "photo_count", "look_count")}),
        (_("Consent"), {"fields": ("consent_version", "consented_at")}),
        (_("Times"), {"fields": ("created_at",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shopper]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                photo_count=Count("person_images", distinct=True),
                look_count=Count("sessions", distinct=True),
            )
        )

    @admin.display(description=_("photos"), ordering="photo_count")
    def photo_count(self, shopper: Any) -> int:  # annotated above
        return shopper.photo_count

    @admin.display(description=_("looks"), ordering="look_count")
    def look_count(self, shopper: Any) -> int:  # annotated above
        return shopper.look_count

    # Deleting a shopper deletes photos and looks, rows and files.
    def delete_model(self, request: HttpRequest, obj: Shopper) -> None:
        forget_shopper(obj)
        Shopper.objects.filter(pk=obj.pk).delete()

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[Shopper]
    ) -> None:
        for shopper in queryset:
            self.delete_model(request, shopper)


@admin.register(PersonImage)
class PersonImageAdmin(PrivatePicturesAdmin):
    list_display = (
        "preview",
        "__str__",
        "is_house_model",
        "gender",
        "size",
        "created_at",
        "expires_at",
    )
    list_select_related = ("shopper__user",)
    list_filter = ("is_house_model", "gender", "created_at")
    search_fields = ("public_id", "name", "name_zh", "shopper__user__email")
    search_help_text = _("Public id, name of a house model, or e-mail address")
    date_hierarchy = "created_at"
    fieldsets = (
        (None, {"fields": ("pictures", "is_house_model", "gender")}),
        (
            _("Written by the machine"),
            {
                "fields": (
                    "public_id",
                    "size",
                    "sha256",
                    "found",
                    "facts",
                    "created_at",
                    "expires_at",
                )
            },
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        first, *others = super().get_fieldsets(request, obj)
        owned: Any = (_("Owner"), {"fields": ("shopper",)})
        if not self.is_of_shopper(obj):
            words = ("name", "name_zh", "description", "description_zh")
            owned = (_("House model"), {"fields": words})
        return [first, owned, *others]

    def is_of_shopper(self, obj: PersonImage | None) -> bool:
        return obj is None or not obj.is_house_model

    # --- columns and fields ---
    @admin.display(description=_("picture"))
    def preview(self, photo: PersonImage) -> Shown:
        """In lists house models only: a look at a photo is a page of its own."""
        if not photo.is_house_model:
            return ""
        return picture(thumbnail_url(photo), photo.name)

    @admin.display(description=_("picture"))
    def pictures(self, photo: PersonImage) -> Shown:
        return picture(photo_url(photo), photo.name, size="large")

    @admin.display(description=_("size"))
    def size(self, photo: PersonImage) -> str:
        return f"{photo.width} × {photo.height}"

    @admin.display(description=_("found by the check"))
    def found(self, photo: PersonImage) -> Shown:
        return findings_list(photo.findings, "person")

    # Deleting takes the files along.
    def delete_model(self, request: HttpRequest, obj: PersonImage) -> None:
        delete_photos([obj])

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[PersonImage]
    ) -> None:
        delete_photos(queryset)
