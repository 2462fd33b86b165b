"""Who calls: the Bearer key, and the hash under which the engine knows its owner."""

import hashlib
import hmac

from django.conf import settings
from django.http import HttpRequest

from . import errors
from .errors import ProtocolError


def owner_of(request: HttpRequest) -> str:
    """Return the hash of the key that `request` carries.

    Rows keep the hash, so that a stolen database holds no key. Raises `ProtocolError`
    if there is no key or it is not one of `TRYON_ENGINE_API_KEYS`.
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise ProtocolError(errors.NO_API_KEY)
    given = hash_key(key)
    # Every key is compared: the time taken says nothing about which one is near.
    matches = [
        hmac.compare_digest(given, hash_key(known))
        for known in settings.TRYON_ENGINE_API_KEYS
    ]
    if not any(matches):
        raise ProtocolError(errors.WRONG_API_KEY)
    return given


def hash_key(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
