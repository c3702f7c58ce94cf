"""Patches held by their corners, as polygon formats do: outlines in degrees to segments, and back."""

import numpy as np

from geoslip.faults.corners import rectangles_of_corners
from geoslip.faults.fault import Fault
from geoslip.faults.formats.common import fault_of_groups, grouped, middle_frame, required_frame
from geoslip.faults.formats.errors import FormatError
from geoslip.faults.frame import LocalFrame
from geoslip.faults.segment import GROUND_ROUNDING
from geoslip.faults.slip import SlipModel

#: a ring whose ends differ by no more than this, in degrees or m, is closed
_CLOSED = 1e-5


def outlines_in_degrees(model: SlipModel, format_name: str) -> list[np.ndarray]:
    """Corners (k, 3) of each patch in order round it: longitude, latitude, depth in m.

    Raises
    ------
    FormatError
        If the model has no frame.
    """
    frame = required_frame(model, format_name)
    outlines = model.fault.outlines
    every = np.concatenate(outlines)
    longitude, latitude = frame.to_geographic(every[:, 0], every[:, 1])
    sizes = [len(corners) for corners in outlines]
    return np.split(np.column_stack([longitude, latitude, 0.0 - every[:, 2]]), np.cumsum(sizes)[:-1])


def fault_of_outlines(
    outlines: list[np.ndarray], names: list[str], *, frame: LocalFrame | None, source: str
) -> tuple[Fault, np.ndarray, LocalFrame]:
    """A fault from polygons in degrees and depth (m), the order in which it takes them, and its frame.

    Rings of three corners are triangles, of four rectangles whose two upper corners are the top edge.

    Raises
    ------
    FormatError
        If a polygon has another number of corners.
    ValueError
        If corners make no rectangle or no segment.
    """
    rings = [ring[:-1] if len(ring) > 3 and np.abs(ring[0] - ring[-1]).max() <= _CLOSED else ring for ring in outlines]
    wrong = [k for k, ring in enumerate(rings) if len(ring) not in (3, 4)]
    if wrong:
        message = f"polygon {wrong[0]} has {len(rings[wrong[0]])} corners: patches have three or four"
        raise FormatError(message, source=source)
    every = np.concatenate(rings)
    frame = frame or middle_frame(every[:, 0], every[:, 1])
    rectangles, corners = np.full((len(rings), 7), np.nan), np.full((len(rings), 3, 3), np.nan)
    east, north = frame.to_local(every[:, 0], every[:, 1])
    sizes = np.array([len(ring) for ring in rings])
    placed = np.split(np.column_stack([east, north, -every[:, 2]]), np.cumsum(sizes)[:-1])
    for size in np.unique(sizes):
        chosen = np.flatnonzero(sizes == size)
        at = np.stack([placed[k] for k in chosen])
        if size == 3:
            at[:, :, 2] = np.where(np.abs(at[:, :, 2]) < GROUND_ROUNDING, 0.0, at[:, :, 2])
            corners[chosen] = at
        else:
            rectangles[chosen] = rectangles_of_corners(at, tolerance=0.05)
    meshed = not np.isnan(corners).all()
    fault, order = fault_of_groups(grouped(names), rectangles, corners=corners if meshed else None)
    return fault, order, frame
