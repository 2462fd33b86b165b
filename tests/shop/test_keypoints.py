"""Key points of a flat: drawn, put right, kept, and sent with every later try-on."""

from django.urls import reverse

from shop.flat_marks import marks_of
from shop.models import Garment, ReviewStatus
from shop.services.garments import correct_keypoints, replace_flat
from shop.services.previews import want_previews
from shop.services.uploads import CheckResult, CleanPicture
from tests.factories import make_garment, make_merchant, make_person_image
from tests.hostile_files import encoded, jpeg, scene

from .pages import Page
from .polling_case import PollingTestCase, start

FOUND = {
    "left_hem": [60.0, 380.0, 0.9],
    "right_hem": [240.0, 380.0, 0.9],
    "left_pit": [70.0, 120.0, 0.2],
}


class KeypointsTestCase(PollingTestCase):
    def setUp(self):
        super().setUp()
        self.merchant = make_merchant()
        self.client.force_login(self.merchant.user)
        self.garment = self.make()

    def make(self, status=ReviewStatus.DRAFT, **fields):
        fields = {"merchant": self.merchant, "facts": {"keypoints": FOUND}} | fields
        return make_garment(status=status, **fields)

    def save(self, garment=None, **changes):
        garment = garment or self.garment
        fields = {
            f"{name}_{axis}": place[index]
            for name, place in FOUND.items()
            for index, axis in enumerate("xy")
        }
        address = reverse("merchant-keypoints", args=[garment.pk])
        answer = self.client.post(address, fields | changes)
        garment.refresh_from_db()
        return answer


class CorrectTests(KeypointsTestCase):
    def test_keeps_what_was_moved_and_nothing_else(self):
        self.save(left_hem_x="61.5", left_hem_y="350", left_pit_x="70.2")

        self.assertEqual(self.garment.keypoints, {"left_hem": [61.5, 350.0]})

    def test_back_to_what_was_found(self):
        self.save(left_hem_y="350")

        self.save(reset="")

        self.assertEqual(self.garment.keypoints, {})

    def test_refuses_what_lies_outside_of_the_picture_or_is_no_number(self):
        for value in ("-1", "401", "nan", "inf", "1e999", "left", ""):
            with self.subTest(value):
                answer = self.save(left_hem_y=value)

                self.assertEqual(answer.status_code, 200)
                self.assertTrue(answer.context["keypoints_form"].errors["left_hem_y"])
                self.assertEqual(self.garment.keypoints, {})

    def test_a_point_that_was_not_found_cannot_be_made_up(self):
        self.save(crotch_x="5", crotch_y="5", left_elbow_x="1", left_elbow_y="2")

        self.assertEqual(self.garment.keypoints, {})

    def test_only_while_the_garment_may_be_changed(self):
        for status in ("in_review", "published", "archived"):
            with self.subTest(status):
                garment = self.make(status)

                self.save(garment, left_hem_y="350")
                page = self.client.get(reverse("merchant-garment", args=[garment.pk]))

                self.assertEqual(garment.keypoints, {})
                self.assertNotContains(page, "left_hem_x")

    def test_a_garment_that_was_just_submitted_is_left_alone(self):
        stale = Garment.objects.get(pk=self.garment.pk)
        self.garment.submit_for_review()

        self.assertFalse(correct_keypoints(stale, {"left_hem": (60, 350)}))

        self.garment.refresh_from_db()
        self.assertEqual(self.garment.keypoints, {})

    def test_another_merchants_points_do_not_exist_here(self):
        other = make_garment(status=ReviewStatus.DRAFT, facts={"keypoints": FOUND})

        self.assertEqual(self.save(other, left_hem_y="350").status_code, 404)
        self.assertEqual(other.keypoints, {})

    def test_another_picture_forgets_them_and_the_same_one_does_not(self):
        picture = CleanPicture(jpeg(), "jpg", 320, 400)
        check = CheckResult(facts={"keypoints": FOUND})
        replace_flat(self.garment, picture, check)
        correct_keypoints(self.garment, {"left_hem": (60, 350)})

        replace_flat(self.garment, picture, check)
        self.garment.refresh_from_db()
        self.assertEqual(self.garment.keypoints, {"left_hem": [60, 350]})

        other = CleanPicture(encoded(scene((320, 400)), "PNG"), "png", 320, 400)
        replace_flat(self.garment, other, check)
        self.garment.refresh_from_db()
        self.assertEqual(self.garment.keypoints, {})


class SentTests(KeypointsTestCase):
    def test_goes_with_coarse_and_refined_try_ons(self):
        garment = self.make(
            ReviewStatus.PUBLISHED, keypoints={"left_hem": [61.5, 350.0]}
        )
        session = start()
        session.top = garment
        session.save()

        self.poll(3)

        coarse, refined = (body["input"] for body in self.submits())
        for sent in (coarse, refined):
            self.assertEqual(sent["top_garment_keypoints"], {"left_hem": [61.5, 350.0]})
            self.assertNotIn("bottom_garment_keypoints", sent)

    def test_goes_with_the_slot_of_its_garment(self):
        session = start(top=True, bottom=True)
        Garment.objects.filter(pk=session.bottom_id).update(
            keypoints={"crotch": [1, 2]}
        )

        self.poll()

        (body,) = self.submits()
        self.assertEqual(body["input"]["bottom_garment_keypoints"], {"crotch": [1, 2]})
        self.assertNotIn("top_garment_keypoints", body["input"])

    def test_previews_are_made_anew_with_them(self):
        make_person_image(is_house_model=True, name="Ada")
        want_previews(self.garment)
        self.poll(3)

        self.save(left_hem_y="350")
        self.poll(3)

        before, after = (body["input"] for body in self.submits())
        self.assertNotIn("top_garment_keypoints", before)
        self.assertEqual(after["top_garment_keypoints"], {"left_hem": [60.0, 350.0]})
        self.assertIsNotNone(self.garment.previews.get().result)


class DrawnTests(KeypointsTestCase):
    def test_draws_each_point_where_it_counts(self):
        self.garment.keypoints = {"left_hem": [61.5, 350.0]}

        points = {point.name: point for point in marks_of(self.garment).keypoints}

        self.assertEqual((points["left_hem"].x, points["left_hem"].y), (61.5, 350.0))
        self.assertTrue(points["left_hem"].is_corrected)
        self.assertTrue(points["left_pit"].is_unsure)
        self.assertFalse(points["right_hem"].is_unsure)

    def test_names_every_number_field(self):
        page = Page(
            self.client.get(reverse("merchant-garment", args=[self.garment.pk]))
        )

        fields = [
            tag for tag in page.all("input", type="number") if "_x" in tag["name"]
        ]
        self.assertEqual(
            [field["aria-label"] for field in fields],
            [
                "Armpit, left, from the left",
                "Hem, left, from the left",
                "Hem, right, from the left",
            ],
        )
        self.assertEqual(page.refused_by_csp, [])

    def test_facts_in_another_shape_draw_nothing(self):
        for facts in ({"keypoints": [1, 2]}, {"keypoints": {"left_hem": "x"}}, {}):
            with self.subTest(facts):
                garment = self.make(facts=facts)
                page = self.client.get(reverse("merchant-garment", args=[garment.pk]))
                self.assertNotContains(page, "Put key points right")
