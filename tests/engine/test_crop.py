import numpy as np

from tests.images import drawn_reading
from tryon_engine.vision.arrays import SIDES, grid
from tryon_engine.vision.masks import bounding_box
from tryon_engine.vision.person import anatomy
from tryon_engine.vision.person.crop import around_person, cropped


def test_a_cropped_reading_tells_of_the_same_body():
    person = drawn_reading()
    rows, columns = window = around_person(person)

    near = cropped(person, window)

    across, down = anatomy.body_coordinates(near.frame, *grid(near.size))
    np.testing.assert_allclose(across, near.across, atol=1e-4)
    np.testing.assert_allclose(down, near.down, atol=1e-4)
    np.testing.assert_array_equal(near.image, person.image[window])
    for side in SIDES:
        moved = near.joint(side, "wrist") + (columns.start, rows.start)
        np.testing.assert_allclose(moved, person.joint(side, "wrist"), atol=1e-3)


def test_the_window_holds_the_whole_person():
    person = drawn_reading()

    near = cropped(person, around_person(person))

    assert near.mask.sum() == person.mask.sum()
    assert near.mask.size < person.mask.size
    x0, y0, _, _ = bounding_box(near.mask)
    assert min(x0, y0) > 0
