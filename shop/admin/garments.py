"""Garments: the review queue, and what a reviewer needs to decide."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import flatten
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..flat_marks import marks_of
from ..forms.reviews import RejectionForm
from ..models import Garment, ReviewStatus
from ..services.garments import archive_garments, delete_garments
from ..services.reviews import approve, reject
from .common import REVIEW, ShopAdmin, Shown, StaffRequest, findings_list, picture

ALL = "all"
# What the machine wrote, as rows of the form; nobody edits any of it.
FOUND = ("flat_shown", "found", "status", "rejection_reason")
WRITTEN = (
    ("flat_width", "flat_height"),
    "flat_sha256",
    "checked_at",
    "facts",
    "created_at",
    "submitted_at",
    "reviewed_at",
    "reviewer",
)


class ReviewQueueFilter(admin.SimpleListFilter):
    """Opens on what waits for a review; a search looks everywhere."""

    title = _("review")
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        others = [
            choice
            for choice in ReviewStatus.choices
            if choice[0] != ReviewStatus.IN_REVIEW
        ]
        return [*others, (ALL, _("All"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("Waiting for review"),
        }
        for value, title in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string(
                    {self.parameter_name: value}
                ),
                "display": title,
            }

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Garment]
    ) -> QuerySet[Garment]:
        wanted = self.value()
        if wanted == ALL or (wanted is None and request.GET.get("q")):
            return queryset
        return queryset.filter(status=wanted or ReviewStatus.IN_REVIEW)


def rejected(garment: Garment) -> str:
    """The line in the garment's history."""
    return gettext("Rejected: %(reason)s") % {"reason": garment.rejection_reason}


@admin.register(Garment)
class GarmentAdmin(ShopAdmin):
    list_display = (
        "preview",
        "name",
        "merchant",
        "kind",
        "price_shown",
        "verdict",
        "status",
        "submitted_at",
    )
    list_display_links = ("preview", "name")
    list_filter = (ReviewQueueFilter, "kind", "merchant")
    list_select_related = ("merchant",)
    list_per_page = 25
    search_fields = ("name", "name_zh", "slug", "merchant__shop_name")
    search_help_text = _("Name, slug or shop, in any state")
    # First come, first served.
    ordering = ("submitted_at", "pk")
    autocomplete_fields = ("merchant",)
    actions = ("approve", "reject", "archive")
    change_form_template = "admin/shop/garment/review.html"
    fieldsets = (
        (None, {"fields": FOUND}),
        (
            _("What the merchant says"),
            {
                "fields": (
                    "merchant",
                    "slug",
                    ("kind", "audience", "style"),
                    ("name", "name_zh"),
                    "description",
                    "description_zh",
                    ("price", "currency"),
                    "product_url",
                )
            },
        ),
        (
            _("Written by the machine"),
            {"classes": ("collapse",), "fields": WRITTEN},
        ),
    )
    readonly_fields = tuple(flatten([*FOUND, *WRITTEN]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a garment begins with a merchant's flat, judged on its way in

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(REVIEW)

    # --- columns and fields ---
    @admin.display(description=_("flat"))
    def preview(self, garment: Garment) -> Shown:
        return picture(garment.card or garment.flat, garment.name)

    @admin.display(description=_("price"), ordering="price")
    def price_shown(self, garment: Garment) -> str:
        return f"{garment.price} {garment.currency}"

    @admin.display(description=_("check"))
    def verdict(self, garment: Garment) -> Shown:
        if not garment.checked_at:
            return _("not checked")
        return findings_list(garment.findings, "garment")

    @admin.display(description=_("flat"))
    def flat_shown(self, garment: Garment) -> Shown:
        if not garment.flat:
            return self.get_empty_value_display()
        context = {"garment": garment, "marks": marks_of(garment)}
        return render_to_string("admin/shop/garment/_flat.html", context)

    @admin.display(description=_("found by the check"))
    def found(self, garment: Garment) -> Shown:
        return self.verdict(garment)

    # --- actions ---
    @admin.action(description=_("Approve and publish"), permissions=["review"])
    def approve(self, request: StaffRequest, queryset: QuerySet[Garment]) -> None:
        chosen = list(queryset.select_related("merchant__user"))
        done = [garment for garment in chosen if approve(garment, request.user)]
        self._log(request, done, gettext("Approved and published."))
        self._tell(
            request,
            len(chosen),
            len(done),
            ngettext("%d garment published.", "%d garments published.", len(done)),
        )

    @admin.action(description=_("Reject, with a reason…"), permissions=["review"])
    def reject(
        self, request: StaffRequest, queryset: QuerySet[Garment]
    ) -> HttpResponse | None:
        """Ask for the reason first, on a page of its own; then reject."""
        chosen = list(queryset.select_related("merchant__user"))
        form = RejectionForm(request.POST if "rejecting" in request.POST else None)
        if form.is_valid():
            said = form.cleaned_data
            done = [
                garment
                for garment in chosen
                if reject(garment, request.user, said["reasons"], said["words"])
            ]
            for garment in done:
                self._log(request, [garment], rejected(garment))
            self._tell(
                request,
                len(chosen),
                len(done),
                ngettext("%d garment rejected.", "%d garments rejected.", len(done)),
            )
            return None
        context = self.admin_site.each_context(request) | {
            "title": _("Reject garments"),
            "opts": self.opts,
            "media": self.media,
            "form": form,
            "garments": chosen,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/shop/garment/reject.html", context)

    @admin.action(description=_("Take off the shop (archive)"), permissions=["review"])
    def archive(self, request: StaffRequest, queryset: QuerySet[Garment]) -> None:
        chosen = list(queryset)
        done = [garment for garment in chosen if archive_garments([garment])]
        self._log(request, done, gettext("Taken off the shop."))
        self._tell(
            request,
            len(chosen),
            len(done),
            ngettext("%d garment archived.", "%d garments archived.", len(done)),
        )

    def _log(self, request: StaffRequest, done: list[Garment], message: str) -> None:
        for garment in done:
            self.log_change(request, garment, message)

    def _tell(self, request: HttpRequest, chosen: int, done: int, text: str) -> None:
        if done:
            self.message_user(request, text % done, messages.SUCCESS)
        if left := chosen - done:
            text = ngettext(
                "%d garment was left as it is: its state does not allow that.",
                "%d garments were left as they are: their state does not allow that.",
                left,
            )
            self.message_user(request, text % left, messages.WARNING)

    # --- deleting takes the files along ---
    def delete_model(self, request: HttpRequest, obj: Garment) -> None:
        delete_garments([obj])

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[Garment]
    ) -> None:
        delete_garments(queryset)
