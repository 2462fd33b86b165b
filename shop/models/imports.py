"""An import of garments on its way: what was uploaded, and how far it has come."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..storages import private_storage
from .merchants import Merchant


class GarmentImport(models.Model):
    """A table and an archive of pictures, worked through row by row.

    Each row is committed by itself, and `next_row` right after it: an import that was
    interrupted goes on where it stopped, and finds a row that a kill came after
    unchanged. Its files go when it is done.
    """

    public_id = models.UUIDField(
        _("public id"), default=uuid.uuid4, unique=True, editable=False
    )
    merchant = models.ForeignKey(
        Merchant, models.CASCADE, related_name="imports", verbose_name=_("merchant")
    )
    table = models.FileField(_("table"), storage=private_storage, blank=True)
    archive = models.FileField(_("pictures"), storage=private_storage, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    next_row = models.PositiveIntegerField(_("next row"), default=0)
    # How many rows came to what: by the dry run, and so far in earnest.
    plan = models.JSONField(_("plan"), default=dict)
    counts = models.JSONField(_("counts"), default=dict)
    # `shop.imports.rows.Problem`s, of the dry run until the import begins.
    problems = models.JSONField(_("problems"), default=list)
    ignored = models.JSONField(_("ignored columns"), default=list)
    # Two tabs of one browser: one works, the other waits. A lease, for tabs are closed.
    busy_until = models.DateTimeField(_("busy until"), default=timezone.now)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.merchant_id}: {self.next_row} of {self.rows}"

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    @property
    def shown_counts(self) -> dict[str, Any]:
        """Of the dry run, or of the import once it has begun."""
        return self.counts if self.started_at else self.plan

    @property
    def files(self) -> list[str]:
        return [str(file.name) for file in (self.table, self.archive) if file]
