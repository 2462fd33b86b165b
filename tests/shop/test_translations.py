"""Chinese readers get Chinese: every text is translated, and no page forgets one."""

import io
import re
import tempfile
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from django.conf import settings
from django.test import SimpleTestCase, TestCase, override_settings
from django.urls import reverse
from django.utils.translation import override
from django.utils.translation.template import templatize

from shop import reasons
from shop.imports.archive import Archive
from shop.imports.rows import _meanings, heading_names
from shop.models import ReviewStatus, SessionStatus, Stage, TaskState
from shop.services.imports import GarmentImporter, open_table, tally
from tests.archives import picture, table, zipped
from tests.check_server import check_server
from tests.chinese import latin_words, read_catalogue
from tests.factories import (
    PASSWORD,
    make_garment,
    make_merchant,
    make_person_image,
    make_session,
    make_shopper,
    make_task,
    make_user,
)

LANGUAGE = "zh-hans"
SOURCES = ("shop", "templates", "tryon_engine", "tryon_site")
ADVICE = "run `make messages` and translate what is new"

# What the functions of django.utils.translation take, in Babel's notation.
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")


def texts_of(catalogue: Catalog) -> dict:
    """The messages by (context, singular); the header is none."""
    return {
        (message.context, first(message.id)): message
        for message in catalogue
        if message.id
    }


def first(text: str | tuple) -> str:
    return text if isinstance(text, str) else text[0]


def source_texts() -> set[tuple[str | None, str]]:
    """What `makemessages` would collect, without GNU gettext."""
    found = set()
    for folder in SOURCES:
        for path in (settings.BASE_DIR / folder).rglob("*"):
            if path.suffix not in (".py", ".html", ".txt"):
                continue
            code = path.read_text(encoding="utf-8")
            if path.suffix != ".py":
                # Calls between dummies, one a line; their indentation says nothing.
                lines = templatize(code, origin=str(path)).splitlines()
                code = "\n".join(line.strip() for line in lines)
            stream = io.BytesIO(code.encode())
            for _line, text, _comments, context in extract("python", stream, KEYWORDS):
                found.add((context, first(text)))
    return found


class CatalogueTests(SimpleTestCase):
    def test_every_text_is_translated(self):
        for key, message in texts_of(read_catalogue()).items():
            with self.subTest(key):
                strings = (
                    [message.string]
                    if isinstance(message.string, str)
                    else message.string
                )

                self.assertTrue(strings and all(strings), ADVICE)
                self.assertFalse(message.fuzzy, ADVICE)

    def test_translations_keep_the_placeholders(self):
        for key, message in texts_of(read_catalogue()).items():
            with self.subTest(key):
                source = message.id if isinstance(message.id, str) else message.id[-1]

                self.assertCountEqual(
                    PLACEHOLDER.findall(first(message.string)),
                    PLACEHOLDER.findall(source),
                )

    def test_holds_the_texts_of_the_source_and_no_others(self):
        known, used = set(texts_of(read_catalogue())), source_texts()

        self.assertGreater(len(used), 300)
        self.assertEqual(used - known, set(), f"missing: {ADVICE}")
        self.assertEqual(known - used, set(), f"no longer used: {ADVICE}")

    def test_no_text_hides_behind_another_name(self):
        """Extraction knows the functions by their own names and as `_`."""
        alias = re.compile(r"\b[np]*gettext\w* as (?!_\b)\w+")
        for folder in SOURCES:
            for path in (settings.BASE_DIR / folder).rglob("*.py"):
                with self.subTest(path):
                    self.assertEqual(alias.findall(path.read_text("utf-8")), [])


class Words(HTMLParser):
    """What a reader meets: text, and the attributes that are shown or read aloud."""

    SHOWN = ("alt", "aria-label", "placeholder", "title")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.silent = tag in ("script", "style")
        # Scripts take their texts from data attributes.
        self.texts += [
            value
            for name, value in attrs
            if value and (name in self.SHOWN or name.startswith("data-"))
        ]

    def handle_endtag(self, tag):
        self.silent = False

    def handle_data(self, data):
        if not self.silent:
            self.texts.append(data)

    @property
    def foreign(self) -> list[str]:
        """Texts with a Latin word that has no place in Chinese."""
        return [text.strip() for text in self.texts if latin_words(text)]


class ChineseTestCase(TestCase):
    """Speaks from a catalogue compiled here, so that no `.mo` file can be stale."""

    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        compiled = Path(folder) / "zh_Hans" / "LC_MESSAGES" / "django.mo"
        compiled.parent.mkdir(parents=True)
        with compiled.open("wb") as file:
            write_mo(file, read_catalogue())
        cls.enterClassContext(override_settings(LOCALE_PATHS=[folder]))
        super().setUpClass()


class ImportedTablesTests(ChineseTestCase):
    """Tables as Chinese merchants write them."""

    def setUp(self):
        self.forget()
        self.addCleanup(self.forget)
        self.merchant = make_merchant()
        self.server = self.enterContext(check_server())

    def forget(self):
        """What was said in another language, or without a catalogue."""
        heading_names.cache_clear()
        _meanings.cache_clear()

    def run_import(self, *rows):
        known = open_table(
            table(*rows, heading="货号,图片,名称,价格,类别,袖长,适合人群")
        )
        with Archive(io.BytesIO(zipped({"1.jpg": picture()}))) as archive:
            return tally(GarmentImporter(self.merchant, known, archive).run())

    def test_headings_and_choices_in_chinese(self):
        self.run_import("1,1.jpg,白衬衫,99,上装,长袖,女装")

        shirt = self.merchant.garments.get()
        self.assertEqual((shirt.name, shirt.kind), ("白衬衫", "top"))
        self.assertEqual((shirt.sleeve, shirt.audience), ("long", "women"))

    def test_errors_in_both_languages(self):
        _counts, (problem,) = self.run_import("1,1.jpg,白衬衫,0,上装,长袖,女装")

        self.assertEqual(str(problem), "Please enter a price above zero.")
        with override("zh-hans"):
            self.assertEqual(latin_words(str(problem)), set())


class ChinesePagesTests(ChineseTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_user()
        cls.merchant = make_merchant(user=cls.user, shop_name="棉麻铺子")
        words = {"name_zh": "白衬衫", "description_zh": "棉布。", "price": 99}
        cls.garments = [
            make_garment(
                merchant=cls.merchant,
                status=status,
                rejection_reason="太暗。" if status == ReviewStatus.REJECTED else "",
                **words,
            )
            for status in ReviewStatus
        ]
        cls.on_sale = cls.garments[ReviewStatus.values.index(ReviewStatus.PUBLISHED)]
        cls.dress = make_garment("dress", merchant=cls.merchant, **words)
        make_garment("bottom", merchant=cls.merchant, **words)
        make_person_image(is_house_model=True, name="Clara", name_zh="克拉拉")
        cls.shopper = make_shopper(user=cls.user)
        cls.photo = make_person_image(
            shopper=cls.shopper,
            findings=[{"code": "too-dark", "severity": "warning"}],
        )
        cls.sessions = [
            make_session(
                shopper=cls.shopper,
                person_image=cls.photo,
                top=cls.on_sale,
                status=status,
                reason="busy" if status == SessionStatus.FAILED else "",
            )
            for status in SessionStatus
        ]
        for session in cls.sessions:
            if session.status in (SessionStatus.REFINED, SessionStatus.COARSE_ONLY):
                for stage in Stage:
                    make_task(TaskState.SUCCEEDED, session=session, stage=stage)

    def setUp(self):
        self.client.defaults["HTTP_ACCEPT_LANGUAGE"] = LANGUAGE

    def assert_chinese(self, answer):
        html = answer.content.decode()
        self.assertIn(f'<html lang="{LANGUAGE}">', html)
        self.assertEqual(Words(html).foreign, [])

    def assert_all_chinese(self, *addresses: str):
        for address in addresses:
            with self.subTest(address):
                self.assert_chinese(self.client.get(address))

    def test_for_guests(self):
        names = (
            *("garment-list", "tryon-start", "session-list", "forget-me"),
            *("sign-in", "sign-up", "how-it-works", "photo-guide", "privacy"),
            "merchant-sign-up",
        )
        self.assert_all_chinese(
            *(reverse(name) for name in names),
            "/?q=nothing-of-that-name",
            "/?kind=dress&top=" + self.on_sale.slug,
            self.on_sale.get_absolute_url(),
            self.dress.get_absolute_url(),
            "/no-such-page/",
        )

    def test_for_shoppers(self):
        self.client.force_login(self.user)
        names = ("tryon-start", "session-list", "forget-me", "account")
        self.assert_all_chinese(
            *(reverse(name) for name in (*names, "password-change")),
            *(session.get_absolute_url() for session in self.sessions),
            reverse("session-delete", args=[self.sessions[0].public_id]),
        )

    def test_for_merchants(self):
        self.client.force_login(self.user)
        names = (
            *("merchant-dashboard", "merchant-garment-new", "merchant-profile"),
            *("merchant-import-new", "merchant-statistics"),
        )
        # The fields of an editable garment hold its English words, as they should.
        self.assert_all_chinese(
            *(reverse(name) for name in names),
            reverse("merchant-dashboard") + "?status=draft",
            *(
                reverse("merchant-garment", args=[garment.pk])
                for garment in self.garments
                if garment.is_editable
            ),
        )

    def test_what_forms_refuse(self):
        for name, fields in (
            ("tryon-start", {"outfit": "pieces"}),
            ("sign-in", {"username": "nobody@example.com", "password": "wrong"}),
            ("sign-up", {"email": self.user.email, "password1": PASSWORD}),
            ("merchant-sign-up", {}),
        ):
            with self.subTest(name):
                self.assert_chinese(self.client.post(reverse(name), fields))

    def test_what_is_said_afterwards(self):
        self.client.force_login(self.user)
        delete = reverse("session-delete", args=[self.sessions[-1].public_id])
        self.assert_chinese(self.client.post(delete, follow=True))
        self.assert_chinese(self.client.post(reverse("forget-me")))

    def test_what_a_failed_tryon_says(self):
        self.client.force_login(self.user)
        failed = next(
            session
            for session in self.sessions
            if session.status == SessionStatus.FAILED
        )
        for reason in reasons.SENTENCES:
            failed.reason = reason
            failed.save(update_fields=["reason"])
            with self.subTest(reason):
                self.assert_chinese(self.client.get(failed.get_absolute_url()))
