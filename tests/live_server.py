"""Test cases with a server in this process; its threads have their own connections.

Django has the threads of a live server share the one connection of a database in
memory. That can lock up for good: a thread that holds Python's lock waits for SQLite's
while another one, within SQLite, waits for Python's. So these have a copy in a file.
"""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.db import DEFAULT_DB_ALIAS, connections
from django.test import LiveServerTestCase


class OwnDatabase:
    @classmethod
    def setUpClass(cls):
        shared = connections[DEFAULT_DB_ALIAS]
        if shared.vendor == "sqlite" and shared.is_in_memory_db():
            folder = cls.enterClassContext(tempfile.TemporaryDirectory())
            cls._move_to(Path(folder) / "db.sqlite3", shared)
        super().setUpClass()

    @classmethod
    def _move_to(cls, path, shared):
        shared.ensure_connection()
        with closing(sqlite3.connect(path)) as target:
            shared.connection.backup(target)
        options = shared.settings_dict["OPTIONS"]
        fast = options["init_command"] + "PRAGMA synchronous=OFF;"
        connections.settings[DEFAULT_DB_ALIAS] = shared.settings_dict | {
            "NAME": str(path),
            "OPTIONS": options | {"init_command": fast},
        }
        own = connections[DEFAULT_DB_ALIAS] = connections.create_connection(
            DEFAULT_DB_ALIAS
        )

        def go_back():
            own.close()
            connections.settings[DEFAULT_DB_ALIAS] = shared.settings_dict
            connections[DEFAULT_DB_ALIAS] = shared

        cls.addClassCleanup(go_back)


class LiveServerCase(OwnDatabase, LiveServerTestCase):
    """For calls over HTTP."""


class StaticLiveServerCase(OwnDatabase, StaticLiveServerTestCase):
    """For pages: static files come from where they lie."""
