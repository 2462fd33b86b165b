"""Refusals as they go over the wire: status, code and message, to the letter."""

import pytest

from tests.engine.factories import coarse_body, refiner_body
from tests.server.running_engine import ROOT
from tryon_engine import errors
from tryon_engine.errors import WireError

SUBMIT = "/services/aigc/image2image/image-synthesis"
PARSING = "/services/vision/image-process/process"
ASYNC = {"X-DashScope-Async": "enable"}
BAD_PARAMETER = (
    "The request is missing required parameters or in a wrong format, "
    "please check the parameters that you send."
)
BAD_BODY = "Required body invalid, please check the request body format."
BAD_URL = (
    "The request URL is invalid, please check the request URL is available and the "
    "request image format is one of the following types: JPEG, JPG, PNG, BMP, and WEBP."
)
NO_GARMENT = (
    "Missing clothing image."
    "Please input at least one top garment or bottom garment image."
)
NOT_CANCELABLE = (
    "Failed to cancel the task, please confirm if the task is in PENDING status."
)
PERSON = {"person_image_url": "http://images.test/p.jpg"}
PARSE = {
    "model": "aitryon-parsing-v1",
    "input": {"image_url": "http://images.test/p.jpg"},
    "parameters": {"clothes_type": ["hat"]},
}


@pytest.mark.parametrize(
    ("method", "path", "arguments", "expected"),
    [
        (
            "GET",
            "/tasks",
            {"key": None},
            (401, "InvalidApiKey", "No API-key provided."),
        ),
        (
            "GET",
            "/tasks",
            {"key": "sk-x"},
            (401, "InvalidApiKey", "Invalid API-key provided."),
        ),
        (
            "POST",
            SUBMIT,
            {"json": coarse_body(), "headers": {}},
            (
                403,
                "AccessDenied",
                "current user api does not support synchronous calls.",
            ),
        ),
        (
            "POST",
            PARSING,
            {"json": PARSE},
            (
                403,
                "AccessDenied",
                "Current user api does not support asynchronous calls.",
            ),
        ),
        ("POST", SUBMIT, {"data": "{"}, (400, "InvalidParameter", BAD_BODY)),
        ("POST", SUBMIT, {"json": []}, (400, "InvalidParameter", BAD_BODY)),
        (
            "POST",
            SUBMIT,
            {"json": {}},
            (
                400,
                "BadRequest.EmptyModel",
                'Required parameter "model" missing from request.',
            ),
        ),
        (
            "POST",
            SUBMIT,
            {"json": {"model": "aitryon"}},
            (
                400,
                "BadRequest.EmptyInput",
                "Required input parameter missing from request.",
            ),
        ),
        (
            "POST",
            SUBMIT,
            {"json": coarse_body(input="x")},
            (
                400,
                "BadRequest.IllegalInput",
                "The input parameter requires json format.",
            ),
        ),
        (
            "POST",
            SUBMIT,
            {"json": coarse_body(model="aitryon-9")},
            (400, "InvalidParameter", "Model not exist."),
        ),
        (
            "POST",
            SUBMIT,
            {"json": PARSE},
            (400, "InvalidParameter", "url error, please check url!"),
        ),
        (
            "POST",
            SUBMIT,
            {"json": coarse_body(input=PERSON)},
            (400, "InvalidGarment", NO_GARMENT),
        ),
        (
            "POST",
            SUBMIT,
            {"json": refiner_body(parameters={})},
            (400, "InvalidParameter", BAD_PARAMETER),
        ),
        (
            "POST",
            SUBMIT,
            {"json": coarse_body(parameters={"resolution": 640})},
            (400, "InvalidParameter", BAD_PARAMETER),
        ),
        (
            "POST",
            SUBMIT,
            {"json": coarse_body(input=PERSON | {"top_garment_url": "shirt.jpg"})},
            (400, "InvalidURL", BAD_URL),
        ),
        (
            "POST",
            PARSING,
            {"json": PARSE, "headers": {}},
            (
                400,
                "InvalidParameter.ClothesType",
                "The request parameter is invalid, please check the request parameter.",
            ),
        ),
        (
            "POST",
            "/tasks/x/cancel",
            {},
            (400, "UnsupportedOperation", NOT_CANCELABLE),
        ),
        ("GET", "/tasks?page_no=0", {}, (400, "InvalidParameter", BAD_PARAMETER)),
        ("GET", "/uploads", {}, (400, "InvalidParameter", BAD_PARAMETER)),
        ("GET", "/nothing", {}, (404, "NotFound", "Not found!")),
        ("PUT", "/tasks", {}, (405, "MethodNotAllowed", "Method not allowed.")),
        ("GET", "/results/x.png", {}, (403, "AccessDenied", "Access denied.")),
    ],
)
def test_refusals(engine, method, path, arguments, expected):
    answer = engine.call(method, path, **{"headers": ASYNC} | arguments)

    body = answer.json()
    assert (answer.status_code, body["code"], body["message"]) == expected
    assert body["request_id"]


def test_every_code_is_in_the_document():
    document = (ROOT / "docs" / "protocol.md").read_text()
    ours = {value for value in vars(errors).values() if isinstance(value, WireError)}

    assert len(ours) > 30
    assert [error.code for error in ours if f"`{error.code}`" not in document] == []
