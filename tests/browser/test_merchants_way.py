"""What a merchant does with pictures, key points and tables, in a real Chromium.

The whole way with the real engine is in `test_whole_way.py`.
"""

import base64
import re
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from shop.models import Garment, GarmentImport, ReviewStatus
from tests.archives import picture, table, zipped
from tests.check_server import check_server
from tests.factories import make_garment, make_merchant

from .browser_case import DESK, DROP, PHONE, BrowserTestCase

pytestmark = pytest.mark.browser

BLOCKED = {"code": "no_garment", "severity": "block", "message": "No garment."}
FACTS = {
    "category": "top",
    "sleeve": "short",
    "outline": [[50, 50], [250, 50], [250, 350], [50, 350]],
    "keypoints": {"left_hem": [50, 350, 0.9], "right_hem": [250, 350, 0.3]},
}


class MerchantsWayTestCase(BrowserTestCase):
    flags = ()

    def setUp(self):
        self.merchant = make_merchant()
        self.check = self.enterContext(check_server())
        self.check.facts = FACTS

    def open_as_merchant(self, path: str, **context) -> Page:
        return self.open(path, user=self.merchant.user, **context)


class UploadTests(MerchantsWayTestCase):
    def test_a_folder_is_sent_one_by_one_with_a_verdict_each(self):
        page = self.open_as_merchant("/merchant/garments/new/", viewport=DESK)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "more").mkdir()
            for number in range(12):
                name = f"{'more/' if number % 2 else ''}{number}.jpg"
                (Path(folder) / name).write_bytes(picture(number))
            (Path(folder) / "readme.txt").write_text("No picture.")
            (Path(folder) / "broken.jpg").write_bytes(b"<html>")

            page.get_by_label("Choose a folder").set_input_files(folder)
            said = page.get_by_text("13 of 13 pictures checked")
            expect(said).to_be_visible()

        expect(page.locator(".verdict--good")).to_have_count(12)
        expect(page.locator(".verdict--bad")).to_contain_text("not a picture that we")
        self.assertEqual(self.merchant.garments.count(), 12)
        bar = page.locator("progress")
        self.assertEqual(bar.evaluate("bar => [bar.value, bar.max]"), [13, 13])

    def test_a_picture_can_be_dropped_and_sent_again_when_nobody_checks(self):
        page = self.open_as_merchant("/merchant/garments/new/")
        self.check.status = 500
        content = base64.b64encode(picture()).decode()

        page.locator("[data-drop-zone]").evaluate(
            DROP, ["tee.jpg", "image/jpeg", content]
        )
        again = page.get_by_role("button", name="Try again")
        again.wait_for()
        self.check.status = 200
        again.click()

        expect(page.locator(".verdict--good")).to_contain_text("tee.jpg")
        self.assertEqual(self.merchant.garments.count(), 1)

    def test_without_javascript_a_few_pictures_go_in_one_form(self):
        page = self.open_as_merchant(
            "/merchant/garments/new/", java_script_enabled=False
        )
        files = [
            {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": picture(n)}
            for n in range(2)
        ]

        page.get_by_label("Pictures", exact=True).set_input_files(files)
        page.get_by_role("button", name="Upload and check").click()

        expect(page.locator(".verdict--good")).to_have_count(2)


class FactsTests(MerchantsWayTestCase):
    def test_a_bottom_is_not_asked_for_its_sleeves(self):
        garment = make_garment(merchant=self.merchant, status=ReviewStatus.DRAFT)
        page = self.open_as_merchant(f"/merchant/garments/{garment.pk}/")
        sleeves = page.get_by_label("Sleeves")

        expect(sleeves).to_be_visible()
        page.get_by_label("Kind").select_option("bottom")
        expect(sleeves).to_be_hidden()


class KeyPointTests(MerchantsWayTestCase):
    def setUp(self):
        super().setUp()
        self.garment = make_garment(
            merchant=self.merchant, status=ReviewStatus.DRAFT, facts=FACTS
        )
        self.path = f"/merchant/garments/{self.garment.pk}/"

    def edit(self, **context) -> Page:
        page = self.open_as_merchant(self.path, **context)
        page.get_by_text("Put key points right").click()
        return page

    def save(self, page: Page) -> dict:
        page.get_by_role("button", name="Save the points").click()
        expect(
            page.get_by_text("Every later try-on uses these points.")
        ).to_be_visible()
        self.garment.refresh_from_db()
        return self.garment.keypoints

    def test_a_point_is_dragged_and_snaps_to_the_outline(self):
        page = self.edit()
        page.get_by_role("button", name="Hem, left").hover()  # which may scroll
        picture_box = page.locator("[data-picture]").bounding_box()
        scale = picture_box["width"] / 300

        page.mouse.down()
        x, y = picture_box["x"] + 70 * scale, picture_box["y"] + 300 * scale
        page.mouse.move(x, y, steps=4)
        page.mouse.up()

        found = self.save(page)["left_hem"]
        self.assertEqual(found[0], 50)
        self.assertAlmostEqual(found[1], 300, delta=2)

    def test_a_point_is_moved_by_keys_and_told_aloud(self):
        page = self.edit(viewport=DESK)
        handle = page.get_by_role("button", name="Hem, right")

        handle.focus()
        for key in ("ArrowUp", "Shift+ArrowUp", "ArrowRight"):
            handle.press(key)

        expect(page.locator("[data-said]")).to_have_text(
            "Hem, right: 251 from the left, 339 from the top"
        )
        self.assertEqual(self.save(page), {"right_hem": [251, 339]})

    def test_without_javascript_its_numbers_are_typed(self):
        page = self.edit(java_script_enabled=False)

        page.get_by_label("Hem, left, from the top").fill("320")

        self.assertEqual(self.save(page), {"left_hem": [50, 320]})
        page.get_by_text("Put key points right").click()
        with page.expect_navigation():
            page.get_by_role("button", name="Back to what was found").click()
        self.garment.refresh_from_db()
        self.assertEqual(self.garment.keypoints, {})


class ImportTests(MerchantsWayTestCase):
    rows = tuple(f"A{n},{n}.jpg,Tee {n},99,top" for n in range(6))

    def upload(self, page: Page) -> None:
        pictures = zipped({f"{n}.jpg": picture(n) for n in range(5)})
        page.get_by_label("Pictures, as a ZIP").set_input_files(
            {"name": "p.zip", "mimeType": "application/zip", "buffer": pictures}
        )
        page.get_by_label("Table, as CSV").set_input_files(
            {"name": "t.csv", "mimeType": "text/csv", "buffer": table(*self.rows)}
        )
        page.get_by_role("button", name="Check the table").click()
        expect(page.get_by_text("There is no picture “5.jpg”")).to_be_visible()

    def test_a_dry_run_and_then_all_rows_by_themselves(self):
        page = self.open_as_merchant("/merchant/import/")
        self.upload(page)
        self.assertFalse(Garment.objects.exists())

        page.get_by_role("button", name="Import 5 garments").click()

        expect(page.get_by_text("The import is done.")).to_be_visible()
        self.assertEqual(self.merchant.garments.count(), 5)

    def test_without_javascript_a_button_goes_on(self):
        page = self.open_as_merchant("/merchant/import/", java_script_enabled=False)
        self.upload(page)

        page.get_by_role("button", name="Import 5 garments").click()

        expect(page.get_by_text("The import is done.")).to_be_visible()
        self.assertEqual(GarmentImport.objects.get().counts["created"], 5)

    def test_many_drafts_are_submitted_at_once(self):
        for number in range(3):
            make_garment(
                merchant=self.merchant, status=ReviewStatus.DRAFT, name=f"Tee {number}"
            )
        page = self.open_as_merchant("/merchant/?status=draft", viewport=PHONE)

        page.get_by_label("Choose Tee 1").check()
        page.get_by_role("button", name="Submit for review").click()
        expect(page.get_by_text("1 garment submitted.")).to_be_visible()
        page.get_by_role("button", name=re.compile("Submit all 2 drafts")).click()

        expect(page.get_by_text("2 garments submitted.")).to_be_visible()
