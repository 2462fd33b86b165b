"""Pictures of every page of a running site, to be looked at one by one.

    .venv/bin/python tools/screenshots.py --password PASSWORD [--url http://127.0.0.1:8000]
        [--out build/screenshots] [--only "on me"] [--language en] [--scheme dark]
        [--width 390]

`make run` prints the password of its demo accounts. The pages are those of
`tests/browser/site_pages.py`. First the shopper of the demo goes the whole way (a
photo, looks, the rail, a shared look), so that there is something to see; that takes a
minute. Then each page is taken by language, scheme and width:
OUT/en/dark/390/on-me.png, and with it what a visit goes through
(`tools/visit_pictures.py`; `--only visit` for these alone). Pages that the running site
has nothing to show for are named at the end.
"""

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from visit_pictures import go_on_a_visit  # noqa: E402

from tests.browser.chromium import FLAGS, find_chromium  # noqa: E402
from tests.browser.site_pages import PAGES, Row  # noqa: E402

LANGUAGES = {"en": "en-GB", "zh-hans": "zh-CN"}
SCHEMES = ("light", "dark")
WIDTHS = (390, 1440)
HEIGHTS = {390: 844, 1440: 900}
PHOTO = ROOT / "tools" / "demo_art" / "models" / "w2.jpg"
WITHIN_MS = 120_000  # on a machine that does other things, too
ALL_PICTURES = """async () => {
  const pictures = [...document.images].filter((one) => one.checkVisibility());
  for (const one of pictures) one.loading = "eager";
  await Promise.allSettled(pictures.map((one) => one.decode()));
}"""


@dataclass
class Site:
    address: str
    browser: Browser
    visits: dict[str, dict] = field(default_factory=dict)  # cookies, by visitor
    names: dict[str, str] = field(default_factory=dict)

    def page(self, visitor: str, **options: object) -> Page:
        state = self.visits.get(visitor)
        return self.browser.new_context(storage_state=state, **options).new_page()


def main() -> None:
    options = parse_arguments()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=FLAGS
        )
        site = Site(options.url.rstrip("/"), browser)
        for visitor in ("shopper", "merchant", "staff"):
            sign_in(site, visitor, options.password)
        choose_clothes(site)
        find_own_garments(site)
        go_the_whole_way(site)
        rows = [row for row in PAGES if options.only in row.name]
        for language in options.language:
            for scheme in options.scheme:
                for width in options.width:
                    folder = options.out / language / scheme / str(width)
                    take(site, rows, language, scheme, width, folder)
                    if options.only in "visit":
                        visit(site, language, scheme, width, folder)
        browser.close()
    missing = [row.name for row in rows if not can_be_shown(site, row)]
    print("Not to be seen on this site:", ", ".join(missing) or "nothing")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--password", required=True, help="of the demo's accounts")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "screenshots")
    parser.add_argument("--only", default="", help="part of the names of the pages")
    for name, choices in (("language", LANGUAGES), ("scheme", SCHEMES)):
        parser.add_argument(
            f"--{name}", choices=choices, nargs="+", default=list(choices)
        )
    parser.add_argument("--width", type=int, choices=WIDTHS, nargs="+", default=WIDTHS)
    return parser.parse_args()


# --- what there is to see -----------------------------------------------------
def sign_in(site: Site, visitor: str, password: str) -> None:
    page = site.page(visitor)
    page.goto(f"{site.address}/sign-in/")
    page.fill("[name=username]", f"{visitor}@example.com")
    page.fill("[name=password]", password)
    page.click("main form button")
    page.wait_for_url(f"{site.address}/")
    site.visits[visitor] = page.context.storage_state()
    page.context.close()


def choose_clothes(site: Site) -> None:
    """The newest piece of each kind, and the first house model."""
    page = site.page("guest")
    for kind in ("top", "bottom", "dress"):
        page.goto(f"{site.address}/?kind={kind}")
        link = page.locator(".garment-card__name a").first
        site.names[kind] = link.get_attribute("href").strip("/").split("/")[-1]
    page.goto(f"{site.address}/on-me/")
    model = page.locator("a.person-choice[href*='person=']").first
    site.names["model"] = person_in(model.get_attribute("href"))
    page.context.close()


def find_own_garments(site: Site) -> None:
    """One garment of the merchant in each state of the review, where there is one."""
    page = site.page("merchant")
    for status in ("draft", "in_review", "published", "rejected", "archived"):
        page.goto(f"{site.address}/merchant/?status={status}")
        links = page.locator("main a[href]").evaluate_all("all => all.map(a => a.href)")
        found = re.findall(r"/merchant/garments/(\d+)/", " ".join(links))
        site.names |= {f"garment_{status}": number for number in found[:1]}
    page.context.close()


def go_the_whole_way(site: Site) -> None:
    """A photo, two looks of which one is shared, and some cards of the rail."""
    page = site.page("shopper", locale="en-GB", viewport={"width": 1440, "height": 900})
    page.goto(f"{site.address}/try-on/?top={site.names['top']}")
    consent = page.locator("[name=consent]")
    if consent.count():
        consent.check()
    page.set_input_files("input[type=file]", PHOTO)
    page.wait_for_selector("[data-arrived] :checked", timeout=WITHIN_MS)
    photo = page.locator("[name=person]:checked").get_attribute("value")
    site.names["photo"] = photo
    names = site.names
    outfits = {
        "look_refined": f"top={names['top']}&bottom={names['bottom']}",
        "look_coarse_only": f"bottom={names['bottom']}",
        "look_shared": f"dress={names['dress']}",
    }
    for name, outfit in outfits.items():
        page.goto(f"{site.address}/try-on/?{outfit}&person={photo}")
        page.click("#tryon-form button")
        page.wait_for_url("**/looks/*/")
        page.wait_for_selector("[download]", timeout=WITHIN_MS)
        page.wait_for_selector("#look:not([hx-get])", timeout=WITHIN_MS)
        names[name] = page.url.strip("/").split("/")[-1]
    page.locator("#share summary").click()
    page.click("[name=share][value=yes]")
    page.wait_for_selector("#share-url")
    names["shared"] = page.input_value("#share-url").strip("/").split("/")[-1]
    page.goto(f"{site.address}/on-me/?person={photo}")
    page.locator(".on-me__worn").nth(4).wait_for(timeout=WITHIN_MS)
    page.context.close()


def person_in(address: str) -> str:
    return re.search(r"person=([0-9a-f-]+)", address)[1]


# --- the pictures -------------------------------------------------------------
def take(
    site: Site, rows: list[Row], language: str, scheme: str, width: int, folder: Path
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pages: dict[str, Page] = {}
    for row in rows:
        if not can_be_shown(site, row):
            continue
        if row.visitor not in pages:
            window = window_of(language, scheme, width)
            pages[row.visitor] = site.page(row.visitor, **window)
        page = pages[row.visitor]
        page.goto(site.address + row.address.format(**site.names))
        if row.send:
            with page.expect_navigation():
                page.locator(row.send).first.evaluate("form => form.submit()")
        page.evaluate(ALL_PICTURES)
        page.screenshot(
            path=folder / f"{slug(row.name)}.png", full_page=True, animations="disabled"
        )
    for page in pages.values():
        page.context.close()


def visit(site: Site, language: str, scheme: str, width: int, folder: Path) -> None:
    page = site.page("visitor", **window_of(language, scheme, width))
    go_on_a_visit(page, site.address, site.names["top"], PHOTO, folder)
    page.context.close()


def window_of(language: str, scheme: str, width: int) -> dict[str, object]:
    return {
        "locale": LANGUAGES[language],
        "color_scheme": scheme,
        "viewport": {"width": width, "height": HEIGHTS[width]},
    }


def can_be_shown(site: Site, row: Row) -> bool:
    wanted = set(re.findall(r"{(\w+)}", row.address))
    return not row.rendered and wanted <= site.names.keys()


def slug(name: str) -> str:
    return re.sub(r"\W+", "-", name)


if __name__ == "__main__":
    main()
