from datetime import timedelta

import pytest
from django.core import signing
from django.test import RequestFactory, TestCase
from django.utils import timezone

from tests.engine.factories import make_engine_task
from tryon_engine import results
from tryon_engine.errors import ProtocolError
from tryon_engine.models import EngineTask, TaskState

pytestmark = pytest.mark.urls("tests.engine.urls")

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


def stored_task(**changes):
    task = make_engine_task(state=TaskState.SUCCEEDED, **changes)
    task.result_name = results.store_png(task, PNG)
    task.save()
    return task


def url_of(task):
    request = RequestFactory().get("/")
    return results.result_url(request, task, task.result_name)


def path_of(task):
    return "/api" + url_of(task).partition("/api")[2]


class ResultUrlTests(TestCase):
    def test_serves_the_stored_bytes_with_safe_headers(self):
        answer = self.client.get(path_of(stored_task()))

        assert b"".join(answer.streaming_content) == PNG
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Length"] == str(len(PNG))
        assert answer["Cache-Control"].startswith("private")
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_answers_head_without_a_body(self):
        answer = self.client.head(path_of(stored_task()))

        assert answer.status_code == 200
        assert answer["Content-Length"] == str(len(PNG))
        assert answer.getvalue() == b""

    def test_is_the_same_at_every_query(self):
        task = stored_task()

        assert url_of(task) == url_of(task)

    def test_names_are_random(self):
        task = make_engine_task()

        assert results.store_png(task, PNG) != results.store_png(task, PNG)

    def test_refuses_a_tampered_url(self):
        path = path_of(stored_task())
        middle = len(path) // 2
        tampered = (
            path[:middle] + ("A" if path[middle] != "A" else "B") + path[middle + 1 :]
        )

        answer = self.client.get(tampered)

        assert answer.status_code == 403
        assert answer.json()["code"] == "AccessDenied"

    def test_refuses_an_expired_url(self):
        ended_at = timezone.now() - timedelta(hours=24, seconds=1)

        answer = self.client.get(path_of(stored_task(ended_at=ended_at)))

        assert answer.status_code == 403

    def test_refuses_a_signature_made_for_another_purpose(self):
        name = stored_task().result_name
        token = signing.Signer(salt="other").sign_object([name, 9_999_999_999])

        assert self.client.get(f"/api/v1/results/{token}.png").status_code == 403

    def test_a_purged_file_is_not_found(self):
        task = stored_task()
        path = path_of(task)
        results.discard(task)

        assert self.client.get(path).status_code == 404

    def test_takes_no_post(self):
        assert self.client.post(path_of(stored_task())).status_code == 405


class OwnResultTests(TestCase):
    def test_reads_our_own_result_without_a_download(self):
        task = stored_task()

        assert results.own_result(url_of(task)) == PNG
        quoted = url_of(task).replace(":", "%3A").replace("http%3A", "http:")
        assert results.own_result(quoted) == PNG

    def test_leaves_other_addresses_alone(self):
        for url in (
            "http://shop.test/photo.jpg",
            "http://shop.test/api/v1/results/forged.png",
            "data:image/png;base64,AAAA",
            "http://[::1/api/v1/results/forged.png",
            "http://shop.test/?next=/api/v1/results/forged.png",
        ):
            assert results.own_result(url) is None
            assert results.parsed_from(url) is None


class PurgeTests(TestCase):
    def test_deletes_tasks_and_files_after_24_hours(self):
        day_ago = timezone.now() - timedelta(hours=24, minutes=1)
        old, young = stored_task(ended_at=day_ago), stored_task()
        abandoned = make_engine_task(submitted_at=day_ago)
        kept = make_engine_task(
            submitted_at=day_ago, state=TaskState.SUCCEEDED, ended_at=timezone.now()
        )

        assert results.purge_expired() == 2

        left = set(EngineTask.objects.values_list("pk", flat=True))
        assert left == {young.pk, kept.pk}
        assert abandoned.pk not in left
        assert not results.engine_store().exists(old.result_name)
        assert results.engine_store().exists(young.result_name)


class StoredDataUrlTests(TestCase):
    def test_forgets_only_files_of_its_own(self):
        task = make_engine_task()
        address = results.store_data_url(task, "data:,x")

        results.forget([address, "http://shop.test/photo.jpg"])

        with pytest.raises(FileNotFoundError):
            results.url_at(address)

    def test_open_result_refuses_nonsense(self):
        with pytest.raises(ProtocolError):
            results.open_result("nonsense")
