"""Flats on their way in, one at a time: cleaned, checked, and made a draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..findings import all_in_words
from ..models import Garment, Merchant, ReviewStatus
from .garments import start_draft
from .uploads import CheckUnavailable, check_picture, clean_picture

CHECK_UNAVAILABLE = _(
    "We cannot check pictures right now. Please try again in a minute."
)


@dataclass(frozen=True)
class Verdict:
    """What became of one uploaded file: a garment, or why there is none.

    `is_known`: the merchant has this picture already, on `garment`. `can_retry`: the
    same file may work in a minute.
    """

    file_name: str
    garment: Garment | None = None
    problem: str | Promise = ""
    is_known: bool = False
    can_retry: bool = False

    @property
    def grade(self) -> str:
        """bad: not to be tried on; warn: look at it; good."""
        if self.garment is None or self.garment.blocking_findings:
            return "bad"
        return "warn" if self.garment.findings or self.is_known else "good"

    @property
    def sentences(self) -> Sequence[str | Promise]:
        """What to say of the file, the weightiest first."""
        if self.problem:
            return [self.problem]
        if self.is_known:
            return [_("You have this picture already.")]
        if self.garment and self.garment.findings:
            return all_in_words(self.garment.findings, "garment")
        return [_("The picture is good: nothing to mend.")]


def take_flat(merchant: Merchant, file: IO[bytes], file_name: str) -> Verdict:
    """Make a draft of an uploaded flat. Never raises for what is in the file."""
    try:
        picture = clean_picture(file)
        if known := _known(merchant, picture.sha256):
            return Verdict(file_name, known, is_known=True)
        draft = start_draft(merchant, picture, check_picture(picture, "garment"))
    except ValidationError as refused:
        return Verdict(file_name, problem=str(refused.messages[0]))
    except CheckUnavailable:
        return Verdict(file_name, problem=CHECK_UNAVAILABLE, can_retry=True)
    return Verdict(file_name, draft)


def _known(merchant: Merchant, sha256: str) -> Garment | None:
    shown = merchant.garments.exclude(status=ReviewStatus.ARCHIVED)
    return shown.filter(flat_sha256=sha256).first()
