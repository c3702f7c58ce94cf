"""Gmsh meshes (.msh, ascii, versions 2 and 4): triangles, with physical surfaces as segments and slip as element data.

Only triangles of three nodes are read; lines and points are passed over, other surfaces refused.
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
#: gmsh's numbers of element types: triangle; types that are no surface; everything else is refused
_TRIANGLE, _PASSED = 2, {1, 8, 15, 26, 27, 28}

_Element = tuple[int, int, list[int]]


def is_gmsh(text: str) -> bool:
    """Whether the text has the section every gmsh mesh begins with."""
    return "$MeshFormat" in text[:2000]


def parse_gmsh(
    text: str,
    *,
    source: str = "text",
    frame: LocalFrame | None = None,
    rigidity: float | None = None,
    unit: str | None = None,
    crs: str | None = None,
    repair: bool = False,
) -> SlipModel:
    """A model, of no slip unless its elements carry it, from the text of a .msh file.

    Parameters
    ----------
    text, source : str
        The file and its name.
    frame, rigidity, unit, crs, repair
        As for geoslip.faults.formats.placing.placed_model.

    Raises
    ------
    FormatError
        For a binary file or another version, sections cut off, surfaces that are no triangles, or triangles that make
        no surface.
    """
    sections = _sections(text, source)
    header = sections["MeshFormat"][0].split() if sections.get("MeshFormat") else []
    version = header[0] if header else "?"
    if len(header) < 2 or header[1] != "0" or version[0] not in "24":
        raise FormatError(
            f"version {' '.join(header)}: ascii of version 2 or 4 is needed (gmsh -format msh2)", source=source
        )
    for needed in ("Nodes", "Elements"):
        if needed not in sections:
            raise FormatError(f"no ${needed} section: is the file cut off?", source=source)
    read = _version_two if version[0] == "2" else _version_four
    numbers, points, elements = read(sections, source)
    order = {node: index for index, node in enumerate(numbers)}
    if not elements:
        raise FormatError("the mesh has no triangles: mesh the surfaces (gmsh -2)", source=source)
    missing = [node for _, _, nodes in elements for node in nodes if node not in order]
    if missing:
        raise FormatError(f"an element names node {missing[0]}, which is not there", source=source)
    names = _physical_names(sections)
    slips = _element_data(text, source)
    by_tag: dict[int, list[_Element]] = {}
    for element in elements:
        by_tag.setdefault(element[1], []).append(element)
    stem = title(source, "surface")
    surfaces = []
    for tag, members in by_tag.items():
        corners = np.array([[order[node] for node in nodes] for _, _, nodes in members])
        slip = None
        if slips:
            rows = [[slips.get(label, {}).get(element, 0.0) for label in _SLIPS] for element, _, _ in members]
            slip = np.array(rows)
        name = names.get(tag, stem if len(by_tag) == 1 else f"surface {tag}")
        surfaces.append(Surface(name, points, corners, slip))
    return placed_model(
        surfaces, text, source=source, frame=frame, rigidity=rigidity, unit=unit, crs=crs, repair=repair, name=stem
    )


def format_gmsh(model: SlipModel) -> str:
    """The text of a .msh file of version 2.2 in metres, a physical surface for each segment.

    Raises
    ------
    FormatError
        If the model holds other than triangles.
    """
    parts = triangular(model, "gmsh .msh")
    lines = ["$MeshFormat", "2.2 0 8", "$EndMeshFormat", "$Comments", *about(model), "$EndComments"]
    lines += ["$PhysicalNames", str(len(parts))]
    lines += [f'2 {k} "{segment.name}"' for k, (segment, _) in enumerate(parts, start=1)]
    points = np.concatenate([segment.vertices for segment, _ in parts])
    lines += ["$EndPhysicalNames", "$Nodes", str(len(points))]
    lines += [f"{n} {e:.12g} {north:.12g} {up:.12g}" for n, (e, north, up) in enumerate(points.tolist(), start=1)]
    lines += ["$EndNodes", "$Elements", str(model.fault.n_patches)]
    first, element = 1, 1
    for k, (segment, _) in enumerate(parts, start=1):
        for a, b, c in (segment.triangles + first).tolist():
            lines.append(f"{element} 2 2 {k} {k} {a} {b} {c}")
            element += 1
        first += segment.n_vertices
    lines.append("$EndElements")
    for label, values in zip(_SLIPS, model.slip.T):
        if np.any(values != 0.0):
            lines += ["$ElementData", "1", f'"{label}"', "1", "0.0", "3", "0", "1", str(len(values))]
            lines += [f"{n} {value:.12g}" for n, value in enumerate(values.tolist(), start=1)]
            lines.append("$EndElementData")
    return "\n".join(lines) + "\n"


def _sections(text: str, source: str) -> dict[str, list[str]]:
    """Lines of every section by its name (of the last one where there are several)."""
    sections: dict[str, list[str]] = {}
    current: str | None = None
    for line in text.splitlines():
        word = line.strip()
        if word.startswith("$End"):
            current = None
        elif word.startswith("$"):
            current = word[1:]
            sections[current] = []
        elif current is not None and word:
            sections[current].append(word)
    if current is not None:
        raise FormatError(f"section ${current} has no end: is the file cut off?", source=source)
    return sections


def _integers(line: str, source: str, least: int) -> list[int]:
    values = [number(token, "a number of the mesh", source=source) for token in line.split()]
    if len(values) < least or any(value != int(value) for value in values):
        raise FormatError(f"line {line[:40]!r} of the mesh must hold {least} whole numbers or more", source=source)
    return [int(value) for value in values]


def _node(line: str, source: str, count: int) -> list[float]:
    tokens = line.split()
    if len(tokens) < count:
        raise FormatError(f"node {line[:40]!r} is cut off", source=source)
    return [number(token, "a coordinate", source=source) for token in tokens[:count]]


def _triangles(kind: int, source: str) -> bool:
    """Whether a type is the triangle's; types that are other surfaces are refused."""
    if kind != _TRIANGLE and kind not in _PASSED:
        raise FormatError(f"element type {kind}: only triangles of three nodes can be read", source=source)
    return kind == _TRIANGLE


def _version_two(sections: dict[str, list[str]], source: str) -> tuple[list[int], np.ndarray, list[_Element]]:
    rows = [_node(line, source, 4) for line in sections["Nodes"][1:]]
    elements = []
    for line in sections["Elements"][1:]:
        values = _integers(line, source, 3)
        if _triangles(values[1], source):
            nodes = values[3 + values[2] :]
            if len(nodes) != 3:
                raise FormatError(f"triangle {values[0]} has {len(nodes)} nodes: is the file cut off?", source=source)
            elements.append((values[0], values[3] if values[2] else 0, nodes))
    _refuse_short(sections, "Nodes", len(rows), source)
    return [int(row[0]) for row in rows], np.array([row[1:] for row in rows]).reshape(-1, 3), elements


def _version_four(sections: dict[str, list[str]], source: str) -> tuple[list[int], np.ndarray, list[_Element]]:
    physical = _entity_tags(sections.get("Entities", []), source)
    numbers: list[int] = []
    points: list[list[float]] = []
    lines = iter(sections["Nodes"][1:])
    for line in lines:
        count = _integers(line, source, 4)[3]
        numbers += [_integers(next(lines, ""), source, 1)[0] for _ in range(count)]
        points += [_node(next(lines, ""), source, 3) for _ in range(count)]
    elements = []
    lines = iter(sections["Elements"][1:])
    for line in lines:
        _, entity, kind, count = _integers(line, source, 4)[:4]
        wanted = _triangles(kind, source)
        for _ in range(count):
            values = _integers(next(lines, ""), source, 2)
            if wanted:
                elements.append((values[0], physical.get(entity, entity), values[1:4]))
    return numbers, np.array(points).reshape(-1, 3), elements


def _entity_tags(lines: list[str], source: str) -> dict[int, int]:
    """Physical tag of each surface of a mesh of version 4."""
    if not lines:
        return {}
    n_points, n_curves, n_surfaces = _integers(lines[0], source, 3)[:3]
    tags = {}
    for line in lines[1 + n_points + n_curves : 1 + n_points + n_curves + n_surfaces]:
        tokens = line.split()
        # number, box of six, then the count of physical tags and the tags
        if len(tokens) > 8 and int(float(tokens[7])) > 0:
            tags[int(float(tokens[0]))] = int(float(tokens[8]))
    return tags


def _refuse_short(sections: dict[str, list[str]], name: str, found: int, source: str) -> None:
    stated = _integers(sections[name][0], source, 1)[0] if sections[name] else 0
    if stated != found:
        raise FormatError(f"${name} says {stated} and holds {found}: is the file cut off?", source=source)


def _physical_names(sections: dict[str, list[str]]) -> dict[int, str]:
    names = {}
    for line in sections.get("PhysicalNames", [])[1:]:
        tokens = line.split(maxsplit=2)
        if len(tokens) == 3 and tokens[0] == "2" and tokens[1].isdigit():
            names[int(tokens[1])] = tokens[2].strip('"')
    return names


def _element_data(text: str, source: str) -> dict[str, dict[int, float]]:
    """Slip components by element, from the sections of element data that bear their names."""
    found = {}
    for part in text.split("$ElementData")[1:]:
        lines = [line.strip() for line in part.split("$EndElementData")[0].splitlines() if line.strip()]
        label = lines[1].strip('"') if len(lines) > 1 else ""
        if label in _SLIPS:
            rows = [line.split() for line in lines[8:] if len(line.split()) == 2]
            found[label] = {
                int(number(n, "an element", source=source)): number(v, label, source=source) for n, v in rows
            }
    return found


FORMAT = Format("gmsh", (".msh",), is_gmsh, parse_gmsh, format_gmsh, MESH, rank=70)
