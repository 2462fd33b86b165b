import json

import numpy as np
import pytest
from django.test import Client

from tests.engine.factories import AUTH, KEY
from tests.engine.fakes import data_url, noise
from tryon_engine.models import EngineTask
from tryon_engine.protocol import CHECK_MODEL
from tryon_engine.results import engine_store
from tryon_engine.views import pictures
from tryon_engine.workers import Worker

pytestmark = [
    pytest.mark.urls("tests.engine.urls"),
    pytest.mark.django_db,
]
PATH = "/api/v1/services/vision/image-check/process"


def check(image_url, kind="person", **changes):
    body = {
        "model": CHECK_MODEL,
        "input": {"image_url": image_url},
        "parameters": {"kind": kind},
    } | changes
    return Client().post(
        PATH, data=json.dumps(body), content_type="application/json", headers=AUTH
    )


@pytest.fixture(autouse=True)
def key(settings):
    settings.TRYON_ENGINE_API_KEYS = [KEY]


@pytest.fixture
def worker(monkeypatch):
    """A live check worker, which works whenever the view pauses, however slowly."""
    worker = Worker("checker", (CHECK_MODEL,))
    worker.beat()
    monkeypatch.setattr(pictures, "CHECK_TIMEOUT_S", 300)
    monkeypatch.setattr(pictures, "sleep", lambda seconds: worker.work_once())
    return worker


def folders():
    store = engine_store()
    return store.listdir("")[0] if store.exists("") else []


def test_a_person_check_answers_at_once(worker):
    answer = check(data_url(noise()))

    assert answer.status_code == 200
    output = answer.json()["output"]
    assert output["ok"] is False
    assert [found["code"] for found in output["findings"]] == ["no_person"]
    assert set(output["findings"][0]) == {
        "code",
        "severity",
        "message",
        "box",
        "points",
    }
    assert answer.json()["usage"] == {"image_count": 1}


def test_a_garment_check_says_what_it_sees(worker):
    flat = np.full((600, 400, 3), 255, np.uint8)
    flat[150:450, 100:300] = noise((300, 200)) // 4

    output = check(data_url(flat), kind="garment").json()["output"]

    assert output["ok"] is True
    x0, y0, x1, y1 = output["facts"]["box"]
    assert abs(np.array([x0, y0, x1, y1]) - [100, 150, 300, 450]).max() <= 8


def test_nothing_of_the_picture_is_kept(worker):
    before = folders()

    check(data_url(noise()))

    assert not EngineTask.objects.exists()
    assert folders() == before


def test_an_unreadable_picture_is_refused_with_the_protocols_code(worker):
    answer = check("data:image/png;base64,AAAA")
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidInputLength")

    tiny = check(data_url(noise((149, 149))))
    assert (tiny.status_code, tiny.json()["code"]) == (400, "InvalidInputLength")
    assert not EngineTask.objects.exists()


def test_a_bad_request_is_refused_without_a_worker():
    answer = check("http://x/p.jpg", kind="dog")

    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")
    wrong_path = check("http://x/p.jpg", model="aitryon")
    assert wrong_path.json()["message"] == "url error, please check url!"


def test_without_a_live_worker_the_model_is_unavailable():
    answer = check(data_url(noise()))

    assert (answer.status_code, answer.json()["code"]) == (503, "ModelUnavailable")


def test_gives_up_when_the_worker_does_not_answer(monkeypatch):
    Worker("stuck", (CHECK_MODEL,)).beat()
    monkeypatch.setattr(pictures, "CHECK_TIMEOUT_S", 0.1)

    answer = check(data_url(noise()))

    assert (answer.status_code, answer.json()["code"]) == (500, "InternalError.Timeout")
    assert not EngineTask.objects.exists()
