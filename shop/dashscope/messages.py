"""What travels over the wire, as plain values: nobody else knows the wire's spellings.

Wire times without a zone are UTC+8; here every time is aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from math import isfinite
from typing import Any, Self

from .errors import DashScopeProtocolError, clean, redact

_WIRE_ZONE = timezone(timedelta(hours=8))
_LONGEST_ID = 80  # characters; UUIDs have 36
_MOST_REASONS = 20
_LONGEST_MESSAGE = 300  # characters
_MOST_COLOURS = 3
_WORDS_OF_WORN = ("kind", "pattern", "sleeves", "hem")
_DIFFERENCES = ("colour_difference", "lightness_difference")


class EngineState(StrEnum):
    """Where a task stands. A word that the protocol does not know means RUNNING."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    UNKNOWN = "UNKNOWN"  # never heard of, or forgotten after 24 hours

    @classmethod
    def from_wire(cls, word: Any) -> Self:
        try:
            return cls(word)
        except ValueError:
            return cls("RUNNING")

    @property
    def is_over(self) -> bool:
        return self not in (EngineState.PENDING, EngineState.RUNNING)


@dataclass(frozen=True)
class Exchange:
    """One request and what came of it, for a protocol of all that was said.

    `call` is submit, query, list, cancel, check or download; `status` None when no
    answer came. `message` is the server's, or the task's state; it holds no secrets.
    """

    call: str
    at: datetime  # when it was over
    duration_ms: int
    status: int | None = None
    task_id: str = ""
    request_id: str = ""
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class SubmittedTask:
    """The server took a task."""

    task_id: str
    request_id: str

    @classmethod
    def from_wire(cls, body: Mapping[str, Any]) -> Self:
        output = body.get("output")
        task_id = _id(output, "task_id") if isinstance(output, Mapping) else ""
        if not task_id:
            raise DashScopeProtocolError(
                "The answer to a submit has no task_id.", maybe_accepted=True
            )
        return cls(task_id, _id(body, "request_id"))


@dataclass(frozen=True)
class EngineTask:
    """Where one task stands; `image_url` is set exactly when it succeeded.

    `confidence` is an extension of the protocol: empty, or a `score` in [0, 1] and
    `reasons`, dicts of `code` and `message`, gravest first. So is `worn`: empty, or
    facts about what is seen of the garments, by slot ("top", "bottom").
    """

    task_id: str
    state: EngineState
    request_id: str = ""
    image_url: str = ""
    code: str = ""
    message: str = ""
    submitted_at: datetime | None = None
    scheduled_at: datetime | None = None
    ended_at: datetime | None = None
    image_count: int = 0
    confidence: dict[str, Any] = field(default_factory=dict)
    worn: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def from_wire(cls, body: Mapping[str, Any]) -> Self:
        output = _mapping(body, "output")
        if not isinstance(output.get("task_status"), str):
            raise DashScopeProtocolError("The answer to a query has no task_status.")
        state = EngineState.from_wire(output["task_status"])
        image_url = _image_url(output) if state is EngineState.SUCCEEDED else ""
        if state is EngineState.SUCCEEDED and not image_url:
            raise DashScopeProtocolError("The task succeeded without a result URL.")
        return cls(
            task_id=_id(output, "task_id"),
            state=state,
            request_id=_id(body, "request_id"),
            image_url=image_url,
            code=_text(output, "code"),
            message=redact(_text(output, "message")),
            submitted_at=_local_time(output.get("submit_time")),
            scheduled_at=_local_time(output.get("scheduled_time")),
            ended_at=_local_time(output.get("end_time")),
            image_count=_count(body.get("usage")),
            confidence=_confidence(output.get("confidence")),
            worn=_worn(output.get("worn")),
        )


@dataclass(frozen=True)
class ListedTask:
    """One line of the task list. It tells neither inputs nor the result."""

    task_id: str
    state: EngineState
    model: str
    request_id: str
    created_at: datetime | None

    @classmethod
    def from_wire(cls, line: Mapping[str, Any]) -> Self:
        return cls(
            task_id=_id(line, "task_id"),
            state=EngineState.from_wire(line.get("status")),
            model=_text(line, "model_name"),
            request_id=_id(line, "request_id"),
            created_at=_epoch_time(line.get("gmt_create")),
        )


@dataclass(frozen=True)
class TaskPage:
    """One page of the task list; pages count from 1."""

    tasks: list[ListedTask]
    page_no: int
    pages: int
    total: int

    @classmethod
    def from_wire(cls, body: Mapping[str, Any], page_no: int) -> Self:
        lines = body.get("data")
        if not isinstance(lines, list):
            raise DashScopeProtocolError("The task list has no data.")
        tasks = [ListedTask.from_wire(line) for line in lines if isinstance(line, dict)]
        pages, total = body.get("total_page"), body.get("total")
        return cls(
            tasks=[task for task in tasks if task.task_id],
            page_no=page_no,
            pages=pages if isinstance(pages, int) else page_no,
            total=total if isinstance(total, int) else len(tasks),
        )


@dataclass(frozen=True)
class ImageCheck:
    """What the server's image check (an extension of the protocol) found.

    Each finding is a dict with `code`, `severity` ("block", "warn" or "info"),
    `message`, and `box` ((x0, y0, x1, y1) in pixels) or `points` where they apply.
    """

    ok: bool
    findings: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    request_id: str = ""

    @classmethod
    def from_wire(cls, body: Mapping[str, Any]) -> Self:
        output = _mapping(body, "output")
        ok, findings = output.get("ok"), output.get("findings", [])
        if not isinstance(ok, bool) or not isinstance(findings, list):
            raise DashScopeProtocolError("The image check answered without a verdict.")
        facts = output.get("facts")
        return cls(
            ok=ok,
            findings=[found for found in findings if isinstance(found, dict)],
            facts=facts if isinstance(facts, dict) else {},
            request_id=_id(body, "request_id"),
        )


@dataclass(frozen=True)
class Download:
    """A whole file; `content_type` as the server named it, lower case."""

    content: bytes
    content_type: str


def _mapping(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = body.get(key)
    if not isinstance(value, Mapping):
        raise DashScopeProtocolError(f"The answer has no {key}.")
    return value


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return clean(value) if isinstance(value, str) else ""


def _id(body: Mapping[str, Any], key: str) -> str:
    """An id; one that is longer than anybody's could not be kept and counts as none."""
    value = _text(body, key)
    return value if len(value) <= _LONGEST_ID else ""


def _image_url(output: Mapping[str, Any]) -> str:
    """The result's address, from any of the shapes that servers have sent."""
    results = output.get("results")
    first = results[0] if isinstance(results, list) and results else None
    places = [
        output.get("image_url"),
        results.get("image_url") if isinstance(results, Mapping) else None,
        first.get("url") if isinstance(first, Mapping) else None,
        first.get("image_url") if isinstance(first, Mapping) else None,
        output.get("output_image_url"),
    ]
    for found in places:
        # The refiner's page types image_url as a list; its sample is a string.
        url = found[0] if isinstance(found, list) and found else found
        if isinstance(url, str) and url:
            return url
    return ""


def _local_time(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        local = datetime.fromisoformat(value)
        return local.replace(tzinfo=local.tzinfo or _WIRE_ZONE).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _epoch_time(value: Any) -> datetime | None:
    if not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value / 1000, tz=UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _count(usage: Any) -> int:
    count = usage.get("image_count") if isinstance(usage, Mapping) else None
    return count if isinstance(count, int) else 0


def _confidence(value: Any) -> dict[str, Any]:
    """Score and reasons; {} when the server gives none, or not in this shape."""
    if not isinstance(value, Mapping):
        return {}
    score, reasons = value.get("score"), value.get("reasons")
    if isinstance(score, bool) or not isinstance(score, int | float):
        return {}
    if not 0 <= score <= 1:  # NaN neither
        return {}
    given = reasons if isinstance(reasons, list) else []
    told = [one for one in given if isinstance(one, Mapping) and _id(one, "code")]
    return {
        "score": score,
        "reasons": [
            {
                "code": _id(one, "code"),
                "message": redact(_text(one, "message"))[:_LONGEST_MESSAGE],
            }
            for one in told[:_MOST_REASONS]
        ],
    }


def _worn(value: Any) -> dict[str, dict[str, Any]]:
    """Facts about worn garments by slot; what is not of the known shape is left out."""
    given = value if isinstance(value, Mapping) else {}
    slots = {slot: given.get(slot) for slot in ("top", "bottom")}
    return {
        slot: _worn_facts(facts)
        for slot, facts in slots.items()
        if isinstance(facts, Mapping)
    }


def _worn_facts(given: Mapping[str, Any]) -> dict[str, Any]:
    words = {name: _id(given, name) for name in _WORDS_OF_WORN}
    colours = given.get("colours")
    named = colours[:_MOST_COLOURS] if isinstance(colours, list) else []
    numbers = {name: given.get(name) for name in _DIFFERENCES}
    return (
        {name: word for name, word in words.items() if word}
        | {"colours": [clean(one) for one in named if _is_short(one)]}
        | {name: number for name, number in numbers.items() if _is_number(number)}
    )


def _is_short(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 40


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # Comparing takes whole numbers of any length, which `isfinite` does not.
    return is_number and abs(value) < 1e12 and isfinite(value)
