"""The system's Chromium, and what no page may do in it."""

from playwright.sync_api import Page, expect

from tests.needs import find_program

PATIENCE_MS = 60_000  # on a busy machine; only what fails takes as long
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

expect.set_options(timeout=PATIENCE_MS)


def find_chromium() -> str:
    return find_program(
        *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
        what="the site in a browser",
        package="chromium",
    )


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
