"""`aitryon-parsing-v1` as callers meet it, with the engine's own reading behind it."""

import io
import json
import threading
from urllib.parse import urlsplit

import numpy as np
import pytest
from django.test import Client
from PIL import Image

from tests.engine.factories import AUTH, KEY, OTHER_KEY, make_engine_task
from tests.engine.fakes import FakeBackend, data_url, noise
from tests.images import house_model
from tryon_engine import errors, jobs, results
from tryon_engine.models import EngineTask, TaskState, WorkerHeartbeat
from tryon_engine.models.tasks import PARSING_MODEL
from tryon_engine.results import engine_store
from tryon_engine.views import pictures
from tryon_engine.workers import Worker

pytestmark = [pytest.mark.urls("tests.engine.urls"), pytest.mark.django_db]
PATH = "/api/v1/services/vision/image-process/process"
SERVED = (PARSING_MODEL, "aitryon")


@pytest.fixture(autouse=True)
def key(settings):
    settings.TRYON_ENGINE_API_KEYS = [KEY, OTHER_KEY]
    settings.TRYON_ENGINE_PUBLIC_URL = "https://engine.example"


@pytest.fixture
def worker(monkeypatch):
    """A live worker, which works whenever the view pauses, however slowly."""
    worker = Worker("parser", SERVED)
    worker.beat()
    monkeypatch.setattr(pictures, "PARSING_TIMEOUT_S", 300)
    monkeypatch.setattr(pictures, "sleep", lambda seconds: worker.work_once())
    return worker


def parse(image_url="http://images.test/p.jpg", clothes=("upper", "lower"), **changes):
    headers = AUTH | changes.pop("headers", {})
    body = {
        "model": PARSING_MODEL,
        "input": {"image_url": image_url},
        "parameters": {"clothes_type": list(clothes)},
    } | changes
    return Client().post(
        PATH, data=json.dumps(body), content_type="application/json", headers=headers
    )


def picture_at(url):
    answer = Client().get(urlsplit(url).path)
    assert answer.status_code == 200
    return Image.open(io.BytesIO(b"".join(answer.streaming_content)))


def assert_refused(answer, error):
    assert answer.status_code == error.status
    body = answer.json()
    assert (body["code"], body["message"]) == (error.code, error.message)
    # The hosted call's sample has them inside `output`.
    assert body["output"] == {"code": error.code, "message": error.message}
    assert body["request_id"]


def test_a_person_comes_apart_into_top_and_bottom(worker):
    image = house_model("m1")

    answer = parse(data_url(image))

    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"output", "usage", "request_id"}
    assert body["usage"] == {"image_count": 1}
    output = body["output"]
    assert set(output) == {"parsing_img_url", "crop_img_url", "bbox"}
    assert [len(output[name]) for name in sorted(output)] == [2, 2, 2]
    for url, crop_url, box in zip(
        output["parsing_img_url"], output["crop_img_url"], output["bbox"], strict=True
    ):
        assert url.startswith("https://engine.example/api/v1/results/")
        cut_out, crop = picture_at(url), picture_at(crop_url)
        assert (cut_out.mode, crop.mode) == ("RGBA", "RGB")
        assert cut_out.size == (image.shape[1], image.shape[0])
        alpha = np.array(cut_out)[..., 3]
        x0, y0, x1, y1 = box
        assert (alpha[y0:y1, x0:x1] > 127).mean() > 0.4
        assert (alpha > 127).sum() == (alpha[y0:y1, x0:x1] > 127).sum()


def test_what_is_not_found_is_null(worker):
    output = parse(data_url(noise()), ["dress"]).json()["output"]

    assert output == {"parsing_img_url": [None], "crop_img_url": [None], "bbox": [None]}


def test_is_no_task_to_the_caller(worker):
    parse(data_url(noise()))

    assert Client().get("/api/v1/tasks", headers=AUTH).json()["total"] == 0
    task = EngineTask.objects.get()
    output = Client().get(f"/api/v1/tasks/{task.pk}", headers=AUTH).json()["output"]
    assert output["task_status"] == "UNKNOWN"


@pytest.mark.parametrize(
    "clothes",
    [
        [],
        ["shoes"],
        ["lower", "upper"],
        ["dress", "upper"],
        ["upper", "upper"],
        "upper",
    ],
)
def test_other_clothes_are_refused(clothes):
    answer = parse(parameters={"clothes_type": clothes})

    assert_refused(answer, errors.BAD_CLOTHES_TYPE)
    assert_refused(parse(parameters=None), errors.BAD_CLOTHES_TYPE)
    assert not EngineTask.objects.exists()


def test_is_synchronous():
    answer = parse(headers={"X-DashScope-Async": "enable"})

    assert_refused(answer, errors.NOT_SYNC)


def test_without_a_picture_without_a_worker(worker):
    assert_refused(parse(input={"image_url": ""}), errors.BAD_PARAMETER)
    assert_refused(parse(model="aitryon"), errors.WRONG_PATH)
    WorkerHeartbeat.objects.all().delete()
    assert_refused(parse(), errors.NO_WORKER)


def test_a_bad_picture_is_refused_and_leaves_nothing(worker):
    store = engine_store()
    before = store.listdir("")[0] if store.exists("") else []

    assert_refused(parse(data_url(noise((100, 100)))), errors.BAD_IMAGE_SIZE)

    assert not EngineTask.objects.exists()
    after = store.listdir("")[0] if store.exists("") else []
    assert after == before


def test_only_so_many_calls_wait_at_a_time(worker, monkeypatch):
    monkeypatch.setattr(pictures, "_waiting", threading.BoundedSemaphore(1))
    pictures._waiting.acquire()

    assert_refused(parse(), errors.TOO_BUSY)

    pictures._waiting.release()
    assert parse(data_url(noise())).status_code == 200
    assert pictures._waiting.acquire(blocking=False)  # given back


def test_a_caller_who_gave_up_leaves_no_pictures_behind(worker, monkeypatch):
    store = engine_store()
    before = set(store.listdir("")[0]) if store.exists("") else set()
    task = make_engine_task(
        model=PARSING_MODEL,
        images={"image_url": data_url(house_model("m1"))},
        parameters={"clothes_type": ["upper"]},
    )
    cut_out = jobs.cut_out_clothes

    def give_up_meanwhile(*args):
        results.discard(EngineTask.objects.get())
        return cut_out(*args)

    monkeypatch.setattr(jobs, "cut_out_clothes", give_up_meanwhile)

    assert worker.work_once()

    assert not EngineTask.objects.filter(pk=task.pk).exists()
    assert set(store.listdir("")[0]) == before


class Dressed(FakeBackend):
    """Remembers what it was asked to put on."""

    def coarse(self, person, outfit, options):
        self.outfit = outfit
        return super().coarse(person, outfit, options)


def test_a_garment_cut_out_of_the_very_photo_is_left_as_worn(worker, monkeypatch):
    backend = Dressed()
    monkeypatch.setattr(jobs, "get_backend", lambda *_: backend)
    image = house_model("m1")
    person, shirt = data_url(image), data_url(noise())
    crops = parse(person).json()["output"]["crop_img_url"]

    def try_on(**garments):
        make_engine_task(images={"person_image_url": person} | garments)
        worker.work_once()
        task = EngineTask.objects.exclude(model=PARSING_MODEL).latest("submitted_at")
        assert task.state == TaskState.SUCCEEDED, task.error_message
        return backend.outfit

    kept = try_on(top_garment_url=shirt, bottom_garment_url=crops[1])
    assert kept.top is not None
    assert kept.bottom is None

    alone = try_on(bottom_garment_url=crops[1])
    assert alone.bottom is not None  # nothing else was asked for

    person = data_url(house_model("m2"))
    borrowed = try_on(top_garment_url=shirt, bottom_garment_url=crops[1])
    assert borrowed.bottom is not None  # somebody else's
