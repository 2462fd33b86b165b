"""Check that house models can be tried on: one face, every joint in sight.

    python check_models.py models/*.jpg       with the project's own environment

Exits with 1 if a picture fails. Needs mediapipe, which the project has anyway.
"""

import argparse
import sys
from pathlib import Path

import cv2
import mediapipe as mp
import numpy as np

MIN_VISIBILITY = 0.5
MIN_FACE_SCORE = 0.5
JOINTS = [
    getattr(mp.solutions.pose.PoseLandmark, f"{side}_{joint}")
    for side in ("LEFT", "RIGHT")
    for joint in ("SHOULDER", "ELBOW", "WRIST", "HIP", "KNEE", "ANKLE")
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pictures", nargs="+", type=Path)
    failed = False
    for path in parser.parse_args().pictures:
        picture = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        faces, visibility = count_faces(picture), least_visibility(picture)
        passed = faces == 1 and visibility > MIN_VISIBILITY
        failed = failed or not passed
        verdict = "pass" if passed else "FAIL"
        print(f"{verdict}  {path}  faces {faces}, least visible joint {visibility:.2f}")
    return int(failed)


def count_faces(picture: np.ndarray) -> int:
    """Return how many faces are in an RGB picture of a whole person."""
    with mp.solutions.face_detection.FaceDetection(MIN_FACE_SCORE, 1) as detector:
        return len(detector.process(picture).detections or [])


def least_visibility(picture: np.ndarray) -> float:
    """Return the visibility of the least visible joint; 0 if nobody is found."""
    with mp.solutions.pose.Pose(static_image_mode=True) as estimator:
        landmarks = estimator.process(picture).pose_landmarks
    if landmarks is None:
        return 0.0
    return min(landmarks.landmark[joint].visibility for joint in JOINTS)


if __name__ == "__main__":
    sys.exit(main())
