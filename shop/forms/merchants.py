"""What a merchant says about the shop."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Merchant
from ..services.garments import unique_slug


class MerchantForm(forms.ModelForm):
    website = forms.URLField(
        label=_("Website"),
        required=False,
        assume_scheme="https",
        help_text=_("Optional. The address of your own shop."),
    )

    class Meta:
        model = Merchant
        fields = ("shop_name", "website")
        labels: ClassVar = {"shop_name": _("Shop name")}
        help_texts: ClassVar = {"shop_name": _("Shoppers see it beside your clothes.")}

    def clean_shop_name(self) -> str:
        name = self.cleaned_data["shop_name"]
        others = Merchant.objects.exclude(pk=self.instance.pk)
        if others.filter(shop_name__iexact=name).exists():
            raise forms.ValidationError(
                _("Another shop has this name already."), code="unique"
            )
        return name

    def save(self, commit: bool = True) -> Merchant:
        # The slug is part of addresses: it stays when the name changes.
        if not self.instance.slug:
            self.instance.slug = unique_slug(Merchant, self.instance.shop_name, "shop")
        return super().save(commit)
