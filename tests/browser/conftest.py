"""One server for all tests that look at pages, one browser for those of a module."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from unittest import mock

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from .browser_case import BrowserTestCase
from .chromium import Browsers, Complaints, find_chromium, new_context
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
        context = new_context(self.browser, locale=language, reduced_motion="reduce")
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


# Not longer than a module, for Playwright keeps an event loop in this thread; the tests
# use the database beside it, never within it.
@pytest.fixture(scope="module")
def browsers() -> Iterator[Browsers]:
    find_chromium()  # or this is skipped
    allowed = mock.patch.dict(os.environ, DJANGO_ALLOW_ASYNC_UNSAFE="1")
    with allowed, sync_playwright() as playwright:
        browsers = Browsers(playwright)
        yield browsers
        browsers.close()


@pytest.fixture(scope="class", autouse=True)
def browser_of_the_class(request: pytest.FixtureRequest) -> None:
    if request.cls and issubclass(request.cls, BrowserTestCase):
        browsers = request.getfixturevalue("browsers")
        request.cls.browser = browsers.with_flags(*request.cls.flags)


@pytest.fixture(scope="module")
def site(pages, browsers) -> Site:
    address, cast = pages
    return Site(address, cast, browsers.with_flags(), {})
