"""Calls to a running engine, each answer held against the OpenAPI document."""

import time

import requests
import schemathesis

from tests.server.running_engine import ROOT, RunningEngine

DOCUMENT = ROOT / "tryon_engine" / "openapi.json"


class Conversation:
    """A caller that takes nothing but 200, in the document's words."""

    def __init__(self, engine: RunningEngine) -> None:
        self.engine = engine
        self.schema = schemathesis.openapi.from_path(DOCUMENT)

    def call(
        self, method: str, path: str, operation: str = "", **kwargs
    ) -> requests.Response:
        answer = self.engine.call(method, path, **kwargs)
        assert answer.status_code == 200, answer.text
        self.schema[operation or path][method].validate_response(answer)
        return answer

    def upload(self, picture: bytes) -> str:
        policy = self.call(
            "GET", "/uploads", params={"action": "getPolicy", "model": "aitryon"}
        ).json()["data"]
        key = f"{policy['upload_dir']}/picture"
        form = {
            "OSSAccessKeyId": policy["oss_access_key_id"],
            "Signature": policy["signature"],
            "policy": policy["policy"],
            "key": key,
        }
        self.call(
            "POST", "/uploads/files", data=form, files={"file": picture}, key=None
        )
        return f"oss://{key}"

    def ended(self, task_id: str) -> dict:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            answer = self.call("GET", f"/tasks/{task_id}", "/tasks/{task_id}").json()
            if answer["output"]["task_status"] not in ("PENDING", "RUNNING"):
                return answer["output"]
            time.sleep(0.05)
        raise AssertionError(f"{task_id} has no end:\n{self.engine.log.read_text()}")
