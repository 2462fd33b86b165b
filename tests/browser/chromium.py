"""The system's Chromium, and what no page may do in it."""

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.needs import find_program

PATIENCE_MS = 180_000  # on a busy machine; only what fails takes as long
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

expect.set_options(timeout=PATIENCE_MS)


def find_chromium() -> str:
    return find_program(
        *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
        what="the site in a browser",
        package="chromium",
    )


class Browsers:
    """The Chromiums of this process, one for each set of flags that is asked for."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._running: dict[tuple[str, ...], Browser] = {}

    def with_flags(self, *flags: str) -> Browser:
        if flags not in self._running:
            self._running[flags] = self._playwright.chromium.launch(
                executable_path=find_chromium(), args=[*FLAGS, *flags]
            )
        return self._running[flags]

    def close(self) -> None:
        for browser in self._running.values():
            browser.close()


def new_context(browser: Browser, **options) -> BrowserContext:
    """A visitor of their own, as patient as the expectations."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE_MS)
    return context


class Complaints:
    """What a page must not do: log errors, fail a request, ask another host.

    `allowed` holds answers that are meant to be what they are, as "404 /no/such/page".
    """

    def __init__(self, page: Page, address: str, allowed: tuple[str, ...] = ()) -> None:
        self.found: list[str] = []
        self.allowed = allowed
        self._address = address
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"script: {error}"))
        page.on("request", self._request)
        page.on("requestfailed", self._failed)
        page.on("response", self._response)

    def _console(self, message) -> None:
        # An answer that is no success is logged too: its own line says more.
        is_answer = message.text.startswith("Failed to load resource: the server")
        if message.type in ("error", "warning") and not is_answer:
            self.found.append(f"console: {message.text}")

    def _request(self, request) -> None:
        if not request.url.startswith((self._address, "data:", "blob:")):
            self.found.append(f"third party: {request.url}")

    def _failed(self, request) -> None:
        # Leaving a page ends what it was still asking for; a download is no page.
        if request.failure != "net::ERR_ABORTED":
            self.found.append(f"failed: {request.url} ({request.failure})")

    def _response(self, response) -> None:
        answer = f"{response.status} {response.url.removeprefix(self._address)}"
        if response.status >= 400 and answer not in self.allowed:
            self.found.append(f"answer {answer}")
