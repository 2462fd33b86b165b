"""Ways in which a server of the protocol misbehaves, each by a name and its options.

    server.next("submit", throttle(retry_after=3))             # in a test
    {"submit": [{"fault": "throttle", "retry_after": 3}]}      # the same, in a script

A fault is a function of the handler and of the answer that would have been given. One
whose `comes_first` is true acts before anything was done.
"""

import io
import time
import zlib
from collections import deque
from collections.abc import Callable
from typing import Any

from PIL import Image

Fault = Callable[[Any, Any], None]


def fault(spec: dict[str, Any]) -> Fault:
    """The fault that a line of a script describes."""
    options = {name: value for name, value in spec.items() if name != "fault"}
    return FAULTS[spec["fault"]](**options)


def first(behave: Fault) -> Fault:
    behave.comes_first = True
    return behave


# --- the connection -----------------------------------------------------------
@first
def drop_before(handler, content):
    """Close the connection without having done anything."""
    handler.drop()


def drop_after(handler, content):
    """Do what was asked, then close the connection without a word."""
    handler.drop()


def half_body(handler, content):
    """Announce the whole answer, send half of it."""
    kind, data = handler.encoded(content)
    handler.start(200, {"Content-Type": kind, "Content-Length": len(data)})
    handler.wfile.write(data[: len(data) // 2])
    handler.drop()


def slow(seconds):
    """Do what was asked, say so later."""

    def behave(handler, content):
        time.sleep(seconds)
        handler.send(content)

    behave.is_slow = True
    return behave


def held(until):
    """Do what was asked, say so once `until`, an event, has come."""

    def behave(handler, content):
        until.wait()
        handler.send(content)

    return behave


def slow_bytes(seconds, step=1):
    """Say it `step` bytes at a time, that many seconds apart; for ever if need be."""

    def behave(handler, content):
        kind, data = handler.encoded(content)
        handler.start(200, {"Content-Type": kind, "Content-Length": len(data)})
        try:
            for start in range(0, len(data), step):
                handler.wfile.write(data[start : start + step])
                time.sleep(seconds)
        except OSError:
            handler.server.protocol.hung_up.set()
            handler.close_connection = True

    return behave


def slow_headers(seconds):
    """Never come to the end of the headers."""

    def behave(handler, content):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        try:
            for number in range(1000):
                handler.wfile.write(b"X-Wait-%d: a little\r\n" % number)
                time.sleep(seconds)
        except OSError:
            pass
        handler.close_connection = True

    return behave


# --- refusals -----------------------------------------------------------------
def refuse(status, code, message="", retry_after=None):
    """The flat error body of the protocol, with its HTTP status; nothing is done."""

    @first
    def behave(handler, content):
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        body = {"code": code, "message": message, "request_id": "request-of-error"}
        handler.send(body, status, headers)

    return behave


def throttle(retry_after=None):
    message = "Requests rate limit exceeded, please try again later."
    return refuse(429, "Throttling.RateQuota", message, retry_after)


def bare_error(status):
    """An error page of some gateway on the way; what was asked is done."""

    def behave(handler, content):
        handler.send(b"<h1>Bad Gateway</h1>", status, {"Content-Type": "text/html"})

    return behave


def redirect(to, status=302):
    @first
    def behave(handler, content):
        handler.send(b"", status, {"Location": to})

    return behave


# --- answers that are not what they should be ---------------------------------
def say(content, status=200, **headers):
    """Do what was asked, answer something else."""

    def behave(handler, original):
        handler.send(content, status, headers)

    return behave


def text(body, kind="application/json", status=200):
    """`say` for scripts: the body as text."""
    return say(body.encode(), status, **{"Content-Type": kind})


def nested(depth=100_000):
    """JSON that no parser of limited depth can read."""
    return say(b"[" * depth)


def other_type(kind="text/html"):
    """The right answer under a wrong content type."""

    def behave(handler, content):
        handler.send(content, headers={"Content-Type": kind})

    return behave


def bomb(megabytes):
    """An answer that is small on its way and large when it is unpacked."""

    def behave(handler, content):
        packer = zlib.compressobj(9, wbits=31)
        data = b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes))
        data += packer.flush()
        kind, _ = handler.encoded(content)
        headers = {"Content-Type": kind, "Content-Encoding": "gzip"}
        handler.send(data, 200, headers)

    return behave


def output(**fields):
    """The right answer with these fields of `output` put in its place."""

    def behave(handler, content):
        handler.send(content | {"output": content.get("output", {}) | fields})

    return behave


def state(word):
    """The next query says this word, whatever the truth."""
    return output(task_status=word)


def fail_with(code, message=""):
    """The next query says FAILED with this code, and so do all that follow."""

    def behave(handler, content):
        task_id = content["output"]["task_id"]
        task = handler.server.protocol.tasks.get(task_id)
        if task:
            task.states, task.code, task.message = deque(["FAILED"]), code, message
        told = {"task_id": task_id, "task_status": "FAILED"}
        told |= {"code": code, "message": message}
        handler.send({"output": told, "request_id": content["request_id"]})

    return behave


def forget(handler, content):
    """The next query says UNKNOWN: the task is forgotten."""
    task_id = content["output"]["task_id"]
    handler.server.protocol.forget(task_id)
    told = {"task_id": task_id, "task_status": "UNKNOWN"}
    handler.send({"output": told, "request_id": content["request_id"]})


def hide(newest):
    """A list that lags behind: it does not know the newest tasks yet."""

    def behave(handler, content):
        handler.send(content | {"data": content["data"][newest:]})

    return behave


# --- pictures -----------------------------------------------------------------
def picture(how):
    """A result that is no good: cut, scaled, negative, animated, black, or huge."""

    def behave(handler, content):
        kind, data = _PICTURES[how](content)
        handler.send(data, headers={"Content-Type": kind})

    return behave


def _saved(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return f"image/{kind.lower()}", buffer.getvalue()


def _opened(content):
    return Image.open(io.BytesIO(content)).convert("RGB")


def _negative(content):
    return _saved(_opened(content).point(lambda value: 255 - value))


def _animated(content):
    frames = [_opened(content).point(lambda value: 255 - value)]
    return _saved(_opened(content), save_all=True, append_images=frames)


_PICTURES = {
    "cut": lambda content: ("image/png", content[: len(content) * 2 // 3]),
    "first bytes": lambda content: ("image/png", content[:40]),
    "scaled": lambda content: _saved(_opened(content).resize((31, 77))),
    "negative": _negative,
    "animated": _animated,
    "gif": lambda content: _saved(_opened(content), "GIF"),
    "text": lambda content: ("image/png", b"no picture at all"),
    "huge": lambda content: _saved(Image.new("1", (9_000, 9_000))),
    "html": lambda content: ("text/html", b"<h1>Gone</h1>"),
}

FAULTS: dict[str, Callable[..., Fault]] = {
    "drop_before": lambda: drop_before,
    "drop_after": lambda: drop_after,
    "half_body": lambda: half_body,
    "forget": lambda: forget,
    **{
        made.__name__: made
        for made in (
            *(slow, slow_bytes, slow_headers, refuse, throttle, bare_error, redirect),
            *(text, nested, other_type, bomb, output, state, fail_with, hide, picture),
        )
    },
}
