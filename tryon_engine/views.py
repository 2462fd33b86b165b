"""The protocol over HTTP: look up, validate, one call below, answer. No pixels."""

import logging
import uuid
from collections.abc import Callable
from functools import wraps
from time import monotonic, sleep
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from . import errors, keys, protocol, results
from .errors import ProtocolError
from .health import is_served
from .models import EngineTask, TaskState

logger = logging.getLogger(__name__)

CHECK_TIMEOUT_S: Final = 9.0
"""A little less than clients commonly wait, so that they get the reason."""
CHECK_POLL_S: Final = 0.02

Endpoint = Callable[..., protocol.Answer]


def endpoint(method: str) -> Callable[[Endpoint], Callable[..., HttpResponse]]:
    """Make a view of a function (request, owner, request_id, ...) -> answer.

    Every answer is JSON and carries the request id, refusals and crashes included.
    """

    def decorate(function: Endpoint) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(function)
        def view(request: HttpRequest, **path: str) -> HttpResponse:
            request_id = uuid.uuid4()
            try:
                if request.method != method:
                    raise ProtocolError(errors.METHOD_NOT_ALLOWED)
                owner = keys.owner_of(request)
                answer = function(request, owner, request_id, **path)
            except ProtocolError as exc:
                return _refusal(request, request_id, exc)
            except Exception:  # clients expect JSON even of our bugs
                logger.exception("Request %s: %s failed", request_id, function.__name__)
                return _refusal(request, request_id, ProtocolError(errors.INTERNAL))
            return JsonResponse({"request_id": str(request_id), **answer})

        return view

    return decorate


def _refusal(
    request: HttpRequest, request_id: uuid.UUID, error: ProtocolError
) -> JsonResponse:
    logger.warning("Request %s: %s refused: %s", request_id, request.method, error)
    body = {"code": error.code, "message": error.message, "request_id": str(request_id)}
    return JsonResponse(body, status=error.status)


@endpoint("POST")
def submit(request: HttpRequest, owner: str, request_id: uuid.UUID) -> protocol.Answer:
    if request.headers.get("X-DashScope-Async", "").lower() != "enable":
        raise ProtocolError(errors.NOT_ASYNC)
    asked = protocol.parse_tryon(protocol.parse_body(_body(request)))
    task = _enqueue(asked, owner, request_id)
    logger.info("Request %s: %s queued as task %s", request_id, task.model, task.pk)
    return protocol.submitted(task)


@transaction.non_atomic_requests  # a worker must see the row while we wait
@endpoint("POST")
def check_image(
    request: HttpRequest, owner: str, request_id: uuid.UUID
) -> protocol.Answer:
    """Have a worker check one image, and wait: this process loads no networks."""
    asked = protocol.parse_check(protocol.parse_body(_body(request)))
    if not is_served(asked.model):
        raise ProtocolError(errors.NO_WORKER)
    task = _enqueue(asked, owner, request_id)
    try:
        _wait_for_end(task)
        if task.state == TaskState.FAILED:
            raise ProtocolError(
                errors.WireError(
                    500 if task.error_code.startswith("Internal") else 400,
                    task.error_code,
                    task.error_message,
                )
            )
        return {"output": task.extras, "usage": {"image_count": 1}}
    finally:
        results.discard(task)


def _wait_for_end(task: EngineTask) -> None:
    deadline = monotonic() + CHECK_TIMEOUT_S
    while monotonic() < deadline:
        task.refresh_from_db()
        if task.is_final:
            return
        sleep(CHECK_POLL_S)
    raise ProtocolError(errors.TIMED_OUT)


def _enqueue(
    asked: protocol.TaskRequest, owner: str, request_id: uuid.UUID
) -> EngineTask:
    task = EngineTask(
        request_id=request_id,
        owner=owner,
        model=asked.model,
        parameters=asked.parameters,
    )
    # Data URLs have megabytes: they go to the file store, not into the row.
    task.images = {
        name: results.store_data_url(task, url) if url[:5].lower() == "data:" else url
        for name, url in asked.images.items()
    }
    task.save(force_insert=True)
    return task


def _body(request: HttpRequest) -> bytes:
    try:
        return request.body
    except RequestDataTooBig as exc:
        raise ProtocolError(errors.BODY_TOO_LARGE) from exc
    except UnreadablePostError as exc:
        raise ProtocolError(errors.BODY_INVALID) from exc


@endpoint("GET")
def get_task(
    request: HttpRequest, owner: str, request_id: uuid.UUID, task_id: str
) -> protocol.Answer:
    task = _find_task(owner, task_id)
    if task is None:
        return protocol.unknown_task(task_id)
    if task.state != TaskState.SUCCEEDED:
        return protocol.task_answer(task)
    urls = [
        results.result_url(request, task, name) if name else ""
        for name in (task.result_name, task.mask_name)
    ]
    return protocol.task_answer(task, *urls)


def _find_task(owner: str, task_id: str) -> EngineTask | None:
    try:
        number = uuid.UUID(task_id)
    except ValueError:
        return None
    return _tasks_of(owner).filter(pk=number).first()


def _tasks_of(owner: str) -> Any:
    """The caller's tasks. Image checks answer at once: no tasks to the caller."""
    tasks = EngineTask.objects.owned_by(owner).kept()
    return tasks.exclude(model=protocol.CHECK_MODEL)


@endpoint("GET")
def list_tasks(
    request: HttpRequest, owner: str, request_id: uuid.UUID
) -> protocol.Answer:
    query = protocol.parse_list_query(request.GET, timezone.now())
    found = _tasks_of(owner).filter(submitted_at__range=(query.start, query.end))
    if query.status:
        found = found.filter(state=query.status)
    if query.model_name:
        known = query.model_name in protocol.TRYON_MODELS
        found = found.filter(model=query.model_name) if known else found.none()
    if query.task_id:
        task = _find_task(owner, query.task_id)
        found = found.filter(pk=task.pk) if task else found.none()
    first = (query.page_no - 1) * query.page_size
    page = found.order_by("-submitted_at", "pk")[first : first + query.page_size]
    return protocol.list_answer(query, found.count(), list(page))


@endpoint("POST")
def cancel(
    request: HttpRequest, owner: str, request_id: uuid.UUID, task_id: str
) -> protocol.Answer:
    task = _find_task(owner, task_id)
    if task is None or not task.cancel():
        raise ProtocolError(errors.NOT_CANCELABLE)
    results.forget(task.images.values())
    logger.info("Request %s: task %s canceled", request_id, task.pk)
    return {}


@csrf_exempt
def get_result(request: HttpRequest, token: str) -> HttpResponseBase:
    """Serve a result image; the signature in the URL is the permission."""
    request_id = uuid.uuid4()
    try:
        if request.method not in ("GET", "HEAD"):
            raise ProtocolError(errors.METHOD_NOT_ALLOWED)
        file = results.open_result(token)
    except ProtocolError as exc:
        return _refusal(request, request_id, exc)
    return FileResponse(
        file,
        content_type="image/png",
        headers={
            "Content-Length": str(file.size),
            "Cache-Control": "private, max-age=3600",
            "X-Content-Type-Options": "nosniff",
        },
    )


@csrf_exempt
def not_found(request: HttpRequest) -> HttpResponse:
    return _refusal(request, uuid.uuid4(), ProtocolError(errors.NOT_FOUND))
