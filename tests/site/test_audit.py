"""What `make lint` makes of pip-audit's report, of its absence, and of no network."""

import importlib.util
import subprocess

import pytest
import requests
from django.conf import settings

FLAW = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.0"]}


@pytest.fixture
def tool(monkeypatch):
    path = settings.BASE_DIR / "tools" / "audit_libraries.py"
    spec = importlib.util.spec_from_file_location("audit_libraries", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    monkeypatch.setattr(
        tool.requests, "get", lambda *a, **k: requests.models.Response()
    )
    monkeypatch.setattr(requests.models.Response, "raise_for_status", lambda self: None)
    monkeypatch.setattr(tool, "EXCEPTIONS", {})
    return tool


def report(*libraries):
    return {"dependencies": list(libraries)}


def library(name="django", vulns=()):
    return {"name": name, "version": "1.0", "vulns": list(vulns)}


def run(tool, monkeypatch, answer):
    def audit():
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(tool, "audit", audit)
    return tool.main()


def test_what_is_found_fails_with_the_remedy(tool, monkeypatch, capsys):
    assert run(tool, monkeypatch, report(library(vulns=[FLAW]))) == 1
    assert capsys.readouterr().out == "django 1.0 has PYSEC-1; mended in 2.0.\n"


def test_nothing_found_is_said(tool, monkeypatch, capsys):
    assert run(tool, monkeypatch, report(library(), library("pip", [FLAW]))) == 0
    assert "No vulnerability is known of 1 installed" in capsys.readouterr().out


def test_an_exception_counts_by_any_name_and_must_be_needed(tool, monkeypatch, capsys):
    monkeypatch.setattr(tool, "EXCEPTIONS", {"CVE-1": "never called", "CVE-9": "old"})

    assert run(tool, monkeypatch, report(library(vulns=[FLAW]))) == 1

    assert capsys.readouterr().out == (
        "CVE-9 is an exception that nothing needs any more: delete it.\n"
    )


@pytest.mark.parametrize(
    "trouble",
    [
        requests.ConnectionError("no route"),
        subprocess.TimeoutExpired("pip-audit", 1),
        ValueError("no report"),
        report({"name": "django", "skip_reason": "not found on PyPI"}),
    ],
)
def test_without_a_network_nothing_fails_and_it_is_said(
    tool, monkeypatch, capsys, trouble
):
    assert run(tool, monkeypatch, trouble) == 0
    assert "NOT audited" in capsys.readouterr().out
