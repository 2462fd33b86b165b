"""Pictures that callers uploaded for their next tasks: `oss://` addresses."""

from datetime import timedelta
from typing import Final

from django.db import models
from django.utils import timezone

UPLOAD_LIFETIME: Final = timedelta(hours=48)


class EngineUploadQuerySet(models.QuerySet["EngineUpload"]):
    def kept(self) -> "EngineUploadQuerySet":
        return self.filter(created_at__gte=timezone.now() - UPLOAD_LIFETIME)

    def expired(self) -> "EngineUploadQuerySet":
        return self.filter(created_at__lt=timezone.now() - UPLOAD_LIFETIME)


class EngineUpload(models.Model):
    """One uploaded file.

    `key` is what the caller named it and is compared, never used as a path; the file
    lies under a random name of ours.
    """

    owner = models.CharField(max_length=64, help_text="SHA-256 of the API key.")
    key = models.CharField(max_length=512, unique=True)
    file_name = models.CharField(max_length=200)
    size = models.PositiveIntegerField(help_text="Bytes.")
    created_at = models.DateTimeField(default=timezone.now)

    objects = EngineUploadQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "created_at"], name="engine_upload_owner")
        ]

    def __str__(self) -> str:
        return f"upload {self.pk}"
