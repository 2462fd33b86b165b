"""Bring the demo catalogue into the database, as often as wanted.

Rows are found again by slug (house models by name), so nothing is ever doubled: texts,
prices and pictures follow the catalogue, review states stay as they are.
"""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.fields.files import FieldFile

from ..models import Garment, Merchant, PersonImage, ReviewStatus
from ..pictures import CleanPicture, clean_picture
from ..services.uploads import CheckResult, attach_flat, attach_photo, delete_flat_files
from ..storages import private_storage
from .accounts import ensure_people
from .catalogue import CATALOGUE_FILE, Catalogue, DemoGarment, DemoHouseModel

Pictures = dict[Path, CleanPicture]


@dataclass
class LoadReport:
    """How many rows were made, and how many were brought up to date."""

    created: int = 0
    updated: int = 0


def is_loaded(catalogue: Catalogue) -> bool:
    """Is exactly this catalogue, with these pictures, in the database already?"""
    marker = _marker()
    if not marker.exists() or marker.read_text() != _digest(catalogue):
        return False
    slugs = [entry.slug for entry in catalogue.merchants]
    return Merchant.objects.filter(slug__in=slugs).count() == len(slugs)


def load_demo(catalogue: Catalogue) -> LoadReport:
    """Create what is missing and update what differs; all of it or nothing.

    Pictures go the way of uploads: re-encoded, without metadata.
    """
    pictures = _clean_all(_picture_files(catalogue))
    report = LoadReport()
    with transaction.atomic():
        shops = ensure_people(catalogue.merchants)
        for model in catalogue.house_models:
            _load_house_model(model, pictures[model.picture], report)
        # The shop shows the newest first: the last of the catalogue is made first.
        for garment in reversed(catalogue.garments):
            shop = shops[garment.merchant.slug]
            _load_garment(garment, shop, pictures[garment.flat], report)
    _marker().write_text(_digest(catalogue))
    return report


def _load_house_model(
    entry: DemoHouseModel, picture: CleanPicture, report: LoadReport
) -> None:
    row = PersonImage.objects.house_models().filter(name=entry.words.name).first()
    row = row or PersonImage(is_house_model=True)
    differs = _assign(row, asdict(entry.words) | {"gender": entry.gender})
    if row.sha256 != picture.sha256:
        replaced = _names(row.image, row.thumbnail)
        attach_photo(row, picture)
        transaction.on_commit(partial(_delete_private_files, replaced))
        differs = True
    _save(row, differs, report)


def _load_garment(
    entry: DemoGarment, shop: Merchant, picture: CleanPicture, report: LoadReport
) -> None:
    row = Garment.objects.filter(slug=entry.slug).first() or Garment(slug=entry.slug)
    values = {
        "merchant": shop,
        "kind": entry.kind,
        "audience": entry.audience,
        "style": entry.style,
        "price": entry.price,
        "currency": entry.currency,
        "product_url": entry.product_url,
    }
    differs = _assign(row, asdict(entry.words) | values)
    # Rows of an older release have no copies for every size.
    if row.flat_sha256 != picture.sha256 or not row.card_small:
        replaced = row.flat_files
        attach_flat(row, picture, CheckResult())
        row.checked_at = None  # the engine has not seen it
        transaction.on_commit(partial(delete_flat_files, replaced))
        differs = True
    is_new = row.pk is None
    _save(row, differs, report)
    if is_new and row.status == ReviewStatus.DRAFT:
        row.submit_for_review()
        row.publish(reviewer=None)


def _names(*files: FieldFile) -> list[str]:
    return [file.name for file in files if file.name]


def _delete_private_files(names: list[str]) -> None:
    for name in names:
        private_storage().delete(name)


def _assign(row: models.Model, values: dict[str, Any]) -> bool:
    """Set the fields; was any of them different?"""
    differing = [
        name
        for name, value in values.items()
        if row.pk is None or getattr(row, name) != value
    ]
    for name in differing:
        setattr(row, name, values[name])
    return bool(differing)


def _save(row: models.Model, differs: bool, report: LoadReport) -> None:
    if not differs:
        return
    if row.pk is None:
        report.created += 1
    else:
        report.updated += 1
    row.full_clean()
    row.save()


def _picture_files(catalogue: Catalogue) -> list[Path]:
    people = [entry.picture for entry in catalogue.house_models]
    return people + [entry.flat for entry in catalogue.garments]


def _clean_all(paths: Iterable[Path]) -> Pictures:
    paths = list(paths)
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(paths, pool.map(_clean, paths), strict=True))


def _clean(path: Path) -> CleanPicture:
    with path.open("rb") as file:
        return clean_picture(file)


# --- so that a second start costs nothing -------------------------------------
def _marker() -> Path:
    return settings.DATA_DIR / "demo_loaded"


def _digest(catalogue: Catalogue) -> str:
    digest = hashlib.sha256(CATALOGUE_FILE.read_bytes())
    for path in _picture_files(catalogue):
        digest.update(path.read_bytes())
    return digest.hexdigest()
