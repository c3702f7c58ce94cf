"""From the ``slip:`` block to constraints."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geoslip.cases.assemble.places import place_in_frame
from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.slip import SegmentSlip, Slip
from geoslip.cases.errors import CaseError
from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame
from geoslip.faults.neighbours import neighbours
from geoslip.faults.protocol import FaultSegment
from geoslip.inversion.azimuth import rakes_of_azimuths
from geoslip.inversion.bounds.constraints import Constraints
from geoslip.inversion.smoothing.operators import zero_rims


def build_constraints(case: Case, fault: Fault, *, frame: LocalFrame) -> Constraints:
    """Give what slip may do: rake or azimuth and largest slip by segment, and the cap on moment."""
    slip = case.slip
    rake: dict[str, Any] = {}
    maximum: dict[str, float] = {}
    minimum: dict[str, float] = {}
    for entry in case.faults:
        own = slip.segments.get(entry.name)
        rake[entry.name] = _directions(slip, own, fault.segment(entry.name), frame)
        largest = own.maximum if own is not None and own.maximum is not None else slip.maximum
        if largest is not None:
            maximum[entry.name] = largest
        least = own.minimum if own is not None and own.minimum is not None else slip.minimum
        if least is not None:
            minimum[entry.name] = least
    low, high = slip.moment if slip.moment is not None else (None, slip.moment_at_most)
    return Constraints(
        rake=rake,
        maximum=maximum or None,
        minimum=minimum or None,
        locked=_locked(case, fault, frame),
        equal=_equal_pairs(case, fault),
        decay=slip.decay,
        moment_at_least=low,
        moment_at_most=high,
        rigidity=case.elastic.rigidity,
    )


def _locked(case: Case, fault: Fault, frame: LocalFrame) -> NDArray[np.bool_] | None:
    """Patches whose centre lies outside the polygon or below the depth that the case names, or on a locked edge."""
    slip = case.slip
    locked = np.zeros(fault.n_patches, bool)
    for name, where in fault.slices.items():
        own = slip.segments.get(name)
        depth = own.not_below if own is not None and own.not_below is not None else slip.not_below
        if depth is not None:
            locked[where] = -fault.centroids[where, 2] > depth
    if slip.within is not None:
        polygon = shapely.Polygon([place_in_frame(place, frame) for place in slip.within])
        locked |= ~shapely.contains_xy(polygon, fault.centroids[:, 0], fault.centroids[:, 1])
    edges = edges_named(case, "locked_edges")
    if any(edges.values()):
        adjacency = neighbours(fault, join=case.join or "touching")
        locked[adjacency.rim_patch[zero_rims(fault, adjacency, edges)]] = True
    if locked.all():
        rule = "every patch is outside the polygon, below the depth or on a locked edge: widen them, or cut it smaller"
        raise CaseError(case.mistake(("slip",), rule))
    return locked if locked.any() else None


def _equal_pairs(case: Case, fault: Fault) -> NDArray[np.int64] | None:
    """Patches that share an edge between the segments that the case pairs."""
    if not case.slip.equal:
        return None
    adjacency = neighbours(fault, join=case.join or "touching")
    sides = np.sort(fault.segment_index[adjacency.pairs], axis=1)
    chosen = np.zeros(len(sides), bool)
    for number, pair in enumerate(case.slip.equal):
        unknown = [name for name in pair if name not in fault.names]
        if unknown:
            rule = f"there is no segment {unknown[0]!r}; there are {', '.join(fault.names)}"
            raise CaseError(case.mistake(("slip", "equal", number), rule))
        these = np.all(sides == sorted(fault.names.index(name) for name in pair), axis=1)
        if not these.any():
            rule = f"{pair[0]} and {pair[1]} share no edge: join them, or leave the pair out"
            raise CaseError(case.mistake(("slip", "equal", number), rule))
        chosen |= these
    return np.asarray(adjacency.pairs)[chosen]


def _directions(slip: Slip, own: SegmentSlip | None, segment: FaultSegment, frame: LocalFrame) -> Any:
    """The rakes a segment may have: 'free' or a window, patch by patch where an azimuth gives it."""
    window, azimuth = slip.rake, slip.azimuth
    if own is not None and (own.rake is not None or own.azimuth is not None):
        window, azimuth = own.rake or "free", own.azimuth
    if azimuth is None:
        return window if window == "free" else tuple(window)
    # azimuths of the case count from true north; those of the frame differ by the convergence of the meridians
    longitude, latitude = frame.to_geographic(*segment.centroids[:, :2].T)
    turn = frame.meridian_convergence(longitude, latitude)
    return rakes_of_azimuths(segment, low=azimuth[0] - turn, high=azimuth[1] - turn)


def edges_named(case: Case, key: str) -> dict[str, tuple[str, ...]]:
    """The edges that the case names under a key, by segment."""
    own = {entry.name: getattr(case.slip.segments.get(entry.name), key, None) for entry in case.faults}
    return {name: getattr(case.slip, key) if edges is None else edges for name, edges in own.items()}
