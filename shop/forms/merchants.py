"""What a merchant says about the shop."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import get_language
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
    language = forms.ChoiceField(
        label=_("Language of our e-mails"), choices=settings.LANGUAGES, required=False
    )

    class Meta:
        model = Merchant
        fields = ("shop_name", "website", "language")
        labels: ClassVar = {"shop_name": _("Shop name")}
        help_texts: ClassVar = {"shop_name": _("Shoppers see it beside your clothes.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial["language"] = get_language()

    def clean_language(self) -> str:
        """The language chosen, else the one that the page is read in."""
        return self.cleaned_data["language"] or self.initial["language"]

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
