"""Where segments meet otherwise than edge along edge: one abutting another's face, or joined by name over a gap."""

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
from scipy.spatial import cKDTree

from geoslip.faults.edges import NEGLIGIBLE, TOUCHING, Contacts, Edges
from geoslip.faults.fault import Fault

#: edge, other edge, patch, other patch, and the stretch's low and high on both edges
_Row = tuple[int, int, int, int, float, float, float, float]

_LATERAL, _LEVEL = ("start", "end"), ("top", "bottom")


def abutting_contacts(
    fault: Fault,
    edges: Edges,
    bare: np.ndarray,
    joined: Sequence[tuple[str, str]] = (),
    *,
    tolerance: float | None = None,
) -> Contacts:
    """Bare edges of one segment that run through the face of another's patches: T junctions.

    Segments `joined` by name are left out: their sides have been matched already.

    An edge meets a patch over the stretch that lies inside its outline and within `tolerance` metres (5 % of the
    shorter of edge and patch unless given) of its plane.
    """
    free = np.flatnonzero(bare > 0.0)
    outlines, centroids, normals = fault.outlines, fault.centroids, fault.normals
    radius = np.array([np.linalg.norm(o - c, axis=1).max() for o, c in zip(outlines, centroids)])
    segment = fault.segment_index
    near = cKDTree(centroids).query_ball_point(edges.middle[free], 0.5 * edges.length[free] + radius.max())
    apart = ~np.eye(len(fault.segments), dtype=bool)
    for first, second in joined:
        one, other = fault.names.index(first), fault.names.index(second)
        apart[one, other] = apart[other, one] = False
    rows: list[_Row] = []
    for edge, patches in zip(free.tolist(), near):
        for patch in patches:
            if not apart[segment[patch], edges.segment[edge]]:
                continue
            length = edges.length[edge]
            slack = TOUCHING * min(length, radius[patch]) if tolerance is None else tolerance
            stretch = _inside(edges.start[edge], edges.end[edge], outlines[patch], normals[patch], slack)
            if stretch is not None and (stretch[1] - stretch[0]) > NEGLIGIBLE:
                rows.append(
                    (edge, -1, int(edges.patch[edge]), patch, stretch[0] * length, stretch[1] * length, 0.0, 0.0)
                )
    return _contacts(rows)


def _inside(
    start: np.ndarray, end: np.ndarray, outline: np.ndarray, normal: np.ndarray, slack: float
) -> tuple[float, float] | None:
    """Fractions of the line start-end between which it lies on the convex outline (Cyrus & Beck 1978)."""
    low, high = 0.0, 1.0
    way, middle = end - start, outline.mean(axis=0)
    for corner, following in zip(outline, np.roll(outline, -1, axis=0)):
        inward = np.cross(normal, following - corner)
        inward *= np.sign(inward @ (middle - corner)) / np.linalg.norm(inward)
        at_start, rate = (start - corner) @ inward, way @ inward
        if abs(rate) < 1e-12 * np.linalg.norm(way):
            if at_start < 0.0:
                return None
        elif rate > 0.0:
            low = max(low, -at_start / rate)
        else:
            high = min(high, -at_start / rate)
    if low >= high:
        return None
    away = [abs((start + fraction * way - middle) @ normal) for fraction in (low, high)]
    return (low, high) if max(away) <= slack else None


def hinged_contacts(
    fault: Fault, edges: Edges, outer: np.ndarray, bare: np.ndarray, *, tolerance: float | None = None
) -> tuple[Contacts, list[tuple[str, str]]]:
    """Contacts down the sides of segments whose sides start from one point and part below, and these segments' names.

    So meet the planes of a trace's legs where they dip: they share the corner at the trace and part, or cross, below.
    Sides hang together if their upper ends lie within `tolerance` metres (5 % of the shortest edge unless given) and
    they point down within 30 degrees of each other.
    """
    rows: list[_Row] = []
    pairs = []
    for one, other in combinations(range(len(fault.segments)), 2):
        for side, facing in product(_LATERAL, _LATERAL):
            ours, theirs = _side(edges, outer, one, side), _side(edges, outer, other, facing)
            if not (ours.size and theirs.size and _hang_together(edges, ours, theirs, tolerance)):
                continue
            pairs.append((fault.names[one], fault.names[other]))
            rows.extend(_matched(edges, ours[bare[ours] > 0.0], theirs[bare[theirs] > 0.0]))
    return _contacts(rows), pairs


def _hang_together(edges: Edges, ours: np.ndarray, theirs: np.ndarray, tolerance: float | None) -> bool:
    ends = []
    for side in (ours, theirs):
        points = np.concatenate([edges.start[side], edges.end[side]])
        ends.append((points[np.argmax(points[:, 2])], points[np.argmin(points[:, 2])]))
    (top, bottom), (other_top, other_bottom) = ends
    shortest = min(edges.length[ours].min(), edges.length[theirs].min())
    if np.linalg.norm(top - other_top) > (TOUCHING * shortest if tolerance is None else tolerance):
        return False
    down, other_down = bottom - top, other_bottom - other_top
    sizes = np.linalg.norm(down), np.linalg.norm(other_down)
    return bool(down @ other_down > np.cos(np.deg2rad(30.0)) * sizes[0] * sizes[1])


def joined_contacts(
    fault: Fault, edges: Edges, outer: np.ndarray, bare: np.ndarray, join: Sequence[tuple[str, str]]
) -> Contacts:
    """Contacts across the facing sides of segments that are to count as touching although a gap parts them.

    Of all pairs of sides (start and end with start and end, top and bottom with top and bottom) the one with the
    smallest gap is joined, as far as its edges are still bare. Stretches correspond at equal depth, or at equal
    distance along level sides.

    Raises
    ------
    ValueError
        If a name is unknown or the nearest sides are further apart than the largest patch is long.
    """
    rows: list[_Row] = []
    for first, second in join:
        one, other = (fault.names.index(fault.segment(name).name) for name in (first, second))
        if one == other:
            raise ValueError(f"join pairs {first!r} with itself: name two different segments")
        ours, theirs, gap = _facing(edges, outer, one, other)
        largest = max(edges.length[edges.segment == number].max() for number in (one, other))
        if gap > largest:
            raise ValueError(
                f"segments {first!r} and {second!r} are to be joined but their nearest sides are {gap / 1e3:.4g} km "
                f"apart, more than the largest patch edge ({largest / 1e3:.4g} km): check the geometry or the names"
            )
        rows.extend(_matched(edges, ours[bare[ours] > 0.0], theirs[bare[theirs] > 0.0]))
    return _contacts(rows)


def _side(edges: Edges, outer: np.ndarray, segment: int, side: str) -> np.ndarray:
    """Numbers of the outer edges on one side of a segment."""
    return np.flatnonzero((edges.segment == segment) & (edges.side == side) & (outer > 0.0))


def _facing(edges: Edges, outer: np.ndarray, one: int, other: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Outer edges of the two sides nearest to each other, and the mean gap between them."""
    best: tuple[np.ndarray, np.ndarray, float] = (np.array([], int), np.array([], int), np.inf)
    for side, facing in (*product(_LATERAL, _LATERAL), *product(_LEVEL, _LEVEL)):
        ours, theirs = _side(edges, outer, one, side), _side(edges, outer, other, facing)
        if ours.size and theirs.size:
            to_theirs = cKDTree(edges.middle[theirs]).query(edges.middle[ours])[0].mean()
            to_ours = cKDTree(edges.middle[ours]).query(edges.middle[theirs])[0].mean()
            gap = float(min(to_theirs, to_ours))
            if gap < best[2]:
                best = (ours, theirs, gap)
    return best


def _matched(edges: Edges, ours: np.ndarray, theirs: np.ndarray) -> list[_Row]:
    """Contacts between two sides, by the overlap of their edges' extents along one common direction."""
    if not (ours.size and theirs.size):
        return []
    both = np.concatenate([ours, theirs])
    way = edges.end[both] - edges.start[both]
    way *= np.where(way @ way[0] < 0.0, -1.0, 1.0)[:, None]
    total = way.sum(axis=0)
    steep = abs(total[2]) > 0.2 * np.linalg.norm(total)
    direction = np.array([0.0, 0.0, 1.0]) if steep else total / np.linalg.norm(total)
    at_start, at_end = edges.start @ direction, edges.end @ direction
    rows: list[_Row] = []
    for a in ours.tolist():
        for b in theirs.tolist():
            low = max(min(at_start[a], at_end[a]), min(at_start[b], at_end[b]))
            high = min(max(at_start[a], at_end[a]), max(at_start[b], at_end[b]))
            extents = abs(at_end[a] - at_start[a]), abs(at_end[b] - at_start[b])
            if high - low <= NEGLIGIBLE * min(extents) or min(extents) == 0.0:
                continue
            stretches = []
            for edge in (a, b):
                ends = (np.array([low, high]) - at_start[edge]) / (at_end[edge] - at_start[edge])
                stretches.append(np.sort(ends) * edges.length[edge])
            (low_a, high_a), (low_b, high_b) = stretches
            rows.append((a, b, int(edges.patch[a]), int(edges.patch[b]), low_a, high_a, low_b, high_b))
    return rows


def _contacts(rows: list[_Row]) -> Contacts:
    table = np.array(rows, dtype=float).reshape(-1, 8)
    return Contacts(*(table[:, k].astype(np.int64) for k in range(4)), *(table[:, k] for k in range(4, 8)))
