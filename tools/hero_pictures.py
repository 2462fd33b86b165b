"""Draw the project's own pictures with the engine itself: nothing is retouched.

    python tools/hero_pictures.py

Takes house models and flats of the demo catalogue; writes static/img/hero/ for the
landing page and docs/run.jpg for the README. Run it again when the engine draws better.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tryon_engine.backends import Options, Outfit  # noqa: E402 (needs the path above)
from tryon_engine.backends.warp import WarpBackend  # noqa: E402

ART = ROOT / "tools" / "demo_art"
TARGET = ROOT / "static" / "img" / "hero"
RUN = ROOT / "docs" / "run.jpg"
SIZE = (600, 800)  # pixels; 3:4, as the house models
LOOKS = {  # name: house model, top, bottom
    "left": ("m2", "tee_black_graphic", "trousers_chino_khaki"),
    "middle": ("w1", "top_breton_long", "jeans_blue_straight"),
    "right": ("w2", "sweat_cream_word", "skirt_pleated_plaid"),
}
BEFORE = "middle"  # its model and its top are shown by themselves as well
RUN_LOOK = ("m2", "shirt_oxford_blue", "trousers_chino_khaki")
RUN_SIZE, RUN_GAP = (480, 640), 10


def main() -> None:
    backend = WarpBackend()
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, look in LOOKS.items():
        person, top, _, _, refined = try_on(backend, *look)
        write(refined, name)
        if name == BEFORE:
            write(person, "before")
            write(top, "flat")
    draw_run(*try_on(backend, *RUN_LOOK)).save(RUN, quality=85)


def try_on(
    backend: WarpBackend, model: str, top: str, bottom: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return photo, top, bottom, coarse and refined picture."""
    person = read(ART / "models" / f"{model}.jpg")
    outfit = Outfit(top=flat(top), bottom=flat(bottom))
    coarse = backend.coarse(person, outfit, Options())
    refined = backend.refine(person, coarse.image, outfit, Options())
    return person, outfit.top, outfit.bottom, coarse.image, refined.image


def draw_run(
    person: np.ndarray,
    top: np.ndarray,
    bottom: np.ndarray,
    coarse: np.ndarray,
    refined: np.ndarray,
) -> Image.Image:
    """Photo, both flats one above the other, coarse and refined, in one row."""
    width, height = RUN_SIZE
    half = (height - RUN_GAP) // 2
    narrow = round(half * width / height)
    columns = [
        [(person, RUN_SIZE)],
        [(top, (narrow, half)), (bottom, (narrow, half))],
        [(coarse, RUN_SIZE)],
        [(refined, RUN_SIZE)],
    ]
    sheet_width = sum(column[0][1][0] + RUN_GAP for column in columns) - RUN_GAP
    sheet = Image.new("RGB", (sheet_width, height), "white")
    x = 0
    for column in columns:
        y = 0
        for picture, size in column:
            scaled = Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS)
            sheet.paste(scaled, (x, y))
            y += size[1] + RUN_GAP
        x += column[0][1][0] + RUN_GAP
    return sheet


def flat(name: str) -> np.ndarray:
    return read(ART / "flats" / f"{name}.jpg")


def read(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.array(image.convert("RGB"))


def write(image: np.ndarray, name: str) -> None:
    picture = Image.fromarray(image).resize(SIZE, Image.Resampling.LANCZOS)
    picture.save(TARGET / f"{name}.webp", quality=82, method=6)


if __name__ == "__main__":
    main()
