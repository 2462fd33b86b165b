from django.test import TestCase

from shop.models import IllegalTransition, SessionStatus, TryOnSession
from shop.models.sessions import TRANSITIONS
from shop.models.transitions import move
from tests.factories import make_session


class MoveTests(TestCase):
    def test_moves_and_saves_the_changes_in_one_update(self):
        tryon_session = make_session()

        with self.assertNumQueries(2):  # the UPDATE, and reading the row again
            moved = move(
                tryon_session, "status", SessionStatus.FITTING, TRANSITIONS, name="Sun"
            )

        self.assertTrue(moved)
        stored = TryOnSession.objects.get()
        self.assertEqual((stored.status, stored.name), (SessionStatus.FITTING, "Sun"))

    def test_losing_a_race_is_a_value_and_reads_the_row_again(self):
        tryon_session = make_session()
        TryOnSession.objects.update(status=SessionStatus.FITTING)

        moved = move(
            tryon_session, "status", SessionStatus.FITTING, TRANSITIONS, name="late"
        )

        self.assertFalse(moved)
        self.assertEqual(tryon_session.status, SessionStatus.FITTING)
        self.assertEqual(tryon_session.name, "")

    def test_an_arrow_that_does_not_exist_raises(self):
        tryon_session = make_session()

        with self.assertRaisesMessage(
            IllegalTransition,
            f"TryOnSession {tryon_session.pk}: queued cannot become refined.",
        ):
            move(tryon_session, "status", SessionStatus.REFINED, TRANSITIONS)

        self.assertEqual(TryOnSession.objects.get().status, SessionStatus.QUEUED)
