"""RELAX .flt: ten columns a patch, n slip x1 x2 x3 length width strike dip rake.

x1 is north, x2 east, x3 depth of the top corner at the start of strike (Barbot & Fialko 2010; checked on published
files, whose next patch lies at + length along strike). The format states no unit; see `_units` for who decides.
"""

import re
from pathlib import PurePath

import numpy as np

from geoslip.faults.formats.common import (
    fault_of_groups,
    grouped,
    lowered_to_ground,
    number,
    past_vertical,
    placing_of,
    rectangular,
    refuse_opening,
)
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.formats.registry import Format
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel
from geoslip.faults.vectors import strike_vector

_COLUMNS = ("n", "slip", "x1", "x2", "x3", "length", "width", "strike", "dip", "rake")
_ALIASES = {"nb": "n", "i": "n", "x_north": "x1", "north": "x1", "y_east": "x2", "east": "x2", "depth": "x3"}
_METRES = {"km": 1e3, "m": 1.0, "cm": 1e-2, "mm": 1e-3}

#: a patch length below the first number must be km, above the second m; between them the file has to say it
_SURELY_KM, _SURELY_M = 60.0, 200.0

#: files with more orientations than this are one bag of patches: they follow a curve and name no segments
_MOST_SEGMENTS = 12


def is_relax(text: str) -> bool:
    """Whether the first line that is neither empty nor a comment holds ten numbers."""
    for line in text.splitlines():
        tokens = line.split("#")[0].split()
        if tokens:
            return len(tokens) == len(_COLUMNS) and all(_is_number(token) for token in tokens)
    return False


def parse_relax(
    text: str,
    *,
    source: str = "text",
    frame: LocalFrame | None = None,
    rigidity: float | None = None,
    unit: str | None = None,
    slip_unit: str | None = None,
) -> SlipModel:
    """A slip model from the text of a .flt file.

    Rows given twice for one rectangle (its strike slip and its dip slip, say) are added as vectors. Dips past
    vertical are turned to the same plane with the strike the other way. Patches of one strike and dip make a
    segment, unless the file names its segments or there are many.

    Parameters
    ----------
    text, source : str
        The file and its name, which may hold a unit ("..._km.flt").
    frame : LocalFrame, optional
        The frame x1 and x2 are counted in, when known.
    rigidity : float, optional
        Pa; 30 GPa, or what the file says, unless given.
    unit, slip_unit : str, optional
        'km', 'm' (and 'cm', 'mm' for slip), to overrule the file.

    Raises
    ------
    FormatError
        For a row without ten numbers, a unit that cannot be told, or values that make no fault.
    """
    table, names = _rows(text, source)
    scale, slip_scale, notes = _units(text, source, table, unit, slip_unit)
    with naming(source):
        strike = table[:, 7]
        start = np.column_stack([table[:, 3], table[:, 2], -table[:, 4]]) * scale
        top = start + 0.5 * scale * table[:, 5:6] * strike_vector(strike)
        rectangles = np.column_stack([top, strike, table[:, 8], table[:, 5:7] * scale])
        angle = np.deg2rad(table[:, 9])
        slip = slip_scale * table[:, 1:2] * np.column_stack([np.cos(angle), np.sin(angle), np.zeros(len(table))])
        over = rectangles[:, 4] > 90.0
        if over.any():
            # seen from the other side the strike slip keeps its sense and the dip slip turns its
            slip[over, 1] *= -1.0
            notes += (f"{over.sum()} patches dip past vertical and were given the opposite strike",)
        rectangles, more = lowered_to_ground(past_vertical(rectangles))
        rectangles, slip, names, again = _added(rectangles, slip, names)
        fault, order = fault_of_groups(segments_by_orientation(rectangles, names), rectangles)
        known = placing_of(text, source, frame=frame, rigidity=rigidity)
        return SlipModel(fault, slip[order], **known._asdict(), notes=notes + more + again)


def format_relax(model: SlipModel) -> str:
    """The text of a .flt file in km, with the segments' names, the frame and the rigidity in comments.

    Raises
    ------
    FormatError
        If the model opens or holds other than rectangles.
    """
    parts = rectangular(model, "RELAX .flt")
    refuse_opening(model, "RELAX .flt")
    if np.ndim(model.rigidity) != 0:
        raise FormatError("the rigidity varies: RELAX .flt holds one for all patches; use csv or fsp")
    lines = [f"# {model.name}".rstrip(), "# slip in m; north, east, depth, length, width in km; angles in degrees"]
    if model.frame is not None:
        lines.append(f"# origin_lon_lat = {model.frame.longitude!r} {model.frame.latitude!r}")
    lines.append(f"# rigidity_pa = {model.rigidity!r}")
    lines.append("# n slip(m) x1(km) x2(km) x3(km) length(km) width(km) strike dip rake")
    rake = np.where(np.isnan(model.rake), 0.0, model.rake)
    for segment, where in parts:
        lines.append(f"# segment = {segment.name}")
        start = segment.outlines[:, 0]
        values = np.column_stack(
            [model.magnitude[where], start[:, 1] / 1e3, start[:, 0] / 1e3, -start[:, 2] / 1e3, segment.lengths / 1e3]
            + [segment.widths / 1e3, segment.strikes, segment.dips, rake[where]]
        )
        values += 0.0  # a depth of -0 is 0
        numbers = range(where.start + 1, where.stop + 1)
        lines.extend(f"{n:04d} " + " ".join(f"{v:.12g}" for v in row) for n, row in zip(numbers, values))
    return "\n".join(lines) + "\n"


def _is_number(token: str) -> bool:
    try:
        float(token)
    except ValueError:
        return False
    return True


def _rows(text: str, source: str) -> tuple[np.ndarray, list[str]]:
    """The ten numbers of each row (n, 10), and the name of its segment where comments give one."""
    rows, names, name = [], [], ""
    for index, line in enumerate(text.splitlines(), start=1):
        named = re.match(r"\s*#\s*segment\s*=\s*(.*\S)", line)
        if named:
            name = named.group(1)
        tokens = line.split("#")[0].split()
        if not tokens:
            continue
        if len(tokens) != len(_COLUMNS):
            message = f"{len(tokens)} values where ten belong ({' '.join(_COLUMNS)}): is the file cut off, or no .flt?"
            raise FormatError(message, source=source, line=index)
        rows.append([number(t, label, source=source, line=index) for t, label in zip(tokens, _COLUMNS)])
        names.append(name)
    if not rows:
        raise FormatError(f"no rows of ten values ({' '.join(_COLUMNS)}): the file is no .flt", source=source)
    return np.array(rows)[:, _order(text)], names


def _order(text: str) -> list[int]:
    """Where each of the ten columns stands, by a comment that names all ten; as they come where none does."""
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            words = re.sub(r"\s*\([^)]*\)", "", line.lstrip(" #").lower()).split()
            named = [_ALIASES.get(word, word) for word in words]
            if sorted(named) == sorted(_COLUMNS):
                return [named.index(column) for column in _COLUMNS]
    return list(range(len(_COLUMNS)))


def _units(
    text: str, source: str, table: np.ndarray, unit: str | None, slip_unit: str | None
) -> tuple[float, float, tuple[str, ...]]:
    """Metres per unit of length and of slip, and notes on what had to be assumed.

    Decided by the caller, else by a unit in brackets in the comments ("x1(km)"), else by "_km" or "_m" at the end of
    the file's name, else by the size of the patches. Slip without a unit is in m.
    """
    for label, value, allowed in (("unit", unit, ("km", "m")), ("slip_unit", slip_unit, tuple(_METRES))):
        if value is not None and value not in allowed:
            raise FormatError(f"{label} {value!r} is unknown: it must be one of {', '.join(allowed)}", source=source)
    comments = "\n".join(line for line in text.splitlines() if line.lstrip().startswith("#")).lower()
    slip_found = re.search(r"\bslip\s*\((km|m|cm|mm)\)", comments)
    slip_scale = _METRES[slip_unit or (slip_found.group(1) if slip_found else "m")]
    stated = set(re.findall(r"\b(?:x1|x2|x3|x_north|y_east|north|east|depth|length|width)\s*\((km|m)\)", comments))
    if unit is None and len(stated) > 1:
        message = (
            "its header gives some lengths in km and some in m: write all in one, or overrule it with unit='km' or 'm'"
        )
        raise FormatError(message, source=source)
    worded = re.search(r"\bgeometry in (kilomet|met)", comments)
    by_name = re.search(r"_(km|m)(?:_\w*)?$", PurePath(source).stem.lower())
    if unit is not None:
        return _METRES[unit], slip_scale, ()
    if stated:
        return _METRES[stated.pop()], slip_scale, ()
    if worded:
        return (1e3 if worded.group(1) == "kilomet" else 1.0), slip_scale, ()
    if by_name:
        return _METRES[by_name.group(1)], slip_scale, ()
    typical = float(np.median(table[:, 5]))
    if _SURELY_KM < typical < _SURELY_M:
        raise FormatError(f"patches {typical:g} long may be km or m: say which with unit='km' or 'm'", source=source)
    found = "km" if typical <= _SURELY_KM else "m"
    return _METRES[found], slip_scale, (f"lengths were taken for {found}, from patches {typical:g} long",)


def _added(
    rectangles: np.ndarray, slip: np.ndarray, names: list[str]
) -> tuple[np.ndarray, np.ndarray, list[str], tuple[str, ...]]:
    """Each rectangle once, the slip of its repetitions added."""
    first: dict[tuple, int] = {}
    which = np.array([first.setdefault((*row, name), len(first)) for row, name in zip(rectangles.tolist(), names)])
    if len(first) == len(rectangles):
        return rectangles, slip, names, ()
    keep = np.unique(which, return_index=True)[1]
    total = np.column_stack([np.bincount(which, weights=slip[:, k]) for k in range(3)])
    note = f"{len(rectangles)} rows describe {len(keep)} rectangles: slip on the same one was added"
    return rectangles[keep], total, [names[k] for k in keep], (note,)


def segments_by_orientation(rectangles: np.ndarray, names: list[str]) -> dict[str, list[int]]:
    """Row numbers by segment: as named in the file, else by strike and dip, or by strike, where these are few."""
    if any(names):
        return grouped([name or "unnamed" for name in names])
    for columns in ([3, 4], [3]):
        keys = [tuple(row) for row in np.round(rectangles[:, columns] % 360.0, 1).tolist()]
        distinct = list(dict.fromkeys(keys))
        if 1 < len(distinct) <= min(_MOST_SEGMENTS, len(keys) // 4):
            return grouped([f"segment {distinct.index(key) + 1}" for key in keys])
    return grouped(["main"] * len(rectangles))


FORMAT = Format("relax", (".flt", ".dat"), is_relax, parse_relax, format_relax, rank=20)
