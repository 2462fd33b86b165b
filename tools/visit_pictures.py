"""Pictures of what no address shows: the states that a visit goes through.

A part of `screenshots.py`. A new visitor has a photo refused, gets warnings about
another one, waits for a look, loses the connection, looks closely, shares, and has all
of it deleted: each step as it is on a running site, in the folder's `visit-….png`.
"""

import io
from pathlib import Path

from PIL import Image, ImageEnhance
from playwright.sync_api import Page

WITHIN_MS = 120_000  # on a machine that does other things, too
DARK, FEET_AT = 0.3, 0.85


def go_on_a_visit(page: Page, address: str, piece: str, photo: Path, to: Path) -> None:
    """Take the pictures of one visit with `page`, which nobody has used before."""
    page.set_default_timeout(WITHIN_MS)
    page.goto(f"{address}/try-on/?top={piece}")
    page.locator("[name=consent]").first.check()
    _choose(page, "nobody.jpg", _of_nobody())
    _take(page, ".upload__verdict", to / "visit-1-photo-refused.png")
    _choose(page, "dark.jpg", _dark_and_cut(photo))
    _take(page, ".own-photos__warning", to / "visit-2-photo-warned.png")
    page.locator(".upload-more summary").click()
    _choose(page, photo.name, photo.read_bytes())
    page.locator(".own-photos .people li").nth(1).wait_for()
    _take(page, ".own-photos__ready", to / "visit-3-photo-ready.png")
    page.click("#tryon-form button")
    page.wait_for_url("**/looks/*/")
    _take(page, ".waiting", to / "visit-4-waiting.png")
    _take(page, "compare-slider", to / "visit-5-first-look.png")
    _lose_the_connection(page, to / "visit-6-no-connection.png")
    page.locator("#look:not([hx-get])").wait_for()
    page.locator(".look__changes").check()
    page.locator(".compare__changes").evaluate("picture => picture.decode()")
    _take(page, ".compare__changes", to / "visit-7-what-changed.png")
    page.locator(".look__frame [data-zoom]").first.click()
    _take(page, "dialog.zoom", to / "visit-8-zoom.png")
    page.keyboard.press("Escape")
    _share(page, to)
    page.goto(f"{address}/forget-me/")
    with page.expect_navigation():
        page.locator("main form button").first.click()
    _take(page, "main", to / "visit-11-receipt.png")


def _lose_the_connection(page: Page, path: Path) -> None:
    # A look that is ready already asks for nothing any more.
    if page.locator("#look[hx-get]").count():
        page.context.set_offline(True)
        _take(page, "#announcement:not(.visually-hidden)", path)
        page.context.set_offline(False)


def _share(page: Page, to: Path) -> None:
    page.locator("#share summary").click()
    page.click("[name=share][value=yes]")
    _take(page, "#share-url", to / "visit-9-shared.png")
    page.goto(page.input_value("#share-url"))
    _take(page, ".look__picture", to / "visit-10-as-others-see-it.png")


def _take(page: Page, wait_for: str, path: Path) -> None:
    """As it lies in the window: where a visitor looks at that moment."""
    page.locator(wait_for).first.wait_for()
    page.screenshot(path=path, animations="disabled")


def _choose(page: Page, name: str, picture: bytes) -> None:
    file = {"name": name, "mimeType": "image/jpeg", "buffer": picture}
    page.set_input_files("photo-upload input[type=file]", [file])


def _of_nobody() -> bytes:
    return _jpeg(Image.new("RGB", (600, 800), "beige"))


def _dark_and_cut(photo: Path) -> bytes:
    """The photo with too little light and without feet."""
    with Image.open(photo) as image:
        part = image.convert("RGB").crop((0, 0, image.width, image.height * FEET_AT))
    return _jpeg(ImageEnhance.Brightness(part).enhance(DARK))


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()
