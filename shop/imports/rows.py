"""What a row of the table means: a form for its cells, and words for what is wrong."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any, Self

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from ..forms.garments import GarmentForm
from ..lists import listed
from ..models import Audience, Garment, GarmentKind, GarmentStyle, Sleeve
from .table import RawRow, fold

LONGEST_NAME = 300
REQUIRED = ("sku", "picture", "name", "price")
COLUMNS: dict[str, Promise] = {
    "sku": _("SKU"),
    "picture": _("Picture"),
    "name": _("Name"),
    "price": _("Price"),
    "currency": _("Currency"),
    "kind": _("Kind"),
    "sleeve": _("Sleeves"),
    "audience": _("For"),
    "style": _("Style"),
    "product_url": _("Product page"),
    "description": _("Description"),
    "name_zh": _("Name in Chinese"),
    "description_zh": _("Description in Chinese"),
}
"""Every column, and its other name: the label on the garment's page."""
HINTS: dict[str, Promise | str] = {
    "sku": _("Your own number for it, each once"),
    "picture": _("File name in the ZIP archive"),
    "name": _("As shoppers read it"),
    "price": _("A number without a currency: 129.00"),
    "currency": "CNY, EUR, GBP, HKD, JPY, USD",
    "product_url": _("Where shoppers buy it: a page of your own shop."),
}
_CHOICES = {
    "kind": GarmentKind,
    "sleeve": Sleeve,
    "audience": Audience,
    "style": GarmentStyle,
}
_JUMPSUIT = _("Jumpsuit")  # what merchants may call it: the shop keeps it as a dress
_FORMULA = _(
    "The cell begins like a formula. Please enter the value itself, without =, +, - or "
    "@ before it."
)


@dataclass(frozen=True)
class Problem:
    """What is wrong with one row: a sentence in each language of the site."""

    row: int
    column: str
    words: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, row: int, column: str, say: Callable[[], Any]) -> Self:
        """`say` is called once in each language."""
        words = {}
        for language, _name in settings.LANGUAGES:
            with override(language):
                words[language] = str(say())
        return cls(row, column, words)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        return cls(kept["row"], kept["column"], kept["words"])

    @property
    def label(self) -> Promise | str:
        """The column, as the reader may call it."""
        return COLUMNS.get(self.column, self.column)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return self.words.get(get_language() or "", self.words[settings.LANGUAGE_CODE])


def problems_of(row: int, column: str, error: ValidationError) -> Problem:
    return Problem.of(row, column, lambda: " ".join(error.messages))


class RowForm(GarmentForm):
    """A row's cells, judged like the merchant's own form.

    The kind and the sleeves may be left to the check of the picture; then they are "".
    """

    sku = forms.CharField(max_length=64)
    picture = forms.CharField(max_length=LONGEST_NAME)

    def __init__(self, garment: Garment, cells: dict[str, str]) -> None:
        data = {name: cell.strip() for name, cell in cells.items()}
        for name in _CHOICES:
            if name in data:
                data[name] = _meanings(name).get(fold(data[name]), data[name])
        data["currency"] = data.get("currency", "").upper() or "CNY"
        data["audience"] = data.get("audience") or Audience.ALL
        super().__init__(data, instance=garment)
        self.fields["kind"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        # Its constraints are the database's; asking it for each row takes seconds.
        self._validate_constraints = False
        return data

    def clean_sku(self) -> str:
        return self.cleaned_data["sku"]  # the import looks after that


def judge_cells(raw: RawRow, garment: Garment) -> tuple[RowForm, list[Problem]]:
    """The form of a row, and all that is wrong with its cells."""
    formulas = [Problem.of(raw.number, name, lambda: _FORMULA) for name in raw.formulas]
    form = RowForm(garment, raw.cells)
    refused = [
        problems_of(raw.number, "" if name == "__all__" else name, error)
        for name, errors in form.errors.as_data().items()
        for error in errors
        if name not in raw.formulas
    ]
    return form, formulas + refused


def columns() -> list[dict[str, Any]]:
    """Every column for people: its label, whether it is needed, what stands in it."""
    return [
        {"label": label, "is_needed": name in REQUIRED, "hint": _hint(name)}
        for name, label in COLUMNS.items()
    ]


def _hint(column: str) -> Promise | str:
    if column in _CHOICES:
        return listed(_CHOICES[column].labels)
    return HINTS.get(column, "")


@cache
def heading_names() -> dict[str, str]:
    """The column that each folded heading means, in every language of the site."""
    return {fold(name): name for name in COLUMNS} | dict(
        _in_every_language((name, label) for name, label in COLUMNS.items())
    )


@cache
def _meanings(column: str) -> dict[str, str]:
    choices = list(_CHOICES[column].choices)
    if column == "kind":
        choices.append((GarmentKind.DRESS.value, _JUMPSUIT))
    return dict(_in_every_language(choices)) | {
        fold(value): value for value, _l in choices
    }


def _in_every_language(pairs: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """(folded label, name) for each label in each language."""
    known = list(pairs)
    found = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            found += [(fold(str(label)), name) for name, label in known]
    return found
