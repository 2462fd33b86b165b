"""A reviewer works through the queue with the keyboard alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Site

pytestmark = pytest.mark.browser

TWO_FRAMES = """async () => {
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
}"""


def test_the_review_queue_by_keyboard(site: Site):
    page, complaints = site.new_page("staff", "en")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{site.address}/admin/review/")
    heading = page.get_by_role("heading", level=1)

    expect(heading).to_contain_text("Brown skirt")
    expect(page.locator("kbd", has_text="A")).to_be_visible()
    press(page, "s")
    expect(heading).to_contain_text("Green coat")
    press(page, "j")
    expect(heading).to_contain_text("Red scarf")
    press(page, "k")
    expect(heading).to_contain_text("Green coat")

    rejecting_with_a_reason(page)
    expect(page.get_by_text("“Green coat” is rejected")).to_be_visible()
    expect(heading).to_contain_text("Red scarf")
    press(page, "a")
    expect(page.get_by_text("“Red scarf” is published.")).to_be_visible()
    expect(heading).to_contain_text("Grey jumper")
    press(page, "s")
    expect(heading).to_contain_text("Brown skirt")  # put off before, so it comes now

    keys_can_be_switched_off(page)
    assert complaints.found == []
    page.context.close()


def press(page: Page, key: str) -> None:
    """Press a key of the page, which knows its keys a moment after it is seen."""
    expect(page.locator("review-keys[data-keys]")).to_be_attached()
    page.keyboard.press(key)


def rejecting_with_a_reason(page: Page) -> None:
    press(page, "r")
    page.keyboard.press("3")
    expect(page.get_by_role("checkbox", name="Blurred or small")).to_be_checked()
    page.keyboard.press("w")
    words = page.get_by_label("In your own words")
    expect(words).to_be_focused()
    page.keyboard.type("As a letter, x is not a key here.")
    expect(words).to_have_value("As a letter, x is not a key here.")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Reject and tell")).to_be_focused()
    page.keyboard.press("x")


def keys_can_be_switched_off(page: Page) -> None:
    page.get_by_role("button", name="Keys are on").press("Enter")
    expect(page.get_by_role("button", name="Keys are off")).to_be_visible()
    page.wait_for_load_state()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("a")
    page.keyboard.press("s")
    page.evaluate(TWO_FRAMES)  # by then a form or a link would be on its way
    assert asked == []
    expect(page).to_have_url(re.compile(r"/admin/review/\d+/$"))
    expect(page.get_by_role("button", name="Approve and publish")).to_be_visible()
