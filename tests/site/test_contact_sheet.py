import json
import sys

import pytest
from PIL import Image

from tests.factories import picture_bytes
from tests.faults import fail_with
from tests.protocol_server import ProtocolServer
from tools import contact_sheet


def draw(folder, server, monkeypatch):
    """Run the tool on one case; return its sheet."""
    (folder / "person.png").write_bytes(picture_bytes(kind="PNG"))
    (folder / "tee.png").write_bytes(picture_bytes(kind="PNG"))
    cases = folder / "cases.json"
    case = {"name": "one", "person": "person.png", "top": "tee.png"}
    cases.write_text(json.dumps([case]))
    out = folder / "sheet.jpg"
    where = ["--engine", server.base_url, "--key", "sk-test", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["tool", "--cases", str(cases), *where])
    contact_sheet.main()
    with Image.open(folder / "sheet_01.jpg") as sheet:
        return sheet.copy()


def test_a_row_shows_person_flat_coarse_and_refined(tmp_path, monkeypatch):
    with ProtocolServer() as server:
        sheet = draw(tmp_path, server, monkeypatch)

        models = [body["model"] for _, _, _, body in server.calls("submit")]
    assert models == ["aitryon", "aitryon-refiner"]
    width = 480 * 300 // 400
    assert sheet.width == contact_sheet.GAP + 4 * (width + contact_sheet.GAP)


def test_a_failed_stage_is_told_with_its_code(tmp_path, monkeypatch, capsys):
    with ProtocolServer() as server:
        server.next("query", fail_with("InvalidPerson"))
        sheet = draw(tmp_path, server, monkeypatch)

    assert "one  aitryon: InvalidPerson" in capsys.readouterr().out
    assert sheet.width == contact_sheet.GAP + 2 * (360 + contact_sheet.GAP)


def test_the_demo_cases_are_there():
    for case in contact_sheet.demo_cases():
        for slot in ("person", "top", "bottom"):
            assert case[slot] is None or (contact_sheet.ART / case[slot]).exists()


def test_without_a_key_it_says_where_one_is(tmp_path, monkeypatch):
    monkeypatch.setattr(contact_sheet, "KEY_FILE", tmp_path / "none")
    monkeypatch.setattr(sys, "argv", ["tool"])
    monkeypatch.delenv("TRYON_API_KEY", raising=False)

    with pytest.raises(SystemExit, match="give --key"):
        contact_sheet.main()
