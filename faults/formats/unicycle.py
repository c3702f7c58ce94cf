"""Unicycle meshes: .ned holds the vertices (n north east depth), .tri the triangles (n [slip] i1 i2 i3 [rake]).

Depth is positive down; vertices are numbered from 1. The coordinates are metres from an origin that the file does not
name, or latitude, longitude (degrees) and depth (m), as told by their size. A .tri file of four columns has no slip.
"""

import re
from pathlib import Path, PurePath

import numpy as np

from geoslip.faults.formats.common import number, placing_of, read_text, refuse_opening, title
from geoslip.faults.formats.errors import FormatError
from geoslip.faults.formats.placing import about
from geoslip.faults.formats.registry import MESH, Format
from geoslip.faults.formats.triangles import (
    Surface,
    in_degrees,
    local_vertices,
    metres_per_unit,
    model_of_surfaces,
    slip_of_rake,
    triangular,
)
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel

_PLAIN, _SLIPPING = ("n", "i1", "i2", "i3"), ("n", "slip", "i1", "i2", "i3", "rake")


def is_unicycle(text: str) -> bool:
    """Whether the first row holds a count and three whole vertex numbers, alone or with slip before and rake behind."""
    for line in text.splitlines():
        tokens = line.split("#")[0].split()
        if tokens:
            try:
                values = [float(token) for token in tokens]
            except ValueError:
                return False
            if len(values) not in (len(_PLAIN), len(_SLIPPING)):
                return False
            corners = values[1:4] if len(values) == len(_PLAIN) else values[2:5]
            return all(value >= 1 and value == int(value) for value in (values[0], *corners))
    return False


def parse_unicycle(
    text: str,
    *,
    source: str = "text",
    frame: LocalFrame | None = None,
    rigidity: float | None = None,
    vertices: str | None = None,
    unit: str | None = None,
    repair: bool = False,
) -> SlipModel:
    """A slip model from the text of a .tri file; without slip columns nothing slips.

    Parameters
    ----------
    text, source : str
        The .tri file and its name; the .ned file of the same name beside it holds the vertices.
    frame : LocalFrame, optional
        The frame metres are counted in, when known, or for degrees the frame of the model.
    rigidity : float, optional
        Pa; 30 GPa, or what the file says, unless given.
    vertices : str, optional
        Text of the .ned file, where it is not beside.
    unit : str, optional
        'm' or 'km' of the coordinates, to overrule their size.
    repair : bool
        Turn flipped triangles round and leave degenerate and duplicate ones out, instead of refusing them.

    Raises
    ------
    FormatError
        For rows of another number of columns, a .ned file that is not there, or triangles that make no surface.
    """
    table, names = _rows(text, source)
    if vertices is None:
        beside = Path(source).with_suffix(".ned")
        if not beside.is_file():
            raise FormatError(
                f"{beside.name} is not beside it: a .tri file needs the .ned file of its vertices", source=source
            )
        vertices = read_text(beside)
    points, notes, frame, scale = _vertices(vertices, str(PurePath(source).with_suffix(".ned")), frame)
    whole = table[:, 1:4] if table.shape[1] == len(_PLAIN) else table[:, 2:5]
    corners = whole.astype(np.int64) - 1
    if np.any(whole != np.round(whole)) or corners.min() < 0 or corners.max() >= len(points):
        row = int(np.flatnonzero((whole != np.round(whole)) | (corners < 0) | (corners >= len(points)))[0] // 3)
        raise FormatError(
            f"triangle {table[row, 0]:g} names vertices {whole[row].tolist()}: they must be 1 to {len(points)}",
            source=source,
        )
    if scale is None:
        scale, more = metres_per_unit(points, corners, unit, source=source)
        points, notes = points * scale, notes + more
    slip = None if table.shape[1] == len(_PLAIN) else slip_of_rake(table[:, 1], table[:, 5])
    groups = {name: [k for k, other in enumerate(names) if other == name] for name in dict.fromkeys(names)}
    stem = title(source, "surface")
    surfaces = [
        Surface(name or stem, points, corners[rows], None if slip is None else slip[rows])
        for name, rows in groups.items()
    ]
    known = placing_of(text, source, frame=frame, rigidity=rigidity)._replace(name=stem)
    return model_of_surfaces(surfaces, source=source, **known._asdict(), notes=notes, repair=repair)


def format_unicycle(model: SlipModel) -> str:
    """The text of a .tri file; `format_vertices` makes the .ned file that belongs beside it.

    Raises
    ------
    FormatError
        If the model opens or holds other than triangles.
    """
    parts = triangular(model, "Unicycle .tri")
    refuse_opening(model, "Unicycle .tri")
    lines = [f"# {model.name}".rstrip()]
    lines += [f"# {line}" for line in about(model)]
    lines.append("# n slip(m) i1 i2 i3 rake(deg)")
    rake = np.where(np.isnan(model.rake), 0.0, model.rake)
    first = 1
    for segment, where in parts:
        lines.append(f"# segment = {segment.name}")
        for n, corners, size, angle in zip(
            range(where.start + 1, where.stop + 1), segment.triangles + first, model.magnitude[where], rake[where]
        ):
            lines.append(f"{n:04d} {size:.12g} {corners[0]} {corners[1]} {corners[2]} {angle:.12g}")
        first += segment.n_vertices
    return "\n".join(lines) + "\n"


def format_vertices(model: SlipModel) -> str:
    """The text of a .ned file: number, north, east, depth in metres about the frame's origin."""
    points = np.concatenate([segment.vertices for segment, _ in triangular(model, "Unicycle .ned")])
    rows = (f"{n} {north:.12g} {east:.12g} {0.0 - up:.12g}" for n, (east, north, up) in enumerate(points, start=1))
    return "# n north(m) east(m) depth(m)\n" + "\n".join(rows) + "\n"


def _rows(text: str, source: str) -> tuple[np.ndarray, list[str]]:
    rows, names, name, width = [], [], "", 0
    for index, line in enumerate(text.splitlines(), start=1):
        named = re.match(r"\s*#\s*segment\s*=\s*(.*\S)", line)
        if named:
            name = named.group(1)
        tokens = line.split("#")[0].split()
        if not tokens:
            continue
        width = width or len(tokens)
        if len(tokens) != width or width not in (len(_PLAIN), len(_SLIPPING)):
            raise FormatError(
                f"{len(tokens)} values where {' '.join(_PLAIN)} or {' '.join(_SLIPPING)} belong: is the file cut off?",
                source=source,
                line=index,
            )
        labels = _PLAIN if width == len(_PLAIN) else _SLIPPING
        rows.append([number(t, label, source=source, line=index) for t, label in zip(tokens, labels)])
        names.append(name)
    if not rows:
        raise FormatError(f"no rows of {' '.join(_SLIPPING)}: the file is no .tri", source=source)
    return np.array(rows), names


def _vertices(
    text: str, source: str, frame: LocalFrame | None
) -> tuple[np.ndarray, tuple[str, ...], LocalFrame | None, float | None]:
    """East, north, up; notes; the frame; and metres per unit where that is settled already."""
    rows = []
    for index, line in enumerate(text.splitlines(), start=1):
        tokens = line.split("#")[0].split()
        if not tokens:
            continue
        if len(tokens) != 4:
            raise FormatError(f"{len(tokens)} values where n north east depth belong", source=source, line=index)
        rows.append([number(t, "a coordinate", source=source, line=index) for t in tokens])
        if rows[-1][0] != len(rows):
            raise FormatError(
                f"vertex {rows[-1][0]:g} where {len(rows)} belongs: they count from 1", source=source, line=index
            )
    if not rows:
        raise FormatError("no rows of n north east depth: the file is no .ned", source=source)
    table = np.array(rows)
    if in_degrees(table[:, 1], table[:, 2], table[:, 3]):
        note = ("coordinates were taken for latitude, longitude (degrees) and depth (m), from their size",)
        points, frame = local_vertices(table[:, 2], table[:, 1], -table[:, 3], frame)
        return points, note, frame, 1.0
    unit = re.search(r"\b(?:north|east|depth)\s*\((km|m)\)", text)
    points = np.column_stack([table[:, 2], table[:, 1], -table[:, 3]])
    if unit is None:
        return points, (), frame, None
    scale = 1e3 if unit.group(1) == "km" else 1.0
    return points * scale, (), frame, scale


FORMAT = Format(
    "unicycle", (".tri",), is_unicycle, parse_unicycle, format_unicycle, MESH, {".ned": format_vertices}, rank=10
)
