"""The house keeps its shape: arrows between the rooms, the list of packages, imports by full name."""

import ast
import configparser
from collections.abc import Iterator
from importlib import import_module, metadata, util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BELOW = {
    "okada": set(),
    "faults": set(),
    "downsample": {"faults"},
    "inversion": {"okada", "faults", "downsample"},
    "cases": {"okada", "faults", "downsample", "inversion"},
}


def imported_modules(path: Path) -> list[tuple[int, str, int]]:
    """Line, module and relative level of every import in a file."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name, 0) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            named = [f"geoslip.{alias.name}" for alias in node.names] if module == "geoslip" else [module]
            found += [(node.lineno, name, node.level) for name in named]
    return found


@pytest.mark.parametrize("room", BELOW)
def test_arrows_run_down_only(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    for path in files:
        for line, module, level in imported_modules(path):
            where = f"{path.relative_to(ROOT)}:{line} imports {module}"
            assert level == 0, f"{where} relatively: write from geoslip.{room} import ..."
            parts = module.split(".")
            assert parts[0] not in BELOW, f"{where}: write geoslip.{module}"
            if parts[0] == "geoslip":
                assert parts[1] in BELOW[room] | {room}, f"{where}: an arrow that does not run down"


def test_packages_listed_are_the_folders_on_disk() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    listed = set(setup["options"]["packages"].split())
    on_disk = {
        "geoslip." + ".".join(path.parent.relative_to(ROOT).parts)
        for room in BELOW
        for path in (ROOT / room).rglob("__init__.py")
    }
    assert listed == on_disk


def test_every_script_finds_what_it_imports() -> None:
    """Scripts that take long are run by hand: what they import of ours may have moved meanwhile."""
    folders = [*(path for path in (ROOT / "cases").iterdir() if (path / "README.md").is_file()),
               ROOT / "tests" / "bench", ROOT / "tests" / "calibrate", ROOT / "docs"]  # fmt: skip
    scripts = [path for folder in folders for path in sorted(folder.glob("*.py"))]
    assert {"noise_cost.py", "run.py", "twin.py"} <= {path.name for path in scripts}
    wrong = [f"{path.name}: {name}" for path in scripts for name in names_not_there(path)]
    assert not wrong


def names_not_there(path: Path) -> Iterator[str]:
    """Names that a script imports from its neighbours or from geoslip, and that are not there."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.ImportFrom):
            continue
        module, beside = str(node.module), path.with_name(f"{node.module}.py")
        if beside.is_file():
            held = {name for top in ast.parse(beside.read_text()).body for name in bound_by(top)}
        elif module.split(".")[0] == "geoslip":
            found = import_module(module)
            folders = [Path(folder) for folder in getattr(found, "__path__", ())]
            held = {*dir(found), *(path.stem for folder in folders for path in folder.iterdir())}
        else:
            continue
        yield from (f"{module}.{alias.name}" for alias in node.names if alias.name not in held)


def bound_by(statement: ast.stmt) -> set[str]:
    """Names that a statement at the top of a file binds."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name for alias in statement.names}
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


@pytest.mark.parametrize("room", BELOW)
def test_every_room_is_typed_and_installed(room: str) -> None:
    assert (ROOT / room / "py.typed").exists()
    assert util.find_spec(f"geoslip.{room}") is not None


def test_version_comes_from_the_metadata() -> None:
    assert metadata.version("geoslip")


def test_nothing_in_the_product_names_a_place_outside_it() -> None:
    outside = "../" + "shared"
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if path.suffix in {".py", ".md", ".yml", ".cfg", ".toml"} and parts[0] in {
            *BELOW,
            "tests",
            "docs",
            "README.md",
        }:
            assert outside not in path.read_text(), f"{path} names a folder outside the product"
