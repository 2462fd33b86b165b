"""Shoppers (guests too) and the person images that garments are tried on."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..storages import private_storage
from .accounts import User
from .bilingual import Bilingual


class Gender(models.TextChoices):
    """What the refiner of the protocol wants to know; it allows these two only."""

    WOMAN = "woman", _("Woman")
    MAN = "man", _("Man")


class Shopper(models.Model):
    """A browser session, or a user who keeps the history across browsers."""

    user = models.OneToOneField(
        User,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="shopper",
        verbose_name=_("user"),
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    consent_version = models.CharField(_("consent version"), max_length=20, blank=True)
    consented_at = models.DateTimeField(_("consented at"), null=True, blank=True)
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )

    class Meta:
        verbose_name = _("shopper")
        verbose_name_plural = _("shoppers")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(consent_version="")
                | models.Q(consented_at__isnull=False),
                name="shopper_consent_has_time",
            )
        ]

    def __str__(self) -> str:
        if self.user_id:
            return str(self.user)
        return _("Guest %(number)s") % {"number": self.pk}

    @property
    def has_consented(self) -> bool:
        """Did this shopper agree to the text that is in force now?"""
        return self.consent_version == settings.TRYON_CONSENT_VERSION

    def consent(self) -> None:
        self.consent_version = settings.TRYON_CONSENT_VERSION
        self.consented_at = timezone.now()
        self.save(update_fields=["consent_version", "consented_at"])


class PersonImageQuerySet(models.QuerySet["PersonImage"]):
    def house_models(self) -> Self:
        return self.filter(is_house_model=True).order_by("pk")

    def current(self) -> Self:
        """Photos that may still be used: not past their time."""
        return self.filter(
            models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=timezone.now())
        )

    def expired(self) -> Self:
        return self.filter(expires_at__lte=timezone.now())


class PersonImage(Bilingual, models.Model):
    """A shopper's photo, or a house model: upright, re-encoded, without metadata."""

    public_id = models.UUIDField(
        _("public id"), default=uuid.uuid4, unique=True, editable=False
    )
    shopper = models.ForeignKey(
        Shopper,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="person_images",
        verbose_name=_("shopper"),
    )
    is_house_model = models.BooleanField(_("is house model"), default=False)
    name = models.CharField(_("name"), max_length=80, blank=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=80, blank=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    description_zh = models.CharField(
        _("description in Chinese"), max_length=200, blank=True
    )
    gender = models.CharField(
        _("gender"), max_length=5, choices=Gender, default=Gender.WOMAN
    )

    image = models.ImageField(
        _("image"), storage=private_storage, width_field="width", height_field="height"
    )
    thumbnail = models.ImageField(_("thumbnail"), storage=private_storage, blank=True)
    width = models.PositiveIntegerField(_("width"), editable=False, null=True)
    height = models.PositiveIntegerField(_("height"), editable=False, null=True)
    sha256 = models.CharField(_("sha256"), max_length=64, editable=False)
    findings = models.JSONField(_("findings"), default=list, blank=True, editable=False)
    facts = models.JSONField(_("facts"), default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)

    objects = PersonImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("person image")
        verbose_name_plural = _("person images")
        # Who works in the back office sees no shopper's photo without it.
        permissions: ClassVar = [("view_shopper_photos", "Can see shoppers' photos")]
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["expires_at"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                # A photo belongs to a shopper and expires; a house model does neither.
                condition=models.Q(
                    is_house_model=True, shopper__isnull=True, expires_at__isnull=True
                )
                | models.Q(
                    is_house_model=False,
                    shopper__isnull=False,
                    expires_at__isnull=False,
                ),
                name="person_image_photo_or_house_model",
            ),
            models.CheckConstraint(
                condition=models.Q(gender__in=Gender.values), name="person_image_gender"
            ),
        ]

    def __str__(self) -> str:
        if self.is_house_model:
            return _("House model %(name)s") % {"name": self.display_name}
        names = {"number": self.public_id, "shopper": self.shopper}
        return _("Photo %(number)s of %(shopper)s") % names

    @property
    def warnings(self) -> list[dict]:
        return [found for found in self.findings if found.get("severity") == "warn"]
