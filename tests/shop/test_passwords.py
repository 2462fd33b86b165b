"""Passwords: who guesses them is shut out for a while; who forgot one gets a link."""

import re
from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from shop.models import MailState, OutgoingMail
from shop.services.retention import purge_expired
from tests.factories import PASSWORD, make_user

NEW_PASSWORD = "another fine password"
SIGN_IN = reverse("sign-in")


class PasswordTestCase(TestCase):
    def setUp(self):
        self.user = make_user(email="ann@example.com")

    def sign_in(self, password=PASSWORD, email="ann@example.com", at=SIGN_IN, **more):
        self.client.logout()
        fields = {"username": email, "password": password}
        return self.client.post(at, fields, **more)

    def guess(self, times, **more):
        return [self.sign_in(f"guess {n}", **more).status_code for n in range(times)]

    def is_signed_in(self):
        return "_auth_user_id" in self.client.session


class GuessingTests(PasswordTestCase):
    def test_after_ten_wrong_ones_even_the_right_one_waits_a_while(self):
        self.assertEqual(self.guess(10)[:9], [200] * 9)

        answer = self.sign_in()

        self.assertContains(answer, "Too many wrong passwords", status_code=429)
        self.assertEqual(answer["Retry-After"], "900")
        self.assertFalse(self.is_signed_in())

    def test_later_it_is_tried_again(self):
        self.guess(10)
        long_ago = timezone.now() - timedelta(minutes=16)
        AccessAttempt.objects.update(attempt_time=long_ago)

        self.sign_in()

        self.assertTrue(self.is_signed_in())

    def test_another_spelling_of_the_address_is_no_other_account(self):
        self.guess(5)
        self.guess(5, email=" Ann@EXAMPLE.com")

        self.assertEqual(self.sign_in().status_code, 429)

    def test_the_back_office_counts_the_same_guesses(self):
        self.guess(10, at=reverse("admin:login"))

        self.assertEqual(self.sign_in().status_code, 429)

    def test_nobody_else_is_shut_out(self):
        make_user(email="ben@example.com")
        self.guess(10)

        self.sign_in(email="ben@example.com")
        self.assertTrue(self.is_signed_in())
        self.sign_in(REMOTE_ADDR="198.51.100.7")
        self.assertTrue(self.is_signed_in())

    def test_the_right_one_ends_the_count(self):
        self.guess(9)
        self.sign_in()
        self.guess(9)

        self.sign_in()

        self.assertTrue(self.is_signed_in())

    def test_guesses_are_forgotten_in_time(self):
        self.guess(3)
        purge_expired()
        self.assertTrue(AccessAttempt.objects.exists())

        AccessAttempt.objects.update(
            attempt_time=timezone.now() - settings.AXES_COOLOFF_TIME
        )
        purge_expired()

        self.assertFalse(AccessAttempt.objects.exists())


class ForgottenTests(PasswordTestCase):
    def ask(self, email="ann@example.com"):
        return self.client.post(
            reverse("password-forgotten"), {"email": email}, follow=True
        )

    def link(self):
        written = OutgoingMail.objects.get().body
        return re.search(rf"{settings.SITE_URL}(\S+)", written)[1]

    def choose(self, link, password=NEW_PASSWORD):
        page = self.client.get(link, follow=True)
        fields = {"new_password1": password, "new_password2": password}
        return self.client.post(page.request["PATH_INFO"], fields, follow=True)

    def test_a_link_by_mail_leads_to_a_new_password_once(self):
        self.ask("ANN@example.com")
        mail = OutgoingMail.objects.get()
        self.assertEqual(mail.to, self.user.email)
        link = self.link()

        answer = self.choose(link)

        self.assertRedirects(answer, SIGN_IN)
        self.sign_in(NEW_PASSWORD)
        self.assertTrue(self.is_signed_in())
        self.sign_in(PASSWORD)
        self.assertFalse(self.is_signed_in())
        self.assertContains(self.client.get(link), "This link has had its time")

    def test_a_stranger_is_told_the_same_and_gets_nothing(self):
        known = self.ask().content
        OutgoingMail.objects.all().delete()

        unknown = self.ask("nobody@example.com").content

        said = b"If there is an account with this address"
        self.assertIn(said, known)
        self.assertIn(said, unknown)
        self.assertFalse(OutgoingMail.objects.exists())

    def test_asking_again_and_again_sends_one_mail(self):
        for _ in range(5):
            self.ask()

        # Two, where the five minutes end just between.
        self.assertIn(OutgoingMail.objects.count(), (1, 2))

    def test_who_was_shut_out_gets_in_with_the_new_one(self):
        self.guess(10)
        self.ask()

        self.choose(self.link())
        self.sign_in(NEW_PASSWORD)

        self.assertTrue(self.is_signed_in())

    def test_staff_cannot_read_the_link_and_nobody_can_once_it_is_sent(self):
        self.ask()
        mail, link = OutgoingMail.objects.get(), self.link()
        self.client.force_login(
            make_user(email="root@example.com", is_staff=True, is_superuser=True)
        )

        page = self.client.get(
            reverse("admin:shop_outgoingmail_change", args=[mail.pk])
        )
        self.assertContains(page, "For its reader alone.")
        self.assertNotContains(page, link)
        mail.mark_sending()
        mail.mark_sent()
        mail.refresh_from_db()

        self.assertEqual((mail.state, mail.body), (MailState.SENT, ""))
