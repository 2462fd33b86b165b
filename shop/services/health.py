"""What /healthz asks the shop: does the poller beat, does the engine answer?"""

from datetime import timedelta

from ..models import Heartbeat

POLLER = "poller"
POLLER_SILENCE = timedelta(seconds=30)


def poller_health() -> tuple[bool, str]:
    """(is it up, if not: why not)."""
    if Heartbeat.is_alive(POLLER, within=POLLER_SILENCE):
        return True, "ok"
    return False, f"no heartbeat for {POLLER_SILENCE.seconds} seconds"
