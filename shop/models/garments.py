"""Garments, and the only code that moves one through review.

draft ──► in review ──► published ──► archived ──► draft
              ├───────► rejected ───► in review (after an edit)
              └───────► draft         taken back by the merchant
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar, Final, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..storages import public_storage
from .accounts import User
from .bilingual import Bilingual
from .merchants import Merchant
from .transitions import IllegalTransition, move


class GarmentKind(models.TextChoices):
    TOP = "top", _("Top")
    BOTTOM = "bottom", _("Bottom")
    DRESS = "dress", _("Dress")


class Audience(models.TextChoices):
    WOMEN = "women", _("Women")
    MEN = "men", _("Men")
    ALL = "all", _("Everyone")


class Sleeve(models.TextChoices):
    """How long the sleeves are; a bottom has no answer."""

    NONE = "none", _("No sleeves")
    SHORT = "short", _("Short sleeves")
    LONG = "long", _("Long sleeves")


class GarmentStyle(models.TextChoices):
    """What a garment is worn for."""

    EVERYDAY = "everyday", _("Everyday")
    SMART = "smart", _("Smart")
    EVENING = "evening", _("Evening")
    SPORTY = "sporty", _("Sporty")


class ReviewStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    REJECTED = "rejected", _("Rejected")
    ARCHIVED = "archived", _("Archived")


TRANSITIONS = {
    ReviewStatus.DRAFT: {ReviewStatus.IN_REVIEW, ReviewStatus.ARCHIVED},
    ReviewStatus.IN_REVIEW: {
        ReviewStatus.PUBLISHED,
        ReviewStatus.REJECTED,
        ReviewStatus.DRAFT,
    },
    ReviewStatus.REJECTED: {ReviewStatus.IN_REVIEW, ReviewStatus.ARCHIVED},
    ReviewStatus.PUBLISHED: {ReviewStatus.ARCHIVED},
    ReviewStatus.ARCHIVED: {ReviewStatus.DRAFT},
}


# In review and on sale, what staff saw must stay what shoppers get.
EDITABLE = (ReviewStatus.DRAFT, ReviewStatus.REJECTED)


# The copies of a flat, smallest first, and the longest side of each in pixels.
CARD_SIDES: Final = {"card_small": 320, "card": 640, "card_large": 1440}


class GarmentQuerySet(models.QuerySet["Garment"]):
    def on_sale(self) -> Self:
        return self.filter(status=ReviewStatus.PUBLISHED).select_related("merchant")

    def were_on_sale(self) -> Self:
        """Also what is archived by now, if a shopper tried it on before."""
        gone = models.Q(status=ReviewStatus.ARCHIVED, days__tried_on__gt=0)
        return self.filter(models.Q(status=ReviewStatus.PUBLISHED) | gone).distinct()

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def made_for(self, audience: str) -> Self:
        """Garments for this audience: its own, and those for everyone."""
        if audience == Audience.ALL:
            return self.all()
        return self.filter(audience__in=[audience, Audience.ALL])

    def currencies(self) -> list[str]:
        """What they are sold in, the most common first."""
        counted = self.order_by().values("currency").annotate(times=models.Count("pk"))
        return [one["currency"] for one in counted.order_by("-times", "currency")]

    def by_currency(self, currencies: Sequence[str], order: Sequence[str]) -> Self:
        """In this order within each currency: bare numbers compare nothing."""
        place = models.Case(
            *(models.When(currency=one, then=i) for i, one in enumerate(currencies)),
            default=len(currencies),
        )
        return self.order_by(place, *order)

    def priced(self, lowest: Decimal | None, highest: Decimal | None) -> Self:
        """Garments within these prices, both included; None: no limit there."""
        found = self
        if lowest is not None:
            found = found.filter(price__gte=lowest)
        if highest is not None:
            found = found.filter(price__lte=highest)
        return found

    def search(self, words: str) -> Self:
        """Garments that contain every one of the words in a name, text or shop name."""
        found = self
        for word in words.split():
            found = found.filter(
                models.Q(name__icontains=word)
                | models.Q(name_zh__icontains=word)
                | models.Q(description__icontains=word)
                | models.Q(description_zh__icontains=word)
                | models.Q(merchant__shop_name__icontains=word)
            )
        return found


class Garment(Bilingual, models.Model):
    """One garment: what the shop says of it, its flat, and where its review stands."""

    merchant = models.ForeignKey(
        Merchant, models.CASCADE, related_name="garments", verbose_name=_("merchant")
    )
    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=GarmentKind)
    sleeve = models.CharField(
        _("sleeves"), max_length=5, choices=Sleeve, blank=True, default=""
    )
    audience = models.CharField(
        _("for"), max_length=10, choices=Audience, default=Audience.ALL
    )
    style = models.CharField(
        _("style"), max_length=10, choices=GarmentStyle, blank=True
    )
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("name in Chinese"), max_length=120, blank=True)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    description_zh = models.TextField(
        _("description in Chinese"), max_length=2000, blank=True
    )
    price = models.DecimalField(
        _("price"),
        max_digits=10,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0))],
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    product_url = models.URLField(_("product page"), blank=True, max_length=500)
    # The merchant's own number: by it an import finds its garments again.
    sku = models.CharField(_("SKU"), max_length=64, blank=True, default="")
    # Hashes of the row and the picture that the last import made it of.
    imported_row = models.CharField(max_length=64, blank=True, editable=False)
    imported_picture = models.CharField(max_length=64, blank=True, editable=False)

    # The flat as the engine gets it, and copies for pages; all re-encoded by us.
    flat = models.ImageField(
        _("garment flat"),
        storage=public_storage,
        width_field="flat_width",
        height_field="flat_height",
    )
    card = models.ImageField(
        _("card"), storage=public_storage, blank=True, editable=False
    )
    card_small = models.ImageField(
        _("small card"), storage=public_storage, blank=True, editable=False
    )
    card_large = models.ImageField(
        _("large card"), storage=public_storage, blank=True, editable=False
    )
    flat_width = models.PositiveIntegerField(_("flat width"), editable=False, null=True)
    flat_height = models.PositiveIntegerField(
        _("flat height"), editable=False, null=True
    )
    flat_sha256 = models.CharField(_("flat sha256"), max_length=64, editable=False)

    # What the engine's image check said; empty until it was asked.
    checked_at = models.DateTimeField(
        _("checked at"), null=True, blank=True, editable=False
    )
    findings = models.JSONField(_("findings"), default=list, blank=True, editable=False)
    facts = models.JSONField(_("facts"), default=dict, blank=True, editable=False)
    # Key points that the merchant put right: [x, y] in pixels of the flat, by name.
    keypoints = models.JSONField(
        _("corrected key points"), default=dict, blank=True, editable=False
    )

    status = models.CharField(
        _("status"),
        max_length=10,
        choices=ReviewStatus,
        default=ReviewStatus.DRAFT,
        editable=False,
    )
    reviewer = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("reviewer"),
    )
    rejection_reason = models.TextField(
        _("rejection reason"), blank=True, editable=False
    )
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )
    submitted_at = models.DateTimeField(
        _("submitted at"), null=True, blank=True, editable=False
    )
    reviewed_at = models.DateTimeField(
        _("reviewed at"), null=True, blank=True, editable=False
    )

    objects = GarmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("garment")
        verbose_name_plural = _("garments")
        ordering: ClassVar = ["-created_at", "-pk"]
        permissions: ClassVar = [("review_garment", "Can approve and reject garments")]
        indexes: ClassVar = [
            models.Index(fields=["status", "kind", "-created_at"]),
            models.Index(fields=["merchant", "status"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merchant", "sku"],
                condition=~models.Q(sku=""),
                name="garment_sku_once_per_merchant",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=GarmentKind.values), name="garment_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=ReviewStatus.values),
                name="garment_status",
            ),
            models.CheckConstraint(
                condition=models.Q(price__gte=0), name="garment_price_not_negative"
            ),
            models.CheckConstraint(
                condition=~models.Q(status=ReviewStatus.REJECTED)
                | ~models.Q(rejection_reason=""),
                name="garment_rejected_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(status=ReviewStatus.DRAFT) | ~models.Q(flat=""),
                name="garment_beyond_draft_has_flat",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display()})"

    def get_absolute_url(self) -> str:
        return reverse("garment-detail", args=[self.slug])

    # --- what is known ---
    @property
    def is_on_sale(self) -> bool:
        return self.status == ReviewStatus.PUBLISHED

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def flat_files(self) -> list[str]:
        """The names of the flat and of its copies, in the public store."""
        files = (getattr(self, field) for field in ("flat", *CARD_SIDES))
        return [file.name for file in files if file]

    @property
    def blocking_findings(self) -> list[dict]:
        return [found for found in self.findings if found.get("severity") == "block"]

    @property
    def can_be_submitted(self) -> bool:
        return self.is_editable and bool(self.checked_at) and not self.blocking_findings

    # --- the arrows ---
    def submit_for_review(self) -> bool:
        return self._move(
            ReviewStatus.IN_REVIEW, submitted_at=timezone.now(), rejection_reason=""
        )

    def take_back(self) -> bool:
        return self._back_to_draft(ReviewStatus.IN_REVIEW)

    def publish(self, reviewer: User | None) -> bool:
        return self._move(
            ReviewStatus.PUBLISHED, reviewer=reviewer, reviewed_at=timezone.now()
        )

    def reject(self, reviewer: User | None, reason: str) -> bool:
        return self._move(
            ReviewStatus.REJECTED,
            reviewer=reviewer,
            reviewed_at=timezone.now(),
            rejection_reason=reason,
        )

    def archive(self) -> bool:
        return self._move(ReviewStatus.ARCHIVED)

    def restore(self) -> bool:
        return self._back_to_draft(ReviewStatus.ARCHIVED)

    def _back_to_draft(self, status: ReviewStatus) -> bool:
        """Both arrows end at the draft; each begins at one status only."""
        if self.status != status:
            told = f"Garment {self.pk} is {self.status}, not {status}."
            raise IllegalTransition(told)
        return self._move(ReviewStatus.DRAFT)

    def _move(self, to: ReviewStatus, **changes: object) -> bool:
        return move(self, "status", to, TRANSITIONS, **changes)
