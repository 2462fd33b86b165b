"""What holds on every page: a strict CSP, no third parties, text that is true."""

from django.test import TestCase, override_settings
from django.urls import reverse

from shop.models import SessionStatus, Stage, TaskState
from tests.factories import (
    make_garment,
    make_person_image,
    make_session,
    make_shopper,
    make_task,
    make_user,
)

from .pages import Page


class EveryPageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_user()
        cls.shopper = make_shopper(user=cls.user)
        cls.garment = make_garment(product_url="https://shop.example/1")
        make_person_image(is_house_model=True, name="Clara")
        cls.photo = make_person_image(shopper=cls.shopper)
        cls.ongoing = make_session(shopper=cls.shopper, person_image=cls.photo)
        cls.done = make_session(
            shopper=cls.shopper, person_image=cls.photo, status=SessionStatus.REFINED
        )
        for stage in Stage:
            make_task(TaskState.SUCCEEDED, session=cls.done, stage=stage)

    def addresses(self) -> list[str]:
        names = (
            "garment-list",
            "tryon-start",
            "session-list",
            "forget-me",
            "account",
            "password-change",
            "how-it-works",
            "photo-guide",
            "privacy",
        )
        return [reverse(name) for name in names] + [
            self.garment.get_absolute_url(),
            self.ongoing.get_absolute_url(),
            self.done.get_absolute_url(),
            reverse("session-delete", args=[self.done.public_id]),
            "/no-such-page/",
        ]

    def test_holds_nothing_that_the_policy_refuses(self):
        self.client.force_login(self.user)
        for address in self.addresses():
            with self.subTest(address):
                answer = self.client.get(address)

                self.assertIn(answer.status_code, (200, 404))
                self.assertEqual(Page(answer).refused_by_csp, [])
                policy = answer["Content-Security-Policy"]
                self.assertIn("script-src 'self'", policy)
                self.assertNotIn("unsafe", policy)

    def test_guests_see_sign_in_and_sign_up(self):
        for name in ("sign-in", "sign-up"):
            answer = self.client.get(reverse(name))
            self.assertEqual(answer.status_code, 200)
            self.assertEqual(Page(answer).refused_by_csp, [])

    def test_pictures_have_sizes_and_alternative_texts(self):
        self.client.force_login(self.user)
        for address in self.addresses():
            for picture in Page(self.client.get(address)).all("img"):
                if "upload__preview" in picture.get("class", ""):
                    continue  # filled in by the script
                with self.subTest(address, src=picture.get("src")):
                    self.assertIn("alt", picture)
                    self.assertTrue(picture.get("width") and picture.get("height"))


class LanguageTests(TestCase):
    def test_the_switch_sets_the_language_and_comes_back(self):
        answer = self.client.post(
            reverse("set_language"), {"language": "zh-hans", "next": "/privacy/"}
        )

        self.assertRedirects(answer, "/privacy/")
        self.assertContains(self.client.get("/privacy/"), '<html lang="zh-hans">')


class PrivacyTests(TestCase):
    def test_states_the_lifetimes_in_force(self):
        answer = self.client.get(reverse("privacy"))

        self.assertContains(answer, "24 hours after")
        self.assertContains(answer, "30 days")
        self.assertContains(answer, "after 6 hours")

    @override_settings(TRYON_BASE_URL="https://engine.example/api/v1")
    def test_names_the_host_that_photos_are_sent_to(self):
        self.assertContains(self.client.get(reverse("privacy")), "engine.example")

    @override_settings(TRYON_BASE_URL="http://127.0.0.1:8000/api/v1")
    def test_says_so_when_photos_go_nowhere(self):
        self.assertContains(self.client.get(reverse("privacy")), "sent nowhere else")


class ErrorPageTests(TestCase):
    def test_not_found_leads_back_to_the_clothes(self):
        answer = self.client.get("/no-such-page/")

        self.assertEqual(answer.status_code, 404)
        self.assertContains(answer, "Nothing hangs here", status_code=404)
        self.assertTrue(Page(answer).all("a", href="/"))

    def test_a_form_without_its_token_gets_a_sentence(self):
        strict = self.client_class(enforce_csrf_checks=True)

        answer = strict.post(reverse("tryon-start"))

        self.assertContains(answer, "Please try again", status_code=403)

    def test_a_broken_page_answers_without_asking_anybody(self):
        self.client.raise_request_exception = False
        with (
            self.assertNumQueries(0),
            override_settings(TRYON_SIGNED_URL_LIFETIME=None),
        ):
            answer = self.client.get(reverse("privacy"))

        self.assertContains(answer, "Something went wrong", status_code=500)
        self.assertEqual(Page(answer).refused_by_csp, [])
