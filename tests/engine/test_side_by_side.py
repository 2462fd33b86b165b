import threading
from unittest import TestCase

from tryon_engine.vision.side_by_side import both, each


class SideBySideTests(TestCase):
    def test_both_run_at_the_same_time(self):
        meet = threading.Barrier(2, timeout=60)

        assert sorted(both(meet.wait, meet.wait)) == [0, 1]

    def test_what_either_raises_is_raised(self):
        def fail():
            raise ValueError("no")

        for pair in ((fail, dict), (dict, fail)):
            with self.assertRaisesRegex(ValueError, "no"):
                both(*pair)

    def test_answers_come_in_the_order_of_the_questions(self):
        assert each(abs, [-3, 1, -2]) == [3, 1, 2]
