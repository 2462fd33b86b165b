"""The page of a look: while one waits for it, and what can be done with it then.

A test moves the try-on on by hand; the whole way with the real engine is in
`test_whole_way.py`.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from shop.models import SessionStatus, Stage, TaskState
from tests.factories import make_garment, make_session, make_shopper, make_task

from .browser_case import DESK, HIDE_TAB, BrowserTestCase

pytestmark = pytest.mark.browser

SIZE = {"result_width": 300, "result_height": 400}


class WaitingTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.shopper = make_shopper()
        self.look = make_session(
            shopper=self.shopper, top=make_garment(name="White tee")
        )
        self.task = make_task(session=self.look)
        for _ in range(5):
            make_task(TaskState.SUCCEEDED)

    def to_coarse(self) -> None:
        self.task.mark_running("coarse-1", "r")
        self.look.mark_fitting()
        done = make_task(TaskState.SUCCEEDED)
        self.task.mark_succeeded(result=done.result.name, **SIZE)
        self.look.mark_coarse_ready()

    def to_refined(self) -> None:
        done = make_task(TaskState.SUCCEEDED, session=self.look, stage=Stage.REFINE)
        self.assertTrue(done.result)
        self.look.mark_refined()

    def test_every_stage_comes_by_itself_and_with_a_reload(self):
        page = self.open(self.look.get_absolute_url(), self.shopper)
        expect(page.get_by_text("Half of our last try-ons")).to_be_visible()
        self.expect_stage(page, "Checking photo and clothes…")

        self.task.mark_running("coarse-1", "r")
        self.look.mark_fitting()
        self.expect_stage(page, "Fitting the clothes…")

        done = make_task(TaskState.SUCCEEDED)
        self.task.mark_succeeded(result=done.result.name, **SIZE)
        self.look.mark_coarse_ready()
        self.expect_stage(page, "First look ready…")

        self.look.mark_refining()
        self.expect_stage(page, "Refining light and edges…")

        self.to_refined()
        self.expect_stage(page, "Your look is ready")
        expect(page.locator(".steps")).to_have_count(0)

    def expect_stage(self, page: Page, words: str) -> None:
        """By itself: title, heading, what is read aloud. Then again, reloaded."""
        for _ in range(2):
            expect(page).to_have_title(re.compile(f"^{words} · White tee"))
            expect(page.get_by_role("heading", level=1)).to_have_text(words)
            page.reload()

    def test_the_stage_is_read_aloud_once_it_changes(self):
        page = self.open(self.look.get_absolute_url(), self.shopper)
        aloud = page.locator("#announcement")
        expect(aloud).to_have_attribute("aria-live", "polite")
        expect(aloud).to_be_empty()

        self.task.mark_running("coarse-1", "r")
        self.look.mark_fitting()

        expect(aloud).to_contain_text("Fitting the clothes")

    def test_a_hidden_tab_asks_nothing_and_catches_up_when_it_is_seen(self):
        page = self.open(self.look.get_absolute_url(), self.shopper, with_clock=True)
        page.evaluate(HIDE_TAB, True)
        asked = []
        page.on("request", lambda request: asked.append(request.url))

        page.clock.run_for(120_000)
        self.assertEqual(asked, [])

        self.task.mark_running("coarse-1", "r")
        self.look.mark_fitting()
        page.evaluate(HIDE_TAB, False)
        expect(page).to_have_title(re.compile("^Fitting the clothes"))
        self.assertTrue(asked)

    def test_stop_ends_the_task_that_waits(self):
        page = self.open(self.look.get_absolute_url(), self.shopper)

        page.get_by_role("button", name="Stop").click()

        expect(page.get_by_role("heading", level=1)).to_have_text("Try-on stopped")
        self.task.refresh_from_db()
        self.assertEqual(self.task.state, TaskState.CANCELED)

    def test_a_better_picture_leaves_the_slider_where_it_is(self):
        self.to_coarse()
        self.look.mark_refining()
        page = self.open(self.look.get_absolute_url(), self.shopper)
        slider = page.get_by_role("slider", name="Compare before and after")
        slider.focus()
        slider.press("End")

        self.to_refined()

        expect(page).to_have_title(re.compile("^Your look is ready"))
        expect(slider).to_have_value("100")
        expect(slider).to_be_focused()


class WaitingOnADeskTests(WaitingTests):
    viewport = DESK


class ResultTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.shopper = make_shopper()
        self.look = make_session(shopper=self.shopper, status=SessionStatus.REFINED)
        for stage in Stage:
            make_task(TaskState.SUCCEEDED, session=self.look, stage=stage)

    def result(self, **context) -> Page:
        return self.open(self.look.get_absolute_url(), self.shopper, **context)

    def test_on_a_desk_photo_and_results_stand_side_by_side(self):
        page = self.result(viewport=DESK)

        boxes = [one.bounding_box() for one in page.locator(".strip__item img").all()]

        self.assertEqual(len(boxes), 3)
        self.assertEqual(len({round(box["y"]) for box in boxes}), 1)
        self.assertLessEqual(boxes[2]["x"] + boxes[2]["width"], DESK["width"])
        expect(page.locator(".strip__tabs")).to_be_hidden()

    def test_on_a_phone_tabs_turn_to_each_picture(self):
        page = self.result()
        tabs = page.get_by_role("navigation", name="Pictures")

        tabs.get_by_role("link", name="Refined").click()

        refined = page.locator("#shot-refine")
        expect(refined).to_be_in_viewport(ratio=0.4)
        expect(tabs.get_by_role("link", name="Refined")).to_have_attribute(
            "aria-current", "true"
        )
        expect(tabs.get_by_role("link", name="Photo")).not_to_have_attribute(
            "aria-current", "true"
        )

    def zoomed(self, **context) -> Page:
        page = self.result(**context)
        page.get_by_role("link", name="Zoom").click()
        expect(page.get_by_role("dialog", name="Picture, enlarged")).to_be_visible()
        expect(page.locator(".zoom__level")).to_have_text("100 %")
        return page

    def test_zooms_by_keys_moves_by_arrows_and_gives_the_focus_back(self):
        page = self.zoomed()
        view, level = page.locator(".zoom__view"), page.locator(".zoom__level")
        expect(page.locator(".zoom__picture")).to_have_attribute(
            "alt", re.compile("^You ")
        )

        page.keyboard.press("+")
        page.keyboard.press("+")
        expect(level).to_have_text("225 %")
        before = view.evaluate("view => view.scrollLeft")
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "([view, before]) => view.scrollLeft > before",
            arg=[view.element_handle(), before],
        )
        page.keyboard.press("-")
        expect(level).to_have_text("150 %")
        page.keyboard.press("0")
        expect(level).to_have_text("100 %")

        page.keyboard.press("Escape")
        expect(page.get_by_role("link", name="Zoom")).to_be_focused()

    def test_a_click_brings_its_point_closer_and_the_next_shows_all_again(self):
        page = self.zoomed(viewport=DESK)
        picture = page.locator(".zoom__picture")
        box = picture.bounding_box()
        x, y = box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"]

        page.mouse.click(x, y)

        expect(page.locator(".zoom__level")).to_have_text("250 %")
        after = picture.bounding_box()
        self.assertAlmostEqual((y - after["y"]) / after["height"], 0.3, delta=0.02)
        page.mouse.click(x, y)
        expect(page.locator(".zoom__level")).to_have_text("100 %")

    def test_two_fingers_zoom(self):
        page = self.zoomed(has_touch=True)
        fingers = page.context.new_cdp_session(page)

        def touch(what: str, *spread: int) -> None:
            points = [
                {"x": 195 + side * off, "y": 300} for off in spread for side in (-1, 1)
            ]
            event = {"type": what, "touchPoints": points}
            fingers.send("Input.dispatchTouchEvent", event)

        touch("touchStart", 40)
        touch("touchMove", 60)
        touch("touchMove", 80)
        touch("touchEnd")

        expect(page.locator(".zoom__level")).to_have_text("200 %")

    def test_buttons_zoom_too(self):
        page = self.zoomed()

        page.get_by_role("button", name="Zoom in").click()
        expect(page.locator(".zoom__level")).to_have_text("150 %")
        page.get_by_role("button", name="Whole picture").click()
        expect(page.locator(".zoom__level")).to_have_text("100 %")
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("dialog")).to_be_hidden()
