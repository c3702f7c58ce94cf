"""VTK legacy files (.vtk, ascii): polygons or an unstructured grid of triangles, with slip as cell data.

Coordinates are east, north, up in metres. Rectangles are written as polygons of four corners for pictures, but the
format cannot say which edge is the top, and so only triangles are read back.
"""

import re
from urllib.parse import quote, unquote

import numpy as np

from geoslip.faults.formats.common import number, title
from geoslip.faults.formats.errors import FormatError
from geoslip.faults.formats.placing import about, placed_model
from geoslip.faults.formats.registry import MESH, Format
from geoslip.faults.formats.triangles import Surface, triangular
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel

_SLIPS = ("strike_slip", "dip_slip", "opening")
_TRIANGLE = 5


def is_vtk(text: str) -> bool:
    """Whether the text begins as a legacy VTK file."""
    return text.startswith("# vtk DataFile")


def parse_vtk(
    text: str,
    *,
    source: str = "text",
    frame: LocalFrame | None = None,
    rigidity: float | None = None,
    unit: str | None = None,
    crs: str | None = None,
    repair: bool = False,
) -> SlipModel:
    """A model, of no slip unless its cells carry it, from the text of a .vtk file.

    Parameters
    ----------
    text, source : str
        The file and its name.
    frame, rigidity, unit, crs, repair
        As for geoslip.faults.formats.placing.placed_model.

    Raises
    ------
    FormatError
        For a binary file, cells that are no triangles, counts that do not match, or triangles that make no surface.
    """
    lines = text.splitlines()
    if len(lines) < 4 or lines[2].strip().upper() != "ASCII":
        raise FormatError("a legacy VTK file of the ASCII kind is needed (third line)", source=source)
    words = "\n".join(lines[3:]).split()
    points = _block(words, "POINTS", source, per=3)
    if any(word.upper() == "POLYGONS" for word in words):
        cells = _cells(words, "POLYGONS", source)
    else:
        cells = _cells(words, "CELLS", source)
        kinds = _block(words, "CELL_TYPES", source, per=1, whole=True)
        if len(kinds) != len(cells):
            raise FormatError(f"{len(kinds)} cell types for {len(cells)} cells", source=source)
        cells = [cell for cell, kind in zip(cells, kinds.ravel()) if kind == _TRIANGLE]
    other = [cell for cell in cells if len(cell) != 3]
    if other or not cells:
        raise FormatError(f"{len(other)} of {len(cells)} cells are no triangles: only these are read", source=source)
    corners = np.array(cells)
    data = {name: _scalars(words, name, len(corners), source) for name in (*_SLIPS, "segment")}
    known = [data[name] for name in _SLIPS]
    slip = None
    if any(values is not None for values in known):
        slip = np.column_stack([np.zeros(len(corners)) if v is None else v for v in known])
    number_of = np.zeros(len(corners)) if data["segment"] is None else data["segment"]
    stem = title(source, "surface")
    found = re.search(r"^segment_names 1 \d+ string\n((?:\S+\n)*)", text, flags=re.MULTILINE)
    names = [unquote(name) for name in found.group(1).split()] if found else []
    surfaces = []
    for value in np.unique(number_of):
        on = number_of == value
        one = len(np.unique(number_of)) == 1
        name = names[int(value)] if 0 <= int(value) < len(names) else (stem if one else f"segment {int(value) + 1}")
        surfaces.append(Surface(name, points, corners[on], None if slip is None else slip[on]))
    return placed_model(
        surfaces,
        lines[1],
        source=source,
        frame=frame,
        rigidity=rigidity,
        unit=unit,
        crs=crs,
        repair=repair,
        name=stem,
    )


def format_vtk(model: SlipModel) -> str:
    """The text of a .vtk file: polygons in metres, and on each its slip, rake and segment.

    Raises
    ------
    FormatError
        If the model holds other than triangles.
    """
    parts = triangular(model, "legacy VTK")
    lines = ["# vtk DataFile Version 3.0", "; ".join(about(model))[:255], "ASCII", "DATASET POLYDATA"]
    names = [quote(segment.name) for segment, _ in parts]
    lines += ["FIELD FieldData 1", f"segment_names 1 {len(names)} string", *names]
    points = np.concatenate([segment.vertices for segment, _ in parts])
    lines.append(f"POINTS {len(points)} double")
    lines += [f"{east:.12g} {north:.12g} {up:.12g}" for east, north, up in points.tolist()]
    n = model.fault.n_patches
    lines.append(f"POLYGONS {n} {4 * n}")
    first = 0
    for segment, _ in parts:
        lines += [f"3 {a} {b} {c}" for a, b, c in (segment.triangles + first).tolist()]
        first += segment.n_vertices
    lines.append(f"CELL_DATA {n}")
    for name, values in zip(_SLIPS, model.slip.T):
        lines += [f"SCALARS {name} double 1", "LOOKUP_TABLE default", *(f"{value:.12g}" for value in values)]
    lines += ["SCALARS segment int 1", "LOOKUP_TABLE default", *map(str, model.fault.segment_index.tolist())]
    return "\n".join(lines) + "\n"


def _after(words: list[str], key: str, source: str) -> int:
    for index, word in enumerate(words):
        if word.upper() == key:
            return index + 1
    raise FormatError(f"no {key}: a surface needs points and polygons or triangle cells", source=source)


def _count(words: list[str], at: int, key: str, source: str) -> int:
    value = number(words[at] if at < len(words) else "", f"the number of {key}", source=source)
    if value != int(value) or not 0 < value <= len(words):
        raise FormatError(f"{key} {value:g}: more than the file holds, or none; is it cut off?", source=source)
    return int(value)


def _block(words: list[str], key: str, source: str, *, per: int, whole: bool = False) -> np.ndarray:
    """Numbers (n, per) that follow a keyword and its count."""
    at = _after(words, key, source)
    count = _count(words, at, key, source)
    begin = at + (1 if whole else 2)
    values = words[begin : begin + per * count]
    if len(values) < per * count:
        raise FormatError(f"{key} {count}: only {len(values)} values follow; is the file cut off?", source=source)
    return np.array([number(value, key, source=source) for value in values]).reshape(count, per)


def _cells(words: list[str], key: str, source: str) -> list[list[int]]:
    at = _after(words, key, source)
    count, place = _count(words, at, key, source), at + 2
    cells: list[list[int]] = []
    for _ in range(count):
        size = int(number(words[place] if place < len(words) else "", "a cell's size", source=source))
        corners = words[place + 1 : place + 1 + size]
        if size < 1 or len(corners) < size:
            raise FormatError(f"{key}: cell {len(cells)} is cut off", source=source)
        cells.append([int(number(corner, "a vertex number", source=source)) for corner in corners])
        place += 1 + size
    return cells


def _scalars(words: list[str], name: str, count: int, source: str) -> np.ndarray | None:
    """Values of each cell under a name, or None where the file has none."""
    for index in range(len(words) - 1):
        if words[index].upper() == "SCALARS" and words[index + 1] == name:
            begin = words.index("LOOKUP_TABLE", index) + 2 if "LOOKUP_TABLE" in words[index:] else index + 3
            values = words[begin : begin + count]
            if len(values) < count:
                raise FormatError(f"{name}: {len(values)} values for {count} triangles", source=source)
            return np.array([number(value, name, source=source) for value in values])
    return None


FORMAT = Format("vtk", (".vtk",), is_vtk, parse_vtk, format_vtk, MESH, rank=80)
