"""A person's reading cropped to the person: less to work through than the picture."""

from dataclasses import replace

from ..arrays import Points
from ..masks import bounding_box
from .body import ArmField, BodyFrame, PersonReading

MARGIN_PX = 16
"""Of backdrop around the silhouette: soft edges and fringes end within it."""

Window = tuple[slice, slice]
"""Rows and columns of a picture."""


def around_person(person: PersonReading) -> Window:
    """Return the rows and columns of the person, with a margin."""
    x0, y0, x1, y1 = bounding_box(person.mask)
    return (
        slice(max(y0 - MARGIN_PX, 0), y1 + MARGIN_PX),
        slice(max(x0 - MARGIN_PX, 0), x1 + MARGIN_PX),
    )


def cropped(person: PersonReading, window: Window) -> PersonReading:
    """Return the reading as if `window` were the whole picture.

    Arrays are views of those of `person`, places on the body are moved.
    """
    origin = window[1].start, window[0].start

    def moved(points: Points) -> Points:
        return (points - origin).astype(points.dtype)

    def in_window(frame: BodyFrame) -> BodyFrame:
        return replace(
            frame,
            shoulder_centre=moved(frame.shoulder_centre),
            hip_centre=moved(frame.hip_centre),
        )

    joints = person.keypoints.array.copy()
    joints[:, :2] -= origin
    mesh = person.face_mesh
    return replace(
        person,
        image=person.image[window],
        keypoints=replace(person.keypoints, array=joints),
        matte=person.matte[window],
        parsing=person.parsing[window],
        lab=person.lab[window],
        across=person.across[window],
        down=person.down[window],
        frame=in_window(person.frame),
        outline=replace(person.outline, frame=in_window(person.outline.frame)),
        shoulder_tip={side: moved(at) for side, at in person.shoulder_tip.items()},
        neck_point={side: moved(at) for side, at in person.neck_point.items()},
        chin=moved(person.chin),
        face_mesh=None if mesh is None else moved(mesh),
        face_mask=person.face_mask[window],
        arms={
            side: ArmField(arm.zone[window], arm.along[window], arm.across[window])
            for side, arm in person.arms.items()
        },
    )
