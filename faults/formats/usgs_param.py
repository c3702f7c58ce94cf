"""USGS .param (basic_inversion.param): rows of lat lon depth slip rake strike dip t_rup t_ris t_fal mo.

Lengths are km, slip cm, moments dyn cm. The header gives each segment's patches and sizes but not which point of a
patch a row's place is; the outline that follows settles it where its first corner is the first row's place.
"""

import re

import numpy as np

from geoslip.faults.fault import Fault
from geoslip.faults.formats.common import (
    from_centroids,
    lowered_to_ground,
    middle_frame,
    number,
    placing_of,
    rectangular,
    refuse_opening,
    required_frame,
    title,
)
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.formats.registry import Format
from geoslip.faults.frame import LocalFrame
from geoslip.faults.moment import DEFAULT_RIGIDITY
from geoslip.faults.segment import RectangularSegment
from geoslip.faults.slip import SlipModel
from geoslip.faults.vectors import strike_vector

_COLUMNS = ("lat", "lon", "depth", "slip", "rake", "strike", "dip", "t_rup", "t_ris", "t_fal", "mo")
_SEGMENT = re.compile(
    r"#\s*Fault_segment\s*=\s*(\d+)\s+nx\s*\(.*?\)\s*=\s*(\d+)\s+Dx\s*=\s*([-+.\deE]+)\s*km"
    r"\s+ny\s*\(.*?\)\s*=\s*(\d+)\s+Dy\s*=\s*([-+.\deE]+)\s*km"
)
_REFERENCES = ("corner", "top-centre", "centre")


def is_usgs_param(text: str) -> bool:
    """Whether the text has a header line of a USGS finite-fault segment."""
    return _SEGMENT.search(text[:5000]) is not None


def parse_usgs_param(
    text: str,
    *,
    source: str = "text",
    frame: LocalFrame | None = None,
    rigidity: float | None = None,
    reference: str | None = None,
) -> SlipModel:
    """A slip model from the text of a .param file.

    Parameters
    ----------
    text, source : str
        The file and its name.
    frame : LocalFrame, optional
        Frame for the model; around the mean of the patches unless given.
    rigidity : float, optional
        Pa; from each row's moment unless given.
    reference : str, optional
        What a row's place is: 'corner' (start of the top edge), 'top-centre' or 'centre'.

    Raises
    ------
    FormatError
        For rows that are missing or short, or places whose meaning the file does not settle.
    """
    if reference not in (None, *_REFERENCES):
        raise FormatError(
            f"reference {reference!r} is unknown: it must be one of {', '.join(_REFERENCES)}", source=source
        )
    heads = list(_SEGMENT.finditer(text))
    if not heads:
        raise FormatError("no line '#Fault_segment = n nx(Along-strike)= ...': the file is no .param", source=source)
    named = re.findall(r"^#\s*segment_name\s*=\s*(.*\S)", text, flags=re.MULTILINE)
    parts, notes = [], []
    with naming(source):
        for index, head in enumerate(heads):
            end = heads[index + 1].start() if index + 1 < len(heads) else len(text)
            table, line_of_first, outline = _rows(text, head.end(), end, source)
            nx, ny = int(head.group(2)), int(head.group(4))
            size = [1e3 * number(head.group(k), label, source=source) for k, label in ((3, "Dx"), (5, "Dy"))]
            if len(table) != nx * ny:
                raise FormatError(
                    f"segment {head.group(1)} has {len(table)} rows, its header {nx} times {ny}: is the file cut off?",
                    source=source,
                    line=line_of_first,
                )
            meaning, note = _meaning(reference, table, outline, size[1], source)
            notes.append(note)
            parts.append((table, size, nx, ny, meaning))
        whole = np.vstack([table for table, *_ in parts])
        known = placing_of(text, source, frame=frame, rigidity=rigidity)
        frame = known.frame or middle_frame(whole[:, 1], whole[:, 0])
        grids, slips, stiffness = [], [], []
        for index, (table, size, nx, ny, meaning) in enumerate(parts):
            rectangles, lowered = lowered_to_ground(_rectangles(table, size, meaning, frame))
            name = named[index] if len(named) == len(parts) else f"segment {heads[index].group(1)}"
            grids.append((name, rectangles, np.divmod(np.arange(nx * ny), nx)))
            angle, size_of = np.deg2rad(table[:, 4]), table[:, 3] * 1e-2
            slips.append(np.column_stack([size_of * np.cos(angle), size_of * np.sin(angle), np.zeros(len(angle))]))
            potency = size_of * size[0] * size[1]
            stated = np.where(potency > 0.0, table[:, 10] * 1e-7 / np.where(potency > 0.0, potency, 1.0), 0.0)
            stiffness.append(np.where(stated > 0.0, stated, DEFAULT_RIGIDITY))
            notes += lowered
        segments, order = _segments(grids)
    each = np.concatenate(stiffness)[order]
    uniform = float(each[0]) if np.allclose(each, each[0], rtol=1e-9) else each
    return SlipModel(
        Fault(tuple(segments)),
        np.vstack(slips)[order],
        frame=frame,
        rigidity=uniform if rigidity is None else rigidity,
        name=title(source),
        notes=tuple(dict.fromkeys(note for note in notes if note)),
    )


def format_usgs_param(model: SlipModel) -> str:
    """The text of a .param file; rows give the starting corner of the top edge, as those of the USGS.

    Raises
    ------
    FormatError
        If the model opens, has no frame, or holds other than rectangles.
    """
    frame = required_frame(model, "USGS .param")
    refuse_opening(model, "USGS .param")
    parts = rectangular(model, "USGS .param")
    moments = model.moments * 1e7
    rake = np.where(np.isnan(model.rake), 0.0, model.rake)
    blocks = [(segment, where, rows) for segment, where in parts for rows in _of_one_size(segment)]
    lines = [f"#Total number of fault_segments= {len(blocks):5d}"]
    lines.append(f"#origin_lon_lat = {frame.longitude!r} {frame.latitude!r}")
    for k, (segment, where, rows) in enumerate(blocks, start=1):
        lines += _block(k, segment, rows, frame)
        corner = segment.outlines[rows, 0]
        longitude, latitude = frame.to_geographic(corner[:, 0], corner[:, 1])
        strike = (segment.strikes[rows] + frame.meridian_convergence(longitude, latitude)) % 360.0
        slip = [100.0 * model.magnitude[where][rows], rake[where][rows]]
        places = [latitude, longitude, 0.0 - corner[:, 2] / 1e3]
        times = [np.zeros(len(rows))] * 3
        table = np.column_stack([*places, *slip, strike, segment.dips[rows], *times, moments[where][rows]])
        lines += [" ".join(f"{value:.12g}" for value in row) for row in table]
    return "\n".join(lines) + "\n"


def _of_one_size(segment: RectangularSegment) -> list[np.ndarray]:
    """Runs of patches of one size in a segment: the format has one size a block. A grid of one size is in its order."""
    keys = [f"{length:.10g} {width:.10g}" for length, width in zip(segment.lengths, segment.widths)]
    if len(set(keys)) == 1 and segment.row is not None and segment.column is not None:
        return [np.lexsort((segment.column, segment.row))]
    breaks = [n for n in range(1, len(keys)) if keys[n] != keys[n - 1]]
    return np.split(np.arange(segment.n_patches), breaks)


def _block(k: int, segment: RectangularSegment, rows: np.ndarray, frame: LocalFrame) -> list[str]:
    """Header of one block of patches."""
    whole = len(rows) == segment.n_patches and segment.column is not None
    nx = int(segment.column.max()) + 1 if whole and segment.column is not None else len(rows)
    nx = nx if len(rows) % nx == 0 else len(rows)
    size = f"{segment.lengths[rows[0]] / 1e3:.12g}km", f"{segment.widths[rows[0]] / 1e3:.12g}km"
    place = segment.outlines[rows[0], 0]
    longitude, latitude = frame.to_geographic(place[0], place[1])
    return [
        f"#Fault_segment = {k} nx(Along-strike)= {nx} Dx= {size[0]} ny(downdip)= {len(rows) // nx} Dy= {size[1]}",
        f"#segment_name = {segment.name}",
        f"#Boundary of Fault_segment {k}. Places are the starting corners of the top edges",
        "#Lon.  Lat.  Depth",
        f"{float(longitude):.12g} {float(latitude):.12g} {0.0 - place[2] / 1e3:.12g}",
        "#" + " ".join(_COLUMNS),
    ]


def _segments(
    grids: list[tuple[str, np.ndarray, tuple[np.ndarray, np.ndarray]]],
) -> tuple[list[RectangularSegment], np.ndarray]:
    """Segments of blocks, those of one name together, and the order in which they take the rows."""
    starts = np.cumsum([0] + [len(rectangles) for _, rectangles, _ in grids])
    segments, order = [], []
    for name in dict.fromkeys(name for name, _, _ in grids):
        members = [k for k, grid in enumerate(grids) if grid[0] == name]
        order += [np.arange(starts[k], starts[k + 1]) for k in members]
        index = grids[members[0]][2] if len(members) == 1 else (None, None)
        segments.append(RectangularSegment(name, np.vstack([grids[k][1] for k in members]), *index))
    return segments, np.concatenate(order)


def _rows(text: str, begin: int, end: int, source: str) -> tuple[np.ndarray, int, np.ndarray]:
    """Rows of eleven numbers of one segment, the line of the first, and the outline (k, 3) before them."""
    first = text.count("\n", 0, begin) + 1
    rows: list[list[float]] = []
    outline: list[list[float]] = []
    at = first
    for offset, line in enumerate(text[begin:end].splitlines()):
        tokens = line.split("#")[0].split()
        if not tokens:
            continue
        if len(tokens) == 3 and not rows:
            outline.append([number(token, "outline", source=source, line=first + offset) for token in tokens])
        elif len(tokens) == len(_COLUMNS):
            at = at if rows else first + offset
            rows.append(
                [
                    number(t, label, source=source, line=first + offset, largest=1e40)
                    for t, label in zip(tokens, _COLUMNS)
                ]
            )
        else:
            message = f"{len(tokens)} values where {' '.join(_COLUMNS)} belong: is the file cut off?"
            raise FormatError(message, source=source, line=first + offset)
    if not rows:
        raise FormatError("a segment has no rows: is the file cut off?", source=source, line=first)
    return np.array(rows), at, np.array(outline).reshape(-1, 3)


def _meaning(asked: str | None, table: np.ndarray, outline: np.ndarray, width: float, source: str) -> tuple[str, str]:
    """What the rows' places are, and a note on how that was settled."""
    if asked is not None:
        return asked, ""
    if len(outline) and np.abs(outline[0] - table[0, [1, 0, 2]]).max() < 1e-4:
        return "corner", "places were taken for starting corners of top edges: the outline begins at the first"
    raise FormatError(
        "the file does not say what a row's place is, and its outline does not begin there: say "
        "reference='corner', 'top-centre' or 'centre'",
        source=source,
    )


def _rectangles(table: np.ndarray, size: list[float], meaning: str, frame: LocalFrame) -> np.ndarray:
    shape = np.column_stack([table[:, 5:7], np.full((len(table), 2), size)])
    rectangles = from_centroids(frame, table[:, [1, 0]], 1e3 * table[:, 2], shape, at_top=meaning != "centre")
    if meaning == "corner":
        rectangles[:, :3] += 0.5 * size[0] * strike_vector(rectangles[:, 3])
    return rectangles


FORMAT = Format("usgs-param", (".param",), is_usgs_param, parse_usgs_param, format_usgs_param, rank=140)
