"""PSCMP (Wang et al. 2006): rectangular faults by their upper left corner, each with a table of patches.

A fault's line is n O_lat O_lon O_depth length width strike dip np_st np_di start_time, a patch's pos_s pos_d slp_stk
slp_ddip open: its centre's distance along strike and down the dip from that corner, and its slip. Lengths are km, slip
m, and down-dip slip is positive, so that reverse slip is negative.
"""

import re

import numpy as np

from geoslip.faults.formats.common import (
    fault_of_groups,
    lowered_to_ground,
    middle_frame,
    number,
    placing_of,
    rectangular,
    required_frame,
)
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.formats.registry import Format
from geoslip.faults.formats.relax import segments_by_orientation
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel
from geoslip.faults.vectors import strike_vector, updip_vector

_FAULT = ("n", "O_lat", "O_lon", "O_depth", "length", "width", "strike", "dip", "np_st", "np_di", "start_time")
_PATCH = ("pos_s", "pos_d", "slp_stk", "slp_ddip", "open")

_Line = tuple[int, list[str], str]


def is_pscmp(text: str) -> bool:
    """Whether the text holds a count of faults and then a fault's line of eleven numbers and a patch's of five."""
    return _begin(_lines(text)) is not None


def parse_pscmp(
    text: str, *, source: str = "text", frame: LocalFrame | None = None, rigidity: float | None = None
) -> SlipModel:
    """A slip model from the faults in a PSCMP input file, or in a file of that section alone.

    Parameters
    ----------
    text, source : str
        The file and its name.
    frame : LocalFrame, optional
        Frame for the model; around the mean of the corners unless given.
    rigidity : float, optional
        Pa; 30 GPa, or what geoslip's own writer noted, unless given (PSCMP takes it from its Green's functions).

    Raises
    ------
    FormatError
        For lines of another length, fewer faults or patches than stated, or values that make no fault.
    """
    lines = _lines(text)
    begin = _begin(lines)
    if begin is None:
        raise FormatError("no count of faults followed by a fault's eleven numbers: no PSCMP input", source=source)
    count, at = int(float(lines[begin][1][0])), begin + 1
    heads, tables, names = [], [], []
    for _ in range(count):
        head = _numbers(lines, at, _FAULT, source)
        n = int(head[8]) * int(head[9])
        if n < 1 or n > len(lines):
            raise FormatError(
                f"fault {head[0]:g} has {head[8]:g} times {head[9]:g} patches: is the file cut off?", source=source
            )
        names.append(lines[at][2])
        tables.append(np.array([_numbers(lines, at + 1 + k, _PATCH, source) for k in range(n)]))
        heads.append(head)
        at += 1 + n
    with naming(source):
        corners = np.array([head[1:3] for head in heads])
        known = placing_of(text, source, frame=frame, rigidity=rigidity)
        frame = known.frame or middle_frame(corners[:, 1], corners[:, 0])
        places = np.column_stack(frame.to_local(corners[:, 1], corners[:, 0]))
        strikes = np.array([head[6] for head in heads]) - frame.meridian_convergence(corners[:, 1], corners[:, 0])
        rectangles = np.vstack([_rectangles(*fault) for fault in zip(heads, tables, places, strikes)])
        slip = np.vstack([table[:, 2:5] * [1.0, -1.0, 1.0] for table in tables]) + 0.0
        owner = [name for name, table in zip(names, tables) for _ in range(len(table))]
        if not any(names) and count > 1 and count < len(rectangles):
            owner = [f"fault {k + 1}" for k, table in enumerate(tables) for _ in range(len(table))]
        rectangles, notes = lowered_to_ground(rectangles)
        fault, order = fault_of_groups(segments_by_orientation(rectangles, owner), rectangles)
        return SlipModel(fault, slip[order], **known._replace(frame=frame)._asdict(), notes=notes)


def format_pscmp(model: SlipModel) -> str:
    """The text of PSCMP's section of faults, one of a single patch for each patch.

    Raises
    ------
    FormatError
        If the model has no frame, holds other than rectangles, or a rigidity that varies.
    """
    frame = required_frame(model, "PSCMP")
    parts = rectangular(model, "PSCMP")
    if np.ndim(model.rigidity) != 0:
        raise FormatError("the rigidity varies: PSCMP takes it from its Green's functions; use csv")
    lines = [f"# origin_lon_lat = {frame.longitude!r} {frame.latitude!r}", f"# rigidity_pa = {model.rigidity!r}"]
    lines += ["# n_faults", f"{model.fault.n_patches}"]
    lines.append("# " + " ".join(_FAULT))
    lines.append("#   " + " ".join(_PATCH))
    for segment, where in parts:
        lines.append(f"# segment = {segment.name}")
        corner = segment.outlines[:, 0]
        longitude, latitude = frame.to_geographic(corner[:, 0], corner[:, 1])
        strike = (segment.strikes + frame.meridian_convergence(longitude, latitude)) % 360.0
        for k, slip in enumerate(model.slip[where]):
            length, width = segment.lengths[k] / 1e3, segment.widths[k] / 1e3
            place = [latitude[k], longitude[k], 0.0 - corner[k, 2] / 1e3, length, width, strike[k], segment.dips[k]]
            lines.append(f"{where.start + k + 1} " + " ".join(f"{value:.13g}" for value in place) + " 1 1 0.0")
            values = [0.5 * length, 0.5 * width, slip[0], 0.0 - slip[1], slip[2]]
            lines.append("    " + " ".join(f"{value:.13g}" for value in values))
    return "\n".join(lines) + "\n"


def _lines(text: str) -> list[_Line]:
    """Lines with tokens before any comment: number, tokens, and the segment's name noted above it."""
    found, name = [], ""
    for index, line in enumerate(text.splitlines(), start=1):
        named = re.match(r"\s*#\s*segment\s*=\s*(.*\S)", line)
        if named:
            name = named.group(1)
        tokens = line.split("#")[0].split()
        if tokens:
            found.append((index, tokens, name))
    return found


def _begin(lines: list[_Line]) -> int | None:
    """Where the count of faults stands."""
    for k in range(len(lines) - 2):
        sizes = [len(lines[k + step][1]) for step in range(3)]
        if sizes == [1, len(_FAULT), len(_PATCH)] and lines[k][1][0].isdigit() and lines[k + 1][1][0] == "1":
            return k
    return None


def _numbers(lines: list[_Line], at: int, labels: tuple[str, ...], source: str) -> list[float]:
    if at >= len(lines):
        raise FormatError(f"the file ends where {' '.join(labels)} belong: is it cut off?", source=source)
    index, tokens, _ = lines[at]
    if len(tokens) != len(labels):
        raise FormatError(f"{len(tokens)} values where {' '.join(labels)} belong", source=source, line=index)
    return [number(token, label, source=source, line=index) for token, label in zip(tokens, labels)]


def _rectangles(head: list[float], table: np.ndarray, place: np.ndarray, strike: float) -> np.ndarray:
    """Rectangles (n, 7) of the patches of one fault with its corner at a place and its strike in the frame."""
    depth, length, width, dip = head[3], head[4], head[5], head[7]
    size = np.array([length / head[8], width / head[9]]) * 1e3
    corner = np.array([*place, -1e3 * depth])
    down = table[:, 1:2] * 1e3 - 0.5 * size[1]
    top = corner + 1e3 * table[:, :1] * strike_vector(strike) - down * updip_vector(strike, dip)
    return np.column_stack([top, np.full((len(table), 4), [strike, dip, *size])])


FORMAT = Format("pscmp", (".pscmp",), is_pscmp, parse_pscmp, format_pscmp, rank=60)
