"""Files: results by signed URL, and the temporary upload."""

import logging
import uuid
from pathlib import Path
from typing import Final

from django.core.exceptions import BadRequest
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase

from .. import errors, limits, protocol, results, uploads
from ..errors import ProtocolError
from ..models import EngineKey
from .endpoint import answers_in_json, endpoint

logger = logging.getLogger(__name__)

OPENAPI: Final = Path(__file__).parents[1] / "openapi.json"


@answers_in_json("GET", "HEAD")
def get_result(
    request: HttpRequest, request_id: uuid.UUID, token: str
) -> HttpResponseBase:
    """Serve a result image; the signature in the URL is the permission."""
    file = results.open_result(token)
    return FileResponse(
        file,
        content_type="image/png",
        headers={
            "Content-Length": str(file.size),
            "Cache-Control": "private, max-age=3600",
            "X-Content-Type-Options": "nosniff",
        },
    )


@answers_in_json("GET", "HEAD")
def get_openapi(request: HttpRequest, request_id: uuid.UUID) -> HttpResponseBase:
    """Serve the description of this API, for people and for their tools."""
    return FileResponse(OPENAPI.open("rb"), content_type="application/json")


@endpoint("GET")
def get_upload_policy(
    request: HttpRequest, caller: EngineKey, request_id: uuid.UUID
) -> protocol.Answer:
    limits.admit_query(caller, "policy")
    if request.GET.get("action") != "getPolicy" or not request.GET.get("model"):
        raise ProtocolError(errors.BAD_PARAMETER)
    return {
        "data": uploads.grant(caller, results.absolute_url(request, "engine-upload"))
    }


@answers_in_json("POST")
def upload(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """Take a file; the signed policy in the form is the permission."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > uploads.MAX_FORM_BYTES:
        raise ProtocolError(errors.UPLOAD_TOO_LARGE)
    try:
        form, file = request.POST, request.FILES.get("file")
    except (MultiPartParserError, BadRequest, UnreadablePostError) as exc:
        raise ProtocolError(errors.UPLOAD_INCOMPLETE, str(exc)) from exc
    if file is None:
        raise ProtocolError(errors.UPLOAD_INCOMPLETE, "no field 'file'")
    stored = uploads.store(form, file)
    logger.info("Request %s: upload %s, %d bytes", request_id, stored.pk, stored.size)
    return HttpResponse(b"", content_type="application/json")
