import logging
import sys

import pytest

from tryon_site.log import WithoutSecrets


def line(message, *args, exc_info=None):
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, message, args, exc_info)
    return WithoutSecrets("{levelname} {message}", style="{").format(record)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Authorization: Bearer abc.def", "Authorization: Bearer [...]"),
        ("key sk-0123456789abcdef-X_ is", "key sk-[...] is"),
        (
            "url: /api/v1/results/WyJh:Qx-_.png (Caused by",
            "url: /api/v1/results/[...] (Caused by",
        ),
        ("'/files/ImEvYi5qcGci:1w:Qx'", "'/files/[...]'"),
        ("Not Found: /shared/Qx-_9/", "Not Found: /shared/[...]"),
        (
            "Error: /sign-in/new-password/Mg/abc-123/",
            "Error: /sign-in/new-password/[...]",
        ),
        (
            "GET http://a.test/p?Expires=1&Signature=ab%2Bc&x=1",
            "GET http://a.test/p?Expires=1&Signature=[...]&x=1",
        ),
        ("?X-Amz-Signature=00ff&X-Amz-Date=1", "?X-Amz-Signature=[...]&X-Amz-Date=1"),
    ],
)
def test_secrets_are_blotted_out(said, written):
    assert line("%s", said) == f"INFO {written}"


def test_ordinary_lines_stay_as_they_are():
    for said in (
        "Request 84f0: aitryon task 2f1e succeeded (1.9 s)",
        "Task 12: coarse of 7 (running) by task-force and risk-management",
        "skip /results and /files",
    ):
        assert line(said) == f"INFO {said}"


def test_tracebacks_are_searched_as_well():
    try:
        raise OSError("GET /api/v1/results/WyJh:secret.png failed")
    except OSError:
        text = line("Broken", exc_info=sys.exc_info())

    assert "OSError: GET /api/v1/results/[...] failed" in text
    assert "secret" not in text
