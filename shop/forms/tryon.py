"""What the fitting room asks: an outfit, a person, and consent for own photos."""

from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..findings import in_words
from ..models import Garment, GarmentKind, Gender, PersonImage, Shopper
from ..models.shoppers import PersonImageQuerySet
from ..services.uploads import (
    CheckUnavailable,
    CleanPicture,
    check_picture,
    clean_picture,
)

PIECES = "pieces"
OUTFITS = [
    (PIECES, _("Top and bottom")),
    (GarmentKind.DRESS.value, _("Dress")),
]
CONSENT_MISSING = _("Please tick the box first: without it we may not use your photo.")


def people_for(shopper: Shopper | None) -> PersonImageQuerySet:
    """The house models, and the shopper's own photos as long as they are kept."""
    return PersonImage.objects.current().filter(
        Q(is_house_model=True) | Q(shopper=shopper, shopper__isnull=False)
    )


class GarmentField(forms.ModelChoiceField):
    """A garment on sale, of one kind, by its slug."""

    default_error_messages = {
        "invalid_choice": _("This piece is no longer on sale. Please choose another.")
    }

    def __init__(self, kind: GarmentKind) -> None:
        super().__init__(
            Garment.objects.on_sale().of_kind(kind),
            to_field_name="slug",
            required=False,
        )


class PersonField(forms.ModelChoiceField):
    """A house model or an own photo, by its public id."""

    default_error_messages = {
        "required": _("Please choose one of our models or a photo of you."),
        "invalid_choice": _("This photo is no longer kept. Please choose another one."),
    }

    def __init__(self) -> None:
        super().__init__(PersonImage.objects.none(), to_field_name="public_id")

    def to_python(self, value: Any) -> PersonImage | None:
        try:
            return super().to_python(value)
        except forms.ValidationError as error:  # also what is no public id at all
            message = self.error_messages["invalid_choice"]
            raise forms.ValidationError(message, code="invalid_choice") from error


class TryOnForm(forms.Form):
    outfit = forms.ChoiceField(choices=OUTFITS)
    top = GarmentField(GarmentKind.TOP)
    bottom = GarmentField(GarmentKind.BOTTOM)
    dress = GarmentField(GarmentKind.DRESS)
    person = PersonField()
    consent = forms.BooleanField(required=False)

    def __init__(self, shopper: Shopper | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shopper = shopper
        person = cast(PersonField, self.fields["person"])
        person.queryset = people_for(shopper)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("outfit") == GarmentKind.DRESS:
            # A dress replaces both; the protocol carries it as the top.
            data["top"], data["bottom"] = data.get("dress"), None
        if not self.errors and not (data.get("top") or data.get("bottom")):
            self.add_error(None, _("Please choose a top, a bottom or a dress first."))
        person = data.get("person")
        if person and not person.is_house_model:
            self._require_consent(data)
        return data

    def _require_consent(self, data: dict[str, Any]) -> None:
        agreed = bool(self.shopper and self.shopper.has_consented)
        if not agreed and not data.get("consent"):
            self.add_error("consent", CONSENT_MISSING)


class PhotoForm(forms.Form):
    """A photo, decoded, cleaned, and judged by the engine: `picture` and `check`."""

    photo = forms.FileField(
        error_messages={"required": _("Please choose a photo first.")}
    )
    gender = forms.ChoiceField(choices=Gender)
    consent = forms.BooleanField(required=False)

    def __init__(self, shopper: Shopper | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shopper = shopper

    def clean_consent(self) -> bool:
        agreed = bool(self.shopper and self.shopper.has_consented)
        if not agreed and not self.cleaned_data["consent"]:
            raise forms.ValidationError(CONSENT_MISSING, code="consent")
        return True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        # Nothing of a photo is looked at before its owner agreed to that.
        if not self.errors:
            self._judge(data["photo"], data)
        return data

    def _judge(self, upload: UploadedFile, data: dict[str, Any]) -> None:
        try:
            picture: CleanPicture = clean_picture(upload)
            data["picture"], data["check"] = picture, check_picture(picture, "person")
        except forms.ValidationError as refused:
            self.add_error("photo", refused)
        except CheckUnavailable:
            self.add_error(
                "photo",
                _("We cannot check photos right now. Please try again in a minute."),
            )
        else:
            # One reason at a time: the first is the one to fix.
            for finding in data["check"].blocking[:1]:
                self.add_error("photo", in_words(finding))
