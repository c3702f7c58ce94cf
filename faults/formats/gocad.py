"""GOCAD TSurf (.ts): vertices VRTX or PVRTX and triangles TRGL; several surfaces and faces in a file.

Vertex numbers may start anywhere and are unique within a surface. ZPOSITIVE tells elevation from depth, AXIS_UNIT the
unit. The format has properties at vertices only: a triangle's slip is the mean of its vertices' strike_slip, dip_slip
and opening, so that a model of slip per triangle is written with three vertices of its own for each.
"""

import numpy as np

from geoslip.faults.formats.common import number, title
from geoslip.faults.formats.errors import FormatError
from geoslip.faults.formats.placing import about, placed_model
from geoslip.faults.formats.registry import MESH, Format
from geoslip.faults.formats.triangles import Surface, triangular
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel

_SLIPS = ("strike_slip", "dip_slip", "opening")


def is_gocad(text: str) -> bool:
    """Whether the text begins as a GOCAD surface of triangles."""
    return text.lstrip().upper().startswith("GOCAD TSURF")


def parse_gocad(
    text: str,
    *,
    source: str = "text",
    frame: LocalFrame | None = None,
    rigidity: float | None = None,
    unit: str | None = None,
    crs: str | None = None,
    repair: bool = False,
) -> SlipModel:
    """A model, of no slip unless its vertices carry it, from the text of a .ts file.

    Parameters
    ----------
    text, source : str
        The file and its name.
    frame, rigidity, unit, crs, repair
        As for geoslip.faults.formats.placing.placed_model; AXIS_UNIT in the file comes before `unit`.

    Raises
    ------
    FormatError
        For a line that is cut off, a triangle of unknown vertices, or triangles that make no surface.
    """
    surfaces: list[Surface] = []
    units: set[str] = set()
    block: list[tuple[int, list[str]]] = []
    for index, line in enumerate(text.splitlines(), start=1):
        tokens = line.split()
        if tokens and not tokens[0].startswith("#"):
            block.append((index, tokens))
        if tokens and tokens[0].upper() == "END":
            surface, own = _surface(block, source, len(surfaces))
            surfaces.append(surface)
            units.add(own)
            block = []
    if any(tokens[0].upper() in ("VRTX", "PVRTX", "TRGL") for _, tokens in block):
        raise FormatError("the last surface has no END: is the file cut off?", source=source)
    if not surfaces:
        raise FormatError("no surface that ends with END: the file holds no GOCAD TSurf", source=source)
    units.discard("")
    if len(units) > 1:
        raise FormatError(f"surfaces in {' and '.join(sorted(units))}: one unit a file is needed", source=source)
    return placed_model(
        _named_apart(surfaces),
        text,
        source=source,
        frame=frame,
        rigidity=rigidity,
        unit=units.pop() if units else unit,
        crs=crs,
        repair=repair,
        name=title(source),
    )


def format_gocad(model: SlipModel) -> str:
    """The text of a .ts file in metres, elevation positive; with slip, three vertices for each triangle.

    Raises
    ------
    FormatError
        If the model holds other than triangles.
    """
    lines = []
    slipping = bool(np.any(model.slip != 0.0))
    for segment, where in triangular(model, "GOCAD .ts"):
        lines += ["GOCAD TSurf 1", "HEADER {", f"name:{segment.name}", *(f"*{line}" for line in about(model)), "}"]
        lines += ["GOCAD_ORIGINAL_COORDINATE_SYSTEM", "NAME Default", 'AXIS_NAME "X" "Y" "Z"', 'AXIS_UNIT "m" "m" "m"']
        lines += ["ZPOSITIVE Elevation", "END_ORIGINAL_COORDINATE_SYSTEM"]
        corners, points = segment.triangles, segment.vertices
        if slipping:
            lines.append("PROPERTIES " + " ".join(_SLIPS))
            corners, points = np.arange(3 * segment.n_patches).reshape(-1, 3), segment.sources.reshape(-1, 3)
            values = np.repeat(model.slip[where], 3, axis=0)
        lines.append("TFACE")
        for n, (east, north, up) in enumerate(points.tolist(), start=1):
            place = f"{n} {east:.12g} {north:.12g} {up:.12g}"
            slip = " ".join(f"{value:.12g}" for value in values[n - 1]) if slipping else ""
            lines.append(f"PVRTX {place} {slip}" if slipping else f"VRTX {place}")
        lines += [f"TRGL {a} {b} {c}" for a, b, c in (corners + 1).tolist()]
        lines.append("END")
    return "\n".join(lines) + "\n"


def _surface(block: list[tuple[int, list[str]]], source: str, count: int) -> tuple[Surface, str]:
    """One surface of a file, and its unit ('' where it says none)."""
    name, unit, sign = f"surface {count + 1}", "", 1.0
    properties: list[str] = []
    numbers: dict[int, int] = {}
    points: list[list[float]] = []
    values: list[list[float]] = []
    triangles: list[list[int]] = []
    for index, tokens in block:
        key = tokens[0].upper()
        if key.startswith("NAME:"):
            name = " ".join(tokens)[5:].strip().strip('"') or name
        elif key == "PROPERTIES":
            properties = [token.lower() for token in tokens[1:]]
        elif key == "AXIS_UNIT":
            unit = _unit(tokens[1:], source, index)
        elif key == "ZPOSITIVE":
            sign = -1.0 if tokens[-1].strip('"').lower() == "depth" else 1.0
        elif key in ("VRTX", "PVRTX"):
            wanted = 5 + (len(properties) if key == "PVRTX" else 0)
            if len(tokens) < min(wanted, 5):
                raise FormatError(
                    f"{len(tokens) - 1} values after {key} where n x y z belong", source=source, line=index
                )
            row = [number(t, "a coordinate", source=source, line=index) for t in tokens[1:5]]
            numbers[int(row[0])] = len(points)
            points.append([row[1], row[2], sign * row[3]])
            rest = tokens[5:wanted] if wanted > 5 else []
            values.append([number(t, "a property", source=source, line=index) for t in rest])
        elif key in ("ATOM", "PATOM"):
            pair = [int(number(t, "a vertex number", source=source, line=index)) for t in tokens[1:3]]
            if len(pair) < 2 or pair[1] not in numbers:
                raise FormatError(f"atom {tokens[1:3]} refers to no vertex before it", source=source, line=index)
            numbers[pair[0]] = numbers[pair[1]]
        elif key == "TRGL":
            named = [int(number(t, "a vertex number", source=source, line=index)) for t in tokens[1:4]]
            unknown = [n for n in named if n not in numbers]
            if len(named) != 3 or unknown:
                raise FormatError(f"triangle {named} names vertices that are not there", source=source, line=index)
            triangles.append([numbers[n] for n in named])
    if not triangles:
        raise FormatError(f"surface {name!r} has no triangles (TRGL)", source=source)
    corners = np.array(triangles)
    slip = None
    if any(label in properties for label in _SLIPS) and all(len(row) == len(properties) for row in values):
        table = np.array(values)
        at = [table[:, properties.index(label)] if label in properties else np.zeros(len(table)) for label in _SLIPS]
        slip = np.stack(at, axis=1)[corners].mean(axis=1)
    return Surface(name, np.array(points), corners, slip), unit


def _unit(tokens: list[str], source: str, line: int) -> str:
    found = {token.strip("\"'").lower() for token in tokens}
    if found == {"m"} or found == {"km"}:
        return found.pop()
    raise FormatError(
        f"AXIS_UNIT {' '.join(tokens)}: all three axes must be in m, or all in km", source=source, line=line
    )


def _named_apart(surfaces: list[Surface]) -> list[Surface]:
    """Surfaces whose names differ, counted where they do not."""
    seen: dict[str, int] = {}
    named = []
    for surface in surfaces:
        seen[surface.name] = count = seen.get(surface.name, 0) + 1
        name = surface.name if count == 1 else f"{surface.name} ({count})"
        named.append(Surface(name, surface.vertices, surface.triangles, surface.slip))
    return named


FORMAT = Format("gocad", (".ts",), is_gocad, parse_gocad, format_gocad, MESH, rank=90)
