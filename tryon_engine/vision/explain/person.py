"""What was found of the person, drawn: one function a stage, one picture each.

`manage.py explain_tryon` writes them; docs/operations.md says how to read them.
"""

import numpy as np

from ..arrays import OUTWARD, SIDES, FloatImage, Mask, RGBImage, to_bytes
from ..person.body import JOINTS, Part, PersonReading
from ..person.faces import OVAL
from ..uncover.undress import Hidden
from .drawing import (
    BLUE,
    PALETTE,
    RED,
    THIN,
    Colour,
    Panel,
    by_confidence,
    cut_out,
    dotted,
    faded,
    lined,
    outlined,
    side_by_side,
    tinted,
    with_legend,
    write,
)

BONES = (
    ("shoulder", "elbow"),
    ("elbow", "wrist"),
    ("shoulder", "hip"),
    ("hip", "knee"),
    ("knee", "ankle"),
    ("ankle", "toe"),
)
NAMED = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
DOWN_MARKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def draw_person(person: PersonReading) -> RGBImage:
    """Pose with the confidence of each joint, silhouette, face."""
    ground = outlined(faded(person.image, 0.35), person.mask, BLUE)
    joints = {
        (side, name): (
            person.joint(side, name),
            person.keypoints.confidence(side, name),
        )
        for side in SIDES
        for name in JOINTS
    }
    pairs = [((s, a), (s, b)) for s in SIDES for a, b in BONES]
    pairs += [(("left", name), ("right", name)) for name in ("shoulder", "hip")]
    for one, other in pairs:
        (start, sure), (end, also) = joints[one], joints[other]
        line = np.stack([start, end])
        ground = lined(ground, [line], by_confidence(min(sure, also)), 3)
    if person.face_mesh is not None:
        ground = lined(ground, [person.face_mesh[[*OVAL, OVAL[0]]]], RED, 2)
    for place, confidence in joints.values():
        ground = dotted(ground, place[None], by_confidence(confidence))
    texts = [
        ((float(place[0]) + 10, float(place[1])), f"{name} {confidence:.2f}")
        for (_, name), (place, confidence) in joints.items()
        if name in NAMED
    ]
    matte = np.repeat(to_bytes(person.matte)[..., None], 3, axis=2)
    return side_by_side(
        [
            Panel(person.image, "photo at working scale"),
            Panel(write(ground, texts), "pose, silhouette, face"),
            Panel(matte, "matte of the person"),
        ]
    )


def draw_parsing(person: PersonReading) -> RGBImage:
    """Every part of the person in a colour of its own, with its share."""
    drawn = faded(person.image, 0.25)
    legend: list[tuple[Colour, str]] = []
    covered = max(int((person.parsing != Part.BACKGROUND).sum()), 1)
    for number, part in enumerate(p for p in Part if p != Part.BACKGROUND):
        colour, where = PALETTE[number % len(PALETTE)], person.parsing == part
        drawn = outlined(tinted(drawn, where, colour, 0.68), where, colour, 1)
        share = 100 * where.sum() / covered
        legend.append((colour, f"{part.name.lower()} {share:.0f} %"))
    return side_by_side(
        [
            Panel(person.image, "photo at working scale"),
            Panel(with_legend(drawn, legend), "parsing, shares of the person"),
        ]
    )


def draw_body(person: PersonReading) -> RGBImage:
    """The body as guessed under the clothes: frame, sides, shoulders, arms."""
    drawn = faded(person.image)
    down = np.linspace(-0.2, 1.35, 60)
    for side in SIDES:
        half = person.outline.half(side, np.maximum(down, 0)) * OUTWARD[side]
        drawn = lined(drawn, [person.outline.place(down, half)], BLUE, 3)
    across = np.linspace(-0.75, 0.75, 2) * person.shoulder_width
    rows = [person.frame.place(np.full(2, at), across) for at in DOWN_MARKS]
    drawn = lined(drawn, rows, THIN, 1)
    axis = person.frame.place(np.array([-0.6, 1.35]), np.zeros(2))
    drawn = lined(drawn, [axis], THIN, 1)
    texts = [
        ((float(row[1, 0]) + 4, float(row[1, 1])), f"down {at:.2f}")
        for at, row in zip(DOWN_MARKS, rows, strict=True)
    ]
    for side in SIDES:
        arm = person.arm_axis(side)
        covered = round(len(arm) * person.sleeve_extent[side] / 2)
        drawn = lined(drawn, [arm], PALETTE[1], 4)
        drawn = lined(drawn, [arm[:covered]], PALETTE[2], 6)
        points = {
            "shoulder tip": person.shoulder_tip[side],
            "neck": person.neck_point[side],
        }
        for name, place in points.items():
            drawn = dotted(drawn, place[None], RED)
            texts.append(((float(place[0]) + 10, float(place[1]) - 12), name))
        elbow = person.joint(side, "elbow")
        extent = f"old sleeve to {person.sleeve_extent[side]:.2f}"
        texts.append(((float(elbow[0]) + 10, float(elbow[1])), extent))
    drawn = dotted(drawn, person.chin[None], RED)
    texts.append(((float(person.chin[0]) + 10, float(person.chin[1])), "chin"))
    limbs = faded(person.image)
    for side, colour in zip(SIDES, (PALETTE[6], PALETTE[8]), strict=True):
        arm_field = person.arms[side]
        inside = arm_field.across < 1
        limbs = tinted(limbs, inside & arm_field.zone, colour, 0.35)
        steps = (arm_field.along * 4).astype(int) % 2 == 0
        limbs = tinted(limbs, inside & steps & arm_field.zone, colour, 0.35)
    return side_by_side(
        [
            Panel(write(drawn, texts), "frame, sides, shoulders; blue: old sleeves"),
            Panel(limbs, "arms: expected width, stripes along"),
        ]
    )


def draw_hidden(hidden: Hidden, undressed: FloatImage, erased: Mask) -> RGBImage:
    """What the old clothes hid, made up; and the person without them."""
    body = hidden.torso.astype(np.float32)
    for made in (*hidden.arms.values(), hidden.legs):
        body = np.maximum(body, made)
    return side_by_side(
        [
            Panel(to_bytes(hidden.background), "background without the person"),
            Panel(cut_out(hidden.skin, body), "bare body, as far as made up"),
            Panel(to_bytes(undressed), "ground of the new clothes"),
            Panel(
                tinted(to_bytes(undressed), erased, RED, 0.45), "old clothes taken away"
            ),
        ]
    )
