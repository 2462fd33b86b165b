"""Files of tasks: data: URLs on their way in, result images on their way out.

Results are lossless PNG in the private "engine" store, one folder per task, under
random names. The only way to one is a signed URL that expires with its task.
"""

import logging
import re
import secrets
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from . import errors
from .errors import ProtocolError
from .models import EngineTask
from .models.tasks import PARSING_MODEL

logger = logging.getLogger(__name__)

Address = str | dict[str, str]
"""Where a picture is: a caller's URL, or {"file": name} for one that we stored.

Callers can only give text, so none of them can point at a file of ours.
"""
SALT: Final = "tryon_engine.results"
RESULT_URL: Final = re.compile(
    r"https?://[^?#]*/results/([^/?#]+)\.png(?:[?#].*)?", re.IGNORECASE | re.DOTALL
)


def engine_store() -> Storage:
    return storages["engine"]


def store_png(task: EngineTask, png: bytes) -> str:
    """Store `png` for `task`; return its name in the engine store."""
    return _save(task, f"{secrets.token_hex(16)}.png", png)


def store_data_url(task: EngineTask, url: str) -> Address:
    """Store the text of a data: URL; return the address that stands for it."""
    return {"file": _save(task, f"{secrets.token_hex(16)}.txt", url.encode())}


def _save(task: EngineTask, name: str, content: bytes) -> str:
    return engine_store().save(f"{task.pk.hex}/{name}", ContentFile(content))


def url_at(address: Address) -> str:
    """Return the URL itself, read from the store if it lies there."""
    if isinstance(address, str):
        return address
    with engine_store().open(address["file"]) as file:
        return file.read().decode()


def forget(addresses: Iterable[Address]) -> None:
    """Delete the files that `store_data_url` made for `addresses`."""
    for address in addresses:
        if isinstance(address, dict):
            engine_store().delete(address["file"])


def discard(task: EngineTask) -> None:
    """Delete `task` with all its files.

    Files first: after a crash in between, the row is left for the next purge.
    """
    store, folder = engine_store(), task.pk.hex
    if store.exists(folder):
        for name in store.listdir(folder)[1]:
            store.delete(f"{folder}/{name}")
        store.delete(folder)
    task.delete()


# --- Signed URLs -------------------------------------------------------------------
def result_url(request: HttpRequest, task: EngineTask, name: str) -> str:
    """Return the absolute URL of a file of `task`, the same at every call."""
    expires = int(task.kept_until.timestamp())
    token = signing.Signer(salt=SALT).sign_object([name, expires])
    return absolute_url(request, "engine-result", token=token)


def absolute_url(request: HttpRequest, view_name: str, **path: str) -> str:
    """Return the address of a view as callers reach it."""
    base = (
        settings.TRYON_ENGINE_PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    )
    return base + reverse(view_name, kwargs=path)


def open_result(token: str) -> File:
    """Open the result that `token` allows.

    Raises `ProtocolError`: 403 if the token is forged or expired, 404 if the file is
    gone.
    """
    try:
        return engine_store().open(_permitted_name(token))
    except FileNotFoundError as exc:
        raise ProtocolError(errors.NOT_FOUND) from exc


def _permitted_name(token: str) -> str:
    try:
        name, expires = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature as exc:
        raise ProtocolError(errors.ACCESS_DENIED) from exc
    if timezone.now().timestamp() > expires:
        raise ProtocolError(errors.ACCESS_DENIED)
    return name


def own_result(url: str) -> bytes | None:
    """Return the picture if `url` is a valid result URL of ours, without a download.

    The signature decides, not the host: behind a proxy we have several names.
    """
    match = RESULT_URL.fullmatch(url)
    if not match:
        return None
    try:
        with open_result(unquote(match[1])) as file:
            return file.read()
    except ProtocolError:
        return None  # not ours, or too late: let the download say so


def parsed_from(url: str) -> str | None:
    """Return the digest of the picture that `url`, a cut-out of ours, comes from."""
    match = RESULT_URL.fullmatch(url)
    if not match:
        return None
    try:
        folder = _permitted_name(unquote(match[1])).partition("/")[0]
    except ProtocolError:
        return None
    task = EngineTask.objects.filter(pk=folder, model=PARSING_MODEL).first()
    return task.extras.get("source") if task else None


def purge_expired() -> int:
    """Delete the tasks past their lifetime, files included; return how many."""
    expired = list(EngineTask.objects.expired())
    for task in expired:
        discard(task)
    if expired:
        logger.info("Purged %d expired task(s)", len(expired))
    return len(expired)
