"""Reads the imports and fails when one points the wrong way (docs/architecture.md)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def imported_modules(path: Path) -> set[str]:
    """Absolute names of all modules that the file imports, wherever in it."""
    package = path.relative_to(ROOT).with_suffix("").parts
    if path.name == "__init__.py":
        package = package[:-1] + ("__init__",)
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = list(package[: -node.level]) if node.level else []
            module = ".".join([*start, *(node.module or "").split(".")]).strip(".")
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def modules_below(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found, f"{folder} holds no module: this test would prove nothing"
    return found


def offenders(folder: str, *forbidden: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules_below(folder)
        for name in sorted(imported_modules(path))
        if any(name == root or name.startswith(root + ".") for root in forbidden)
    ]


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("shop", ("tryon_engine",)),
        ("tryon_engine", ("shop",)),
        ("shop/dashscope", ("django", "shop.models", "shop.services", "tryon_site")),
        ("shop/models", ("shop.services", "shop.views", "shop.dashscope", "requests")),
        ("shop/services", ("shop.views", "shop.forms", "shop.admin")),
        ("tryon_engine/vision", ("django", "requests", "urllib", "pathlib", "os")),
        ("tryon_engine/backends", ("django", "requests")),
    ],
)
def test_imports_point_one_way(folder, forbidden):
    assert offenders(folder, *forbidden) == []


def test_http_library_is_imported_in_one_file_of_the_shop():
    users = [
        str(path.relative_to(ROOT))
        for path in modules_below("shop")
        if "requests" in imported_modules(path)
    ]

    assert users == ["shop/dashscope/transport.py"]


def test_mediapipe_is_known_to_one_module():
    users = [
        str(path.relative_to(ROOT))
        for path in modules_below("tryon_engine")
        if any(name.split(".")[0] == "mediapipe" for name in imported_modules(path))
    ]

    assert users == ["tryon_engine/vision/person/detectors.py"]


def test_reads_relative_imports():
    found = imported_modules(ROOT / "shop" / "models" / "tasks.py")

    assert "shop.models.transitions" in found
    assert "shop.storages" in found
