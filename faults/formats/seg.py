"""Unicycle .seg: rectangles that its program divides, n Vpl x1 x2 x3 length width strike dip rake L0 W0 qL qW.

x1 is north, x2 east, x3 depth of the starting top corner, all in metres, as in RELAX files; the second column is slip
(m), which a loading file uses for a rate. A rectangle is divided into patches of L0 by W0 where qL and qW are 1; others
grow in a way the file does not state and are refused.
"""

import numpy as np

from geoslip.faults.formats.common import number, rectangular, refuse_opening
from geoslip.faults.formats.errors import FormatError
from geoslip.faults.formats.relax import format_relax, parse_relax
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel

_COLUMNS = ("n", "slip", "x1", "x2", "x3", "length", "width", "strike", "dip", "rake", "L0", "W0", "qL", "qW")


def is_seg(text: str) -> bool:
    """Whether the first line that is neither empty nor a comment holds fourteen numbers."""
    for line in text.splitlines():
        tokens = line.split("#")[0].split()
        if tokens:
            try:
                return len([float(token) for token in tokens]) == len(_COLUMNS)
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
        For a row without fourteen numbers, patches that grow, or sizes that do not divide their rectangle.
    """
    lines, count = [], 0
    for index, line in enumerate(text.splitlines(), start=1):
        tokens = line.split("#")[0].split()
        if not tokens:
            lines.append(line)
            continue
        if len(tokens) != len(_COLUMNS):
            raise FormatError(f"{len(tokens)} values where {' '.join(_COLUMNS)} belong", source=source, line=index)
        row = [number(token, label, source=source, line=index) for token, label in zip(tokens, _COLUMNS)]
        if row[12] != 1.0 or row[13] != 1.0:
            raise FormatError(
                f"qL {row[12]:g}, qW {row[13]:g}: only patches of one size (1, 1) are read", source=source, line=index
            )
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
    _, slip, north, east, depth, length, width, strike, dip, rake, long, wide = row[:12]
    counts = [length / long if long > 0.0 else 0.0, width / wide if wide > 0.0 else 0.0]
    whole = [round(count) for count in counts]
    if any(n < 1 or n > 10_000 or abs(n - count) > 1e-6 * n for n, count in zip(whole, counts)):
        raise FormatError(
            f"patches of {long:g} by {wide:g} m do not divide a rectangle of {length:g} by {width:g} m evenly",
            source=source,
            line=line,
        )
    angle, lean = np.deg2rad(strike), np.deg2rad(dip)
    patches = []
    for j in range(whole[1]):
        for i in range(whole[0]):
            along, down = i * long, j * wide
            x1 = north + along * np.cos(angle) - down * np.cos(lean) * np.sin(angle)
            x2 = east + along * np.sin(angle) + down * np.cos(lean) * np.cos(angle)
            place = [float(x1), float(x2), float(depth + down * np.sin(lean))]
            patches.append([slip, *place, length / whole[0], width / whole[1], strike, dip, rake])
    return patches
