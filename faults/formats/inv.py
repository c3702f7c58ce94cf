"""The Geodetic Inversion Package's slip table (.inv): a patch a row, thirteen numbers, no header.

    id segment layer x y z length width dip strike strike_slip dip_slip opening

x is east, y north, z up of the starting corner of the top edge, in metres about an origin that the file does not name;
slip is in cm, left-lateral and reverse positive.
"""

import numpy as np

from geoslip.faults.formats.common import (
    fault_of_groups,
    grouped,
    lowered_to_ground,
    number,
    past_vertical,
    placing_of,
    rectangular,
)
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.formats.registry import Format
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel
from geoslip.faults.vectors import strike_vector

_COLUMNS = ("id", "segment", "layer", "x", "y", "z", "length", "width", "dip", "strike", "ss", "ds", "opening")
_CM = 1e-2


def is_inv(text: str) -> bool:
    """Whether the first row holds thirteen numbers: three that count, a height below ground, and two sizes."""
    for line in text.splitlines():
        tokens = line.split("#")[0].split()
        if tokens:
            try:
                values = [float(token) for token in tokens]
            except ValueError:
                return False
            counted = all(value >= 1 and value == int(value) for value in values[:3])
            return len(values) == len(_COLUMNS) and counted and values[5] <= 0.0 and min(values[6:8]) > 0.0
    return False


def parse_inv(
    text: str, *, source: str = "text", frame: LocalFrame | None = None, rigidity: float | None = None
) -> SlipModel:
    """A slip model from the text of an .inv file.

    Parameters
    ----------
    text, source : str
        The file and its name.
    frame : LocalFrame, optional
        The frame x and y are counted in, when known.
    rigidity : float, optional
        Pa; 30 GPa, or what geoslip's own writer noted, unless given.

    Raises
    ------
    FormatError
        For a row without thirteen numbers, or values that make no fault.
    """
    rows, names, titles = [], [], {}
    for index, line in enumerate(text.splitlines(), start=1):
        head = line.split("=", 1)
        if len(head) == 2 and head[0].split()[:2] == ["#", "segment"]:
            titles[head[0].split()[-1]] = head[1].strip()
        tokens = line.split("#")[0].split()
        if not tokens:
            continue
        if len(tokens) != len(_COLUMNS):
            raise FormatError(
                f"{len(tokens)} values where {' '.join(_COLUMNS)} belong: is the file cut off?",
                source=source,
                line=index,
            )
        rows.append([number(token, label, source=source, line=index) for token, label in zip(tokens, _COLUMNS)])
        names.append(titles.get(f"{rows[-1][1]:g}", f"segment {rows[-1][1]:g}"))
    if not rows:
        raise FormatError(f"no rows of {' '.join(_COLUMNS)}: the file is no .inv", source=source)
    table = np.array(rows)
    with naming(source):
        over = table[:, 8] > 90.0
        slip = _CM * np.column_stack([table[:, 10], np.where(over, -table[:, 11], table[:, 11]), table[:, 12]]) + 0.0
        top = table[:, 3:6] + 0.5 * table[:, 6:7] * strike_vector(table[:, 9])
        rectangles = np.column_stack([top, table[:, 9], table[:, 8], table[:, 6:8]])
        rectangles, notes = lowered_to_ground(past_vertical(rectangles))
        fault, order = fault_of_groups(grouped(names), rectangles)
        known = placing_of(text, source, frame=frame, rigidity=rigidity)
        return SlipModel(fault, slip[order], **known._asdict(), notes=notes)


def format_inv(model: SlipModel) -> str:
    """The text of an .inv file, with the segments' names, the frame and the rigidity in comments.

    Raises
    ------
    FormatError
        If the model holds other than rectangles, or a rigidity that varies.
    """
    parts = rectangular(model, ".inv")
    if np.ndim(model.rigidity) != 0:
        raise FormatError("the rigidity varies: .inv holds one for all patches; use csv")
    lines = [f"# rigidity_pa = {model.rigidity!r}"]
    if model.frame is not None:
        lines.insert(0, f"# origin_lon_lat = {model.frame.longitude!r} {model.frame.latitude!r}")
    lines += [f"# segment {k} = {segment.name}" for k, (segment, _) in enumerate(parts, start=1)]
    lines.append("# " + " ".join(_COLUMNS))
    for k, (segment, where) in enumerate(parts, start=1):
        layer = segment.row if segment.row is not None else np.zeros(segment.n_patches, dtype=int)
        values = np.column_stack(
            [
                segment.outlines[:, 0],
                segment.lengths,
                segment.widths,
                segment.dips,
                segment.strikes,
                model.slip[where] / _CM,
            ]
        )
        for n, row, numbers in zip(range(where.start + 1, where.stop + 1), layer, values):
            lines.append(f"{n} {k} {row + 1} " + " ".join(f"{value:.13g}" for value in numbers + 0.0))
    return "\n".join(lines) + "\n"


FORMAT = Format("inv", (".inv",), is_inv, parse_inv, format_inv, rank=40)
