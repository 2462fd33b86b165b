"""The calls themselves, as threads make them: HTTP and files, never the database.

`prepare` reads all that a call needs from the rows; what it returns may run anywhere.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage
from django.utils import timezone

from ..dashscope import (
    DashScopeClient,
    EngineState,
    Exchange,
    ListedTask,
    SubmittedTask,
)
from ..models import Garment, PersonImage, SessionStatus, Stage, TryOnTask
from .claims import PAGE_SIZE, Claim, Work
from .engine import engine_url
from .results import StoredResult, keep_result

_MOST_PAGES = 20
# Results live 24 hours at the engine; the refiner needs some minutes of that.
_RESULT_URL_LIFETIME = timedelta(hours=23)


class PhotoGone(Exception):
    """The person image was deleted or has expired: there is nothing to try on."""


@dataclass(frozen=True)
class Swept:
    """The tasks that the engine's list has among those it still works on."""

    going: dict[str, EngineState]
    pages: int


@dataclass(frozen=True)
class _Keep:
    """What is needed to check and store the result of one task."""

    stem: str
    store: Storage
    person_name: str
    is_adopted: bool


def prepare(client: DashScopeClient, claim: Claim) -> Callable[[], Any]:
    """The call of a claim, ready to run. Raises PhotoGone."""
    task = claim.task
    match claim.work:
        case Work.SUBMIT:
            return _submit(client, task)
        case Work.LOOK:
            if task.session.status != SessionStatus.CANCELED:
                _photo(task)  # without it nobody could see the result
            return partial(client.get_task, task.engine_task_id)
        case Work.FETCH:
            return partial(_fetch, client, _image_url(claim), _what_to_keep(task))
        case Work.CANCEL:
            return partial(client.cancel_task, task.engine_task_id)
        case Work.FIND:
            return partial(_list, client, task.model)
        case Work.SWEEP:
            return partial(_sweep, client, task.model)


def _submit(client: DashScopeClient, task: TryOnTask) -> Callable[[], SubmittedTask]:
    tryon_session = task.session
    person_url = engine_url(_photo(task).image)
    top, bottom = tryon_session.top, tryon_session.bottom
    outfit = [_flat_url(top), _flat_url(bottom)]
    keypoints: dict[str, Any] = {
        "top_keypoints": top.keypoints if top else {},
        "bottom_keypoints": bottom.keypoints if bottom else {},
    }
    if task.stage == Stage.COARSE:
        return partial(
            client.submit_tryon, task.model, person_url, *outfit, **keypoints
        )
    return partial(
        client.submit_refiner,
        person_url,
        _coarse_url(task),
        *outfit,
        **keypoints,
        gender=tryon_session.gender,
        model=task.model,
    )


def _flat_url(garment: Garment | None) -> str:
    return engine_url(garment.flat) if garment else ""


def _photo(task: TryOnTask) -> PersonImage:
    photo = task.session.person_image
    if photo is None or (photo.expires_at and photo.expires_at <= timezone.now()):
        raise PhotoGone("The person image is no longer kept.")
    return photo


def _coarse_url(task: TryOnTask) -> str:
    """The engine's own copy of the coarse image while it lives, else ours."""
    coarse = task.session.coarse_task
    if coarse is None:
        raise LookupError(f"{task} has no coarse image to refine.")
    is_fresh = timezone.now() - coarse.created_at < _RESULT_URL_LIFETIME
    if coarse.result_url and is_fresh and not task.retries:
        return coarse.result_url
    return engine_url(coarse.result)


def _image_url(claim: Claim) -> str:
    if claim.found is None:
        raise LookupError(f"{claim.task}: nothing was found that could be fetched.")
    return claim.found.image_url


def _what_to_keep(task: TryOnTask) -> _Keep:
    image = _photo(task).image
    return _Keep(task.result_stem, image.storage, str(image.name), task.is_adopted)


def _fetch(client: DashScopeClient, image_url: str, keep: _Keep) -> StoredResult:
    """Fetch, check and store a result."""
    content = client.download(image_url).content
    return keep_result(keep.stem, content, _read(keep), keep.is_adopted)


def _read(keep: _Keep) -> bytes:
    try:
        with keep.store.open(keep.person_name) as file:
            return file.read()
    except FileNotFoundError as error:
        raise PhotoGone("The person image is no longer in the store.") from error


def _list(client: DashScopeClient, model: str, status: str = "") -> list[ListedTask]:
    """The task list of a model, page by page, no faster than the engine allows.

    Without time filters: the zone of the server's `start_time` is not documented.
    """
    found: list[ListedTask] = []
    for page_no in range(1, _MOST_PAGES + 1):
        page = client.list_tasks(
            model=model, status=status, page_no=page_no, page_size=PAGE_SIZE
        )
        found += page.tasks
        if not page.tasks or page_no >= page.pages:
            break
        time.sleep(1 / settings.TRYON_QUERIES_PER_SECOND)
    return found


def _sweep(client: DashScopeClient, model: str) -> Swept:
    """What is waiting or running: as many pages as there is work, not history.

    First what waits, so that a task which begins meanwhile is seen among the running.
    A server that does not know the filter tells each task's state all the same.
    """
    listed = _list(client, model, EngineState.PENDING)
    listed += _list(client, model, EngineState.RUNNING)
    going = {one.task_id: one.state for one in listed if not one.state.is_over}
    return Swept(going, pages=len(listed) // PAGE_SIZE + 2)


@dataclass(frozen=True)
class Outcome:
    """How a call ended: a value or an error, and what was said to and fro.

    `was_made` is False when it did not even begin.
    """

    value: Any = None
    error: Exception | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    was_made: bool = True
