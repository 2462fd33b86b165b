"""A small world around the poller: a server that misbehaves, a clock, and kills.

Everything happens in one thread, one thing after the other, so that a script of faults
gives the same story every time: calls that a poller leaves to its threads are made at
once. `World.check` says what must be true at any moment, `World.end` what must become
of it all when nothing goes wrong any more.
"""

import io
from collections import Counter
from concurrent.futures import Future
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from unittest import mock
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from PIL import Image, ImageDraw

from shop.dashscope import DashScopeClient
from shop.models import (
    CallGate,
    OrphanedTask,
    PersonImage,
    SessionStatus,
    TaskState,
    TryOnSession,
    TryOnTask,
)
from shop.services import results
from shop.services.polling import Poller
from shop.services.sessions import cancel_session, delete_session, start_tryon
from shop.storages import name_from_token, private_storage
from tests.factories import make_garment, make_shopper, pixels
from tests.protocol_server import ProtocolServer

CAP = 3
SIZE = (48, 64)
DEADLINE = timedelta(minutes=30)
# To connect, and to read: a busy machine makes no fault that the script does not have.
PATIENT, IMPATIENT = (30, 30), (30, 0.1)
FAST = {
    "TRYON_MAX_IN_FLIGHT": CAP,
    "TRYON_SUBMITS_PER_SECOND": 10_000,
    "TRYON_QUERIES_PER_SECOND": 10_000,
    "TRYON_TASK_DEADLINE": DEADLINE,
}
HEADS = ("brown", "pink", "black", "orange", "gold", "navy", "purple", "teal")
MOST_ROUNDS = 400  # until everything is over


class Killed(BaseException):
    """The process is gone: nothing of it may catch this."""


class Clock:
    """Time that passes when told, and only then; and a clock that may be put wrong."""

    def __init__(self):
        self.true = self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def timestamp(self):
        """What everybody else has."""
        return self.true.timestamp()

    def monotonic(self):
        return self.timestamp()

    def forward(self, seconds):
        self.true += timedelta(seconds=seconds)
        self.now += timedelta(seconds=seconds)

    def jump(self, seconds):
        self.now += timedelta(seconds=seconds)

    def as_datetime(self):
        """What stands for `datetime` in `django.utils.timezone`."""
        clock = self

        class Told(datetime):
            @classmethod
            def now(cls, tz=None):
                return clock.now.astimezone(tz)

        return Told


class InlinePool:
    """Makes a call where others would leave it to a thread."""

    def submit(self, call, *arguments):
        future = Future()
        future.set_result(call(*arguments))  # a kill passes through
        return future

    def shutdown(self, **options):
        pass


class Kill:
    """Kills at the nth statement of SQL, or around the nth call or stored file."""

    def __init__(self, where, count):
        self.where, self.left = where, count

    def strike(self, where):
        if where != self.where:
            return
        self.left -= 1
        if self.left == 0:
            raise Killed(where)

    def at_statement(self, execute, sql, params, many, context):
        # A savepoint stands for a transaction here: it ends whole or not at all.
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.strike("statement")
        return execute(sql, params, many, context)

    def around(self, what, do):
        def killing(*arguments, **options):
            self.strike(f"before a {what}")
            answer = do(*arguments, **options)
            self.strike(f"after a {what}")
            return answer

        return killing


class World:
    """The shop's database and store, the server, and a poller that may be killed.

    Enter it within a transaction that is rolled back at the end.
    """

    def __init__(self):
        self.clock = Clock()
        self.sessions = []
        self.lost = set()  # submits whose answers did not come back: task, since when
        self.list_lied = False
        self.held_up = []
        self._stack = ExitStack()

    def __enter__(self):
        enter = self._stack.enter_context
        enter(mock.patch("django.utils.timezone.datetime", self.clock.as_datetime()))
        enter(mock.patch("shop.services.clocks.time", self.clock))
        enter(override_settings(**FAST))
        self.server = enter(ProtocolServer(states=("PENDING",)))
        self.server.clock = self.clock.timestamp
        self.server.result_of = self.result_of
        self.client = enter(
            DashScopeClient(self.server.base_url, "sk-test", timeout=PATIENT)
        )
        self.garment = make_garment()
        self.poller = self.new_poller()
        return self

    def __exit__(self, *error):
        self._stack.close()

    def new_poller(self):
        poller = Poller(self.client)
        poller.close()
        poller._pool, poller._pools = InlinePool(), {}
        return poller

    # --- pictures ---
    def person(self, number):
        image = Image.new("RGB", SIZE, "white")
        draw = ImageDraw.Draw(image)
        draw.ellipse((16, 4, 32, 14), fill=HEADS[number % len(HEADS)])
        draw.rectangle((8, 15, 40, 60), fill="gray")
        return image

    def expected(self, number, model):
        """What the engine makes of a person: another colour below the head."""
        image = self.person(number)
        colour = "green" if model == settings.TRYON_REFINER_MODEL else "blue"
        ImageDraw.Draw(image).rectangle((10, 20, 38, 50), fill=colour)
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        return buffer.getvalue()

    def result_of(self, served):
        return self.expected(self.number_of(served), served.model)

    def number_of(self, served):
        token = urlsplit(served.input["person_image_url"]).path.split("/")[-1]
        stem = name_from_token(token).rpartition("/")[2]
        return int(stem.partition("-")[0])

    # --- what people do ---
    def start(self, wants_refined):
        number = len(self.sessions)
        name = f"people/{number}-world.png"
        if not private_storage().exists(name):
            buffer = io.BytesIO()
            self.person(number).save(buffer, "PNG")
            private_storage().save(name, ContentFile(buffer.getvalue()))
        shopper = make_shopper()
        shopper.consent()
        photo = PersonImage.objects.create(
            shopper=shopper,
            image=name,
            width=SIZE[0],
            height=SIZE[1],
            expires_at=timezone.now() + timedelta(hours=24),
        )
        self.sessions.append(
            start_tryon(shopper, photo, self.garment, wants_refined=wants_refined).pk
        )

    def chosen(self, number):
        """One of the sessions that still exist, or None."""
        if not self.sessions:
            return None
        pk = self.sessions[number % len(self.sessions)]
        return TryOnSession.objects.filter(pk=pk).first()

    def cancel(self, number):
        if tryon_session := self.chosen(number):
            cancel_session(tryon_session)

    def delete(self, number):
        if tryon_session := self.chosen(number):
            delete_session(tryon_session)

    def delete_photo(self, number):
        tryon_session = self.chosen(number)
        if tryon_session and tryon_session.person_image:
            tryon_session.person_image.delete()

    # --- what the engine does ---
    def engine_moves(self, number, state, code):
        waiting = list(self.server.open_tasks().values())
        if waiting:
            served = waiting[number % len(waiting)]
            if state != "PENDING" or served.state == "PENDING":  # never backwards
                served.states.clear()
                served.states.append(state)
                served.code, served.message = code, "As the script says."

    def engine_ends_all(self):
        for served in self.server.open_tasks().values():
            served.states.clear()
            served.states.append("SUCCEEDED")

    # --- what time does ---
    def clock_jumps(self, seconds):
        """The shop's clock is put wrong, or right: the engine's stays as it is.

        The list tells when a task was taken, by the engine's clock, so that it does not
        tell much from now on.
        """
        self.clock.jump(seconds)
        self.list_lied = True

    # --- what the poller does ---
    def round(self, kill=None):
        """One round; with a kill, a new poller goes on from what is left."""
        self.have_patience()
        try:
            with ExitStack() as stack:
                if kill:
                    for what, where, name in (
                        ("call", self.client._transport, "call"),
                        ("file", results, "_store_once"),
                    ):
                        killing = kill.around(what, getattr(where, name))
                        stack.enter_context(mock.patch.object(where, name, killing))
                    stack.enter_context(connection.execute_wrapper(kill.at_statement))
                self.poller.run_round()
        except Killed:
            self.poller = self.new_poller()
        self.lost |= {*TryOnTask.objects.lost().values_list("pk", "submitting_since")}

    def begin(self):
        """A poller makes its calls and is held up before it writes down the answers;
        another one goes on."""
        self.have_patience()
        self.held_up.append(self.poller)
        self.poller.start()
        self.lost |= {*TryOnTask.objects.lost().values_list("pk", "submitting_since")}
        self.poller = self.new_poller()

    def have_patience(self):
        """No call times out but where the script wants it."""
        patience = IMPATIENT if self.server.will_be_slow else PATIENT
        self.client._transport._timeout = patience

    def go_on(self):
        """Those that were held up write down what they know, however old it is."""
        while self.held_up:
            self.held_up.pop().finish()

    def due_next(self):
        """The earliest moment at which there is something to do."""
        pending = TryOnTask.objects.pending()
        moments = [*pending.values_list("next_poll_at", "deadline_at")]
        return min((min(pair) for pair in moments), default=None)

    def next_moment(self, due):
        """When something can happen: what is due may have to wait for its gate."""
        now = self.clock.now
        if due and due > now:
            return due
        gates = CallGate.objects.filter(open_at__gt=now)
        return min(gates.values_list("open_at", flat=True), default=now)

    def due_routes(self):
        """Where the next calls are likely to go."""
        pending = TryOnTask.objects.pending()
        routes = []
        if pending.unsubmitted().exists():
            routes.append("submit")
        if pending.lost().exists():
            routes.append("list")
        if pending.filter(state=TaskState.RUNNING).exists():
            routes += ["query", "result"]
        return [*routes, "cancel"]

    # --- what must be true ---
    def check(self):
        self.check_nothing_is_lost()
        self.check_nothing_is_finished_twice()
        self.check_results_are_whole()
        self.check_the_cap()
        self.check_submits()

    def check_nothing_is_lost(self):
        for one in TryOnSession.objects.ongoing():
            tasks = [task.state for task in one.tasks.all()]
            assert tasks, f"{one}: ongoing without a task"
        for one in TryOnSession.objects.filter(status=SessionStatus.FAILED):
            assert one.reason, f"{one}: failed without a reason"

    def check_nothing_is_finished_twice(self):
        succeeded = TryOnTask.objects.filter(state=TaskState.SUCCEEDED)
        per_stage = Counter(succeeded.values_list("session", "stage"))
        assert set(per_stage.values()) <= {1}, per_stage
        for one in TryOnSession.objects.all():
            names = Counter(one.events.values_list("name", flat=True))
            ends = ("refined", "coarse_only", "failed", "canceled")
            times = sum(names[f"session.{end}"] for end in ends)
            assert times == (1 if one.is_over else 0), (one.status, names)

    def check_results_are_whole(self):
        for task in TryOnTask.objects.filter(state=TaskState.SUCCEEDED):
            number = self.sessions.index(task.session_id)
            right = self.expected(number, task.model)
            with task.result.open() as file:
                content = file.read()
            assert pixels(content) == pixels(right), f"{task}: not its own result"
            assert private_storage().exists(task.result_card.name), task
            assert (task.result_width, task.result_height) == SIZE, task

    def check_the_cap(self):
        in_flight = TryOnTask.objects.in_flight().count()
        assert in_flight <= CAP, f"{in_flight} in flight"
        given_up = set(OrphanedTask.objects.values_list("pk", flat=True))
        ours = set(TryOnTask.objects.pending().values_list("engine_task_id", flat=True))
        lost = TryOnTask.objects.lost().count()
        still_ours = [one for one in self.server.open_tasks() if one in ours]
        assert len(still_ours) + lost <= CAP, (still_ours, lost, given_up)

    def check_submits(self):
        """Each attempt is at most one task at the engine, but for the window.

        The window: the answer was lost, and the task list cannot tell, for it did not
        answer truly, or several submits were lost within the same half minute.
        """
        if self.list_lied or self.has_lost_together():
            return
        taken = Counter()
        for served in self.server.tasks.values():
            is_refine = served.model == settings.TRYON_REFINER_MODEL
            stage = "refine" if is_refine else "coarse"
            taken[self.sessions[self.number_of(served)], stage] += 1
        for (session, stage), count in taken.items():
            tasks = TryOnTask.objects.filter(session=session, stage=stage)
            attempts = sum(task.retries + 1 for task in tasks)
            assert not tasks or count <= attempts, f"{count} submits of {tasks}"

    def has_lost_together(self):
        moments = sorted(since for _, since in self.lost)
        pairs = zip(moments, moments[1:], strict=False)
        return any(second - first <= timedelta(minutes=1) for first, second in pairs)

    def end(self):
        """Nothing goes wrong any more: all ends, in time and with a reason."""
        self.server.behave()
        self.go_on()
        started = self.clock.true
        for _ in range(MOST_ROUNDS):
            moment = self.due_next()
            if moment is None and not TryOnSession.objects.ongoing().exists():
                break
            self.engine_ends_all()
            ahead = (self.next_moment(moment) - self.clock.now).total_seconds()
            self.clock.forward(min(max(ahead, 0), 60) + 0.5)  # a poller looks often
            self.round()
            self.check()
        else:
            raise AssertionError(f"Not over after {MOST_ROUNDS} rounds.")
        took = self.clock.true - started
        assert took <= 2 * DEADLINE + timedelta(minutes=2), took
        for one in TryOnSession.objects.all():
            self.check_end(one)

    def check_end(self, one):
        tasks = {task.stage: task for task in one.tasks.order_by("created_at")}
        if one.status == SessionStatus.REFINED:
            assert tasks["refine"].state == TaskState.SUCCEEDED, tasks
        if one.status in (SessionStatus.REFINED, SessionStatus.COARSE_ONLY):
            assert tasks["coarse"].state == TaskState.SUCCEEDED, tasks
        if one.status == SessionStatus.COARSE_ONLY and one.wants_refined:
            assert one.reason, f"{one}: no refined image, and no reason"
