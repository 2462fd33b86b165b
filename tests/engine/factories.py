"""Engine rows and requests, each valid with nothing but defaults."""

import uuid

from django.utils import timezone

from tryon_engine.keys import hash_key
from tryon_engine.models import EngineTask, TaskState

KEY = "sk-test-key"
OTHER_KEY = "sk-other-key"
AUTH = {"Authorization": f"Bearer {KEY}"}
ASYNC = {"X-DashScope-Async": "enable"}


def make_engine_task(using="default", **changes):
    """One task in the queue, or in the state that `changes` name."""
    state = changes.get("state", TaskState.PENDING)
    values = {
        "request_id": uuid.uuid4(),
        "owner": hash_key(KEY),
        "model": "aitryon",
        "images": {
            "person_image_url": "http://images.test/person.jpg",
            "top_garment_url": "http://images.test/top.jpg",
        },
        "parameters": {"resolution": -1, "restore_face": True},
        "submitted_at": timezone.now(),
    }
    if state != TaskState.PENDING:
        values["scheduled_at"] = timezone.now()
    if state in (TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELED):
        values["ended_at"] = timezone.now()
    if state == TaskState.FAILED:
        values |= {"error_code": "InvalidURL", "error_message": "No."}
    return EngineTask.objects.using(using).create(**values | changes)


def coarse_body(**changes):
    """A submit for `aitryon`."""
    return {
        "model": "aitryon",
        "input": {
            "person_image_url": "http://images.test/person.jpg",
            "top_garment_url": "http://images.test/top.jpg",
        },
        "parameters": {"resolution": -1, "restore_face": True},
    } | changes


def refiner_body(**changes):
    """A submit for `aitryon-refiner`."""
    return {
        "model": "aitryon-refiner",
        "input": {
            "person_image_url": "http://images.test/person.jpg",
            "coarse_image_url": "http://images.test/coarse.png",
            "top_garment_url": "http://images.test/top.jpg",
        },
        "parameters": {"gender": "woman"},
    } | changes
