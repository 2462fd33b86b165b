"""The client of the engine that the settings name, and the pictures as it sees them."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db.models.fields.files import FieldFile

from ..dashscope import DashScopeClient


def make_client(**options: Any) -> DashScopeClient:
    """A client for TRYON_BASE_URL; `options` go to `DashScopeClient`. Close it."""
    return DashScopeClient(
        settings.TRYON_BASE_URL,
        settings.TRYON_API_KEY,
        result_origins=settings.TRYON_RESULT_ORIGINS,
        **options,
    )


def engine_url(picture: FieldFile) -> str:
    """Where the engine finds a stored picture.

    Object stores give whole URLs (presigned when private); local files get the shop's
    address as the engine sees it, and a signed path when private.
    """
    return urljoin(settings.TRYON_IMAGE_BASE_URL + "/", picture.url)
