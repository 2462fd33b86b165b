"""Times an import of many garments: the dry run, the import, and the import run again.

    .venv/bin/python tools/bench_import.py [--rows 500] [--engine URL KEY]

One row in ten has an error. Without --engine the pictures are judged by a server that
answers at once, so that the times are those of the import itself; with it, by the image
check of a running shop (URL with /api/v1, KEY from its data folder).
"""

import argparse
import io
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FLATS = ROOT / "tools" / "demo_art" / "flats"
HEADING = "sku,picture,name,price,kind"
ERROR_EVERY = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--engine", nargs=2, metavar=("URL", "KEY"))
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(prefix="fitting-room-bench-") as data_dir:
        os.environ |= {"DATA_DIR": data_dir, "LOG_LEVEL": "ERROR"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "tryon_site.settings"
        if options.engine:
            os.environ["TRYON_BASE_URL"], os.environ["TRYON_API_KEY"] = options.engine
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        with nullcontext() if options.engine else instant_checks():
            measure(options.rows)


@contextmanager
def instant_checks() -> Iterator[None]:
    from tests.check_server import check_server

    with check_server() as server:
        server.facts = {"category": "top", "sleeve": "short"}
        yield


def measure(rows: int) -> None:
    from shop.imports.archive import Archive
    from shop.models import Merchant, User
    from shop.services.imports import GarmentImporter, open_table, tally

    user = User.objects.create_user("bench@example.com", "not used")
    merchant = Merchant.objects.create(user=user, shop_name="Bench", slug="bench")
    table, pictures = make_table(rows), make_archive(rows)
    print(f"{rows} rows, {len(pictures) / 1e6:.0f} MB of pictures")
    for name in ("dry run", "import", "import again"):
        started = time.perf_counter()
        with Archive(io.BytesIO(pictures)) as archive:
            importer = GarmentImporter(merchant, open_table(table), archive)
            reports = importer.check() if name == "dry run" else importer.run()
            counts, problems = tally(reports)
        took = time.perf_counter() - started
        said = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
        print(f"{name:<14}{took:8.1f} s  {said}; {len(problems)} problems")
    for one in problems:
        number = one.row - 2  # spreadsheets count from 1, and the names are a row
        if not is_wrong(number):
            print(f"not meant: {number}.jpg, {one.column}: {one.words['en']}")


def make_table(rows: int) -> bytes:
    """Every tenth row is wrong, each time in another way."""
    wrong = ("{n},{n}.jpg,,99,top", "{n},none.jpg,Tee,99,top", "{n},{n}.jpg,Tee,0,top")
    lines = [HEADING]
    for number in range(rows):
        line = "{n},{n}.jpg,Tee {n},99,top"
        if is_wrong(number):
            line = wrong[number // ERROR_EVERY % len(wrong)]
        lines.append(line.format(n=number))
    return "\n".join(lines).encode()


def is_wrong(number: int) -> bool:
    return number % ERROR_EVERY == ERROR_EVERY - 1


def make_archive(rows: int) -> bytes:
    """As many different pictures: the project's own flats in other sizes."""
    from PIL import Image

    flats = [Image.open(path).convert("RGB") for path in sorted(FLATS.glob("*.jpg"))]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(rows):
            flat = flats[number % len(flats)]
            width = flat.width - number // len(flats)
            packed = io.BytesIO()
            flat.resize((width, flat.height)).save(packed, "JPEG", quality=88)
            archive.writestr(f"{number}.jpg", packed.getvalue())
    return buffer.getvalue()


if __name__ == "__main__":
    main()
