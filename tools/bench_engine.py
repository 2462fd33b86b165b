"""Timings of the engine over HTTP, as a shop sees them; part of `make bench`.

A copy of the engine on its own port and data folder, with two workers; the pictures are
house models and demo flats, sent as data: URLs. The flats are new to the engine unless
said otherwise. On Linux only: memory is read from /proc.
"""

import base64
import contextlib
import io
import os
import secrets
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
ART = ROOT / "tools" / "demo_art"
WORKERS = 2
HEIGHT, LARGE_HEIGHT = 1024, 4096  # of person images, in pixels
POLL_S = 0.03
PATIENCE_S = 120.0
QUIET_S = 2.0  # before the first measurement
MIB = 1024 * 1024
FIRST = (
    ("w1", "tee_sage_vneck", "jeans_blue_straight"),
    ("m1", "polo_forest", "trousers_chino_khaki"),
    ("w2", "knit_cable_oatmeal", "skirt_corduroy_rust"),
)
FURTHER = ("tee_white_crew", "hoodie_grey", "shirt_flannel_red", "dress_slip_black")
LARGE = ("w3", "top_breton_long", "trousers_wide_navy"), "cardigan_mustard"
MANY = ("m2", 24)


@dataclass
class Took:
    """Seconds until a result is there, and seconds that the workers worked for it."""

    waited_s: float
    worked_s: float


@dataclass
class Line:
    """One line of the table; without a target it is only measured."""

    what: str
    value: float
    target: float | None
    unit: str
    more: str = ""
    at_least: bool = False  # the target is the least, not the most

    def __str__(self) -> str:
        target, missed = "", False
        if self.target is not None:
            target = f"{'≥' if self.at_least else '≤'} {self.target:g}"
            missed = (self.value < self.target) is self.at_least
            missed = missed and self.value != self.target
        return (
            f"{self.what:<46}{self.value:>9.2f}{target:>9} {self.unit:<9}"
            f"{'missed  ' if missed else ''}{self.more}"
        ).rstrip()


def engine_lines(folder: Path) -> Iterator[Line]:
    """Run everything; yield each line as soon as it is known."""
    with running_engine(folder) as engine, engine.memory_watched():
        time.sleep(QUIET_S)
        yield from small_photos(engine)
        yield many_garments(engine)
        yield memory(engine, 700)
        yield from large_photo(engine)
        yield memory(engine, None)


def small_photos(engine: "Engine") -> Iterator[Line]:
    first, further, known, refine = [], [], [], []
    for model, top, bottom in FIRST:
        person = photo(model, HEIGHT)
        is_new = not first  # the further flats, to the engine
        took, coarse = engine.try_on(person, top=top, bottom=bottom)
        first.append(took)
        refine.append(engine.refine(person, coarse, top=top, bottom=bottom))
        for name in FURTHER:
            took, coarse = engine.try_on(person, top=name)
            (further if is_new else known).append(took)
        refine.append(engine.refine(person, coarse, top=name))
    size = f"; {HEIGHT * 3 // 4} x {HEIGHT} px, top and bottom"
    yield line("engine: first try-on of a photo", first, 1.5, size)
    yield line("engine: further garment on it, a new flat", further, 0.6)
    yield line("engine: further garment, worn before", known, 0.6)
    yield line("engine: refine", refine, 1.5)


def many_garments(engine: "Engine") -> Line:
    model, count = MANY
    names = [path.stem for path in sorted((ART / "flats").glob("*.jpg"))]
    took = engine.try_on_many(photo(model, HEIGHT), names[:count])
    more = f"; {WORKERS} workers, all submitted at once"
    return line(f"engine: {count} garments on one photo", [took], 20, more)


def large_photo(engine: "Engine") -> Iterator[Line]:
    (model, top, bottom), another = LARGE
    person = photo(model, LARGE_HEIGHT)
    size = f"; {LARGE_HEIGHT * 3 // 4} x {LARGE_HEIGHT} px: three times as long"
    took, coarse = engine.try_on(person, top=top, bottom=bottom)
    yield line("engine: first try-on of a large photo", [took], 4.5, size)
    took, _ = engine.try_on(person, top=another)
    yield line("engine: further garment on it, a new flat", [took], 1.8)
    took = engine.refine(person, coarse, top=top, bottom=bottom)
    yield line("engine: refine of it", [took], 4.5)


def memory(engine: "Engine", target: float | None) -> Line:
    """Return the most memory of a worker so far."""
    part, whole = engine.peak_memory()
    more = f"with its part of what workers share; {whole:.0f} MiB with all of it"
    return Line("engine: memory of a worker, at most", part, target, "MiB", more)


def line(what: str, found: list["Took"], target: float, more: str = "") -> Line:
    """Return the medians; processor time tells a slow engine from a busy machine."""
    worked = statistics.median(took.worked_s for took in found)
    waited = statistics.median(took.waited_s for took in found)
    return Line(what, waited, target, "s", f"{worked:.2f} s of a processor{more}")


# --- pictures -------------------------------------------------------------------
def photo(model: str, height: int) -> str:
    """A house model as the data: URL of a JPEG of that height."""
    with Image.open(ART / "models" / f"{model}.jpg") as opened:
        size = (round(opened.width * height / opened.height), height)
        picture = opened.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return data_url(file.getvalue())


def flat(name: str) -> str:
    return data_url((ART / "flats" / f"{name}.jpg").read_bytes())


def data_url(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"


# --- the engine -------------------------------------------------------------------
@contextlib.contextmanager
def running_engine(folder: Path) -> Iterator["Engine"]:
    """Start a copy of the engine, yield it when it takes tasks, and stop it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    key = f"sk-{secrets.token_hex(16)}"
    environment = os.environ | {
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'engine.sqlite3'}",
        "LOG_LEVEL": "ERROR",
        "PORT": str(port),
        "SERVE": "engine",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "TRYON_ENGINE_API_KEYS": key,
        "TRYON_ENGINE_WORKERS": str(WORKERS),
    }
    process = subprocess.Popen(
        [sys.executable, ROOT / "manage.py", "demo"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        engine = Engine(f"http://127.0.0.1:{port}", key, process.pid)
        engine.wait_until_ready()
        yield engine
    finally:
        process.terminate()
        process.wait()


class Engine:
    """A client that waits, and a look at the processes."""

    def __init__(self, url: str, key: str, process: int) -> None:
        self._url, self._process = url, process
        self._http = requests.Session()
        self._http.headers["Authorization"] = f"Bearer {key}"
        self._peaks = (0.0, 0.0)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(requests.RequestException):
                if self._http.get(f"{self._url}/healthz", timeout=5).ok:
                    return
            time.sleep(0.2)
        raise TimeoutError("The engine did not come up.")

    def try_on(self, person: str, **flats: str) -> tuple["Took", str]:
        """Return how long a try-on of flats by name takes, and the result's URL."""
        pictures = {"person_image_url": person, **garments(flats)}
        return self._run([("aitryon", {}, pictures)])

    def refine(self, person: str, coarse: str, **flats: str) -> "Took":
        pictures = {"person_image_url": person, "coarse_image_url": coarse}
        pictures |= garments(flats)
        return self._run([("aitryon-refiner", {"gender": "woman"}, pictures)])[0]

    def try_on_many(self, person: str, flats: list[str]) -> "Took":
        """Return how long it takes to try all flats on, one by one."""
        pictures = [
            {"person_image_url": person, "top_garment_url": flat(name)}
            for name in flats
        ]
        return self._run([("aitryon", {}, each) for each in pictures])[0]

    def _run(self, asked: list[tuple[str, dict, dict]]) -> tuple["Took", str]:
        worked, started = self._processor_s(), time.perf_counter()
        tasks = [self._submit(*each) for each in asked]
        results = [self._result(task) for task in tasks]
        waited = time.perf_counter() - started
        return Took(waited, self._processor_s() - worked), results[-1]

    def _submit(self, model: str, parameters: dict, pictures: dict) -> str:
        answer = self._http.post(
            f"{self._url}/api/v1/services/aigc/image2image/image-synthesis",
            json={"model": model, "input": pictures, "parameters": parameters},
            headers={"X-DashScope-Async": "enable"},
            timeout=PATIENCE_S,
        )
        answer.raise_for_status()
        return answer.json()["output"]["task_id"]

    def _result(self, task: str) -> str:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            url = f"{self._url}/api/v1/tasks/{task}"
            output: dict[str, Any] = self._http.get(url, timeout=5).json()["output"]
            if output["task_status"] == "SUCCEEDED":
                return output["image_url"]
            if output["task_status"] not in ("PENDING", "RUNNING"):
                raise RuntimeError(f"A try-on ended as {output}")
            time.sleep(POLL_S)
        raise TimeoutError(f"Task {task} took more than {PATIENCE_S} s.")

    def _processor_s(self) -> float:
        """Processor time of all workers so far."""
        return sum(processor_s_of(worker) for worker in self._workers())

    # --- memory --------------------------------------------------------------------
    @contextlib.contextmanager
    def memory_watched(self) -> Iterator[None]:
        """Look at the workers' memory twice a second meanwhile."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(0.5):
                for worker in self._workers():
                    pair = zip(self._peaks, memory_of(worker), strict=True)
                    shared, whole = (max(before, now) for before, now in pair)
                    self._peaks = shared, whole

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        yield
        done.set()
        watcher.join()

    def peak_memory(self) -> tuple[float, float]:
        """Most MiB of any worker: shared pages counted by their part, and whole."""
        return self._peaks

    def _workers(self) -> list[int]:
        """The engine's parent has the workers as its children."""
        return [
            worker
            for part in children(self._process)
            for worker in children(part)
            if b"run_engine" in command_line(worker)
        ]


def garments(flats: dict[str, str]) -> dict[str, str]:
    return {f"{slot}_garment_url": flat(name) for slot, name in flats.items()}


def children(process: int) -> list[int]:
    found: list[int] = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, path.read_text().split())
    return found


def processor_s_of(process: int) -> float:
    with contextlib.suppress(OSError):
        after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2]
        user, system = after_name.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return 0.0


def command_line(process: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


def memory_of(process: int) -> tuple[float, float]:
    """MiB of a process: shared pages counted by its part, and whole."""
    sizes = {"Pss": 0.0, "Rss": 0.0}
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in sizes:
                sizes[name] = int(value.split()[0]) * 1024 / MIB
    return sizes["Pss"], sizes["Rss"]
