"""Unicycle .seg: rectangles that its program divides, n Vpl x1 x2 x3 length width strike dip rake L0 W0 qL qW.

x1 is north, x2 east, x3 depth of the starting top corner, all in metres, as in RELAX files; the second column is slip
(m), which a loading file uses for a rate, and which geometry for RELAX leaves out. A rectangle is divided as that
program divides it: row k from the top is W0 qW^k wide, and the last takes what is left once half of it would be less
than another row; its patches are of one length, the longest that is not above L0 qL^k.
"""

import numpy as np

from geoslip.faults.formats.common import number, rectangular, refuse_opening
from geoslip.faults.formats.errors import FormatError
from geoslip.faults.formats.registry import Format
from geoslip.faults.formats.relax import format_relax, parse_relax
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel

_MOST_PATCHES = 1_000_000
_COLUMNS = ("n", "slip", "x1", "x2", "x3", "length", "width", "strike", "dip", "rake", "L0", "W0", "qL", "qW")


def is_seg(text: str) -> bool:
    """Whether the first line that is neither empty nor a comment holds fourteen numbers, or thirteen without slip."""
    for line in text.splitlines():
        tokens = line.split("#")[0].split()
        if tokens:
            try:
                return len([float(token) for token in tokens]) in (len(_COLUMNS) - 1, len(_COLUMNS))
            except ValueError:
                return False
    return False


def parse_seg(
    text: str, *, source: str = "text", frame: LocalFrame | None = None, rigidity: float | None = None
) -> SlipModel:
    """A slip model from the text of a .seg file, each rectangle divided as it says.

    Parameters
    ----------
    text, source : str
        The file and its name.
    frame : LocalFrame, optional
        The frame x1 and x2 are counted in, when known.
    rigidity : float, optional
        Pa; 30 GPa, or what the file says, unless given.

    Raises
    ------
    FormatError
        For a row without fourteen or thirteen numbers, or sizes and growths that divide no rectangle.
    """
    lines, count = [], 0
    for index, line in enumerate(text.splitlines(), start=1):
        tokens = line.split("#")[0].split()
        if not tokens:
            lines.append(line)
            continue
        if len(tokens) == len(_COLUMNS) - 1:
            tokens = [tokens[0], "0", *tokens[1:]]
        if len(tokens) != len(_COLUMNS):
            raise FormatError(f"{len(tokens)} values where {' '.join(_COLUMNS)} belong", source=source, line=index)
        row = [number(token, label, source=source, line=index) for token, label in zip(tokens, _COLUMNS)]
        for patch in _patches(row, source, index):
            count += 1
            lines.append(f"{count} " + " ".join(f"{value!r}" for value in patch))
    if not count:
        raise FormatError(f"no rows of {' '.join(_COLUMNS)}", source=source)
    return parse_relax("\n".join(lines), source=source, frame=frame, rigidity=rigidity, unit="m")


def format_seg(model: SlipModel) -> str:
    """The text of a .seg file in metres, a rectangle of one patch for each patch.

    Raises
    ------
    FormatError
        If the model opens or holds other than rectangles.
    """
    rectangular(model, "Unicycle .seg")
    refuse_opening(model, "Unicycle .seg")
    lines = []
    for line in format_relax(model).splitlines():
        if line.startswith("# n slip"):
            lines.append("# " + " ".join(_COLUMNS))
        elif line.startswith("# slip in m"):
            lines.append("# slip and lengths in m; angles in degrees")
        elif line.startswith("#"):
            lines.append(line)
        else:
            n, slip, *rest = line.split()
            lengths, angles = [1e3 * float(value) for value in rest[:5]], rest[5:]
            size = " ".join(f"{value:.13g}" for value in lengths)
            lines.append(f"{n} {slip} {size} {' '.join(angles)} {lengths[3]:.13g} {lengths[4]:.13g} 1 1")
    return "\n".join(lines) + "\n"


def _patches(row: list[float], source: str, line: int) -> list[list[float]]:
    """Rows of a RELAX file, without their number, for the patches of one rectangle."""
    _, slip, north, east, depth, length, width, strike, dip, rake, long, wide, lengthening, widening = row
    if min(length, width, long, wide) <= 0.0 or min(lengthening, widening) <= 0.0:
        raise FormatError(
            f"a rectangle of {length:g} by {width:g} m in patches of {long:g} by {wide:g} m that grow {lengthening:g} "
            f"and {widening:g} times a row: all must be above 0",
            source=source,
            line=line,
        )
    along = np.array([np.cos(np.deg2rad(strike)), np.sin(np.deg2rad(strike)), 0.0])
    lean = np.deg2rad(dip)
    down = np.array([-np.cos(lean) * along[1], np.cos(lean) * along[0], np.sin(lean)])
    start, begun = np.array([north, east, depth]), 0.0
    patches: list[list[float]] = []
    for k, high in enumerate(_row_widths(width, wide, widening, source, line)):
        count = int(np.ceil(length / (long * lengthening**k) * (1.0 - 1e-12)))
        if len(patches) + count > _MOST_PATCHES:
            raise FormatError(f"more than {_MOST_PATCHES} patches: is L0 in metres?", source=source, line=line)
        for i in range(count):
            place = [float(value) for value in start + i * length / count * along + begun * down]
            patches.append([slip, *place, length / count, high, strike, dip, rake])
        begun += high
    return patches


def _row_widths(width: float, first: float, growth: float, source: str, line: int) -> list[float]:
    """Widths of the rows of a rectangle from the top."""
    left = width
    rows: list[float] = []
    while left > 0.0:
        # past half of what is left, the row takes all of it; rounding must not change which
        high = first * growth ** len(rows)
        high = left if high > 0.5 * left * (1.0 + 1e-9) else high
        rows.append(high)
        left -= high
        if len(rows) > 100_000:
            raise FormatError(
                "the rows never fill the width: is W0 in metres, and qW not below 1?", source=source, line=line
            )
    return rows


FORMAT = Format("seg", (".seg",), is_seg, parse_seg, format_seg, rank=30)
