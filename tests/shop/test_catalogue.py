"""The catalogue: what is found, in which order, and at what cost."""

import io
import re
from decimal import Decimal

from django.test import TestCase
from django.urls import reverse
from django.utils import translation

from shop.models import Audience, GarmentKind, GarmentStyle, ReviewStatus
from shop.services.uploads import CheckResult, clean_picture, store_flat
from shop.templatetags.prices import local_price
from shop.templatetags.words import whole_words
from tests.factories import make_garment, make_merchant, picture_bytes

from .pages import Page


class GarmentListTests(TestCase):
    def found(self, **query: str) -> list[str]:
        answer = self.client.get(reverse("garment-list"), query)
        return [garment.name for garment in answer.context["page"]]

    def test_shows_what_is_on_sale_newest_first_and_nothing_else(self):
        make_garment(name="Old tee")
        make_garment(name="New tee")
        for status in set(ReviewStatus) - {ReviewStatus.PUBLISHED}:
            make_garment(status=status)

        self.assertEqual(self.found(), ["New tee", "Old tee"])

    def test_filters_by_kind(self):
        make_garment(GarmentKind.DRESS, name="Slip")
        make_garment(GarmentKind.TOP, name="Tee")

        self.assertEqual(self.found(kind="dress"), ["Slip"])

    def test_an_audience_includes_what_is_for_everyone(self):
        make_garment(name="Hers", audience=Audience.WOMEN)
        make_garment(name="His", audience=Audience.MEN)
        make_garment(name="Theirs", audience=Audience.ALL)

        self.assertEqual(self.found(audience="men"), ["Theirs", "His"])

    def test_search_wants_every_word_in_either_language(self):
        make_garment(name="Blue linen shirt", name_zh="蓝色亚麻衬衫")
        make_garment(name="Blue jeans")

        self.assertEqual(self.found(q="linen BLUE"), ["Blue linen shirt"])
        self.assertEqual(self.found(q="亚麻"), ["Blue linen shirt"])

    def test_sorts_by_price(self):
        make_garment(name="Dear", price=Decimal(300))
        make_garment(name="Cheap", price=Decimal(20))

        self.assertEqual(self.found(sort="price"), ["Cheap", "Dear"])
        self.assertEqual(self.found(sort="price-down"), ["Dear", "Cheap"])

    def test_filters_by_style(self):
        make_garment(name="Slip", style=GarmentStyle.EVENING)
        make_garment(name="Tee", style=GarmentStyle.SPORTY)
        make_garment(name="Anything")

        self.assertEqual(self.found(style="evening"), ["Slip"])

    def test_filters_by_price_with_both_ends_included(self):
        for price in (99, 100, 200, 201):
            make_garment(name=str(price), price=Decimal(price))

        self.assertEqual(self.found(lowest="100", highest="200"), ["200", "100"])
        self.assertEqual(self.found(lowest="200.01"), ["201"])
        self.assertEqual(self.found(highest="99"), ["99"])

    def test_a_price_range_may_be_given_the_wrong_way_round(self):
        make_garment(name="Tee", price=Decimal(150))

        self.assertEqual(self.found(lowest="200", highest="100"), ["Tee"])

    def test_prices_are_compared_within_a_currency_only(self):
        for name, price, currency in (
            ("Yen", 3000, "JPY"),
            ("Dear", 300, "CNY"),
            ("Cheap", 20, "CNY"),
            ("Euro", 25, "EUR"),
        ):
            make_garment(name=name, price=Decimal(price), currency=currency)

        rising = ["Cheap", "Dear", "Euro", "Yen"]
        self.assertEqual(self.found(sort="price"), rising)
        falling = ["Dear", "Cheap", "Euro", "Yen"]
        self.assertEqual(self.found(sort="price-down"), falling)
        answer = self.client.get(reverse("garment-list"), {"sort": "price"})
        self.assertContains(answer, "within each currency: CNY, EUR, JPY")
        self.assertNotContains(self.client.get(reverse("garment-list")), "within each")

    def test_a_price_range_is_in_one_currency(self):
        for currency in ("CNY", "CNY", "EUR"):
            make_garment(name=currency, price=Decimal(100), currency=currency)

        self.assertEqual(self.found(highest="100", currency="EUR"), ["EUR"])
        # A bare number is in what most clothes cost.
        for currency in ("", "XXX"):
            self.assertEqual(self.found(highest="100", currency=currency), ["CNY"] * 2)
        answer = self.client.get(reverse("garment-list"), {"currency": "EUR"})
        self.assertContains(answer, "<option selected>EUR</option>")

    def test_one_currency_is_no_choice(self):
        make_garment(name="Tee", currency="EUR")

        answer = self.client.get(reverse("garment-list"), {"highest": "5000"})

        self.assertEqual(Page(answer).all("select", name="currency"), [])
        self.assertContains(answer, "Tee")

    def test_filters_meet_and_each_keeps_the_others(self):
        make_garment(GarmentKind.TOP, name="Silk top", style="evening", price=300)

        query = {"kind": "top", "style": "evening", "highest": "300", "q": "silk"}
        answer = self.client.get(reverse("garment-list"), query)

        self.assertEqual(len(answer.context["page"]), 1)
        page = Page(answer)
        kept = "?kind=top&style=evening&highest=300&q=silk&sort=price"
        self.assertTrue(page.all("a", href=kept))
        hidden = {
            (one["name"], one["value"]) for one in page.all("input", type="hidden")
        }
        self.assertLessEqual(set(query.items()), hidden)

    def test_ignores_nonsense_in_the_address(self):
        make_garment(name="Tee")

        self.assertEqual(self.found(kind="hat", sort="fame", page="9999"), ["Tee"])
        self.assertEqual(
            self.found(style="loud", lowest="a lot", highest="NaN"), ["Tee"]
        )

    def test_says_so_when_nothing_matches_and_leads_back(self):
        answer = self.client.get(reverse("garment-list"), {"q": "unicorn"})

        self.assertContains(answer, "Nothing on this rail")
        self.assertTrue(Page(answer).all("a", href=reverse("garment-list")))

    def test_pages_keep_the_filters(self):
        merchant = make_merchant()
        for _ in range(25):
            make_garment(GarmentKind.TOP, merchant=merchant)

        answer = self.client.get(reverse("garment-list"), {"kind": "top", "q": "g"})

        self.assertEqual(len(answer.context["page"]), 24)
        (next_page,) = Page(answer).all("a", rel="next")
        self.assertEqual(next_page["href"], "?kind=top&q=g&page=2")

    def test_asks_the_same_number_of_queries_whatever_its_size(self):
        make_garment()
        # How many there are; what they cost; the page of them.
        with self.assertNumQueries(3):
            self.client.get(reverse("garment-list"))
        for _ in range(11):
            make_garment()

        with self.assertNumQueries(3):
            answer = self.client.get(reverse("garment-list"))

        self.assertEqual(len(answer.context["page"]), 12)

    def test_every_card_has_a_button_into_the_fitting_room(self):
        make_garment(slug="tee")

        page = Page(self.client.get(reverse("garment-list")))

        self.assertTrue(page.all("a", href="/try-on/?top=tee"))

    def test_pictures_come_in_fitting_sizes_and_late_below_the_fold(self):
        flat = clean_picture(io.BytesIO(picture_bytes(1200, 1600)))
        for _ in range(5):
            store_flat(make_garment(), flat, CheckResult())

        page = Page(self.client.get(reverse("garment-list")))

        pictures = [one for one in page.all("img") if "srcset" in one]
        self.assertEqual(len(pictures), 5)
        for picture in pictures:
            widths = re.findall(r"\d+w", picture["srcset"])
            self.assertEqual(widths, ["240w", "480w", "1080w"])
            self.assertTrue(picture["sizes"])
            self.assertEqual((picture["width"], picture["height"]), ("1200", "1600"))
        lazy = [one for one in pictures if one.get("loading") == "lazy"]
        self.assertEqual(len(lazy), 1)  # the first four are seen at once

    def test_while_choosing_another_piece_the_rest_is_kept(self):
        make_garment(GarmentKind.TOP, slug="tee")
        make_garment(GarmentKind.BOTTOM, slug="jeans")

        answer = self.client.get("/", {"kind": "top", "bottom": "jeans", "person": "x"})

        self.assertContains(answer, "Choose another piece")
        self.assertTrue(
            Page(answer).all("a", href="/try-on/?top=tee&bottom=jeans&person=x")
            or Page(answer).all("a", href="/try-on/?bottom=jeans&person=x&top=tee")
        )


class GarmentDetailTests(TestCase):
    def test_shows_the_piece_its_price_and_the_way_to_its_shop(self):
        garment = make_garment(
            name="Linen shirt",
            price=Decimal("89.50"),
            product_url="https://a.example/1",
        )

        answer = self.client.get(garment.get_absolute_url())

        self.assertContains(answer, "Linen shirt")
        self.assertContains(answer, "CN¥89.50")
        self.assertTrue(
            Page(answer).all("a", href=reverse("garment-buy", args=[garment.slug]))
        )

    def test_a_piece_that_is_not_on_sale_is_not_found(self):
        for status in set(ReviewStatus) - {ReviewStatus.PUBLISHED}:
            garment = make_garment(status=status)
            answer = self.client.get(garment.get_absolute_url())
            self.assertEqual(answer.status_code, 404)

    def test_suggests_bottoms_for_a_top_and_offers_both_together(self):
        top = make_garment(GarmentKind.TOP, slug="tee", audience=Audience.MEN)
        make_garment(GarmentKind.BOTTOM, slug="jeans", audience=Audience.MEN)
        make_garment(GarmentKind.BOTTOM, slug="skirt", audience=Audience.WOMEN)

        answer = self.client.get(top.get_absolute_url())

        related = [garment.slug for garment in answer.context["related"]]
        self.assertEqual(related, ["jeans"])
        links = Page(answer).all("a", href="/try-on/?top=tee&bottom=jeans")
        self.assertEqual(len(links), 1)

    def test_reads_in_the_shoppers_language(self):
        garment = make_garment(name="Linen shirt", name_zh="亚麻衬衫")

        answer = self.client.get(
            garment.get_absolute_url(), headers={"accept-language": "zh-CN"}
        )

        self.assertContains(answer, "亚麻衬衫")
        self.assertContains(answer, '<html lang="zh-hans">')


class LocalPriceTests(TestCase):
    def test_writes_whole_amounts_without_cents(self):
        self.assertEqual(local_price(Decimal("129.00"), "CNY"), "CN¥129")
        self.assertEqual(local_price(Decimal("1290.00"), "USD"), "$1,290")

    def test_writes_cents_where_there_are_any(self):
        self.assertEqual(local_price(Decimal("129.50"), "EUR"), "€129.50")

    def test_follows_the_language(self):
        with translation.override("zh-hans"):
            self.assertEqual(local_price(Decimal("129.00"), "CNY"), "¥129")


class WholeWordsTests(TestCase):
    def test_short_words_with_a_hyphen_stay_in_one_line(self):
        """And all is one element, as boxes lay out each of theirs by itself."""
        self.assertEqual(
            whole_words("Cable-Knit <b> top-"),
            '<span><span class="whole-word">Cable-Knit</span> &lt;b&gt; top-</span>',
        )

    def test_a_word_that_is_too_long_for_a_card_may_break(self):
        for name in ("Hand-embroidered-collar", "短袖衫", "Tee"):
            self.assertEqual(whole_words(name), name)
