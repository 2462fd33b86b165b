"""Every address and every action, tried by everybody; see `role_table`.

A new address without a row in the table fails here.
"""

import hashlib
from urllib.parse import urlsplit

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client, RequestFactory, TestCase
from django.urls import URLResolver, get_resolver, resolve, reverse
from django.utils import timezone

from shop.models import (
    GarmentImport,
    MailState,
    OutgoingMail,
    PersonImage,
    TaskState,
)
from shop.roles import MERCHANT, OPERATOR, REVIEWER
from tests.engine.factories import make_engine_task
from tests.factories import (
    make_garment,
    make_merchant,
    make_person_image,
    make_session,
    make_shopper,
    make_task,
    make_user,
)
from tests.shop import role_table
from tests.shop.role_table import ACTIONS, ADDRESSES, DELETING, ROLES, admin_rows
from tryon_engine.models import EngineKey, EngineUsage, WorkerHeartbeat

REFUSED = ("in", "401", "403", "404", "405")
# What signing in, looking and refusing may write.
_UNREMARKABLE = {"sessions.session", "admin.logentry", "shop.callgate"}


def all_addresses():
    """(name or route, route) of every pattern of the site."""

    def walk(patterns, before="", spaces=""):
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                space = f"{pattern.namespace}:" if pattern.namespace else ""
                yield from walk(pattern.url_patterns, route, spaces + space)
            else:
                yield (spaces + pattern.name if pattern.name else route), route

    return dict(walk(get_resolver().url_patterns))


def fingerprint():
    """Changes with every row of the database that is worth anything."""
    seen = hashlib.sha256()
    for model in apps.get_models():
        if model._meta.label_lower not in _UNREMARKABLE:
            for row in model._base_manager.order_by("pk").values_list():
                seen.update(repr(row).encode())
    return seen.hexdigest()


class RolesCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        shopper = make_user()
        owner, other = make_merchant(), make_merchant()
        cls.people = {
            "guest": None,
            "shopper": shopper,
            "owner": owner.user,
            "other": other.user,
            "reviewer": make_user(is_staff=True),
            "operator": make_user(is_staff=True),
            "superuser": make_user(is_staff=True, is_superuser=True),
        }
        for role, group in (("reviewer", REVIEWER), ("operator", OPERATOR)):
            cls.people[role].groups.add(Group.objects.get(name=group))
        cls.shopper = make_shopper(user=shopper)
        cls.photo = make_person_image(shopper=cls.shopper)
        cls.on_sale = make_garment(merchant=owner, product_url="https://shop.example/1")
        cls.garment = make_garment(
            merchant=owner, status="in_review", submitted_at=timezone.now()
        )
        cls.session = make_session(
            shopper=cls.shopper, person_image=cls.photo, top=cls.on_sale
        )
        cls.task = make_task(state=TaskState.SUCCEEDED, session=cls.session)
        cls.mail = OutgoingMail.objects.create(
            occasion="test", to="a@example.com", subject="s", state=MailState.FAILED
        )
        counts = {"created": 0, "updated": 0, "unchanged": 0, "refused": 0}
        cls.table = GarmentImport.objects.create(
            merchant=owner, plan=counts, counts=counts
        )
        make_engine_task()
        EngineKey.objects.create(digest="0" * 64, name="test")
        EngineUsage.objects.create(owner="0" * 64, day=timezone.localdate(), model="m")
        WorkerHeartbeat.objects.create(worker="test", serves=[])
        cls.clients = {role: cls.signed_in(user) for role, user in cls.people.items()}

    @staticmethod
    def signed_in(user):
        client = Client()
        if user:
            client.force_login(user)
        return client

    def address(self, name, route):
        session, garment = self.session.public_id, self.garment.pk
        if name in ("garment-detail", "garment-buy"):
            return reverse(name, args=[self.on_sale.slug])
        if name == "photo-delete":
            return reverse(name, args=[self.photo.public_id])
        if name in ("session-download", "session-changes"):
            return reverse(name, args=[session, "coarse"])
        if "<uuid:public_id>" in route and name.startswith("session-"):
            return reverse(name, args=[session])
        if name.startswith("merchant-import") and "<uuid" in route:
            return reverse(name, args=[self.table.public_id])
        if name == "merchant-garment-move":
            return reverse(name, args=[garment, "take-back"])
        if name == "merchant-garments-bulk":
            return reverse(name, args=["archive"])
        if name in ("staff-photo", "staff-thumbnail"):
            return reverse(name, args=[self.photo.pk])
        if name == "staff-result":
            return reverse(name, args=[self.task.pk])
        if name == "password-new":
            return reverse(name, args=["MQ", "no-such-link"])
        if "<int:pk>" in route:
            return reverse(name, args=[garment])
        if name == "admin:view_on_site":
            kind = ContentType.objects.get_for_model(type(self.on_sale))
            return reverse(name, args=[kind.pk, self.on_sale.pk])
        if name == "admin:app_list":
            return reverse(name, args=["shop"])
        if route.startswith("admin/") and "object_id" in route or "<id>" in route:
            return self.admin_address(route)
        if route == "admin/(?P<url>.*)$":
            return "/admin/no/such/page/"
        if route == "api/v1/":
            return "/api/v1/no-such-call"
        if "token" in route or "name>" in route or "task_id" in route:
            return reverse(name, args=["no-such-thing.png"])
        return reverse(name)

    def admin_address(self, route):
        app, model = route.split("/")[1:3]
        kind = apps.get_model("shop" if app == "shop" else app, model)
        row = self.rows.get(model) or kind._base_manager.order_by("pk").first()
        key = row.pk if row else 1
        filled = route.replace("<path:object_id>", str(key)).replace("<id>", str(key))
        return f"/{filled}"

    @property
    def superuser(self):
        return self.people["superuser"]

    @property
    def rows(self):
        return {
            "garment": self.garment,
            "tryonsession": self.session,
            "tryontask": self.task,
            "personimage": self.photo,
            "outgoingmail": self.mail,
            "shopper": self.shopper,
        }

    def got(self, answer):
        if answer.status_code == 302:
            path = urlsplit(answer["Location"]).path
            if path in ("/sign-in/", "/admin/login/"):
                return "in"
        if answer.streaming:
            answer.getvalue()
        answer.close()
        return str(answer.status_code)


class AddressTests(RolesCase):
    rows_of_table = [*ADDRESSES, *admin_rows()]

    def test_every_address_has_a_row_and_every_row_an_address(self):
        named = {name for name, _method, _got in self.rows_of_table}

        self.assertEqual(named ^ set(all_addresses()), set())

    def test_everybody_gets_what_the_table_says_and_who_is_refused_changes_nothing(
        self,
    ):
        routes = all_addresses()
        before = fingerprint()
        for name, method, wanted in self.rows_of_table:
            address = self.address(name, routes[name])
            got = [self.try_out(role, method, address) for role in ROLES]
            with self.subTest(name, method=method):
                self.assertEqual(" ".join(status for status, _ in got), wanted)
                spoilt = [
                    role
                    for role, (status, after) in zip(ROLES, got, strict=True)
                    if status in REFUSED and after not in ("", before)
                ]
                self.assertEqual(spoilt, [])

    def try_out(self, role, method, address):
        """What `role` gets, and what the database is then; all is undone again."""
        client = self.clients[role]
        cookies = client.cookies.copy()
        with transaction.atomic():
            answer = client.generic(
                method,
                address,
                "fragment=yes",
                content_type="application/x-www-form-urlencoded",
            )
            status = self.got(answer)
            after = fingerprint() if method == "POST" and status in REFUSED else ""
            transaction.set_rollback(True)
        client.cookies = cookies
        return status, after

    def test_what_belongs_to_somebody_else_looks_like_what_is_not_there(self):
        """Not even the page that refuses tells whether there is such a thing."""
        gone = "00000000-0000-4000-8000-000000000000"
        pairs = [
            (
                "other",
                reverse("merchant-garment", args=[self.garment.pk]),
                reverse("merchant-garment", args=[999_999]),
            ),
            (
                "guest",
                reverse("session-detail", args=[self.session.public_id]),
                reverse("session-detail", args=[gone]),
            ),
            (
                "operator",
                reverse("staff-photo", args=[self.photo.pk]),
                reverse("staff-photo", args=[999_999]),
            ),
        ]
        for role, there, missing in pairs:
            with self.subTest(there):
                refused, absent = (
                    self.clients[role].get(one) for one in (there, missing)
                )
                self.assertEqual(refused.status_code, absent.status_code)
                self.assertEqual(
                    [one.name for one in refused.templates],
                    [one.name for one in absent.templates],
                )


class ActionTests(RolesCase):
    def test_every_action_has_a_row(self):
        found = set()
        for model, page in admin.site._registry.items():
            name = f"{model._meta.app_label}_{model._meta.model_name}"
            path = reverse(f"admin:{name}_changelist")
            request = RequestFactory().get(path)
            request.user, request.resolver_match = self.superuser, resolve(path)
            found |= {
                (model._meta.model_name, one) for one in page.get_actions(request)
            }

        table = {*ACTIONS, *((model, "delete_selected") for model in DELETING)}
        self.assertEqual(found, table)

    def test_each_role_sets_off_its_own_actions_only(self):
        for (model, action), allowed in ACTIONS.items():
            for role in ROLES:
                with self.subTest(f"{model}.{action}", role=role):
                    changed = self.act(role, model, action)
                    self.assertEqual(changed, role in allowed)

    def test_only_a_superuser_deletes(self):
        for model in DELETING & self.rows.keys():
            for role in ROLES:
                with self.subTest(model, role=role):
                    changed = self.act(role, model, "delete_selected", post="yes")
                    # A garment that a look shows is kept, whoever asks.
                    self.assertEqual(changed, role == "superuser")

    def act(self, role, model, action, **more):
        """Does the action change anything?"""
        row = self.rows[model]
        with transaction.atomic():
            if action == "archive":
                row = self.on_sale
            if action == "try_again":
                type(self.session).objects.filter(pk=self.session.pk).update(
                    status="failed", ended_at=timezone.now(), person_image=self.house()
                )
            before = fingerprint()
            data = {"action": action, "_selected_action": [row.pk], **more}
            if action == "reject":
                data |= {"rejecting": "yes", "words": "No."}
            self.clients[role].post(
                reverse(f"admin:shop_{model}_changelist") + "?review=all"
                if model == "garment"
                else reverse(f"admin:shop_{model}_changelist"),
                data,
            )
            changed = fingerprint() != before
            transaction.set_rollback(True)
        return changed

    def house(self):
        return PersonImage.objects.house_models().first() or make_person_image(
            is_house_model=True
        )


class RoleTests(TestCase):
    def test_the_roles_are_groups_from_the_start(self):
        names = Group.objects.values_list("name", flat=True)

        self.assertEqual({*names}, {MERCHANT, REVIEWER, OPERATOR})

    def test_no_role_sees_photos(self):
        with_photos = Group.objects.filter(permissions__codename="view_shopper_photos")

        self.assertFalse(with_photos.exists())

    def test_whoever_opens_a_shop_becomes_a_merchant(self):
        user = make_user()
        self.client.force_login(user)

        self.client.post(reverse("merchant-sign-up"), {"shop_name": "Silk & Co"})

        self.assertEqual([group.name for group in user.groups.all()], [MERCHANT])
        self.assertEqual(user.merchant.language, "en")

    def test_a_shop_that_lost_its_rights_is_shut(self):
        merchant = make_merchant()
        merchant.user.groups.clear()
        self.client.force_login(merchant.user)

        for name in ("merchant-dashboard", "merchant-profile", "merchant-garment-new"):
            self.assertEqual(self.client.get(reverse(name)).status_code, 403)

    def test_the_table_names_each_role(self):
        for name, method, got in [*ADDRESSES, *role_table.admin_rows()]:
            self.assertEqual(len(got.split()), len(ROLES), (name, method))
