"""Person image -> `PersonReading`: the order in which a person is read.

Pose, silhouette and face come from `detectors`; everything else is worked out from
them and from the colours of this one picture.
"""

import numpy as np

from . import anatomy, detectors
from .arrays import (
    SIDES,
    Mask,
    Matte,
    Point,
    Points,
    RGBImage,
    Size,
    VisionError,
    grid,
    to_working_scale,
)
from .body import BodyFrame, Keypoints, Part, PersonReading
from .colour import rgb_to_lab
from .cues import gather_cues
from .detectors import Face, Pose
from .faces import CHIN, FOREHEAD, OVAL
from .masks import dilate, erode, polygon
from .matte import estimate_matte
from .parsing import learn_colours, mend_collar, parse_person, sharpen_parsing

MIN_FACE_PX = 25
"""Shorter faces carry no usable mesh."""
POSE_MATTE_SHARE = 0.4
"""The pose network follows limbs better, the other one hair and loose clothes."""


class NoPersonError(VisionError):
    """No person was found in the picture."""


class SeveralPeopleError(VisionError):
    """More than one person is in the picture."""


def read_person(image: RGBImage) -> PersonReading:
    """Read the person in a picture.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8, RGB
        Upright, one person, any size; best facing the camera and whole.

    Returns
    -------
    PersonReading
        At working scale. Parts of the body outside the picture are guessed; see the
        confidence of the keypoints.

    Raises
    ------
    NoPersonError
        If no pose is found.
    SeveralPeopleError
        If a second person of comparable size is there.
    """
    working, scale = to_working_scale(image)
    pose = detectors.detect_pose(working)
    if pose is None:
        raise NoPersonError("No person was found in the picture.")
    faces = detectors.detect_faces(working)
    people = 1 + len(other_faces(pose, faces))
    if people > 1:
        raise SeveralPeopleError(f"{people} people are in the picture, expected one.")
    face = own_face(pose, faces)
    face_mesh = None if face is None else _face_mesh(working, face)
    return _read(working, scale, to_keypoints(pose), pose.matte, face_mesh)


def own_face(pose: Pose, faces: list[Face]) -> Face | None:
    """Return the face that belongs to the pose, None when it is not to be seen."""
    keypoints = to_keypoints(pose)
    reach = 0.3 * anatomy.body_frame(keypoints).shoulder_width
    distances = [np.linalg.norm(face.centre - keypoints.nose) for face in faces]
    if not distances or min(distances) > reach:
        return None
    return faces[int(np.argmin(distances))]


def other_faces(pose: Pose, faces: list[Face]) -> list[Face]:
    """Return the faces that belong to further people, not to `pose`.

    A face on a print or a poster is not counted: it lies on the body, or is much
    smaller than the person's own.
    """
    keypoints = to_keypoints(pose)
    frame = anatomy.body_frame(keypoints)
    return [face for face in faces if _is_another(face, keypoints, frame)]


def to_keypoints(pose: Pose) -> Keypoints:
    """Return the pose as joints that can be asked for by image side."""
    own_left_x, own_right_x = pose.landmarks[11, 0], pose.landmarks[12, 0]
    return Keypoints(pose.landmarks, is_mirrored=bool(own_right_x < own_left_x))


def _is_another(face: Face, keypoints: Keypoints, frame: BodyFrame) -> bool:
    unit = frame.shoulder_width
    across, down = anatomy.body_coordinates(frame, *map(np.float32, face.centre))
    on_body = abs(across) < 0.6 and 0 < down < 1.2
    apart = np.linalg.norm(np.subtract(face.centre, keypoints.nose))
    return bool(apart > 0.6 * unit and not on_body and face.width > 0.2 * unit)


def _read(
    image: RGBImage,
    scale: float,
    keypoints: Keypoints,
    pose_matte: Matte,
    face_mesh: Points | None,
) -> PersonReading:
    size = image.shape[:2]
    frame = anatomy.body_frame(keypoints)
    people = detectors.segment_people(image)
    likelihood = people * (1 - POSE_MATTE_SHARE) + pose_matte * POSE_MATTE_SHARE
    matte = estimate_matte(image, likelihood)
    cues = gather_cues(image, matte, keypoints, frame, face_mesh)
    colours = learn_colours(cues)
    labels = mend_collar(cues, colours, parse_person(cues, colours))
    parsing = sharpen_parsing(labels, image, matte)
    across, down = anatomy.body_coordinates(frame, *grid(size))
    arms = {
        side: anatomy.arm_field(keypoints, frame, side, *grid(size)) for side in SIDES
    }
    lab = rgb_to_lab(image)
    face_mask = _face_mask(size, face_mesh)
    return PersonReading(
        image=image,
        scale=scale,
        keypoints=keypoints,
        matte=matte,
        parsing=parsing,
        lab=lab,
        across=across,
        down=down,
        frame=frame,
        outline=anatomy.body_outline(frame, parsing, arms),
        shoulder_tip={
            side: anatomy.shoulder_tip(keypoints, frame, matte > 0.5, side)
            for side in SIDES
        },
        neck_point={side: anatomy.neck_point(frame, side) for side in SIDES},
        chin=_chin(frame, face_mesh),
        face_mesh=face_mesh,
        face_mask=face_mask,
        arms=arms,
        skin_tone=_skin_tone(lab, parsing, face_mask, colours.typical_skin),
        sleeve_extent={
            side: anatomy.sleeve_extent(parsing, arms[side]) for side in SIDES
        },
        is_dress=colours.is_one_piece,
    )


def _face_mesh(image: RGBImage, face: Face) -> Points | None:
    mesh = detectors.detect_face_mesh(image, face)
    if mesh is None or mesh[CHIN, 1] - mesh[FOREHEAD, 1] <= MIN_FACE_PX:
        return None
    return mesh


def _face_mask(size: Size, face_mesh: Points | None) -> Mask:
    if face_mesh is None:
        return np.zeros(size, bool)
    return polygon(size, face_mesh[OVAL])


def _chin(frame: BodyFrame, face_mesh: Points | None) -> Point:
    if face_mesh is not None:
        return face_mesh[CHIN]
    return frame.place(-0.45 * frame.shoulder_width / frame.torso_length, 0)


def _skin_tone(
    lab: np.ndarray, parsing: np.ndarray, face_mask: Mask, fallback: np.ndarray
) -> np.ndarray:
    """Return the median Lab of visible body skin without deep shade and highlights."""
    skin = erode(parsing == Part.SKIN, 3)
    samples = lab[skin & ~dilate(face_mask, 4)]
    if len(samples) < 400:
        samples = lab[skin]
    if len(samples) < 50:
        return fallback
    shade, shine = np.percentile(samples[:, 0], [25, 90])
    lit = samples[(samples[:, 0] > shade) & (samples[:, 0] < shine)]
    return np.median(lit if len(lit) else samples, axis=0).astype(np.float32)
