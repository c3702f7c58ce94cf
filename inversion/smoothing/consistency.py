"""Finite-volume flows on rows that do not line up, mended so that linear slip has no Laplacian.

Where rows of patches of unequal length meet, the line between two centres does not cross their shared edge at a right
angle, and the sum of flows w_j (s_j - s_i) sees a gradient that is not there. The flows of such a patch are changed by
the least amount, sum (dw_j)^2 / w_j, for which sum w_j x_j = 0 over the positions x of its neighbours relative to it
(linear slip has no Laplacian) and sum w_j |x_j|^2 stays (so that curvature keeps its measure). On a regular grid
nothing changes. An axis along which a patch touches the rim is left alone, for there the edge rule decides; so is a
patch that touches another segment, whose plane is not its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from geoslip.faults import Adjacency, Fault

Array = NDArray[np.float64]

ALIGNED = 1e-9
"""Misfit of the first moments, relative to their size, below which rows count as lined up."""


def consistent_flows(
    fault: Fault, adjacency: Adjacency, flow: Array
) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Flows from each patch to each neighbour.

    Parameters
    ----------
    fault : Fault
    adjacency : Adjacency
        m pairs.
    flow : (m,) array
        Shared length over distance of each pair.

    Returns
    -------
    patch, neighbour : (2 m,) int array
    flows : (2 m,) array
        Flow per metre of slip difference; a pair's two directions may differ.
    """
    patch = np.concatenate([adjacency.pairs[:, 0], adjacency.pairs[:, 1]])
    neighbour = np.concatenate([adjacency.pairs[:, 1], adjacency.pairs[:, 0]])
    flows = np.concatenate([flow, flow])
    apart = fault.centroids[neighbour] - fault.centroids[patch]
    along = np.sum(apart * fault.strike_vectors[patch], axis=1)
    up = np.sum(apart * fault.updip_vectors[patch], axis=1)
    inner_along, inner_up = _inner_axes(fault, adjacency)
    order = np.argsort(patch, kind="stable")
    starts = np.searchsorted(patch[order], np.arange(fault.n_patches + 1))
    for one in np.flatnonzero(inner_along | inner_up):
        rows = order[starts[one] : starts[one + 1]]
        moments = np.stack([x[rows] for x, inner in ((along, inner_along), (up, inner_up)) if inner[one]])
        flows[rows] = _mended(flows[rows], moments, along[rows] ** 2 + up[rows] ** 2)
    return patch, neighbour, flows


def _inner_axes(fault: Fault, adjacency: Adjacency) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Patches that touch no rim and no other segment, along strike and down the dip."""
    n = fault.n_patches
    alone = np.ones(n, bool)
    alone[adjacency.pairs[adjacency.across].ravel()] = False
    axes = []
    for sides in (("start", "end"), ("top", "bottom")):
        inner = alone.copy()
        inner[adjacency.rim_patch[np.isin(adjacency.rim_side, sides)]] = False
        axes.append(inner)
    return axes[0], axes[1]


def _mended(flows: Array, moments: Array, squares: Array) -> Array:
    """Flows (k,) changed least so that their first moments (a, k) vanish and the second stays."""
    misfit = moments @ flows
    if np.all(np.abs(misfit) <= ALIGNED * (np.abs(moments) @ flows)):
        return flows
    rules = np.vstack([moments, squares])
    size = np.abs(rules) @ flows
    rules = rules / np.where(size > 0.0, size, 1.0)[:, None]
    wanted = np.append(-(rules[:-1] @ flows), 0.0)
    change = flows * (rules.T @ np.linalg.lstsq(rules * flows @ rules.T, wanted)[0])
    return flows + change
