"""Finding case files by path or by the name of a study that comes with the toolkit, and the data files they name."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geoslip.cases.errors import CaseError, Mistake

if TYPE_CHECKING:
    from geoslip.cases.casefile.case import Case

HERE = Path(__file__).parents[1]


def shipped_studies() -> dict[str, Path]:
    """Return the studies that come with the toolkit, and the user's own: name to main case file.

    A study is a folder that holds ``case.yml``; those of GEOSLIP_CASES (folders of studies, divided as PATH is) come
    before ours of the same name.
    """
    return {path.parent.name: path for place in _places() for path in sorted(place.glob("*/case.yml"))}


def study_folders() -> dict[str, Path]:
    """Return the folders of all studies, those that a script runs among them: name to folder.

    Such a folder holds ``case.yml``, or ``published.yml`` whose rows name scripts or kept figures.
    """
    found = {path.parent.name: path.parent for place in _places() for path in place.glob("*/published.yml")}
    found |= {name: path.parent for name, path in shipped_studies().items()}
    return dict(sorted(found.items()))


def study_title(folder: Path) -> str:
    """Return the heading of a study's page."""
    return (folder / "README.md").read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def _places() -> list[Path]:
    own = [Path(place) for place in os.environ.get("GEOSLIP_CASES", "").split(os.pathsep) if place]
    return [HERE, *reversed(own)]


def study_seconds() -> dict[str, float]:
    """Return how long each study took with all its cases and reports when ``make studies`` last ran it, s."""
    path = HERE / "library" / "seconds.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def find_case(name: str | Path) -> Path:
    """Return the case file that a path or a study's name means.

    Parameters
    ----------
    name : str or Path
        A file; a folder that holds ``case.yml``; or a shipped study, ``ridgecrest2019``, with ``ridgecrest2019/3d`` for
        a further case of it.

    Raises
    ------
    CaseError
        If it is none of these; the message lists the shipped studies.
    """
    path = Path(name)
    if path.is_file():
        return path
    if path.is_dir() and (path / "case.yml").is_file():
        return path / "case.yml"
    study, _, variant = str(name).partition("/")
    shipped = shipped_studies()
    if study in shipped:
        found = shipped[study].with_name(f"{variant or 'case'}.yml")
        if found.is_file():
            return found
    rule = "there is no such case file, and no study of that name comes with the toolkit"
    rule += f" (those are {', '.join(shipped)}); `geoslip new DIR` writes a case to start from"
    raise CaseError(Mistake(rule, key=str(name)))


def data_roots(case: Case, data: str | Path | None = None, extra: Sequence[Path] = ()) -> list[Path]:
    """Return the folders in which relative data paths are looked up, in order.

    The folder given by ``--data``, else that of the environment variable GEOSLIP_DATA; then the case file's own.
    """
    roots = list(extra)
    chosen = data or os.environ.get("GEOSLIP_DATA")
    if chosen:
        roots.append(Path(chosen).expanduser())
    if case.source is not None:
        roots.append(case.source.path.parent)
    return roots or [Path()]


def resolve(name: str, roots: Sequence[Path]) -> Path:
    """Return the file of this name in the first root that has it, or its place in the first root."""
    path = Path(name).expanduser()
    if path.is_absolute():
        return path
    return next((root / path for root in roots if (root / path).exists()), roots[0] / path)


def missing_files(case: Case, roots: Sequence[Path]) -> list[Mistake]:
    """Return one mistake for each file that the case names and that is not there."""
    where = " nor in ".join(str(root) for root in roots)
    remedy = "give the folder that holds it with --data or GEOSLIP_DATA"
    described = f"; the files are described in {case.described_in}" if case.described_in else ""
    found: list[Mistake] = []
    for location, name in named_files(case):
        if not resolve(name, roots).is_file():
            found.append(case.mistake(location, f"the file '{name}' is not in {where}: {remedy}{described}"))
    return found


def named_files(case: Case) -> list[tuple[tuple[str | int, ...], str]]:
    """Return the location in the case and the name of every data file."""
    files: list[tuple[tuple[str | int, ...], str]] = []
    for index, entry in enumerate(case.data):
        base: tuple[str | int, ...] = ("data", index)
        if entry.file is not None:
            files.append(((*base, "file"), entry.file))
        files += [((*base, "files", number), name) for number, name in enumerate(entry.files)]
        if entry.noise.covariance is not None:
            files.append(((*base, "noise", "covariance"), entry.noise.covariance))
        if entry.look is not None:
            for key in ("incidence", "heading", "east", "north", "up"):
                value = getattr(entry.look, key)
                if isinstance(value, str):
                    files.append(((*base, "look", key), value))
    for index, segment in enumerate(case.faults):
        if segment.mesh is not None and segment.mesh.file is not None:
            files.append((("faults", index, "mesh", "file"), segment.mesh.file))
        for key in ("depth_grid", "hypocentres"):
            if (drawn := getattr(segment, key)) is not None:
                files.append((("faults", index, key, "file"), drawn.file))
    if case.smoothing.toward is not None:
        files.append((("smoothing", "toward", "file"), case.smoothing.toward.file))
    if case.stress is not None and case.stress.source.file is not None:
        files.append((("stress", "source", "file"), case.stress.source.file))
    if case.stress is not None and case.stress.section is not None and case.stress.section.seismicity is not None:
        files.append((("stress", "section", "seismicity", "file"), case.stress.section.seismicity.file))
    return files
