"""Draw the pictures of the landing page with the engine itself: nothing is retouched.

    python tools/hero_pictures.py

Takes house models and flats of the demo catalogue, writes static/img/hero/. Run it
again when the engine draws better.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from tryon_engine.backends import Options, Outfit
from tryon_engine.backends.warp import WarpBackend

ROOT = Path(__file__).resolve().parents[1]
ART = ROOT / "tools" / "demo_art"
TARGET = ROOT / "static" / "img" / "hero"
SIZE = (600, 800)  # pixels; 3:4, as the house models
LOOKS = {  # name: house model, top, bottom
    "left": ("m2", "tee_black_graphic", "trousers_chino_khaki"),
    "middle": ("w1", "top_breton_long", "jeans_blue_straight"),
    "right": ("w2", "sweat_cream_word", "skirt_pleated_plaid"),
}
BEFORE = "middle"  # its model and its top are shown by themselves as well


def main() -> None:
    backend = WarpBackend()
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, (model, top, bottom) in LOOKS.items():
        person = read(ART / "models" / f"{model}.jpg")
        outfit = Outfit(top=flat(top), bottom=flat(bottom))
        coarse = backend.coarse(person, outfit, Options())
        refined = backend.refine(person, coarse.image, outfit, Options())
        write(refined.image, name)
        if name == BEFORE:
            write(person, "before")
            write(flat(top), "flat")


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
