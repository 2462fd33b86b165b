"""Read `catalogue.toml`: texts and prices of the demo, and where its pictures lie."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

CATALOGUE_FILE = Path(__file__).with_name("catalogue.toml")
PICTURE_FOLDER = Path(settings.BASE_DIR) / "tools" / "demo_art"
MINOR_UNITS = 100  # fen in a yuan


@dataclass(frozen=True)
class Words:
    """A name and a description, in English and in Simplified Chinese."""

    name: str
    description: str
    name_zh: str
    description_zh: str

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> "Words":
        english, chinese = entry["en"], entry["zh-hans"]
        return cls(
            english["name"],
            english["description"],
            chinese["name"],
            chinese["description"],
        )


@dataclass(frozen=True)
class DemoMerchant:
    slug: str
    name: str
    website: str


@dataclass(frozen=True)
class DemoHouseModel:
    gender: str
    picture: Path
    words: Words


@dataclass(frozen=True)
class DemoGarment:
    slug: str
    merchant: DemoMerchant
    kind: str
    audience: str
    style: str
    price: Decimal
    currency: str
    flat: Path
    words: Words

    @property
    def product_url(self) -> str:
        return f"{self.merchant.website}/{self.slug}"


@dataclass(frozen=True)
class Catalogue:
    """Everything in the file, in its order."""

    merchants: list[DemoMerchant]
    house_models: list[DemoHouseModel]
    garments: list[DemoGarment]


def read_catalogue(file: Path = CATALOGUE_FILE) -> Catalogue:
    """Raises `KeyError` for a missing field, `tomllib.TOMLDecodeError` for a typo."""
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    merchants = {
        entry["slug"]: DemoMerchant(entry["slug"], entry["name"], entry["website"])
        for entry in content["merchants"]
    }
    house_models = [
        DemoHouseModel(
            gender=entry["gender"],
            picture=PICTURE_FOLDER / "models" / entry["picture"],
            words=Words.read(entry),
        )
        for entry in content["house_models"]
    ]
    garments = [
        DemoGarment(
            slug=entry["slug"],
            merchant=merchants[entry["merchant"]],
            kind=entry["kind"],
            audience=entry["audience"],
            style=entry["style"],
            price=Decimal(entry["price"]) / MINOR_UNITS,
            currency=content["currency"],
            flat=PICTURE_FOLDER / "flats" / entry["flat"],
            words=Words.read(entry),
        )
        for entry in content["garments"]
    ]
    return Catalogue(list(merchants.values()), house_models, garments)
