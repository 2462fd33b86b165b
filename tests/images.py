"""Pictures for tests: drawn with numpy, or the project's own house models."""

from pathlib import Path

import numpy as np
from PIL import Image

from tryon_engine.vision.arrays import SIDES, RGBImage, grid, to_float
from tryon_engine.vision.colour import rgb_to_lab
from tryon_engine.vision.masks import segment_distance
from tryon_engine.vision.person import anatomy
from tryon_engine.vision.person.body import JOINTS, Keypoints, Part, PersonReading

HOUSE_MODELS = Path(__file__).parents[1] / "tools" / "demo_art" / "models"

GREY = (200, 200, 200)
COLOURS = {
    Part.HAIR: (60, 40, 30),
    Part.SKIN: (214, 170, 148),
    Part.UPPER: (40, 90, 160),
    Part.LOWER: (50, 50, 60),
    Part.SHOES: (240, 240, 240),
}
JOINTS_AT = {  # (x, y) of the image-right side, from the axis, of a drawn person
    "ear": (14, 60),
    "shoulder": (50, 120),
    "elbow": (68, 190),
    "wrist": (78, 255),
    "pinky": (82, 275),
    "index": (78, 277),
    "hip": (30, 250),
    "knee": (32, 350),
    "ankle": (34, 445),
    "heel": (33, 455),
    "toe": (40, 470),
}


def house_model(name: str) -> RGBImage:
    """One of the six house models, m1 to m3 and w1 to w3: whole body, grey backdrop."""
    with Image.open(HOUSE_MODELS / f"{name}.jpg") as picture:
        return np.array(picture.convert("RGB"))


def drawn_keypoints(width: int = 384) -> Keypoints:
    """Joints of a person who stands upright, facing the camera, on the middle axis."""
    array = np.zeros((33, 3), np.float32)
    array[0] = width / 2, 65, 1
    for name, (own_left, own_right) in JOINTS.items():
        off, y = JOINTS_AT[name]
        array[own_left] = width / 2 + off, y, 1
        array[own_right] = width / 2 - off, y, 1
    return Keypoints(array, is_mirrored=True)


def drawn_reading(
    backdrop: RGBImage | None = None, sleeve_along: float = 0.6
) -> PersonReading:
    """A drawn person (512 x 384) as if read without any mistake.

    `backdrop` is plain grey unless given. Sleeves of the top reach `sleeve_along` the
    arms: 0 shoulder, 1 elbow, 2 wrist.
    """
    size = (512, 384)
    keypoints = drawn_keypoints(size[1])
    frame = anatomy.body_frame(keypoints)
    x, y = grid(size)
    arms = {side: anatomy.arm_field(keypoints, frame, side, x, y) for side in SIDES}
    parsing = _drawn_parsing(keypoints, frame, arms, x, y, sleeve_along)
    image = np.full((*size, 3), GREY, np.uint8) if backdrop is None else backdrop.copy()
    for part, colour in COLOURS.items():
        image[parsing == part] = colour
    lab = rgb_to_lab(to_float(image))
    across, down = anatomy.body_coordinates(frame, x, y)
    mask = parsing != Part.BACKGROUND
    return PersonReading(
        image=image,
        scale=1.0,
        keypoints=keypoints,
        matte=mask.astype(np.float32),
        parsing=parsing,
        lab=lab,
        across=across,
        down=down,
        frame=frame,
        outline=anatomy.body_outline(frame, parsing, arms),
        shoulder_tip={
            side: anatomy.shoulder_tip(keypoints, frame, mask, side) for side in SIDES
        },
        neck_point={side: anatomy.neck_point(frame, side) for side in SIDES},
        chin=np.array([size[1] / 2, 92], np.float32),
        face_mesh=None,
        face_mask=np.hypot(x - size[1] / 2, (y - 65) / 1.3) < 18,
        arms=arms,
        skin_tone=rgb_to_lab(np.uint8([[COLOURS[Part.SKIN]]]))[0, 0],
        sleeve_extent={
            side: anatomy.sleeve_extent(parsing, arms[side]) for side in SIDES
        },
        is_dress=False,
    )


def _drawn_parsing(keypoints, frame, arms, x, y, sleeve_along):
    parsing = np.zeros(x.shape, np.uint8)
    middle = x.shape[1] / 2
    for side in SIDES:
        along, across = anatomy.leg_field(keypoints, frame, side, x, y)
        parsing[across < 1] = Part.LOWER
        heel, toe = keypoints.joint(side, "heel"), keypoints.joint(side, "toe")
        parsing[segment_distance(x, y, heel, toe)[0] < 10] = Part.SHOES
    half_width = np.interp(y, [105, 120, 200, 260], [40, 54, 42, 50])
    parsing[(np.abs(x - middle) < half_width) & (y > 108) & (y < 265)] = Part.UPPER
    for arm in arms.values():
        inside = arm.across < 1
        parsing[inside] = Part.SKIN
        parsing[inside & (arm.along < sleeve_along)] = Part.UPPER
    parsing[(np.abs(x - middle) < 14) & (y > 60) & (y < 118)] = Part.SKIN
    head = np.hypot(x - middle, (y - 65) / 1.3)
    parsing[(head < 34) & (y < 85)] = Part.HAIR
    parsing[(head < 20) & (y > 50)] = Part.SKIN
    return parsing
