"""The upload of an import: a table, and an archive of the pictures that it names."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from ..file_sizes import file_size
from ..imports.archive import Archive
from ..imports.table import MOST_BYTES
from ..imports.table import refusal as table_refusal
from ..services.imports import open_table
from ..upload_limit import most_upload_bytes


class ImportForm(forms.Form):
    """`table` becomes its bytes, `pictures` stays the uploaded archive; both judged."""

    pictures = forms.FileField(
        label=_("Pictures, as a ZIP archive"),
        help_text=_("At most %(limit)s; please split up what is larger."),
        error_messages={"required": _("Please choose a ZIP archive first.")},
        widget=forms.FileInput({"accept": ".zip,application/zip"}),
    )
    table = forms.FileField(
        label=_("Table, as CSV"),
        required=False,
        help_text=_("Not needed when it lies in the archive."),
        widget=forms.FileInput({"accept": ".csv,text/csv,text/plain"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pictures = self.fields["pictures"]
        pictures.help_text %= {"limit": file_size(most_upload_bytes())}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        pictures = data.get("pictures")
        if pictures is None:
            return data
        try:
            with Archive(pictures) as archive:
                data["table"] = self._table(data.get("table"), archive)
        except ValidationError as refused:
            self.add_error("pictures", refused)
        else:
            self._judge_table(data["table"])
        return data

    def _table(self, upload: UploadedFile | None, archive: Archive) -> bytes:
        if upload is not None:
            upload.seek(0)
            return upload.read(MOST_BYTES + 1)
        found = archive.ending_with(".csv")
        if len(found) != 1:
            raise ValidationError(
                _("Please choose the table too: there is not exactly one in the ZIP."),
                code="no_table",
            )
        return archive.read(found[0], MOST_BYTES)

    def _judge_table(self, table: bytes) -> None:
        try:
            if len(table) > MOST_BYTES:
                raise table_refusal("too_large")
            open_table(table)
        except ValidationError as refused:
            self.add_error("table", refused)
