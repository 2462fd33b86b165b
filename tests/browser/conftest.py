"""One server for all tests that look at pages, one browser for those of a module."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from .chromium import FLAGS, Complaints, find_chromium
from .running_shop import running_pages


@dataclass
class Site:
    """The running site, and a page in it for each visitor and language."""

    address: str
    cast: dict
    browser: Browser
    pages: dict[tuple[str, str], tuple[Page, Complaints]]

    def page_of(self, visitor: str, language: str) -> tuple[Page, Complaints]:
        key = (visitor, language)
        if key not in self.pages:
            self.pages[key] = self.new_page(visitor, language)
        return self.pages[key]

    def new_page(self, visitor: str, language: str) -> tuple[Page, Complaints]:
        page = self._context(visitor, language).new_page()
        return page, Complaints(page, self.address)

    def _context(self, visitor: str, language: str) -> BrowserContext:
        context = self.browser.new_context(locale=language, reduced_motion="reduce")
        cookies = self.cast["cookies"][visitor]
        context.add_cookies(
            [
                {"name": name, "value": value, "url": self.address}
                for name, value in cookies.items()
            ]
        )
        return context


@pytest.fixture(scope="session")
def pages(tmp_path_factory) -> Iterator[tuple[str, dict]]:
    find_chromium()  # or this is skipped
    with running_pages(tmp_path_factory.mktemp("pages")) as (address, cast):
        yield address, cast


# Not longer than a module: there may be one Playwright in a process at a time.
@pytest.fixture(scope="module")
def site(pages) -> Iterator[Site]:
    address, cast = pages
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=FLAGS
        )
        yield Site(address, cast, browser, {})
        browser.close()
