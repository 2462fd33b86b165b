"""The networks bundled with mediapipe, and the only module that knows mediapipe.

Everything that mediapipe has an opinion on comes out of here as plain arrays in pixels.
The models travel inside the wheel: nothing is ever downloaded. They are loaded at first
use, once per process, and serve one caller at a time.
"""

from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np

from ..arrays import Box, Matte, Points, RGBImage, resize

FULL_RANGE_FACES = 1
"""The short-range face model sees no face in a whole-body picture."""
POSE_COMPLEXITY = 1
"""Complexity 2 is not in the wheel; asking for it starts a download."""
MESH_VIEW_PX = 320
FACE_SURROUNDINGS = 1.1
"""Half the side of the square that the face mesh is shown, in face widths."""

_one_at_a_time = Lock()


@dataclass(frozen=True, eq=False)
class Pose:
    """Landmarks of the most prominent person.

    Attributes
    ----------
    landmarks : (33, 3) float32
        x, y in pixels and visibility in [0, 1], in BlazePose order.
    matte : (H, W) float32
        The pose network's own soft silhouette.
    """

    landmarks: np.ndarray
    matte: Matte


@dataclass(frozen=True)
class Face:
    """A face: box (x0, y0, x1, y1) in pixels and score in [0, 1]."""

    box: tuple[float, float, float, float]
    score: float

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def centre(self) -> np.ndarray:
        x0, y0, x1, y1 = self.box
        return np.array([(x0 + x1) / 2, (y0 + y1) / 2], np.float32)


def detect_pose(image: RGBImage) -> Pose | None:
    """Return the pose of the most prominent person, None when there is none."""
    found = _process("pose", image)
    if found.pose_landmarks is None:
        return None
    height, width = image.shape[:2]
    rows = found.pose_landmarks.landmark
    landmarks = [[p.x * width, p.y * height, p.visibility] for p in rows]
    matte = found.segmentation_mask
    return Pose(
        landmarks=np.array(landmarks, np.float32),
        matte=np.zeros((height, width), np.float32) if matte is None else matte,
    )


def segment_people(image: RGBImage) -> Matte:
    """Return how much each pixel looks like a person, whoever it is."""
    return np.clip(_process("segmentation", image).segmentation_mask, 0, 1)


def detect_face_mesh(image: RGBImage, face: Face) -> Points | None:
    """Return the 468 landmarks of a face in pixels of `image`, None if they do not fit.

    The mesh finds no small faces by itself, or puts them in wrong places; so it only
    gets to see the surroundings of `face`, enlarged.
    """
    x0, y0, x1, y1 = _around(face, image)
    crop = image[y0:y1, x0:x1]
    if min(crop.shape[:2]) < 2:
        return None
    zoom = MESH_VIEW_PX / max(crop.shape[:2])
    size = (round(crop.shape[0] * zoom) or 1, round(crop.shape[1] * zoom) or 1)
    found = _process("face_mesh", resize(crop, size)).multi_face_landmarks
    if not found:
        return None
    rows = [[p.x, p.y] for p in found[0].landmark]
    extent, origin = np.array([[x1 - x0, y1 - y0], [x0, y0]], np.float32)
    return np.array(rows, np.float32) * extent + origin


def detect_faces(image: RGBImage) -> list[Face]:
    """Return all faces, best first; also small ones in whole-body pictures."""
    height, width = image.shape[:2]
    faces = []
    for found in _process("faces", image).detections or ():
        box = found.location_data.relative_bounding_box
        x0, y0 = box.xmin * width, box.ymin * height
        corners = (x0, y0, x0 + box.width * width, y0 + box.height * height)
        faces.append(Face(corners, float(found.score[0])))
    return sorted(faces, key=lambda face: -face.score)


def _around(face: Face, image: RGBImage) -> Box:
    """Return a square of twice the face, within the picture."""
    (x, y), reach = face.centre, FACE_SURROUNDINGS * face.width
    height, width = image.shape[:2]
    return (
        max(int(x - reach), 0),
        max(int(y - reach), 0),
        min(int(x + reach) + 1, width),
        min(int(y + reach) + 1, height),
    )


def _process(name: str, image: RGBImage) -> Any:
    with _one_at_a_time:
        return _models()[name].process(np.ascontiguousarray(image))


def load_library() -> Any:
    """Import mediapipe, which takes a second: not in processes that see no picture.

    The networks themselves come with threads, which do not survive a fork.
    """
    from mediapipe.python import solutions

    return solutions


@lru_cache(maxsize=1)
def _models() -> dict[str, Any]:
    solutions = load_library()
    return {
        "pose": solutions.pose.Pose(
            static_image_mode=True,
            model_complexity=POSE_COMPLEXITY,
            enable_segmentation=True,
            min_detection_confidence=0.3,
        ),
        "segmentation": solutions.selfie_segmentation.SelfieSegmentation(
            model_selection=0
        ),
        "face_mesh": solutions.face_mesh.FaceMesh(
            static_image_mode=True, max_num_faces=1, min_detection_confidence=0.3
        ),
        "faces": solutions.face_detection.FaceDetection(
            model_selection=FULL_RANGE_FACES, min_detection_confidence=0.4
        ),
    }
