"""Render the house models of the demo catalogue.

    python render_models.py                  all six, 2 to 5 minutes each on two cores
    python render_models.py w1 m2            some of them
    python render_models.py w1 --width 432 --samples 4       a quick look

Reads MakeHuman's data from $MH_DATA (see setup.sh); the same input gives the same
picture.
"""

import argparse
import tempfile
import time
from pathlib import Path

import bpy
import cv2
from model_rendering.cast import CAST, HouseModel
from model_rendering.finishing import JPEG_QUALITY, finish_picture
from model_rendering.scene import build_scene
from model_rendering.studio import set_up_rendering


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="name", help=" ".join(CAST))
    parser.add_argument("--out", type=Path, default=Path("build/models"))
    parser.add_argument(
        "--width", type=int, default=864, help="the height is 4/3 of it"
    )
    parser.add_argument("--samples", type=int, default=14, help="light paths a pixel")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or CAST:
        started = time.monotonic()
        path = options.out / f"{name}.jpg"
        render(CAST[name], path, options)
        print(f"{path}  {time.monotonic() - started:.0f} s", flush=True)


def render(model: HouseModel, path: Path, options: argparse.Namespace) -> None:
    build_scene(model)
    size = (options.width, options.width * 4 // 3)
    set_up_rendering(size, options.samples, options.threads, model.seed)
    with tempfile.TemporaryDirectory() as folder:
        rendered = Path(folder) / "rendered.png"
        bpy.context.scene.render.filepath = str(rendered)
        bpy.ops.render.render(write_still=True)
        picture = finish_picture(rendered, model.seed)
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])


if __name__ == "__main__":
    main()
