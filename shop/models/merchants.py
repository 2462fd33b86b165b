"""Sellers: the users who have a shop."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .accounts import User


class Merchant(models.Model):
    """A seller: a user with a shop name."""

    user = models.OneToOneField(
        User, models.CASCADE, related_name="merchant", verbose_name=_("user")
    )
    shop_name = models.CharField(_("shop name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    website = models.URLField(_("website"), blank=True)
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        help_text=_("of the e-mails that the shop gets"),
    )
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )

    class Meta:
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")
        ordering: ClassVar = ["shop_name"]
        permissions: ClassVar = [("sell", "Can sell garments in an own shop")]

    def __str__(self) -> str:
        return self.shop_name
