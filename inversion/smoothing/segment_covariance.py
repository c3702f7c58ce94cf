"""Correlation of slip over the patches of segments that are joined, each with correlation lengths of its own.

Places x_i and x_j on segments with the kernels S_i and S_j (a^2 along the segment's mean strike, b^2 at right angles to
it) have the correlation (Paciorek & Schervish 2006, Environmetrics 17, 483-506, eq. 8)

    det(S_i)^(1/4) det(S_j)^(1/4) det((S_i + S_j) / 2)^(-1/2) R(sqrt((x_i - x_j)' ((S_i + S_j) / 2)^-1 (x_i - x_j))),

with R the correlation of one kernel. On one segment that is R of the lag along strike over a and of the rest of the
distance over b. Distances are straight lines in space and not ways along the fault: with them the matrix is a
covariance whatever the bends, junctions and lengths, for Matern's R is one in any number of dimensions, while distances
along a surface that bends or branches may give matrices with negative eigenvalues. Around a bend of a few tens of
degrees the two hardly differ. Segments that strike otherwise, or have other lengths, are less alike even where they
touch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.smoothing.directions import mean_axes

if TYPE_CHECKING:
    from geoslip.faults import Fault
    from geoslip.faults.fault import FaultSegment

Array = NDArray[np.float64]


def joined_groups(names: Sequence[str], join: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Names in groups that pairs of them tie together, in the order of the names; each name once.

    Raises
    ------
    ValueError
        A pair with a name that is not there.
    """
    group = {name: {name} for name in names}
    for pair in join:
        for name in pair:
            if name not in group:
                raise ValueError(f"join names {name!r}: segments are {', '.join(map(repr, names))}")
        together = group[pair[0]] | group[pair[1]]
        group.update(dict.fromkeys(together, together))
    groups = [tuple(other for other in names if other in group[name]) for name in names]
    return list(dict.fromkeys(groups))


def segment_correlation(
    fault: Fault,
    names: Sequence[str],
    *,
    lengths: Mapping[str, tuple[float, float]],
    correlation: Callable[[Array], Array],
) -> Array:
    """Correlation of slip between the patches of some segments.

    Parameters
    ----------
    fault : Fault
    names : sequence of str
        Of the segments.
    lengths : dict of str to pair of float
        Along strike and at right angles to it, m, by segment name.
    correlation : callable
        R, of distances in correlation lengths.

    Returns
    -------
    (m, m) array
        Of the segments' patches, in the order of the names.
    """
    segments = [fault.segment(name) for name in names]
    kernels = [_kernel(one, *lengths[one.name]) for one in segments]
    rows = []
    for first, own in zip(segments, kernels):
        row = []
        for second, other in zip(segments, kernels):
            mean = 0.5 * (own + other)
            likeness = (np.linalg.det(own) * np.linalg.det(other)) ** 0.25 / np.sqrt(np.linalg.det(mean))
            apart = first.centroids[:, None, :] - second.centroids[None]
            lag = np.sqrt(np.maximum(np.einsum("ijk,kl,ijl->ij", apart, np.linalg.inv(mean), apart, optimize=True), 0))
            row.append(likeness * correlation(lag))
        rows.append(np.hstack(row))
    found = np.vstack(rows)
    return 0.5 * (found + found.T)


def _kernel(segment: FaultSegment, along: float, down: float) -> Array:
    strike = mean_axes(segment)[0]
    return down**2 * np.eye(3) + (along**2 - down**2) * np.outer(strike, strike)
