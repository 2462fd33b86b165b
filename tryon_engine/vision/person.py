"""Person image -> `PersonReading`: pose, matte, body frame, parsing, outline."""

from .arrays import RGBImage, VisionError
from .body import (  # noqa: F401 - the names that readers of a person need
    ArmField,
    BodyFrame,
    BodyOutline,
    Keypoints,
    Part,
    PersonReading,
)


class NoPersonError(VisionError):
    """No person was found in the picture."""


class SeveralPeopleError(VisionError):
    """More than one person is in the picture."""


def read_person(image: RGBImage) -> PersonReading:
    """Read the person in `image`, upright and alone."""
    raise NotImplementedError("being written")
