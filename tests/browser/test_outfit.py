"""Top, bottom or dress: what is chosen for a try-on, changed and taken back."""

import pytest
from playwright.sync_api import expect

from shop.models import GarmentKind
from tests.factories import make_garment, make_person_image, make_session, make_shopper

from .browser_case import DESK, BrowserTestCase

pytestmark = pytest.mark.browser


class OutfitTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        for kind, slug in (
            (GarmentKind.TOP, "tee"),
            (GarmentKind.TOP, "shirt"),
            (GarmentKind.BOTTOM, "jeans"),
            (GarmentKind.DRESS, "slip"),
        ):
            make_garment(kind, slug=slug, name=slug)
        make_person_image(is_house_model=True, name="Clara")

    def test_choices_are_taken_back_one_by_one(self):
        page = self.open("/try-on/?top=tee&bottom=jeans")
        undo = page.get_by_role("button", name="Undo the last change")
        expect(undo).to_be_hidden()

        page.get_by_role("radio", name="shirt").check()
        page.get_by_role("radio", name="Dress").check()
        expect(page.get_by_text("replaces top and bottom.")).to_be_visible()
        undo.click()
        expect(page.get_by_role("radio", name="Top and bottom")).to_be_checked()
        expect(page.get_by_role("radio", name="shirt")).to_be_checked()
        undo.click()

        expect(page.get_by_role("radio", name="tee")).to_be_checked()
        expect(page.get_by_role("radio", name="jeans")).to_be_checked()
        expect(page.get_by_text("Undone.")).to_be_visible()
        expect(undo).to_be_hidden()

    def test_what_is_chosen_on_the_page_is_carried_along(self):
        shopper = make_shopper()
        worn = make_garment(GarmentKind.BOTTOM, slug="skirt", name="skirt")
        make_session(shopper=shopper, bottom=worn)
        page = self.open("/try-on/?top=tee&bottom=jeans", shopper)

        page.get_by_role("radio", name="shirt").check()
        page.get_by_role("region", name="Recently tried").get_by_role("link").click()

        page.wait_for_url("**bottom=skirt**")
        expect(page.get_by_role("radio", name="shirt")).to_be_checked()
        expect(page.get_by_role("radio", name="skirt")).to_be_checked()
        expect(page.get_by_text("Taken off: jeans.")).to_be_visible()
        page.get_by_role("link", name="Undo").click()
        expect(page.get_by_role("radio", name="jeans")).to_be_checked()
        expect(page.get_by_role("radio", name="shirt")).to_be_checked()


class OutfitOnADeskTests(OutfitTests):
    viewport = DESK
