"""One valid row each, with everything it needs; a test names only what it is about."""

import io
import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from shop.models import (
    Garment,
    GarmentKind,
    Merchant,
    PersonImage,
    ReviewStatus,
    SessionStatus,
    Shopper,
    Stage,
    TaskState,
    TryOnSession,
    TryOnTask,
    User,
)
from shop.roles import MERCHANT
from shop.roles import make_merchant as make_merchant_of
from shop.storages import random_name
from tests.pictures import picture_bytes

PASSWORD = "a long enough password"  # the one of every user made here
_numbers = itertools.count(1)


def pixels(content: bytes) -> tuple[tuple[int, int], bytes]:
    """What a picture file shows, whatever else stands in it."""
    with Image.open(io.BytesIO(content)) as image:
        return image.size, image.convert("RGB").tobytes()


def make_user(**fields: Any) -> User:
    number = next(_numbers)
    return User.objects.create_user(
        **{"email": f"person{number}@example.com", "password": PASSWORD} | fields
    )


def make_merchant(**fields: Any) -> Merchant:
    number = next(_numbers)
    fields = {"shop_name": f"Shop {number}", "slug": f"shop-{number}"} | fields
    fields.setdefault("user", None)
    fields["user"] = fields["user"] or make_user()
    make_merchant_of(fields["user"])
    # What a migration gave the group is gone after a test with a server: those empty
    # all tables.
    sell = Permission.objects.get(content_type__app_label="shop", codename="sell")
    Group.objects.get(name=MERCHANT).permissions.add(sell)
    return Merchant.objects.create(**fields)


def make_garment(
    kind: str = GarmentKind.TOP, status: str = ReviewStatus.PUBLISHED, **fields: Any
) -> Garment:
    number = next(_numbers)
    fields = {
        "name": f"Garment {number}",
        "slug": f"garment-{number}",
        "price": Decimal("99.00"),
        "flat_sha256": f"{number:064x}",
        "checked_at": timezone.now(),
    } | fields
    if "merchant" not in fields:
        fields["merchant"] = make_merchant()
    if status == ReviewStatus.REJECTED:
        fields.setdefault("rejection_reason", "The flat is blurred.")
    garment = Garment(kind=kind, status=status, **fields)
    if not garment.flat:
        content = ContentFile(picture_bytes(), "flat.jpg")
        garment.flat.save(random_name("flats", "jpg"), content, save=False)
        content.seek(0)
        garment.card.save(random_name("cards", "jpg"), content, save=False)
    garment.save()
    return garment


def make_shopper(**fields: Any) -> Shopper:
    return Shopper.objects.create(**fields)


def make_person_image(**fields: Any) -> PersonImage:
    if not fields.get("is_house_model"):
        fields.setdefault("expires_at", timezone.now() + timedelta(hours=24))
        if "shopper" not in fields:
            fields["shopper"] = make_shopper()
    person_image = PersonImage(**{"sha256": f"{next(_numbers):064x}"} | fields)
    if not person_image.image:
        person_image.image.save(
            random_name("people", "jpg"),
            ContentFile(picture_bytes(), "person.jpg"),
            save=False,
        )
    person_image.save()
    return person_image


def make_session(**fields: Any) -> TryOnSession:
    if "shopper" not in fields:
        fields["shopper"] = make_shopper()
    if "person_image" not in fields:
        fields["person_image"] = make_person_image(shopper=fields["shopper"])
    if "top" not in fields and "bottom" not in fields:
        fields["top"] = make_garment()
    ends = (
        SessionStatus.REFINED,
        SessionStatus.COARSE_ONLY,
        SessionStatus.FAILED,
        SessionStatus.CANCELED,
    )
    if fields.get("status") in ends:
        fields.setdefault("ended_at", timezone.now())
    return TryOnSession.objects.create(
        **{
            "gender": "woman",
            "consent_version": settings.TRYON_CONSENT_VERSION,
            "consented_at": timezone.now(),
        }
        | fields
    )


def make_task(state: str = TaskState.QUEUED, **fields: Any) -> TryOnTask:
    if "session" not in fields:
        fields["session"] = make_session()
    fields = {
        "stage": Stage.COARSE,
        "model": settings.TRYON_COARSE_MODEL,
        "created_at": timezone.now(),  # before its end
        "deadline_at": timezone.now() + settings.TRYON_TASK_DEADLINE,
    } | fields
    if state in (TaskState.RUNNING, TaskState.SUCCEEDED):
        fields.setdefault("engine_task_id", f"engine-task-{next(_numbers)}")
        fields.setdefault("submitted_at", timezone.now())
    if state not in (TaskState.QUEUED, TaskState.RUNNING):
        fields.setdefault("ended_at", timezone.now())
    task = TryOnTask(state=state, **fields)
    if state == TaskState.SUCCEEDED and not task.result:
        task.result.save(
            random_name("results", "png"),
            ContentFile(picture_bytes(kind="PNG"), "result.png"),
            save=False,
        )
        task.result_width, task.result_height = 300, 400
    task.save()
    return task
