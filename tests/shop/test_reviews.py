"""The review queue, and the mail that each decision writes."""

import threading
from datetime import timedelta
from unittest import mock

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core import mail
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from shop.models import (
    GarmentPreview,
    MailState,
    OutgoingMail,
    ReviewStatus,
    TaskState,
)
from shop.roles import REVIEWER
from shop.services import reviews
from shop.services.mail import claim_letters
from tests.factories import (
    make_garment,
    make_merchant,
    make_person_image,
    make_session,
    make_task,
    make_user,
)
from tests.shop.polling_case import PollingTestCase

BLURRED = "The picture is not sharp or not large enough."


def make_waiting(hours=1, **fields):
    moment = timezone.now() - timedelta(hours=hours)
    return make_garment(status="in_review", submitted_at=moment, **fields)


class QueueCase(TestCase):
    def setUp(self):
        self.reviewer = make_user(is_staff=True)
        self.reviewer.groups.add(Group.objects.get(name=REVIEWER))
        self.client.force_login(self.reviewer)

    def page(self, garment):
        return reverse("staff-review-garment", args=[garment.pk])

    def decide(self, garment, wish, **data):
        data = {"seen": garment.submitted_at.isoformat(), "wish": wish} | data
        answer = self.client.post(self.page(garment), data)
        garment.refresh_from_db()
        return answer


class QueueTests(QueueCase):
    def test_begins_with_what_waits_longest(self):
        make_waiting(1)
        oldest = make_waiting(3)

        answer = self.client.get(reverse("staff-review"))

        self.assertRedirects(answer, self.page(oldest))

    def test_says_when_nothing_waits(self):
        make_garment()

        answer = self.client.get(reverse("staff-review"))

        self.assertContains(answer, "Nothing waits for a review.")

    def test_shows_flat_findings_previews_and_words_on_one_page(self):
        garment = make_waiting(
            name="Navy tee",
            name_zh="海军蓝T恤",
            description="Cotton.",
            findings=[{"code": "blurred", "severity": "warn", "message": "?"}],
            facts={"outline": [[1, 2], [30, 4], [5, 60]]},
        )
        model = make_person_image(is_house_model=True, name="Amara")
        session = make_session(shopper=None, person_image=model, top=garment)
        task = make_task(state=TaskState.SUCCEEDED, session=session)
        GarmentPreview.objects.create(
            garment=garment, person_image=model, session=session
        )

        answer = self.client.get(self.page(garment))

        result = reverse("staff-result", args=[task.pk])
        for shown in (
            *(garment.flat.url, 'points="1,2 30,4 5,60"', result, "海军蓝T恤"),
            *("Amara wearing: Navy tee", "Cotton.", "The picture is blurred."),
            *('data-key="a"', 'data-key="r"', 'data-key="s"'),
        ):
            self.assertContains(answer, shown)
        self.assertNotContains(answer, "/files/")
        self.assertEqual(self.client.get(result).getvalue()[:4], b"\x89PNG")

    def test_approving_publishes_and_goes_on_with_the_next(self):
        first, second, third = (make_waiting(hours) for hours in (3, 2, 1))

        answer = self.decide(second, "approve")

        self.assertEqual(second.status, ReviewStatus.PUBLISHED)
        self.assertEqual(second.reviewer, self.reviewer)
        self.assertRedirects(answer, self.page(third))
        entry = LogEntry.objects.get()
        self.assertEqual(entry.get_edited_object(), second)
        self.assertEqual(first.status, ReviewStatus.IN_REVIEW)

    def test_rejecting_takes_ready_made_reasons_and_own_words(self):
        garment = make_waiting()

        self.decide(garment, "reject", reasons=["blurred"], words="Iron it first.")

        self.assertEqual(garment.status, ReviewStatus.REJECTED)
        self.assertTrue(garment.rejection_reason.startswith(BLURRED))
        self.assertTrue(garment.rejection_reason.endswith("\nIron it first."))

    def test_rejecting_without_a_reason_is_asked_again(self):
        garment = make_waiting()

        answer = self.decide(garment, "reject", words="   ")

        self.assertContains(answer, "Please choose a reason, or write one")
        self.assertEqual(garment.status, ReviewStatus.IN_REVIEW)
        self.assertFalse(OutgoingMail.objects.exists())

    def test_what_was_put_off_comes_last(self):
        first, second = make_waiting(2), make_waiting(1)

        skipped = self.decide(first, "skip")
        done = self.decide(second, "approve")

        self.assertRedirects(skipped, self.page(second))
        self.assertRedirects(done, self.page(first))
        self.assertEqual(first.status, ReviewStatus.IN_REVIEW)

    def test_decides_on_nothing_that_was_not_looked_at(self):
        garment = make_waiting()
        seen = garment.submitted_at.isoformat()
        garment.take_back()
        garment.submit_for_review()

        for wish in ("approve", "reject"):
            answer = self.decide(garment, wish, seen=seen, words="No.")
            self.assertEqual(answer.status_code, 302)
            self.assertEqual(garment.status, ReviewStatus.IN_REVIEW)
        self.assertFalse(OutgoingMail.objects.exists())
        self.assertFalse(LogEntry.objects.exists())

    def test_the_second_of_two_reviewers_is_told(self):
        garment = make_waiting()
        reviews.approve(garment, make_user())

        answer = self.client.post(
            self.page(garment),
            {"seen": garment.submitted_at.isoformat(), "wish": "approve"},
            follow=True,
        )

        self.assertContains(answer, "was left as it is")
        self.assertEqual(OutgoingMail.objects.count(), 1)

    def test_asks_as_many_queries_for_twenty_waiting_as_for_two(self):
        garment = make_waiting(5)
        make_waiting()
        self.client.get(self.page(garment))
        with self.assertNumQueries(7):
            self.client.get(self.page(garment))
        for _ in range(18):
            make_waiting()

        with self.assertNumQueries(7):
            self.client.get(self.page(garment))


class MailTests(TestCase):
    def test_a_merchant_reads_the_decision_in_the_own_language(self):
        merchant = make_merchant(language="zh-hans")
        garment = make_waiting(merchant=merchant, name="Tee", name_zh="T恤")

        reviews.reject(garment, make_user(), ["cut_off"], "下摆不见了。")

        written = OutgoingMail.objects.get()
        self.assertEqual(written.to, merchant.user.email)
        self.assertEqual(written.subject, "“T恤”需要修改")
        self.assertIn("衣服有一部分在画面之外。", written.body)
        self.assertIn("下摆不见了。", written.body)
        self.assertIn(reverse("merchant-garment", args=[garment.pk]), written.body)
        self.assertIn("衣服有一部分在画面之外。", garment.rejection_reason)

    def test_each_decision_is_told_once_and_the_next_one_again(self):
        garment = make_waiting()

        reviews.reject(garment, make_user(), [], "No.")
        reviews.reject(garment, make_user(), [], "No.")
        garment.submit_for_review()
        reviews.approve(garment, make_user())

        told = OutgoingMail.objects.order_by("pk").values_list("subject", flat=True)
        name = garment.name
        self.assertEqual(
            list(told), [f"“{name}” needs a change", f"“{name}” is on sale"]
        )


class PostTests(PollingTestCase):
    """The poller sends what waits; a mail server that fails holds nothing up."""

    def write(self):
        OutgoingMail.write("test", ["ann@example.com"], "Hello", "Text")
        return OutgoingMail.objects.get()

    def test_sends_each_mail_once(self):
        written = self.write()

        self.poll(3)

        self.assertEqual([one.subject for one in mail.outbox], ["Hello"])
        written.refresh_from_db()
        self.assertEqual(written.state, MailState.SENT)

    @override_settings(EMAIL_BACKEND="tests.shop.test_reviews.NoBackend")
    def test_a_failure_is_kept_and_tried_again_later(self):
        written = self.write()

        with self.assertLogs("shop.services.mail", "WARNING"):
            self.poll(3)

        written.refresh_from_db()
        self.assertEqual((written.state, written.attempts), (MailState.WAITING, 1))
        self.assertEqual(written.last_error, "OSError: nobody answers")
        self.assertGreater(written.send_at, timezone.now())
        with override_settings(
            EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"
        ):
            OutgoingMail.objects.update(send_at=timezone.now())
            self.poll()
        self.assertEqual(len(mail.outbox), 1)

    @override_settings(EMAIL_BACKEND="tests.shop.test_reviews.NoBackend")
    def test_gives_up_in_the_end_and_staff_may_send_it_again(self):
        self.write()
        OutgoingMail.objects.update(attempts=11)

        with self.assertLogs("shop.services.mail", "ERROR"):
            self.poll()

        written = OutgoingMail.objects.get()
        self.assertEqual(written.state, MailState.FAILED)
        self.assertTrue(written.send_again())

    def test_what_a_killed_poller_was_sending_is_not_sent_twice(self):
        self.write()
        claim_letters()  # and then it was killed

        self.poll(2)

        self.assertEqual(mail.outbox, [])
        self.assertEqual(OutgoingMail.objects.get().state, MailState.SENDING)

    @override_settings(EMAIL_BACKEND="tests.shop.test_reviews.SlowBackend")
    def test_a_poller_that_stops_puts_back_what_it_has_not_begun(self):
        for number in range(2):
            OutgoingMail.write(f"{number}", ["ann@example.com"], "Hello", "Text")
        poller = self.make_poller()
        SlowBackend.may_end.clear()

        with mock.patch("shop.services.polling._STOP_S", 0.1):
            finished = poller.run(SlowBackend.has_begun.is_set)

        states = OutgoingMail.objects.order_by("pk").values_list("state", flat=True)
        self.assertEqual(list(states), [MailState.SENDING, MailState.WAITING])
        self.assertFalse(finished)
        SlowBackend.may_end.set()


class SlowBackend:
    """A mail server that takes its time."""

    has_begun, may_end = threading.Event(), threading.Event()

    def __init__(self, **options):
        pass

    def send_messages(self, messages):
        self.has_begun.set()
        self.may_end.wait(10)
        return len(messages)


class NoBackend:
    """A mail server that is away."""

    def __init__(self, **options):
        pass

    def send_messages(self, messages):
        raise OSError("nobody answers")
