import time
from datetime import timedelta

import pytest
from django.test import TestCase
from django.utils import timezone

from tests.engine.factories import make_engine_task
from tryon_engine import errors, health, models, pool, results, workers
from tryon_engine.errors import ProtocolError
from tryon_engine.models import EngineTask, TaskState, WorkerHeartbeat
from tryon_engine.models.tasks import EngineTaskQuerySet
from tryon_engine.protocol import CHECK_MODEL, TRYON_MODELS
from tryon_engine.workers import Worker

MODELS = ("aitryon", "aitryon-refiner")


def claim(worker="w1", served=MODELS, now=None):
    return EngineTask.objects.claim(worker, served, now or timezone.now())


def later(seconds):
    return timezone.now() + timedelta(seconds=seconds)


class ClaimTests(TestCase):
    def test_takes_the_oldest_first(self):
        now = timezone.now()
        young = make_engine_task(submitted_at=now)
        old = make_engine_task(submitted_at=now - timedelta(seconds=9))

        assert [claim().pk, claim().pk, claim()] == [old.pk, young.pk, None]

    def test_leases_the_task_to_the_worker(self):
        make_engine_task()

        task = claim("w1")

        assert (task.state, task.worker, task.attempts) == (TaskState.RUNNING, "w1", 1)
        assert task.leased_until > timezone.now()
        assert task.scheduled_at is not None

    def test_takes_only_models_that_it_serves(self):
        make_engine_task(model=CHECK_MODEL)

        assert claim(served=TRYON_MODELS) is None
        assert claim(served=(CHECK_MODEL,)) is not None

    def test_two_workers_that_saw_the_same_row_do_not_both_get_it(self):
        task = make_engine_task()
        seen_by_other = EngineTask.objects.get(pk=task.pk)

        class Race(EngineTaskQuerySet):
            """The other worker is quicker, between our look and our UPDATE."""

            def claimable(self, *args):
                found = super().claimable(*args)
                if not claimed:
                    list(found)
                    claimed.append(claim("quick"))
                    found._result_cache = [seen_by_other]
                    found.first = lambda: seen_by_other
                return found

        claimed = []

        assert Race(EngineTask).claim("slow", MODELS, timezone.now()) is None
        assert claimed[0].worker == "quick"

    def test_finished_and_canceled_tasks_are_left_alone(self):
        for state in models.FINAL_STATES:
            make_engine_task(state=state)

        assert claim() is None


class LeaseTests(TestCase):
    def test_a_silent_workers_task_is_taken_again(self):
        make_engine_task()
        first = claim("dead")

        assert claim("w2", now=later(7)) is None
        again = claim("w2", now=later(9))

        assert (again.pk, again.worker, again.attempts) == (first.pk, "w2", 2)
        assert again.scheduled_at == first.scheduled_at

    def test_a_heartbeat_keeps_the_task(self):
        make_engine_task()
        task = claim("w1")

        assert task.extend_lease(later(7))

        assert claim("w2", now=later(9)) is None

    def test_a_worker_that_lost_its_lease_cannot_publish(self):
        make_engine_task()
        lost = claim("w1")
        claim("w2", now=later(9))

        assert not lost.mark_succeeded(result_name="late.png")
        assert not lost.mark_failed(ProtocolError(errors.INTERNAL))
        assert not lost.extend_lease(timezone.now())
        assert not lost.hand_back()

        task = EngineTask.objects.get()
        assert (task.state, task.worker, task.result_name) == ("RUNNING", "w2", "")

    def test_a_task_handed_back_is_free_at_once_and_has_lost_no_attempt(self):
        make_engine_task()
        claim("w1").hand_back()

        assert claim("w2").attempts == 1

    def test_a_dead_workers_task_is_released_at_once(self):
        make_engine_task()
        make_engine_task()
        claim("dead")
        claim("alive")

        assert EngineTask.objects.release("dead") == 1

        assert claim("w2").attempts == 2
        assert claim("w2") is None


class WorkOnceTests(TestCase):
    def work(self, monkeypatch_run):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(workers.jobs, "run", monkeypatch_run)
            return Worker("w1", MODELS).work_once()

    def test_says_when_there_is_nothing_to_do(self):
        assert not Worker("w1", MODELS).work_once()

    def test_looks_for_tasks_more_often_for_a_while_after_one(self):
        make_engine_task()
        worker = Worker("w1", MODELS)
        before = worker.pause(time.monotonic())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(workers.jobs, "run", lambda task: {"result_name": "r.png"})
            worker.work_once()

        assert worker.pause(time.monotonic()) < before
        assert worker.pause(time.monotonic() + workers.ALERT_S) == before

    def test_gives_memory_back_once_when_no_task_follows(self):
        make_engine_task()
        worker, given_back = Worker("w1", MODELS), []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(workers.jobs, "run", lambda task: {"result_name": "r.png"})
            patch.setattr(workers.memory, "give_back", lambda: given_back.append(1))
            worker.rest(time.monotonic())
            worker.work_once()
            worker.rest(time.monotonic())
            assert not given_back
            worker.rest(time.monotonic() + workers.REST_S)
            worker.rest(time.monotonic() + workers.REST_S)

        assert len(given_back) == 1

    def test_publishes_the_result_and_forgets_the_inputs(self):
        task = make_engine_task()
        address = results.store_data_url(task, "data:,x")
        EngineTask.objects.update(images={"person_image_url": address})

        assert self.work(lambda task: {"result_name": "r.png"})

        task.refresh_from_db()
        assert (task.state, task.result_name) == (TaskState.SUCCEEDED, "r.png")
        assert task.ended_at is not None
        assert task.images == {}
        with pytest.raises(FileNotFoundError):
            results.url_at(address)

    def test_fails_with_the_protocols_code(self):
        make_engine_task()

        def refuse(task):
            raise ProtocolError(errors.NOT_ONE_PERSON)

        self.work(refuse)

        task = EngineTask.objects.get()
        assert (task.state, task.error_code) == (TaskState.FAILED, "InvalidPerson")
        assert task.error_message == errors.NOT_ONE_PERSON.message

    def test_a_bug_fails_the_task_and_is_logged_with_its_request_id(self):
        task = make_engine_task()

        with self.assertLogs("tryon_engine", "ERROR") as logs:
            self.work(lambda task: 1 / 0)

        task.refresh_from_db()
        assert (task.state, task.error_code) == ("FAILED", "InternalError.Algo")
        assert str(task.request_id) in logs.output[0]
        assert "ZeroDivisionError" in logs.output[0]

    def test_log_lines_hold_no_address(self):
        make_engine_task(
            images={"person_image_url": "http://127.0.0.1:1/?Signature=secret"}
        )

        with self.assertLogs("tryon_engine", "INFO") as logs:
            Worker("w1", MODELS).work_once()

        assert "secret" not in "\n".join(logs.output)

    def test_a_task_that_took_down_three_workers_is_not_tried_again(self):
        make_engine_task(attempts=3)
        tried = []

        self.work(tried.append)

        task = EngineTask.objects.get()
        assert (task.state, task.error_code) == ("FAILED", "InternalError.Algo")
        assert tried == []

    def test_a_result_that_comes_too_late_is_void(self):
        make_engine_task()

        def lose_lease(task):
            claim("w2", now=later(9))
            return {"result_name": "late.png"}

        self.work(lose_lease)

        assert EngineTask.objects.get().result_name == ""


class HeartbeatTests(TestCase):
    def test_shows_the_worker_alive(self):
        Worker("w1", TRYON_MODELS).beat()
        assert health.engine_health() == (False, "no live worker for image-check-v1")

        Worker("w2", (CHECK_MODEL,)).beat()
        assert health.engine_health() == (True, "ok")

        WorkerHeartbeat.objects.update(seen_at=later(-11))
        assert health.engine_health() == (
            False,
            "no live worker for aitryon and image-check-v1",
        )

    def test_extends_the_lease_of_the_current_task(self):
        make_engine_task()
        worker = Worker("w1", MODELS)

        def beat_late(task):
            EngineTask.objects.update(leased_until=timezone.now())
            worker.beat()
            return {}

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(workers.jobs, "run", beat_late)
            worker.work_once()

        assert EngineTask.objects.get().state == TaskState.SUCCEEDED
        assert claim(now=later(5)) is None


class DeadWorkerTests(TestCase):
    def test_rows_of_workers_that_nobody_buried_go_after_an_hour(self):
        for name, age in (("dead", 2), ("stuck", 0.1)):
            seen = timezone.now() - timedelta(hours=age)
            WorkerHeartbeat.objects.create(worker=name, serves=[], seen_at=seen)

        pool.forget_dead_workers()

        assert list(WorkerHeartbeat.objects.values_list("pk", flat=True)) == ["stuck"]
