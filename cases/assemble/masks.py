"""Which points and pixels a case leaves out, and the note that says so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.assemble.places import place_in_frame
from geoslip.cases.casefile.data import Mask
from geoslip.cases.casefile.units import format_length
from geoslip.downsample.observations import Observations
from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame


def masked_rows(
    observations: Observations, mask: Mask, frame: LocalFrame, fault: Fault
) -> tuple[NDArray[np.bool_], list[str]]:
    """Give the rows that stay, and notes on those that go.

    Parameters
    ----------
    observations : Observations
        As read.
    mask : Mask
        The case's rules but for ``drop``, which the reader follows.
    frame, fault : LocalFrame, Fault
        For places and distances.

    Returns
    -------
    ndarray of bool, shape (n,)
        True for what stays.
    list of str
        One note a rule that removed something.

    Raises
    ------
    ValueError
        If a station to be left out is not there.
    """
    keep, notes = keep_points(observations.points[:, :2], mask, frame, fault)
    if mask.stations:
        names = observations.station
        if names is None:
            raise ValueError("mask.stations names GNSS stations, but these data have none: drop rows by another rule")
        for station in mask.stations:
            if station not in names:
                raise ValueError(f"mask.stations: there is no station '{station}'; mend the name or leave it out")
        gone = np.isin(np.array(names, dtype=object).astype(str), mask.stations)
        notes.append(f"{observations.name}: stations {', '.join(mask.stations)} left out by the case")
        keep &= ~gone
    return keep, [note.replace("{name}", observations.name) for note in notes]


def keep_points(
    points: NDArray[np.float64], mask: Mask, frame: LocalFrame, fault: Fault
) -> tuple[NDArray[np.bool_], list[str]]:
    """Give which points (n, 2; m) lie where the mask lets them stay, and notes with ``{name}`` for the data set."""
    keep = np.ones(len(points), dtype=bool)
    notes: list[str] = []

    def remove(gone: NDArray[np.bool_], why: str) -> None:
        nonlocal keep
        count = int((gone & keep).sum())
        if count:
            notes.append(f"{{name}}: {count} of {len(points)} points left out, {why}")
        keep &= ~gone

    if mask.nearer_than is not None:
        names = mask.trace_of or fault.names
        traced = Fault(tuple(fault.segment(name) for name in names))
        distance = traced.distance_to_trace(points)
        remove(distance < mask.nearer_than, f"nearer than {format_length(mask.nearer_than)} to the mapped traces")
    if mask.farther_than is not None:
        distance = fault.distance_to_trace(points)
        remove(distance > mask.farther_than, f"farther than {format_length(mask.farther_than)} from the traces")
    if mask.remove_inside:
        remove(_in_any(points, mask.remove_inside, frame), "inside mask.remove_inside")
    if mask.keep_inside:
        remove(~_in_any(points, mask.keep_inside, frame), "outside mask.keep_inside")
    return keep, notes


def _in_any(points: NDArray[np.float64], polygons: tuple, frame: LocalFrame) -> NDArray[np.bool_]:
    import shapely

    inside = np.zeros(len(points), dtype=bool)
    for corners in polygons:
        if len(corners) < 3:
            raise ValueError(f"a polygon of a mask has {len(corners)} corners: it needs three or more")
        polygon = shapely.Polygon([place_in_frame(place, frame) for place in corners])
        inside |= shapely.contains_xy(polygon, points[:, 0], points[:, 1])
    return inside
