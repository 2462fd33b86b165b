"""What several pages of the back office share."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from ..findings import in_words
from ..models import User

EMPTY = "–"
Shown = str | Promise  # what a column or a read-only field shows
VIEW_PHOTOS = "shop.view_shopper_photos"
REVIEW = "shop.review_garment"


class StaffRequest(HttpRequest):
    user: User  # the admin lets nobody else in


class ShopAdmin(admin.ModelAdmin):
    """What all our pages share: addresses typed without a scheme are https."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    empty_value_display = EMPTY


class MachineWrittenAdmin(ShopAdmin):
    """Rows that nobody edits: to look at, and to act upon.

    `fieldsets` names all that is shown; nothing of it can be changed.
    """

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> list[str]:
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        nothing_to_save = {"show_save": False, "show_save_and_continue": False}
        context = nothing_to_save | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)


class FilledValuesFilter(admin.AllValuesFieldListFilter):
    """Every value that occurs, but the empty one: a link without words."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        return (choice for choice in super().choices(changelist) if choice["display"])


class ReadOnlyInline(admin.TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> bool:
        return False


def picture(source: FieldFile | str, alt: str = "", size: str = "small") -> Shown:
    """A public file, or an address of `pictures`; `size` is small, medium or large."""
    if not source:
        return EMPTY
    return format_html(
        '<img class="preview preview--{}" src="{}" alt="{}" loading="lazy">',
        size,
        source if isinstance(source, str) else source.url,
        alt,
    )


def findings_list(findings: Iterable[dict], kind: str) -> Shown:
    """The findings of an image check, each a sentence with its code."""
    rows = [
        (found.get("severity", ""), in_words(found, kind), found.get("code", ""))
        for found in findings
    ]
    if not rows:
        return _("Nothing to mend")
    items = format_html_join(
        "", '<li class="finding finding--{}">{} <code>{}</code></li>', rows
    )
    return format_html('<ul class="findings">{}</ul>', items)


class PrivatePicturesAdmin(MachineWrittenAdmin):
    """Pages with a shopper's pictures: shown with a permission, and when asked for.

    The first fieldset names the field "pictures"; without the permission it becomes
    "hidden_pictures", and before it is asked for "covered_pictures". Serving a picture
    writes the look down; see `pictures`.
    """

    def is_of_shopper(self, obj: Any) -> bool:
        raise NotImplementedError

    def pictures(self, obj: Any) -> Shown:
        raise NotImplementedError

    @admin.display(description=_("pictures"))
    def hidden_pictures(self, obj: Any) -> Shown:
        return _("Hidden: you may not see shoppers' photos.")

    @admin.display(description=_("pictures"))
    def covered_pictures(self, obj: Any) -> Shown:
        return format_html(
            '<a class="button" href="?look=yes">{}</a> <span class="help">{}</span>',
            _("Show the pictures"),
            _("They are a shopper's. Each look is written down: who, when, which."),
        )

    def get_fieldsets(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> list[Any]:
        (title, options), *others = super().get_fieldsets(request, obj)
        if self.is_of_shopper(obj):
            fields = [*options["fields"]]
            fields[fields.index("pictures")] = self._pictures_field(request)
            options = {**options, "fields": fields}
        return [(title, options), *others]

    def _pictures_field(self, request: HttpRequest) -> str:
        if not request.user.has_perm(VIEW_PHOTOS):
            return "hidden_pictures"
        return "pictures" if "look" in request.GET else "covered_pictures"
