"""Draw the garment flats of the demo catalogue.

python render_flats.py                     all 30, about 5 seconds each
python render_flats.py polo_forest ...     some of them
"""

import argparse
import time
from pathlib import Path

import cv2
from flat_drawing.collection import COLLECTION, draw

JPEG_QUALITY = 93


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[*COLLECTION, []], metavar="name")
    parser.add_argument("--out", type=Path, default=Path("build/flats"))
    parser.add_argument("--format", choices=("jpg", "png"), default="jpg")
    parser.add_argument(
        "--scale", type=float, default=1.5, help="oversampling; less is faster"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    for name in options.names or COLLECTION:
        started = time.monotonic()
        path = options.out / f"{name}.{options.format}"
        picture = draw(name, options.scale)
        cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        print(f"{path}  {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
