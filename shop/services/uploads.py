"""Uploaded pictures: made our own, judged by the engine, stored.

A photo goes to the private store under a random name and expires. A flat goes to the
public store under a name made of its content, so that it can be cached for ever.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.utils import timezone

from ..dashscope.errors import DashScopeError
from ..models import Garment, PersonImage, Shopper
from ..models.garments import CARD_SIDES
from ..pictures import CleanPicture, clean_picture
from ..storages import private_storage, public_storage, random_name
from .engine import make_client

__all__ = [
    "CheckResult",
    "CheckUnavailable",
    "CleanPicture",
    "attach_flat",
    "attach_photo",
    "check_picture",
    "clean_picture",
    "delete_flat_files",
    "store_flat",
    "store_photo",
]

logger = logging.getLogger(__name__)

PictureKind = Literal["person", "garment"]
THUMBNAIL_SIDE = 480  # pixels
FLAT_FIELDS = (
    *("flat", *CARD_SIDES, "flat_width", "flat_height", "flat_sha256"),
    *("checked_at", "findings", "facts", "keypoints"),
)
CHECK_TIMEOUT_S = (5, 30)  # to connect, to answer: somebody looks at the page
NOT_CHECKED = {
    "code": "not_checked",
    "severity": "warn",
    "message": "The try-on server does not check pictures.",
}


class CheckUnavailable(Exception):
    """The engine could not judge the picture now: ask people to try again."""


@dataclass(frozen=True)
class CheckResult:
    """What the engine said: `findings` as they are stored, `facts` about the picture.

    A finding is a dict with `code`, `severity` ("block", "warn" or "info") and
    `message`; `shop.findings.in_words` makes a sentence of it.
    """

    findings: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def blocking(self) -> list[dict[str, Any]]:
        return [found for found in self.findings if found.get("severity") == "block"]

    @property
    def is_usable(self) -> bool:
        return not self.blocking


def check_picture(picture: CleanPicture, kind: PictureKind) -> CheckResult:
    """Have the engine judge a picture, now.

    Raises `CheckUnavailable` when it gives no verdict: an unchecked picture is never
    taken for a good one. The check is an extension of the protocol: behind a server
    without it (404) every picture carries the warning `not_checked`.
    """
    try:
        with make_client() as client:
            answer = client.check_image(picture.data_url, kind, timeout=CHECK_TIMEOUT_S)
    except DashScopeError as exc:
        logger.warning("The image check of a %s gave no verdict: %s", kind, exc)
        if exc.status == HTTPStatus.NOT_FOUND:
            return CheckResult(findings=[NOT_CHECKED])
        raise CheckUnavailable(str(exc)) from exc
    return CheckResult(findings=answer.findings, facts=answer.facts)


# --- photos -------------------------------------------------------------------
def store_photo(
    shopper: Shopper, picture: CleanPicture, check: CheckResult, gender: str
) -> PersonImage:
    """The shopper's photo, stored; the same one again is kept longer, not twice."""
    expires_at = timezone.now() + settings.TRYON_PHOTO_LIFETIME
    known = shopper.person_images.current().filter(sha256=picture.sha256).first()
    photo = known or PersonImage(shopper=shopper)
    photo.gender = gender
    photo.expires_at = expires_at
    photo.findings = check.findings
    photo.facts = check.facts
    if known is None:
        attach_photo(photo, picture)
    try:
        photo.save()
    except Exception:
        if known is None:  # no photo lies in the store without a row that expires
            _delete(private_storage(), [photo.image.name, photo.thumbnail.name])
        raise
    return photo


def attach_photo(photo: PersonImage, picture: CleanPicture) -> None:
    """Put the picture and its thumbnail into the store; the row is not saved."""
    image_name = random_name("people", picture.extension)
    # A content without a name counts as none, and width and height stay unknown.
    content = ContentFile(picture.data, image_name)
    photo.image.save(image_name, content, save=False)
    thumbnail = ContentFile(picture.rendition(THUMBNAIL_SIDE))
    photo.thumbnail.save(random_name("thumbnails", "webp"), thumbnail, save=False)
    photo.sha256 = picture.sha256


# --- flats --------------------------------------------------------------------
def store_flat(garment: Garment, picture: CleanPicture, check: CheckResult) -> None:
    """Give the garment a flat and what the engine found on it, and save both."""
    replaced = garment.flat_files
    attach_flat(garment, picture, check)
    # Of a known garment nothing else: its status may have moved meanwhile.
    garment.save(update_fields=None if garment._state.adding else FLAT_FIELDS)
    discard = set(replaced) - set(garment.flat_files)
    transaction.on_commit(lambda: delete_flat_files(discard))


def attach_flat(garment: Garment, picture: CleanPicture, check: CheckResult) -> None:
    """Put the flat and its copies into the store; the row is not saved."""
    digest = picture.sha256
    folder = digest[:2]
    storage = public_storage()
    flat_name = f"flats/{folder}/{digest}.{picture.extension}"
    garment.flat = _save_once(storage, flat_name, picture.data)
    for card, side in CARD_SIDES.items():
        name = f"cards/{folder}/{digest}-{side}.webp"
        setattr(garment, card, _save_once(storage, name, picture.rendition(side)))
    if garment.flat_sha256 != digest:
        garment.keypoints = {}  # they were those of another picture
    garment.flat_sha256 = digest
    garment.findings = check.findings
    garment.facts = check.facts
    garment.checked_at = timezone.now()


def delete_flat_files(names: Iterable[str]) -> None:
    """Delete the files of replaced or deleted flats that no garment shows any more."""
    unused = [
        name
        for name in names
        if not any(
            Garment.objects.filter(**{field: name}).exists()
            for field in ("flat", *CARD_SIDES)
        )
    ]
    _delete(public_storage(), unused)


def _save_once(storage: Storage, name: str, content: bytes) -> str:
    # The name is made of the content: what lies there already is the same file.
    return name if storage.exists(name) else storage.save(name, ContentFile(content))


def _delete(storage: Storage, names: Iterable[str | None]) -> None:
    for name in filter(None, names):
        storage.delete(name)
