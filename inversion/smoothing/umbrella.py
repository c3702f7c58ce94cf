"""The scale-dependent umbrella: the Laplacian of slip on triangles, exact for slip that is linear on the surface.

The umbrella of Maerten et al. (2005, eq. 9, after Desbrun et al. 1999) weighs the difference to each neighbour by one
over the distance e_j of the centres: (2/E) sum_j (s_j - s_i) / e_j with E = sum_j e_j. In two dimensions that is half
the Laplacian; here it is doubled, so that one strength means the same on triangles and on rectangles. It vanishes for
linear slip on equilateral triangles only. On any others the weights w_j are changed, by as little as possible, so that

    sum_j w_j x_j = 0              linear slip has no Laplacian,
    sum_j w_j |x_j|^2 = 4          s = |x|^2 / 2 has the Laplacian 2, as for the doubled umbrella,

with x_j the neighbour's centre relative to the triangle's own after the surface is unfolded about their common edge. A
triangle has three neighbours, and so three weights and no choice: w_1 : w_2 : w_3 = x_2 x x_3 : x_3 x x_1 : x_1 x x_2.

An edge of the rim has the triangle's mirror image for a neighbour: of the same slip where slip is flat across the edge,
of opposite slip where it is zero on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

if TYPE_CHECKING:
    from geoslip.faults import Adjacency, Fault

Array = NDArray[np.float64]
Index = NDArray[np.int64]

FLAT = 1e-6
"""Sine of the angle between two triangles below which they count as one plane."""

OFFSET = 0.05
"""Misfit of the distance by way of the common line, relative to it, above which the line is no common edge."""


def triangular(fault: Fault) -> NDArray[np.bool_]:
    """Which patches (n_patches,) are triangles."""
    return np.concatenate([np.full(part.n_patches, part.outlines.shape[1] == 3) for part in fault.segments])


def umbrella(fault: Fault, adjacency: Adjacency, *, zero: NDArray[np.bool_]) -> sparse.csr_array:
    """Laplacian of a scalar on the triangles of a fault; the rows of other patches are empty.

    Parameters
    ----------
    fault : Fault
        n patches; a triangle's neighbours may be of any kind.
    adjacency : Adjacency
        k rim edges.
    zero : (k,) bool array
        Rim edges on which the scalar is zero; across the others it is flat.

    Returns
    -------
    sparse (n, n) array
        1/m^2.
    """
    patch, neighbour, share, place = _neighbourhoods(fault, adjacency, zero)
    weights = np.empty(len(patch))
    starts = np.flatnonzero(np.diff(patch, prepend=-1))
    counts = np.diff(np.append(starts, len(patch)))
    three = starts[counts == 3, None] + np.arange(3)
    weights[three] = _three_weights(place[three])
    for start, count in zip(starts[counts != 3].tolist(), counts[counts != 3].tolist()):
        weights[start : start + count] = _least_changed(place[start : start + count])
    shape = (fault.n_patches, fault.n_patches)
    between = sparse.coo_array((weights * share, (patch, neighbour)), shape=shape)
    own = np.bincount(patch, weights, minlength=fault.n_patches)
    return sparse.csr_array(between - sparse.diags_array(own))


def _neighbourhoods(fault: Fault, adjacency: Adjacency, zero: NDArray[np.bool_]) -> tuple[Index, Index, Array, Array]:
    """Neighbours of all triangles, sorted by triangle: its number, theirs, the share of slip they have, their place.

    A neighbour's slip is the share times that of the patch named, which for a mirror image is the triangle itself.
    """
    is_triangle = triangular(fault)
    patch = np.concatenate([adjacency.pairs[:, 0], adjacency.pairs[:, 1]])
    other = np.concatenate([adjacency.pairs[:, 1], adjacency.pairs[:, 0]])
    chosen = is_triangle[patch]
    patch, other = patch[chosen], other[chosen]
    unfolded = _unfolded(fault, patch, other, distance=np.tile(adjacency.distance, 2)[chosen])
    rim = is_triangle[adjacency.rim_patch]
    image = adjacency.rim_patch[rim]
    mirrored = _mirrored(fault, image, adjacency.rim_edge[rim])
    order = np.argsort(np.concatenate([patch, image]), kind="stable")
    share = np.concatenate([np.ones(len(other)), np.where(zero[rim], -1.0, 1.0)])
    place = np.concatenate([unfolded, mirrored])
    return (
        np.concatenate([patch, image])[order],
        np.concatenate([other, image])[order],
        share[order],
        _in_plane(fault, np.concatenate([patch, image]), place)[order],
    )


def _in_plane(fault: Fault, patch: Index, vectors: Array) -> Array:
    """Components (k, 2) of vectors (k, 3) along strike and up dip of patches (k,)."""
    axes = np.stack([fault.strike_vectors[patch], fault.updip_vectors[patch]], axis=1)
    return np.asarray(np.einsum("kij,kj->ki", axes, vectors))


def _mirrored(fault: Fault, patch: Index, edge: Index) -> Array:
    """Centres (k, 3) of the mirror images of triangles across one of their edges, relative to their own."""
    outlines = np.array([fault.outlines[number] for number in patch.tolist()]).reshape(-1, 3, 3)
    rows = np.arange(len(patch))
    start, end = outlines[rows, edge], outlines[rows, (edge + 1) % 3]
    along = (end - start) / np.linalg.norm(end - start, axis=1)[:, None]
    away = start - fault.centroids[patch]
    return np.asarray(2.0 * (away - np.sum(away * along, axis=1)[:, None] * along))


def _unfolded(fault: Fault, patch: Index, other: Index, *, distance: Array) -> Array:
    """Centres (k, 3) of neighbours relative to patches, turned into their planes about the line where the two meet.

    Where that line is not the common edge, by which the centres are so far apart as `distance` (k,) says, the two meet
    across a gap or an offset and the neighbour is taken where it is.
    """
    centres, normals = fault.centroids, fault.normals
    ours, theirs = normals[patch], normals[other]
    apart = centres[other] - centres[patch]
    axis = np.cross(ours, theirs)
    sine = np.linalg.norm(axis, axis=1)
    folded = sine > FLAT
    axis /= np.where(folded, sine, 1.0)[:, None]
    # from our centre to the line common to both planes, and from it to the neighbour's centre, at right angles to it
    across = np.cross(axis, ours)
    reach = np.sum(apart * theirs, axis=1) / np.where(folded, np.sum(across * theirs, axis=1), 1.0)
    beyond = apart - reach[:, None] * across
    beyond -= np.sum(beyond * axis, axis=1)[:, None] * axis
    turned_distance = reach + np.sign(reach) * np.linalg.norm(beyond, axis=1)
    turned = np.sum(apart * axis, axis=1)[:, None] * axis + turned_distance[:, None] * across
    folded &= np.abs(np.abs(turned_distance) - distance) <= OFFSET * distance
    return np.where(folded[:, None], turned, apart)


def _three_weights(places: Array) -> Array:
    """Weights (k, 3) of three neighbours at places (k, 3, 2)."""
    following, last = np.roll(places, -1, axis=1), np.roll(places, -2, axis=1)
    weights = following[..., 0] * last[..., 1] - following[..., 1] * last[..., 0]
    return np.asarray(4.0 * weights / np.sum(weights * np.sum(places**2, axis=2), axis=1)[:, None])


def _least_changed(places: Array) -> Array:
    """Weights (k,) of any number of neighbours at places (k, 2) that differ least from the umbrella's."""
    distance = np.linalg.norm(places, axis=1)
    plain = 4.0 / (distance * distance.sum())
    rules = np.vstack([places.T / distance.sum(), distance**2 / 4.0])
    wrong = np.append(np.zeros(2), 1.0) - rules @ plain
    return np.asarray(plain + plain * (rules.T @ np.linalg.lstsq(rules * plain @ rules.T, wrong)[0]))
