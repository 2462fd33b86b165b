"""Person image -> `PersonReading`: the order in which a person is read.

Pose, silhouette and face come from `detectors`; everything else is worked out from
them and from the colours of this one picture.
"""

import numpy as np

from ..arrays import (
    SIDES,
    Mask,
    Point,
    Points,
    RGBImage,
    Size,
    VisionError,
    grid,
    to_working_scale,
)
from ..colour import rgb_to_lab
from ..masks import dilate, erode, polygon
from ..uncover.bare_arms import centre_arms
from . import anatomy
from .bags import find_bags
from .body import BodyFrame, Part, PersonReading
from .colours import learn_colours
from .cues import gather_cues
from .faces import CHIN, OVAL
from .matte import estimate_matte
from .parsing import mend_collar, parse_person, sharpen_parsing
from .people import Sighting, find_person, read_face_mesh
from .stance import is_lying, is_profile


class NoPersonError(VisionError):
    """No person was found in the picture."""


class UnfitPoseError(VisionError):
    """The person lies, or shows nothing but a side."""


class SeatedError(VisionError):
    """The person sits, and something is to be worn on the legs."""


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
    UnfitPoseError
        If the person lies, or stands in profile.
    """
    working, scale = to_working_scale(image)
    sighting = find_person(working)
    if sighting is None:
        raise NoPersonError("No person was found in the picture.")
    if sighting.others:
        people = 1 + len(sighting.others)
        raise SeveralPeopleError(f"{people} people are in the picture, expected one.")
    if is_lying(sighting.frame):
        raise UnfitPoseError("The person is not upright: is the picture turned?")
    if is_profile(sighting.keypoints, sighting.frame):
        raise UnfitPoseError("The person is seen from the side, not from the front.")
    return _read(working, scale, sighting)


def _read(image: RGBImage, scale: float, sighting: Sighting) -> PersonReading:
    size = image.shape[:2]
    keypoints, frame = sighting.keypoints, sighting.frame
    face_mesh = read_face_mesh(image, sighting)
    matte = estimate_matte(image, sighting.likelihood)
    cues = gather_cues(image, matte, keypoints, frame, face_mesh)
    colours = learn_colours(cues)
    labels, is_one_piece = parse_person(cues, colours)
    labels = mend_collar(cues, colours, labels)
    labels[find_bags(cues, colours, labels)] = Part.BAG
    parsing = sharpen_parsing(labels, image, matte)
    keypoints = centre_arms(keypoints, frame, parsing)
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
        is_dress=is_one_piece,
    )


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
