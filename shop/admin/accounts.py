"""Accounts and merchants."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import Merchant, User
from ..roles import make_merchant
from ..services.accounts import delete_account, delete_merchant
from .common import ShopAdmin


class UserCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email",)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    add_form = UserCreationForm
    list_display = ("email", "first_name", "last_name", "shop", "is_staff", "is_active")
    list_select_related = ("merchant",)
    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    search_fields = ("email", "first_name", "last_name", "merchant__shop_name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Name"), {"fields": ("first_name", "last_name")}),
        (
            _("Permissions"),
            {
                "fields": (
                    "is_active",
                    "is_staff",
                    "is_superuser",
                    "groups",
                    "user_permissions",
                )
            },
        ),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "usable_password", "password1", "password2"),
            },
        ),
    )

    # Deleting takes photos, looks, garments and their files along.
    def delete_model(self, request: HttpRequest, obj: User) -> None:
        delete_account(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            delete_account(user)

    @admin.display(description=_("shop"))
    def shop(self, user: User) -> str | None:
        # A plain attribute would raise for users without one.
        merchant = getattr(user, "merchant", None)
        return merchant and merchant.shop_name


@admin.register(Merchant)
class MerchantAdmin(ShopAdmin):
    list_display = ("shop_name", "user", "website", "garment_count", "created_at")
    list_select_related = ("user",)
    search_fields = ("shop_name", "user__email", "website")
    date_hierarchy = "created_at"
    autocomplete_fields = ("user",)
    prepopulated_fields = {"slug": ("shop_name",)}
    fields = ("shop_name", "slug", "user", "website", "language", "created_at")
    readonly_fields = ("created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Merchant]:
        return super().get_queryset(request).annotate(garment_count=Count("garments"))

    def save_model(
        self, request: HttpRequest, obj: Merchant, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if not change or "user" in form.changed_data:
            make_merchant(obj.user)

    def delete_model(self, request: HttpRequest, obj: Merchant) -> None:
        delete_merchant(obj)

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[Merchant]
    ) -> None:
        for merchant in queryset:
            delete_merchant(merchant)

    @admin.display(description=_("garments"), ordering="garment_count")
    def garment_count(self, merchant: Any) -> int:  # annotated above
        return merchant.garment_count
