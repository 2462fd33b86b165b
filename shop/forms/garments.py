"""What a merchant says about a garment, and its picture."""

from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from ..models import Garment, GarmentKind, GarmentStyle, Sleeve
from ..services.garments import unique_slug
from ..upload_limit import MOST_FILES
from .uploads import ManyPicturesField, PictureField

CURRENCIES = [(code, code) for code in ("CNY", "EUR", "GBP", "HKD", "JPY", "USD")]


class NewFlatsForm(forms.Form):
    """One flat or a few: each becomes a draft."""

    flats = ManyPicturesField(
        label=_("Pictures"),
        most=MOST_FILES,
        too_many=_("Please choose at most ten pictures at a time."),
        error_messages={"required": _("Please choose a picture first.")},
        help_text=_(
            "JPG, PNG, WEBP, BMP or HEIC, each of one garment; each becomes a draft."
        ),
    )


class FlatForm(forms.Form):
    """Another picture for the same garment."""

    flat = PictureField(
        label=_("Another picture"),
        error_messages={"required": _("Please choose a picture first.")},
    )


class GarmentForm(forms.ModelForm):
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCIES)
    product_url = forms.URLField(
        label=_("Product page"),
        required=False,
        max_length=500,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=_("Where shoppers buy it: a page of your own shop."),
    )

    class Meta:
        model = Garment
        fields = (
            "kind",
            "sleeve",
            "audience",
            "style",
            "name",
            "name_zh",
            "description",
            "description_zh",
            "price",
            "currency",
            "product_url",
            "sku",
        )
        labels: ClassVar = {
            "kind": _("Kind"),
            "sleeve": _("Sleeves"),
            "audience": _("For"),
            "style": _("Style"),
            "name": _("Name"),
            "name_zh": _("Name in Chinese"),
            "description": _("Description"),
            "description_zh": _("Description in Chinese"),
            "price": _("Price"),
            "sku": _("SKU"),
        }
        help_texts: ClassVar = {
            "sku": _("Optional. Your own number for it; an import finds it by that."),
        }
        widgets: ClassVar = {
            "description": forms.Textarea({"rows": 4}),
            "description_zh": forms.Textarea({"rows": 4}),
            "price": forms.NumberInput({"min": "0.01", "inputmode": "decimal"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, known in (("sleeve", Sleeve), ("style", GarmentStyle)):
            field = cast(forms.ChoiceField, self.fields[name])
            field.choices = [("", _("Not said")), *known.choices]
        if not self.instance.price:  # a draft without a price yet
            self.initial["price"] = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == GarmentKind.BOTTOM:
            data["sleeve"] = ""
        return data

    def clean_sku(self) -> str:
        sku = self.cleaned_data["sku"]
        others = Garment.objects.filter(merchant=self.instance.merchant_id)
        if sku and others.filter(sku=sku).exclude(pk=self.instance.pk).exists():
            raise ValidationError(
                _("Another garment of your shop has this SKU already."), code="unique"
            )
        return sku

    def clean_price(self) -> Any:
        price = self.cleaned_data["price"]
        if price <= 0:
            raise ValidationError(_("Please enter a price above zero."), code="price")
        return price

    def save(self, commit: bool = True) -> Garment:
        garment = self.instance
        # Addresses of what was on sale stay; before, the slug follows the first name.
        if garment.slug.startswith("draft-"):
            garment.slug = unique_slug(Garment, garment.name, garment.kind)
        if commit:
            # Nothing else: the status may have moved while the page was open.
            garment.save(update_fields=[*self.Meta.fields, "slug"])
        return garment
