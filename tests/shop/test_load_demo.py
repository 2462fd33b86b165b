import re
from collections import Counter
from dataclasses import replace
from io import StringIO
from unittest.mock import patch

from django.conf import settings
from django.core.management import call_command
from django.test import SimpleTestCase, TestCase

from shop.demo.accounts import demo_accounts
from shop.demo.catalogue import read_catalogue
from shop.demo.loading import load_demo
from shop.models import (
    Audience,
    Garment,
    GarmentKind,
    Gender,
    Merchant,
    PersonImage,
    Shopper,
    User,
)
from shop.storages import private_storage, public_storage

CHINESE = re.compile("[\u4e00-\u9fff]")


def small_catalogue(garments=2, house_models=1):
    """The first entries of the real one: enough to see what loading does."""
    catalogue = read_catalogue()
    return replace(
        catalogue,
        garments=catalogue.garments[:garments],
        house_models=catalogue.house_models[:house_models],
    )


class CatalogueTests(SimpleTestCase):
    def setUp(self):
        self.catalogue = read_catalogue()
        self.entries = self.catalogue.garments + self.catalogue.house_models

    def test_offers_every_kind_to_women_and_men(self):
        kinds = Counter(garment.kind for garment in self.catalogue.garments)
        genders = Counter(model.gender for model in self.catalogue.house_models)

        self.assertEqual(kinds, {"top": 15, "bottom": 9, "dress": 6})
        self.assertEqual(genders, {Gender.WOMAN: 3, Gender.MAN: 3})
        self.assertLessEqual(set(kinds), set(GarmentKind.values))
        for garment in self.catalogue.garments:
            self.assertIn(garment.audience, Audience.values)

    def test_every_entry_speaks_both_languages(self):
        for entry in self.entries:
            words = entry.words
            with self.subTest(words.name):
                for text in (words.name, words.description):
                    self.assertTrue(text.strip())
                    self.assertNotRegex(text, CHINESE)
                for text in (words.name_zh, words.description_zh):
                    self.assertRegex(text, CHINESE)

    def test_every_picture_exists_and_is_used_once(self):
        pictures = [garment.flat for garment in self.catalogue.garments]
        pictures += [model.picture for model in self.catalogue.house_models]

        self.assertEqual([path for path in pictures if not path.is_file()], [])
        self.assertEqual(len(pictures), len(set(pictures)))

    def test_names_slugs_and_addresses_are_unique(self):
        garments = self.catalogue.garments

        for values in (
            [garment.slug for garment in garments],
            [garment.words.name for garment in garments],
            [garment.words.name_zh for garment in garments],
            [garment.product_url for garment in garments],
            [model.words.name for model in self.catalogue.house_models],
        ):
            self.assertEqual(len(values), len(set(values)))

    def test_shops_lie_on_the_reserved_example_domain(self):
        for garment in self.catalogue.garments:
            self.assertTrue(garment.product_url.startswith("https://example.com/"))
            self.assertGreater(garment.price, 0)


class LoadDemoTests(TestCase):
    def test_loads_the_whole_catalogue(self):
        report = load_demo(read_catalogue())

        self.assertEqual((report.created, report.updated), (36, 0))
        self.assertEqual(Garment.objects.on_sale().count(), 30)
        self.assertEqual(PersonImage.objects.house_models().count(), 6)
        self.assertEqual(Merchant.objects.count(), 4)

    def test_shows_the_first_entry_first(self):
        catalogue = small_catalogue(garments=3)

        load_demo(catalogue)

        self.assertEqual(
            [garment.slug for garment in Garment.objects.on_sale()],
            [entry.slug for entry in catalogue.garments],
        )

    def test_stores_flats_in_public_and_house_models_in_private(self):
        load_demo(small_catalogue())

        garment = Garment.objects.first()
        model = PersonImage.objects.get()
        self.assertTrue(public_storage().exists(garment.flat.name))
        self.assertTrue(public_storage().exists(garment.card.name))
        self.assertTrue(private_storage().exists(model.image.name))
        self.assertTrue(private_storage().exists(model.thumbnail.name))
        self.assertIsNone(model.expires_at)

    def test_changes_nothing_the_second_time(self):
        catalogue = small_catalogue()
        load_demo(catalogue)
        before = list(Garment.objects.values()), list(PersonImage.objects.values())

        report = load_demo(catalogue)

        self.assertEqual((report.created, report.updated), (0, 0))
        after = list(Garment.objects.values()), list(PersonImage.objects.values())
        self.assertEqual(after, before)
        self.assertEqual(User.objects.count(), 6)

    def test_follows_an_edited_text_without_making_a_second_row(self):
        catalogue = small_catalogue()
        load_demo(catalogue)
        first = catalogue.garments[0]
        first = replace(first, words=replace(first.words, name_zh="新名字"))
        edited = replace(catalogue, garments=[first, *catalogue.garments[1:]])

        report = load_demo(edited)

        self.assertEqual((report.created, report.updated), (0, 1))
        self.assertEqual(Garment.objects.get(slug=first.slug).name_zh, "新名字")
        self.assertEqual(Garment.objects.count(), 2)

    def test_replaces_a_changed_picture_and_deletes_the_old_file(self):
        catalogue = small_catalogue()
        load_demo(catalogue)
        first = catalogue.garments[0]
        old = Garment.objects.get(slug=first.slug).flat.name
        redrawn = replace(first, flat=read_catalogue().garments[5].flat)
        edited = replace(catalogue, garments=[redrawn, *catalogue.garments[1:]])

        with self.captureOnCommitCallbacks(execute=True):
            load_demo(edited)

        new = Garment.objects.get(slug=first.slug).flat.name
        self.assertNotEqual(new, old)
        self.assertTrue(public_storage().exists(new))
        self.assertFalse(public_storage().exists(old))

    def test_leaves_a_garment_that_staff_took_off_sale_off_sale(self):
        catalogue = small_catalogue()
        load_demo(catalogue)
        archived = Garment.objects.get(slug=catalogue.garments[0].slug)
        archived.archive()

        load_demo(catalogue)

        archived.refresh_from_db()
        self.assertFalse(archived.is_on_sale)

    def test_makes_an_account_for_every_role(self):
        load_demo(small_catalogue())

        staff, merchant, shopper = demo_accounts()
        for account in (staff, merchant, shopper):
            user = User.objects.get(email=account.email)
            self.assertTrue(user.check_password(account.password))
        self.assertTrue(User.objects.get(email=staff.email).is_staff)
        self.assertTrue(Merchant.objects.filter(user__email=merchant.email).exists())
        self.assertTrue(Shopper.objects.filter(user__email=shopper.email).exists())

    def test_keeps_the_password_readable_by_its_owner_only(self):
        load_demo(small_catalogue())

        mode = (settings.DATA_DIR / "demo_password").stat().st_mode
        self.assertEqual(mode & 0o777, 0o600)


@patch("shop.management.commands.load_demo.read_catalogue", small_catalogue)
class CommandTests(TestCase):
    def call(self, **options):
        out = StringIO()
        call_command("load_demo", stdout=out, **options)
        return out.getvalue()

    def test_says_what_it_did(self):
        self.assertIn("Demo catalogue: 3 created, 0 updated.", self.call(force=True))

    def test_says_every_time_who_can_sign_in(self):
        for said in (self.call(force=True), self.call()):
            for account in demo_accounts():
                line = f"{account.email} +{re.escape(account.password)}"
                self.assertRegex(said, line)

    def test_does_nothing_when_loaded_already(self):
        self.call(force=True)

        with self.assertNumQueries(1):
            said = self.call()

        self.assertIn("The demo catalogue is loaded already.", said)

    def test_loads_again_into_an_emptied_database(self):
        self.call(force=True)
        Merchant.objects.all().delete()

        self.assertIn("2 created", self.call())
