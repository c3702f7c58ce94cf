"""Which patches touch which, along how much of an edge, and where the fault ends.

| quantity | unit |
|---|---|
| shared_length, distance, rim_length, rim_distance | m |
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geoslip.faults.edges import Contacts, Edges, bare_length, edges_of, touching_edges
from geoslip.faults.fault import Fault
from geoslip.faults.junction import abutting_contacts, hinged_contacts, joined_contacts


@dataclass(frozen=True, eq=False)
class Adjacency:
    """Pairs of touching patches, and the edges where a patch has no neighbour.

    Parameters
    ----------
    pairs : numpy.ndarray of int, (m, 2)
        Patch numbers, the smaller first, sorted; each pair once.
    shared_length : numpy.ndarray, (m,)
        Length over which the two touch, m.
    distance : numpy.ndarray, (m,)
        From centre to centre by way of the shared edge, at right angles to it, m.
    across : numpy.ndarray of bool, (m,)
        Whether the two belong to different segments.
    rim_patch, rim_side : numpy.ndarray, (k,)
        Patch and side ('top', 'bottom', 'start', 'end') of an edge without neighbour on all or part of it.
    rim_length : numpy.ndarray, (k,)
        Length of that edge without neighbour, m.
    rim_distance : numpy.ndarray, (k,)
        From the patch's centre to that edge, m.
    rim_edge : numpy.ndarray of int, (k,)
        Which edge of the patch's outline it is: edge j runs from corner j to corner j + 1.
    """

    pairs: np.ndarray
    shared_length: np.ndarray
    distance: np.ndarray
    across: np.ndarray
    rim_patch: np.ndarray
    rim_side: np.ndarray
    rim_length: np.ndarray
    rim_distance: np.ndarray
    rim_edge: np.ndarray


def neighbours(
    fault: Fault, *, join: str | Sequence[tuple[str, str]] = "touching", tolerance: float | None = None
) -> Adjacency:
    """Neighbours within segments and across segments that touch.

    Rows of unequal patch length, fans and bags of rectangles need no grid: two patches are neighbours where an edge of
    one runs along an edge of the other. Segments touch edge along edge; down sides that start from one corner and part
    below, as those of dipping planes along a bent trace do; or where an edge of one runs through the face of the other
    (a T junction).

    Parameters
    ----------
    fault : Fault
    join : str or sequence of pairs of names
        'touching' to join segments that touch, 'none' to keep segments apart, or pairs of segment names that count
        as touching although a gap parts their sides; others join if they touch.
    tolerance : float, optional
        How far apart in metres edges may be and still touch; 5 % of the shorter edge unless given.

    Returns
    -------
    Adjacency

    Raises
    ------
    ValueError
        If `join` is unknown, names a segment that is not there, or joins segments that are far apart.
    """
    if isinstance(join, str) and join not in ("touching", "none"):
        raise ValueError(f"join {join!r} is unknown: it must be 'touching', 'none' or a list of pairs of segment names")
    if tolerance is not None and not (np.isfinite(tolerance) and tolerance >= 0.0):
        raise ValueError(f"tolerance {tolerance} m must be a number, 0 or more")
    edges, centroids, segment = edges_of(fault), fault.centroids, fault.segment_index
    found = touching_edges(edges, centroids, tolerance=tolerance)
    within = found.keep(segment[found.patch] == segment[found.other_patch])
    if isinstance(join, str) and join == "none":
        found = within
    else:
        outer = bare_length(edges, within)
        hinged, hung = hinged_contacts(fault, edges, outer, bare_length(edges, found), tolerance=tolerance)
        found = _together(found, hinged)
        named = [] if isinstance(join, str) else [(first, second) for first, second in join]
        found = _together(found, joined_contacts(fault, edges, outer, bare_length(edges, found), named))
        bare = bare_length(edges, found)
        found = _together(found, abutting_contacts(fault, edges, bare, hung + named, tolerance=tolerance))
    pairs, shared, distance = _merge_pairs(edges, centroids, found)
    bare = bare_length(edges, found)
    rim = np.flatnonzero(bare > 0.0)
    return Adjacency(
        pairs=pairs,
        shared_length=shared,
        distance=distance,
        across=segment[pairs[:, 0]] != segment[pairs[:, 1]],
        rim_patch=edges.patch[rim],
        rim_side=edges.side[rim],
        rim_length=bare[rim],
        rim_distance=edges.distance_from(rim, centroids[edges.patch[rim]]),
        rim_edge=rim - np.searchsorted(edges.patch, edges.patch[rim]),
    )


def _together(first: Contacts, second: Contacts) -> Contacts:
    names = Contacts.__dataclass_fields__
    return Contacts(**{name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in names})


def _merge_pairs(edges: Edges, centroids: np.ndarray, found: Contacts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each pair of patches once: lengths added, distances averaged by length."""
    length = (found.high - found.low) * _once(found)
    ours = edges.distance_from(found.edge, centroids[found.patch])
    # an abutting edge lies on the other patch itself, and so its centre's distance counts from the same line
    line = np.where(found.other_edge >= 0, found.other_edge, found.edge)
    theirs = edges.distance_from(line, centroids[found.other_patch])
    both = np.sort(np.stack([found.patch, found.other_patch], axis=1), axis=1).reshape(-1, 2)
    pairs, which = np.unique(both, axis=0, return_inverse=True)
    which = which.reshape(-1)
    shared = np.bincount(which, weights=length, minlength=len(pairs))
    weighted = np.bincount(which, weights=length * (ours + theirs), minlength=len(pairs))
    return pairs, shared, weighted / shared


def _once(found: Contacts) -> np.ndarray:
    """Weights that count a pair once where each patch has an edge in the face of the other."""
    upward = found.patch < found.other_patch
    both = np.sort(np.stack([found.patch, found.other_patch], axis=1), axis=1).reshape(-1, 2)
    which = np.unique(both, axis=0, return_inverse=True)[1].reshape(-1)
    abutting = found.other_edge < 0
    ways = [np.bincount(which, weights=abutting & way, minlength=1)[which] > 0 for way in (upward, ~upward)]
    return np.where(abutting & ways[0] & ways[1], 0.5, 1.0)
