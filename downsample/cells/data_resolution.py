"""Data resolution: how far each datum is predicted by itself rather than by its neighbours.

N = A (A^T A + e I + L^T L)^-1 A^T with A = G / sigma, one row a datum, one column a slip component (or any parameter);
G in m of displacement a m of slip, sigma in m, damping e in 1 / m^2, smoothing L in 1 / m.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import LinAlgError, cholesky, qr, solve_triangular

from geoslip.downsample.errors import DataError

_SAFE_PIVOT = 1e-5
"""Least pivot of a Cholesky factor over its largest from which the diagonal is taken."""


def data_resolution(
    greens: ArrayLike, *, sigma: ArrayLike, damping: float = 0.0, smoothing: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Give the data resolution matrix of a linear inversion (Menke 2018, eq. 4.2).

    Parameters
    ----------
    greens : array_like, shape (n, p)
        What each datum sees of each parameter, metres a unit of the parameter.
    sigma : float or array_like, shape (n,)
        Standard deviations of the data, metres; independent errors.
    damping : float
        Weight e of every parameter's square: 1 / (expected slip)^2.
    smoothing : array_like, shape (k, p), optional
        Rows L that are to be small, in units of their standard deviation.

    Returns
    -------
    ndarray, shape (n, n)
        Symmetric, all eigenvalues 0 to 1. Without damping and smoothing it is a projection: N N = N and its trace is
        the rank of `greens`.

    Raises
    ------
    DataError
        If shapes disagree or a number is not finite or not positive where it must be.
    """
    basis = _data_basis(*_weighted_system(greens, sigma, damping, smoothing))
    return basis @ basis.T


def data_importance(
    greens: ArrayLike, *, sigma: ArrayLike, damping: float = 0.0, smoothing: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Give the diagonal of `data_resolution`, shape (n,), without the matrix.

    Where damping or smoothing keeps the normal matrix far from singular, its Cholesky factor gives the diagonal ten
    times faster than an orthonormal basis, to 1e-6 or better.
    """
    weighted, prior = _weighted_system(greens, sigma, damping, smoothing)
    try:
        factor = cholesky(weighted.T @ weighted + prior.T @ prior, lower=True)
    except LinAlgError:
        return (_data_basis(weighted, prior) ** 2).sum(axis=1)
    pivots = np.diagonal(factor)
    if pivots.min() < _SAFE_PIVOT * pivots.max():
        return (_data_basis(weighted, prior) ** 2).sum(axis=1)
    return (solve_triangular(factor, weighted.T, lower=True) ** 2).sum(axis=0)


def _data_basis(weighted: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows Q1 (n, r) of an orthonormal basis Q of the columns of [A; sqrt(e) I; L], so that N = Q1 Q1^T.

    R^T R = A^T A + e I + L^T L, so A R^-1 = Q1: no normal matrix is formed, none of its digits are lost.
    """
    basis, triangle, _ = qr(np.concatenate([weighted, prior]), mode="economic", pivoting=True)
    pivots = np.abs(np.diagonal(triangle))
    rank = int(np.count_nonzero(pivots > 1e-12 * max(float(pivots[0]), np.finfo(float).tiny)))
    return np.asarray(basis[: len(weighted), :rank])


def _weighted_system(
    greens: ArrayLike, sigma: ArrayLike, damping: float, smoothing: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A = G / sigma (n, p) and the rows [sqrt(e) I; L] (k, p) of what is expected of the parameters, checked."""
    matrix = np.asarray(greens, dtype=float)
    if matrix.ndim != 2 or matrix.shape[0] == 0 or matrix.shape[1] == 0:
        raise DataError(f"resolution: Green's functions of shape {matrix.shape}; needed are rows of data, (n, p)")
    spread = np.asarray(sigma, dtype=float)
    if spread.shape not in ((), (len(matrix),)) or not (np.isfinite(spread).all() and (spread > 0.0).all()):
        raise DataError("resolution: sigma must be one or n standard deviations in metres, finite and above 0")
    if not (np.isfinite(damping) and damping >= 0.0):
        raise DataError(f"resolution: damping {damping} must be a number, 0 or larger")
    prior = [np.sqrt(damping) * np.eye(matrix.shape[1])] if damping > 0.0 else [np.empty((0, matrix.shape[1]))]
    if smoothing is not None:
        rows = np.asarray(smoothing, dtype=float)
        if rows.ndim != 2 or rows.shape[1] != matrix.shape[1]:
            raise DataError(f"resolution: smoothing of shape {rows.shape} for {matrix.shape[1]} parameters")
        prior.append(rows)
    weighted, expected = matrix / (spread[:, None] if spread.ndim else spread), np.concatenate(prior)
    if not (np.isfinite(weighted).all() and np.isfinite(expected).all()):
        raise DataError("resolution: Green's functions or smoothing are not finite; mask data that lie on the fault")
    return weighted, expected
