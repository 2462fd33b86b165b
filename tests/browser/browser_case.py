"""What the tests in a browser share: pages served by this process, and a Chromium.

So a test can change a row by hand and see what the image check was asked.
"""

from django.conf import settings
from playwright.sync_api import Browser, Page

from tests.live_server import StaticLiveServerCase

from .chromium import Complaints, new_context

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
FAKE_CAMERA = "--use-fake-device-for-media-stream"
DROP = """(zone, [name, type, content]) => {
  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type }));
  const event = new DragEvent("drop", { dataTransfer: carried, bubbles: true });
  zone.dispatchEvent(event);
}"""
HIDE_TAB = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


# Static: not from the folder that was collected some day, as LiveServerTestCase does.
class BrowserTestCase(StaticLiveServerCase):
    flags: tuple[str, ...] = (FAKE_CAMERA,)
    viewport = PHONE
    browser: Browser  # given by conftest.py

    def open(
        self,
        path: str,
        shopper=None,
        user=None,
        viewport=None,
        with_clock=False,
        **context,
    ) -> Page:
        """A page of the shop in a new browser, of a shopper or user if one is named.

        `with_clock`: its `page.clock` rules all of its timers. Where it is installed
        later, those that were set before go on by themselves.
        """
        opened = new_context(
            self.browser,
            viewport=viewport or self.viewport,
            locale="en-GB",
            base_url=self.live_server_url,
            **context,
        )
        self.addCleanup(opened.close)
        if user is not None:
            self.client.force_login(user)
        if shopper is not None or user is not None:
            session = self.client.session
            if shopper is not None:
                session["shopper_id"] = shopper.pk
                session.save()
            cookie = {
                "name": settings.SESSION_COOKIE_NAME,
                "value": session.session_key,
            }
            opened.add_cookies([cookie | {"url": self.live_server_url}])
        page = opened.new_page()
        self.complaints = Complaints(page, self.live_server_url)
        if with_clock:
            page.clock.install()
        page.goto(path)
        return page

    def tearDown(self):
        self.assertEqual(self.complaints.found, [])
