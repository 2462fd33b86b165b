"""A real server of the protocol on loopback that misbehaves exactly as it is told.

    with ProtocolServer() as server:
        server.next("submit", throttle(retry_after=3))   # once, then well-behaved again
        client = DashScopeClient(server.base_url, "sk-test")

A behaviour is a function of the handler and of the answer that would have been given.
Routes: submit, query, list, cancel, check, result (the download).
"""

import json
import sys
import threading
import time
import uuid
from collections import defaultdict, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.factories import picture_bytes

OVER = ("SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN")


@dataclass
class ServedTask:
    """A task that the server took, and the states that its queries will see."""

    model: str
    input: dict
    parameters: dict
    states: deque
    task_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: float = field(default_factory=time.time)
    code: str = ""
    message: str = ""

    @property
    def state(self):
        return self.states[0]


class ProtocolServer:
    """Serves the protocol on a free port until closed.

    `states` is what the queries of a new task see, one after the other; the last one
    stays. `result` is the picture that every task results in.
    """

    def __init__(self, states=("SUCCEEDED",)):
        self.states = states
        self.result = picture_bytes(kind="PNG")
        self.tasks: dict[str, ServedTask] = {}
        self.seen = []  # (route, path, headers, body)
        self.most_open = 0
        self._behaviours = defaultdict(deque)
        self._lock = threading.Lock()
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.protocol = self
        self.origin = f"http://127.0.0.1:{self._http.server_port}"
        self.base_url = f"{self.origin}/api/v1"
        threading.Thread(target=self._http.serve_forever, args=(0.02,)).start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        self._http.shutdown()
        self._http.server_close()

    def next(self, route, *behaviours):
        """Have the next calls of a route go wrong in these ways, in this order."""
        self._behaviours[route].extend(behaviours)

    def always(self, route, behaviour):
        self._behaviours[route] = _Always(behaviour)

    def behaviour(self, route):
        with self._lock:
            waiting = self._behaviours[route]
            return waiting.popleft() if waiting else None

    def calls(self, route):
        return [seen for seen in self.seen if seen[0] == route]

    def take(self, body):
        task = ServedTask(
            body.get("model", ""),
            body.get("input", {}),
            body.get("parameters", {}),
            deque(self.states),
        )
        with self._lock:
            self.tasks[task.task_id] = task
            still_open = [one for one in self.tasks.values() if one.state not in OVER]
            self.most_open = max(self.most_open, len(still_open))
        return task

    def look(self, task_id):
        """The answer to a query: the state that is due now; the next one follows."""
        with self._lock:
            task = self.tasks.get(task_id)
            if task is None:
                return {"task_id": task_id, "task_status": "UNKNOWN"}
            state = task.states.popleft() if len(task.states) > 1 else task.state
        output = {"task_id": task_id, "task_status": state}
        if state == "SUCCEEDED":
            url = f"{self.origin}/results/{task_id}.png?Expires=1&Signature=secret"
            output["image_url"] = url
        if state == "FAILED":
            output |= {"code": task.code, "message": task.message}
        return output

    def page(self, query):
        chosen = [
            task
            for task in reversed(self.tasks.values())
            if query.get("model_name") in (None, task.model)
        ]
        size, number = int(query.get("page_size", 10)), int(query.get("page_no", 1))
        return {
            "total": len(chosen),
            "total_page": -(-len(chosen) // size),
            "page_no": number,
            "page_size": size,
            "data": [
                {
                    "task_id": task.task_id,
                    "status": task.state,
                    "model_name": task.model,
                    "request_id": f"request-of-{task.task_id}",
                    "gmt_create": int(task.created_at * 1000),
                }
                for task in chosen[(number - 1) * size : number * size]
            ],
        }

    def cancel(self, task_id):
        task = self.tasks.get(task_id)
        if task is None or task.state != "PENDING":
            return False
        task.states = deque(["CANCELED"])
        return True


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(
            sys.exception(), ConnectionError
        ):  # killed clients are normal
            super().handle_error(request, client_address)


class _Always(deque):
    """A queue of one behaviour that never runs out."""

    def __init__(self, behaviour):
        super().__init__([behaviour])

    def popleft(self):
        return self[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.route_call(None)

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length)
        self.route_call(json.loads(text) if text else None)

    def route_call(self, body):
        protocol = self.server.protocol
        url = urlsplit(self.path)
        route, answer = self.find_answer(protocol, url, body)
        protocol.seen.append((route, self.path, dict(self.headers), body))
        behaviour = protocol.behaviour(route)
        if behaviour and getattr(behaviour, "comes_first", False):
            behaviour(self, None)
            return
        content = answer()
        if behaviour:
            behaviour(self, content)
        else:
            self.send(content)

    def find_answer(self, protocol, url, body):
        parts = url.path.removeprefix("/api/v1").strip("/").split("/")
        request_id = str(uuid.uuid4())
        match parts:
            case ["services", "aigc", *_]:
                return "submit", lambda: self.taken(protocol, body, request_id)
            case ["services", "vision", *_]:
                output = {"ok": True, "findings": [], "facts": {}}
                return "check", lambda: {"output": output, "request_id": request_id}
            case ["tasks", task_id, "cancel"]:
                return "cancel", lambda: self.canceled(protocol, task_id, request_id)
            case ["tasks", task_id]:
                return "query", lambda: {
                    "output": protocol.look(task_id),
                    "request_id": request_id,
                }
            case ["tasks"]:
                query = {key: value[0] for key, value in parse_qs(url.query).items()}
                return "list", lambda: protocol.page(query) | {"request_id": request_id}
            case ["results", *_]:
                return "result", lambda: protocol.result
        return "?", lambda: {"code": "NotFound", "message": self.path}

    def taken(self, protocol, body, request_id):
        task = protocol.take(body)
        output = {"task_status": "PENDING", "task_id": task.task_id}
        return {"output": output, "request_id": request_id}

    def canceled(self, protocol, task_id, request_id):
        if protocol.cancel(task_id):
            return {"request_id": request_id}
        return 400, {
            "code": "UnsupportedOperation",
            "message": "Failed to cancel the task, please confirm if the task is in "
            "PENDING status.",
            "request_id": request_id,
        }

    def send(self, content, status=200, headers=None):
        """A dict goes out as JSON, bytes as a picture, a pair as (status, dict)."""
        if isinstance(content, tuple):
            status, content = content
        is_json = isinstance(content, dict)
        data = json.dumps(content).encode() if is_json else content
        kind = "application/json" if is_json else "image/png"
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": len(data)} | (headers or {})
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(data)

    def drop(self):
        self.close_connection = True
        self.connection.close()

    def log_message(self, *args):
        pass


# --- ways to misbehave --------------------------------------------------------
def refuse(status, code, message="", retry_after=None):
    """The flat error body of the protocol, with its HTTP status; nothing is done."""

    def behave(handler, content):
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        body = {"code": code, "message": message, "request_id": "request-of-error"}
        handler.send(body, status, headers)

    behave.comes_first = True
    return behave


def throttle(retry_after=None):
    message = "Requests rate limit exceeded, please try again later."
    return refuse(429, "Throttling.RateQuota", message, retry_after)


def bare_error(status):
    """An error page of some gateway on the way."""

    def behave(handler, content):
        handler.send(b"<h1>Bad Gateway</h1>", status, {"Content-Type": "text/html"})

    return behave


def drop_before(handler, content):
    """Close the connection without having done anything."""
    handler.drop()


drop_before.comes_first = True


def drop_after(handler, content):
    """Do what was asked, then close the connection without a word."""
    handler.drop()


def half_body(handler, content):
    """Announce the whole answer, send half of it."""
    data = json.dumps(content).encode() if isinstance(content, dict) else content
    handler.send_response(200)
    kind = "application/json" if isinstance(content, dict) else "image/png"
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data[: len(data) // 2])
    handler.drop()


def say(content, status=200, **headers):
    """Answer something else."""

    def behave(handler, original):
        handler.send(content, status, headers)

    return behave


def slow(seconds):
    def behave(handler, content):
        time.sleep(seconds)
        handler.send(content)

    return behave


def fail_with(code, message=""):
    """The next query says FAILED with this code, and so do all that follow."""

    def behave(handler, content):
        output = content["output"]
        task = handler.server.protocol.tasks.get(output["task_id"])
        if task:
            task.states, task.code, task.message = deque(["FAILED"]), code, message
        output = {
            "task_id": output["task_id"],
            "task_status": "FAILED",
            "code": code,
            "message": message,
        }
        handler.send({"output": output, "request_id": content["request_id"]})

    return behave


def forget(handler, content):
    """The next query says UNKNOWN: the task is forgotten."""
    task_id = content["output"]["task_id"]
    handler.server.protocol.tasks.pop(task_id, None)
    output = {"task_id": task_id, "task_status": "UNKNOWN"}
    handler.send({"output": output, "request_id": content["request_id"]})
