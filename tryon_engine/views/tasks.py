"""Try-ons: submit, query, list, cancel."""

import logging
import uuid
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from .. import errors, limits, protocol, results
from ..errors import ProtocolError
from ..models import EngineKey, EngineTask, TaskState
from ..models.tasks import ANSWERED_AT_ONCE
from .endpoint import endpoint, json_body

logger = logging.getLogger(__name__)

SDK_AGENT: Final = "dashscope/"
"""How the User-Agent of the official SDK begins."""


@endpoint("POST")
def submit(
    request: HttpRequest, caller: EngineKey, request_id: uuid.UUID
) -> protocol.Answer:
    if not is_async(request):
        raise ProtocolError(errors.NOT_ASYNC)
    asked = protocol.parse_tryon(json_body(request))
    limits.admit_submit(caller, asked.model)
    task = enqueue(asked, caller, request_id)
    logger.info("Request %s: %s queued as task %s", request_id, task.model, task.pk)
    return protocol.submitted(task)


def is_async(request: HttpRequest) -> bool:
    return request.headers.get("X-DashScope-Async", "").lower() == "enable"


def enqueue(
    asked: protocol.TaskRequest, caller: EngineKey, request_id: uuid.UUID
) -> EngineTask:
    """Put what is asked into the queue; files that it needs are stored."""
    task = EngineTask(
        request_id=request_id,
        owner=caller.digest,
        model=asked.model,
        parameters=asked.parameters,
    )
    # Data URLs have megabytes: they go to the file store, not into the row.
    task.images = {
        name: results.store_data_url(task, url) if url[:5].lower() == "data:" else url
        for name, url in asked.images.items()
    }
    try:
        with transaction.atomic():
            if asked.model not in ANSWERED_AT_ONCE:
                limits.hold_place(caller)
            task.enqueue()
    except ProtocolError:
        results.forget(task.images.values())
        raise
    return task


@endpoint("GET")
def get_task(
    request: HttpRequest, caller: EngineKey, request_id: uuid.UUID, task_id: str
) -> protocol.Answer:
    limits.admit_query(caller, "query")
    task = _find_task(caller, task_id)
    if task is None:
        return protocol.unknown_task(task_id)
    if task.state != TaskState.SUCCEEDED:
        return protocol.task_answer(task)
    urls = [
        results.result_url(request, task, name) if name else ""
        for name in (task.result_name, task.mask_name)
    ]
    answer = protocol.task_answer(task, *urls)
    if settings.TRYON_ENGINE_OLD_SHAPE and not _is_sdk(request):
        return protocol.in_old_shape(answer)
    return answer


def _is_sdk(request: HttpRequest) -> bool:
    return request.headers.get("User-Agent", "").lower().startswith(SDK_AGENT)


def _find_task(caller: EngineKey, task_id: str) -> EngineTask | None:
    try:
        number = uuid.UUID(task_id)
    except ValueError:
        return None
    return _tasks_of(caller).filter(pk=number).first()


def _tasks_of(caller: EngineKey) -> Any:
    tasks = EngineTask.objects.owned_by(caller.digest).kept()
    return tasks.exclude(model__in=ANSWERED_AT_ONCE)


@endpoint("GET")
def list_tasks(
    request: HttpRequest, caller: EngineKey, request_id: uuid.UUID
) -> protocol.Answer:
    limits.admit_query(caller, "list")
    query = protocol.parse_list_query(request.GET, timezone.now())
    found = _tasks_of(caller).filter(submitted_at__range=(query.start, query.end))
    if query.status:
        found = found.filter(state=query.status)
    if query.model_name:
        known = query.model_name in protocol.TRYON_MODELS
        found = found.filter(model=query.model_name) if known else found.none()
    if query.task_id:
        task = _find_task(caller, query.task_id)
        found = found.filter(pk=task.pk) if task else found.none()
    first = (query.page_no - 1) * query.page_size
    page = found.order_by("-submitted_at", "pk")[first : first + query.page_size]
    return protocol.list_answer(query, found.count(), list(page), str(caller.pk))


@endpoint("POST")
def cancel(
    request: HttpRequest, caller: EngineKey, request_id: uuid.UUID, task_id: str
) -> protocol.Answer:
    limits.admit_query(caller, "cancel")
    task = _find_task(caller, task_id)
    if task is None or not task.cancel():
        raise ProtocolError(errors.NOT_CANCELABLE)
    results.forget(task.images.values())
    logger.info("Request %s: task %s canceled", request_id, task.pk)
    return {}
