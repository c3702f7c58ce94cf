"""GMT multi-segment files of polygons: "> -Zslip" and rows of longitude, latitude, depth in km.

GMT knows the value after -Z only. A rake, and the segment's name, are read where the header line holds "rake=" and
"segment=" as geoslip writes them; else the rake is asked for.
"""

import re
from urllib.parse import quote, unquote

import numpy as np

from geoslip.faults.formats.common import number, placing_of
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.formats.outlined import fault_of_outlines, outlines_in_degrees
from geoslip.faults.formats.registry import BOTH, Format
from geoslip.faults.formats.triangles import slip_of_rake
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel


def is_gmt(text: str) -> bool:
    """Whether the first line that is no comment begins a GMT segment."""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            return line.startswith(">")
    return False


def parse_gmt(
    text: str,
    *,
    source: str = "text",
    frame: LocalFrame | None = None,
    rigidity: float | None = None,
    rake: float | None = None,
) -> SlipModel:
    """A slip model from polygons with slip.

    Parameters
    ----------
    text, source : str
        The file and its name.
    frame : LocalFrame, optional
        Frame for the model; the file's own or one around its patches unless given.
    rigidity : float, optional
        Pa; 30 GPa, or what the file notes, unless given.
    rake : float, optional
        Degrees, where the file has none.

    Raises
    ------
    FormatError
        For polygons without slip or depth, or a rake that nobody gives.
    """
    rings: list[list[list[float]]] = []
    heads: list[tuple[int, str]] = []
    for index, line in enumerate(text.splitlines(), start=1):
        if line.startswith(">"):
            heads.append((index, line[1:]))
            rings.append([])
        elif line.strip() and not line.startswith("#"):
            tokens = line.replace(",", " ").split()
            row = [number(token, "a coordinate", source=source, line=index) for token in tokens]
            if not rings:
                raise FormatError("a row stands before the first '>'", source=source, line=index)
            if len(row) < 3:
                raise FormatError(
                    f"{len(row)} values: longitude, latitude and depth (km) are needed; an outline alone is no patch",
                    source=source,
                    line=index,
                )
            rings[-1].append(row[:3])
    values = []
    for index, head in heads:
        found = re.search(r"-Z\s*(\S+)", head)
        if not found:
            raise FormatError("no slip (-Z) on the line of a polygon", source=source, line=index)
        angle = re.search(r"\brake=(\S+)", head)
        if angle is None and rake is None:
            raise FormatError("the file has no rake: say rake=", source=source, line=index)
        opening = re.search(r"\bopening=(\S+)", head)
        name = re.search(r"\bsegment=(\S+)", head)
        numbers = [
            number(value, label, source=source, line=index)
            for value, label in (
                (found.group(1), "slip"),
                (angle.group(1) if angle else rake, "rake"),
                (opening.group(1) if opening else 0.0, "opening"),
            )
        ]
        values.append((*numbers, unquote(name.group(1)) if name else "main"))
    if not rings or min(len(ring) for ring in rings) < 3:
        raise FormatError("a polygon has fewer than three corners: is the file cut off?", source=source)
    with naming(source):
        known = placing_of(text, source, frame=frame, rigidity=rigidity)
        placed = [np.array(ring) * [1.0, 1.0, 1e3] for ring in rings]
        fault, order, frame = fault_of_outlines(placed, [str(v[3]) for v in values], frame=known.frame, source=source)
        table = np.array([row[:3] for row in values], dtype=float)[order]
        slip = slip_of_rake(table[:, 0], table[:, 1])
        slip[:, 2] = table[:, 2]
        return SlipModel(fault, slip, **known._replace(frame=frame)._asdict())


def format_gmt(model: SlipModel) -> str:
    """The text of a multi-segment file; a rigidity that varies is refused.

    Raises
    ------
    FormatError
        If the model has no frame, or a rigidity that varies.
    """
    if np.ndim(model.rigidity) != 0:
        raise FormatError("the rigidity varies: GMT files hold none per patch; use csv")
    rings = outlines_in_degrees(model, "GMT")
    assert model.frame is not None
    lines = [
        f"# origin_lon_lat = {model.frame.longitude!r} {model.frame.latitude!r}",
        f"# rigidity_pa = {model.rigidity!r}",
    ]
    names = [quote(name) for name, part in model.fault.slices.items() for _ in range(part.stop - part.start)]
    rake = np.where(np.isnan(model.rake), 0.0, model.rake)
    for ring, size, angle, slip, name in zip(rings, model.magnitude, rake, model.slip, names):
        opening = f" opening={slip[2]:.12g}" if slip[2] != 0.0 else ""
        lines.append(f"> -Z{size:.12g} rake={angle:.13g}{opening} segment={name}")
        lines += [f"{lon:.13g} {lat:.13g} {depth / 1e3:.13g}" for lon, lat, depth in ring]
    return "\n".join(lines) + "\n"


FORMAT = Format("gmt", (".gmt",), is_gmt, parse_gmt, format_gmt, BOTH, rank=110)
