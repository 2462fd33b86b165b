"""Shared looks: seen by whoever has the address, for as long as their shopper wants."""

import io
from datetime import timedelta

from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from shop.faces import head_box, hide_face
from shop.marking import SOURCE_TYPE
from shop.models import SessionStatus, TaskState
from tests.factories import make_person_image, make_session, make_task

FACTS = {
    "box": [90, 40, 210, 390],
    "joints": {"left_shoulder": [110, 140, 1.0], "right_shoulder": [190, 140, 1.0]},
}


class SharingTests(TestCase):
    def setUp(self):
        self.client.get(reverse("session-list"))
        self.session = make_session(status=SessionStatus.REFINED)
        photo = make_person_image(shopper=self.session.shopper, facts=FACTS)
        self.session.person_image = photo
        self.session.save()
        self.task = make_task(TaskState.SUCCEEDED, session=self.session)
        browser = self.client.session
        browser["shopper_id"] = self.session.shopper_id
        browser.save()
        self.stranger = Client()

    def share(self, **data):
        url = reverse("session-share", args=[self.session.public_id])
        self.client.post(url, data)
        self.session.refresh_from_db()
        return self.session.share_token

    def see(self, token, what="shared-look"):
        return self.stranger.get(reverse(what, args=[token]))

    def test_a_stranger_sees_the_look_and_nothing_leads_to_the_photo(self):
        page = self.see(self.share(share="yes"))

        self.assertContains(page, self.session.top.name)
        self.assertNotContains(page, "private-file")
        self.assertNotContains(page, "/files/")
        self.assertNotContains(page, str(self.session.public_id))
        self.assertIn("noindex", page["X-Robots-Tag"])
        self.assertEqual(page["Referrer-Policy"], "no-referrer")

    def test_the_shared_picture_is_marked_for_people_and_programs(self):
        answer = self.see(self.share(share="yes"), "shared-picture")

        self.assertEqual(answer["Content-Type"], "image/png")
        with Image.open(io.BytesIO(answer.content)) as image:
            self.assertIn(SOURCE_TYPE, image.text["XML:com.adobe.xmp"])
            self.assertEqual(image.size, (300, 400))

    def test_the_face_is_hidden_if_so_wished(self):
        self.task.result.delete(save=False)
        noise = Image.effect_noise((300, 400), 90).convert("RGB")
        buffer = io.BytesIO()
        noise.save(buffer, "PNG")
        self.task.result.save("results/noise.png", io.BytesIO(buffer.getvalue()))
        heads = []
        for wish in ({}, {"hide_face": "yes"}):
            token = self.share(share="yes", **wish)
            answer = self.see(token, "shared-picture")
            with Image.open(io.BytesIO(answer.content)) as image:
                heads.append(image.crop((135, 70, 165, 110)).convert("L"))

        seen, hidden = (len(head.getcolors(10_000)) for head in heads)
        self.assertGreater(seen, 100)
        self.assertLess(hidden, 20)

    def test_dies_when_revoked_renewed_expired_or_deleted(self):
        first = self.share(share="yes")
        second = self.share(share="yes")
        self.assertEqual(self.see(first).status_code, 404)
        self.assertEqual(self.see(second).status_code, 200)
        self.share(share="no")
        self.assertEqual(self.see(second).status_code, 404)
        self.assertEqual(self.see(second, "shared-picture").status_code, 404)

        third = self.share(share="yes")
        self.session.share_expires_at = timezone.now() - timedelta(seconds=1)
        self.session.save()
        self.assertEqual(self.see(third).status_code, 404)

        fourth = self.share(share="yes")
        self.client.post(reverse("session-delete", args=[self.session.public_id]))
        self.assertEqual(self.see(fourth).status_code, 404)

    def test_who_comes_too_late_is_told_so_and_shown_the_way_in(self):
        token = self.share(share="yes")
        self.share(share="no")

        answer = self.see(token)

        self.assertContains(answer, "no longer shared", status_code=404)
        self.assertContains(answer, reverse("garment-list"), status_code=404)
        self.assertEqual(answer["Referrer-Policy"], "no-referrer")

    def test_nobody_shares_what_is_not_theirs(self):
        url = reverse("session-share", args=[self.session.public_id])

        self.assertEqual(self.stranger.post(url, {"share": "yes"}).status_code, 404)
        self.assertEqual(self.see("x" * 32).status_code, 404)

    def test_a_look_without_a_picture_cannot_be_shared(self):
        self.task.delete()

        self.assertIsNone(self.share(share="yes"))

    def test_the_address_is_long_and_never_the_same(self):
        first, second = self.share(share="yes"), self.share(share="yes")

        self.assertNotEqual(first, second)
        self.assertGreaterEqual(len(first), 32)


class FaceTests(TestCase):
    def test_the_head_is_where_the_engine_saw_it(self):
        left, top, right, bottom = head_box((300, 400), FACTS)

        self.assertTrue(left < 130 and right > 170, (left, right))
        self.assertTrue(top <= 40 and 110 <= bottom < 145, (top, bottom))

    def test_without_facts_more_is_hidden_rather_than_less(self):
        for facts in (
            {},
            {"box": None, "joints": {}},
            {"joints": {"left_shoulder": []}},
        ):
            with self.subTest(facts):
                self.assertEqual(head_box((300, 400), facts), (0, 0, 300, 100))

    def test_nothing_below_the_head_changes(self):
        image = Image.effect_noise((300, 400), 90).convert("RGB")
        before = image.copy()

        hide_face(image, FACTS)

        below = (0, 146, 300, 400)
        self.assertEqual(image.crop(below).tobytes(), before.crop(below).tobytes())
        self.assertNotEqual(image.tobytes(), before.tobytes())
