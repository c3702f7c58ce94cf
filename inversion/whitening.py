"""Whitening: turning correlated data into data of unit variance, one data set at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky, solve_triangular

from geoslip.inversion.errors import CovarianceError

Array = NDArray[np.float64]

SMALLEST_PIVOT = 1e-13
"""Least share of a datum's variance that its neighbours must leave unexplained."""


@dataclass(frozen=True, eq=False)
class Whitener:
    """The Cholesky factor of a covariance.

    Attributes
    ----------
    factor : (n, n) or (n,) array
        Lower triangular F with F F' = C; the standard deviations alone where C is diagonal.
    """

    factor: Array

    @classmethod
    def of(cls, covariance: Array, *, name: str) -> Whitener:
        """Factor a covariance (n, n) in m^2; time grows with n^3, with n^2 for a diagonal one.

        Raises
        ------
        CovarianceError
            It is not square, finite, symmetric or positive definite; the message names the data set and the rows.
        """
        matrix = np.asarray(covariance, dtype=float)
        square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]
        diagonal = square and np.count_nonzero(matrix) == np.count_nonzero(np.diagonal(matrix))
        if not square or not np.isfinite(np.diagonal(matrix) if diagonal else matrix).all():
            raise CovarianceError(f"{name}: the covariance of shape {matrix.shape} must be square and finite")
        sigma = np.sqrt(np.maximum(np.diagonal(matrix), 0.0))
        if sigma.min(initial=np.inf) <= 0.0:
            row = int(np.argmin(sigma))
            raise CovarianceError(
                f"{name}: the variance of row {row + 1} must be positive; drop the row or give it one"
            )
        if diagonal:
            return cls(sigma)
        if np.abs(matrix - matrix.T).max() > 1e-9 * float(sigma.max()) ** 2:
            raise CovarianceError(f"{name}: the covariance is not symmetric: give the full matrix")
        correlation = matrix / sigma[:, None] / sigma
        try:
            factor = cholesky(correlation, lower=True, check_finite=False)
        except LinAlgError as error:
            raise CovarianceError(_singular(name, correlation)) from error
        if float(np.diagonal(factor).min()) ** 2 < SMALLEST_PIVOT:
            raise CovarianceError(_singular(name, correlation))
        return cls(sigma[:, None] * factor)

    def whiten(self, array: Array) -> Array:
        """Give F^-1 times an array (n,) or (n, m), as a new array."""
        if self.factor.ndim == 1:
            return array / (self.factor if array.ndim == 1 else self.factor[:, None])
        return solve_triangular(self.factor, array, lower=True, check_finite=False)

    @property
    def log_determinant(self) -> float:
        """Natural logarithm of the covariance's determinant (m^2 units)."""
        diagonal = self.factor if self.factor.ndim == 1 else np.diagonal(self.factor)
        return 2.0 * float(np.log(diagonal).sum())


def _singular(name: str, correlation: Array) -> str:
    apart = np.abs(correlation - np.diag(np.diagonal(correlation)))
    first, second = sorted(int(k) + 1 for k in np.unravel_index(int(np.argmax(apart)), apart.shape))
    return (
        f"{name}: the covariance is singular or not positive definite (rows {first} and {second} have the largest "
        f"correlation, {apart.max():.6g}): drop a datum that is given twice, or add a nugget, the variance of what "
        "differs from datum to datum"
    )
