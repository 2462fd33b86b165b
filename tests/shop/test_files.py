"""Stored pictures over HTTP: signed and private, or public and cached for ever."""

from datetime import timedelta
from unittest import mock

from django.core import signing
from django.core.files.base import ContentFile
from django.test import TestCase, override_settings
from django.urls import reverse

from shop.storages import SALT, private_storage, public_storage
from tests.factories import make_garment, make_person_image, picture_bytes


def read(answer) -> bytes:
    return b"".join(answer.streaming_content)


class PrivateFileTests(TestCase):
    def url_of(self, name: str) -> str:
        return reverse("private-file", args=[signing.dumps(name, salt=SALT)])

    def test_serves_a_picture_behind_a_signed_address(self):
        photo = make_person_image()

        answer = self.client.get(photo.image.url)

        self.assertEqual(answer.status_code, 200)
        self.assertEqual(read(answer), picture_bytes())
        self.assertEqual(answer["Content-Type"], "image/jpeg")
        self.assertTrue(answer["Cache-Control"].startswith("private"))
        self.assertEqual(answer["X-Content-Type-Options"], "nosniff")

    def test_a_changed_signature_finds_nothing(self):
        url = make_person_image().image.url

        self.assertEqual(self.client.get(url[:-1]).status_code, 404)
        self.assertEqual(self.client.get("/files/nonsense").status_code, 404)

    def test_a_signature_of_another_purpose_finds_nothing(self):
        photo = make_person_image()
        token = signing.dumps(photo.image.name, salt="another")

        answer = self.client.get(reverse("private-file", args=[token]))

        self.assertEqual(answer.status_code, 404)

    def test_an_address_dies_after_its_time(self):
        url = make_person_image().image.url
        with override_settings(TRYON_SIGNED_URL_LIFETIME=timedelta(seconds=60)):
            later = mock.patch("django.core.signing.time.time", return_value=2**33)
            with later:
                self.assertEqual(self.client.get(url).status_code, 404)

    def test_a_deleted_picture_is_not_found(self):
        photo = make_person_image()
        url = photo.image.url
        private_storage().delete(photo.image.name)

        self.assertEqual(self.client.get(url).status_code, 404)

    def test_never_leaves_its_folder_even_when_signed(self):
        for name in ("../secret_key.png", "/etc/passwd.png", "a/../../db.png", ""):
            with self.subTest(name):
                self.assertEqual(self.client.get(self.url_of(name)).status_code, 404)

    def test_serves_pictures_only(self):
        name = private_storage().save("notes.html", ContentFile(b"<script>"))

        self.assertEqual(self.client.get(self.url_of(name)).status_code, 404)


class PublicFileTests(TestCase):
    def test_serves_a_flat_to_be_cached_for_a_year(self):
        garment = make_garment()

        answer = self.client.get(garment.flat.url)

        self.assertEqual(read(answer), picture_bytes())
        self.assertEqual(answer["Cache-Control"], "public, max-age=31536000, immutable")

    def test_never_leaves_its_folder(self):
        public_storage().save("here.png", ContentFile(b"x"))
        for path in ("../db.sqlite3", "..%2Fsecret_key", "flats/../../x.png", "flats"):
            with self.subTest(path):
                answer = self.client.get(f"/media/{path}")
                self.assertEqual(answer.status_code, 404)

    def test_private_pictures_are_not_public(self):
        photo = make_person_image()

        answer = self.client.get(f"/media/{photo.image.name}")

        self.assertEqual(answer.status_code, 404)
