"""Put pictures side by side on one sheet, to look at them together.

python contact_sheet.py sheet.jpg build/flats/*.jpg
"""

import argparse
from pathlib import Path

from PIL import Image

GAP = 6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sheet", type=Path)
    parser.add_argument("pictures", nargs="+", type=Path)
    parser.add_argument("--columns", type=int, default=7)
    parser.add_argument("--width", type=int, default=330, help="of one picture")
    options = parser.parse_args()
    pictures = [_at_width(path, options.width) for path in options.pictures]
    lay_out(pictures, options.columns).save(options.sheet, quality=90)


def _at_width(path: Path, width: int) -> Image.Image:
    picture = Image.open(path).convert("RGB")
    height = round(width * picture.height / picture.width)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def lay_out(pictures: list[Image.Image], columns: int) -> Image.Image:
    """Return one sheet with the pictures in rows, left to right."""
    width = max(picture.width for picture in pictures) + GAP
    height = max(picture.height for picture in pictures) + GAP
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * width, rows * height), "white")
    for number, picture in enumerate(pictures):
        row, column = divmod(number, columns)
        sheet.paste(picture, (column * width, row * height))
    return sheet


if __name__ == "__main__":
    main()
