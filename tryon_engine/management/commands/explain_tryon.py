"""Draw what each stage of a try-on found: `manage.py explain_tryon PERSON --top FLAT`.

    manage.py explain_tryon person.jpg --top flats/tee.jpg --out explained

writes a labelled picture per stage, a sheet of all of them and the figures behind them.
"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

QUALITY = 90


class Command(BaseCommand):
    help = "Draw what each stage of a try-on found, to find out why a picture is bad."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", type=Path, help="the photo, a local file")
        parser.add_argument("--top", type=Path, help="flat of a top or dress")
        parser.add_argument("--bottom", type=Path, help="flat of trousers or a skirt")
        parser.add_argument("--gender", choices=["woman", "man"])
        parser.add_argument(
            "--out", type=Path, required=True, help="folder to write to"
        )

    def handle(
        self,
        *,
        person: Path,
        top: Path | None,
        bottom: Path | None,
        gender: str | None,
        out: Path,
        **options: Any,
    ) -> None:
        # These load numpy, OpenCV and the networks: only where they are needed.
        import cv2

        from tryon_engine import jobs
        from tryon_engine.backends import Options, Outfit
        from tryon_engine.backends.explain import explain
        from tryon_engine.vision.arrays import RGBImage, VisionError
        from tryon_engine.vision.codec import decode_image

        def read(path: Path) -> RGBImage:
            try:
                return decode_image(path.read_bytes())
            except (OSError, VisionError) as exc:
                raise CommandError(f"{path}: {exc}") from exc

        if not (top or bottom):
            raise CommandError("Nothing to try on: give --top, --bottom or both.")
        flats = [read(path) if path else None for path in (top, bottom)]
        outfit = Outfit(top=flats[0], bottom=flats[1])
        jobs.prepare(())  # as a worker does, so that the seconds are those of a worker
        try:
            explained = explain(read(person), outfit, Options(gender=gender))
        except VisionError as exc:
            raise CommandError(f"Refused: {exc}") from exc
        out.mkdir(parents=True, exist_ok=True)
        for name, picture in explained.pictures.items():
            path = out / f"{name}.jpg"
            coding = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
            if not cv2.imwrite(str(path), picture[..., ::-1], coding):
                raise CommandError(f"{path} could not be written.")
            self.stdout.write(str(path))
        notes = out / "notes.json"
        notes.write_text(json.dumps(explained.notes, indent=2, default=float) + "\n")
        self.stdout.write(str(notes))
        for step, seconds in explained.notes["seconds"].items():
            self.stdout.write(f"{step:<12}{seconds:7.2f} s")
