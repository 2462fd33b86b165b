"""What the doctor finds, each on the real thing that is broken in one way."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import TestCase, override_settings
from django.utils import timezone

from shop.models import Heartbeat, TryOnDay
from shop.services.health import POLLER
from tests.faults import refuse
from tests.protocol_server import ProtocolServer
from tryon_site.doctor import engine, examine, machine, site, stores


def of(check):
    return [(finding.state, finding.name, finding.said) for finding in check()]


def states(check):
    return [finding.state for finding in check()]


class EngineTests(TestCase):
    def setUp(self):
        self.server = ProtocolServer()
        self.addCleanup(self.server.close)
        ours = override_settings(TRYON_BASE_URL=self.server.base_url)
        ours.enable()
        self.addCleanup(ours.disable)

    def test_answers_takes_the_key_and_has_the_same_time(self):
        names = [(state, name) for state, name, _ in of(engine.provider)]

        self.assertEqual(
            names, [("ok", "engine"), ("ok", "provider key"), ("ok", "clock")]
        )

    def test_a_refused_key_is_said(self):
        self.server.next("list", refuse(401, "InvalidApiKey", "No."))

        state, name, said = of(engine.provider)[0]

        self.assertEqual((state, name), ("bad", "provider key"))
        self.assertIn("refuses it (401)", said)

    def test_an_address_that_is_no_engine(self):
        with override_settings(TRYON_BASE_URL=self.server.base_url + "/nothing"):
            self.assertEqual(of(engine.provider)[0][:2], ("bad", "engine"))

    def test_nobody_there(self):
        with override_settings(TRYON_BASE_URL="http://127.0.0.1:9/api/v1"):
            state, _name, said = of(engine.provider)[0]

        self.assertEqual(state, "bad")
        self.assertIn("does not answer (ConnectionError)", said)

    def test_a_clock_that_is_minutes_off(self):
        late = format_datetime(datetime.now(UTC) - timedelta(minutes=5), usegmt=True)

        def dated(handler, content):
            handler.date_time_string = lambda *_: late
            handler.send(content)

        self.server.next("list", dated)
        found = of(engine.provider)[-1]

        self.assertEqual(found[:2], ("bad", "clock"))
        self.assertRegex(found[2], r"^(299|300|301) s apart")

    @override_settings(TRYON_ENGINE_IN_FLIGHT=2, TRYON_MAX_IN_FLIGHT=5)
    def test_asking_for_more_than_the_own_engine_gives(self):
        state, _name, said = of(engine.limits)[0]

        self.assertEqual((state, said), ("warn", "TRYON_MAX_IN_FLIGHT=5 > 2"))

    def test_no_workers(self):
        self.assertEqual(states(engine.workers), ["bad"])


class StoreTests(TestCase):
    def setUp(self):
        self.server = ProtocolServer()  # an address that serves other things
        self.addCleanup(self.server.close)

    def test_an_address_that_does_not_serve_the_pictures(self):
        origin = self.server.base_url.removesuffix("/api/v1")
        with override_settings(TRYON_IMAGE_BASE_URL=origin):
            self.assertEqual(states(stores.private_store), ["bad"])

    @override_settings(TRYON_IMAGE_BASE_URL="http://127.0.0.1:9")
    def test_leaves_nothing_behind(self):
        self.assertEqual(states(stores.private_store), ["warn"])  # no web server

        left = list((settings.DATA_DIR / "private").glob("doctor/*"))
        self.assertEqual(left, [])

    def test_a_store_that_cannot_be_written(self):
        blocker = settings.DATA_DIR / "blocker"
        blocker.write_text("a file where a folder should be")
        self.addCleanup(blocker.unlink)
        broken = {
            "BACKEND": "shop.storages.PrivateFileSystemStorage",
            "OPTIONS": {"location": blocker / "private"},
        }
        with override_settings(STORAGES=settings.STORAGES | {"private": broken}):
            self.assertEqual(states(stores.private_store), ["bad"])


class SiteTests(TestCase):
    def test_database_and_migrations_are_fine(self):
        self.assertEqual(states(site.database), ["ok"])
        self.assertEqual(states(site.migrations), ["ok"])

    def test_a_migration_that_was_not_applied(self):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'tryon_site'")

        state, _name, said = of(site.migrations)[0]

        self.assertEqual(state, "bad")
        self.assertTrue(said.startswith("1 not applied, first tryon_site.0001_roles"))

    def test_the_poller_by_its_heartbeat(self):
        self.assertEqual(states(site.poller), ["bad"])
        Heartbeat.beat(POLLER)
        self.assertEqual(states(site.poller), ["ok"])

    def test_secrets_that_others_can_read(self):
        path = settings.DATA_DIR / "secret_key"
        path.chmod(0o644)
        self.addCleanup(path.chmod, 0o600)

        self.assertIn("bad", states(site.settings_check))

    @override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=9,
    )
    def test_a_mail_server_that_is_away(self):
        self.assertEqual(states(site.mail), ["bad"])

    @override_settings(TRYON_TASKS_PER_DAY=1)
    def test_a_budget_that_is_used_up(self):
        self.assertEqual(states(site.budget), ["warn"])  # nobody would be told
        TryOnDay.reserve(timezone.localdate(), Decimal(0), 1, Decimal(0))
        self.assertEqual(states(site.budget), ["bad"])


class MachineTests(TestCase):
    def test_libraries_load_and_the_label_is_drawn(self):
        self.assertEqual(states(machine.libraries), ["ok"])

    def test_a_folder_that_cannot_be_written(self):
        # Root too cannot write there.
        with override_settings(DATA_DIR=Path("/proc/self")):
            self.assertEqual(states(machine.disk), ["bad"])

    def test_room_is_told_in_gigabytes(self):
        state, _name, said = of(machine.disk)[0]

        self.assertIn(state, ("ok", "warn"))
        self.assertRegex(said, r"^\d+\.\d GB free in /")


@override_settings(
    TRYON_BASE_URL="http://127.0.0.1:9/api/v1",
    TRYON_IMAGE_BASE_URL="http://127.0.0.1:9",
)
class CommandTests(TestCase):
    def run_doctor(self, *options):
        out = StringIO()
        with self.assertRaises(SystemExit) as ended:
            call_command("doctor", *options, stdout=out, no_color=True)
        return out.getvalue(), ended.exception.code

    def test_one_line_each_with_a_remedy_and_exit_code_1(self):
        text, code = self.run_doctor()

        self.assertEqual(code, 1)
        self.assertIn("BAD  engine: 127.0.0.1:9 does not answer", text)
        self.assertIn("→ Start it, or correct TRYON_BASE_URL.", text)
        self.assertRegex(text.splitlines()[-1], r"^\d+ bad, \d+ to look at, \d+ fine$")

    def test_in_chinese(self):
        text, _code = self.run_doctor("--language", "zh-hans")

        self.assertIn("没有应答", text)

    def test_for_machines(self):
        text, code = self.run_doctor("--json")

        report = json.loads(text)
        self.assertEqual((report["ok"], code), (False, 1))
        bad = [one for one in report["findings"] if one["state"] != "ok"]
        self.assertTrue(all(one["remedy"] for one in bad))

    def test_a_check_that_breaks_stops_no_other(self):
        with override_settings(DATA_DIR=None):
            found = list(examine())

        self.assertIn("poller", [finding.name for finding in found])
