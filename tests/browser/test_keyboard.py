"""The main way with the keyboard alone, on a phone's width; every stop is seen."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Site

pytestmark = pytest.mark.browser

FOCUS = Path(__file__).with_name("focus.js").read_text(encoding="utf-8")
MOST_STOPS = 120


def test_the_main_way_by_keyboard(site: Site):
    page, complaints = site.new_page("leaver", "en")
    page.set_viewport_size({"width": 390, "height": 844})

    from_the_catalogue_to_the_fitting_room(page, site.address)
    choosing_a_model_and_starting(page)
    stopping(page)
    moving_the_slider_and_the_veil(page, site)
    naming_and_sharing(page)
    comparing(page, site.address)
    deleting_everything(page, site.address)

    assert complaints.found == []
    page.context.close()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus, which is seen at every stop."""
    handle = target.element_handle()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS) == ""
        if handle.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{target} is not reached with Tab.")


def from_the_catalogue_to_the_fitting_room(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    tab_to(page, page.get_by_role("link", name="Skip to content"))
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    tab_to(page, page.get_by_role("link", name=re.compile("^Try it on ")).first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/try-on/?*")


def choosing_a_model_and_starting(page: Page) -> None:
    chosen = page.locator("[name=person]:checked")
    tab_to(page, chosen)
    before = chosen.input_value()
    page.keyboard.press("ArrowRight")
    expect(chosen).not_to_have_value(before)
    tab_to(page, page.get_by_role("button", name="Try it on", exact=True))
    page.keyboard.press("Enter")
    page.wait_for_url("**/looks/*/")


def stopping(page: Page) -> None:
    tab_to(page, page.get_by_role("button", name="Stop"))
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", level=1)).to_have_text("Try-on stopped")


def moving_the_slider_and_the_veil(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/looks/{site.cast['names']['leavers_look']}/")
    slider = page.get_by_role("slider", name="Compare before and after")
    tab_to(page, slider)
    page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "51 % after")
    veil = page.get_by_role("checkbox", name="Show what was changed")
    tab_to(page, veil)
    page.keyboard.press("Space")
    expect(veil).to_be_checked()


def naming_and_sharing(page: Page) -> None:
    tab_to(page, page.locator("#share summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("A name for this look"))
    page.keyboard.type("For Monday")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, page.locator("#share summary"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("A name for this look")).to_have_value("For Monday")
    tab_to(page, page.get_by_role("button", name="Make an address to share"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Whoever has this address")).to_be_visible()


def comparing(page: Page, address: str) -> None:
    page.goto(f"{address}/looks/")
    for number in range(2):
        tab_to(page, page.get_by_role("checkbox", name="Compare").nth(number))
        page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Compare", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".compared figure")).to_have_count(2)


def deleting_everything(page: Page, address: str) -> None:
    page.goto(f"{address}/privacy/")
    tab_to(page, page.get_by_role("link", name="Delete my photos and looks"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Delete everything"))
    page.keyboard.press("Enter")
    expect(page.locator(".receipt")).to_contain_text("1 photo")
