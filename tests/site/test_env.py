"""Bad values stop the start with one sentence; secrets are made once."""

import stat

import pytest
from django.core.exceptions import ImproperlyConfigured

from tryon_site import env


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (lambda: env.boolean("X", False), "yes", True),
        (lambda: env.boolean("X", True), "0", False),
        (lambda: env.boolean("X", True), "", True),
        (lambda: env.integer("X", 5, 1, 9), "7", 7),
        (lambda: env.integer("X", 5, 1, 9), "", 5),
        (lambda: env.number("X", 5, 0.1, 9), "0.5", 0.5),
        (lambda: env.choice("X", "a", ("a", "b")), "b", "b"),
        (lambda: env.items("X"), "a, b,,", ["a", "b"]),
        (lambda: env.url("X", ""), "https://shop.example/", "https://shop.example"),
        (lambda: env.origins("X"), "http://a:1,https://b", ["http://a:1", "https://b"]),
    ],
)
def test_reads_a_value(monkeypatch, read, value, expected):
    monkeypatch.setenv("X", value)

    assert read() == expected


@pytest.mark.parametrize(
    ("read", "value", "sentence"),
    [
        (lambda: env.boolean("X", False), "maybe", "use one of 1, true, yes, on"),
        (lambda: env.integer("X", 5, 1, 9), "10", "whole number from 1 to 9"),
        (lambda: env.integer("X", 5, 1, 9), "ten", "whole number from 1 to 9"),
        (lambda: env.number("X", 5, 1, 9), "nan", "number from 1 to 9"),
        (lambda: env.choice("X", "a", ("a", "b")), "c", "use one of a, b"),
        (lambda: env.url("X", ""), "ftp://shop", "http:// or https://"),
        (lambda: env.origins("X"), "http://a/path", "origins such as"),
    ],
)
def test_refuses_a_bad_value_by_name_and_value(monkeypatch, read, value, sentence):
    monkeypatch.setenv("X", value)

    with pytest.raises(ImproperlyConfigured) as refused:
        read()

    assert str(refused.value).startswith(f"X={value!r}: ")
    assert sentence in str(refused.value)


def test_secret_is_made_once_and_only_the_owner_can_read_it(monkeypatch, tmp_path):
    monkeypatch.delenv("X", raising=False)
    kept = tmp_path / "key"

    first, second = (env.secret("X", keep_in=kept, prefix="sk-") for _ in range(2))

    assert first == second
    assert first.startswith("sk-")
    assert len(first) > 40
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_secret_from_the_environment_is_not_written(monkeypatch, tmp_path):
    monkeypatch.setenv("X", "given")

    assert env.secret("X", keep_in=tmp_path / "key") == "given"
    assert not (tmp_path / "key").exists()


def test_empty_secret_file_stops_the_start(monkeypatch, tmp_path):
    monkeypatch.delenv("X", raising=False)
    (tmp_path / "key").touch()

    with pytest.raises(ImproperlyConfigured, match="is empty: delete it, or set X"):
        env.secret("X", keep_in=tmp_path / "key")
