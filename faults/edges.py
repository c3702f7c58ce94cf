"""The edges of all patches of a fault, and where two of them run along each other."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from geoslip.faults.fault import Fault

#: edges of patches further apart than this fraction of the shorter one do not touch
TOUCHING = 0.05

#: least cosine between two edges that run along each other: edges that merely cross are no contact
PARALLEL = 0.99

#: shared or bare stretches shorter than this fraction of an edge are taken for rounding
NEGLIGIBLE = 0.01


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges of patches: ends (e, 3), the patch and the segment each belongs to, and its side's name.

    `conforming` (e,) marks those of triangles, which meet others of their segment end to end or not at all.
    """

    start: np.ndarray
    end: np.ndarray
    patch: np.ndarray
    segment: np.ndarray
    side: np.ndarray
    conforming: np.ndarray

    @property
    def middle(self) -> np.ndarray:
        """Midpoints (e, 3)."""
        return 0.5 * (self.start + self.end)

    @property
    def length(self) -> np.ndarray:
        """Lengths (e,), m."""
        return np.linalg.norm(self.end - self.start, axis=1)

    def distance_from(self, edge: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Distance (k,) of points (k, 3) from the lines through edges (k,)."""
        along = (self.end - self.start)[edge] / self.length[edge, None]
        away = points - self.start[edge]
        return np.linalg.norm(away - np.sum(away * along, axis=1)[:, None] * along, axis=1)


@dataclass(frozen=True, eq=False)
class Contacts:
    """Stretches where an edge runs along another edge, or (with edge -1) through a patch.

    `low` and `high` are metres from the start of `edge`; `other_low` and `other_high` those from the start of
    `other_edge`. `patch` and `other_patch` are the patches that meet there.
    """

    edge: np.ndarray
    other_edge: np.ndarray
    patch: np.ndarray
    other_patch: np.ndarray
    low: np.ndarray
    high: np.ndarray
    other_low: np.ndarray
    other_high: np.ndarray

    def keep(self, which: np.ndarray) -> "Contacts":
        """The contacts of a mask or an index."""
        return Contacts(**{name: getattr(self, name)[which] for name in self.__dataclass_fields__})


def edges_of(fault: Fault) -> Edges:
    """All edges of all patches, patch by patch in the order of the outlines."""
    start, end, patch, segment, side, conforming = [], [], [], [], [], []
    first = 0
    for number, part in enumerate(fault.segments):
        corners = np.asarray(part.outlines)
        n, k = corners.shape[:2]
        start.append(corners.reshape(-1, 3))
        end.append(np.roll(corners, -1, axis=1).reshape(-1, 3))
        patch.append(first + np.repeat(np.arange(n), k))
        segment.append(np.full(n * k, number))
        side.append(np.asarray(part.edge_sides).reshape(-1))
        conforming.append(np.full(n * k, k == 3))
        first += n
    return Edges(*(np.concatenate(values) for values in (start, end, patch, segment, side, conforming)))


def touching_edges(edges: Edges, centroids: np.ndarray, *, tolerance: float | None = None) -> Contacts:
    """Every two edges of different patches that run along each other.

    Two edges touch over the stretch they share along the longer one's line, if there the shorter stays within
    `tolerance` metres of it (5 % of the shorter edge unless given) and is parallel to it within 8 degrees. Patches
    that lie one on the other (one centroid) are no neighbours. Takes about n log n steps for n patches of similar size.
    """
    longer, shorter = _candidates(edges, centroids, tolerance)
    length = edges.length
    along = (edges.end - edges.start)[longer] / length[longer, None]
    origin = edges.start[longer]
    at_start = np.sum((edges.start[shorter] - origin) * along, axis=1)
    at_end = np.sum((edges.end[shorter] - origin) * along, axis=1)
    low = np.maximum(np.minimum(at_start, at_end), 0.0)
    high = np.minimum(np.maximum(at_start, at_end), length[longer])
    run = at_end - at_start
    usable = (high - low > NEGLIGIBLE * length[shorter]) & (np.abs(run) > PARALLEL * length[shorter])
    safe_run = np.where(usable, run, 1.0)
    fraction_low, fraction_high = (low - at_start) / safe_run, (high - at_start) / safe_run
    near = _tolerance(length[shorter], tolerance)
    for fraction, place in ((fraction_low, low), (fraction_high, high)):
        on_shorter = edges.start[shorter] + fraction[:, None] * (edges.end - edges.start)[shorter]
        gap = np.linalg.norm(on_shorter - origin - place[:, None] * along, axis=1)
        usable &= gap <= near
    # in a mesh of triangles slivers lie close along each other without touching: only whole edges count
    meshed = edges.conforming[longer] & (edges.segment[longer] == edges.segment[shorter])
    usable &= ~meshed | (high - low >= (1.0 - 1e-6) * length[longer])
    other = np.sort(np.stack([fraction_low, fraction_high]), axis=0) * length[shorter]
    found = Contacts(longer, shorter, edges.patch[longer], edges.patch[shorter], low, high, other[0], other[1])
    return found.keep(usable)


def _tolerance(length: np.ndarray, tolerance: float | None) -> np.ndarray:
    return TOUCHING * length if tolerance is None else np.full(length.shape, float(tolerance))


def _candidates(edges: Edges, centroids: np.ndarray, tolerance: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (longer, shorter) of edges of different patches whose midpoints are near enough to touch."""
    middle, length = edges.middle, edges.length
    reach = length * (1.0 + TOUCHING) if tolerance is None else length + tolerance
    found = cKDTree(middle).query_ball_point(middle, reach)
    longer = np.repeat(np.arange(len(middle)), [len(hits) for hits in found])
    shorter = np.concatenate([np.asarray(hits, dtype=np.int64) for hits in found])
    # each pair once: from its longer edge, or by number where both are equally long
    once = (length[shorter] < length[longer]) | ((length[shorter] == length[longer]) & (shorter < longer))
    once &= edges.patch[longer] != edges.patch[shorter]
    longer, shorter = longer[once], shorter[once]
    apart = np.linalg.norm(centroids[edges.patch[longer]] - centroids[edges.patch[shorter]], axis=1)
    distinct = apart > TOUCHING * length[shorter]
    return longer[distinct], shorter[distinct]


def bare_length(edges: Edges, contacts: Contacts) -> np.ndarray:
    """Length (e,) of each edge that no contact covers, m; less than 1 % of the edge counts as none."""
    index = np.concatenate([contacts.edge, contacts.other_edge])
    low = np.concatenate([contacts.low, contacts.other_low])
    high = np.concatenate([contacts.high, contacts.other_high])
    real = index >= 0
    index, low, high = index[real], low[real], high[real]
    order = np.lexsort((low, index))
    covered = np.zeros(len(edges.patch))
    reached: dict[int, float] = {}
    for edge, begin, stop in zip(index[order].tolist(), low[order].tolist(), high[order].tolist()):
        begin = max(begin, reached.get(edge, 0.0))
        if stop > begin:
            covered[edge] += stop - begin
            reached[edge] = stop
    bare = edges.length - covered
    return np.where(bare > NEGLIGIBLE * edges.length, bare, 0.0)
