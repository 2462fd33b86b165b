import base64
from io import BytesIO

import numpy as np
import pytest
from django.test import RequestFactory
from PIL import Image

from tests.engine.factories import make_engine_task
from tests.engine.fakes import FakeBackend, data_url, noise
from tryon_engine import errors, jobs, results
from tryon_engine.backends import OutfitError, Result
from tryon_engine.errors import ProtocolError
from tryon_engine.vision.arrays import VisionError
from tryon_engine.vision.codec import decode_image, encode_png
from tryon_engine.vision.garment.corrections import KeypointError
from tryon_engine.vision.garment.cutout import NoGarmentError
from tryon_engine.vision.person.reading import (
    NoPersonError,
    SeatedError,
    SeveralPeopleError,
    UnfitPoseError,
)

pytestmark = pytest.mark.django_db


class SpyBackend(FakeBackend):
    """Remembers its last call."""

    def coarse(self, person, outfit, options):
        self.called = ("coarse", person, outfit, options)
        return super().coarse(person, outfit, options)

    def refine(self, person, coarse, outfit, options):
        self.called = ("refine", person, coarse, outfit, options)
        return super().refine(person, coarse, outfit, options)


@pytest.fixture
def backend(monkeypatch):
    backend = SpyBackend()
    monkeypatch.setattr(jobs, "get_backend", lambda *_: backend)
    return backend


def coarse_task(person=None, parameters=None, **changes):
    images = {
        "person_image_url": data_url(noise() if person is None else person),
        "top_garment_url": data_url(noise(seed=1)),
    }
    parameters = {"resolution": -1, "restore_face": True} | (parameters or {})
    return make_engine_task(images=images, parameters=parameters, **changes)


def refiner_task(coarse_url):
    images = {
        "person_image_url": data_url(noise()),
        "coarse_image_url": coarse_url,
        "top_garment_url": data_url(noise(seed=1)),
    }
    return make_engine_task(
        model="aitryon-refiner", images=images, parameters={"gender": "woman"}
    )


def stored(name):
    with results.engine_store().open(name) as file:
        return decode_image(file.read())


def failure(task):
    with pytest.raises(ProtocolError) as caught:
        jobs.run(task)
    return caught.value.code, caught.value.message


def of(error):
    return error.code, error.message


def test_a_try_on_stores_image_and_mask_and_tells_more(backend):
    published = jobs.run(coarse_task())

    image, mask = stored(published["result_name"]), stored(published["mask_name"])
    assert (image[1:] == noise()[1:]).all()
    assert image.shape == mask.shape
    assert mask[0, 0].tolist() == [255, 255, 255]
    assert mask[1:].max() == 0
    assert published["extras"] == {
        "notes": {"value": 1},
        "confidence": {
            "score": 0.75,
            "reasons": [{"code": "turned", "message": "The body is turned."}],
        },
        "worn": {
            "top": {
                "kind": "top",
                "colours": ["navy"],
                "sleeves": "short",
                "hem": "hip",
                "colour_difference": 0.6,
                "lightness_difference": -1.0,
            }
        },
    }


def test_a_backend_that_cannot_tell_its_confidence_gives_none(backend):
    blank = Result(noise(), np.zeros(noise().shape[:2], bool))
    backend.coarse = lambda person, outfit, options: blank

    assert jobs.run(coarse_task())["extras"] == {"notes": {}}


def test_hands_over_outfit_and_options(backend):
    jobs.run(coarse_task(model="aitryon-plus", parameters={"restore_face": False}))

    _, person, outfit, options = backend.called
    assert (person == noise()).all()
    assert (outfit.top == noise(seed=1)).all()
    assert outfit.bottom is None
    assert (options.quality, options.restore_face) == ("plus", False)


def test_hands_over_corrected_key_points(backend):
    points = {"left_hem": [120, 470.5]}
    jobs.run(coarse_task(parameters={"top_garment_keypoints": points}))

    outfit = backend.called[2]
    assert outfit.top_keypoints == points
    assert outfit.bottom_keypoints == {}


@pytest.mark.parametrize(("resolution", "width"), [(1024, 576), (1280, 720)])
def test_a_resolution_fits_the_whole_person_image_in(backend, resolution, width):
    jobs.run(coarse_task(parameters={"resolution": resolution}))

    assert backend.called[1].shape == (resolution, width, 3)


def test_borders_continue_the_picture():
    grey = noise((200, 400))
    grey[:] = 90

    assert (jobs.at_resolution(grey, 1024) == 90).all()
    assert jobs.at_resolution(grey, -1) is grey


def test_refine_reads_our_own_result_from_the_store(backend):
    task = coarse_task()
    name = results.store_png(task, encode_png(noise(seed=2)))
    url = results.result_url(RequestFactory().get("/"), task, name)

    jobs.run(refiner_task(url))

    assert (backend.called[2] == noise(seed=2)).all()
    assert backend.called[4].gender == "woman"


def test_no_text_of_a_caller_names_a_file_of_ours(backend):
    task = coarse_task()
    address = results.store_data_url(task, data_url(noise()))
    for text in (address["file"], f"file:{address['file']}", str(address)):
        task.images["person_image_url"] = text

        assert failure(task) == of(errors.BAD_URL)


def test_refine_takes_a_coarse_image_of_any_number_of_bytes(backend, monkeypatch):
    blank = noise() // 255  # packs to far less than 5 KB
    jobs.run(refiner_task(data_url(blank)))
    assert backend.called[0] == "refine"

    monkeypatch.setattr(jobs.fetch, "PHOTO", jobs.fetch.Limits(1, 200_000))
    huge = noise((300, 200), seed=3).repeat(2, 0)[:300]
    jobs.run(refiner_task(data_url(huge)))


@pytest.mark.parametrize(
    ("file_format", "mode", "options"),
    [
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("JPEG", "RGB", {"quality": 40, "progressive": True}),
        ("WEBP", "RGB", {"quality": 60}),
    ],
)
def test_refine_takes_a_result_packed_anew(backend, file_format, mode, options):
    """Shoppers' browsers and hosts re-encode pictures and strip what they carry."""
    published = jobs.run(coarse_task())
    packed = BytesIO()
    picture = Image.fromarray(stored(published["result_name"])).convert(mode)
    picture.save(packed, file_format, **options)
    url = "data:image/x;base64," + base64.b64encode(packed.getvalue()).decode()

    jobs.run(refiner_task(url))

    _, person, coarse, *_ = backend.called
    assert coarse.shape == person.shape
    assert coarse.dtype == np.uint8


def test_refine_needs_a_coarse_image_of_the_persons_size(backend):
    task = refiner_task(data_url(noise((300, 201))))

    assert failure(task) == of(errors.SIZES_DIFFER)


@pytest.mark.parametrize("size", [(149, 300), (300, 149), (4097, 150)])
def test_pictures_beyond_the_protocols_sides_are_refused(backend, size):
    assert failure(coarse_task(noise(size))) == of(errors.BAD_IMAGE_SIZE)


def test_a_damaged_picture_is_refused(backend):
    task = coarse_task()
    head, payload = task.images["person_image_url"].split(",")
    half = payload[: len(payload) // 8 * 4]
    task.images["person_image_url"] = f"{head},{half}"

    assert failure(task) == of(errors.UNDECODABLE)


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (NoPersonError("nobody"), errors.NOT_ONE_PERSON),
        (SeveralPeopleError("two"), errors.NOT_ONE_PERSON),
        (UnfitPoseError("lying"), errors.UNFIT_POSE),
        (SeatedError("sits"), errors.SEATED),
        (NoGarmentError("nothing"), errors.UNFIT_GARMENT),
        (OutfitError("two skirts"), errors.UNFIT_GARMENT),
        (KeypointError("outside"), errors.BAD_PARAMETER),
        (VisionError("odd"), errors.INFERENCE_FAILED),
    ],
)
def test_what_the_backend_refuses_gets_the_protocols_code(backend, refusal, error):
    def refuse(*args):
        raise refusal

    backend.coarse = refuse

    assert failure(coarse_task()) == of(error)


def test_a_full_disk_fails_as_upload(backend, monkeypatch):
    def fail(*args):
        raise OSError("No space left on device")

    monkeypatch.setattr(results, "_save", fail)

    assert failure(coarse_task()) == of(errors.UPLOAD_FAILED)


def test_the_real_backend_refuses_a_picture_without_a_person():
    task = coarse_task()
    flat = np.full((600, 400, 3), 255, np.uint8)
    flat[150:450, 100:300] = noise() // 4
    task.images["top_garment_url"] = data_url(flat)

    assert failure(task) == of(errors.NOT_ONE_PERSON)
