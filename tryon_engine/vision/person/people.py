"""Who is in the picture: the person to be dressed, and whether they are alone.

The pose network finds a pose in a few things that are no people: T-shirts laid flat,
coats on hangers. So a pose only counts with a face, or, where the head is outside the
picture, with hands and with two silhouettes that agree.
"""

from dataclasses import dataclass

import numpy as np

from ..arrays import SIDES, Box, Mask, Matte, Points, RGBImage
from ..masks import bounding_box, components, dilate
from . import anatomy, detectors
from .body import BodyFrame, Keypoints
from .detectors import Face, Pose
from .faces import CHIN, FOREHEAD

MIN_FACE_PX = 25
"""Shorter faces carry no usable mesh."""
POSE_MATTE_SHARE = 0.4
"""The pose network follows limbs better, the other one hair and loose clothes."""
MIN_HAND_CONFIDENCE = 0.5
MIN_AGREEMENT = 0.7
"""Intersection over union of the two networks' silhouettes."""
OTHER_BODY_SHARE = 0.25
OTHER_FACE_SHARE = 0.5
"""Size of a second person, in sizes of the first, from which they are in the way."""


@dataclass(frozen=True, eq=False)
class Sighting:
    """A person, found in a picture at working scale.

    Attributes
    ----------
    keypoints : Keypoints
    frame : BodyFrame
    likelihood : (H, W) float32
        How much each pixel looks like a person, from both networks.
    face : Face or None
        None if the face is not to be seen.
    others : list of boxes
        Further people in the picture.
    """

    keypoints: Keypoints
    frame: BodyFrame
    likelihood: Matte
    face: Face | None
    others: list[Box]

    @property
    def is_head_outside(self) -> bool:
        """Whether the head is cut off by the upper edge of the picture."""
        return is_head_outside(self.keypoints, self.likelihood.shape[0])

    def box(self) -> Box:
        """Return the person's box in the picture."""
        return bounding_box(self.likelihood > 0.5)


def find_person(image: RGBImage) -> Sighting | None:
    """Return the most prominent person of a picture at working scale, None if none."""
    pose = detectors.detect_pose(image)
    if pose is None:
        return None
    keypoints = to_keypoints(pose)
    frame = anatomy.body_frame(keypoints)
    faces = detectors.detect_faces(image)
    face = _own_face(keypoints, frame, faces)
    people = detectors.segment_people(image)
    if face is None and not _is_plausible(keypoints, pose.matte, people):
        return None
    others = [
        _round(other.box) for other in _other_faces(face, keypoints, frame, faces)
    ]
    return Sighting(
        keypoints=keypoints,
        frame=frame,
        likelihood=people * (1 - POSE_MATTE_SHARE) + pose.matte * POSE_MATTE_SHARE,
        face=face,
        others=others or _other_bodies(pose.matte > 0.3, people > 0.5),
    )


def to_keypoints(pose: Pose) -> Keypoints:
    """Return the pose as joints that can be asked for by image side."""
    own_left_x, own_right_x = pose.landmarks[11, 0], pose.landmarks[12, 0]
    return Keypoints(pose.landmarks, is_mirrored=bool(own_right_x < own_left_x))


def read_face_mesh(image: RGBImage, sighting: Sighting) -> Points | None:
    """Return the person's face mesh (468, 2), None without a face or if too small."""
    if sighting.face is None:
        return None
    mesh = detectors.detect_face_mesh(image, sighting.face)
    if mesh is None or mesh[CHIN, 1] - mesh[FOREHEAD, 1] <= MIN_FACE_PX:
        return None
    return mesh


def is_head_outside(keypoints: Keypoints, height: int) -> bool:
    return bool(keypoints.nose[1] < 0.02 * height)


def _own_face(keypoints: Keypoints, frame: BodyFrame, faces: list[Face]) -> Face | None:
    """Return the face at the pose's nose."""
    distances = [np.linalg.norm(face.centre - keypoints.nose) for face in faces]
    if not distances or min(distances) > 0.3 * frame.shoulder_width:
        return None
    return faces[int(np.argmin(distances))]


def _is_plausible(keypoints: Keypoints, pose_matte: Matte, people: Matte) -> bool:
    """Tell a person without a visible face from a thing."""
    hands = np.mean([keypoints.confidence(side, "wrist") for side in SIDES])
    one, two = pose_matte > 0.5, people > 0.5
    agreement = (one & two).sum() / max((one | two).sum(), 1)
    return bool(hands > MIN_HAND_CONFIDENCE and agreement > MIN_AGREEMENT)


def _other_faces(
    own: Face | None, keypoints: Keypoints, frame: BodyFrame, faces: list[Face]
) -> list[Face]:
    """Return further people's faces: not small ones (posters), not on the body."""
    unit = frame.shoulder_width
    least = OTHER_FACE_SHARE * own.width if own else 0.2 * unit
    others = []
    for face in faces:
        across, down = anatomy.body_coordinates(frame, *face.centre)
        is_print = abs(across) < 0.6 and 0 < down < 1.2
        apart = np.linalg.norm(face.centre - keypoints.nose)
        if face is not own and apart > 0.6 * unit and not is_print:
            others += [face] if face.width >= least else []
    return others


def _other_bodies(own: Mask, people: Mask) -> list[Box]:
    """Return boxes of what looks like people and is not the pose's silhouette."""
    margin = 0.02 * own.shape[0]
    rest = people & ~dilate(own, margin)
    least = max(OTHER_BODY_SHARE * own.sum(), 1)
    return [bounding_box(part) for part in components(rest, least)]


def _round(box: tuple[float, float, float, float]) -> Box:
    x0, y0, x1, y1 = (round(edge) for edge in box)
    return x0, y0, x1, y1
