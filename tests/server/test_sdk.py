"""The official SDK does its whole work against a running server."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from tests.engine.fakes import noise
from tests.images import HOUSE_MODELS
from tests.server import sdk
from tests.server.running_engine import KEY


def write_pictures(folder: Path) -> None:
    for name, picture in (
        ("person.png", noise()),
        ("top.png", noise(seed=1)),
        ("tiny.png", noise((100, 100))),
    ):
        Image.fromarray(picture).save(folder / name)
    (folder / "model.jpg").write_bytes((HOUSE_MODELS / "m1.jpg").read_bytes())


@pytest.fixture(scope="module", params=sdk.MAJORS)
def steps(request, engine, tmp_path_factory):
    """What each step of the application answered, by its name."""
    python = sdk.sdk_python(request.param)
    folder = tmp_path_factory.mktemp("application")
    write_pictures(folder)
    printed = sdk.drive(python, engine.base_url, KEY, folder, engine.behaviour)
    found = [json.loads(line) for line in printed.splitlines()]
    assert found[0]["version"].startswith(f"{request.param}.")
    return {step["step"]: step for step in found}


def state(step):
    return step["output"]["task_status"]


def test_submit_fetch_and_wait(steps):
    submitted, done = steps["submit"], steps["wait"]
    task_id = submitted["output"]["task_id"]

    assert (submitted["status_code"], state(submitted)) == (200, "PENDING")
    assert state(steps["fetch"]) in ("PENDING", "RUNNING", "SUCCEEDED")
    assert (done["status_code"], state(done)) == (200, "SUCCEEDED")
    assert done["output"]["task_id"] == task_id
    assert done["usage"] == {"image_count": 1}
    assert done["is_png"]


def test_submit_without_a_prompt(steps):
    assert steps["submit without prompt"]["status_code"] == 200
    assert state(steps["wait without prompt"]) == "SUCCEEDED"


def test_local_files_are_uploaded_and_tried_on(steps):
    for address in steps["submit uploaded files"]["addresses"]:
        assert re.fullmatch(
            r"oss://dashscope-instant/\d+/[-0-9]+/\w+/\w+\.png", address
        )
    assert state(steps["wait for uploaded files"]) == "SUCCEEDED"


def test_parsing_of_an_uploaded_file(steps):
    parsed = steps["parse"]

    assert parsed["status_code"] == 200
    assert [len(box) for box in parsed["output"]["bbox"]] == [4, 4]
    assert parsed["usage"] == {"image_count": 1}
    assert parsed["downloaded"] > 5 * 1024


def test_cancel(steps):
    assert steps["cancel"]["status_code"] == 200
    assert state(steps["fetch canceled"]) == "CANCELED"
    late = steps["cancel what runs"]
    assert (late["status_code"], late["code"]) == (400, "UnsupportedOperation")


def test_list(steps):
    listed, page = steps["list"]["output"], steps["list a page"]["output"]

    assert {task["status"] for task in listed["data"]} == {"SUCCEEDED"}
    assert {task["model_name"] for task in listed["data"]} == {"aitryon"}
    assert steps["wait"]["output"]["task_id"] in {
        task["task_id"] for task in listed["data"]
    }
    assert (page["page_no"], page["page_size"], len(page["data"])) == (2, 1, 1)
    assert page["total"] == page["total_page"] >= 4


def test_failures_arrive_as_such(steps):
    failed = steps["wait for a failure"]
    assert (failed["status_code"], state(failed)) == (200, "FAILED")
    assert failed["output"]["code"] == "InvalidInputLength"
    assert state(steps["unknown task"]) == "UNKNOWN"
    assert (steps["wrong model"]["status_code"], steps["wrong model"]["code"]) == (
        400,
        "InvalidParameter",
    )
    assert steps["wrong model"]["message"] == "Model not exist."
    assert (steps["wrong key"]["status_code"], steps["wrong key"]["code"]) == (
        401,
        "InvalidApiKey",
    )


def test_the_asynchronous_classes(steps):
    assert steps["aio submit"]["status_code"] == 200
    assert state(steps["aio wait"]) == "SUCCEEDED"
    assert steps["aio cancel"]["code"] == "UnsupportedOperation"
