"""Rates of the poller against a protocol server on loopback; part of `make bench`.

The server is `tests.protocol_server`, in a process of its own: it does no work, so what
is measured is the shop's own share. Database (SQLite) and files lie in a throw-away
folder; the provider's limits are raised where they would be all that is measured.
"""

import contextlib
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench_engine import Line
from light_provider import Provider, provider, queue_tryons

MANY = 10_000  # tasks that wait for the drain
POLLS_S = 8.0
FAST = {"TRYON_SUBMITS_PER_SECOND": 10_000, "TRYON_QUERIES_PER_SECOND": 10_000}
WARM_UP = 0.2  # of the drain, after which memory may not grow any more


def pipeline_lines() -> Iterator[Line]:
    """Run everything; yield each line as soon as it is known."""
    yield polls_per_second()
    yield from requests_per_task()
    yield delay()
    yield from drain()


# --- the parts ----------------------------------------------------------------
@contextlib.contextmanager
def engine_for(least: float, most: float) -> Iterator[Provider]:
    """A provider whose tasks take so many seconds, for a database without try-ons."""
    from django.conf import settings

    from shop.models import TryOnEvent, TryOnSession, TryOnTask

    for table in (TryOnEvent, TryOnTask, TryOnSession):
        table.objects.all().delete()
    with provider(Path(settings.DATA_DIR), (least, most)) as engine:
        yield engine


@contextlib.contextmanager
def polling(base_url: str, **settings: float) -> Iterator[Any]:
    """A poller with these settings, as `poll_tryons` makes one."""
    from django.test import override_settings

    from shop.dashscope import DashScopeClient
    from shop.services.polling import Poller

    with override_settings(**settings), DashScopeClient(base_url, "sk-bench") as client:
        poller = Poller(client)
        try:
            yield poller
        finally:
            poller.run(lambda: True)
            poller.close()


def states() -> dict[str, int]:
    from django.db.models import Count

    from shop.models import TryOnTask

    rows = TryOnTask.objects.order_by().values_list("state").annotate(Count("pk"))
    return dict(rows)


def run_until(poller: Any, holds: Callable[[], bool], within_s: float = 600) -> float:
    """Let the poller run until something holds, looked at twice a second."""
    started = last = time.monotonic()

    def is_time() -> bool:
        nonlocal last
        now = time.monotonic()
        assert now - started < within_s, f"not within {within_s} s: {states()}"
        if now - last < 0.5:
            return False
        last = now
        return holds()

    poller.run(is_time)
    return time.monotonic() - started


# --- the lines ----------------------------------------------------------------
def polls_per_second() -> Line:
    """Single questions about tasks that go on for ever, asked as fast as can be."""
    from unittest import mock

    count = 400
    with engine_for(9999, 9999) as engine:
        queue_tryons(count)
        limits = FAST | {"TRYON_MAX_IN_FLIGHT": count}
        with polling(engine.base_url, **limits) as poller:
            run_until(poller, lambda: states().get("running") == count)
            poller._no_sweep_before = float("inf")
            with mock.patch("shop.services.settle.look_after", lambda *_: 0.0):
                before, started = (
                    engine.tell()["counts"].get("query", 0),
                    time.monotonic(),
                )
                run_until(poller, lambda: time.monotonic() - started > POLLS_S)
                asked = engine.tell()["counts"].get("query", 0) - before
                took = time.monotonic() - started
    rate = asked / took
    return Line("poller: single queries", rate, 300, "per s", at_least=True)


def requests_per_task() -> Iterator[Line]:
    """From 1,000 in flight, which take 15 to 35 s, until all results are stored."""
    count = 1000
    with engine_for(15, 35) as engine:
        queue_tryons(count)
        limits = FAST | {"TRYON_MAX_IN_FLIGHT": count, "TRYON_QUERIES_PER_SECOND": 200}
        with polling(engine.base_url, **limits) as poller:
            run_until(poller, lambda: not states().get("queued"))
            before = engine.tell()["counts"]
            done = states().get("succeeded", 0)
            run_until(poller, lambda: states().get("succeeded") == count)
            after = engine.tell()["counts"]
    told = {route: after[route] - before.get(route, 0) for route in after}
    told.pop("submit", None)
    told.pop("cancel", None)
    finished = count - done
    each = ", ".join(f"{n / finished:.2f} {route}" for route, n in told.items())
    yield Line(
        "poller: requests per task, 1,000 in flight",
        sum(told.values()) / finished,
        3,
        "requests",
        each,
    )


def delay() -> Line:
    """Between the provider's end of a task and our stored result, 100 in flight."""
    from shop.models import TryOnTask

    count, in_flight = 400, 100
    with engine_for(5, 15) as engine:
        queue_tryons(count)
        with polling(engine.base_url, TRYON_MAX_IN_FLIGHT=in_flight) as poller:
            run_until(poller, lambda: states().get("succeeded") == count)
        ended = engine.tell()["ended"]
    rows = TryOnTask.objects.values_list("engine_task_id", "ended_at")
    late = sorted(stored.timestamp() - ended[task_id] for task_id, stored in rows)
    worst = late[int(0.95 * len(late))]
    return Line(
        "poller: finished to stored, median of 100 in flight",
        statistics.median(late),
        1,
        "s",
        f"95 %: {worst:.2f} s, at 20 queries a second",
    )


def drain() -> Iterator[Line]:
    """10,000 tasks that wait: how long it takes, and what it does to the memory."""
    memory: list[tuple[int, float]] = []
    with engine_for(0.2, 0.4) as engine:
        queue_tryons(MANY)
        limits = FAST | {"TRYON_MAX_IN_FLIGHT": 1000}
        with polling(engine.base_url, **limits) as poller:

            def is_empty() -> bool:
                memory.append((states().get("succeeded", 0), _resident_mib()))
                return memory[-1][0] == MANY

            took = run_until(poller, is_empty, within_s=1800)
    warm = [mib for done, mib in memory if done >= WARM_UP * MANY]
    half = len(warm) // 2
    growth = statistics.median(warm[half:]) - statistics.median(warm[:half])
    yield Line("poller: tasks drained, of 10,000", MANY / took, None, "per s")
    yield Line(
        "poller: memory grown meanwhile",
        growth,
        5,
        "MB",
        f"{warm[0]:.0f} at first, {warm[-1]:.0f} at the end",
    )


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20
