"""The back office: garments under review, accounts, and query counts."""

from datetime import timedelta

from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shop.models import (
    Garment,
    Merchant,
    ReviewStatus,
    Shopper,
    TryOnEvent,
    User,
)
from shop.storages import private_storage, public_storage
from tests.factories import (
    PASSWORD,
    make_garment,
    make_merchant,
    make_person_image,
    make_session,
    make_shopper,
    make_task,
    make_user,
)

from .admin_case import AdminCase, admin_url

BLOCKED = {"code": "no_garment", "severity": "block", "message": "No garment."}


class ReviewQueueTests(AdminCase):
    def test_opens_on_what_waits_oldest_first(self):
        now = timezone.now()
        make_garment(name="On sale")
        make_garment(status="in_review", name="Second", submitted_at=now)
        make_garment(
            status="in_review", name="First", submitted_at=now - timedelta(hours=1)
        )

        answer = self.client.get(admin_url("garment"))

        shown = [garment.name for garment in answer.context["cl"].result_list]
        self.assertEqual(shown, ["First", "Second"])
        self.assertContains(answer, "preview--small", count=2)

    def test_other_states_are_a_click_away_and_a_search_looks_everywhere(self):
        make_garment(name="On sale")
        make_garment(status="draft", name="Sketch")

        published = self.client.get(admin_url("garment"), {"review": "published"})
        everything = self.client.get(admin_url("garment"), {"review": "all"})
        searched = self.client.get(admin_url("garment"), {"q": "Sketch"})

        self.assertEqual(published.context["cl"].result_count, 1)
        self.assertEqual(everything.context["cl"].result_count, 2)
        self.assertEqual(searched.context["cl"].result_count, 1)

    def test_the_page_shows_the_flat_large_and_the_findings_in_words(self):
        garment = make_garment(
            status="in_review",
            findings=[BLOCKED],
            facts={"outline": [[1, 2], [30, 4], [5, 60]]},
        )

        answer = self.client.get(admin_url("garment", "change", garment.pk))

        self.assertContains(answer, garment.flat.url)
        self.assertContains(answer, 'points="1,2 30,4 5,60"')
        self.assertContains(answer, "We see no garment in this picture.")
        self.assertContains(answer, "Approve and publish")

    def test_approves_in_bulk(self):
        one, two = (make_garment(status="in_review") for _ in range(2))

        answer = self.act("garment", "approve", one, two)

        for garment in (one, two):
            self.assertEqual(garment.status, ReviewStatus.PUBLISHED)
            self.assertEqual(garment.reviewer, self.reviewer)
        self.assertEqual(self.texts(answer), ["2 garments published."])

    def test_leaves_what_is_in_another_state_and_says_so(self):
        waiting = make_garment(status="in_review")
        draft = make_garment(status="draft")

        answer = self.act("garment", "approve", waiting, draft, query="?review=all")

        self.assertEqual(waiting.status, ReviewStatus.PUBLISHED)
        self.assertEqual(draft.status, ReviewStatus.DRAFT)
        self.assertEqual(
            self.texts(answer),
            [
                "1 garment published.",
                "1 garment was left as it is: its state does not allow that.",
            ],
        )

    def test_rejecting_asks_for_the_reason_first(self):
        garment = make_garment(status="in_review")

        page = self.act("garment", "reject", garment)
        self.assertContains(page, "Reject garments")
        self.assertEqual(garment.status, ReviewStatus.IN_REVIEW)
        empty = self.act("garment", "reject", garment, rejecting="yes", words="  ")
        self.assertTrue(empty.context["form"].non_field_errors())
        self.assertEqual(garment.status, ReviewStatus.IN_REVIEW)
        said = {"reasons": ["blurred"], "words": "The hem is cut off."}
        self.act("garment", "reject", garment, rejecting="yes", **said)

        self.assertEqual(garment.status, ReviewStatus.REJECTED)
        first, own = garment.rejection_reason.split("\n")
        self.assertTrue(first.startswith("The picture is not sharp"))
        self.assertEqual(own, "The hem is cut off.")
        self.assertEqual(garment.reviewer, self.reviewer)

    def test_archives(self):
        garment = make_garment()

        self.act("garment", "archive", garment, query="?review=all")

        self.assertEqual(garment.status, ReviewStatus.ARCHIVED)

    def test_who_may_only_look_has_no_actions(self):
        garment = make_garment(status="in_review")
        viewer = make_user(is_staff=True)
        viewer.user_permissions.add(Permission.objects.get(codename="view_garment"))
        self.client.force_login(viewer)

        self.act("garment", "approve", garment)

        self.assertEqual(garment.status, ReviewStatus.IN_REVIEW)

    def test_machine_written_fields_cannot_be_changed(self):
        garment = make_garment(status="in_review")
        address = admin_url("garment", "change", garment.pk)
        form = self.client.get(address).context["adminform"].form

        self.client.post(
            address, form.initial | {"status": "published", "facts": '{"a": 1}'}
        )

        garment.refresh_from_db()
        self.assertEqual(garment.status, ReviewStatus.IN_REVIEW)
        self.assertEqual(garment.facts, {})

    def test_staff_corrects_words(self):
        garment = make_garment(status="in_review")
        address = admin_url("garment", "change", garment.pk)
        initial = self.client.get(address).context["adminform"].form.initial

        self.client.post(address, initial | {"name": "Better name"})

        garment.refresh_from_db()
        self.assertEqual(garment.name, "Better name")

    def test_deleting_takes_the_files_along(self):
        garment = make_garment(status="draft")
        files = [garment.flat.name, garment.card.name]

        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(
                admin_url("garment", "delete", garment.pk), {"post": "yes"}
            )

        self.assertFalse(Garment.objects.exists())
        self.assertFalse(any(public_storage().exists(name) for name in files))


class AccountTests(AdminCase):
    def test_makes_a_user_by_e_mail_address(self):
        self.client.post(
            admin_url("user", "add"),
            {
                "email": "new@example.com",
                "usable_password": "true",
                "password1": PASSWORD,
                "password2": PASSWORD,
            },
        )

        user = User.objects.get(email="new@example.com")
        self.assertTrue(user.check_password(PASSWORD))

    def test_deleting_a_user_takes_photos_looks_and_garments_along(self):
        user = make_user()
        photo = make_person_image(shopper=make_shopper(user=user))
        garment = make_garment(merchant=make_merchant(user=user))

        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(admin_url("user", "delete", user.pk), {"post": "yes"})

        self.assertFalse(User.objects.filter(pk=user.pk).exists())
        self.assertFalse(Merchant.objects.exists())
        self.assertFalse(private_storage().exists(photo.image.name))
        self.assertFalse(public_storage().exists(garment.flat.name))

    def test_deleting_a_shopper_takes_the_files_along(self):
        photo = make_person_image()

        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(
                admin_url("shopper", "delete", photo.shopper.pk), {"post": "yes"}
            )

        self.assertFalse(Shopper.objects.exists())
        self.assertFalse(private_storage().exists(photo.image.name))


class PagesTests(AdminCase):
    """Every page opens, under the strict policy, in as many queries for 20 as for 1."""

    def make_rows(self):
        """One row of everything, each with owners of its own."""
        user = make_user()
        shopper = make_shopper(user=user)
        photo = make_person_image(shopper=shopper)
        session = make_session(
            shopper=shopper,
            person_image=photo,
            top=make_garment(status="published", findings=[BLOCKED]),
            bottom=make_garment(kind="bottom", status="published"),
        )
        task = make_task(session=session)
        make_garment(status="in_review")
        return session, task

    def queries(self, address):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = self.client.get(address)
        self.assertEqual(answer.status_code, 200)
        return len(captured)

    def test_lists_ask_no_query_per_row(self):
        addresses = [
            admin_url("garment") + "?review=all",
            *map(
                admin_url,
                ("user", "merchant", "shopper", "personimage"),
            ),
            *map(admin_url, ("garment", "tryonsession", "tryontask")),
        ]
        self.make_rows()
        for address in addresses:  # content types are cached from here on
            self.queries(address)
        before = {address: self.queries(address) for address in addresses}

        for _ in range(19):
            self.make_rows()

        after = {address: self.queries(address) for address in addresses}
        self.assertEqual(before, after)
        self.assertLess(max(after.values()), 12)

    def test_the_timeline_asks_no_query_per_line(self):
        session, task = self.make_rows()
        address = admin_url("tryonsession", "change", session.pk)

        def add_lines(count):
            for _ in range(count):
                TryOnEvent.objects.create(session=session, task=task, name="query")

        add_lines(1)
        self.queries(address)
        before = self.queries(address)
        add_lines(19)

        self.assertEqual(self.queries(address), before)

    def test_pages_hold_no_inline_script_or_style(self):
        session, task = self.make_rows()
        garment = Garment.objects.filter(status="in_review").get()
        addresses = [
            reverse("admin:index"),
            admin_url("garment"),
            admin_url("garment", "change", garment.pk),
            admin_url("tryonsession", "change", session.pk),
            admin_url("tryontask", "change", task.pk),
            admin_url("personimage", "change", session.person_image.pk),
            admin_url("shopper", "change", session.shopper.pk),
            admin_url("user", "add"),
            admin_url("merchant", "add"),
        ]
        for address in addresses:
            with self.subTest(address):
                answer = self.client.get(address)
                self.assertEqual(answer.status_code, 200)
                self.assertNotRegex(answer.content.decode(), r"<script>|<style| style=")
                forms = answer.content.decode().count('method="post"')
                self.assertContains(answer, "csrfmiddlewaretoken", count=forms)
                policy = answer["Content-Security-Policy"]
                self.assertIn("script-src 'self'", policy)
                self.assertNotIn("unsafe", policy)
                self.assertContains(answer, "Fitting Room")
