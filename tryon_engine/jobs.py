"""One claimed task: pictures in, a backend or the image check, results stored.

Runs in worker processes only; nothing here knows of queues or of HTTP.
"""

import dataclasses
import hashlib
import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, Final

import cv2
import numpy as np
from django.conf import settings

from . import errors, fetch, memory, results, uploads
from .backends import Backend, Options, Outfit, OutfitError, Result, get_backend
from .backends.shelf import Shelf
from .errors import ProtocolError, WireError
from .models import EngineTask, EngineUpload
from .models.tasks import CHECK_MODEL, PARSING_MODEL
from .protocol import PLUS_MODEL, REFINER_MODEL, TRYON_MODELS
from .vision import check, codec
from .vision.arrays import RGBImage, VisionError, resize
from .vision.clothes import Clothes, cut_out_clothes
from .vision.garment.corrections import KeypointError
from .vision.garment.cutout import NoGarmentError
from .vision.person import detectors
from .vision.person.reading import (
    NoPersonError,
    SeatedError,
    SeveralPeopleError,
    UnfitPoseError,
)
from .vision.side_by_side import each

PHOTO_SIDES: Final = codec.ImageLimits(min_side_px=150, max_side_px=4096)
COARSE_SIDES: Final = dataclasses.replace(PHOTO_SIDES, max_bytes=fetch.COARSE.most)
WARM_UP_PX: Final = 256
WHITE: Final = 255
STDERR: Final = 2
"""Its file descriptor, which native code writes to."""

WIRE_ERRORS: Final[tuple[tuple[type[VisionError], WireError], ...]] = (
    (NoPersonError, errors.NOT_ONE_PERSON),
    (SeveralPeopleError, errors.NOT_ONE_PERSON),
    (UnfitPoseError, errors.UNFIT_POSE),
    (SeatedError, errors.SEATED),
    (NoGarmentError, errors.UNFIT_GARMENT),
    (OutfitError, errors.UNFIT_GARMENT),
    (KeypointError, errors.BAD_PARAMETER),
    (codec.ImageSizeError, errors.BAD_IMAGE_SIZE),
    (codec.UnreadableImage, errors.UNDECODABLE),
    (VisionError, errors.INFERENCE_FAILED),
)
"""What the vision package refuses, in the protocol's words; the first match counts."""


def preload() -> None:
    """Load what workers forked from this process then have without loading it."""
    with _native_code_hushed():
        detectors.load_library()


def prepare(serves: Collection[str]) -> None:
    """Make a new worker process ready, so that its first task is as quick as others."""
    cv2.setNumThreads(1)  # one core each: as many workers as cores run side by side
    memory.keep_while_working()
    with _native_code_hushed():
        _warm_up()
    if set(serves) & set(TRYON_MODELS):
        _backend()


def readings_shelf() -> Shelf:
    """Where the workers of this machine keep what they read."""
    max_bytes = settings.TRYON_ENGINE_READINGS_MB * 1024 * 1024
    return Shelf(settings.TRYON_ENGINE_READINGS_DIR, max_bytes)


def _backend() -> Backend:
    shelf = readings_shelf() if settings.TRYON_ENGINE_READINGS_MB else None
    return get_backend(settings.TRYON_ENGINE_BACKEND, shelf)


def _warm_up() -> None:
    """Load all networks and run each once: the first run takes longer, and warns."""
    blank = np.zeros((WARM_UP_PX, WARM_UP_PX // 2, 3), np.uint8)
    detectors.segment_people(blank)
    detectors.detect_pose(blank)
    detectors.detect_faces(blank)
    whole = (0.0, 0.0, WARM_UP_PX / 2, WARM_UP_PX / 2)
    detectors.detect_face_mesh(blank, detectors.Face(whole, score=1.0))


@contextmanager
def _native_code_hushed() -> Iterator[None]:
    """Keep stderr free of the many lines that mediapipe prints while it loads.

    No setting of it does that. Python's exceptions are printed afterwards, as always.
    """
    sys.stderr.flush()
    kept = os.dup(STDERR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, STDERR)
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)
        os.close(nowhere)


def run(task: EngineTask) -> dict[str, Any]:
    """Do what `task` asks for; return the fields to publish when it succeeds.

    Raises `ProtocolError` with the code that the task fails with.
    """
    try:
        # At the same time: decoding takes a while, and downloads longer.
        sources = [(name, _source(task, name)) for name in task.images]
        pictures = each(lambda source: _load(*source), sources)
        images = dict(zip(task.images, pictures, strict=True))
        if task.model == CHECK_MODEL:
            return {"extras": _check(images["image_url"], task.parameters["kind"])}
        if task.model == PARSING_MODEL:
            return {"extras": _parse(task, images["image_url"])}
        return _try_on(task, images)
    except VisionError as exc:
        error = next(wire for kind, wire in WIRE_ERRORS if isinstance(exc, kind))
        raise ProtocolError(error, str(exc)) from exc


def _source(task: EngineTask, name: str) -> results.Address | EngineUpload:
    """Return where a picture comes from; here, as `_load` must not ask the database."""
    address = task.images[name]
    if isinstance(address, str) and uploads.is_upload(address):
        return uploads.find(address, task.owner)
    return address


def _load(name: str, source: results.Address | EngineUpload) -> RGBImage:
    """Return the picture behind one field of the request.

    A coarse image is our own lossless result, or a caller's copy of it: it may have
    any number of bytes.
    """
    is_coarse = name == "coarse_image_url"
    limits = fetch.COARSE if is_coarse else fetch.PHOTO
    if isinstance(source, EngineUpload):
        content = uploads.read(source, limits)
    else:
        url = results.url_at(source)
        content = results.own_result(url) or fetch.fetch_image(url, limits)
    return codec.decode_image(content, COARSE_SIDES if is_coarse else PHOTO_SIDES)


def _check(image: RGBImage, kind: str) -> dict[str, Any]:
    find = check.check_person if kind == "person" else check.check_garment
    found = find(image)
    return {
        "ok": found.is_usable,
        "findings": [finding.as_dict() for finding in found.findings],
        "facts": found.facts,
    }


def _parse(task: EngineTask, image: RGBImage) -> dict[str, Any]:
    """Cut the garments asked for out of `image`; names of files, None where none is."""
    asked = [Clothes(kind) for kind in task.parameters["clothes_type"]]
    found = cut_out_clothes(image, asked)
    return {
        "boxes": [clothes and list(clothes.box) for clothes in found],
        "parsings": [
            clothes and _store_png(task, clothes.cut_out) for clothes in found
        ],
        "crops": [clothes and _store_png(task, clothes.on_white) for clothes in found],
        "source": _digest(image),
    }


def _digest(image: RGBImage) -> str:
    return hashlib.sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()


def _try_on(task: EngineTask, images: dict[str, RGBImage]) -> dict[str, Any]:
    backend = _backend()
    person = images["person_image_url"]
    asked = dict(task.parameters)
    flats = _to_put_on(task, person, images)
    outfit = Outfit(
        top=flats.get("top"),
        bottom=flats.get("bottom"),
        top_keypoints=asked.pop("top_garment_keypoints", {}),
        bottom_keypoints=asked.pop("bottom_garment_keypoints", {}),
    )
    options = Options(
        **asked, quality="plus" if task.model == PLUS_MODEL else "standard"
    )
    if task.model == REFINER_MODEL:
        coarse = images["coarse_image_url"]
        if coarse.shape != person.shape:
            raise ProtocolError(errors.SIZES_DIFFER)
        return _stored(task, backend.refine(person, coarse, outfit, options))
    person = at_resolution(person, options.resolution)
    return _stored(task, backend.coarse(person, outfit, options))


def _to_put_on(
    task: EngineTask, person: RGBImage, images: dict[str, RGBImage]
) -> dict[str, RGBImage]:
    """Return the garment flats by slot, without what the person wears already.

    Callers of the hosted models keep the person's own trousers by having them cut out
    of this very picture and naming the cut-out as the other garment. They are worn
    already, and better than they could be drawn.
    """
    given = {
        slot: images[f"{slot}_garment_url"]
        for slot in ("top", "bottom")
        if f"{slot}_garment_url" in images
    }
    new = {
        slot: flat
        for slot, flat in given.items()
        if not _is_cut_from(task.images[f"{slot}_garment_url"], person)
    }
    return new or given


def _is_cut_from(address: results.Address, image: RGBImage) -> bool:
    if not isinstance(address, str):
        return False
    source = results.parsed_from(address)
    return source is not None and source == _digest(image)


def at_resolution(person: RGBImage, resolution: int) -> RGBImage:
    """Return the person image in the size that the protocol names by `resolution`.

    -1 keeps it. 1024 is 576 x 1024 and 1280 is 720 x 1280 pixels (width x height): the
    whole picture is fitted in, and its edges are continued to fill the rest.
    """
    if resolution == -1:
        return person
    room = (resolution, resolution * 9 // 16)
    scale = min(room[0] / person.shape[0], room[1] / person.shape[1])
    height, width = (
        min(max(round(side * scale), 1), most)
        for side, most in zip(person.shape[:2], room, strict=True)
    )
    top, left = (room[0] - height) // 2, (room[1] - width) // 2
    borders = ((top, room[0] - height - top), (left, room[1] - width - left), (0, 0))
    return np.pad(resize(person, (height, width)), borders, mode="edge")


def _stored(task: EngineTask, result: Result) -> dict[str, Any]:
    mask = np.where(result.mask, WHITE, 0).astype(np.uint8)
    extras: dict[str, Any] = {"notes": result.notes}
    if result.confidence is not None:
        extras["confidence"] = result.confidence.as_dict()
    if result.worn:
        extras["worn"] = {slot: one.as_dict() for slot, one in result.worn.items()}
    result_name, mask_name = each(
        lambda image: _store_png(task, image), (result.image, mask)
    )
    return {"result_name": result_name, "mask_name": mask_name, "extras": extras}


def _store_png(task: EngineTask, image: np.ndarray) -> str:
    try:
        return results.store_png(task, codec.encode_png(image))
    except OSError as exc:
        raise ProtocolError(errors.UPLOAD_FAILED, str(exc)) from exc
