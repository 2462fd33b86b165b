"""Every page of the site: in both languages and schemes, on a phone and on a desk.

The pages are the rows of `site_pages.py`; the one server shows what `cast.py` made. Axe
sees each page four times, so that every scheme meets both languages and both widths.
"""

from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.chinese import latin_words, our_english

from .chromium import Complaints
from .conftest import Site
from .site_pages import PAGES, Row

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
SMALLEST = {"width": 360, "height": 740}
MOST_BYTES = 200_000  # of style sheets and scripts
# For each language: how the page is looked at first and then.
VIEWS = {
    "en": [(PHONE, "light"), (DESK, "dark")],
    "zh-hans": [(DESK, "light"), (PHONE, "dark")],
}
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# Without `preload`, for which axe would put style elements into the page.
RUN_AXE = """async (tags) => {
  const found = await axe.run({
    runOnly: tags,
    preload: false,
    resultTypes: ["violations"],
    rules: { "target-size": { enabled: true } },
  });
  return found.violations.flatMap((one) => one.nodes.map(
    (node) => `${one.id}: ${node.html.slice(0, 200)} (${node.failureSummary})`
  ));
}"""
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Until the new size and scheme are drawn, transitions and all.
SETTLE = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  for (const one of document.getAnimations()) {
    if (one.effect.getComputedTiming().endTime < Infinity) one.finish();
  }
}"""
OUR_ENGLISH = our_english()
LOOK_OVER = Path(__file__).with_name("look_over.js").read_text(encoding="utf-8")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ALL_PICTURES = """() => {
  const pictures = [...document.images].filter((one) => one.checkVisibility());
  for (const one of pictures) one.loading = "eager";
  return Promise.allSettled(pictures.map((one) => one.decode()));
}"""


@pytest.mark.parametrize("language", VIEWS)
@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_page(site: Site, row: Row, language: str):
    page, complaints = site.page_of(row.visitor, language)
    first, then = VIEWS[language]
    tags = WCAG if row.is_admin else [*WCAG, "best-practice"]

    show(page, *first)
    open_page(site, page, complaints, row, language)
    page.evaluate(ALL_PICTURES)
    seen = page.evaluate(LOOK_OVER)
    page.evaluate(AXE)
    found = page.evaluate(RUN_AXE, tags)
    show(page, *then)
    page.evaluate(SETTLE)
    found += page.evaluate(RUN_AXE, tags)

    problems = {"axe": found, "browser": complaints.found}
    if language == "zh-hans":
        problems["English"] = english(seen["texts"], site, row)
    if not row.is_admin:
        problems["pictures"] = seen["broken"] + seen["unsized"]
        problems["small target"] = seen["small"]
        problems["moves, though the visitor wants it still"] = seen["moving"]
        problems["heavy"] = [seen["bytes"]] if seen["bytes"] > MOST_BYTES else []
        problems["scrolls sideways"] = sideways(page)
    assert seen["language"] == language
    lines = [f"{what}: {one}" for what, where in problems.items() for one in where]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def english(texts: list[str], site: Site, row: Row) -> list[str]:
    """What a Chinese reader meets in English; of Django's own pages, our words."""
    if row.is_admin:
        return [text for text in texts if text in OUR_ENGLISH]
    for name in site.cast["words"]:
        texts = [text.replace(name, "") for text in texts]
    return [text for text in texts if latin_words(text)]


def show(page: Page, viewport: dict[str, int], scheme: str) -> None:
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)


def open_page(
    site: Site, page: Page, complaints: Complaints, row: Row, language: str
) -> None:
    address = row.address.format(**site.cast["names"])
    complaints.found.clear()
    complaints.allowed = (f"{row.status} {address}",)
    page.unroute_all()
    if row.rendered:
        body = site.cast["rendered"][language][row.rendered]
        page.route(
            f"**{address}",
            lambda route: route.fulfill(
                status=row.status, content_type="text/html; charset=utf-8", body=body
            ),
        )
    answer = page.goto(site.address + address)
    assert answer is not None and answer.status == row.status
    if row.send:
        with page.expect_navigation():
            page.locator(row.send).first.evaluate("form => form.submit()")


def sideways(page: Page) -> list[str]:
    """The widths at which the page can be scrolled sideways."""
    found = []
    for viewport in (SMALLEST, PHONE, DESK):
        page.set_viewport_size(viewport)
        if page.evaluate(SIDEWAYS) > 0:
            found.append(f"{viewport['width']} px")
    return found
