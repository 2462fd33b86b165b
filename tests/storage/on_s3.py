"""Pictures in an object store, as its strangers see them; run by test_s3.py."""

import io
import re

import requests
from django.conf import settings
from django.test import TestCase
from django.urls import reverse

from shop.pictures import clean_picture
from shop.services.engine import engine_url
from shop.services.private_files import delete_doomed_files
from shop.services.results import keep_result
from shop.services.sessions import delete_photos
from shop.services.uploads import (
    CheckResult,
    delete_flat_files,
    store_flat,
    store_photo,
)
from shop.storages import private_storage, public_storage
from tests.factories import make_garment, make_shopper, picture_bytes
from tests.hostile_files import encoded, scene


class ObjectStoreTests(TestCase):
    def setUp(self):
        self.picture = clean_picture(io.BytesIO(encoded(scene(), "JPEG")))

    def make_photo(self):
        return store_photo(make_shopper(), self.picture, CheckResult(), "woman")

    def test_a_flat_has_a_plain_address_that_everybody_can_open(self):
        garment = make_garment()
        store_flat(garment, self.picture, CheckResult())

        answer = requests.get(garment.flat.url, timeout=60)

        self.assertNotIn("?", garment.flat.url)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.content, self.picture.data)
        self.assertEqual(answer.headers["Content-Type"], "image/jpeg")

    def test_a_photo_opens_with_its_signature_and_not_without(self):
        url = engine_url(self.make_photo().image)

        plain = url.partition("?")[0]
        changed = re.sub(
            r"(X-Amz-Signature=)(.)",
            lambda found: found[1] + ("1" if found[2] == "0" else "0"),
            url,
        )

        self.assertEqual(requests.get(url, timeout=60).content, self.picture.data)
        self.assertNotEqual(changed, url)
        for wrong in (plain, changed):
            self.assertEqual(requests.get(wrong, timeout=60).status_code, 403)

    def test_a_signature_is_for_one_photo_and_some_hours_only(self):
        url, other = (self.make_photo().image.url for _ in range(2))
        path, _, query = url.partition("?")
        longer = query.replace(
            f"X-Amz-Expires={settings.TRYON_SIGNED_URL_LIFETIME.seconds}",
            "X-Amz-Expires=604800",
        )

        swapped = f"{other.partition('?')[0]}?{query}"

        self.assertNotEqual(longer, query)
        for wrong in (swapped, f"{path}?{longer}"):
            self.assertEqual(requests.get(wrong, timeout=60).status_code, 403)

    def test_deleting_a_photo_removes_its_objects(self):
        photo = self.make_photo()
        names = [photo.image.name, photo.thumbnail.name]
        url = photo.image.url

        with self.captureOnCommitCallbacks(execute=True):
            receipt = delete_photos([photo])

        self.assertEqual(receipt.files, 2)
        self.assertEqual(
            [private_storage().exists(name) for name in names], [False] * 2
        )
        self.assertEqual(requests.get(url, timeout=60).status_code, 404)
        self.assertEqual(delete_doomed_files(), 0)

    def test_deleting_flats_removes_their_objects(self):
        garment = make_garment()
        store_flat(garment, self.picture, CheckResult())
        names = garment.flat_files

        garment.delete()
        delete_flat_files(names)

        self.assertFalse(any(map(public_storage().exists, names)))

    def test_a_result_stored_twice_is_one_object(self):
        person = picture_bytes(kind="PNG")

        first, second = (
            keep_result("results/ab/one", person, person, False) for _ in range(2)
        )

        self.assertEqual(first, second)
        folders, files = private_storage().listdir("results/ab")
        self.assertEqual(sorted(files), ["one-card.webp", "one.png"])

    def test_pages_may_show_pictures_of_the_store(self):
        garment = make_garment()

        page = self.client.get(reverse("garment-list"))

        self.assertContains(page, garment.card.url)
        self.assertIn(
            settings.STORAGES["public"]["OPTIONS"]["endpoint_url"],
            page.headers["Content-Security-Policy"],
        )
