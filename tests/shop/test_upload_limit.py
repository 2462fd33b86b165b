"""Uploads that are far too large."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings
from django.urls import reverse

from tests.factories import make_merchant


class UploadLimitTests(TestCase):
    @override_settings(TRYON_MAX_UPLOAD_BYTES=1000)
    def test_refuses_by_the_announced_length_before_reading(self):
        self.client.force_login(make_merchant().user)
        huge = SimpleUploadedFile("huge.jpg", bytes(2_000_000))

        with self.assertLogs("django", "ERROR"):
            answer = self.client.post(
                reverse("merchant-garment-new"), {"flats": [huge]}
            )

        self.assertEqual(answer.status_code, 400)

    @override_settings(TRYON_MAX_UPLOAD_BYTES=1000)
    def test_one_file_too_large_is_told_by_the_form(self):
        self.client.force_login(make_merchant().user)
        large = SimpleUploadedFile("large.jpg", bytes(2000))

        answer = self.client.post(reverse("merchant-garment-new"), {"flats": [large]})

        self.assertContains(answer, "large.jpg")
        self.assertContains(answer, "This file is larger than")
