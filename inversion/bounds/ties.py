"""Slip that is tied from patch to patch: equal across shared edges, or never growing with depth.

Both are changes of parameters, exact in the bounded engine: equal patches share their parameters; with y >= 0 on every
patch, slip is y there plus the slip of the patch below it, x = T y.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from geoslip.inversion.errors import ConstraintError

if TYPE_CHECKING:
    from geoslip.faults import Fault
    from geoslip.inversion.bounds.constraints import ParameterSpace


def tied(space: ParameterSpace, pairs: NDArray[np.int64]) -> ParameterSpace:
    """Give the space in which pairs of patches (m, 2) have equal parameters.

    Raises
    ------
    ConstraintError
        Patches with different kinds of parameters (rake windows of another width, one locked), or whose bounds leave
        nothing in common.
    """
    kinds = _kinds(space)
    rows, columns = [], []
    for first, second in np.asarray(pairs):
        ours, theirs = kinds.get(int(first), []), kinds.get(int(second), [])
        if len(ours) != len(theirs):
            raise ConstraintError(
                f"patches {first} and {second} are to slip equally but have {len(ours)} and {len(theirs)} parameters: "
                "give both the same kind of rake, and lock both or neither"
            )
        rows += ours
        columns += theirs
    links = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(space.n, space.n))
    count, label = connected_components(links, directed=False)
    merge = sparse.csr_array(sparse.coo_array((np.ones(space.n), (np.arange(space.n), label)), shape=(space.n, count)))
    lower, upper = np.full(count, -np.inf), np.full(count, np.inf)
    np.maximum.at(lower, label, space.lower)
    np.minimum.at(upper, label, space.upper)
    if np.any(lower > upper):
        raise ConstraintError("equal slip on shared edges contradicts the bounds of the patches: give them like bounds")
    patch = np.zeros(count, np.int64)
    patch[label[::-1]] = space.patch[::-1]
    return replace(space, basis=sparse.csr_array(space.basis @ merge), lower=lower, upper=upper, patch=patch)


def decaying(space: ParameterSpace, below: NDArray[np.int64]) -> ParameterSpace:
    """Give the space in which no parameter is smaller than that of the patch below.

    Parameters
    ----------
    space : ParameterSpace
        Parameters of at least 0 without upper bounds.
    below : (n_patches,) int array
        The patch below each, -1 where there is none.

    Raises
    ------
    ConstraintError
        Signed parameters (a free rake) or upper bounds, which the change of parameters cannot keep.
    """
    if np.any(space.lower != 0.0) or np.isfinite(space.upper).any():
        raise ConstraintError(
            "decay with depth contradicts a free rake, a minimum or a maximum of slip: give a rake or a window, and "
            "bound the moment instead"
        )
    kinds = _kinds(space)
    rows, columns = list(range(space.n)), list(range(space.n))
    for patch, numbers in kinds.items():
        deeper = int(below[patch])
        while deeper >= 0 and deeper in kinds:
            if len(kinds[deeper]) != len(numbers):
                raise ConstraintError("decay with depth needs one kind of rake on all patches of a segment")
            rows += numbers
            columns += kinds[deeper]
            deeper = int(below[deeper])
    change = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(space.n, space.n))
    return replace(space, basis=sparse.csr_array(space.basis @ change))


def patches_below(fault: Fault) -> NDArray[np.int64]:
    """The patch (n_patches,) that lies below each one's centre in the next row, -1 in the last row.

    Raises
    ------
    ConstraintError
        A segment of triangles, which has no rows.
    """
    below = np.full(fault.n_patches, -1)
    for segment in fault.segments:
        row = getattr(segment, "row", None)
        if row is None:
            raise ConstraintError(f"segment {segment.name!r} has no rows of patches: decay with depth needs rectangles")
        first = fault.slices[segment.name].start
        along = np.sum(segment.centroids * segment.strike_vectors, axis=1)
        for patch in range(segment.n_patches):
            under = np.flatnonzero(row == row[patch] + 1)
            if under.size:
                below[first + patch] = first + under[np.argmin(np.abs(along[under] - along[patch]))]
    return below


def _kinds(space: ParameterSpace) -> dict[int, list[int]]:
    """Numbers of the parameters of each patch, in their order."""
    kinds: dict[int, list[int]] = {}
    for number, patch in enumerate(space.patch):
        kinds.setdefault(int(patch), []).append(number)
    return kinds
