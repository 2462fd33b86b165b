"""Try-ons, kept looks and clicks: counted when they happen, numbers only."""

import csv
import io
from datetime import timedelta

from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from shop.charts import bar_chart
from shop.csv_export import safe
from shop.models import Garment, GarmentDay, ReviewStatus
from shop.services.previews import start_previews, want_previews
from shop.services.sessions import delete_session, keep_session, start_tryon
from shop.services.statistics import count_click, days_of, totals_of
from tests.factories import (
    make_garment,
    make_merchant,
    make_person_image,
    make_session,
    make_shopper,
    make_user,
)

from .pages import Page

SHOP_PAGE = "https://shop.example/dress?a=1&b=2"


def made_on(garment, days_ago=0, **numbers):
    day = timezone.localdate() - timedelta(days=days_ago)
    return GarmentDay.objects.create(garment=garment, day=day, **numbers)


def totals(tried_on=0, kept=0, clicks=0):
    return {"tried_on": tried_on, "kept": kept, "clicks": clicks}


class CountTests(TestCase):
    def setUp(self):
        self.model = make_person_image(is_house_model=True, name="Ada")
        self.top, self.skirt = make_garment(), make_garment("bottom")

    def start(self):
        return start_tryon(make_shopper(), self.model, self.top, self.skirt)

    def test_each_piece_of_a_try_on_counts(self):
        self.start()
        self.start()

        self.assertEqual(totals_of(self.top), totals(tried_on=2))
        self.assertEqual(totals_of(self.skirt), totals(tried_on=2))

    def test_a_look_is_kept_once_however_often_it_is_asked_for(self):
        session = self.start()
        keep_session(session)
        keep_session(session)
        self.assertEqual(totals_of(self.top), totals(tried_on=1, kept=1))

        keep_session(session, is_kept=False)
        keep_session(session, is_kept=False)

        self.assertEqual(totals_of(self.top), totals(tried_on=1))

    def test_a_look_kept_late_counts_on_its_own_day(self):
        session = self.start()
        session.created_at -= timedelta(days=3)
        session.save()

        keep_session(session)

        day = GarmentDay.objects.get(garment=self.top, kept=1).day
        self.assertEqual(day, timezone.localdate(session.created_at))

    def test_a_look_from_before_the_counting_is_no_trouble(self):
        session = make_session(top=self.top, is_kept=True)

        keep_session(session, is_kept=False)

        self.assertEqual(totals_of(self.top), totals())

    def test_numbers_stay_when_the_look_goes(self):
        session = self.start()
        keep_session(session)

        delete_session(session)

        self.assertEqual(totals_of(self.top), totals(tried_on=1, kept=1))

    def test_previews_do_not_count(self):
        draft = make_garment(status=ReviewStatus.DRAFT)
        want_previews(draft)
        self.assertEqual(start_previews(), 1)

        self.assertFalse(GarmentDay.objects.exists())

    @override_settings(TIME_ZONE="Asia/Shanghai")
    def test_a_day_begins_where_the_shop_is(self):
        with timezone.override("Asia/Shanghai"):
            count_click(self.top)
            self.assertEqual(GarmentDay.objects.get().day, timezone.localdate())

    def test_knows_nothing_about_anybody(self):
        names = {field.name for field in GarmentDay._meta.get_fields()}

        self.assertEqual(names, {"id", "garment", "day", "tried_on", "kept", "clicks"})


class BuyTests(TestCase):
    def buy(self, garment, method="get", query="", **headers):
        address = reverse("garment-buy", args=[garment.slug]) + query
        return getattr(self.client, method)(address, headers=headers)

    def test_counts_and_leads_to_the_merchants_page(self):
        garment = make_garment(product_url=SHOP_PAGE)

        answer = self.buy(garment)

        self.assertRedirects(answer, SHOP_PAGE, fetch_redirect_response=False)
        self.assertEqual(answer["X-Robots-Tag"], "noindex, nofollow")
        self.assertIn("no-store", answer["Cache-Control"])
        self.assertEqual(totals_of(garment), totals(clicks=1))
        self.assertEqual(dict(answer.cookies), {})

    def test_leads_nowhere_else_whatever_is_asked_for(self):
        garment = make_garment(product_url=SHOP_PAGE)
        for query in (
            "?next=https://evil.example",
            "?url=//evil.example",
            "?to=%0d%0a",
        ):
            with self.subTest(query):
                self.assertEqual(self.buy(garment, query=query)["Location"], SHOP_PAGE)

    def test_only_web_addresses(self):
        for url in (
            "",
            "javascript:alert(1)",
            "ftp://shop.example/a",
            "//evil.example",
        ):
            with self.subTest(url):
                garment = make_garment(product_url=url)
                self.assertEqual(self.buy(garment).status_code, 404)
                self.assertEqual(totals_of(garment), totals())

    def test_what_was_never_on_sale_does_not_exist(self):
        for status in ("draft", "in_review", "rejected", "archived"):
            with self.subTest(status):
                garment = make_garment(status=status, product_url=SHOP_PAGE)
                self.assertEqual(self.buy(garment).status_code, 404)

    def test_a_look_of_what_is_archived_still_leads_there(self):
        garment = make_garment(status="archived", product_url=SHOP_PAGE)
        made_on(garment, days_ago=5, tried_on=1)
        made_on(garment, days_ago=4, tried_on=1)

        self.assertEqual(self.buy(garment).status_code, 302)

    def test_a_look_ahead_is_no_click(self):
        garment = make_garment(product_url=SHOP_PAGE)

        self.buy(garment, **{"Sec-Purpose": "prefetch;prerender"})
        self.buy(garment, **{"Purpose": "prefetch"})
        self.buy(garment, method="head")

        self.assertEqual(totals_of(garment), totals())

    def test_the_merchants_own_clicks_and_those_of_staff_do_not_count(self):
        garment = make_garment(product_url=SHOP_PAGE)
        for user in (garment.merchant.user, make_user(is_staff=True)):
            self.client.force_login(user)
            self.assertEqual(self.buy(garment)["Location"], SHOP_PAGE)
        self.assertEqual(totals_of(garment), totals())

        self.client.force_login(make_user())
        self.buy(garment)

        self.assertEqual(totals_of(garment), totals(clicks=1))

    def test_is_no_form(self):
        garment = make_garment(product_url=SHOP_PAGE)

        self.assertEqual(self.buy(garment, method="post").status_code, 405)

    def test_shoppers_are_led_there_from_every_page(self):
        garment = make_garment(product_url=SHOP_PAGE)

        page = self.client.get(garment.get_absolute_url())

        self.assertContains(page, reverse("garment-buy", args=[garment.slug]))
        self.assertNotContains(page, "shop.example")


class StatisticsPageTests(TestCase):
    def setUp(self):
        self.merchant = make_merchant()
        self.client.force_login(self.merchant.user)
        self.tee = make_garment(merchant=self.merchant, name="Tee", sku="A1")
        self.dress = make_garment(merchant=self.merchant, name="=Dress", sku="+B2")
        other = make_garment(name="Theirs")
        made_on(other, tried_on=1000)
        made_on(self.tee, tried_on=4, kept=2, clicks=1)
        made_on(self.tee, days_ago=6, tried_on=1)
        made_on(self.dress, days_ago=10, tried_on=7)

    def page(self, **query):
        return self.client.get(reverse("merchant-statistics"), query)

    def test_every_day_of_the_period_stands_there(self):
        counts = days_of(self.merchant, 7)

        self.assertEqual(len(counts), 7)
        self.assertEqual([count.tried_on for count in counts], [1, 0, 0, 0, 0, 0, 4])
        self.assertEqual(counts[-1].day, timezone.localdate())

    def test_shows_own_numbers_as_charts_and_as_tables(self):
        answer = self.page(days="30")

        page = Page(answer)
        labels = [svg["aria-label"] for svg in page.all("svg", role="img")]
        self.assertEqual(
            labels,
            [
                "Try-ons: 12 in all, 7 on the busiest day",
                "Looks kept: 2 in all, 2 on the busiest day",
                "Clicks to buy: 1 in all, 1 on the busiest day",
            ],
        )
        self.assertEqual(len(page.all("rect")), 5)
        self.assertEqual(page.refused_by_csp, [])
        names = [row["garment"].name for row in answer.context["garments"]]
        self.assertEqual(names, ["=Dress", "Tee"])
        self.assertNotContains(answer, "Theirs")
        self.assertNotContains(answer, "1000")

    def test_of_one_garment(self):
        answer = self.page(garment=self.tee.pk, days=7)

        self.assertEqual(
            [chart.total for _, chart in answer.context["charts"]], [5, 2, 1]
        )

    def test_another_merchants_garment_does_not_exist_here(self):
        other = Garment.objects.get(name="Theirs")

        self.assertEqual(self.page(garment=other.pk).status_code, 404)
        address = reverse("merchant-statistics-csv")
        answer = self.client.get(address, {"garment": other.pk})
        self.assertEqual(answer.status_code, 404)

    def test_nonsense_is_the_usual_period(self):
        for query in ({"days": "-1"}, {"days": "9" * 30}, {"garment": "x"}, {}):
            with self.subTest(query):
                self.assertEqual(self.page(**query).context["days"], 30)

    def test_the_download_holds_no_formulas(self):
        answer = self.client.get(reverse("merchant-statistics-csv"), {"days": "30"})

        self.assertEqual(answer["Content-Type"], "text/csv; charset=utf-8")
        self.assertIn("attachment", answer["Content-Disposition"])
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        self.assertEqual(
            rows[0][1:], ["SKU", "Garment", "Try-ons", "Looks kept", "Clicks to buy"]
        )
        self.assertEqual(rows[1][1:], ["'+B2", "'=Dress", "7", "0", "0"])
        self.assertEqual(rows[3][1:], ["A1", "Tee", "4", "2", "1"])
        self.assertEqual(len(rows), 4)

    def test_is_for_merchants(self):
        self.client.force_login(make_user())

        for name in ("merchant-statistics", "merchant-statistics-csv"):
            self.assertRedirects(
                self.client.get(reverse(name)), reverse("merchant-sign-up")
            )

    def test_asks_as_many_queries_for_one_garment_as_for_twenty(self):
        with self.assertNumQueries(9):
            self.page()
        for _ in range(19):
            made_on(make_garment(merchant=self.merchant), tried_on=1)
        with self.assertNumQueries(9):
            self.page()


class ChartTests(TestCase):
    def test_the_highest_bar_reaches_the_top(self):
        today = timezone.localdate()

        chart = bar_chart([today] * 3, [0, 2, 4])

        self.assertEqual(
            [(bar.y, bar.height) for bar in chart.drawn], [(50, 50), (0, 100)]
        )
        self.assertEqual(
            (chart.view_box, chart.most, chart.total), ("0 0 30 100", 4, 6)
        )

    def test_of_nothing_none_is_drawn(self):
        self.assertEqual(bar_chart([timezone.localdate()], [0]).drawn, [])


class SafeTests(TestCase):
    def test_text_stays_text_and_numbers_numbers(self):
        for cell, expected in (
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-a", "'-a"),
            ("@x", "'@x"),
            ("\t=1", "'\t=1"),
            ("  =1", "'  =1"),
            ("Tee = good", "Tee = good"),
            (-3, -3),
        ):
            with self.subTest(cell):
                self.assertEqual(safe(cell), expected)
