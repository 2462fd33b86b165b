"""What the documents name is there: files, settings, commands, and where links lead."""

import re

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = settings.BASE_DIR
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "tools" / "demo_art" / "README.md",
    *sorted(ROOT.glob("docs/**/*.md")),
]
FOLDERS = (
    *("docs", "shop", "static", "templates", "tests", "tools"),
    *("tryon_engine", "tryon_site"),
)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
FILE = re.compile(
    r"`([\w-]+(?:/[\w.-]+)*(?:/|\.(?:py|md|json|toml|txt|sh))|[a-z]\w*/\w+)[ `]"
)
SETTING = re.compile(r"\b(?:TRYON|SHOP|WEB|EMAIL)_[A-Z0-9_]+\b")
COMMAND = re.compile(r"manage\.py ([a-z]\w+)")
# What is made by a run, and a media type.
NO_FILES = {"build/", "notes.json", "application/json"}


def all_paths():
    """Every file and folder, as "/shop/models/", "/shop/models/tasks.py"."""
    found = [*ROOT.iterdir()]
    for folder in FOLDERS:
        found += (ROOT / folder).rglob("*")
    for path in found:
        yield f"/{path.relative_to(ROOT)}{'/' if path.is_dir() else ''}"


PATHS = "\n".join(all_paths()) + "\n"


def is_there(name):
    """Is it the end of a path? A folder and a module may be named without theirs."""
    endings = [f"/{name}\n"]
    if not name.endswith("/") and "." not in name:
        endings += [f"/{name}/\n", f"/{name}.py\n"]
    return any(ending in PATHS for ending in endings)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_names_is_there(document):
    text = document.read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    commands = get_commands()

    links = [one for one in LINK.findall(text) if not (document.parent / one).exists()]
    files = [one for one in FILE.findall(text) if not is_there(one)]
    unset = [one for one in SETTING.findall(text) if f"\n{one}=" not in example]
    verbs = [one for one in COMMAND.findall(text) if one not in commands]

    assert {*links, *files, *unset, *verbs} - NO_FILES == set()
