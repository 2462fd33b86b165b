"""Draw contact sheets of try-ons: person | flats | coarse | refined, a row per case.

    python tools/contact_sheet.py cases.json --data FOLDER --out sheet.jpg

The cases file is a JSON list of {"name", "person", "top" | "dress" | "bottom"};
pictures are paths below FOLDER. The engine's default backend is called directly,
without HTTP.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tryon_engine.backends import Backend, Options, Outfit, get_backend
from tryon_engine.vision.arrays import RGBImage, VisionError
from tryon_engine.vision.codec import decode_image

ROWS_A_SHEET = 5


def read(folder: Path, name: str | None) -> RGBImage | None:
    return decode_image((folder / name).read_bytes()) if name else None


def try_on(backend: Backend, case: dict, folder: Path) -> list[RGBImage]:
    """Return the pictures of one row; those of the stages that worked."""
    person = read(folder, case["person"])
    outfit = Outfit(
        read(folder, case.get("top") or case.get("dress")),
        read(folder, case.get("bottom")),
    )
    row = [person, *(flat for flat in (outfit.top, outfit.bottom) if flat is not None)]
    started = time.perf_counter()
    try:
        coarse = backend.coarse(person, outfit, Options())
        between = time.perf_counter()
        refined = backend.refine(person, coarse.image, outfit, Options())
    except VisionError as exc:
        print(f"{case['name']}: refused: {exc}")
        return row
    seconds = between - started, time.perf_counter() - between
    print(f"{case['name']}: coarse {seconds[0]:.2f} s, refined {seconds[1]:.2f} s")
    return [*row, coarse.image, refined.image]


def draw(rows: list[list[RGBImage]], height: int) -> RGBImage:
    """Stack rows of pictures, all scaled to one height, on white."""
    lines = []
    for row in rows:
        scaled = [
            cv2.resize(
                picture,
                (max(round(picture.shape[1] * height / picture.shape[0]), 1), height),
                interpolation=cv2.INTER_AREA,
            )
            for picture in row
        ]
        lines.append(np.hstack(scaled))
    width = max(line.shape[1] for line in lines)
    padded = [
        np.pad(line, ((0, 6), (0, width - line.shape[1]), (0, 0)), constant_values=255)
        for line in lines
    ]
    return np.vstack(padded)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("sheet.jpg"))
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--height", type=int, default=480, help="of a row, in pixels")
    args = parser.parse_args()
    cases = [
        case for case in json.loads(args.cases.read_text()) if args.only in case["name"]
    ]
    backend = get_backend("warp")
    rows = [try_on(backend, case, args.data) for case in cases]
    for start in range(0, len(rows), ROWS_A_SHEET):
        number = start // ROWS_A_SHEET
        path = args.out.with_stem(f"{args.out.stem}_{number:02d}")
        sheet = draw(rows[start : start + ROWS_A_SHEET], args.height)
        cv2.imwrite(str(path), sheet[..., ::-1])
        print(path)


if __name__ == "__main__":
    main()
