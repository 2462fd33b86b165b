from django.db import IntegrityError, transaction
from django.test import TestCase
from django.utils import timezone

from shop import reasons
from shop.models import (
    IllegalTransition,
    SessionStatus,
    Stage,
    TaskState,
    TryOnSession,
)
from shop.models.sessions import ONGOING, TRANSITIONS
from tests.factories import make_garment, make_session, make_task

MOVES = {
    SessionStatus.FITTING: lambda one: one.mark_fitting(),
    SessionStatus.COARSE_READY: lambda one: one.mark_coarse_ready(),
    SessionStatus.REFINING: lambda one: one.mark_refining(),
    SessionStatus.REFINED: lambda one: one.mark_refined(),
    SessionStatus.COARSE_ONLY: lambda one: one.mark_coarse_only("oops"),
    SessionStatus.FAILED: lambda one: one.mark_failed("person"),
    SessionStatus.CANCELED: lambda one: one.mark_canceled(),
}


class SessionMoveTests(TestCase):
    def test_exactly_the_arrows_that_are_drawn_exist(self):
        for start in SessionStatus:
            for end, mark in MOVES.items():
                with self.subTest(start=start, end=end), transaction.atomic():
                    tryon_session = make_session(status=start)
                    if end in TRANSITIONS.get(start, set()):
                        self.assertTrue(mark(tryon_session))
                        self.assertEqual(tryon_session.status, end)
                    else:
                        with self.assertRaises(IllegalTransition):
                            mark(tryon_session)

    def test_every_ending_has_its_time(self):
        for end in set(SessionStatus) - set(ONGOING):
            start = next(one for one, ends in TRANSITIONS.items() if end in ends)
            tryon_session = make_session(status=start)

            MOVES[end](tryon_session)

            self.assertTrue(tryon_session.is_over)
            self.assertIsNotNone(tryon_session.ended_at)

    def test_a_move_leaves_a_line_in_the_timeline(self):
        tryon_session = make_session(status=SessionStatus.FITTING)

        tryon_session.mark_failed("person")

        event = tryon_session.events.get()
        self.assertEqual((event.name, event.code), ("session.failed", "person"))

    def test_a_lost_race_leaves_none(self):
        tryon_session = make_session(status=SessionStatus.FITTING)
        TryOnSession.objects.get().mark_canceled()

        self.assertFalse(tryon_session.mark_failed("person"))

        self.assertEqual(tryon_session.events.count(), 1)


class SessionTests(TestCase):
    def assert_constraint(self, name, **fields):
        with self.assertRaisesMessage(IntegrityError, name), transaction.atomic():
            make_session(**fields)

    def test_the_database_holds_what_must_never_be_false(self):
        self.assert_constraint("session_has_garment", top=None)
        now = timezone.now()
        self.assert_constraint("session_status", status="lost", ended_at=now)
        self.assert_constraint("session_gender", gender="cat")
        self.assert_constraint("session_ended_has_time", ended_at=now)
        self.assert_constraint("session_consent_has_time", consented_at=None)
        self.assert_constraint("session_share_expires", share_token="x")

    def test_images_are_those_of_succeeded_tasks_only(self):
        tryon_session = make_session(status=SessionStatus.REFINING)
        make_task(state=TaskState.FAILED, session=tryon_session)
        coarse = make_task(state=TaskState.SUCCEEDED, session=tryon_session)
        make_task(state=TaskState.RUNNING, session=tryon_session, stage=Stage.REFINE)

        self.assertEqual(tryon_session.coarse_task, coarse)
        self.assertIsNone(tryon_session.refined_task)

    def test_pages_about_sessions_take_a_fixed_number_of_queries(self):
        for _ in range(3):
            make_task(session=make_session(bottom=make_garment("bottom")))

        with self.assertNumQueries(2):
            for one in TryOnSession.objects.with_pictures():
                self.assertIsNone(one.coarse_task)
                self.assertTrue(str(one) and one.person_image.image.name)


class ReasonTests(TestCase):
    def test_every_verdict_has_a_sentence(self):
        for code, found in reasons._VERDICTS.items():
            self.assertIn(found.reason, reasons.SENTENCES, code)

    def test_keys_fit_into_their_column(self):
        longest = TryOnSession._meta.get_field("reason").max_length
        self.assertLessEqual(max(map(len, reasons.SENTENCES)), longest)

    def test_a_code_counts_as_its_first_part_when_it_is_new(self):
        self.assertEqual(reasons.verdict("InternalError.New.Kind").reason, "oops")
        self.assertEqual(reasons.verdict("Throttling.RateQuota").reason, "busy")
        self.assertEqual(reasons.verdict("").reason, "oops")

    def test_the_words_decide_where_one_code_has_several_causes(self):
        found = reasons.verdict("InvalidParameter", "Download … timed out during the")
        self.assertEqual((found.reason, found.retries), ("load", 2))

    def test_sentences_are_calm_and_whole(self):
        self.assertEqual(reasons.sentence(""), "")
        self.assertEqual(reasons.sentence("new"), reasons.SENTENCES["oops"])
        for sentence in reasons.SENTENCES.values():
            self.assertRegex(str(sentence), r"^[A-Z][^!]+\.$")
