"""Form fields that turn uploads into clean pictures."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from ..pictures import CleanPicture, clean_picture

# For the file dialog only; what a file is, is found out by decoding it.
ACCEPT = "image/jpeg,image/png,image/webp,image/bmp,image/heic,image/heif,.heic,.heif"


class PictureInput(forms.FileInput):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": ACCEPT} | (attrs or {}))


class ManyPicturesInput(PictureInput):
    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__({"multiple": True})


class PictureField(forms.FileField):
    """One upload; its clean value is a `CleanPicture`."""

    widget = PictureInput

    def clean(self, data: UploadedFile, initial: Any = None) -> CleanPicture:
        return clean_picture(super().clean(data, initial))


class ManyPicturesField(forms.FileField):
    """Up to `most` uploads. Its clean value is the files: each is judged by itself."""

    widget = ManyPicturesInput

    def __init__(self, *, most: int, too_many: Any, **options: Any) -> None:
        super().__init__(**options)
        self.most = most
        self.error_messages["too_many"] = too_many

    def clean(self, data: list[UploadedFile], initial: Any = None) -> list:
        if not data:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(data) > self.most:
            raise ValidationError(self.error_messages["too_many"], code="too_many")
        return data
