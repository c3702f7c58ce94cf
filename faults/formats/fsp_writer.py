"""Writing SRCMOD .fsp.

The format knows patches of one size, strike and dip per segment. A segment whose rows differ (growing with depth) is
written as one block a row, each with its own Dx and Dz and the segment's name; the reader puts them together again.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from geoslip.faults.formats.common import rectangular, refuse_opening, required_frame
from geoslip.faults.formats.fsp import is_fsp, parse_fsp
from geoslip.faults.formats.registry import Format
from geoslip.faults.frame import LocalFrame
from geoslip.faults.moment import DEFAULT_RIGIDITY
from geoslip.faults.segment import RectangularSegment
from geoslip.faults.slip import SlipModel

_RULE = "% " + "-" * 98
_COLUMNS = "LAT LON X==EW Y==NS Z SLIP RAKE SF_MOMENT"


def format_fsp(model: SlipModel) -> str:
    """The text of a .fsp file: top-centres of patches, X and Y from the origin of the model's frame.

    Raises
    ------
    FormatError
        If the model has no frame, opens, or holds other than rectangles.
    """
    frame = required_frame(model, "SRCMOD .fsp")
    parts = rectangular(model, "SRCMOD .fsp")
    refuse_opening(model, "SRCMOD .fsp")
    blocks = [(segment, where, run) for segment, where in parts for run in _runs(segment)]
    lines = _header(model, frame, blocks[0][0], len(blocks))
    for index, (segment, where, run) in enumerate(blocks, start=1):
        lines.extend(_segment_header(segment, run, index, frame))
        lines.extend(_rows(model, segment, where, run, frame))
    return "\n".join(lines) + "\n"


def _runs(segment: RectangularSegment) -> Iterator[np.ndarray]:
    """Patch numbers, one array for each run of patches with one strike, dip, length and width."""
    shape = segment.rectangles[:, 3:]
    # a ten-thousandth of a millimetre and of a degree is rounding, not another size
    changed = np.abs(np.diff(shape, axis=0)) > [1e-9, 1e-9, 1e-7, 1e-7]
    starts = np.concatenate([[0], np.flatnonzero(changed.any(axis=1)) + 1, [segment.n_patches]])
    for first, last in pairwise(starts):
        yield np.arange(first, last)


def _extent(segment: RectangularSegment, run: np.ndarray) -> tuple[float, float, int, int]:
    """Length, width (km), columns and rows of a run; one that is no full grid counts as a single row."""
    length, width = segment.rectangles[run[0], 5:] / 1e3
    columns, rows = len(run), 1
    if segment.row is not None and segment.column is not None:
        n_rows, n_columns = int(np.ptp(segment.row[run])) + 1, int(np.ptp(segment.column[run])) + 1
        if n_rows * n_columns == len(run):
            columns, rows = n_columns, n_rows
    return columns * length, rows * width, columns, rows


def _header(model: SlipModel, frame: LocalFrame, first: RectangularSegment, n_blocks: int) -> list[str]:
    dx, dz = first.rectangles[0, 5:] / 1e3
    corners = np.concatenate(model.fault.outlines)
    slipped = model.moment > 0.0
    summary = model.per_segment()[0]
    centroid = -model.centroid[2] / 1e3 if slipped else 999.0
    rake = model.mean_rake if slipped else 999.0
    single = _extent(first, np.arange(first.n_patches)) if n_blocks == 1 else None
    if single is not None:
        length, width, nx, nz = single
    else:
        length, width, nx, nz = 999.0, 999.0, 999, 999
    lines = [
        "% ---------------------------------- FINITE-SOURCE RUPTURE MODEL ----------------------------------",
        "%",
        f"% Event : {model.name or 'unnamed'}",
        f"% EventTAG: {model.name or 'unnamed'}",
        "%",
        f"% Loc : LAT = {frame.latitude:.12g} LON = {frame.longitude:.12g} DEP = {centroid:.6g}",
        f"% Size : LEN = {length:.12g} km WID = {width:.12g} km Mw = {model.mw if slipped else 0.0:.3f} "
        f"Mo = {model.moment:.6e} Nm",
        f"% Mech : STRK = {summary.strike:.12g} DIP = {summary.dip:.12g} RAKE = {rake:.6g} "
        f"Htop = {-corners[:, 2].max() + 0.0:.6g} km",
        "% Rupt : HypX = 999 km HypZ = 999 km avTr = 999 s avVr = 999 km/s",
        "%",
        f"% Invs : Nx = {nx} Nz = {nz} Fmin = 999 Hz Fmax = 999 Hz",
        f"% Invs : Dx = {dx:.12g} km Dz = {dz:.12g} km",
        f"% Invs : Ntw = 1 Nsg = {n_blocks} (# of time-windows,# of fault segments)",
        "%",
    ]
    if np.ndim(model.rigidity) != 0:
        lines.append("% RIGIDITY = SF_MOMENT / (area * slip), patch by patch")
    elif model.rigidity != DEFAULT_RIGIDITY:
        lines.append(f"% RIGIDITY = {model.rigidity!r} Pa (of Mo and SF_MOMENT)")
    lines += [
        "% SOURCE MODEL PARAMETERS",
        "% X,Y,Z coordinates in km; SLIP in m",
        "% RAKE in deg; SF_MOMENT in Nm",
        "%",
        "% Coordinates are given for top-center of each subfault or segment: |'|",
        "% Origin of local coordinate system at LAT, LON of line Loc: X (EW) = 0, Y (NS) = 0",
        _RULE,
        "%--------------------------- MULTISEGMENT MODEL " + "-" * 51,
        _RULE,
    ]
    return lines


def _segment_header(segment: RectangularSegment, run: np.ndarray, index: int, frame: LocalFrame) -> list[str]:
    length, width, nx, _ = _extent(segment, run)
    strike, dip, patch_length, patch_width = segment.rectangles[run[0], 3:]
    top = segment.rectangles[run[0], :3] if nx == 1 else segment.rectangles[run[:nx], :3].mean(axis=0)
    longitude, latitude = frame.to_geographic(top[0], top[1])
    return [
        f"% SEGMENT # {index}: STRIKE = {strike:.12g} deg DIP = {dip:.12g} deg",
        f"% NAME = {segment.name}",
        f"% LEN = {length:.12g} km WID = {width:.12g} km",
        f"% Dx = {patch_length / 1e3:.12g} km Dz = {patch_width / 1e3:.12g} km",
        f"% depth to top: Z2top = {-top[2] / 1e3 + 0.0:.9g} km",
        "% coordinates of top-center:",
        f"% LAT = {float(latitude):.9g}, LON = {float(longitude):.9g}",
        f"% Nsbfs = {len(run)} subfaults",
        _RULE,
        f"% {_COLUMNS}",
        _RULE,
    ]


def _rows(
    model: SlipModel, segment: RectangularSegment, where: slice, run: np.ndarray, frame: LocalFrame
) -> Iterator[str]:
    top = segment.rectangles[run, :3]
    longitude, latitude = frame.to_geographic(top[:, 0], top[:, 1])
    patches = where.start + run
    rake = np.where(np.isnan(model.rake[patches]), 0.0, model.rake[patches])
    for values in zip(
        latitude,
        longitude,
        top[:, 0] / 1e3,
        top[:, 1] / 1e3,
        -top[:, 2] / 1e3,
        model.magnitude[patches],
        rake,
        model.moments[patches],
    ):
        lat, lon, x, y, z, slip, angle, moment = (float(v) + 0.0 for v in values)
        yield f"{lat:.9f} {lon:.9f} {x:.12g} {y:.12g} {z:.12g} {slip:.12g} {angle:.12g} {moment:.9e}"


FORMAT = Format("fsp", (".fsp",), is_fsp, parse_fsp, format_fsp, rank=150)
