"""Are the engine's workers alive?"""

from django.utils import timezone

from .models import HEARTBEAT_VALID, WorkerHeartbeat
from .models.tasks import CHECK_MODEL
from .protocol import TRYON_MODELS


def is_served(model: str) -> bool:
    """Tell whether a live worker takes tasks of `model`."""
    alive = WorkerHeartbeat.objects.filter(
        seen_at__gte=timezone.now() - HEARTBEAT_VALID
    )
    return any(model in served for served in alive.values_list("serves", flat=True))


def engine_health() -> tuple[bool, str]:
    """Return whether try-ons and image checks are being worked on, and what is not."""
    needed = (TRYON_MODELS[0], CHECK_MODEL)
    missing = [model for model in needed if not is_served(model)]
    if missing:
        return False, f"no live worker for {' and '.join(missing)}"
    return True, "ok"
