"""What the pages show is true: links lead somewhere, commands and blocks of case files are ones that geoslip takes."""

import ast
import doctest
import importlib
import io
import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main
from ruamel.yaml import YAML

from geoslip.cases.casefile.read import parse_case
from geoslip.cases.cli import app
from geoslip.cases.library.find import find_case

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    str(page.relative_to(ROOT)): page.read_text(encoding="utf-8")
    for pattern in ("*.md", "docs/*.md", "docs/howto/*.md", "docs/reference/*.md", "cases/*/README.md")
    for page in sorted(ROOT.glob(pattern))
}
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def fences(language: str) -> list[tuple[str, str]]:
    """Every code block of a language, with its page."""
    pattern = re.compile(rf"^```{language}\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return [(page, block) for page, text in PAGES.items() for block in pattern.findall(text)]


def shown_commands() -> list[tuple[str, str]]:
    """Every call of geoslip that a page shows, in a block or within a line."""
    found = []
    for page, text in PAGES.items():
        inline = re.findall(r"`(geoslip [^`]+)`", text)
        blocks = re.findall(r"^```(?:sh)?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
        found += [(page, call) for call in [*inline, *lines] if call.startswith("geoslip ")]
    return found


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", PAGES[page])
    broken = [target for target in targets if "://" not in target and not leads_somewhere(page, target)]
    assert broken == []


def leads_somewhere(page: str, target: str) -> bool:
    """Whether a link leads to a file, or to the place that a study's page takes in the docs; a study's from both."""
    study = page.startswith("cases/")
    for folder in ((ROOT / page).parent, *([ROOT / "docs" / "studies"] if study else [])):
        place = Path(os.path.normpath(folder / target))
        if place.parent == ROOT / "docs" / "studies":
            place = ROOT / "cases" / place.stem / "README.md"
        if not place.exists():
            return False
    return True


@pytest.mark.parametrize(("page", "call"), sorted(set(shown_commands())))
def test_commands_are_ones_that_geoslip_takes(page: str, call: str) -> None:
    words = shlex.split(call, comments=True)[1:]
    if words[0].startswith("--"):
        return
    assert words[0] in COMMANDS, f"{page}: no command {words[0]}"
    known = {name for option in COMMANDS[words[0]].params for name in (*option.opts, *option.secondary_opts)}
    assert {word.split("=")[0] for word in words if word.startswith("--")} <= {*known, "--help"}, page
    if words[0] == "run" and len(words) > 1 and re.fullmatch(r"[a-z]+\d{4}(/\w+)?|embedded", words[1]):
        assert find_case(words[1]).is_file()


@pytest.mark.parametrize(("page", "block"), fences("yaml"), ids=[page for page, _ in fences("yaml")])
def test_blocks_of_case_files_are_sound(page: str, block: str) -> None:
    shown = YAML(typ="safe").load(block)
    parse_case(whole_case(shown if isinstance(shown, dict) else {"faults": shown}))


def whole_case(shown: dict[str, Any]) -> str:
    """A block of a case file, with the rest that a case needs around it."""
    names = {name for entry in shown.get("junctions", []) for name in entry["between"]}
    names |= set(shown.get("smoothing", {}).get("by_segment", {})) | set(shown.get("slip", {}).get("segments", {}))
    plane = {"corners": [[101.0, 37.8], [101.2, 37.8]], "dip": 80, "bottom_depth": "15 km", "mesh": {"edge": "3 km"}}
    rest = {
        "name": "shown",
        "origin": [101.1, 37.8],
        "data": [{"name": "GNSS", "kind": "gnss", "file": "gnss.csv", "unit": "mm", "noise": "columns"}],
        "faults": [{"name": name, **plane} for name in sorted(names) or ["fault"]],
        "slip": {"rake": [-45, 45]},
        "smoothing": {"choose": "abic"},
    }
    stream = io.StringIO()
    YAML(typ="safe").dump({**rest, **shown}, stream)
    return stream.getvalue()


@pytest.mark.parametrize(("page", "block"), fences("python"), ids=[page for page, _ in fences("python")])
def test_scripts_import_what_is_there(page: str, block: str) -> None:
    tree = ast.parse(block)
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert imports
    exec(compile(ast.Module(imports, type_ignores=[]), page, "exec"), {})


def modules_with_examples() -> list[str]:
    """Modules of the package whose docstrings show what a call gives."""
    rooms = ("okada", "faults", "downsample", "inversion", "cases")
    sources = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    shown = [path for path in sources if ">>> " in path.read_text(encoding="utf-8")]
    return [".".join(("geoslip", *path.relative_to(ROOT).with_suffix("").parts)) for path in shown]


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_in_docstrings_give_what_they_show(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
