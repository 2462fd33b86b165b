"""Calls whose answer is the result: the image check and the parsing.

This process loads no networks: a worker does the work while the caller waits. Each
waiting call holds a thread of the web server, so only some may wait at a time.
"""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Final

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from .. import errors, limits, protocol, results
from ..errors import ProtocolError, WireError
from ..health import is_served
from ..models import EngineKey, EngineTask, TaskState
from .endpoint import endpoint, json_body
from .tasks import enqueue, is_async

CHECK_TIMEOUT_S: Final = 9.0
"""A little less than clients commonly wait, so that they get the reason."""
PARSING_TIMEOUT_S: Final = 50.0
"""Callers of the hosted service were told no figure, and waited."""
POLL_S: Final = 0.02

_waiting = threading.BoundedSemaphore(max(settings.WEB_THREADS * 3 // 4, 1))


@transaction.non_atomic_requests  # a worker must see the row while we wait
@endpoint("POST")
def check_image(
    request: HttpRequest, caller: EngineKey, request_id: uuid.UUID
) -> protocol.Answer:
    """Say what is wrong with a picture. Nothing of it is kept."""
    asked = protocol.parse_check(json_body(request))
    limits.admit_submit(caller, asked.model)
    with _worked_on(asked, caller, request_id, CHECK_TIMEOUT_S) as task:
        results.discard(task)
        return {"output": task.extras, "usage": {"image_count": 1}}


@transaction.non_atomic_requests
@endpoint("POST")
def parse_image(
    request: HttpRequest, caller: EngineKey, request_id: uuid.UUID
) -> protocol.Answer:
    """Cut the garments out of a picture; the cut-outs live as long as results."""
    try:
        if is_async(request):
            raise ProtocolError(errors.NOT_SYNC)
        asked = protocol.parse_parsing(json_body(request))
        limits.admit_submit(caller, asked.model)
        with _worked_on(asked, caller, request_id, PARSING_TIMEOUT_S) as task:
            parsings, crops = (
                [name and results.result_url(request, task, name) for name in names]
                for names in (task.extras["parsings"], task.extras["crops"])
            )
            return protocol.parsing_answer(parsings, crops, task.extras["boxes"])
    except ProtocolError as exc:
        # Where the hosted call's sample has them; where all calls have them as well.
        exc.extra = {"output": {"code": exc.code, "message": exc.message}}
        raise


@contextmanager
def _worked_on(
    asked: protocol.TaskRequest,
    caller: EngineKey,
    request_id: uuid.UUID,
    timeout_s: float,
) -> Iterator[EngineTask]:
    """Have a worker do what is asked; the task, done. Else it leaves nothing."""
    if not is_served(asked.model):
        raise ProtocolError(errors.NO_WORKER)
    if not _waiting.acquire(blocking=False):
        raise ProtocolError(errors.TOO_BUSY, "too many calls wait for an answer")
    try:
        task = enqueue(asked, caller, request_id)
        try:
            _wait_for_end(task, timeout_s)
            if task.state == TaskState.FAILED:
                status = 500 if task.error_code.startswith("Internal") else 400
                raise ProtocolError(
                    WireError(status, task.error_code, task.error_message)
                )
        except ProtocolError:
            results.discard(task)
            raise
        yield task
    finally:
        _waiting.release()


def _wait_for_end(task: EngineTask, timeout_s: float) -> None:
    deadline = monotonic() + timeout_s
    while monotonic() < deadline:
        task.refresh_from_db()
        if task.is_final:
            return
        sleep(POLL_S)
    raise ProtocolError(errors.TIMED_OUT)
