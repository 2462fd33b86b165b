"""What the parsing weighs: a half-size picture and where each pixel lies on the body.

Radii and areas here are in pixels of the half-size picture; positions and distances
in shoulder widths are not affected by the size.
"""

from dataclasses import dataclass

import numpy as np

from ..arrays import (
    SIDES,
    Field,
    FloatImage,
    Mask,
    Matte,
    Points,
    RGBImage,
    Side,
    Size,
    grid,
    resize,
)
from ..colour import rgb_to_lab
from ..masks import erode, polygon, segment_distance
from .anatomy import arm_field, body_coordinates
from .body import ArmField, BodyFrame, Keypoints
from .faces import CHIN, FOREHEAD, OVAL
from .people import is_head_outside

STEP = 2
"""Parsing looks at blocks of 2 x 2 pixels: labels need no more, and it is four times
faster; edges come back from the full picture afterwards."""


@dataclass(frozen=True, eq=False)
class Cues:
    """Per-pixel evidence at half size, all arrays (h, w) unless said otherwise.

    Attributes
    ----------
    image : (h, w, 3) uint8, RGB; lab : (h, w, 3) float32; matte : float32
    inner : bool
        Well inside the person.
    x, y : float32
        Position in pixels of the working image.
    across, down : float32
        Body-frame coordinates.
    below : float32
        Distance below the shoulder line in shoulder widths.
    keypoints, frame, face_mesh
        As found, in pixels of the working image.
    arms : dict of side to ArmField
    arm_across, arm_along : float32
        Of the nearer arm.
    hands : bool
        Surely hand, not yet judged by colour.
    face_mask : bool
    head_distance : float32
        Distance from the middle of the head in head radii.
    above_head_centre : bool
        Upper part of the head.
    """

    image: RGBImage
    lab: FloatImage
    matte: Matte
    inner: Mask
    x: Field
    y: Field
    across: Field
    down: Field
    below: Field
    keypoints: Keypoints
    frame: BodyFrame
    arms: dict[Side, ArmField]
    arm_across: Field
    arm_along: Field
    hands: Mask
    face_mesh: Points | None
    face_mask: Mask
    head_distance: Field
    above_head_centre: Mask

    @property
    def size(self) -> Size:
        return self.matte.shape

    @property
    def is_head_outside(self) -> bool:
        """Whether the head is cut off by the upper edge of the picture."""
        return is_head_outside(self.keypoints, STEP * self.size[0])

    def limb(
        self, name_from: str, name_to: str, part: tuple[float, float], width: float
    ) -> Mask:
        """Return the middle of a limb on both sides.

        From joint to joint, between the two fractions `part`, up to `width` shoulder
        widths from the axis.
        """
        near = np.zeros(self.size, bool)
        for side in SIDES:
            start = self.keypoints.joint(side, name_from)
            way = self.keypoints.joint(side, name_to) - start
            ends = start + way * part[0], start + way * part[1]
            distance, _ = segment_distance(self.x, self.y, *ends)
            near |= distance < width * self.frame.shoulder_width
        return near

    def face_polygon(self, rows: list[int]) -> Mask:
        """Return the area inside the given points of the face mesh."""
        if self.face_mesh is None:
            return np.zeros(self.size, bool)
        return polygon(self.size, (self.face_mesh[rows] - (STEP - 1) / 2) / STEP)


def gather_cues(
    image: RGBImage,
    matte: Matte,
    keypoints: Keypoints,
    frame: BodyFrame,
    face_mesh: Points | None,
) -> Cues:
    """Return the evidence for parsing `image`, all of it at half size."""
    size = image.shape[0] // STEP, image.shape[1] // STEP
    small, soft = resize(image, size), resize(matte, size)
    x, y = grid((size[0] * STEP, size[1] * STEP), STEP)
    across, down = body_coordinates(frame, x, y)
    arms = {side: arm_field(keypoints, frame, side, x, y) for side in SIDES}
    left_is_nearer = arms["left"].across < arms["right"].across
    centre, radius = _head(keypoints, frame, face_mesh)
    inner = erode(soft > 0.9, 1.5)
    return Cues(
        image=small,
        lab=rgb_to_lab(small),
        matte=soft,
        inner=inner,
        x=x,
        y=y,
        across=across,
        down=down,
        below=down * np.float32(frame.torso_length / frame.shoulder_width),
        keypoints=keypoints,
        frame=frame,
        arms=arms,
        arm_across=np.minimum(arms["left"].across, arms["right"].across),
        arm_along=np.where(left_is_nearer, arms["left"].along, arms["right"].along),
        hands=_hands(keypoints, frame, x, y) & inner,
        face_mesh=face_mesh,
        face_mask=_face_mask(size, face_mesh),
        head_distance=np.hypot(x - centre[0], y - centre[1]) / np.float32(radius),
        above_head_centre=y < centre[1] - 0.1 * radius,
    )


def _head(
    keypoints: Keypoints, frame: BodyFrame, face_mesh: Points | None
) -> tuple[np.ndarray, float]:
    """Return centre and radius of the head in pixels."""
    if face_mesh is None:
        return keypoints.nose, 0.27 * frame.shoulder_width
    top, chin = face_mesh[FOREHEAD], face_mesh[CHIN]
    return (top + chin) / 2, float(np.linalg.norm(top - chin)) / 2


def _face_mask(size: Size, face_mesh: Points | None) -> Mask:
    if face_mesh is None:
        return np.zeros(size, bool)
    return polygon(size, (face_mesh[OVAL] - (STEP - 1) / 2) / STEP)


def _hands(keypoints: Keypoints, frame: BodyFrame, x: Field, y: Field) -> Mask:
    hands = np.zeros(x.shape, bool)
    for side in SIDES:
        wrist = keypoints.joint(side, "wrist")
        way = keypoints.hand(side) - wrist
        distance, _ = segment_distance(x, y, wrist + way * 0.3, wrist + way * 1.2)
        hands |= distance < 0.05 * frame.shoulder_width
    return hands
