"""What /healthz asks the shop: does the poller beat, does the engine answer?"""

from datetime import timedelta

from ..dashscope import DashScopeError
from ..models import Heartbeat
from .engine import make_client

POLLER = "poller"
POLLER_SILENCE = timedelta(seconds=30)


def poller_health() -> tuple[bool, str]:
    """(is it up, if not: why not)."""
    if Heartbeat.is_alive(POLLER, within=POLLER_SILENCE):
        return True, "ok"
    return False, f"no heartbeat for {POLLER_SILENCE.seconds} seconds"


def engine_answers() -> tuple[bool, str]:
    """(does the engine of TRYON_BASE_URL answer, if not: why not). One short call."""
    try:
        with make_client(timeout=(2, 3)) as client:
            client.list_tasks(page_size=1)
    except DashScopeError as error:
        return False, error.summary
    return True, "ok"
