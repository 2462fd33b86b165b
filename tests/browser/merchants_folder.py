"""From a merchant's folder of flats to a piece that a shopper tries on."""

import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from .chromium import new_context
from .running_shop import ROOT

DESK = {"width": 1440, "height": 900}
FLATS = ROOT / "tools" / "demo_art" / "flats"
PIECE = "Moss tee of the house"


def a_folder_becomes_clothes_on_sale(browser: Browser, address: str, data: Path):
    """Uploaded, judged, dressed on the models, submitted, approved, and tried on."""
    merchant = signed_in(browser, address, data, "merchant@example.com")
    upload(merchant, address, make_folder(data / "flats"))
    describe_and_submit(merchant)
    staff = signed_in(browser, address, data, "staff@example.com")
    approve(staff, address)
    merchant.reload()
    expect(merchant.locator(".garment-head")).to_contain_text("Published")
    try_on(new_page(browser), address)
    merchant.goto(f"{address}/merchant/statistics/")
    row = merchant.get_by_role("row", name=re.compile(PIECE))
    expect(row.get_by_role("cell").first).to_have_text("1")
    for page in (merchant, staff):
        page.context.close()


def new_page(browser: Browser) -> Page:
    return new_context(browser, viewport=DESK, locale="en-GB").new_page()


def signed_in(browser: Browser, address: str, data: Path, email: str) -> Page:
    page = new_page(browser)
    page.goto(f"{address}/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill((data / "demo_password").read_text().strip())
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Account")).to_be_visible()
    return page


def make_folder(folder: Path) -> Path:
    """Two good flats, one of them in a folder of its own, and a person."""
    (folder / "more").mkdir(parents=True)
    for name, flat in (
        ("tee.jpg", FLATS / "tee_sage_vneck.jpg"),
        ("more/skirt.jpg", FLATS / "skirt_corduroy_rust.jpg"),
        ("somebody.jpg", ROOT / "tools" / "demo_art" / "models" / "w2.jpg"),
    ):
        with Image.open(flat) as picture:  # another size: a picture of their own
            picture.resize((picture.width - 4, picture.height)).save(folder / name)
    return folder


def upload(page: Page, address: str, folder: Path) -> None:
    page.goto(f"{address}/merchant/garments/new/")
    page.get_by_label("Choose a folder").set_input_files(folder)
    said = page.get_by_text("3 of 3 pictures checked")
    expect(said).to_be_visible()
    expect(page.locator(".verdict--good")).to_have_count(2)
    expect(page.locator(".verdict--bad")).to_contain_text("Somebody wears this garment")
    page.get_by_role("link", name="Open tee.jpg").click()
    page.wait_for_url(re.compile(r"/merchant/garments/\d+/$"))


def describe_and_submit(page: Page) -> None:
    """What the check saw is filled in; the key points can be moved; then the words."""
    expect(page.get_by_label("Kind", exact=True)).to_have_value("top")
    expect(page.get_by_label("Sleeves")).to_have_value("short")
    page.get_by_text("Put key points right").click()
    page.get_by_role("button", name="Hem, left").press("Shift+ArrowUp")
    page.get_by_role("button", name="Save the points").click()
    expect(page.get_by_text("Every later try-on uses these points.")).to_be_visible()
    dressed = page.locator("img.previews__picture")
    expect(dressed).to_have_count(2)
    page.get_by_label("Name", exact=True).fill(PIECE)
    page.get_by_label("Price").fill("129")
    page.get_by_role("button", name="Save and submit for review").click()
    expect(page.get_by_text("Submitted. We look at it soon.")).to_be_visible()


def approve(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/review/")
    expect(page.get_by_role("heading", name=re.compile(PIECE))).to_be_visible()
    page.get_by_role("button", name=re.compile("Approve and publish")).click()
    expect(page.get_by_text("is published.")).to_be_visible()


def try_on(page: Page, address: str) -> None:
    page.goto(f"{address}/?q={PIECE}")
    page.get_by_role("link", name=re.compile("^Try it on ")).first.click()
    page.get_by_role("radio", name=re.compile("Amara")).check()
    page.get_by_role("button", name="Try it on").click()
    done = re.compile("^Your look is ready")
    expect(page).to_have_title(done)
    page.context.close()
