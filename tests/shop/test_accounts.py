"""Accounts: what a guest did comes along; nobody's account is found by another."""

from django.test import TestCase
from django.urls import reverse, reverse_lazy

from shop.models import Shopper, TryOnSession, User
from tests.factories import PASSWORD, make_merchant, make_session, make_user

EMAIL = "ann@example.com"


def sign_up_fields(**fields) -> dict:
    return {"email": EMAIL, "password1": PASSWORD, "password2": PASSWORD} | fields


class GuestMixin:
    def be_a_guest_with_a_look(self):
        """This browser's guest, with one look, as the middleware knows guests."""
        look = make_session()
        session = self.client.session
        session["shopper_id"] = look.shopper_id
        session.save()
        return look


class SignUpTests(GuestMixin, TestCase):
    def test_makes_an_account_signs_in_and_keeps_the_looks(self):
        look = self.be_a_guest_with_a_look()

        answer = self.client.post(reverse("sign-up"), sign_up_fields())

        self.assertRedirects(answer, reverse("garment-list"))
        user = User.objects.get(email=EMAIL)
        look.refresh_from_db()
        self.assertEqual(look.shopper.user, user)
        self.assertEqual(self.client.get(look.get_absolute_url()).status_code, 200)

    def test_refuses_an_address_that_has_an_account_in_any_case(self):
        make_user(email=EMAIL)

        answer = self.client.post(
            reverse("sign-up"), sign_up_fields(email=EMAIL.upper())
        )

        self.assertContains(answer, "already has an account")
        self.assertEqual(User.objects.count(), 1)

    def test_refuses_a_weak_password(self):
        answer = self.client.post(
            reverse("sign-up"), sign_up_fields(password1="12345", password2="12345")
        )

        self.assertContains(answer, "too short")
        self.assertFalse(User.objects.exists())

    def test_goes_on_where_it_was_asked_for_but_to_no_other_site(self):
        answer = self.client.post(
            reverse("sign-up"), sign_up_fields(next="//evil.example/")
        )
        self.assertRedirects(answer, reverse("garment-list"))

        self.client.logout()
        answer = self.client.post(
            reverse("sign-up"), sign_up_fields(email="b@example.com", next="/looks/")
        )
        self.assertRedirects(answer, "/looks/")


class SignInTests(GuestMixin, TestCase):
    def sign_in(self, email: str, password: str = PASSWORD):
        fields = {"username": email, "password": password}
        return self.client.post(reverse("sign-in"), fields)

    def test_brings_the_guests_looks_into_the_account(self):
        user = make_user()
        look = self.be_a_guest_with_a_look()

        answer = self.sign_in(user.email.upper())

        self.assertRedirects(answer, reverse("garment-list"))
        look.refresh_from_db()
        self.assertEqual(look.shopper.user, user)
        self.assertEqual(Shopper.objects.count(), 1)

    def test_cycles_the_session_key(self):
        user = make_user()
        self.be_a_guest_with_a_look()
        before = self.client.session.session_key

        self.sign_in(user.email)

        self.assertNotEqual(self.client.session.session_key, before)

    def test_a_wrong_password_changes_nothing(self):
        user = make_user()
        look = self.be_a_guest_with_a_look()

        answer = self.sign_in(user.email, "not the password")

        self.assertEqual(answer.status_code, 200)
        self.assertNotIn("_auth_user_id", self.client.session)
        look.refresh_from_db()
        self.assertIsNone(look.shopper.user)

    def test_after_signing_out_the_looks_are_gone_from_this_browser(self):
        user = make_user()
        look = self.be_a_guest_with_a_look()
        self.sign_in(user.email)

        answer = self.client.post(reverse("sign-out"))

        self.assertRedirects(answer, reverse("garment-list"))
        self.assertEqual(self.client.get(look.get_absolute_url()).status_code, 404)


class AccountTests(TestCase):
    def test_asks_guests_to_sign_in(self):
        for name in ("account", "password-change"):
            answer = self.client.get(reverse(name))
            self.assertRedirects(answer, f"{reverse('sign-in')}?next={reverse(name)}")

    def test_changes_the_password_and_stays_signed_in(self):
        user = make_user()
        self.client.force_login(user)
        fields = {
            "old_password": PASSWORD,
            "new_password1": "another fine password",
            "new_password2": "another fine password",
        }

        answer = self.client.post(reverse("password-change"), fields)

        self.assertRedirects(answer, reverse("account"))
        user.refresh_from_db()
        self.assertTrue(user.check_password("another fine password"))


class DeleteAccountTests(TestCase):
    path = reverse_lazy("account-delete")

    def setUp(self):
        self.look = make_session()
        self.user = make_user()
        Shopper.objects.filter(pk=self.look.shopper_id).update(user=self.user)
        self.client.force_login(self.user)

    def test_goes_with_photos_and_looks_and_signs_out(self):
        answer = self.client.post(self.path, {"password": PASSWORD})

        self.assertContains(answer, "<li>Your account</li>", html=True)
        self.assertContains(answer, "1 look")
        self.assertFalse(User.objects.filter(pk=self.user.pk).exists())
        self.assertFalse(TryOnSession.objects.exists())
        self.assertNotIn("_auth_user_id", self.client.session)

    def test_needs_the_password_once_more(self):
        answer = self.client.post(self.path, {"password": "not the password"})

        self.assertContains(answer, "This is not your password.")
        self.assertTrue(User.objects.filter(pk=self.user.pk).exists())

    def test_a_shops_and_staffs_stay(self):
        make_merchant(user=self.user)
        staff = make_user(is_staff=True)
        for user in (self.user, staff):
            self.client.force_login(user)

            answer = self.client.post(self.path, {"password": PASSWORD})

            self.assertContains(answer, "Please ask the people who run this site")
            self.assertTrue(User.objects.filter(pk=user.pk).exists())
