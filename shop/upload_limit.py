"""Stops an upload that is far too large before any of it lies on the disk."""

from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MOST_FILES = 10  # a merchant's flats; each is checked while the merchant waits
OTHER_FIELDS_BYTES = 1024 * 1024


def most_upload_bytes() -> int:
    """What the files of one request may have together."""
    return MOST_FILES * settings.TRYON_MAX_UPLOAD_BYTES


class UploadLimitHandler(FileUploadHandler):
    """Refuses a request (400) by its announced length; keeps no file itself.

    A single file over the limit still gets a sentence from the form.
    """

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        most = most_upload_bytes() + OTHER_FIELDS_BYTES
        if content_length > most:
            raise RequestDataTooBig(
                f"An upload of {content_length} bytes; {most} are allowed."
            )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data  # to the handlers behind this one

    def file_complete(self, file_size: int) -> Any:
        return None
