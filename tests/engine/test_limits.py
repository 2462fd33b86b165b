import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings
from django.utils import timezone

from tests.engine.factories import (
    ASYNC,
    KEY,
    OTHER_KEY,
    coarse_body,
    make_engine_task,
)
from tryon_engine import errors
from tryon_engine.errors import ProtocolError
from tryon_engine.keys import create_key, hash_key
from tryon_engine.models import Allowance, EngineKey, EngineTask, EngineUsage, TaskState
from tryon_engine.models import keys as key_rows

pytestmark = pytest.mark.urls("tests.engine.urls")
SUBMIT = "/api/v1/services/aigc/image2image/image-synthesis"
TASKS = "/api/v1/tasks"
MODELS = ("aitryon", "aitryon-plus", "aitryon-refiner")


class LimitsTestCase(TestCase):
    def setUp(self):
        settings = override_settings(TRYON_ENGINE_API_KEYS=[KEY, OTHER_KEY])
        settings.enable()
        self.addCleanup(settings.disable)
        self.at(0)

    def at(self, seconds):
        """Stop the limits' clock; the tests move it."""
        patch = pytest.MonkeyPatch()
        patch.setattr(key_rows.time, "time", lambda: 1_800_000_000.0 + seconds)
        self.addCleanup(patch.undo)

    def submit(self, key=KEY, **changes):
        return self.client.post(
            SUBMIT,
            data=json.dumps(coarse_body(**changes)),
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}"} | ASYNC,
        )

    def get(self, path=TASKS, key=KEY):
        return self.client.get(path, headers={"Authorization": f"Bearer {key}"})

    def statuses(self, call, times):
        return [call().status_code for _ in range(times)]

    def assert_refused(self, answer, error):
        assert answer.status_code == error.status == 429
        body = answer.json()
        assert (body["code"], body["message"]) == (error.code, error.message)


class RateTests(LimitsTestCase):
    def test_there_are_none_by_default(self):
        assert self.statuses(self.get, 50) == [200] * 50
        assert not Allowance.objects.exists()

    @override_settings(TRYON_ENGINE_SUBMITS_PER_SECOND=3)
    def test_a_second_holds_as_many_submits_as_allowed(self):
        assert self.statuses(self.submit, 4) == [200, 200, 200, 429]
        self.assert_refused(self.submit(), errors.TOO_FAST)
        self.at(0.34)
        assert self.statuses(self.submit, 2) == [200, 429]
        self.at(10)
        assert self.statuses(self.submit, 4) == [200, 200, 200, 429]
        assert EngineTask.objects.count() == 7

    @override_settings(TRYON_ENGINE_SUBMITS_PER_SECOND=1)
    def test_models_and_keys_count_alone(self):
        assert self.statuses(self.submit, 2) == [200, 429]
        assert self.submit(model="aitryon-plus").status_code == 200
        assert self.submit(key=OTHER_KEY).status_code == 200
        assert self.get().status_code == 200

    @override_settings(TRYON_ENGINE_QUERIES_PER_SECOND=2)
    def test_query_list_cancel_and_policy_count_alone(self):
        task = make_engine_task()
        calls = [
            lambda: self.get(TASKS),
            lambda: self.get(f"{TASKS}/{task.pk}"),
            lambda: self.get("/api/v1/uploads?action=getPolicy&model=aitryon"),
        ]
        for call in calls:
            assert self.statuses(call, 3) == [200, 200, 429]

        cancels = [
            self.client.post(
                f"{TASKS}/{task.pk}/cancel", headers={"Authorization": f"Bearer {KEY}"}
            ).status_code
            for _ in range(3)
        ]
        assert cancels == [200, 400, 429]

    @override_settings(TRYON_ENGINE_QUERIES_PER_SECOND=1)
    def test_a_key_may_have_limits_of_its_own(self):
        _, wide = create_key("wide", queries_per_second=5)
        _, free = create_key("free", queries_per_second=0)

        assert self.statuses(lambda: self.get(key=wide), 6) == [200] * 5 + [429]
        assert self.statuses(lambda: self.get(key=free), 9) == [200] * 9


class InFlightTests(LimitsTestCase):
    def claim(self):
        return EngineTask.objects.claim("w", MODELS, timezone.now())

    @override_settings(TRYON_ENGINE_IN_FLIGHT=2)
    def test_more_than_allowed_wait_and_let_others_pass(self):
        mine = [make_engine_task() for _ in range(3)]
        others = make_engine_task(owner=hash_key(OTHER_KEY))

        claimed = [self.claim() for _ in range(4)]

        assert [task and task.pk for task in claimed] == [
            mine[0].pk, mine[1].pk, others.pk, None,
        ]  # fmt: skip
        mine[2].refresh_from_db()
        assert mine[2].state == TaskState.PENDING

        claimed[0].mark_succeeded()
        assert self.claim().pk == mine[2].pk

    @override_settings(TRYON_ENGINE_IN_FLIGHT=1)
    def test_a_task_whose_worker_died_is_taken_up_again(self):
        task = make_engine_task()
        self.claim().hand_back()

        assert self.claim().pk == task.pk

    @override_settings(TRYON_ENGINE_IN_FLIGHT=1)
    def test_what_is_answered_at_once_is_not_counted(self):
        make_engine_task()
        make_engine_task(model="image-check-v1")
        make_engine_task(model="aitryon-parsing-v1")
        served = (*MODELS, "image-check-v1", "aitryon-parsing-v1")
        now = timezone.now()

        claimed = [EngineTask.objects.claim("w", served, now) for _ in range(3)]

        assert all(claimed)

    def test_a_key_may_have_a_limit_of_its_own(self):
        row, _ = create_key("one at a time", in_flight=1)
        for owner in (row.digest, row.digest, hash_key(KEY)):
            make_engine_task(owner=owner)

        owners = [task.owner for task in (self.claim(), self.claim())]

        assert owners == [row.digest, hash_key(KEY)]
        assert self.claim() is None

    @override_settings(TRYON_ENGINE_IN_FLIGHT=2, TRYON_ENGINE_WHEN_BUSY="refuse")
    def test_a_server_may_refuse_instead(self):
        assert self.statuses(self.submit, 2) == [200, 200]
        self.assert_refused(self.submit(), errors.TOO_MANY_IN_FLIGHT)
        assert EngineTask.objects.count() == 2

        self.claim().mark_succeeded()
        assert self.submit().status_code == 200


class KeyCommandTests(LimitsTestCase):
    def command(self, *args):
        out = io.StringIO()
        call_command("engine_key", *args, stdout=out, stderr=io.StringIO())
        return out.getvalue()

    def test_a_key_is_shown_once_and_stored_hashed(self):
        key = self.command("create", "a shop", "--in-flight", "3").strip()

        row = EngineKey.objects.get()
        assert key.startswith("sk-") and len(key) > 40
        assert row.digest == hash_key(key)
        assert (row.name, row.in_flight, row.submits_per_second) == ("a shop", 3, None)
        assert key not in str(list(EngineKey.objects.values()))
        assert key not in self.command("list")
        assert self.get(key=key).status_code == 200

    def test_a_revoked_key_is_refused_at_once(self):
        key = self.command("create", "a shop").strip()
        number = str(EngineKey.objects.get().pk)

        assert self.command("revoke", number) == f"Key {number} of a shop is revoked.\n"

        answer = self.get(key=key)
        assert answer.status_code == 401
        assert answer.json()["message"] == "Invalid API-key provided."
        with pytest.raises(CommandError, match="was revoked before"):
            self.command("revoke", number)

    def test_the_list_shows_state_limits_and_usage(self):
        key = self.command("create", "a shop", "--submits-per-second", "10").strip()
        self.submit(key=key)
        self.submit(key=key)
        EngineTask.objects.claim("w", MODELS, timezone.now()).mark_succeeded()
        self.get()

        lines = [line.split("  ") for line in self.command("list").splitlines()]
        rows = [[cell.strip() for cell in line if cell.strip()] for line in lines]

        number = str(EngineKey.objects.get(name="a shop").pk)
        assert rows[1][:3] == [number, "a shop", "valid"]
        assert rows[1][4:] == ["10", "-", "-", "2", "1", "0", "0"]
        assert rows[2][1:3] == ["from the settings", "in settings"]

    def test_limits_can_be_changed(self):
        self.command("create", "a shop", "--in-flight", "3")
        number = str(EngineKey.objects.get().pk)

        self.command("limit", number, "--queries-per-second", "7")

        row = EngineKey.objects.get()
        assert (row.in_flight, row.queries_per_second) == (3, 7)
        with pytest.raises(CommandError, match="Nothing to change"):
            self.command("limit", number)

    def test_keys_of_the_settings_work_unasked_and_are_ended_there(self):
        assert self.get().status_code == 200
        row = EngineKey.objects.get()
        assert not row.is_managed

        with pytest.raises(CommandError, match="take it out of TRYON_ENGINE_API_KEYS"):
            self.command("revoke", str(row.pk))
        with override_settings(TRYON_ENGINE_API_KEYS=[]):
            assert self.get().status_code == 401

    def test_nonsense_gets_a_sentence(self):
        for args in (
            ("revoke", "99"),
            ("create", "x", "--in-flight", "-1"),
            ("create", "x", "--in-flight", "many"),
            (),
        ):
            with pytest.raises(CommandError):
                self.command(*args)
        assert not EngineKey.objects.exists()


class UsageTests(LimitsTestCase):
    def usage(self):
        row = EngineUsage.objects.get()
        assert row.owner == hash_key(KEY)
        return row.submitted, row.succeeded, row.failed, row.canceled

    def test_every_ending_is_counted_once(self):
        for _ in range(3):
            self.submit()
        first, second = (
            EngineTask.objects.claim("w", MODELS, timezone.now()) for _ in range(2)
        )

        first.mark_succeeded()
        assert not first.mark_succeeded()
        second.mark_failed(ProtocolError(errors.INFERENCE_FAILED))
        third = EngineTask.objects.get(state=TaskState.PENDING)
        third.cancel()
        assert not third.cancel()

        assert self.usage() == (3, 1, 1, 1)

    def test_refused_calls_are_not_counted(self):
        self.submit(model="x")

        assert not EngineUsage.objects.exists()
