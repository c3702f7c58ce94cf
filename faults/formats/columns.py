"""Tables of patches whose header names the columns, as supplements of papers have them; read only.

| meaning | names it is known by (case, units in brackets and words after them do not matter) |
|---|---|
| longitude, latitude of the patch's centre | lon..., lat... |
| depth of the centre, or of top and bottom | d(ep)cen, depth; top..., bottom... |
| strike, dip | str(ike), dip |
| rake and slip, or strike slip and dip slip, opening | rake, slip; ss, ds, op(en...) |
| length along strike, width down the dip | length, horlen; width, diplen |
| number of the fault it belongs to | index, fault, segment |

Lengths are km unless the header says m, slip is m unless it says cm. Places are centres of patches where the header
says centre or center; elsewhere it is asked whether they are, or centres of top edges.
"""

import re

import numpy as np

from geoslip.faults.formats.common import (
    fault_of_groups,
    from_centroids,
    grouped,
    lowered_to_ground,
    middle_frame,
    number,
    title,
)
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.formats.registry import Format
from geoslip.faults.formats.relax import segments_by_orientation
from geoslip.faults.frame import LocalFrame
from geoslip.faults.moment import DEFAULT_RIGIDITY
from geoslip.faults.slip import SlipModel

#: meaning and the pattern of its column's name, the first that fits counts
_NAMES = (
    ("lon", r"lon"),
    ("lat", r"lat"),
    ("top", r"top"),
    ("bottom", r"bot"),
    ("depth", r"d(ep)?cen|depth|dep\b"),
    ("length", r"length|horlen|len\b"),
    ("width", r"width|diplen|wid\b"),
    ("strike_slip", r"ss\b|strike[ _-]?slip"),
    ("dip_slip", r"ds\b|dip[ _-]?slip"),
    ("opening", r"op\b|open"),
    ("strike", r"str"),
    ("dip", r"dip"),
    ("rake", r"rake"),
    ("slip", r"slip"),
    ("fault", r"index|fault|segment"),
    ("kind", r"typ"),
)
_SLIP_UNITS = {"m": 1.0, "cm": 1e-2, "mm": 1e-3}


def is_columns(text: str) -> bool:
    """Whether a line names longitude, latitude, strike and dip, and a row of as many numbers follows."""
    return _header(text) is not None


def parse_columns(
    text: str,
    *,
    source: str = "text",
    frame: LocalFrame | None = None,
    rigidity: float | None = None,
    reference: str | None = None,
) -> SlipModel:
    """A slip model from a table with a header of column names.

    Parameters
    ----------
    text, source : str
        The file and its name.
    frame : LocalFrame, optional
        Frame for the model; around the mean of the patches unless given.
    rigidity : float, optional
        Pa; 30 GPa unless given.
    reference : str, optional
        'centre' or 'top-centre': what a patch's place is, where the header does not say it.

    Raises
    ------
    FormatError
        For columns that are missing, places whose meaning nobody gives, rows of another length, or values that make
        no fault.
    """
    found = _header(text)
    if found is None:
        raise FormatError("no line names the columns lon, lat, strike and dip", source=source)
    at, names, units, labels = found
    if reference not in (None, "centre", "top-centre"):
        raise FormatError(f"reference {reference!r} is unknown: it must be 'centre' or 'top-centre'", source=source)
    if reference is None:
        if not re.search(r"\bcent(re|er)\b", " ".join(labels)) or re.search(r"corner|edge", " ".join(labels)):
            message = (
                "the header does not say that places are centres of patches: say reference='centre' or 'top-centre'"
            )
            raise FormatError(message, source=source)
        reference = "centre"
    rows = []
    lines = text.splitlines()
    for index in range(at + 1, len(lines)):
        tokens = lines[index].split("#")[0].replace(",", " ").split()
        if not tokens:
            continue
        if len(tokens) != len(names):
            raise FormatError(f"{len(tokens)} values for {len(names)} columns", source=source, line=index + 1)
        rows.append([number(t, n or "a value", source=source, line=index + 1) for t, n in zip(tokens, names)])
    table = {name: np.array(rows)[:, k] for k, name in enumerate(names) if name}
    unit = {name: units[k] for k, name in enumerate(names) if name}
    needed = ["lon", "lat", "strike", "dip", "length"]
    needed += ["top", "bottom"] if "top" in table else ["depth", "width"]
    needed += ["strike_slip", "dip_slip"] if "strike_slip" in table else ["rake", "slip"]
    missing = [name for name in needed if name not in table]
    if missing:
        raise FormatError(f"columns {', '.join(missing)} are missing: {', '.join(needed)} are needed", source=source)
    for name in ("top", "bottom", "depth", "length", "width"):
        if name in table:
            table[name] = table[name] * (1.0 if unit[name] == "m" else 1e3)
    for name in ("strike_slip", "dip_slip", "slip", "opening"):
        if name in table:
            table[name] = table[name] * _SLIP_UNITS.get(unit[name], 1.0)
    with naming(source):
        return _model(table, source, frame, rigidity, at_top=reference == "top-centre")


def _header(text: str) -> tuple[int, list[str], list[str], list[str]] | None:
    """Line of the header, the meaning and the unit of each column, and the labels as they stand."""
    lines = text.splitlines()[:60]
    for at in range(len(lines) - 1):
        line = lines[at].strip().lstrip("#").strip().lower()
        following = lines[at + 1].replace(",", " ").split()
        if not (re.search(r"\blon", line) and re.search(r"\blat|lat\w*cen", line) and "str" in line and "dip" in line):
            continue
        labels = [label.strip() for label in line.split(",")] if line.count(",") > 4 else line.split()
        # a last label may name two columns: "bottom of patch (km) index"
        if len(labels) == len(following) - 1 and len(labels[-1].split()) > 1:
            *rest, last = labels[-1].split()
            labels = [*labels[:-1], " ".join(rest), last]
        if len(labels) != len(following) or not all(_is_number(token) for token in following):
            continue
        names = [next((name for name, pattern in _NAMES if re.match(pattern, label)), "") for label in labels]
        units = [found.group(1) if (found := re.search(r"\((km|m|cm|mm)\)", label)) else "" for label in labels]
        return at, names, units, labels
    return None


def _is_number(token: str) -> bool:
    try:
        float(token)
    except ValueError:
        return False
    return True


def _model(
    table: dict[str, np.ndarray], source: str, frame: LocalFrame | None, rigidity: float | None, *, at_top: bool
) -> SlipModel:
    n = len(table["lon"])
    sine = np.sin(np.deg2rad(table["dip"]))
    if "top" in table:
        if np.any(sine <= 0.0) or np.any(table["bottom"] <= table["top"]):
            raise ValueError("patches need a dip above 0 and a bottom below their top to have a width")
        depth, width = 0.5 * (table["top"] + table["bottom"]), (table["bottom"] - table["top"]) / sine
    else:
        depth, width = table["depth"], table["width"]
    place = np.column_stack([table["lon"], table["lat"]])
    frame = frame or middle_frame(table["lon"], table["lat"])
    shape = np.column_stack([table["strike"], table["dip"], table["length"], width])
    rectangles, notes = lowered_to_ground(from_centroids(frame, place, depth, shape, at_top=at_top))
    slip = np.zeros((n, 3))
    if "strike_slip" in table:
        slip[:, 0], slip[:, 1] = table["strike_slip"], table["dip_slip"]
    else:
        angle = np.deg2rad(table["rake"])
        slip[:, 0], slip[:, 1] = table["slip"] * np.cos(angle), table["slip"] * np.sin(angle)
    if "opening" in table:
        slip[:, 2] = table["opening"]
    if "fault" in table:
        groups = grouped([f"fault {value:g}" for value in table["fault"]])
    else:
        groups = segments_by_orientation(rectangles, [""] * n)
    fault, order = fault_of_groups(groups, rectangles)
    return SlipModel(
        fault,
        slip[order],
        frame=frame,
        rigidity=rigidity or DEFAULT_RIGIDITY,
        name=title(source),
        notes=notes,
    )


FORMAT = Format("columns", (), is_columns, parse_columns, None, rank=50)
