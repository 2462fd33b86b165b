"""Why a garment is rejected: ready-made reasons, own words, or both."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..review_reasons import CHOICES


class RejectionForm(forms.Form):
    reasons = forms.MultipleChoiceField(
        label=_("Reasons"),
        choices=CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("The merchant reads this, too."),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3, "cols": 60}),
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors and not found["reasons"] and not found["words"]:
            raise forms.ValidationError(
                _("Please choose a reason, or write one: the merchant needs to know.")
            )
        return found
