"""SRCMOD .fsp: finite-source rupture models of one or several segments.

SRCMOD gives the centre of each patch's top edge, the USGS writer gives the centre of the patch; a line of the header
says which, and it is read, never assumed. Where the line is missing, depths decide if they can.
"""

import re

import numpy as np

from geoslip.faults.fault import Fault
from geoslip.faults.formats.common import lowered_to_ground, number, title
from geoslip.faults.formats.errors import FormatError, naming
from geoslip.faults.formats.fsp_header import Block, Document, take_apart
from geoslip.faults.frame import LocalFrame
from geoslip.faults.moment import DEFAULT_RIGIDITY
from geoslip.faults.segment import RectangularSegment
from geoslip.faults.slip import SlipModel
from geoslip.faults.vectors import strike_vector, updip_vector

_UNKNOWN = (-99.0, 999.0)

#: X and Y count as made from LAT and LON if they agree to this much of the distance, plus 50 m of rounding
_AGREEING = 0.005


def is_fsp(text: str) -> bool:
    """Whether the text has the header of a finite-source rupture model."""
    head = text[:20000].upper()
    return head.lstrip("\ufeff \t\r\n").startswith("%") and (
        "FINITE-SOURCE" in head or re.search(r"^%\s*EVENTTAG", head, flags=re.MULTILINE) is not None
    )


def parse_fsp(
    text: str,
    *,
    source: str = "text",
    frame: LocalFrame | None = None,
    rigidity: float | str | None = None,
    reference: str | None = None,
) -> SlipModel:
    """A slip model from the text of a .fsp file.

    Parameters
    ----------
    text, source : str
        The file and its name.
    frame : LocalFrame, optional
        Frame for the model; around the file's epicentre unless given.
    rigidity : float or 'file', optional
        Pa; 'file' takes it patch by patch from the column SF_MOMENT. Unless given it is 30 GPa, or what the comment
        of geoslip's own writer says.
    reference : str, optional
        'centre' or 'top-centre': what the coordinates of a patch mean, where the header does not say it.

    Raises
    ------
    FormatError
        If the header lacks what is needed, rows are missing or short, or the values make no fault.
    """
    if reference not in (None, "centre", "top-centre"):
        raise FormatError(f"reference {reference!r} is unknown: it must be 'centre' or 'top-centre'", source=source)
    with naming(source):
        document = take_apart(text, source)
        if not document.blocks:
            raise FormatError("no rows of patches after the header: is the file cut off?", source=source)
        _check_complete(document, source)
        own = LocalFrame(_needed(document.values, "LON", source), _needed(document.values, "LAT", source))
        grids = _Grids(document, own, reference, source)
        parts = [grids.read(block) for block in document.blocks]
        notes = tuple(dict.fromkeys(grids.notes))
        table = np.vstack([part[0] for part in parts])
        slip = np.vstack([part[1] for part in parts])
        table = table if frame is None else _moved(table, own, frame)
        table, lowered = lowered_to_ground(table)
        fault = _fault_of_blocks(document.blocks, table, document.multi_segment)
        stiffness = _rigidity(text, document, table, slip, rigidity, source)
        name = document.tag or title(source)
        return SlipModel(fault, slip, frame=frame or own, rigidity=stiffness, name=name, notes=notes + lowered)


class _Grids:
    """Reads blocks to rectangles in the file's own frame, collecting notes on what had to be decided."""

    def __init__(self, document: Document, frame: LocalFrame, reference: str | None, source: str) -> None:
        self.document, self.frame, self.source = document, frame, source
        self.asked = reference
        self.notes: list[str] = []

    def read(self, block: Block) -> tuple[np.ndarray, np.ndarray]:
        """Rectangles (n, 7) and slip (n, 3) of a block."""
        columns = self._columns(block)
        values = self.document.values | block.values
        strike = _needed(values, "STRIKE" if "STRIKE" in block.values else "STRK", self.source)
        dip = _needed(values, "DIP", self.source)
        length, width = _patch_size(block, values, self.document.multi_segment, self.source)
        east, north, turn = self._places(columns)
        strike -= turn
        depth = columns["Z"] * self.document.length_scale
        n = len(depth)
        rectangles = np.column_stack([east, north, -depth, np.full((n, 4), [strike, dip, length, width])])
        if self._reference(depth, dip, width, values) == "centre":
            rectangles[:, :3] += 0.5 * width * updip_vector(strike, dip)
        rake = columns.get("RAKE", np.full(n, 999.0))
        unknown = rake == 999.0
        if unknown.any():
            rake = np.where(unknown, _needed(values, "RAKE", self.source), rake)
            self.notes.append("rakes that the rows do not give were taken from the header")
        size, angle = columns["SLIP"] * self.document.slip_scale, np.deg2rad(rake)
        return rectangles, np.column_stack([size * np.cos(angle), size * np.sin(angle), np.zeros(n)])

    def _columns(self, block: Block) -> dict[str, np.ndarray]:
        names = block.columns
        wanted = [name for name in ("LAT", "LON", "X", "Y", "Z", "SLIP", "RAKE") if name in names]
        missing = [name for name in ("LAT", "LON", "Z", "SLIP") if name not in names]
        if missing:
            raise FormatError(f"columns {', '.join(missing)} are missing among {' '.join(names)}", source=self.source)
        for line, row in block.rows:
            if len(row) != len(names):
                message = f"{len(row)} values for {len(names)} columns ({' '.join(names)[:80]}): is the file cut off?"
                raise FormatError(message, source=self.source, line=line)
        where = {name: names.index(name) for name in wanted}
        return {
            name: np.array([number(row[k], name, source=self.source, line=line) for line, row in block.rows])
            for name, k in where.items()
        }

    def _places(self, columns: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, float]:
        """East, north, and the frame's turn against the axes that the strike is counted from.

        X and Y are taken where they agree with latitude and longitude, having more digits, and strikes then are
        counted in their flat axes; else latitude and longitude, with strikes from true north (as the rows of USGS
        files show, to 0.6 degrees).
        """
        turn = float(np.mean(self.frame.meridian_convergence(columns["LON"], columns["LAT"])))
        east, north = self.frame.to_local(columns["LON"], columns["LAT"])
        if "X" not in columns or "Y" not in columns:
            return east, north, turn
        x, y = columns["X"] * self.document.length_scale, columns["Y"] * self.document.length_scale
        away = np.hypot(x - east, y - north)
        if np.all(away <= 50.0 + _AGREEING * np.hypot(east, north)):
            return x, y, 0.0
        self.notes.append(f"X and Y differ from LAT and LON by up to {away.max():.0f} m: LAT and LON were used")
        return east, north, turn

    def _reference(self, depth: np.ndarray, dip: float, width: float, values: dict[str, float]) -> str:
        found = self.asked or self.document.reference
        if found is not None:
            return found
        top = values.get("Z2TOP", values.get("HTOP"))
        half = 0.5 * width * np.sin(np.deg2rad(dip))
        if top is not None and top not in _UNKNOWN and half > 0.0:
            below = depth.min() - top * 1e3
            for name, expected in (("top-centre", 0.0), ("centre", half)):
                if abs(below - expected) < 0.2 * half:
                    self.notes.append(
                        f"the header does not say what coordinates mean: depths show the {name} of patches"
                    )
                    return name
        raise FormatError(
            "the header does not say whether coordinates are of the centre or the top-centre of a patch, and depths do "
            "not show it: say it with reference='centre' or 'top-centre'",
            source=self.source,
        )


def _needed(values: dict[str, float], key: str, source: str) -> float:
    if key not in values or (values[key] in _UNKNOWN and key in ("STRK", "STRIKE", "DIP", "RAKE")):
        found = f"is {values[key]:g} (varies or unknown)" if key in values else "is missing"
        raise FormatError(f"{key} {found} in the header: a number is needed", source=source)
    return values[key]


def _check_complete(document: Document, source: str) -> None:
    """Refuse a file with fewer rows or segments than its header promises."""
    wanted = document.values.get("NSG")
    if document.multi_segment and wanted is not None and len(document.blocks) != wanted:
        message = f"{len(document.blocks)} segments where the header promises {wanted:g}: is the file cut off?"
        raise FormatError(message, source=source)
    for index, block in enumerate(document.blocks, start=1):
        promised = block.values.get("NSBFS") or (None if document.multi_segment else document.values.get("NSBFS"))
        if promised is not None and len(block.rows) != promised:
            message = f"segment {index} has {len(block.rows)} patches where the header promises {promised:g}"
            raise FormatError(f"{message}: is the file cut off?", source=source, line=block.rows[-1][0])


def _patch_size(block: Block, values: dict[str, float], multi: bool, source: str) -> tuple[float, float]:
    """Length and width of a block's patches, m.

    DX and DZ of the header are rounded; where LEN and WID hold a whole number of them, LEN / NX and WID / NZ are taken.
    """
    own_grid = {"DX", "DZ"} <= set(block.values)
    dx, dz = _needed(values, "DX", source), _needed(values, "DZ", source)
    length, width = values.get("LEN"), values.get("WID")
    if min(dx, dz) < 1e-9:
        raise FormatError(f"patch size Dx = {dx:g}, Dz = {dz:g} km must be greater than 0", source=source)
    if own_grid or length is None or width is None or not np.isfinite(length / dx + width / dz):
        return dx * 1e3, dz * 1e3
    nx, nz = round(length / dx), round(width / dz)
    if nx * nz == len(block.rows):
        return length / nx * 1e3, width / nz * 1e3
    area = length * width / len(block.rows)
    if multi and abs(area / (dx * dz) - 1.0) > 0.05:
        raise FormatError(
            f"{len(block.rows)} patches of Dx = {dx:g} by Dz = {dz:g} km do not fill LEN = {length:g} by "
            f"WID = {width:g} km: the segment needs Dx and Dz of its own in its header",
            source=source,
        )
    return dx * 1e3, dz * 1e3


def _moved(table: np.ndarray, own: LocalFrame, frame: LocalFrame) -> np.ndarray:
    """Rectangles of one frame in another."""
    longitude, latitude = own.to_geographic(table[:, 0], table[:, 1])
    east, north = frame.to_local(longitude, latitude)
    turn = own.meridian_convergence(longitude, latitude) - frame.meridian_convergence(longitude, latitude)
    return np.column_stack([east, north, table[:, 2], table[:, 3] + turn, table[:, 4:]])


def _fault_of_blocks(blocks: list[Block], table: np.ndarray, multi: bool) -> Fault:
    """A segment per block; blocks of one name, one after the other, are one segment."""
    ends = np.cumsum([len(block.rows) for block in blocks])
    segments: list[RectangularSegment] = []
    taken: list[tuple[str, list[np.ndarray]]] = []
    for index, (block, end) in enumerate(zip(blocks, ends), start=1):
        name = block.name or (f"segment {index}" if multi else "main")
        part = table[end - len(block.rows) : end]
        if taken and taken[-1][0] == name:
            taken[-1][1].append(part)
        else:
            taken.append((name, [part]))
    for name, parts in taken:
        rows, columns, first = [], [], 0
        for part in parts:
            grid = _grid_of(part)
            rows.append(grid[0] + first)
            columns.append(grid[1])
            first = int(rows[-1].max()) + 1
        row, column = np.concatenate(rows), np.concatenate(columns)
        known = bool(np.all(column >= 0))
        segments.append(RectangularSegment(name, np.vstack(parts), *((row, column) if known else (None, None))))
    return Fault(tuple(segments))


def _grid_of(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of each rectangle if they come row by row along strike; else columns of -1."""
    n, width, dip = len(table), table[0, 6], table[0, 4]
    offset = table[:, :3] - table[0, :3]
    along = offset @ strike_vector(table[0, 3]) / table[0, 5]
    down = -(offset @ updip_vector(table[0, 3], dip)) / width
    if max(np.abs(down).max(), np.abs(along).max()) > n:
        return np.zeros(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    row, column = np.round(down).astype(np.int64), np.round(along).astype(np.int64)
    exact = np.all(np.abs(down - row) < 0.25) and np.all(np.abs(along - column) < 0.25)
    if exact and row.min() >= 0 and column.min() >= 0 and np.array_equal(np.lexsort((column, row)), np.arange(n)):
        return row, column
    return np.zeros(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)


def _rigidity(
    text: str, document: Document, table: np.ndarray, slip: np.ndarray, asked: float | str | None, source: str
) -> float | np.ndarray:
    patchwise = re.search(r"^%\s*RIGIDITY\s*=\s*SF_MOMENT", text, flags=re.MULTILINE)
    if asked == "file" or (asked is None and patchwise):
        if any("SF_MOMENT" not in block.columns for block in document.blocks):
            raise FormatError("the file has no column SF_MOMENT to take rigidities from: give a number", source=source)
        moments = np.array(
            [
                number(row[block.columns.index("SF_MOMENT")], "SF_MOMENT", source=source, line=line, largest=1e30)
                for block in document.blocks
                for line, row in block.rows
            ]
        )
        potency = table[:, 5] * table[:, 6] * np.hypot(slip[:, 0], slip[:, 1])
        total = potency.sum()
        typical = moments.sum() / total if total > 0.0 else DEFAULT_RIGIDITY
        return np.where(potency > 0.0, moments / np.where(potency > 0.0, potency, 1.0), typical)
    if isinstance(asked, str):
        raise FormatError(f"rigidity {asked!r} is unknown: give a number in Pa or 'file'", source=source)
    stated = re.search(r"^%\s*RIGIDITY\s*=\s*(\S+)\s*Pa", text, flags=re.MULTILINE)
    if asked is None and stated:
        return number(stated.group(1), "RIGIDITY", source=source)
    return DEFAULT_RIGIDITY if asked is None else asked
