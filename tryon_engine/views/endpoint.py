"""What all calls have in common: the key, JSON in and out, refusals, crashes."""

import logging
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from .. import errors, keys, protocol
from ..errors import ProtocolError

logger = logging.getLogger(__name__)

Endpoint = Callable[..., protocol.Answer]
View = Callable[..., HttpResponseBase]


def endpoint(method: str) -> Callable[[Endpoint], View]:
    """Make a view of a function (request, caller, request_id, ...) -> answer.

    Every answer is JSON and carries the request id, refusals and crashes included.
    """

    def decorate(function: Endpoint) -> View:
        @answers_in_json(method)
        @wraps(function)
        def view(
            request: HttpRequest, request_id: uuid.UUID, **path: str
        ) -> HttpResponse:
            caller = keys.caller_of(request)
            answer = function(request, caller, request_id, **path)
            return JsonResponse({"request_id": str(request_id), **answer})

        return view

    return decorate


def answers_in_json(*methods: str) -> Callable[[View], View]:
    """Make a view of a function (request, request_id, ...) -> response, for anybody."""

    def decorate(function: View) -> View:
        @csrf_exempt
        @wraps(function)
        def view(request: HttpRequest, **path: str) -> HttpResponseBase:
            request_id = uuid.uuid4()
            try:
                if request.method not in methods:
                    raise ProtocolError(errors.METHOD_NOT_ALLOWED)
                return function(request, request_id, **path)
            except ProtocolError as exc:
                refused = refusal(request, request_id, exc)
                if exc.status == errors.METHOD_NOT_ALLOWED.status:
                    refused["Allow"] = ", ".join(methods)
                return refused
            except Exception:  # clients expect JSON even of our bugs
                logger.exception("Request %s: %s failed", request_id, function.__name__)
                return refusal(request, request_id, ProtocolError(errors.INTERNAL))

        return view

    return decorate


def refusal(
    request: HttpRequest, request_id: uuid.UUID, error: ProtocolError
) -> JsonResponse:
    logger.warning("Request %s: %s refused: %s", request_id, request.method, error)
    body = {"code": error.code, "message": error.message, "request_id": str(request_id)}
    response = JsonResponse(body | error.extra, status=error.status)
    # Said once, by the line above: Django's own would hold the path, perhaps signed.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def json_body(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object that `request` carries, or raise `ProtocolError`."""
    try:
        raw = request.body
    except RequestDataTooBig as exc:
        raise ProtocolError(errors.BODY_TOO_LARGE) from exc
    except UnreadablePostError as exc:
        raise ProtocolError(errors.BODY_INVALID) from exc
    return protocol.parse_body(raw)


@answers_in_json("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
def not_found(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    raise ProtocolError(errors.NOT_FOUND)
