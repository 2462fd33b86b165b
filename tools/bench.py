"""Timings on this machine, as a table: the engine, the pages, the poller. No verdicts.

    make bench

The engine runs as in one of its workers, on one core, on a house model of the demo.
"""

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
ART = ROOT / "tools" / "demo_art"
HEIGHT = 1024  # of the person image, in pixels
RUNS = 5
IDLE_S = 5.0


def main() -> None:
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(prefix="fitting-room-bench-") as data_dir:
        os.environ |= {"DATA_DIR": data_dir, "LOG_LEVEL": "ERROR"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "tryon_site.settings"
        import django

        django.setup()
        engine()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("load_demo", stdout=io.StringIO())
        pages()
        idle_poller()


def say(what: str, value: float, unit: str, more: str = "") -> None:
    print(f"{what:<44}{value:>9.1f} {unit:<11}{more}", flush=True)


def took(do: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


# --- engine -------------------------------------------------------------------
def engine() -> None:
    from tryon_engine import jobs
    from tryon_engine.backends import Options, Outfit, get_backend
    from tryon_engine.protocol import TRYON_MODELS
    from tryon_engine.vision.person import read_person

    say("engine: a worker gets ready", took(lambda: jobs.prepare(TRYON_MODELS)), "s")
    person, backend, options = house_model("w1"), get_backend("warp"), Options()
    size = f"{person.shape[1]} x {person.shape[0]}"
    outfit = Outfit(top=flat("tee_sage_vneck"), bottom=flat("jeans_blue_straight"))
    further = Outfit(top=flat("hoodie_grey"), bottom=outfit.bottom)
    say("engine: read a person", took(lambda: read_person(person)), "s", size)
    coarse = []
    first = took(lambda: coarse.append(backend.coarse(person, outfit, options)))
    say("engine: first coarse, reading included", first, "s", "top and bottom")
    again = took(lambda: backend.coarse(person, further, options))
    say("engine: further garment, same photo", again, "s")
    image = coarse[0].image
    refine = took(lambda: backend.refine(person, image, outfit, options))
    say("engine: refine", refine, "s")


def house_model(name: str) -> np.ndarray:
    with Image.open(ART / "models" / f"{name}.jpg") as opened:
        picture = opened.convert("RGB")
    size = (round(picture.width * HEIGHT / picture.height), HEIGHT)
    return np.array(picture.resize(size, Image.Resampling.LANCZOS))


def flat(name: str) -> np.ndarray:
    with Image.open(ART / "flats" / f"{name}.jpg") as opened:
        return np.array(opened.convert("RGB"))


# --- web ----------------------------------------------------------------------
def pages() -> None:
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
        "fitting room": f"{reverse('tryon-start')}?{garment.kind}={garment.slug}",
    }.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200, address  # warms up
        asked = len(queries)  # before the next request clears the log
        best = min(took(partial(client.get, address)) for _ in range(RUNS))
        say(f"web: {what} page", 1000 * best, "ms", f"{asked} queries")


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
