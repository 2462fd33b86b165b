"""What one key may do at once: refusals with 429, where limits are set at all.

By default there are none, and a busy server queues: the official SDK gives up at the
first 429. See `EngineKey` for the limits of one key, the settings for those of all.
"""

from typing import Final

from django.conf import settings

from . import errors
from .errors import ProtocolError
from .models import OPEN_STATES, Allowance, EngineKey, EngineTask

UPLOAD_CAPACITY_MB: Final = 2000
"""What one key may have lying in the temporary upload at a time."""


def admit_submit(caller: EngineKey, model: str) -> None:
    """Raise `ProtocolError` if `caller` submits too fast; each model counts alone."""
    _take(caller, f"submit {model}", caller.submit_rate)


def admit_query(caller: EngineKey, call: str) -> None:
    """Raise `ProtocolError` if `caller` asks too fast; each call counts alone."""
    _take(caller, call, caller.query_rate)


def _take(caller: EngineKey, call: str, per_second: int) -> None:
    if per_second and not Allowance.take(caller.digest, call, per_second):
        raise ProtocolError(errors.TOO_FAST, f"{call}: over {per_second} a second")


def hold_place(caller: EngineKey) -> None:
    """Raise `ProtocolError` if `caller` has too many try-ons and must not queue more.

    Inside the transaction that adds the task: it locks the key's row until then.
    """
    if settings.TRYON_ENGINE_WHEN_BUSY == "queue":
        return
    limit = EngineKey.objects.in_flight_limit(caller.digest)
    if not limit:
        return
    EngineKey.objects.select_for_update().get(pk=caller.pk)
    if EngineTask.objects.try_ons_of(caller.digest, *OPEN_STATES).count() >= limit:
        raise ProtocolError(errors.TOO_MANY_IN_FLIGHT, f"{limit} in flight")
