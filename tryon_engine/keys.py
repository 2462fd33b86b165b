"""Who calls: the Bearer key of a request, and the row that stands for it."""

import hashlib
import hmac
import secrets
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from . import errors
from .errors import ProtocolError
from .models import EngineKey

KEY_PREFIX: Final = "sk-"
KEY_BYTES: Final = 32


def caller_of(request: HttpRequest) -> EngineKey:
    """Return the key that `request` carries.

    A key is valid if `manage.py engine_key` made it, or if it stands in
    `TRYON_ENGINE_API_KEYS`; those get a row when they are first used. Raises
    `ProtocolError` if there is no key, or not a valid one.
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise ProtocolError(errors.NO_API_KEY)
    digest = hash_key(key)
    caller = EngineKey.objects.filter(digest=digest).first()
    if is_in_settings(digest):
        caller = caller or _known_from_settings(digest)
    elif caller is None or not caller.is_managed:
        raise ProtocolError(errors.WRONG_API_KEY)
    if caller.revoked_at:
        raise ProtocolError(errors.WRONG_API_KEY, f"key {caller.pk} is revoked")
    caller.note_use()
    return caller


def hash_key(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def is_in_settings(digest: str) -> bool:
    # Every key is compared: the time taken says nothing about which one is near.
    matches = [
        hmac.compare_digest(digest, hash_key(known))
        for known in settings.TRYON_ENGINE_API_KEYS
    ]
    return any(matches)


def _known_from_settings(digest: str) -> EngineKey:
    caller, _ = EngineKey.objects.get_or_create(
        digest=digest, defaults={"name": "from the settings", "is_managed": False}
    )
    return caller


def create_key(name: str, **limits: int | None) -> tuple[EngineKey, str]:
    """Make a key; return its row and the key itself, which is kept nowhere."""
    key = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
    row = EngineKey.objects.create(digest=hash_key(key), name=name, **limits)
    return row, key
