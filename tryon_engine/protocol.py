"""The shapes that travel: request bodies in, answer bodies out. No HTTP, no pixels.

`docs/protocol.md` shows each of them in a whole exchange.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from . import errors
from .errors import ProtocolError
from .models import EngineTask, TaskState
from .models.tasks import CHECK_MODEL, PARSING_MODEL

PLUS_MODEL: Final = "aitryon-plus"
REFINER_MODEL: Final = "aitryon-refiner"
TRYON_MODELS: Final = ("aitryon", PLUS_MODEL, REFINER_MODEL)
MODELS: Final = (*TRYON_MODELS, PARSING_MODEL, CHECK_MODEL)

RESOLUTIONS: Final = (-1, 1024, 1280)
GENDERS: Final = ("woman", "man")
CHECK_KINDS: Final = ("person", "garment")
KEYPOINTS: Final = frozenset(
    f"{side}_{name}"
    for side in ("left", "right")
    for name in ("neck", "tip", "cuff_outer", "cuff_inner", "pit", "hem", "waist")
) | {"crotch"}
LONGEST_SIDE_PX: Final = 4096
CLOTHES: Final = ("upper", "lower", "dress")
CLOTHES_TYPES: Final = (["upper"], ["lower"], ["dress"], ["upper", "lower"])

SCHEMES: Final = ("http://", "https://", "oss://", "data:")

WIRE_ZONE: Final = timezone(timedelta(hours=8))
"""The protocol writes local times of Beijing without a zone."""
LIST_WINDOW: Final = timedelta(hours=24)
MAX_PAGE_SIZE: Final = 100
UNIQUE_KEY: Final = "apikey:v1:aigc:image2image:image-synthesis:{model}"
"""By the protocol's rule version:group:task:function:model."""

Answer = dict[str, Any]


@dataclass(frozen=True)
class TaskRequest:
    """What one submit asks for: image URLs by field name, parameters with defaults."""

    model: str
    images: dict[str, str]
    parameters: dict[str, Any]


# --- Requests ----------------------------------------------------------------------
def parse_body(raw: bytes) -> Answer:
    """Return the JSON object in `raw`. Raises `ProtocolError` if it is none."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as exc:
        raise ProtocolError(errors.BODY_INVALID) from exc
    if not isinstance(body, dict):
        raise ProtocolError(errors.BODY_INVALID)
    return body


def parse_tryon(body: Answer) -> TaskRequest:
    """Read a submit for one of `TRYON_MODELS`; unknown fields are ignored."""
    model = _model(body, TRYON_MODELS)
    given, options = _input(body), _parameters(body)
    person = _url(given, "person_image_url")
    top = _url(given, "top_garment_url")
    bottom = _url(given, "bottom_garment_url")
    images = {"person_image_url": person}
    if model == REFINER_MODEL:
        images["coarse_image_url"] = _url(given, "coarse_image_url")
        parameters = {"gender": _one_of(options, "gender", GENDERS)}
    else:
        parameters = {
            "resolution": _one_of(options, "resolution", RESOLUTIONS, default=-1),
            "restore_face": _one_of(
                options, "restore_face", (True, False), default=True
            ),
        }
    if not top and not bottom:
        raise ProtocolError(errors.NO_GARMENT)
    _require(all(images.values()))
    images |= {"top_garment_url": top, "bottom_garment_url": bottom}
    given_images = {name: url for name, url in images.items() if url}
    keypoints = {
        name: points
        for name in ("top_garment_keypoints", "bottom_garment_keypoints")
        if (points := _keypoints(given, name))
    }
    _require(
        all(name.replace("keypoints", "url") in given_images for name in keypoints)
    )
    return TaskRequest(model, given_images, parameters | keypoints)


def parse_check(body: Answer) -> TaskRequest:
    """Read a call of the image check."""
    model = _model(body, (CHECK_MODEL,))
    url = _url(_input(body), "image_url")
    _require(bool(url))
    kind = _one_of(_parameters(body), "kind", CHECK_KINDS)
    return TaskRequest(model, {"image_url": url}, {"kind": kind})


def parse_parsing(body: Answer) -> TaskRequest:
    """Read a call of the parsing."""
    model = _model(body, (PARSING_MODEL,))
    url = _url(_input(body), "image_url")
    _require(bool(url))
    clothes = _parameters(body).get("clothes_type")
    if clothes not in CLOTHES_TYPES:
        raise ProtocolError(errors.BAD_CLOTHES_TYPE)
    return TaskRequest(model, {"image_url": url}, {"clothes_type": clothes})


def _model(body: Answer, served_here: tuple[str, ...]) -> str:
    model = body.get("model")
    if not model or not isinstance(model, str):
        raise ProtocolError(errors.NO_MODEL)
    if model not in MODELS:
        raise ProtocolError(errors.UNKNOWN_MODEL)
    if model not in served_here:
        raise ProtocolError(errors.WRONG_PATH)
    return model


def _input(body: Answer) -> Answer:
    given = body.get("input")
    if not given:
        raise ProtocolError(errors.NO_INPUT)
    if not isinstance(given, dict):
        raise ProtocolError(errors.INPUT_NO_OBJECT)
    return given


def _parameters(body: Answer) -> Answer:
    """The parameters; absent, null and {} are the same."""
    options = body.get("parameters")
    if options is None:
        return {}
    _require(isinstance(options, dict))
    return options


def _url(given: Answer, name: str) -> str:
    """The URL in one field; absent, null and "" are the same."""
    url = given.get(name)
    if url is None:
        return ""
    _require(isinstance(url, str) and is_storable(url))
    url = url.strip()
    if url and not url.lower().startswith(SCHEMES):
        raise ProtocolError(errors.BAD_URL, "no http(s):, data: or oss: address")
    return url


def is_storable(text: str) -> bool:
    """Tell whether a database takes `text`; no URL has a NUL or half a character."""
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def _keypoints(given: Answer, name: str) -> dict[str, list[float]]:
    """Corrected key points, [x, y] by name; absent, null and {} are the same."""
    points = given.get(name)
    if points is None:
        return {}
    _require(isinstance(points, dict) and points.keys() <= KEYPOINTS)
    for place in points.values():
        _require(isinstance(place, list) and len(place) == 2)
        # By type as well: True is no number; NaN and Infinity are in no range.
        _require(
            all(type(at) in (int, float) and 0 <= at <= LONGEST_SIDE_PX for at in place)
        )
    return points


def _one_of(options: Answer, name: str, allowed: tuple, default: Any = None) -> Any:
    value = options.get(name)
    if value is None:
        value = default
    # By type as well: True == 1, yet `restore_face: 1` is no boolean.
    _require(any(type(value) is type(item) and value == item for item in allowed))
    return value


def _require(condition: bool) -> None:
    if not condition:
        raise ProtocolError(errors.BAD_PARAMETER)


@dataclass(frozen=True)
class ListQuery:
    """Which tasks a list call asks for."""

    start: datetime
    end: datetime
    page_no: int
    page_size: int
    task_id: str = ""
    model_name: str = ""
    status: str = ""


def parse_list_query(query: Mapping[str, str], now: datetime) -> ListQuery:
    """Read the filters of a list call; unknown ones are ignored."""
    start = _wire_stamp(query.get("start_time"))
    end = _wire_stamp(query.get("end_time"))
    if start is None:
        start = (end or now) - LIST_WINDOW
    if end is None:
        end = start + LIST_WINDOW
    _require(timedelta(0) <= end - start <= LIST_WINDOW)
    status = query.get("status", "")
    _require(not status or status in (*TaskState.values, "UNKNOWN"))
    return ListQuery(
        start=start,
        end=end,
        page_no=_positive(query.get("page_no"), 1),
        page_size=min(_positive(query.get("page_size"), 10), MAX_PAGE_SIZE),
        task_id=query.get("task_id", ""),
        model_name=query.get("model_name", ""),
        status=status,
    )


def _wire_stamp(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        stamp = datetime.strptime(text, "%Y%m%d%H%M%S")
        return stamp.replace(tzinfo=WIRE_ZONE)
    except ValueError as exc:
        raise ProtocolError(errors.BAD_PARAMETER) from exc


def _positive(text: str | None, default: int) -> int:
    if not text:
        return default
    _require(text.isascii() and text.isdecimal() and 0 < len(text) < 9)
    _require(int(text) > 0)
    return int(text)


# --- Answers -----------------------------------------------------------------------
def submitted(task: EngineTask) -> Answer:
    return {"output": {"task_status": TaskState.PENDING, "task_id": str(task.pk)}}


def unknown_task(task_id: str) -> Answer:
    return {"output": {"task_id": task_id, "task_status": "UNKNOWN"}}


def task_answer(task: EngineTask, image_url: str = "", mask_url: str = "") -> Answer:
    """Where `task` stands. `image_url` and `mask_url` are used once it succeeded."""
    output: Answer = {"task_id": str(task.pk), "task_status": task.state}
    for name, moment in (
        ("submit_time", task.submitted_at),
        ("scheduled_time", task.scheduled_at),
        ("end_time", task.ended_at),
    ):
        if moment:
            output[name] = wire_time(moment)
    if task.state == TaskState.FAILED:
        output |= {"code": task.error_code, "message": task.error_message}
    if task.state != TaskState.SUCCEEDED:
        return {"output": output}
    output["image_url"] = image_url
    if mask_url:
        output["mask_url"] = mask_url
    output |= task.extras
    return {"output": output, "usage": {"image_count": 1}}


def in_old_shape(answer: Answer) -> Answer:
    """Add to a success what clients of 2024 read: `results` as an object.

    The official SDK breaks on it, so it is sent by a setting only, and never to that.
    """
    output = answer["output"]
    return answer | {"output": output | {"results": {"image_url": output["image_url"]}}}


def parsing_answer(
    parsing_urls: list[str | None], crop_urls: list[str | None], boxes: list
) -> Answer:
    """The garments found, in the order asked for; null for each that was not."""
    output = {
        "parsing_img_url": parsing_urls,
        "crop_img_url": crop_urls,
        "bbox": boxes,
    }
    return {"output": output, "usage": {"image_count": 1}}


def list_answer(
    query: ListQuery, total: int, tasks: list[EngineTask], key_id: str
) -> Answer:
    return {
        "total": total,
        "total_page": -(-total // query.page_size),
        "page_no": query.page_no,
        "page_size": query.page_size,
        "data": [_list_entry(task, key_id) for task in tasks],
    }


def _list_entry(task: EngineTask, key_id: str) -> Answer:
    entry: Answer = {
        "task_id": str(task.pk),
        "status": task.state,
        "model_name": task.model,
        "region": "self-hosted",
        "request_id": str(task.request_id),
        "api_key_id": key_id,
        "caller_parent_id": "1",
        "caller_uid": "1",
        "user_api_unique_key": UNIQUE_KEY.format(model=task.model),
        "gmt_create": _milliseconds(task.submitted_at),
    }
    if task.scheduled_at:
        entry["start_time"] = _milliseconds(task.scheduled_at)
    if task.ended_at:
        entry["end_time"] = _milliseconds(task.ended_at)
    return entry


def wire_time(moment: datetime) -> str:
    """`moment` as the protocol writes it: 2025-06-30 14:37:53.838, UTC+8."""
    local = moment.astimezone(WIRE_ZONE)
    return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03d}"


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
