"""Random scripts of faults, kills and changes of mind; what must hold always holds.

    pytest tests/shop/test_poller_under_faults.py --fault-scripts 2000

runs that many scripts, other ones every time; without it, the same few every time.
"""

from contextlib import ExitStack
from unittest import mock

import pytest
from django.db import transaction
from django.test import TestCase
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.faults import fault
from tests.shop.poller_world import Kill, World

MOST_SESSIONS = 5
CODES = ("InternalError", "InvalidPerson", "InvalidURL.Timeout", "Throttling", "New")
ODD = (
    "\0",
    "\ud800",
    "\n",
    "x" * 300,
    "",
    None,
    7,
    -1,
    1e400,
    [],
    {},
    True,
    "UNKNOWN",
)


def line(name, **options):
    return st.fixed_dictionaries({"fault": st.just(name), **options})


codes = st.sampled_from(CODES)
odd = st.sampled_from(ODD)
connection_faults = (
    line("drop_before"),
    line("drop_after"),
    line("half_body"),
    line("slow", seconds=st.just(5)),
)
refusals = (
    line("throttle", retry_after=st.sampled_from([None, 0, 1, 30, 10**12, -5, "soon"])),
    line("refuse", status=st.sampled_from([400, 403, 404, 500, 503]), code=codes),
    line("bare_error", status=st.sampled_from([500, 502, 504])),
    line("redirect", to=st.sampled_from(["/", "http://127.0.0.1:1/", "file:///x"])),
)
junk = (
    line(
        "text",
        body=st.sampled_from(["", "{", "[]", "null", "{}", '{"output":7}']),
        kind=st.sampled_from(["application/json", "text/html"]),
    ),
    line("other_type"),
    line("nested"),
)
odd_output = st.dictionaries(
    st.sampled_from(
        ["task_id", "task_status", "image_url", "submit_time", "scheduled_time"]
        + ["end_time", "code", "message", "confidence", "results"]
    ),
    odd | st.just("0001-01-01 00:00:00") | st.just("9999-12-31 23:59:59"),
    min_size=1,
    max_size=2,
).map(lambda fields: {"fault": "output"} | fields)
faults = {
    "submit": st.one_of(*connection_faults, *refusals, *junk, odd_output),
    "query": st.one_of(
        *connection_faults,
        *refusals,
        *junk,
        odd_output,
        line("fail_with", code=codes),
        line("forget"),
        line("state", word=st.sampled_from(["PRE-PROCESSING", "SUSPENDED", "UNKNOWN"])),
        line("output", image_url=st.sampled_from(["file:///etc/passwd", "gopher://x"])),
    ),
    "list": st.one_of(*connection_faults, *refusals, *junk),
    "cancel": st.one_of(*connection_faults, *refusals, *junk),
    "result": st.one_of(
        *connection_faults,
        *refusals,
        line("other_type", kind=st.sampled_from(["text/html", "IMAGE/PNG; a=b"])),
        line(
            "picture",
            how=st.sampled_from(
                ["cut", "first bytes", "scaled", "negative", "animated"]
                + ["gif", "text", "html"]
            ),
        ),
    ),
}
# After one of these the list did not tell the truth about what was taken.
LIES = ("refuse", "redirect", "text", "nested")


class PollerUnderFaults(RuleBasedStateMachine):
    @initialize(sweep_from=st.sampled_from([1, 2, 20]))
    def open(self, sweep_from):
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.stack.callback(transaction.set_rollback, True)
        self.world = self.stack.enter_context(World())
        self.stack.enter_context(
            mock.patch("shop.services.claims._SWEEP_FROM", sweep_from)
        )
        self.world.start(wants_refined=True)

    def teardown(self):
        if not hasattr(self, "world"):
            return
        try:
            self.world.end()
        finally:
            self.stack.close()

    # --- people ---
    @precondition(lambda self: len(self.world.sessions) < MOST_SESSIONS)
    @rule(wants_refined=st.booleans())
    def start(self, wants_refined):
        self.world.start(wants_refined)

    @rule(
        number=st.integers(0, 4),
        do=st.sampled_from(["cancel", "cancel", "delete", "delete", "delete_photo"]),
        when=st.integers(0, 3),
    )
    def change_of_mind(self, number, do, when):
        if when == 0:  # most people want to see it
            getattr(self.world, do)(number)

    # --- engine ---
    @rule(
        number=st.integers(0, 4),
        state=st.sampled_from(["RUNNING", "SUCCEEDED", "SUCCEEDED", "FAILED"]),
        code=codes,
    )
    def engine_moves(self, number, state, code):
        self.world.engine_moves(number, state, code)

    @rule(
        script=st.fixed_dictionaries(
            {route: st.lists(some, max_size=2) for route, some in faults.items()}
        )
    )
    def goes_wrong(self, script):
        for route in self.world.due_routes():  # elsewhere it would not be noticed
            for spec in script[route]:
                self.world.server.next(route, fault(spec))
                self.world.list_lied |= route == "list" and spec["fault"] in LIES

    # --- time ---
    @rule(seconds=st.sampled_from([0.3, 1, 2.5, 9, 31, 70, 400]))
    def time_passes(self, seconds):
        self.world.clock.forward(seconds)

    @rule(
        seconds=st.sampled_from([-7200, -600, -20, 1200, 7200]), when=st.integers(0, 5)
    )
    def clock_jumps(self, seconds, when):
        if when == 0:  # seldom
            self.world.clock_jumps(seconds)

    # --- poller ---
    @rule(pause=st.sampled_from([0.0, 0.5, 2.5]))
    def round(self, pause):
        self.world.clock.forward(pause)
        self.world.round()
        self.world.check()

    @rule(
        where=st.sampled_from(
            ["statement", "statement", "before a call", "after a call"]
            + ["before a file", "after a file"]
        ),
        count=st.integers(1, 60),
        pause=st.sampled_from([0.5, 2.5]),
    )
    def killed(self, where, count, pause):
        self.world.clock.forward(pause)
        self.world.round(Kill(where, count if where == "statement" else 1 + count % 4))
        self.world.check()

    @rule()
    def another_poller_takes_over(self):
        self.world.poller = self.world.new_poller()

    @rule()
    def a_poller_is_held_up(self):
        self.world.begin()
        self.world.check()

    @rule()
    def those_held_up_go_on(self):
        self.world.go_on()
        self.world.check()


class PollerUnderFaultsTests(TestCase):
    @pytest.fixture(autouse=True)
    def read_options(self, pytestconfig):
        self.scripts = pytestconfig.getoption("--fault-scripts")

    def test_nothing_is_lost_doubled_or_half_shown(self):
        run_state_machine_as_test(
            PollerUnderFaults,
            settings=settings(
                max_examples=self.scripts or 40,
                stateful_step_count=25,
                derandomize=not self.scripts,
                database=None,
                deadline=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
                report_multiple_bugs=False,
                phases=(Phase.generate,) if self.scripts else tuple(Phase),
            ),
        )
