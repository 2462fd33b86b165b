"""What a shopper asks of the catalogue. Nonsense in an address is ignored."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Audience, Garment, GarmentKind
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
    sort = forms.ChoiceField(choices=SORTS, required=False)

    def wanted(self) -> dict[str, str]:
        """What was asked for and makes sense, by field name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def garments(self) -> GarmentQuerySet:
        wanted = self.wanted()
        found = Garment.objects.on_sale()
        if kind := wanted.get("kind"):
            found = found.of_kind(kind)
        if audience := wanted.get("audience"):
            found = found.made_for(audience)
        if words := wanted.get("q"):
            found = found.search(words)
        return found.order_by(*ORDERS[wanted.get("sort", "new")])
