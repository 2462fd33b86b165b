"""The back office: the review queue, who sees photos, actions, and query counts."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shop.models import (
    Garment,
    Merchant,
    PersonImage,
    ReviewStatus,
    SessionStatus,
    Shopper,
    TaskState,
    TryOnEvent,
    TryOnSession,
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

BLOCKED = {"code": "no_garment", "severity": "block", "message": "No garment."}


def admin_url(model, page="changelist", *args):
    return reverse(f"admin:shop_{model}_{page}", args=args)


def make_staff(*permissions):
    """Staff with all permissions on garments, shoppers and sessions, but no photos."""
    user = make_user(is_staff=True)
    allowed = Permission.objects.filter(content_type__app_label="shop")
    allowed = allowed.exclude(codename="view_shopper_photos")
    user.user_permissions.set(allowed)
    for codename in permissions:
        user.user_permissions.add(Permission.objects.get(codename=codename))
    return user


class AdminCase(TestCase):
    def setUp(self):
        self.reviewer = make_user(is_staff=True, is_superuser=True)
        self.client.force_login(self.reviewer)

    def act(self, model, action, *rows, query="", **data):
        data |= {"action": action, "_selected_action": [row.pk for row in rows]}
        answer = self.client.post(admin_url(model) + query, data, follow=True)
        for row in rows:
            row.refresh_from_db()
        return answer

    def texts(self, answer):
        return [str(message) for message in answer.context["messages"]]


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


class PhotoPrivacyTests(TestCase):
    def page(self, user, model, row, query=""):
        self.client.force_login(user)
        return self.client.get(admin_url(model, "change", row.pk) + query)

    def picture(self, user, name, row):
        self.client.force_login(user)
        answer = self.client.get(reverse(name, args=[row.pk]))
        answer.shown = b"".join(answer)
        answer.close()
        return answer

    def looks(self):
        return [
            (entry.user, entry.get_edited_object(), entry.get_change_message())
            for entry in LogEntry.objects.order_by("pk")
        ]

    def test_a_photo_is_shown_with_the_permission_only_and_when_asked_for(self):
        photo = make_person_image()
        curious, trusted = make_staff(), make_staff("view_shopper_photos")

        hidden = self.page(curious, "personimage", photo, "?look=yes")
        covered = self.page(trusted, "personimage", photo)
        shown = self.page(trusted, "personimage", photo, "?look=yes")

        self.assertNotContains(hidden, 'class="preview')
        self.assertContains(hidden, "you may not see shoppers&#x27; photos.")
        self.assertNotContains(covered, 'class="preview')
        self.assertContains(covered, 'href="?look=yes"')
        self.assertContains(shown, f'src="{reverse("staff-photo", args=[photo.pk])}"')
        self.assertEqual(self.looks(), [])  # nothing was looked at so far

    def test_each_look_at_a_photo_is_written_down(self):
        photo = make_person_image()
        trusted = make_staff("view_shopper_photos")

        answers = [self.picture(trusted, "staff-photo", photo) for _ in range(2)]

        with photo.image.open() as file:
            content = file.read()
        for answer in answers:
            self.assertEqual(answer.shown, content)
            self.assertIn("no-store", answer["Cache-Control"])
        look = (trusted, photo, "Looked at the photo.")
        self.assertEqual(self.looks(), [look, look])

    def test_without_the_permission_a_photo_is_as_good_as_missing(self):
        photo = make_person_image()
        result = make_task(state=TaskState.SUCCEEDED)
        curious = make_staff()

        for name, row in (("staff-photo", photo), ("staff-result", result)):
            refused = self.picture(curious, name, row)
            missing = self.client.get(reverse(name, args=[999_999]))
            self.assertEqual(refused.status_code, 404)
            self.assertEqual(missing.status_code, 404)
        self.assertEqual(self.looks(), [])

    def test_no_page_of_staff_holds_a_signed_address(self):
        task = make_task(state=TaskState.SUCCEEDED)
        photo = task.session.person_image
        model = make_person_image(is_house_model=True)
        trusted = make_staff("view_shopper_photos")

        answers = [
            self.page(trusted, "personimage", photo, "?look=yes"),
            self.page(trusted, "personimage", model),
            self.page(trusted, "tryonsession", task.session, "?look=yes"),
            self.page(trusted, "tryontask", task),
            self.client.get(admin_url("personimage")),
            self.client.get(admin_url("tryonsession")),
        ]

        for answer in answers:
            self.assertNotContains(answer, "/files/")

    def test_lists_never_show_photos(self):
        make_person_image()
        model = make_person_image(is_house_model=True, name="Ann")
        self.client.force_login(make_staff("view_shopper_photos"))

        answer = self.client.get(admin_url("personimage"))

        self.assertContains(answer, 'class="preview', count=1)
        self.assertContains(answer, reverse("staff-thumbnail", args=[model.pk]))
        self.assertContains(answer, "House model Ann")

    def test_thumbnails_are_of_house_models_only(self):
        photo = make_person_image()

        answer = self.picture(
            make_staff("view_shopper_photos"), "staff-thumbnail", photo
        )

        self.assertEqual(answer.status_code, 404)

    def test_house_models_are_for_all_staff_and_no_look_is_logged(self):
        model = make_person_image(is_house_model=True)
        session = make_session(person_image=model)
        result = make_task(state=TaskState.SUCCEEDED, session=session)
        staff = make_staff()

        page = self.page(staff, "personimage", model)
        photo = self.picture(staff, "staff-photo", model)
        picture = self.picture(staff, "staff-result", result)

        self.assertContains(page, f'src="{reverse("staff-photo", args=[model.pk])}"')
        self.assertEqual((photo.status_code, picture.status_code), (200, 200))
        self.assertEqual(self.looks(), [])

    def test_results_are_as_private_as_the_photo(self):
        task = make_task(state=TaskState.SUCCEEDED)
        session, trusted = task.session, make_staff("view_shopper_photos")

        hidden = self.page(make_staff(), "tryonsession", session, "?look=yes")
        shown = self.page(trusted, "tryonsession", session, "?look=yes")
        answer = self.picture(trusted, "staff-result", task)

        self.assertNotContains(hidden, "/admin/pictures/")
        self.assertContains(shown, 'src="/admin/pictures/', count=2)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(
            self.looks(), [(trusted, session, "Looked at the picture: Coarse.")]
        )

    def test_results_stay_private_when_the_photo_is_gone(self):
        task = make_task(state=TaskState.SUCCEEDED)
        PersonImage.objects.all().delete()

        hidden = self.page(make_staff(), "tryonsession", task.session, "?look=yes")
        refused = self.picture(make_staff(), "staff-result", task)

        self.assertNotContains(hidden, "/admin/pictures/")
        self.assertEqual(refused.status_code, 404)

    def test_no_task_page_shows_a_result(self):
        task = make_task(state=TaskState.SUCCEEDED)

        answer = self.page(make_staff(), "tryontask", task)

        self.assertNotContains(answer, "/admin/pictures/")
        self.assertContains(answer, task.engine_task_id)


class SessionTests(AdminCase):
    def test_shows_tasks_and_timeline(self):
        task = make_task(
            state=TaskState.FAILED, error_code="InvalidPerson", request_id="req-1"
        )
        TryOnEvent.objects.create(
            session=task.session,
            task=task,
            name="submit",
            request_id="req-1",
            code="InvalidPerson",
            http_status=418,
            duration_ms=321,
        )

        answer = self.client.get(admin_url("tryonsession", "change", task.session.pk))

        for text in ("InvalidPerson", "req-1", "321 ms", "submit", "418"):
            self.assertContains(answer, text)
        self.assertNotContains(answer, 'name="_save"')

    def test_nothing_can_be_written(self):
        session = make_session()
        address = admin_url("tryonsession", "change", session.pk)

        self.client.post(address, {"status": "refined", "gender": "man"})

        session.refresh_from_db()
        self.assertEqual((session.status, session.gender), ("queued", "woman"))

    def test_finds_by_task_id_and_public_id(self):
        task = make_task(state=TaskState.RUNNING, engine_task_id="abc-123")
        make_session()

        for words in ("abc-123", str(task.session.public_id)):
            answer = self.client.get(admin_url("tryonsession"), {"q": words})
            self.assertEqual(list(answer.context["cl"].result_list), [task.session])

    def test_cancels_and_says_what_was_over(self):
        ongoing = make_session()
        over = make_session(status=SessionStatus.REFINED)

        answer = self.act("tryonsession", "cancel", ongoing, over)

        self.assertEqual(ongoing.status, SessionStatus.CANCELED)
        self.assertEqual(over.status, SessionStatus.REFINED)
        entry = LogEntry.objects.get()
        self.assertEqual(entry.user, self.reviewer)
        self.assertEqual(entry.get_edited_object(), ongoing)
        self.assertEqual(entry.get_change_message(), "Canceled.")
        self.assertCountEqual(
            self.texts(answer),
            [
                f"{over.public_id}: This try-on is over already.",
                "1 try-on canceled.",
            ],
        )

    def test_tries_again_as_a_new_session(self):
        model = make_person_image(is_house_model=True)
        session = make_session(person_image=model, status=SessionStatus.FAILED)

        self.act("tryonsession", "try_again", session)

        self.assertEqual(TryOnSession.objects.count(), 2)
        new = TryOnSession.objects.latest("pk")
        self.assertEqual((new.top, new.person_image), (session.top, model))
        self.assertEqual(new.tasks.count(), 1)
        self.assertEqual(session.status, SessionStatus.FAILED)
        entry = LogEntry.objects.get()
        self.assertEqual(entry.get_edited_object(), session)
        self.assertEqual(entry.get_change_message(), f"Tried again as {new.public_id}.")

    def test_refuses_to_try_again_what_is_under_way(self):
        session = make_session()

        answer = self.act("tryonsession", "try_again", session)

        self.assertEqual(TryOnSession.objects.count(), 1)
        self.assertIn("still under way", self.texts(answer)[0])

    def test_the_same_actions_from_the_list_of_tasks(self):
        task = make_task()

        self.act("tryontask", "cancel", task)

        task.session.refresh_from_db()
        self.assertEqual(task.session.status, SessionStatus.CANCELED)
        self.assertEqual(task.state, TaskState.CANCELED)

    def test_deleting_takes_the_files_along(self):
        task = make_task(state=TaskState.SUCCEEDED)
        result = task.result.name

        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(
                admin_url("tryonsession", "delete", task.session.pk), {"post": "yes"}
            )

        self.assertFalse(TryOnSession.objects.exists())
        self.assertFalse(private_storage().exists(result))


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
