from unittest import TestCase

from shop.services.pace import backoff, look_after


def looks_until(done_s, usual_s):
    """Ages at which a task is looked at until it is seen to be done."""
    ages = [look_after(0, usual_s)]
    while ages[-1] < done_s:
        ages.append(ages[-1] + look_after(ages[-1], usual_s))
    return ages


class LookAfterTests(TestCase):
    def test_a_fast_engine_is_seen_to_be_done_within_a_third_of_a_second(self):
        for done_s in (1.5, 2.0, 2.6, 3.7):
            ages = looks_until(done_s, usual_s=2.0)
            self.assertLess(ages[-1] - done_s, 0.33)
            self.assertLess(len(ages), 12)

    def test_a_slow_engine_is_seen_to_be_done_within_about_a_second(self):
        for done_s in (13, 15, 20, 28):
            ages = looks_until(done_s, usual_s=15.0)
            self.assertLess(ages[-1] - done_s, 1.01)
            self.assertLess(len(ages), 22)

    def test_an_unknown_engine_is_asked_at_growing_distances(self):
        ages = looks_until(60, usual_s=None)
        self.assertEqual([round(age, 1) for age in ages[:3]], [0.4, 0.8, 1.2])
        self.assertLess(len(ages), 28)

    def test_a_task_far_beyond_the_usual_is_asked_seldom(self):
        self.assertEqual(look_after(600, 2.0), 5.0)


class BackoffTests(TestCase):
    def test_doubles_up_to_a_minute_with_jitter(self):
        for setbacks, ceiling in ((1, 1), (2, 2), (4, 8), (7, 60), (1000, 60)):
            waits = {backoff(setbacks).total_seconds() for _ in range(50)}
            self.assertTrue(all(ceiling / 2 <= wait <= ceiling for wait in waits))
            self.assertGreater(len(waits), 10)

    def test_never_comes_earlier_than_asked_for(self):
        self.assertEqual(backoff(1, 90).total_seconds(), 90)
