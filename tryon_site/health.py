"""GET /healthz: are all parts up? The one view that looks at shop and engine alike."""

import logging

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from shop.services.health import engine_answers, poller_health
from tryon_engine.health import engine_health

logger = logging.getLogger(__name__)
_last_seen: dict[str, str] = {}


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when web, poller and engine are up, else 503 and which part is not."""
    parts = {"web": web_health(), "poller": "ok", "engine": "ok"}
    if parts["web"] == "ok":
        parts |= {"poller": _poller(), "engine": _engine()}
    is_up = all(state == "ok" for state in parts.values())
    _log_change(parts)
    return JsonResponse(
        {"status": "ok" if is_up else "down", **parts}, status=200 if is_up else 503
    )


def _log_change(parts: dict[str, str]) -> None:
    """One line when a part goes or comes back, none for every probe in between."""
    global _last_seen
    if parts != _last_seen:
        logger.log(
            logging.INFO if set(parts.values()) == {"ok"} else logging.WARNING,
            "Health: %s",
            ", ".join(f"{part}: {state}" for part, state in parts.items()),
        )
    _last_seen = parts


def web_health() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("Health: the database does not answer")
        return "the database does not answer"
    return "ok"


def _poller() -> str:
    if not settings.SERVES_SHOP:
        return "ok"
    is_up, why = poller_health()
    return "ok" if is_up else why


def _engine() -> str:
    if settings.SERVES_ENGINE and settings.TRYON_ENGINE_WORKERS:
        is_up, why = engine_health()
    elif settings.SERVES_ENGINE:
        return "ok"  # the workers run on other machines
    else:
        is_up, why = engine_answers()
    return "ok" if is_up else why
