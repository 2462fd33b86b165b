"""A real server of the protocol on loopback that misbehaves exactly as it is told.

    with ProtocolServer() as server:
        server.next("submit", throttle(retry_after=3))   # once, then well-behaved again
        client = DashScopeClient(server.base_url, "sk-test")

Or as a process of its own, told by a script of `tests.faults`, at the start or later:

    python -m tests.protocol_server --port 9160 --lasts 5 25 --script faults.json
    curl -d '{"result": [{"fault": "half_body"}]}' http://127.0.0.1:9160/told

Routes: submit, query, list, cancel, check, result (the download).
"""

import argparse
import json
import random
import sys
import threading
import time
import uuid
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.faults import fault
from tests.pictures import picture_bytes

OVER = ("SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN")
LARGEST_PAGE = 100


@dataclass
class ServedTask:
    """A task that the server took: the states that its queries will see, or its end."""

    model: str
    input: dict
    parameters: dict
    states: deque
    created_at: float
    ends_at: float | None = None  # by the clock instead of by the queries
    task_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    code: str = ""
    message: str = ""

    @property
    def state(self):
        if self.ends_at is not None and self.states[0] not in OVER:
            return "SUCCEEDED" if time.time() >= self.ends_at else "RUNNING"
        return self.states[0]


class ProtocolServer:
    """Serves the protocol on a free port until closed.

    `states` is what the queries of a new task see, one after the other; the last one
    stays. `lasts` (least, most seconds) makes tasks end by the clock instead. `result`
    is the picture that every task results in, unless `result_of` makes one. A share
    `fault_rate` of all calls goes wrong in one of the ways of `mishaps`.
    """

    def __init__(self, states=("SUCCEEDED",), port=0, lasts=None, keeps_log=True):
        self.states = states
        self.lasts = lasts
        self.keeps_log = keeps_log
        self.clock = time.time
        self.result = picture_bytes(kind="PNG")
        self.result_of = lambda task: self.result
        self.tasks: dict[str, ServedTask] = {}
        self.seen = []  # (route, path, headers, body)
        self.counts = Counter()
        self.most_open = 0
        self.hung_up = threading.Event()  # a caller, on an answer that took too long
        self.mishaps, self.fault_rate, self.chance = {}, 0.0, random.Random(1)
        self._open: dict[str, ServedTask] = {}
        self._faults = defaultdict(deque)
        self._lock = threading.RLock()
        self._http = _Server(("127.0.0.1", port), _Handler)
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

    # --- what goes wrong ---
    def next(self, route, *faults):
        """Have the next calls of a route go wrong in these ways, in this order."""
        self._faults[route].extend(faults)

    def always(self, route, behave):
        self._faults[route] = _Always(behave)

    def behave(self):
        """From now on nothing goes wrong."""
        self._faults.clear()
        self.fault_rate = 0.0

    def told(self, script):
        """Add the faults of a script: lists by route, "always", "mishaps", "rate"."""
        for route, lines in script.get("always", {}).items():
            self.always(route, fault(lines))
        self.mishaps |= script.get("mishaps", {})
        self.fault_rate = script.get("rate", self.fault_rate)
        for route, lines in script.items():
            if route not in ("always", "mishaps", "rate"):
                self.next(route, *map(fault, lines))

    def fault_for(self, route):
        with self._lock:
            if waiting := self._faults[route]:
                return waiting.popleft()
            if self.mishaps.get(route) and self.chance.random() < self.fault_rate:
                return fault(self.chance.choice(self.mishaps[route]))
        return None

    @property
    def will_be_slow(self):
        waiting = [one for queue in self._faults.values() for one in queue]
        return any(getattr(behave, "is_slow", False) for behave in waiting)

    # --- what was asked ---
    def note(self, route, path, headers, body):
        self.counts[route] += 1
        if self.keeps_log:
            self.seen.append((route, path, headers, body))

    def calls(self, route):
        return [seen for seen in self.seen if seen[0] == route]

    def report(self):
        """What a process that started this one wants to know."""
        ended = {
            task.task_id: task.ends_at
            for task in list(self.tasks.values())
            if task.state == "SUCCEEDED"
        }
        return {
            "counts": self.counts,
            "taken": len(self.tasks),
            "most_open": self.most_open,
            "ended": ended,
            "inputs": {one.task_id: one.input for one in list(self.tasks.values())},
        }

    # --- the protocol ---
    def take(self, body):
        task = ServedTask(
            body.get("model", ""),
            body.get("input", {}),
            body.get("parameters", {}),
            deque(self.states),
            self.clock(),
        )
        with self._lock:
            if self.lasts:
                task.states = deque(["RUNNING"])
                task.ends_at = task.created_at + self.chance.uniform(*self.lasts)
            self.tasks[task.task_id] = self._open[task.task_id] = task
            self.most_open = max(self.most_open, len(self.open_tasks()))
        return task

    def open_tasks(self):
        with self._lock:
            self._open = {
                key: one for key, one in self._open.items() if one.state not in OVER
            }
            return dict(self._open)

    def forget(self, task_id):
        with self._lock:
            self.tasks.pop(task_id, None)
            self._open.pop(task_id, None)

    def look(self, task_id):
        """The answer to a query: the state that is due now; the next one follows."""
        with self._lock:
            task = self.tasks.get(task_id)
            if task is None:
                return {"task_id": task_id, "task_status": "UNKNOWN"}
            state = task.state
            if len(task.states) > 1:
                task.states.popleft()
        output = {"task_id": task_id, "task_status": state}
        if state == "SUCCEEDED":
            url = f"{self.origin}/results/{task_id}.png?Expires=1&Signature=secret"
            output["image_url"] = url
        if state == "FAILED":
            output |= {"code": task.code, "message": task.message}
        return output

    def page(self, query):
        status, model = query.get("status"), query.get("model_name")
        is_open = status in ("PENDING", "RUNNING")
        listed = self.open_tasks() if is_open else self.tasks
        chosen = [
            task
            for task in reversed(list(listed.values()))
            if model in (None, task.model)
            and status in (None, task.state)
            and query.get("task_id") in (None, task.task_id)
        ]
        size = min(int(query.get("page_size", 10)), LARGEST_PAGE)
        number = int(query.get("page_no", 1))
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

    def result_at(self, name):
        task = self.tasks.get(name.removesuffix(".png"))
        return self.result if task is None else self.result_of(task)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(
            sys.exception(), ConnectionError
        ):  # killed clients are normal
            super().handle_error(request, client_address)


class _Always(deque):
    """A queue of one fault that never runs out."""

    def __init__(self, behave):
        super().__init__([behave])

    def popleft(self):
        return self[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body go out apart

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
        if route == "told":
            self.send(answer())
            return
        protocol.note(route, self.path, dict(self.headers), body)
        behave = protocol.fault_for(route)
        if behave and getattr(behave, "comes_first", False):
            behave(self, None)
            return
        content = answer()
        if behave:
            behave(self, content)
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
            case ["results", name]:
                return "result", lambda: protocol.result_at(name)
            case ["told"]:
                protocol.told(body or {})
                return "told", protocol.report
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

    def encoded(self, content):
        """Content type and bytes: a dict goes out as JSON, bytes as a picture."""
        if isinstance(content, tuple):  # with its status, which is lost here
            content = content[1]
        if isinstance(content, dict):
            return "application/json", json.dumps(content).encode()
        return "image/png", content

    def send(self, content, status=200, headers=None):
        """As `encoded`; a pair goes out as (status, dict)."""
        if isinstance(content, tuple):
            status, content = content
        kind, data = self.encoded(content)
        plain = {"Content-Type": kind, "Content-Length": len(data)}
        self.start(status, plain | (headers or {}))
        self.wfile.write(data)

    def start(self, status, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()

    def drop(self):
        self.close_connection = True
        self.connection.close()

    def log_message(self, *args):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--lasts", type=float, nargs=2, help="seconds of a task")
    parser.add_argument("--script", type=Path, help="faults, as JSON")
    parser.add_argument("--picture", type=Path, help="what every task results in")
    options = parser.parse_args()
    server = ProtocolServer(port=options.port, lasts=options.lasts, keeps_log=False)
    if options.picture:
        server.result = options.picture.read_bytes()
    if options.script:
        server.told(json.loads(options.script.read_text()))
    sys.stdout.write(f"{server.base_url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
