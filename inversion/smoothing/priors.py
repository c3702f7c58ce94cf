"""Regularisations besides the Laplacian: small gradients, small slip, slip of a known covariance.

Units, so that one strength means the same on two meshes of a fault (slip in m; strength^2 times roughness is a number,
as chi-square):

| operator          | row of L m                                 | roughness                       | unit | strength |
|-------------------|--------------------------------------------|---------------------------------|------|----------|
| laplacian         | Laplacian times root of area               | integral of Laplacian^2         | 1    | 1        |
| first_difference  | slope across a side times root of its area | integral of gradient^2          | m^2  | 1/m      |
| damping           | slip times root of area                    | integral of slip^2              | m^4  | 1/m^2    |
| von_karman        | slip, uncorrelated                         | slip' (correlation)^-1 slip     | m^2  | 1/m      |
| matern            | the same, of any smoothness                | the same                        | m^2  | 1/m      |

The area of a side is its length times the distance of the two centres it parts: half of the ground around it, for it
sees one of two directions. The strength of von_karman is one over the standard deviation of slip that the prior means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular
from scipy.special import gamma, kv

from geoslip.inversion.errors import CovarianceError
from geoslip.inversion.smoothing.operators import Operator, differences, for_each
from geoslip.inversion.smoothing.segment_covariance import joined_groups, segment_correlation

if TYPE_CHECKING:
    from geoslip.faults import Adjacency, Fault

Array = NDArray[np.float64]

JITTER = 1e-8
"""Share of the variance that is added to the diagonal, so that close patches do not make the covariance singular."""


def first_difference(
    fault: Fault,
    adjacency: Adjacency,
    *,
    components: Sequence[str] = ("strike", "dip"),
    zero_edges: Sequence[str] | Mapping[str, Sequence[str]] = (),
) -> Operator:
    """Slope of slip between neighbouring patches, across segments where they touch.

    The row of two patches that share the length w at the distance r is sqrt(w / r) (s_j - s_i), so that on a uniform
    grid the squared norm is the integral of the squared gradient; that of a zero edge is sqrt(w / r) (0 - s_i), with r
    from the centre to the edge.

    Parameters
    ----------
    fault : Fault
    adjacency : Adjacency
        From geoslip.faults.neighbours.
    components : sequence of str
    zero_edges : sequence of str, or dict of these by segment name
        As for the Laplacian.

    Returns
    -------
    Operator

    Raises
    ------
    ConstraintError
        An edge or segment that does not exist.
    """
    one = differences(fault, adjacency, zero_edges=zero_edges, weight=lambda length, apart: np.sqrt(length / apart))
    note = "slope of slip between neighbours, across touching segments"
    return Operator("first_difference", for_each(one, fault, components), note)


def damping(fault: Fault, *, components: Sequence[str] = ("strike", "dip")) -> Operator:
    """Slip itself, weighed by the root of the patch's area: what the data do not ask for is zero.

    Parameters
    ----------
    fault : Fault
    components : sequence of str

    Returns
    -------
    Operator
    """
    one = sparse.diags_array(np.sqrt(fault.areas))
    return Operator("damping", for_each(one, fault, components), "damping of slip toward zero")


def von_karman_correlation(distance: Array, *, hurst: float) -> Array:
    """r^H K_H(r) / (2^(H-1) Gamma(H)), the Matern correlation of order H (Mai & Beroza 2002); exp(-r) at H = 0.5.

    Parameters
    ----------
    distance : array
        r, in correlation lengths.
    hurst : float
        H, 0 to 1 for a von Karman field; larger is smoother.

    Returns
    -------
    array of the same shape
        1 at no distance.

    Raises
    ------
    ValueError
        H that is not positive.
    """
    if not (np.isfinite(hurst) and hurst > 0.0):
        raise ValueError(f"Hurst exponent {hurst!r} must be positive; 0.75 is usual for slip")
    r = np.asarray(distance, dtype=float)
    safe = np.where(r > 0.0, r, 1.0)
    return np.where(r > 0.0, safe**hurst * kv(hurst, safe) / (2.0 ** (hurst - 1.0) * gamma(hurst)), 1.0)


def von_karman(
    fault: Fault,
    *,
    lengths: tuple[float, float] | Mapping[str, tuple[float, float]],
    hurst: float = 0.75,
    components: Sequence[str] = ("strike", "dip"),
    join: Sequence[tuple[str, str]] = (),
) -> Operator:
    """Prior of slip with a von Karman covariance of unit variance on each segment, none between those not joined.

    With the correlation S = C C' of a segment's patches, L = C^-1, so that the squared norm is m' S^-1 m. The lag along
    strike is taken along the segment's mean strike, the rest of the distance counts along dip; between segments that
    are joined, geoslip.inversion.smoothing.segment_covariance tells how.

    Memory and time grow with the square and cube of the patches of a segment, or of the segments that are joined.

    Parameters
    ----------
    fault : Fault
    lengths : pair of float, or dict of these by segment name
        Correlation lengths along strike and dip, m (correlation_lengths gives them by the size of the fault).
    hurst : float
    components : sequence of str
    join : sequence of pairs of str
        Segments over which the covariance goes on; what is joined to one of a pair is joined to the other.

    Returns
    -------
    Operator

    Raises
    ------
    ValueError
        Lengths or an exponent that are not positive, or are missing for a segment; a join of what is not there.
    CovarianceError
        Lengths so large against the patches that the covariance is singular.
    """
    pairs = {name: lengths.get(name) if isinstance(lengths, Mapping) else lengths for name in fault.names}
    for name, pair in pairs.items():
        if pair is None or len(pair) != 2 or not min(pair) > 0.0:
            raise ValueError(f"segment {name!r}: correlation lengths {pair!r} must be two positive numbers, m")
    known = {name: (float(pair[0]), float(pair[1])) for name, pair in pairs.items() if pair is not None}
    groups = joined_groups(fault.names, join)
    one = np.zeros((fault.n_patches, fault.n_patches))
    for names in groups:
        index = np.concatenate([np.arange(fault.n_patches)[fault.slices[name]] for name in names])
        one[np.ix_(index, index)] = _inverse_factor(fault, names, known, hurst)
    said = [f"{name} {1e-3 * along:.3g} and {1e-3 * down:.3g} km" for name, (along, down) in known.items()]
    said += [f"over {' and '.join(names)} as one" for names in groups if len(names) > 1]
    note = f"von Karman covariance, Hurst exponent {hurst:g}, lengths along strike and dip: {'; '.join(said)}"
    return Operator("von_karman", for_each(sparse.csr_array(one), fault, components), note)


def _inverse_factor(
    fault: Fault, names: Sequence[str], lengths: Mapping[str, tuple[float, float]], hurst: float
) -> Array:
    """C^-1 of the patches of segments that are correlated with each other."""

    def correlation(lag: Array) -> Array:
        return von_karman_correlation(lag, hurst=hurst)

    matrix = segment_correlation(fault, names, lengths=lengths, correlation=correlation)
    factor = cholesky(matrix + JITTER * np.eye(len(matrix)), lower=True)
    if float(np.diagonal(factor).min()) ** 2 < 10.0 * JITTER:
        pair = lengths[names[0]]
        raise CovarianceError(
            f"segment {' with '.join(map(repr, names))}: correlation lengths of {pair[0]:.4g} m and {pair[1]:.4g} m "
            "make the covariance of its patches singular: shorten them or take a smaller Hurst exponent"
        )
    return np.asarray(solve_triangular(factor, np.eye(len(factor)), lower=True))


def matern(
    fault: Fault,
    *,
    lengths: tuple[float, float] | Mapping[str, tuple[float, float]],
    smoothness: float = 1.5,
    components: Sequence[str] = ("strike", "dip"),
    join: Sequence[tuple[str, str]] = (),
) -> Operator:
    """Prior of slip with a Matern covariance of unit variance: von Karman's form at any smoothness.

    Parameters
    ----------
    fault : Fault
    lengths : pair of float, or dict of these by segment name
        Along strike and along dip, m; the argument of the Bessel function is the distance over them.
    smoothness : float
        Order of the Bessel function: 0.5 is exponential, 1.5 once differentiable, 2.5 twice.
    components : sequence of str
    join : sequence of pairs of str
        As for von_karman.

    Returns
    -------
    Operator

    Raises
    ------
    ValueError, CovarianceError
        As for von_karman.
    """
    like = von_karman(fault, lengths=lengths, hurst=smoothness, components=components, join=join)
    note = like.note.replace("von Karman covariance, Hurst exponent", "Matern covariance, smoothness")
    return Operator("matern", like.matrix, note)
