"""One try-on from the command line, through the same protocol as the shop's."""

import argparse
import io
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from PIL import Image, ImageOps

from shop.dashscope import (
    DashScopeClient,
    DashScopeError,
    DashScopeRejected,
    DashScopeUnavailable,
    EngineState,
    EngineTask,
    SubmittedTask,
)

_MOST_BYTES = 5_000_000  # the protocol allows 5 MB
_FEWEST_BYTES, _FEWEST_PIXELS = 5 * 1024, 150
_POLL_S = 0.5
_WIDTH = 30  # of the progress bar, in characters
# Exit codes, for people who script: 0 all done, 1 a mistake in the call, 2 refused or
# failed by the engine, 3 the engine did not answer (in time).
FAILED, UNAVAILABLE = 2, 3


class Command(BaseCommand):
    help = (
        "Tries clothes on a person and writes coarse.png and refined.png. Exit code 2: "
        "the engine refused or failed; 3: it did not answer in time."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "person", type=Path, help="photo of one person, head to feet"
        )
        parser.add_argument("--top", type=Path, help="flat of a top or a dress")
        parser.add_argument("--bottom", type=Path, help="flat of trousers or a skirt")
        parser.add_argument(
            "--out", type=Path, required=True, help="folder to write to"
        )
        parser.add_argument("--gender", choices=("woman", "man"), default="woman")
        parser.add_argument("--model", default=settings.TRYON_COARSE_MODEL)
        parser.add_argument("--base-url", default=settings.TRYON_BASE_URL)
        parser.add_argument("--api-key", default=settings.TRYON_API_KEY)
        parser.add_argument(
            "--no-refine", action="store_true", help="coarse image only"
        )
        parser.add_argument(
            "--timeout",
            type=_seconds,
            default=600.0,
            help="seconds for each stage (600)",
        )

    def handle(self, *, person: Path, out: Path, **options: Any) -> None:
        top, bottom = options["top"], options["bottom"]
        if not top and not bottom:
            raise CommandError(
                "Name at least one garment: --top FLAT or --bottom FLAT."
            )
        pictures = {
            "person_image_url": _data_url(person),
            "top_garment_url": _data_url(top) if top else "",
            "bottom_garment_url": _data_url(bottom) if bottom else "",
        }
        _make_folder(out)
        client = DashScopeClient(options["base_url"], options["api_key"], (5, 60))
        try:
            with client:
                self._run(client, pictures, out, options)
        except DashScopeUnavailable as error:
            raise CommandError(error.summary, returncode=UNAVAILABLE) from error
        except DashScopeError as error:
            raise CommandError(error.summary, returncode=FAILED) from error

    def _run(
        self,
        client: DashScopeClient,
        pictures: dict[str, str],
        out: Path,
        options: dict[str, Any],
    ) -> None:
        say = partial(self.stderr.write, style_func=str)
        stage = _Stage(client, options["timeout"], say)
        person, top, bottom = pictures.values()
        coarse = stage.run(
            "coarse", lambda: client.submit_tryon(options["model"], person, top, bottom)
        )
        self._save(client, coarse, out / "coarse.png")
        if options["no_refine"]:
            return
        refined = stage.run(
            "refined",
            lambda: client.submit_refiner(
                person, coarse.image_url, top, bottom, gender=options["gender"]
            ),
        )
        self._save(client, refined, out / "refined.png")

    def _save(self, client: DashScopeClient, task: EngineTask, path: Path) -> None:
        content = client.download(task.image_url).content
        try:
            with Image.open(io.BytesIO(content)) as picture:
                picture.convert("RGB").save(path)
        except OSError as error:
            raise CommandError(
                f"{path.name}: the engine's picture could not be read or written: "
                f"{error}",
                returncode=FAILED,
            ) from error
        self.stdout.write(str(path))


class _Stage:
    """Runs one task to its end, with a progress bar where a person is looking."""

    def __init__(
        self, client: DashScopeClient, timeout_s: float, say: Callable[..., Any]
    ) -> None:
        self._client = client
        self._timeout_s = timeout_s
        self._say = say

    def run(self, name: str, submit: Callable[[], SubmittedTask]) -> EngineTask:
        started = time.monotonic()
        self._show(name, 0.0, "submitting")
        task_id = submit().task_id
        while True:
            task = self._ask(task_id)
            age = time.monotonic() - started
            if task is not None and task.state.is_over:
                break
            if age > self._timeout_s:
                raise DashScopeUnavailable(
                    f"The {name} image was not ready after {self._timeout_s:.0f} s."
                )
            self._show(name, age, task.state.lower() if task else "no answer")
            time.sleep(_POLL_S)
        if task.state is not EngineState.SUCCEEDED:
            self._show(name, age, task.state.lower(), is_over=True)
            message = task.message or f"The {name} task ended as {task.state}."
            raise DashScopeRejected(message, code=task.code)
        self._show(name, age, "done", is_over=True)
        return task

    def _ask(self, task_id: str) -> EngineTask | None:
        """Where the task stands; None when the engine could not say just now."""
        try:
            return self._client.get_task(task_id)
        except DashScopeUnavailable:
            return None

    def _show(self, name: str, age_s: float, what: str, is_over: bool = False) -> None:
        """A bar that fills ever more slowly: nobody knows how long it will take."""
        if not sys.stderr.isatty():
            if is_over:
                self._say(f"{name}: {what} after {age_s:.1f} s")
            return
        share = 1.0 if is_over else age_s / (age_s + 5)
        bar = "#" * round(share * _WIDTH)
        line = f"\r{name:8} [{bar:<{_WIDTH}}] {age_s:5.1f} s  {what:12}"
        self._say(line, ending="\n" if is_over else "")


def _data_url(path: Path) -> str:
    """The picture as a data: URL, upright, scaled down to what the protocol allows."""
    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except OSError as error:
        raise CommandError(f"{path} is not a picture that can be read.") from error
    if min(picture.size) < _FEWEST_PIXELS:
        raise CommandError(f"{path} is {picture.size}: sides need 150 pixels or more.")
    picture.thumbnail((settings.TRYON_MAX_PHOTO_SIDE,) * 2, Image.Resampling.LANCZOS)
    for quality in (95, 88, 75):
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality, subsampling=0)
        if buffer.tell() <= _MOST_BYTES:
            break
    if buffer.tell() < _FEWEST_BYTES:  # a plain drawing; lossless is larger
        buffer = io.BytesIO()
        picture.save(buffer, "BMP")
    kind = "bmp" if buffer.getvalue()[:2] == b"BM" else "jpeg"
    return f"data:image/{kind};base64,{b64encode(buffer.getvalue()).decode()}"


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"--out {out}: {error.strerror}.") from error


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds.")
    return seconds
