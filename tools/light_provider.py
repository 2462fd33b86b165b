"""A provider that does no work, and try-ons that cost nothing: for bench and chaos.

The provider is `tests.protocol_server` in a process of its own, which does what it is
told. Database and settings are those of the calling process.
"""

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SIZE = (72, 96)  # pixels: a picture that takes no time


class Provider:
    """The protocol server, as another process."""

    def __init__(self, folder: Path, lasts: tuple[float, float]) -> None:
        picture = folder / "picture.png"
        picture.write_bytes(picture_bytes())
        command = [sys.executable, "-m", "tests.protocol_server"]
        command += ["--picture", str(picture), "--lasts", *map(str, lasts)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.base_url = self.process.stdout.readline().strip()

    def tell(self, script: dict[str, Any] | None = None) -> dict[str, Any]:
        """Give it a script of faults; returns what it has to report."""
        url = self.base_url.removesuffix("/api/v1") + "/told"
        return requests.post(url, data=json.dumps(script or {}), timeout=30).json()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def provider(folder: Path, lasts: tuple[float, float]) -> Iterator[Provider]:
    running = Provider(folder, lasts)
    try:
        yield running
    finally:
        running.close()


def picture_bytes() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", SIZE, "white").save(buffer, "PNG")
    return buffer.getvalue()


def queue_tryons(count: int, wants_refined: bool = False) -> list[int]:
    """Try-ons of one garment on one house model, all queued; returns their keys."""
    from shop.models import Garment, PersonImage, Shopper, Stage, TryOnSession
    from shop.services.sessions import queue_tasks
    from shop.storages import private_storage
    from tests.factories import make_garment, make_person_image

    person = PersonImage.objects.filter(name="Light").first()
    if person is None:
        name = private_storage().save("people/light.png", io.BytesIO(picture_bytes()))  # type: ignore[arg-type]
        person = make_person_image(
            name="Light",
            is_house_model=True,
            image=name,
            width=SIZE[0],
            height=SIZE[1],
        )
    garment = Garment.objects.on_sale().first() or make_garment()
    shopper = Shopper.objects.first() or Shopper.objects.create()
    sessions = TryOnSession.objects.bulk_create(
        [
            TryOnSession(
                shopper=shopper,
                person_image=person,
                top=garment,
                gender="woman",
                wants_refined=wants_refined,
            )
            for _ in range(count)
        ],
        batch_size=500,
    )
    for start in range(0, count, 500):
        queue_tasks(sessions[start : start + 500], Stage.COARSE)
    return [one.pk for one in sessions]
