"""Draw contact sheets of try-ons: person | flats | coarse | refined, a row per case.

    make run                                    # in another terminal
    python tools/contact_sheet.py --out sheet.jpg
    python tools/contact_sheet.py --cases cases.json --data FOLDER --out sheet.jpg

Drives a running engine over HTTP, as any client of the protocol would. Without cases
it dresses the house models in flats of the demo. The cases file is a JSON list of
{"name", "person", "top" | "dress", "bottom", "gender"}: pictures are paths below the
folder; one garment is enough, and "gender" may be missing.
"""

import argparse
import base64
import io
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import requests
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
ART = ROOT / "tools" / "demo_art"
KEY_FILE = ROOT / "var" / "engine_key"
DEMO = (  # house model, top or dress, bottom
    ("w1", "top_breton_long", "jeans_blue_straight"),
    ("m2", "shirt_oxford_blue", "trousers_chino_khaki"),
    ("w2", "dress_floral_midi", None),
    ("m3", "tee_black_graphic", "shorts_olive_drawstring"),
    ("w3", "tank_rib_rose", "skirt_pleated_plaid"),
    ("m1", "hoodie_grey", None),
    ("w2", "cami_satin_champagne", "trousers_wide_navy"),
    ("m2", "polo_forest", None),
    ("w1", None, "skirt_corduroy_rust"),
)
SUBMIT = "services/aigc/image2image/image-synthesis"
ROWS_A_SHEET = 5
GAP = 8
CAPTION = 30  # pixels above a row
WAIT_S = 120.0
ASK_EVERY_S = 0.1


@dataclass
class Row:
    """One case: its pictures from left to right, and what there is to say."""

    name: str
    pictures: list[Image.Image] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


class Engine:
    """A server of the protocol, asked with as little code as it takes."""

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.headers = {"Authorization": f"Bearer {key}", "X-DashScope-Async": "enable"}

    def run(self, model: str, images: dict[str, str], parameters: dict) -> dict:
        """Submit, wait, and return `output` of the last answer."""
        body = {"model": model, "input": images, "parameters": parameters}
        task = self.call("POST", SUBMIT, json=body)["output"]["task_id"]
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            output = self.call("GET", f"tasks/{task}")["output"]
            if output["task_status"] not in ("PENDING", "RUNNING"):
                return output
            time.sleep(ASK_EVERY_S)
        raise SystemExit(f"Task {task} took more than {WAIT_S:.0f} s.")

    def call(self, method: str, path: str, **more) -> dict:
        url = f"{self.base_url}/{path}"
        answer = requests.request(method, url, headers=self.headers, timeout=30, **more)
        if not answer.ok:
            raise SystemExit(f"{method} {url}: {answer.status_code} {answer.text}")
        return answer.json()


def try_on(engine: Engine, data: Path, case: dict) -> Row:
    """Run one case, coarse and refined; a stage that failed leaves its code."""
    row = Row(case["name"])
    slots = {
        "person_image_url": case["person"],
        "top_garment_url": case.get("top") or case.get("dress"),
        "bottom_garment_url": case.get("bottom"),
    }
    contents = {
        slot: (data / path).read_bytes() for slot, path in slots.items() if path
    }
    row.pictures = [picture(content) for content in contents.values()]
    images = {slot: data_url(content) for slot, content in contents.items()}
    stages: tuple[tuple[str, dict], ...] = (
        ("aitryon", {"resolution": -1}),
        ("aitryon-refiner", {"gender": case.get("gender", "woman")}),
    )
    for model, parameters in stages:
        started = time.monotonic()
        output = engine.run(model, images, parameters)
        if output["task_status"] != "SUCCEEDED":
            row.words.append(f"{model}: {output.get('code', output['task_status'])}")
            return row
        row.words.append(f"{model} {time.monotonic() - started:.1f} s")
        images["coarse_image_url"] = output["image_url"]
        found = requests.get(output["image_url"], timeout=30)
        found.raise_for_status()
        row.pictures.append(picture(found.content))
    if trust := output.get("confidence"):
        codes = ", ".join(reason["code"] for reason in trust["reasons"])
        row.words.append(f"confidence {trust['score']:.2f} {codes}".strip())
    return row


def picture(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as opened:
        return opened.convert("RGB")


def data_url(content: bytes) -> str:
    kind = "png" if content.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def draw(rows: list[Row], height: int) -> Image.Image:
    """Stack rows of pictures, all of one height, each with its words above."""
    scaled = [
        [
            one.resize((max(round(one.width * height / one.height), 1), height))
            for one in row.pictures
        ]
        for row in rows
    ]
    widths = [sum(one.width + GAP for one in pictures) for pictures in scaled]
    step = CAPTION + height + GAP
    sheet = Image.new("RGB", (GAP + max(widths), len(rows) * step), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(18)
    for number, (row, pictures) in enumerate(zip(rows, scaled, strict=True)):
        top, x = number * step, GAP
        words = "   ".join([row.name, *row.words])
        pen.text((GAP, top + CAPTION // 2), words, "black", font, anchor="lm")
        for one in pictures:
            sheet.paste(one, (x, top + CAPTION))
            x += one.width + GAP
    return sheet


def demo_cases() -> list[dict]:
    """House models in flats of the demo catalogue; paths below `ART`."""
    return [
        {
            "name": " + ".join(name for name in (model, top, bottom) if name),
            "person": f"models/{model}.jpg",
            "top": top and f"flats/{top}.jpg",
            "bottom": bottom and f"flats/{bottom}.jpg",
            "gender": "man" if model.startswith("m") else "woman",
        }
        for model, top, bottom in DEMO
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=Path, help="default: house models")
    parser.add_argument("--data", type=Path, help="default: the folder of the cases")
    parser.add_argument("--out", type=Path, default=Path("sheet.jpg"))
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--height", type=int, default=480, help="of a row, in pixels")
    parser.add_argument("--together", type=int, default=2, help="cases at a time")
    parser.add_argument("--engine", default="http://127.0.0.1:8000/api/v1")
    parser.add_argument("--key", default=os.environ.get("TRYON_API_KEY", ""))
    args = parser.parse_args()
    key = args.key or (KEY_FILE.read_text().strip() if KEY_FILE.exists() else "")
    if not key:
        sys.exit(f"No key: give --key, or start the shop, which writes {KEY_FILE}.")
    cases = json.loads(args.cases.read_text()) if args.cases else demo_cases()
    data = args.data or (args.cases.parent if args.cases else ART)
    chosen = [case for case in cases if args.only in case["name"]]
    if not chosen:
        sys.exit(f"No case has {args.only!r} in its name.")
    rows = []
    with ThreadPoolExecutor(args.together) as threads:
        for row in threads.map(partial(try_on, Engine(args.engine, key), data), chosen):
            print("  ".join([row.name, *row.words]), flush=True)
            rows.append(row)
    for start in range(0, len(rows), ROWS_A_SHEET):
        path = args.out.with_stem(f"{args.out.stem}_{start // ROWS_A_SHEET + 1:02d}")
        draw(rows[start : start + ROWS_A_SHEET], args.height).save(path, quality=90)
        print(path)


if __name__ == "__main__":
    main()
