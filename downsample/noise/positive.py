"""Making a covariance positive definite by the least change that says what it is: variance added to every datum."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigvalsh

from geoslip.downsample.errors import DataError

FLOOR = 1e-6
"""Least eigenvalue that is left, as a share of the mean variance: noise of a thousandth of the standard deviation."""
LARGEST = 0.01
"""Largest share of the mean variance that is added; what needs more is no covariance."""


class PositiveDefinite(NamedTuple):
    """matrix (n, n), m^2; added: variance put on the diagonal, m^2; share: that over the mean variance."""

    matrix: NDArray[np.float64]
    added: float
    share: float


def made_positive_definite(matrix: NDArray[np.float64], *, what: str) -> PositiveDefinite:
    """Add to the diagonal what lifts the smallest eigenvalue to a floor, and say how much that was.

    Parameters
    ----------
    matrix : ndarray, shape (n, n)
        Symmetric, m^2; not changed.
    what : str
        How the message calls it.

    Returns
    -------
    PositiveDefinite
        With added = 0 and the same numbers where nothing was needed.

    Raises
    ------
    DataError
        If more than a hundredth of the mean variance would be needed.
    """
    mean = float(np.trace(matrix)) / len(matrix)
    if not mean > 0.0:
        raise DataError(f"{what}: a mean variance of {mean:.3g} m^2 is none; variances are positive")
    lowest = float(eigvalsh(matrix, subset_by_index=(0, 0))[0])
    added = max(FLOOR * mean - lowest, 0.0)
    if added > LARGEST * mean:
        raise DataError(
            f"{what}: eigenvalues down to {lowest / mean:.2g} of the mean variance are no rounding: this is no"
            " covariance; check its model, or give the noise a nugget"
        )
    result = matrix.copy()
    result[np.diag_indices_from(result)] += added
    return PositiveDefinite(result, added, added / mean)
