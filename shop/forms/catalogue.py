"""What a shopper asks of the catalogue. Nonsense in an address is ignored."""

from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Audience, Garment, GarmentKind, GarmentStyle
from ..models.garments import GarmentQuerySet

ORDERS = {
    "new": ("-created_at", "-pk"),
    "price": ("price", "pk"),
    "price-down": ("-price", "pk"),
}
SORTS = [
    ("new", _("Newest")),
    ("price", _("Lowest price")),
    ("price-down", _("Highest price")),
]
AUDIENCES = [(Audience.WOMEN, _("Women")), (Audience.MEN, _("Men"))]


class CatalogueForm(forms.Form):
    q = forms.CharField(max_length=80, required=False)
    kind = forms.ChoiceField(choices=GarmentKind.choices, required=False)
    audience = forms.ChoiceField(choices=AUDIENCES, required=False)
    style = forms.ChoiceField(choices=GarmentStyle.choices, required=False)
    lowest = forms.DecimalField(min_value=0, max_digits=10, required=False)
    highest = forms.DecimalField(min_value=0, max_digits=10, required=False)
    # Of the two prices: there is a choice only where the shops sell in several.
    currency = forms.CharField(max_length=3, required=False)
    sort = forms.ChoiceField(choices=SORTS, required=False)

    def clean(self) -> dict[str, Any]:
        """Whoever wants it from 300 to 100 wants it from 100 to 300."""
        asked = self.cleaned_data
        lowest, highest = asked.get("lowest"), asked.get("highest")
        if lowest and highest and lowest > highest:
            asked["lowest"], asked["highest"] = highest, lowest
        asked["currency"] = self._currency(asked)
        return asked

    def _currency(self, asked: dict[str, Any]) -> str:
        """The one asked for, or meant by a bare price; none if all sell in one."""
        if len(self.currencies) < 2:
            return ""
        if asked.get("currency") in self.currencies:
            return asked["currency"]
        has_range = asked.get("lowest") or asked.get("highest")
        return self.currencies[0] if has_range else ""

    @cached_property
    def currencies(self) -> list[str]:
        """What clothes on sale cost, the most common first."""
        return Garment.objects.on_sale().currencies()

    def wanted(self) -> dict[str, Any]:
        """What was asked for and makes sense, by field name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def choices(self) -> dict[str, Any]:
        """What the filters of a page offer, and what of it is chosen."""
        wanted = self.wanted()
        return {
            "wanted": wanted,
            "is_narrowed": bool(
                wanted.keys() & {"style", "lowest", "highest", "currency"}
            ),
            "kinds": GarmentKind.choices,
            "audiences": AUDIENCES,
            "styles": GarmentStyle.choices,
            "sorts": SORTS,
            "currencies": self.currencies if len(self.currencies) > 1 else [],
            "is_by_currency": self._is_by_currency(wanted),
        }

    def _is_by_currency(self, wanted: dict[str, Any]) -> bool:
        has_several = len(self.currencies) > 1 and not wanted.get("currency")
        return has_several and wanted.get("sort", "new") != "new"

    def garments(self) -> GarmentQuerySet:
        wanted = self.wanted()
        found = Garment.objects.on_sale()
        if kind := wanted.get("kind"):
            found = found.of_kind(kind)
        if audience := wanted.get("audience"):
            found = found.made_for(audience)
        if style := wanted.get("style"):
            found = found.filter(style=style)
        found = found.priced(wanted.get("lowest"), wanted.get("highest"))
        if words := wanted.get("q"):
            found = found.search(words)
        if currency := wanted.get("currency"):
            found = found.filter(currency=currency)
        order = ORDERS[wanted.get("sort", "new")]
        if self._is_by_currency(wanted):
            return found.by_currency(self.currencies, order)
        return found.order_by(*order)
