"""What is known about the person in a picture: types that all later stages read.

Positions on the body are told in the body frame: `down` is 0 at the shoulder joints and
1 at the hip joints; `across` is 0 on the body's axis, negative to the image's left, in
shoulder widths.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final

import cv2
import numpy as np

from ..arrays import (
    SIDES,
    Field,
    FloatImage,
    Mask,
    Matte,
    Point,
    Points,
    RGBImage,
    Side,
    Size,
    resample_curve,
)


class Part(IntEnum):
    """Labels of the parsing."""

    BACKGROUND = 0
    HAIR = 1
    SKIN = 2
    UPPER = 3
    LOWER = 4
    SHOES = 5
    BAG = 6
    """Whatever a hand holds in front of the clothes."""


JOINTS: Final = {
    "ear": (7, 8),
    "shoulder": (11, 12),
    "elbow": (13, 14),
    "wrist": (15, 16),
    "pinky": (17, 18),
    "index": (19, 20),
    "hip": (23, 24),
    "knee": (25, 26),
    "ankle": (27, 28),
    "heel": (29, 30),
    "toe": (31, 32),
}
"""Rows of the person's own (left, right) joint among the 33 pose landmarks."""

NOSE: Final = 0


@dataclass(frozen=True, eq=False)
class Keypoints:
    """Body joints, asked for by image side.

    Attributes
    ----------
    array : ndarray of shape (33, 3), float32
        x, y in pixels (may lie outside the picture) and confidence in [0, 1], in the
        order of the BlazePose landmarks.
    is_mirrored : bool
        True for a person who faces the camera: their own right arm is at the image's
        left.
    """

    array: np.ndarray
    is_mirrored: bool

    def joint(self, side: Side, name: str) -> Point:
        """Return (x, y) of a joint in `JOINTS`, by the side of the image."""
        return self.array[self.row(side, name), :2]

    def confidence(self, side: Side, name: str) -> float:
        """Return how sure the joint is to be visible, in [0, 1]."""
        return float(self.array[self.row(side, name), 2])

    def hand(self, side: Side) -> Point:
        """Return the middle of the knuckles."""
        return (self.joint(side, "index") + self.joint(side, "pinky")) / 2

    @property
    def nose(self) -> Point:
        return self.array[NOSE, :2]

    def row(self, side: Side, name: str) -> int:
        """Return which row of `array` a joint is."""
        own_left, own_right = JOINTS[name]
        return own_right if (side == "left") == self.is_mirrored else own_left


@dataclass(frozen=True, eq=False)
class BodyFrame:
    """The body's own coordinates.

    Attributes
    ----------
    shoulder_centre, hip_centre : (2,) float32
        Middle between the two joints, in pixels.
    up, right : (2,) float32
        Unit vectors: hips to shoulders, and across towards the image's right.
    shoulder_width : float
        Distance of the shoulder joints in pixels; at least half the torso length, so
        that a turned torso does not shrink every limb.
    torso_length : float
        Distance of the two centres in pixels.
    """

    shoulder_centre: Point
    hip_centre: Point
    up: Point
    right: Point
    shoulder_width: float
    torso_length: float

    def place(self, down: np.ndarray | float, across_px: np.ndarray | float) -> Points:
        """Return the pixel position(s) `across_px` pixels off the axis at `down`."""
        down_px = np.asarray(down, np.float32)[..., None] * self.torso_length
        off_px = np.asarray(across_px, np.float32)[..., None]
        place = self.shoulder_centre - self.up * down_px + self.right * off_px
        return place.astype(np.float32)


@dataclass(frozen=True, eq=False)
class BodyOutline:
    """Half widths of torso, hips and thighs on either side of the body axis.

    Attributes
    ----------
    frame : BodyFrame
    down : (N,) float32
        Increasing positions along the axis.
    half_widths : dict of side to (N,) float32
        Distance in pixels from the axis to the body's side, measured across.
    """

    frame: BodyFrame
    down: np.ndarray
    half_widths: dict[Side, np.ndarray]

    def half(self, side: Side, down: np.ndarray | float) -> np.ndarray:
        """Return the half width in pixels at `down`, constant beyond the ends."""
        return np.interp(down, self.down, self.half_widths[side]).astype(np.float32)

    def place(self, down: np.ndarray | float, across_px: np.ndarray | float) -> Points:
        """Return the pixel position(s) `across_px` pixels off the axis at `down`."""
        return self.frame.place(down, across_px)


@dataclass(frozen=True, eq=False)
class ArmField:
    """Coordinates along and across one arm, for every pixel of the picture.

    Attributes
    ----------
    zone : (H, W) bool
        Generously around the arm and the hand.
    along : (H, W) float32
        0 at the shoulder joint, 1 elbow, 2 wrist, 3 beyond the finger tips.
    across : (H, W) float32
        Distance from the arm's axis in expected half widths: 1 at the arm's edge.
    """

    zone: Mask
    along: Field
    across: Field


@dataclass(frozen=True, eq=False)
class PersonReading:
    """Everything that the later stages know about a person image.

    All positions and arrays are at working scale: a point of the original picture times
    `scale`. Pixels of the working image are (H, W).

    Attributes
    ----------
    image : (H, W, 3) uint8, RGB
    scale : float
    keypoints : Keypoints
    matte : (H, W) float32
        How much of a pixel is person. `mask` is the matte above one half.
    parsing : (H, W) uint8
        Values of `Part`; BACKGROUND exactly outside `mask`.
    lab : (H, W, 3) float32
        The image in CIE Lab.
    across, down : (H, W) float32
        Body-frame coordinates of each pixel, see the module's text.
    frame : BodyFrame
    outline : BodyOutline
    shoulder_tip, neck_point : dict of side to (2,) float32
        Outer end of the shoulder on the silhouette; where the neck meets the shoulder.
    chin : (2,) float32
        Tip of the chin, guessed from the shoulders if no face is seen.
    face_mesh : (468, 2) float32 or None
        None when no face is seen (head cut off, turned away, too small).
    face_mask : (H, W) bool
        The face inside its oval; empty without a face mesh.
    arms : dict of side to ArmField
    skin_tone : (3,) float32
        Typical Lab colour of the body's skin, slightly on the lit side.
    sleeve_extent : dict of side to float
        How far the old sleeve reaches along the arm (0 shoulder, 1 elbow, 2 wrist);
        below 0.25 the arm is bare.
    is_dress : bool
        The old clothes look like one piece from chest to thigh.
    """

    image: RGBImage
    scale: float
    keypoints: Keypoints
    matte: Matte
    parsing: np.ndarray
    lab: FloatImage
    across: Field
    down: Field
    frame: BodyFrame
    outline: BodyOutline
    shoulder_tip: dict[Side, Point]
    neck_point: dict[Side, Point]
    chin: Point
    face_mesh: Points | None
    face_mask: Mask
    arms: dict[Side, ArmField]
    skin_tone: np.ndarray
    sleeve_extent: dict[Side, float]
    is_dress: bool

    @property
    def size(self) -> Size:
        """(height, width) of the working image."""
        return self.image.shape[0], self.image.shape[1]

    @cached_property
    def mask(self) -> Mask:
        return self.matte > 0.5

    @cached_property
    def half_width(self) -> Field:
        """The outline's half width in pixels at each pixel's height, on its side."""
        left, right = (self.outline.half(side, self.down) for side in SIDES)
        return np.where(self.across < 0, left, right)

    @property
    def shoulder_width(self) -> float:
        return self.frame.shoulder_width

    @property
    def torso_length(self) -> float:
        return self.frame.torso_length

    @property
    def shoulder_centre(self) -> Point:
        return self.frame.shoulder_centre

    @property
    def hip_centre(self) -> Point:
        return self.frame.hip_centre

    @property
    def up(self) -> Point:
        return self.frame.up

    @property
    def right(self) -> Point:
        return self.frame.right

    def joint(self, side: Side, name: str) -> Point:
        """Return (x, y) of a joint, by the side of the image."""
        return self.keypoints.joint(side, name)

    def is_part(self, *parts: Part) -> Mask:
        """Return where the parsing is one of `parts`."""
        wanted = np.zeros(256, bool)  # `np.isin` takes twenty times as long
        wanted[list(parts)] = True
        return cv2.LUT(self.parsing, wanted.view(np.uint8)).view(bool)

    def has_long_sleeve(self, side: Side) -> bool:
        """Whether the old sleeve goes past the elbow."""
        return self.sleeve_extent[side] > 1.2

    def arm_axis(self, side: Side) -> Points:
        """Return (79, 2) points from shoulder over elbow to wrist, evenly per half."""
        shoulder, elbow, wrist = (
            self.joint(side, name) for name in ("shoulder", "elbow", "wrist")
        )
        upper = resample_curve(np.stack([shoulder, elbow]), 40)
        return np.concatenate([upper, resample_curve(np.stack([elbow, wrist]), 40)[1:]])
