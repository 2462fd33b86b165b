"""The client: one method per call of the protocol, a value or one of three errors."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType, TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote

from .messages import (
    Download,
    EngineTask,
    Exchange,
    ImageCheck,
    SubmittedTask,
    TaskPage,
)
from .transport import Transport

SUBMIT_PATH = "/services/aigc/image2image/image-synthesis"
CHECK_PATH = "/services/vision/image-check/process"

Keypoints = Mapping[str, Sequence[float]]
"""(x, y) in pixels of a garment's picture, by the name of the key point."""
NO_KEYPOINTS: Keypoints = MappingProxyType({})


class DashScopeClient:
    """Talks to one server of the protocol. Threads may share it.

    Every call is made exactly once: whoever polls has a next time anyway, and a submit
    that is repeated blindly may run, and cost, twice. See `errors` for what is safe.

    Parameters
    ----------
    base_url : str
        With the version, e.g. ``https://dashscope.aliyuncs.com/api/v1``.
    api_key : str
        Sent as a bearer token with every call but downloads.
    timeout : (float, float)
        Seconds to wait for a connection, and for each piece of an answer. No call takes
        more than both and a quarter of a minute.
    result_origins : iterable of str
        Origins such as ``http://store.internal:9000`` where results may lie besides the
        server's own and public addresses; all others are refused.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        timeout: tuple[float, float] = (3.05, 10),
        result_origins: Iterable[str] = (),
    ) -> None:
        self._transport = Transport(base_url, api_key, timeout, result_origins)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def recording(self) -> AbstractContextManager[list[Exchange]]:
        """``with client.recording() as exchanges:`` lists what this thread exchanges
        with the server in the block, failures included."""
        return self._transport.recording()

    # --- tasks ---
    def submit_tryon(
        self,
        model: str,
        person_image_url: str,
        top_garment_url: str = "",
        bottom_garment_url: str = "",
        *,
        top_keypoints: Keypoints = NO_KEYPOINTS,
        bottom_keypoints: Keypoints = NO_KEYPOINTS,
        resolution: int = -1,
        restore_face: bool = True,
    ) -> SubmittedTask:
        """Ask for a coarse image. A dress goes in as the top, without a bottom.

        Keep resolution and face as they are if the result is to be refined: the refiner
        wants the size and the face of the person image. Key points that were put right
        by hand are an extension, which other servers pass over.
        """
        given = {
            "person_image_url": person_image_url,
            "top_garment_url": top_garment_url,
            "bottom_garment_url": bottom_garment_url,
            "top_garment_keypoints": top_keypoints,
            "bottom_garment_keypoints": bottom_keypoints,
        }
        options = {"resolution": resolution, "restore_face": restore_face}
        return self._submit(model, given, options)

    def submit_refiner(
        self,
        person_image_url: str,
        coarse_image_url: str,
        top_garment_url: str = "",
        bottom_garment_url: str = "",
        *,
        top_keypoints: Keypoints = NO_KEYPOINTS,
        bottom_keypoints: Keypoints = NO_KEYPOINTS,
        gender: Literal["woman", "man"] | str,
        model: str = "aitryon-refiner",
    ) -> SubmittedTask:
        """Ask for the refined image of a coarse one of the same size.

        By the protocol a top is needed; some servers refine a bottom alone.
        """
        given = {
            "person_image_url": person_image_url,
            "coarse_image_url": coarse_image_url,
            "top_garment_url": top_garment_url,
            "bottom_garment_url": bottom_garment_url,
            "top_garment_keypoints": top_keypoints,
            "bottom_garment_keypoints": bottom_keypoints,
        }
        return self._submit(model, given, {"gender": gender})

    def _submit(
        self, model: str, given: dict[str, Any], options: dict[str, Any]
    ) -> SubmittedTask:
        answer = self._transport.call(
            "submit",
            "POST",
            SUBMIT_PATH,
            creates=True,
            headers={"X-DashScope-Async": "enable"},
            json={
                "model": model,
                "input": {name: value for name, value in given.items() if value},
                "parameters": options,
            },
        )
        return SubmittedTask.from_wire(answer)

    def get_task(self, task_id: str) -> EngineTask:
        """Ask once where a task stands. A forgotten task is a value: UNKNOWN."""
        return EngineTask.from_wire(
            self._transport.call("query", "GET", f"/tasks/{quote(task_id, safe='')}")
        )

    def list_tasks(
        self,
        *,
        model: str = "",
        status: str = "",
        task_id: str = "",
        start_time: str = "",
        end_time: str = "",
        page_no: int = 1,
        page_size: int = 10,
    ) -> TaskPage:
        """One page of the account's tasks of the last 24 hours.

        `start_time` and `end_time` are ``YYYYMMDDhhmmss`` as the server's zone has it.
        """
        filters = {
            "model_name": model,
            "status": status,
            "task_id": task_id,
            "start_time": start_time,
            "end_time": end_time,
            "page_no": str(page_no),
            "page_size": str(page_size),
        }
        chosen = {name: value for name, value in filters.items() if value}
        answer = self._transport.call("list", "GET", "/tasks/", params=chosen)
        return TaskPage.from_wire(answer, page_no)

    def cancel_task(self, task_id: str) -> str:
        """Cancel a task that still waits; return the request id.

        Raises
        ------
        DashScopeRejected
            With code ``UnsupportedOperation``: it has begun, or is over.
        """
        path = f"/tasks/{quote(task_id, safe='')}/cancel"
        answer = self._transport.call("cancel", "POST", path)
        request_id = answer.get("request_id", "")
        return request_id if isinstance(request_id, str) else ""

    # --- pictures ---
    def check_image(
        self,
        image_url: str,
        kind: Literal["person", "garment"],
        *,
        timeout: tuple[float, float] | None = None,
    ) -> ImageCheck:
        """Ask what is wrong with a picture before it is tried on (an extension).

        `image_url` is an http(s) or a data: URL. Servers without the extension answer
        404, which raises DashScopeRejected.
        """
        answer = self._transport.call(
            "check",
            "POST",
            CHECK_PATH,
            timeout=timeout,
            json={
                "model": "image-check-v1",
                "input": {"image_url": image_url},
                "parameters": {"kind": kind},
            },
        )
        return ImageCheck.from_wire(answer)

    def download(
        self,
        url: str,
        *,
        max_bytes: int = 40 * 1024 * 1024,
        max_seconds: float = 60,
        types: tuple[str, ...] = ("image/", "application/octet-stream"),
    ) -> Download:
        """Get a result: the whole file or an error, never a part of it.

        Raises
        ------
        DashScopeUnavailable
            Not there yet, broken off, empty or too slow: try again.
        DashScopeRejected
            Gone (403, 404, 410), too large, of another type, or not at a web address
            that may be used.
        """
        return self._transport.download(url, max_bytes, max_seconds, types)
