"""Submits whose answer was lost: found again, or made again, never mixed up."""

import io
from datetime import timedelta

from django.utils import timezone
from PIL import Image, ImageDraw

from shop.models import OrphanedTask, SessionStatus, TryOnTask
from shop.services.sessions import delete_session
from tests.factories import picture_bytes
from tests.faults import drop_after, drop_before, refuse, throttle
from tests.shop.polling_case import PollingTestCase, start


def another_head():
    """A picture of the same size and the same wall with another head in it."""
    image = Image.open(io.BytesIO(picture_bytes(kind="PNG")))
    ImageDraw.Draw(image).ellipse((120, 30, 180, 90), fill="brown")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


class LostSubmitTests(PollingTestCase):
    def lose(self):
        """Submit, with the answers lost, and let more than a lease pass."""
        self.poll()
        long_ago = timezone.now() - timedelta(seconds=40)
        for task in self.server.tasks.values():
            task.created_at -= 40
        TryOnTask.objects.lost().update(submitting_since=long_ago)

    def test_the_only_candidate_is_adopted(self):
        self.server.next("submit", drop_after)
        tryon_session = start()
        self.lose()

        self.poll(2)

        self.assertEqual(len(self.server.tasks), 1)
        self.assert_ended(tryon_session, SessionStatus.REFINING)
        coarse = tryon_session.coarse_task
        self.assertTrue(coarse.is_adopted)
        self.assertEqual(coarse.engine_task_id, self.ids()[0])

    def test_what_never_arrived_is_submitted_again(self):
        self.server.next("submit", drop_before)
        tryon_session = start()
        self.lose()

        self.poll(2)

        self.assertEqual(len(self.server.tasks), 1)
        self.assertEqual(len(self.submits()), 2)
        self.assert_ended(tryon_session, SessionStatus.FITTING)

    def test_no_second_submit_before_the_list_was_seen(self):
        self.server.next("submit", drop_after)
        self.server.next("list", refuse(500, "InternalError"), throttle())
        tryon_session = start()
        self.lose()

        self.poll(2)
        self.assertEqual(len(self.submits()), 1)
        self.poll()

        self.assertEqual(len(self.submits()), 1)
        self.assert_ended(tryon_session, SessionStatus.FITTING)

    def test_a_server_without_a_list_gets_a_second_submit(self):
        self.server.next("submit", drop_before)
        self.server.next("list", refuse(404, "NotFound", "Not found!"))
        tryon_session = start()
        self.lose()

        self.poll(2)

        self.assertEqual(len(self.submits()), 2)
        self.assert_ended(tryon_session, SessionStatus.FITTING)

    def test_two_candidates_for_two_are_canceled_and_nobodys(self):
        self.server.states = ("PENDING", "SUCCEEDED")
        self.server.next("submit", drop_after, drop_after)
        start(), start()
        self.lose()
        lost = self.ids()

        self.poll(4)

        self.assertEqual(self.engine_states()[:2], ["CANCELED", "CANCELED"])
        adopted = TryOnTask.objects.filter(engine_task_id__in=lost)
        self.assertFalse(adopted.exists())
        self.assertFalse(TryOnTask.objects.filter(is_adopted=True).exists())

    def test_one_candidate_for_two_is_left_alone_for_ever(self):
        self.server.next("submit", drop_after, drop_before)
        start(), start()
        self.lose()
        candidate = self.ids()[0]

        self.poll(3)

        self.assertFalse(TryOnTask.objects.filter(engine_task_id=candidate).exists())
        self.assertEqual(self.server.calls("cancel"), [])
        self.assertTrue(OrphanedTask.objects.filter(pk=candidate).exists())

    def test_a_task_of_a_forgotten_shopper_is_never_adopted(self):
        self.server.states = ("RUNNING",)
        forgotten = start()
        self.poll()
        delete_session(forgotten)
        self.server.next("submit", drop_before)
        start()
        self.poll()

        self.poll()

        self.assertFalse(TryOnTask.objects.filter(is_adopted=True).exists())

    def test_an_adopted_task_that_shows_somebody_else_is_never_shown(self):
        self.server.next("submit", drop_after)
        tryon_session = start()
        self.lose()
        right = self.server.result
        self.server.result = another_head()

        self.poll(2)
        self.assert_ended(tryon_session, SessionStatus.FITTING)
        self.assertIsNone(tryon_session.coarse_task)
        self.server.result = right
        self.poll(2)

        self.assert_ended(tryon_session, SessionStatus.REFINING)
        self.assertEqual(len(self.server.tasks), 2)

    def test_a_submit_of_another_poller_under_way_is_waited_for(self):
        self.server.next("submit", drop_after)
        start()
        self.lose()
        TryOnTask.objects.update(submitting_since=timezone.now())
        under_way = start().tasks.get()
        TryOnTask.objects.filter(pk=under_way.pk).update(
            submitting_since=timezone.now(),
            next_poll_at=timezone.now() + timedelta(seconds=30),
        )

        TryOnTask.objects.exclude(pk=under_way.pk).update(next_poll_at=timezone.now())
        self.make_poller().run_round()

        self.assertFalse(TryOnTask.objects.filter(is_adopted=True).exists())
        self.assertEqual(len(self.submits()), 1)
