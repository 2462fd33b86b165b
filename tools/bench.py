"""Timings on this machine, as a table: the engine, the pages, the poller.

    make bench [ONLY=engine|pages|pipeline]

Takes about five minutes, three of them for the pipeline. The targets are for two cores
that have nothing else to do.
"""

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from bench_engine import Line, engine_lines
from bench_pipeline import pipeline_lines

ROOT = Path(__file__).resolve().parents[1]
RUNS = 5
IDLE_S = 5.0
GARMENTS = 500


def main() -> None:
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(prefix="fitting-room-bench-") as data_dir:
        os.environ |= {"DATA_DIR": data_dir, "LOG_LEVEL": "ERROR"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "tryon_site.settings"
        import django

        django.setup()
        chosen = sys.argv[1:] or ["engine", "pages", "pipeline"]
        if "engine" in chosen:
            show(engine_lines(Path(data_dir) / "engine"))
        if chosen != ["engine"]:
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            call_command("load_demo", stdout=io.StringIO())
        if "pages" in chosen:
            pages()
        if "pipeline" in chosen:
            idle_poller()
            show(pipeline_lines())


def show(lines: Iterable[Line]) -> None:
    for line in lines:
        print(line, flush=True)


def say(what: str, value: float, unit: str, more: str = "") -> None:
    print(Line(what, value, None, unit, more), flush=True)


def took(do: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


# --- web ----------------------------------------------------------------------
def pages() -> None:
    page_times()
    fill_catalogue()
    page_times(f" with {GARMENTS} garments")


def fill_catalogue() -> None:
    """Copies of the demo's garments, until there are GARMENTS on sale."""
    from shop.models import Garment

    demo = list(Garment.objects.on_sale().values())
    Garment.objects.bulk_create(
        Garment(**demo[number % len(demo)] | {"id": None, "slug": f"copy-{number}"})
        for number in range(GARMENTS - len(demo))
    )


def page_times(suffix: str = "") -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from shop.models import Garment

    client = Client(SERVER_NAME="127.0.0.1")
    garment = Garment.objects.on_sale().first()
    for what, address in {
        "catalogue": reverse("garment-list"),
        "garment": garment.get_absolute_url(),
        "narrowed catalogue": "/?q=a&kind=top&highest=400&sort=price",
        "fitting room": f"{reverse('tryon-start')}?{garment.kind}={garment.slug}",
    }.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200, address  # warms up
        asked = len(queries)  # before the next request clears the log
        best = min(took(partial(client.get, address)) for _ in range(RUNS))
        say(f"web: {what} page{suffix}", 1000 * best, "ms", f"{asked} queries")


# --- poller -------------------------------------------------------------------
def idle_poller() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from shop.services.engine import make_client
    from shop.services.polling import Poller

    with make_client() as client, CaptureQueriesContext(connection) as queries:
        poller = Poller(client)
        until = time.monotonic() + IDLE_S
        worked = time.process_time()
        poller.run(lambda: time.monotonic() > until)
        worked = time.process_time() - worked
        poller.close()
    share = f"{100 * worked / IDLE_S:.1f} % of a core"
    say("poller: queries while idle", len(queries) / IDLE_S, "per second", share)


if __name__ == "__main__":
    main()
