"""The engine that the shop asks, its key, limits and clock; and our own workers."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from tryon_engine.health import engine_health

from .findings import Finding, bad, ok, warn

_TIMEOUT_S = 5
_SKEW_S = 5  # signed addresses and lost submits bear no more
_GRAVE_SKEW_S = 60


def provider() -> Iterator[Finding]:
    """One question to its task list tells whether it is there, takes our key, and what
    its clock says."""
    host = urlsplit(settings.TRYON_BASE_URL).netloc
    name, started = _("engine"), time.monotonic()
    try:
        answer = requests.get(
            f"{settings.TRYON_BASE_URL}/tasks/",
            params={"page_size": "1"},
            headers={"Authorization": f"Bearer {settings.TRYON_API_KEY}"},
            timeout=_TIMEOUT_S,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        yield bad(
            name,
            _("%(host)s does not answer (%(error)s).")
            % {"host": host, "error": type(error).__name__},
            _("Start it, or correct TRYON_BASE_URL."),
        )
        return
    took_ms = round(1000 * (time.monotonic() - started))
    if answer.status_code in (401, 403):
        yield bad(
            _("provider key"),
            _("%(host)s refuses it (%(status)d).")
            % {"host": host, "status": answer.status_code},
            _("Set TRYON_API_KEY to a key that this server accepts."),
        )
    elif answer.status_code != 200 or "data" not in _json(answer):
        yield bad(
            name,
            _("%(host)s answers %(status)d, and no task list.")
            % {"host": host, "status": answer.status_code},
            _("TRYON_BASE_URL must end in the version, such as /api/v1."),
        )
    else:
        yield ok(
            name, _("%(host)s answers in %(ms)d ms") % {"host": host, "ms": took_ms}
        )
        yield ok(_("provider key"), _("accepted"))
    yield from _clock(answer)


def _json(answer: requests.Response) -> dict:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _clock(answer: requests.Response) -> Iterator[Finding]:
    name = _("clock")
    try:
        theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        yield warn(
            name,
            _("The engine does not tell the time."),
            _("Compare this machine's clock by hand: date -u."),
        )
        return
    apart_s = (datetime.now(UTC) - theirs).total_seconds()
    said = _("%(seconds)s s apart from the engine's") % {"seconds": f"{apart_s:.0f}"}
    remedy = _("Let both machines follow a time server (chrony, systemd-timesyncd).")
    if abs(apart_s) > _GRAVE_SKEW_S:
        yield bad(name, said, remedy)
    elif abs(apart_s) > _SKEW_S:
        yield warn(name, said, remedy)
    else:
        yield ok(name, said)


def limits() -> Iterator[Finding]:
    """Do we ask for no more than our own engine gives? Others' limits are not told."""
    name = _("engine's limits")
    ours = {
        "TRYON_MAX_IN_FLIGHT": settings.TRYON_MAX_IN_FLIGHT,
        "TRYON_SUBMITS_PER_SECOND": settings.TRYON_SUBMITS_PER_SECOND,
        "TRYON_QUERIES_PER_SECOND": settings.TRYON_QUERIES_PER_SECOND,
    }
    theirs = {
        "TRYON_MAX_IN_FLIGHT": settings.TRYON_ENGINE_IN_FLIGHT,
        "TRYON_SUBMITS_PER_SECOND": settings.TRYON_ENGINE_SUBMITS_PER_SECOND,
        "TRYON_QUERIES_PER_SECOND": settings.TRYON_ENGINE_QUERIES_PER_SECOND,
    }
    over = [
        f"{key}={ours[key]:g} > {limit}"
        for key, limit in theirs.items()
        if settings.SERVES_ENGINE and limit and ours[key] > limit
    ]
    if over:
        yield warn(
            name,
            ", ".join(over),
            _("Lower these settings to what the engine allows, or raise its own."),
        )
    else:
        yield ok(name, ", ".join(f"{key}={value:g}" for key, value in ours.items()))


def workers() -> Iterator[Finding]:
    name = _("engine's workers")
    if not settings.TRYON_ENGINE_WORKERS:
        yield ok(name, _("none here by setting"))
        return
    is_up, why = engine_health()
    if is_up:
        yield ok(name, _("alive"))
    else:
        yield bad(name, why, _("Start manage.py run_engine, or make run."))
