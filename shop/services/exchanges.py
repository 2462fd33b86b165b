"""The calls themselves, as threads make them: HTTP and files, never the database.

`prepare` reads all that a call needs from the rows; what it returns may run anywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.files.storage import Storage
from django.utils import timezone

from ..dashscope import (
    DashScopeClient,
    DashScopeRejected,
    DashScopeUnavailable,
    EngineState,
    EngineTask,
    ListedTask,
    SubmittedTask,
)
from ..models import Garment, PersonImage, SessionStatus, Stage, TryOnTask
from .claims import Claim, Work
from .engine import engine_url
from .results import DamagedResult, StoredResult, keep_result

_PAGE_SIZE = 100
_MOST_PAGES = 20
# Results live 24 hours at the engine; the refiner needs some minutes of that.
_RESULT_URL_LIFETIME = timedelta(hours=23)


class PhotoGone(Exception):
    """The person image was deleted or has expired: there is nothing to try on."""


@dataclass(frozen=True)
class Look:
    """Where a task stands; its stored result, or why it could not be stored."""

    engine_task: EngineTask
    result: StoredResult | None = None
    trouble: DamagedResult | DashScopeRejected | DashScopeUnavailable | None = None


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
            return partial(_look, client, task.engine_task_id, _what_to_keep(task))
        case Work.CANCEL:
            return partial(client.cancel_task, task.engine_task_id)
        case Work.FIND:
            return partial(_list, client, task.model, None)
        case Work.SWEEP:
            wanted = {task.engine_task_id for task in claim.tasks}
            return partial(_list, client, task.model, wanted)


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


def _what_to_keep(task: TryOnTask) -> _Keep | None:
    if task.session.status == SessionStatus.CANCELED:
        return None  # nobody will see it
    image = _photo(task).image
    return _Keep(task.result_stem, image.storage, str(image.name), task.is_adopted)


def _look(client: DashScopeClient, engine_task_id: str, keep: _Keep | None) -> Look:
    """Query; when the task succeeded, fetch, check and store its result as well."""
    found = client.get_task(engine_task_id)
    if found.state is not EngineState.SUCCEEDED or keep is None:
        return Look(found)
    try:
        content = client.download(found.image_url).content
        result = keep_result(keep.stem, content, _read(keep), keep.is_adopted)
    except (DashScopeRejected, DashScopeUnavailable, DamagedResult) as trouble:
        return Look(found, trouble=trouble)
    return Look(found, result)


def _read(keep: _Keep) -> bytes:
    try:
        with keep.store.open(keep.person_name) as file:
            return file.read()
    except FileNotFoundError as error:
        raise PhotoGone("The person image is no longer in the store.") from error


def _list(
    client: DashScopeClient, model: str, wanted: set[str] | None
) -> list[ListedTask]:
    """The task list of a model, page by page, until all `wanted` ids were seen.

    Without time filters: the zone of the server's `start_time` is not documented.
    """
    found: list[ListedTask] = []
    for page_no in range(1, _MOST_PAGES + 1):
        page = client.list_tasks(model=model, page_no=page_no, page_size=_PAGE_SIZE)
        found += page.tasks
        if not page.tasks or page_no >= page.pages:
            break
        if wanted is not None and wanted <= {listed.task_id for listed in found}:
            break
    return found


@dataclass(frozen=True)
class Outcome:
    """How a call ended: a value or an error, and how long it took.

    `was_made` is False when it did not even begin.
    """

    value: Any = None
    error: Exception | None = None
    duration_ms: int = 0
    was_made: bool = True
