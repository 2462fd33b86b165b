"""Looks get names, and stand side by side."""

from django.test import TestCase
from django.urls import reverse

from shop.models import SessionStatus, TaskState
from tests.factories import make_session, make_shopper, make_task


class ManyLooksTests(TestCase):
    def setUp(self):
        self.shopper = make_shopper()
        self.client.get(reverse("session-list"))
        browser = self.client.session
        browser["shopper_id"] = self.shopper.pk
        browser.save()
        self.sessions = [self.make_look(self.shopper) for _ in range(5)]

    def make_look(self, shopper):
        session = make_session(shopper=shopper, status=SessionStatus.REFINED)
        make_task(TaskState.SUCCEEDED, session=session)
        return session

    def compare(self, *sessions):
        looks = [str(getattr(one, "public_id", one)) for one in sessions]
        return self.client.get(reverse("session-compare"), {"look": looks})

    def shown(self, page):
        return [look.session for look in page.context["looks"]]

    def test_up_to_four_are_compared_in_the_order_chosen(self):
        chosen = [self.sessions[i] for i in (2, 0, 4, 1, 3)]

        page = self.compare(*chosen)

        self.assertEqual(self.shown(page), chosen[:4])

    def test_nonsense_and_others_looks_are_left_out(self):
        other = self.make_look(make_shopper())

        page = self.compare(other, "nonsense", self.sessions[0])

        self.assertEqual(self.shown(page), [self.sessions[0]])
        self.assertContains(self.compare(), "Nothing to compare")

    def test_a_name_is_kept_and_shown(self):
        session = self.sessions[0]
        url = reverse("session-name", args=[session.public_id])

        self.client.post(url, {"name": "  For the wedding\0 "})

        session.refresh_from_db()
        self.assertEqual(session.name, "For the wedding")
        page = self.client.get(reverse("session-list"))
        self.assertContains(page, "For the wedding")

    def test_only_ones_own_looks_are_named(self):
        other = self.make_look(make_shopper())
        url = reverse("session-name", args=[other.public_id])

        self.assertEqual(self.client.post(url, {"name": "x"}).status_code, 404)
