"""The poller as a process: stopped politely, killed without warning, and in pairs.

These tests have a database file and processes of their own, for only that is honest
about signals. The engine is the misbehaving server of `tests.protocol_server`.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from io import StringIO
from pathlib import Path
from unittest import skipUnless

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase, TransactionTestCase, override_settings

from shop.models import SessionStatus
from tests.faults import held
from tests.protocol_server import ProtocolServer
from tests.shop.polling_case import start

PATIENCE_S = 180
"""For processes that start on a busy machine; only what fails takes as long."""


class CommandTests(TestCase):
    def test_once_makes_one_round_and_says_so(self):
        tryon_session = start()
        out = StringIO()

        with (
            ProtocolServer() as server,
            override_settings(TRYON_BASE_URL=server.base_url),
        ):
            call_command("poll_tryons", "--once", stdout=out)

        self.assertEqual(out.getvalue(), "1 call(s) made.\n")
        tryon_session.refresh_from_db()
        self.assertEqual(tryon_session.status, SessionStatus.FITTING)

    def test_numbers_that_make_no_sense_are_refused_in_a_sentence(self):
        with self.assertRaisesMessage(
            CommandError, "'0' is not a whole number above 0"
        ):
            call_command("poll_tryons", "--workers", "0")

    def test_purge_reports_what_it_deleted(self):
        out = StringIO()

        call_command("purge_expired", stdout=out)

        self.assertEqual(
            out.getvalue(),
            "Deleted: 0 photo(s), 0 look(s), 0 file(s) of theirs; 0 guest(s), "
            "0 visit(s); 0 stray file(s).\n",
        )


@skipUnless(connection.vendor == "sqlite", "copies the test database into a file")
class ProcessTests(TransactionTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="poller-")
        self.addCleanup(folder.cleanup)
        self.database = Path(folder.name) / "db.sqlite3"
        self.server = ProtocolServer()
        self.addCleanup(self.server.close)
        self.pollers = []

    def seed(self, sessions):
        """Start try-ons, in a database file that other processes can open."""
        for _ in range(sessions):
            start()
        with closing(sqlite3.connect(self.database)) as target:
            connection.connection.backup(target)

    def start_poller(self, **variables):
        poller = subprocess.Popen(
            [sys.executable, "manage.py", "poll_tryons"],
            cwd=settings.BASE_DIR,
            env={
                "PATH": os.environ["PATH"],
                "DATA_DIR": str(settings.DATA_DIR),
                "DATABASE_URL": f"sqlite:///{self.database}",
                "TRYON_BASE_URL": self.server.base_url,
                "LOG_LEVEL": "ERROR",
            }
            | variables,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(poller.stdout.close)
        self.addCleanup(poller.wait)
        self.addCleanup(poller.kill)
        self.pollers.append(poller)
        return poller

    def rows(self, query):
        with closing(sqlite3.connect(self.database, timeout=20)) as database:
            found = database.execute(query).fetchall()
            database.commit()
        return found

    def wait_until(self, happened):
        end = time.monotonic() + PATIENCE_S
        while not happened():
            self.assertLess(time.monotonic(), end, "It did not happen in time.")
            time.sleep(0.05)

    def statuses(self):
        return {row[0] for row in self.rows("SELECT status FROM shop_tryonsession")}

    def test_stops_on_sigterm_with_a_call_under_way(self):
        self.seed(1)
        is_told = threading.Event()
        self.server.next("submit", held(is_told))
        poller = self.start_poller()
        self.wait_until(lambda: self.server.calls("submit"))

        poller.send_signal(signal.SIGTERM)
        is_told.set()
        output, _ = poller.communicate(timeout=PATIENCE_S)

        self.assertEqual(poller.returncode, 0)
        self.assertEqual(output, "Polling.\nStopped.\n")
        [(state, engine_task_id)] = self.rows(
            "SELECT state, engine_task_id FROM shop_tryontask"
        )
        self.assertEqual(state, "running")
        self.assertIn(engine_task_id, self.server.tasks)
        self.assertEqual(len(self.rows("SELECT * FROM shop_heartbeat")), 1)

    def test_does_not_wait_for_an_engine_that_does_not_answer(self):
        self.seed(1)
        may_answer = threading.Event()
        self.addCleanup(may_answer.set)
        self.server.next("submit", held(may_answer))
        poller = self.start_poller()
        self.wait_until(lambda: self.server.calls("submit"))

        poller.send_signal(signal.SIGINT)
        poller.communicate(timeout=PATIENCE_S)

        self.assertEqual(poller.returncode, 0)
        [(state, attempts)] = self.rows("SELECT state, attempts FROM shop_tryontask")
        self.assertEqual((state, attempts), ("queued", 1))

    def test_killed_between_the_submit_and_its_answer_submits_nothing_twice(self):
        self.seed(1)

        def kill_poller(handler, content):
            self.pollers[0].kill()
            self.pollers[0].wait()
            handler.drop()

        self.server.next("submit", kill_poller)
        self.assertNotEqual(self.start_poller().wait(timeout=PATIENCE_S), 0)
        [(state, since)] = self.rows(
            "SELECT state, submitting_since FROM shop_tryontask"
        )
        self.assertEqual(state, "queued")
        self.assertIsNotNone(since)

        # What a lease does in half a minute is done at once here.
        self.rows("UPDATE shop_tryontask SET next_poll_at = submitting_since")
        self.start_poller()
        self.wait_until(lambda: self.statuses() == {"refined"})

        self.assertEqual(len(self.server.tasks), 2)  # one coarse, one refined
        adopted = "SELECT is_adopted FROM shop_tryontask ORDER BY id"
        self.assertEqual(self.rows(adopted), [(1,), (0,)])

    def test_two_pollers_share_the_work_and_the_cap(self):
        self.server.states = ("RUNNING", "SUCCEEDED")
        self.seed(5)

        for _ in range(2):
            self.start_poller(TRYON_MAX_IN_FLIGHT="2", TRYON_SUBMITS_PER_SECOND="1000")
        self.wait_until(lambda: self.statuses() == {"refined"})

        self.assertEqual(len(self.server.tasks), 10)
        self.assertLessEqual(self.server.most_open, 2)
        attempts = "SELECT DISTINCT attempts, retries FROM shop_tryontask"
        self.assertEqual(self.rows(attempts), [(1, 0)])
