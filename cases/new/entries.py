"""What ``geoslip new`` makes of its flags: entries of data sets and of a fault, and the questions that stay open."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from geoslip.cases.errors import CaseError, Mistake
from geoslip.cases.library.find import resolve
from geoslip.downsample.errors import DataError
from geoslip.downsample.readers import readers
from geoslip.downsample.readers._registry import Reader, choose_reader
from geoslip.downsample.readers._table import read_table
from geoslip.downsample.readers.gnss_table import USUAL, offsets_table

Ask = Callable[[str], str]
"""Takes a question, gives the answer as text."""

RAKES = {
    "left-lateral": [-45, 45],
    "right-lateral": [135, 225],
    "reverse": [45, 135],
    "normal": [-135, -45],
    "free": "free",
}
"""Windows of rake by what the fault is said to be."""
PATCHES = 200
"""About so many patches a fault is cut into."""
ANGLES = ("incidence", "heading")
LONGEST_NAME = 24
"""Letters of a data set's name, beyond which its dates stand in for it."""


def data_entry(spec: str, *, kind: str, folder: Path, ask: Ask | None) -> dict[str, Any]:
    """Make the entry of a data set from ``FILE KEY=VALUE ...``.

    Parameters
    ----------
    spec : str
        As on the command line; the keys are those of an entry in a case file, with ``incidence`` and ``heading`` for
        its look.
    kind : {"los", "gnss"}
        Unless a key says otherwise.
    folder : Path
        Of the case, from which the file is named.
    ask : callable, optional
        For what the file does not say; without it that is a mistake.

    Raises
    ------
    CaseError
        No such file, no reader for it, a key without a value, or something that only the user knows.
    """
    flag = "--gnss" if kind == "gnss" else "--track"
    words = shlex.split(spec)
    if not words:
        raise CaseError(Mistake("name the file, and KEY=VALUE for what it does not say", flag))
    written = dict(_key_and_value(word, flag) for word in words[1:])
    path = resolve(words[0], [Path(), *(Path(os.environ[name]) for name in ("GEOSLIP_DATA",) if name in os.environ)])
    entry: dict[str, Any] = {"name": written.pop("name", short_name(path)), "kind": written.pop("kind", kind)}
    entry["file"] = _seen_from(folder, path) if Path(words[0]).exists() else words[0]
    reader = _reader(path, entry["kind"], str(written.pop("format", "auto")), flag)
    if reader.product == "scene" and set(reader.asks) < {"unit", "positive"}:
        entry["format"] = reader.name
    open_keys = _open_keys(reader, entry["kind"], written, path)
    if open_keys and ask is None:
        said = " ".join(f"{key}=..." for key in open_keys)
        told = "; ".join(f"{key}: {question}" for key, question in open_keys.items())
        raise CaseError(Mistake(f"the file leaves open, but you may say, '{words[0]} {said}' ({told})", flag, words[0]))
    for key, question in open_keys.items():
        assert ask is not None
        written[key] = _value(ask(f"{path.name}: {question}"))
    if any(key in written for key in ANGLES):
        written["look"] = {key: written.pop(key) for key in ANGLES if key in written}
    if isinstance(written.get("look"), (list, dict)):
        written["look"] = _look(written["look"], folder)
    usual: dict[str, Any] = {"noise": "columns" if kind == "gnss" else "estimate"}
    if reader.product == "points":
        usual = {"noise": "residuals"}
    elif reader.product == "scene":
        usual["downsample"] = {"points": 500}
    return entry | usual | written


def short_name(path: Path) -> str:
    """A name for a data set that fits tables and maps: what stands before the first point, or the dates in it."""
    name = path.name.split(".")[0]
    dates = re.findall(r"(?<!\d)(?:19|20)\d{6}(?!\d)", name)
    return name if len(name) <= LONGEST_NAME else "-".join(dates[:2]) or name[:LONGEST_NAME]


def distinct_names(entries: Sequence[dict[str, Any]]) -> None:
    """Tell data sets of one name apart by the folders of their files, or by numbers."""
    names = [entry["name"] for entry in entries]
    for entry in entries:
        if names.count(entry["name"]) > 1:
            folder = Path(entry["file"]).parent.name
            entry["name"] = f"{folder}_{entry['name']}" if folder not in ("", "..") else entry["name"]
    taken: list[str] = []
    for entry in entries:
        if entry["name"] in taken:
            entry["name"] += f"_{taken.count(entry['name']) + 1}"
        taken.append(entry["name"])


def _reader(path: Path, kind: str, format: str, flag: str) -> Reader:
    """The reader of a file: that of points where one recognises it, as a case's run chooses."""
    products = ("gnss",) if kind == "gnss" else ("points", "scene")
    failures = []
    for product in products:
        if format != "auto" and format not in readers(product):
            continue
        if path.is_dir():
            raise CaseError(
                Mistake("this is a folder: name the file in it that the product's how-to names", flag, str(path))
            )
        try:
            return choose_reader(path, product=product, format=format)
        except DataError as error:
            failures.append(str(error))
    rule = failures[-1] if failures else f"there is no format {format!r}: choose from {', '.join(readers())}"
    raise CaseError(Mistake(rule, flag, str(path)))


def _open_keys(reader: Reader, kind: str, written: dict[str, Any], path: Path) -> dict[str, str]:
    """What has to be asked of a file, with the question."""
    wanted: dict[str, str] = {}
    columns = _columns(reader, path, written.get("columns"))
    if "unit" in reader.asks:
        wanted["unit"] = "unit of its numbers (m, cm, mm or rad)"
    if "positive" in reader.asks and kind == "los":
        wanted["positive"] = "a positive value means motion toward or away (from the satellite)"
    if written.get("unit") == "rad":
        wanted["wavelength"] = "radar wavelength, such as 55.465763 mm"
    needed = {"points": {"longitude", "latitude", "value"}, "gnss": {"longitude", "latitude", "east", "north"}}
    if reader.name.endswith("_table") and not needed[reader.product] <= columns:
        usual = USUAL if reader.product == "gnss" else ("longitude", "latitude", "value", "sigma")
        wanted["columns"] = f"what it holds, in order, '-' for what is not used, such as {','.join(usual)}"
        written.pop("columns", None)
    known = {"look", "east", "north"} & {*written} or {"look_up", "incidence"} & columns
    if kind == "los" and "unit" in reader.asks and not known:
        wanted |= {"incidence": "incidence of the look, degrees from the vertical (or a grid)"}
        wanted |= {"heading": "flight direction, degrees clockwise from north (or a grid)"}
    return {key: question for key, question in wanted.items() if key not in written}


def _columns(reader: Reader, path: Path, written: Any) -> set[str]:
    """Names of a table's columns, as the user or its header says."""
    if not reader.name.endswith("_table"):
        return set()
    try:
        read = offsets_table if reader.product == "gnss" else read_table
        return set(read(path, columns=written).names)
    except DataError:
        return set()


def _key_and_value(word: str, flag: str) -> tuple[str, Any]:
    key, equals, value = word.partition("=")
    if not equals or not key:
        raise CaseError(Mistake("what a file does not say is written KEY=VALUE behind its name", flag, word))
    return key, _value(value)


def _value(text: str) -> Any:
    """A value as a case file would read it; a list without brackets is a list too."""
    value = YAML(typ="safe").load(text)
    if isinstance(value, str) and "," in value:
        return [YAML(typ="safe").load(part) for part in value.split(",")]
    return value


def _look(look: Any, folder: Path) -> Any:
    """A look with its grids named from the case's folder."""
    if isinstance(look, list) and any(isinstance(part, str) for part in look):
        look = dict(zip(("east", "north", "up"), look))
    if isinstance(look, dict):
        return {
            key: _seen_from(folder, Path(value)) if isinstance(value, str) and Path(value).exists() else value
            for key, value in look.items()
        }
    return look


def _seen_from(folder: Path, path: Path) -> str:
    return os.path.relpath(os.path.realpath(path), os.path.realpath(folder))


def trace_places(trace: str) -> list[list[float]]:
    """Read a trace: ``LON,LAT LON,LAT ...``, or a file of such rows or of a GeoJSON line.

    Raises
    ------
    CaseError
        Fewer than two places, or something that is none.
    """
    text, name = trace, trace
    if Path(trace).is_file():
        text = Path(trace).read_text(encoding="utf-8")
        if text.lstrip().startswith("{"):
            text = re.sub(r"\[\s*([-\d.eE+]+)\s*,\s*([-\d.eE+]+)[^\[\]]*\]", r"\n\1 \2\n", text)
            text = "\n".join(line for line in text.splitlines() if re.fullmatch(r"[-\d.eE+]+ [-\d.eE+]+", line))
        text = ";".join(" ".join(line.split("#")[0].replace(",", " ").split()[:2]) for line in text.splitlines())
    pairs = [part.replace(",", " ").split() for part in re.split(r";|(?<=\d)\s+(?=[-+\d.]+,)", text) if part.strip()]
    try:
        places = [[float(longitude), float(latitude)] for longitude, latitude in pairs]
    except ValueError:
        places = []
    if len(places) < 2 or np.ptp(places, axis=0).max() == 0.0:
        rule = "a trace is two places or more, 'LON,LAT LON,LAT', or a file of them with a place in every row"
        raise CaseError(Mistake(rule, "--trace", name))
    return places


def middle(places: Sequence[Sequence[float]]) -> list[float]:
    """Mean of places, degrees, rounded to some ten metres; across the date line too."""
    first = places[0][0]
    east = [(place[0] - first + 180.0) % 360.0 - 180.0 for place in places]
    longitude = (first + float(np.mean(east)) + 180.0) % 360.0 - 180.0
    return [round(longitude, 4), round(float(np.mean([place[1] for place in places])), 4)]


def patch_length(length: float, depth: float, dip: float) -> str:
    """Side of a patch, whole half kilometres, at which a plane has about `PATCHES` of them."""
    area = length * depth / max(np.sin(np.deg2rad(dip)), 0.2)
    return f"{max(0.5, round(2e-3 * np.sqrt(area / PATCHES)) / 2):g} km"


def flow(value: Any) -> str:
    """A value in one line of a case file."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(part) for part in value) + "]"
    if isinstance(value, str):
        plain = re.fullmatch(r"[\w./][\w./ -]*", value) and YAML(typ="safe").load(value) == value
        return value if plain else json.dumps(value)
    return json.dumps(value)
