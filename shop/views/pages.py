"""Pages of text; what they promise is read from the settings in force."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ..services.sessions import Receipt


def how_it_works(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/how_it_works.html", lifetimes())


def photo_guide(request: HttpRequest) -> HttpResponse:
    context = {"max_megabytes": settings.TRYON_MAX_UPLOAD_BYTES // 1024**2}
    return render(request, "shop/photo_guide.html", context)


def privacy(request: HttpRequest) -> HttpResponse:
    context = lifetimes() | {
        "consent_version": settings.TRYON_CONSENT_VERSION,
        "max_photo_side": settings.TRYON_MAX_PHOTO_SIDE,
        "engine_host": foreign_engine(),
        "kept_days": max(
            settings.TRYON_LOOK_LIFETIME, settings.TRYON_GUEST_LIFETIME
        ).days,
        "guest_days": settings.TRYON_GUEST_LIFETIME.days,
    }
    return render(request, "shop/privacy.html", context)


def deleted(
    request: HttpRequest, receipt: Receipt, *, with_account: bool = False
) -> HttpResponse:
    """What was deleted just now, and what still goes by itself."""
    context = lifetimes() | {
        "receipt": receipt,
        "with_account": with_account,
        "engine_host": foreign_engine(),
    }
    return render(request, "shop/forgotten.html", context)


def foreign_engine() -> str:
    """The host that photos are sent to, or "" when this site's own engine gets them."""
    host = urlsplit(settings.TRYON_BASE_URL).hostname or ""
    own = {urlsplit(settings.SITE_URL).hostname, "127.0.0.1", "localhost", "::1"}
    return "" if host in own else host


def lifetimes() -> dict[str, int]:
    """How long pictures are kept, in the units that people read."""
    hour = 3600
    return {
        "photo_hours": int(settings.TRYON_PHOTO_LIFETIME.total_seconds()) // hour,
        "look_days": settings.TRYON_LOOK_LIFETIME.days,
        "share_days": settings.TRYON_SHARE_LIFETIME.days,
        "engine_hours": settings.TRYON_ENGINE_RESULT_HOURS,
        "guess_minutes": settings.AXES_COOLOFF_TIME // timedelta(minutes=1),
        "link_hours": int(settings.TRYON_SIGNED_URL_LIFETIME.total_seconds()) // hour,
    }
