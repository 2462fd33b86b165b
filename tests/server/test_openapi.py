"""The OpenAPI document and the running server say the same.

schemathesis makes up requests from the document, good and bad ones, and holds the
answers against it. `tools/fuzz_api.py` does it for longer.
"""

import json
import re

import pytest

from tests.engine.fakes import noise
from tests.images import HOUSE_MODELS
from tests.server.conversation import DOCUMENT, Conversation
from tests.server.fuzzing import fuzz
from tryon_engine.urls import urlpatterns
from tryon_engine.vision.codec import encode_png

SUBMIT = "/services/aigc/image2image/image-synthesis"
PARSING = "/services/vision/image-process/process"
CHECK = "/services/vision/image-check/process"
ASYNC = {"X-DashScope-Async": "enable"}
FEW_EXAMPLES = 4
SEED = 20261123


def test_made_up_requests_get_what_the_document_promises(engine):
    run = fuzz(engine, f"--seed={SEED}", f"--max-examples={FEW_EXAMPLES}")

    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    # All of them: schemathesis leaves out the address that it had the document from.
    assert "Operations:\n  Selected: 9/9\n  Tested: 9\n" in run.stdout
    crashes = re.findall(r".* ERROR tryon_engine.*", engine.log.read_text())
    assert crashes == []


def test_the_document_is_served_as_it_is_kept(engine):
    answer = engine.call("GET", "/openapi.json", key=None)

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == json.loads(DOCUMENT.read_text())


def test_the_document_names_every_path_that_is_served():
    patterns = [str(entry.pattern) for entry in urlpatterns if entry.name]
    served = {
        re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", pattern).strip("^$").removesuffix("/?")
        for pattern in patterns
    }

    documented = json.loads(DOCUMENT.read_text())["paths"]

    assert {path.strip("/") for path in documented} == {
        path.replace("\\", "") for path in served
    }


@pytest.fixture
def conversation(engine):
    return Conversation(engine)


def test_a_whole_try_on_is_as_the_document_says(conversation):
    person, top = (conversation.upload(encode_png(noise(seed=s))) for s in (1, 2))
    body = {
        "model": "aitryon",
        "input": {"person_image_url": person, "top_garment_url": top},
    }
    submitted = conversation.call("POST", SUBMIT, json=body, headers=ASYNC).json()

    done = conversation.ended(submitted["output"]["task_id"])

    assert done["task_status"] == "SUCCEEDED"
    token = done["image_url"].rpartition("/")[2].removesuffix(".png")
    conversation.call("GET", f"/results/{token}.png", "/results/{token}.png", key=None)
    assert conversation.call("GET", "/tasks/").json()["total"] >= 1


def test_a_failure_and_a_lost_task_are_as_the_document_says(conversation):
    small = conversation.upload(encode_png(noise((100, 100))))
    body = {
        "model": "aitryon",
        "input": {"person_image_url": small, "top_garment_url": small},
    }
    submitted = conversation.call("POST", SUBMIT, json=body, headers=ASYNC).json()

    assert conversation.ended(submitted["output"]["task_id"])["task_status"] == "FAILED"
    assert conversation.ended("long-gone")["task_status"] == "UNKNOWN"


def test_parsing_and_checks_are_as_the_document_says(conversation):
    person = conversation.upload((HOUSE_MODELS / "m1.jpg").read_bytes())
    parse = {
        "model": "aitryon-parsing-v1",
        "input": {"image_url": person},
        "parameters": {"clothes_type": ["upper", "lower"]},
    }
    check = {
        "model": "image-check-v1",
        "input": {"image_url": person},
        "parameters": {"kind": "person"},
    }

    parsed = conversation.call("POST", PARSING, json=parse).json()
    checked = conversation.call("POST", CHECK, json=check).json()

    assert all(parsed["output"]["crop_img_url"])
    assert checked["output"]["ok"]
