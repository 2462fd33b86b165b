"""The shopper's and the merchant's way in a real Chromium, with the real engine.

One shopper goes the whole way, at first on a phone and then on a desk, and every page
is looked at in both widths.
"""

import re

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from .chromium import Browsers, Complaints, new_context
from .merchants_folder import a_folder_becomes_clothes_on_sale
from .running_shop import ROOT, running_shop

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
HOUSE_MODEL = ROOT / "tools" / "demo_art" / "models" / "w2.jpg"  # Amara

ALL_PICTURES_ARE_THERE = """() => {
  const pictures = [...document.querySelectorAll("#look img")];
  for (const one of pictures) one.loading = "eager";
  return pictures.length > 0 && pictures.every((one) => one.naturalWidth > 0);
}"""
SHOWN_FROM = """(percent) => {
  const style = getComputedStyle(document.querySelector("compare-slider"));
  return Math.abs(parseFloat(style.getPropertyValue("--position")) - percent) < 3;
}"""


@pytest.mark.browser
def test_from_the_catalogue_to_a_refined_look(browsers: Browsers, tmp_path):
    browser = browsers.with_flags()
    with running_shop(tmp_path) as address:
        page = open_page(browser, PHONE)
        complaints = Complaints(page, address)

        three_taps_to_a_look_on_a_house_model(page, address)
        the_slider_moves_by_key_click_and_drag(page)
        the_picture_can_be_downloaded(page)
        everything_on_the_same_model(page, address)
        a_look_is_shared_with_a_stranger(page, browser)
        page.set_viewport_size(DESK)
        another_piece_on_a_photo_of_ones_own(page, address)
        the_slider_moves_by_key_click_and_drag(page)
        the_picture_can_be_downloaded(page)
        everything_can_be_deleted(page, address)

        assert complaints.found == []
        page.context.close()
        a_folder_becomes_clothes_on_sale(browser, address, tmp_path)


def open_page(browser: Browser, viewport: dict) -> Page:
    return new_context(browser, viewport=viewport, locale="en-GB").new_page()


def three_taps_to_a_look_on_a_house_model(page: Page, address: str) -> None:
    page.goto(f"{address}/?kind=top")
    expect_no_sideways_scrolling(page)
    page.get_by_role("link", name=re.compile("^Try it on ")).first.click()
    page.wait_for_url("**/try-on/?top=*")
    expect_no_sideways_scrolling(page)
    page.get_by_role("radio", name=re.compile("Amara")).check()
    page.get_by_role("button", name="Try it on").click()
    page.wait_for_url("**/looks/*/")
    page.reload()  # the page may be left and reloaded at any stage
    expect_look(page)
    expect(page.locator(".strip__item")).to_have_count(3)  # photo, coarse, refined
    expect_no_sideways_scrolling(page)


def expect_look(page: Page) -> None:
    """The refined look comes by itself: title, words read aloud, and the pictures."""
    done = re.compile("^Your look is ready")
    expect(page).to_have_title(done)
    expect(page.get_by_role("heading", level=1)).to_have_text(done)
    expect(page.locator("#announcement")).to_have_text(done)
    captions = page.locator(".strip__item figcaption")
    expect(captions.get_by_text("Refined", exact=True)).to_be_visible()
    page.get_by_role("checkbox", name="Show what was changed").check()
    page.wait_for_function(ALL_PICTURES_ARE_THERE)


def the_slider_moves_by_key_click_and_drag(page: Page) -> None:
    slider = page.get_by_role("slider", name="Compare before and after")
    slider.scroll_into_view_if_needed()
    slider.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "51 % after")
    page.wait_for_function(SHOWN_FROM, arg=49)

    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.click(box["x"] + 0.25 * box["width"], middle)
    page.wait_for_function(SHOWN_FROM, arg=25)

    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], middle, steps=4)
    page.mouse.up()
    page.wait_for_function(SHOWN_FROM, arg=80)


def the_picture_can_be_downloaded(page: Page) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").first.click()
    name = download.value.suggested_filename
    assert re.fullmatch(r"fitting-room-[\w-]+-refined\.\w+", name)
    with (
        Image.open(download.value.path()) as picture,
        Image.open(HOUSE_MODEL) as before,
    ):
        assert picture.size == before.size  # framing never changes


def everything_on_the_same_model(page: Page, address: str) -> None:
    """Cards in sight get dressed by themselves; two of them are compared."""
    page.get_by_role("link", name="See everything on Amara").click()
    page.wait_for_url("**/on-me/?*")
    page.get_by_role("link", name="Dresses", exact=True).click()
    page.wait_for_url("**/on-me/?*kind=dress*")
    expect_no_sideways_scrolling(page)
    worn = page.locator(".on-me__worn img")
    for number in range(2):
        expect(worn.nth(number)).to_be_visible()
        page.get_by_role("checkbox", name=re.compile("^Compare")).nth(number).check()
    counted = re.compile(r"[2-9] of the \d on this page are on")
    expect(page.locator(".on-me__progress")).to_contain_text(counted)
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_url("**/looks/compare/?*")
    expect(page.locator(".compared figure")).to_have_count(2)
    expect_no_sideways_scrolling(page)
    page.locator(".compared figure a").first.click()


def a_look_is_shared_with_a_stranger(page: Page, browser: Browser) -> None:
    page.get_by_text("Name and share").click()
    page.get_by_label("A name for this look").fill("For Sunday")
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()
    page.get_by_text("Name and share").click()
    page.get_by_role("button", name="Make an address to share").click()
    shared = page.get_by_label("Whoever has this address").input_value()
    stranger = open_page(browser, PHONE)
    stranger.goto(shared)
    expect(stranger.get_by_role("heading", name="For Sunday")).to_be_visible()
    expect(stranger.locator(".look__picture")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="Stop sharing").click()
    assert stranger.reload().status == 404
    stranger.context.close()


def another_piece_on_a_photo_of_ones_own(page: Page, address: str) -> None:
    page.goto(f"{address}/?kind=dress")
    page.get_by_role("link", name=re.compile("^Try it on ")).first.click()
    page.wait_for_url("**/try-on/?dress=*")  # and its scripts, which take the photo
    expect_no_sideways_scrolling(page)
    page.get_by_label("I am in this photo or may use it").check()
    page.locator("input[type=file]").set_input_files(HOUSE_MODEL)
    mine = page.get_by_role("radio", name=re.compile("You"))
    expect(mine).to_be_checked()
    page.get_by_role("button", name="Try it on").click()
    page.wait_for_url("**/looks/*/")
    expect_look(page)


def everything_can_be_deleted(page: Page, address: str) -> None:
    page.goto(f"{address}/looks/")
    expect(page.locator(".look-card")).to_have_count(2)
    expect_no_sideways_scrolling(page)
    page.get_by_role("link", name="Delete all my photos and looks").click()
    page.get_by_role("button", name="Delete everything").click()
    expect(page.locator(".receipt")).to_contain_text("1 photo")
    expect(page.locator(".receipt")).to_contain_text(re.compile(r"[3-9] looks"))
    page.goto(f"{address}/looks/")
    expect(page.get_by_text("No looks yet")).to_be_visible()


def expect_no_sideways_scrolling(page: Page) -> None:
    before = page.viewport_size
    for viewport in (PHONE, DESK):
        page.set_viewport_size(viewport)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"]
    page.set_viewport_size(before)
