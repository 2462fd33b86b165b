"""Who of staff sees shoppers' pictures, and that each look is written down."""

from django.contrib.admin.models import LogEntry
from django.test import TestCase
from django.urls import reverse

from shop.models import PersonImage, TaskState
from tests.factories import make_person_image, make_session, make_task

from .admin_case import admin_url, make_staff


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
