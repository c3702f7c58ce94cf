"""``geoslip new``: a case file to start from, commented, or made of what the user says and made to run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from geoslip.cases.casefile.read import parse_case
from geoslip.cases.casefile.units import parse_length
from geoslip.cases.errors import CaseError, Mistake
from geoslip.cases.new.entries import RAKES, Ask, data_entry, distinct_names, flow, middle, patch_length, trace_places
from geoslip.faults.frame import LocalFrame

DEPTH = "15 km"
"""To where a fault reaches if nothing else is said: what continental earthquakes usually break."""


@dataclass(frozen=True)
class Wishes:
    """What the user says of a new case, as on the command line.

    Parameters
    ----------
    event : str, optional
        Title: what happened, where and when.
    name : str, optional
        Of the study; the folder's name by default.
    origin : str, optional
        "LON,LAT"; the middle of the trace where there is one.
    tracks, gnss : sequence of str
        "FILE KEY=VALUE ..." each.
    trace : str, optional
        Places of the fault's trace, or a file of them; the fault dips to its right.
    strike, dip : float, optional
        Degrees.
    length, bottom_depth : str, optional
        With units; the length where there is no trace.
    mechanism : str, optional
        One of `RAKES`.
    """

    event: str | None = None
    name: str | None = None
    origin: str | None = None
    tracks: Sequence[str] = ()
    gnss: Sequence[str] = ()
    trace: str | None = None
    strike: float | None = None
    dip: float | None = None
    length: str | None = None
    bottom_depth: str | None = None
    mechanism: str | None = None

    @property
    def data(self) -> bool:
        """Whether any data set is named."""
        return bool(self.tracks or self.gnss)


def template() -> str:
    """Give the text of the commented case file, with @NAME@ marks."""
    return resources.files("geoslip.cases.new").joinpath("template.yml").read_text(encoding="utf-8")


def new_case(folder: Path, wishes: Wishes | None = None, *, ask: Ask | None = None) -> Path:
    """Write ``case.yml`` into a folder: of the data sets that are named, or without any the commented template.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    wishes : Wishes, optional
    ask : callable, optional
        Takes a question and gives the user's answer, empty for none. Without it nothing is asked: what is missing is a
        mistake.

    Returns
    -------
    Path
        The case file.

    Raises
    ------
    CaseError
        If there is a case already, an option is wrong or missing, or the folder cannot be written.
    """
    wishes, path = wishes or Wishes(), folder / "case.yml"
    if path.exists():
        raise CaseError(Mistake("there is a case already, which is not overwritten: choose another folder", str(path)))
    if ask is not None:
        wishes = asked(wishes, ask)
    text = written(wishes, folder, ask=ask) if wishes.data else filled_template(wishes, folder)
    try:
        parse_case(text, path=path)  # what is written is a sound case, or the options were not
    except CaseError as error:
        raise CaseError([_of_the_flags(mistake, wishes) for mistake in error.mistakes]) from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        rule = f"the case cannot be written ({error.strerror}): choose another folder"
        raise CaseError(Mistake(rule, key=str(folder))) from error
    return path


def _of_the_flags(mistake: Mistake, wishes: Wishes) -> Mistake:
    """A mistake in a case that was not written, told of the flag that it came from."""
    key = mistake.key
    if place := re.match(r"data\[(\d+)\]\.?", key):
        index, rest = int(place[1]), key[place.end() :]
        specs = [*(("--track", spec) for spec in wishes.tracks), *(("--gnss", spec) for spec in wishes.gnss)]
        flag, spec = specs[index] if index < len(specs) else ("--track", "")
        key = f"{flag} {spec.split(' ')[0]}: {rest}"
    elif key.startswith("faults[0]."):
        key = f"--{key.removeprefix('faults[0].').replace('_', '-')}"
    return replace(mistake, key=key, file="", line=None)


def filled_template(wishes: Wishes, folder: Path) -> str:
    """Give the commented template with the few things that it takes from the flags."""
    place = _origin(wishes.origin or "-117.55,35.72")
    marks = {
        "NAME": wishes.name or folder.absolute().name,
        "LON": place[0],
        "LAT": place[1],
        "STRIKE": f"{140.0 if wishes.strike is None else wishes.strike:g}",
        "DIP": f"{85.0 if wishes.dip is None else wishes.dip:g}",
    }
    text = template()
    for mark, value in marks.items():
        text = text.replace(f"@{mark}@", value)
    return text


def _origin(origin: str) -> list[str]:
    place = [part.strip() for part in origin.split(",")]
    if len(place) != 2:
        raise CaseError(Mistake("the origin is LON,LAT in degrees", "--origin", origin))
    return place


def asked(wishes: Wishes, ask: Ask) -> Wishes:
    """Ask for what the flags leave open; no answer leaves it open."""
    said = dict(vars(wishes))

    def fill(key: str, question: str) -> None:
        if not said[key]:
            said[key] = ask(question).strip() or None

    fill("event", "What happened, where and when (a title)")
    if not wishes.data:
        tracks = []
        while track := ask("A radar scene or a table of its points (its file; empty for no more)").strip():
            tracks.append(track)
        said["tracks"] = tracks
        fill("gnss", "A table of GNSS offsets (its file; empty for none)")
        said["gnss"] = [said["gnss"]] if said["gnss"] else ()
    if not Wishes(**said).data:
        return Wishes(**said)
    if said["strike"] is None:
        fill("trace", "The fault's trace, 'LON,LAT LON,LAT' so that it dips to the right, or a file (empty for none)")
    if not said["trace"]:
        fill("origin", "LON,LAT of the middle of the fault's upper edge")
        fill("length", "Its length, such as 20 km")
    for key in ("strike", "dip") if not said["trace"] else ("dip",):
        if said[key] is None:
            said[key] = _number(ask(f"Its {key}, degrees"), f"--{key}")
    fill("mechanism", f"Its slip: {', '.join(RAKES)}")
    return Wishes(**said)


def _number(text: str, flag: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise CaseError(Mistake("degrees are wanted, such as 45", flag, text)) from error


def written(wishes: Wishes, folder: Path, *, ask: Ask | None = None) -> str:
    """Give the text of a case of the data sets that are named.

    Raises
    ------
    CaseError
        What is missing or wrong, all at once where it can be.
    """
    mistakes: list[Mistake] = []
    data: list[dict[str, Any]] = []
    for kind, specs in (("los", wishes.tracks), ("gnss", wishes.gnss)):
        for spec in specs:
            try:
                data.append(data_entry(spec, kind=kind, folder=folder, ask=ask))
            except CaseError as error:
                mistakes += error.mistakes
    distinct_names(data)
    placed: tuple[list[Any], dict[str, Any]] | None = None
    try:
        placed = _fault(wishes)
    except CaseError as error:
        mistakes += error.mistakes
    if mistakes or placed is None:
        raise CaseError(mistakes)
    origin, fault = placed
    rake = RAKES[wishes.mechanism or "free"]
    lines = [
        "# Made by `geoslip new`. Every key is told in the page on the case file; `geoslip check` reads what is named.",
        f"name: {flow(wishes.name or folder.absolute().name)}",
        f"title: {flow(wishes.event or 'Untitled')}",
        f"origin: {flow(origin)}",
        "data:",
    ]
    for entry in data:
        if "downsample" in entry:
            # a grid has pixels on the trace itself; patches cannot follow the jump there within half their size
            size = parse_length(fault["patches"]["length"])
            entry.setdefault("mask", {"nearer_than": f"{size / 2:g} m"})
        lines += [f"  {'- ' if key == 'name' else '  '}{key}: {flow(value)}" for key, value in entry.items()]
    lines.append("faults:   # dips to the right of the trace, or of the strike")
    lines += [f"  {'- ' if key == 'name' else '  '}{key}: {flow(value)}" for key, value in fault.items()]
    lines += [
        f"slip: {{rake: {flow(rake)}, zero_edges: [bottom, sides]}}",
        "smoothing: {choose: abic}",
    ]
    return "\n".join(lines) + "\n"


def _fault(wishes: Wishes) -> tuple[list[Any], dict[str, Any]]:
    """The origin and the entry of the one segment."""
    if wishes.mechanism not in (None, *RAKES):
        raise CaseError(Mistake(f"choose from {', '.join(RAKES)}", "--mechanism", str(wishes.mechanism)))
    needed = ("dip",) if wishes.trace else ("origin", "strike", "dip", "length")
    missing = [f"--{key}" for key in needed if getattr(wishes, key) is None]
    if missing:
        rule = "the fault is placed by --trace and --dip, or by --origin, --strike, --dip and --length: {} {}"
        raise CaseError(Mistake(rule.format(", ".join(missing), "is missing" if len(missing) == 1 else "are missing")))
    assert wishes.dip is not None
    depth = wishes.bottom_depth or DEPTH
    entry: dict[str, Any] = {"name": "main"}
    if wishes.trace:
        places = trace_places(wishes.trace)
        origin: list[Any] = middle(places) if wishes.origin is None else _origin(wishes.origin)
        east, north = LocalFrame(*middle(places)).to_local(*np.array(places).T)
        length = float(np.hypot(np.ptp(east), np.ptp(north)))
        entry |= {"trace": places}
    else:
        assert wishes.origin is not None and wishes.length is not None
        origin = [_number(part, "--origin") for part in _origin(wishes.origin)]
        length = _length(wishes.length, "--length")
        entry |= {"top_centre": origin, "strike": wishes.strike, "length": wishes.length}
    size = patch_length(length, _length(depth, "--bottom-depth"), wishes.dip)
    entry |= {"dip": wishes.dip, "top_depth": "0 km", "bottom_depth": depth, "patches": {"length": size}}
    return [float(part) for part in origin], entry


def _length(text: str, flag: str) -> float:
    try:
        return parse_length(text)
    except ValueError as error:
        raise CaseError(Mistake(str(error), flag, text)) from error
