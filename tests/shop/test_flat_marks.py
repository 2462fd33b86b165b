"""Where on a flat the check found something."""

from django.test import TestCase

from shop.flat_marks import marks_of
from tests.factories import make_garment


class FlatMarksTests(TestCase):
    def test_draws_outline_key_points_and_what_was_found(self):
        garment = make_garment(
            facts={
                "outline": [[10.4, 20], [30, 40.6]],
                "keypoints": {"left_hem": [5, 6, 0.9]},
            },
            findings=[{"code": "cut_off", "box": [1, 2, 11, 22], "points": [[7, 8]]}],
        )

        marks = marks_of(garment)

        self.assertEqual(marks.view_box, "0 0 300 400")
        self.assertEqual(marks.outline, "10,20 30,41")
        self.assertEqual(marks.points, [(7, 8), (5, 6)])
        self.assertEqual([spot.box for spot in marks.spots], [(1, 2, 10, 20)])

    def test_nothing_found_draws_nothing(self):
        self.assertFalse(marks_of(make_garment(findings=[{"box": None, "points": []}])))
