"""What a shopper asks of the catalogue. Nonsense in an address is ignored."""

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
    sort = forms.ChoiceField(choices=SORTS, required=False)

    def clean(self) -> dict[str, Any]:
        """Whoever wants it from 300 to 100 wants it from 100 to 300."""
        asked = self.cleaned_data
        lowest, highest = asked.get("lowest"), asked.get("highest")
        if lowest and highest and lowest > highest:
            asked["lowest"], asked["highest"] = highest, lowest
        return asked

    def wanted(self) -> dict[str, Any]:
        """What was asked for and makes sense, by field name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def choices(self) -> dict[str, Any]:
        """What the filters of a page offer, and what of it is chosen."""
        wanted = self.wanted()
        return {
            "wanted": wanted,
            "is_narrowed": bool(wanted.keys() & {"style", "lowest", "highest"}),
            "kinds": GarmentKind.choices,
            "audiences": AUDIENCES,
            "styles": GarmentStyle.choices,
            "sorts": SORTS,
        }

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
        return found.order_by(*ORDERS[wanted.get("sort", "new")])
