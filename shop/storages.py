"""The shop's two file stores, by name: nothing else knows what is behind them.

`public` holds garment flats and is cached hard. `private` holds photos and try-on
results: random names, reached only through signed URLs that expire.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.urls import reverse

SALT = "shop.private-file"


def public_storage() -> Storage:
    return storages["public"]


def private_storage() -> Storage:
    return storages["private"]


def random_name(folder: str, extension: str) -> str:
    """A name that nobody can guess: 128 random bits, spread over sub-folders."""
    token = secrets.token_hex(16)
    return f"{folder}/{token[:2]}/{token}.{extension}"


class PrivateFileSystemStorage(FileSystemStorage):
    """Local files whose URLs are signed and expire, as presigned ones of S3 do."""

    def url(self, name: str | None) -> str:
        token = signing.dumps(name, salt=SALT, compress=False)
        return reverse("private-file", args=[token])


def name_from_token(token: str) -> str:
    """The file name behind a signed URL. Raises `django.core.signing.BadSignature`."""
    return signing.loads(token, salt=SALT, max_age=settings.TRYON_SIGNED_URL_LIFETIME)
