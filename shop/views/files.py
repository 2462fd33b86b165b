"""Stored pictures over HTTP, for local storage; an object store serves its own."""

from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import Storage
from django.core.signing import BadSignature
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from ..storages import name_from_token, private_storage, public_storage

# The formats we write; anything else in a store is not for browsers.
CONTENT_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
PRIVATE = "private, max-age=3600"
FOR_EVER = "public, max-age=31536000, immutable"  # the name changes with the content


@require_safe
def private_file(request: HttpRequest, token: str) -> FileResponse:
    try:
        name = name_from_token(token)
    except BadSignature as exc:
        raise Http404("This address is wrong or no longer valid.") from exc
    return picture_response(private_storage(), name, PRIVATE)


@require_safe
def public_file(request: HttpRequest, name: str) -> FileResponse:
    return picture_response(public_storage(), name, FOR_EVER)


def picture_response(storage: Storage, name: str, cache_control: str) -> FileResponse:
    """A stored picture, harmless to browsers. Raises Http404."""
    content_type = CONTENT_TYPES.get(PurePosixPath(name).suffix)
    if content_type is None:
        raise Http404("No such picture.")
    try:
        file = storage.open(name)
    except (OSError, SuspiciousFileOperation, ValueError) as exc:
        raise Http404("No such picture.") from exc
    response = FileResponse(file, content_type=content_type)
    response["Cache-Control"] = cache_control
    response["X-Content-Type-Options"] = "nosniff"
    # Pictures hold no scripts; should one ever, it may do nothing.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
