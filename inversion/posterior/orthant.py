"""How much of a Gaussian lies between bounds of zero: what bounds do to the evidence of a model.

With slip x of precision A and A mean = r, the evidence under bounds is that without them times the share of the
Gaussian posterior within the bounds, over the share of the prior. Two ways to a share: expectation propagation
(Cunningham, Hennig & Lacoste-Julien 2011, arXiv 1111.6832), a quick and smooth approximation; and draws one coordinate
after the other, each within its bound (Genz 1992, J. Comput. Graph. Stat. 1, 141-149), unbiased and with an error that
is known, to hold the first to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, cholesky, lapack, solve_triangular
from scipy.special import log_ndtr, logsumexp, ndtri_exp

Array = NDArray[np.float64]

ROUNDS = 150
SETTLED = 1e-5
"""Change of the logarithm of the share at which the rounds end."""
DAMPING = (0.7, 0.2)
"""Share of each correction that is taken; the second where the first does not settle."""
FAR = 50.0
"""Bounds so many deviations beyond the mean take the asymptotic series for the moments."""


def signs(lower: Array, upper: Array) -> Array:
    """+1 for parameters (q,) of at least 0, -1 for those of at most 0, 0 for free ones.

    Raises
    ------
    ValueError
        Another bound.
    """
    positive, negative = (lower == 0.0) & np.isposinf(upper), np.isneginf(lower) & (upper == 0.0)
    free = np.isneginf(lower) & np.isposinf(upper)
    if not (positive | negative | free).all():
        worst = int(np.argmin(positive | negative | free))
        raise ValueError(
            f"a parameter lies between {lower[worst]:g} and {upper[worst]:g}: the share of a Gaussian is found between "
            "bounds of zero and infinity alone; leave maximum and minimum out"
        )
    return positive.astype(float) - negative


def log_share(precision: Array, right: Array, sign: Array) -> float:
    """Logarithm of the share of a Gaussian in an orthant, by expectation propagation.

    Parameters
    ----------
    precision : (q, q) array
        A, positive definite.
    right : (q,) array
        A times the mean.
    sign : (q,) array
        As signs gives them.

    Returns
    -------
    float
        Where the rounds do not settle, that of log_share_drawn with the same random numbers each time. Time grows with
        q^3 a round, of which a dozen are usual.
    """
    if not sign.any():
        return 0.0
    for damping in DAMPING:
        if np.isfinite(found := _propagated(precision, right, sign, damping=damping)):
            return found
    return log_share_drawn(precision, right, sign, generator=np.random.default_rng(0))[0]


def _propagated(precision: Array, right: Array, sign: Array, *, damping: float) -> float:
    """Logarithm of the share by rounds of expectation propagation; NaN where they do not settle."""
    bound = np.flatnonzero(sign)
    turned, place = sign[bound], np.diag_indices(len(right))
    tau, nu = np.zeros(len(right)), np.zeros(len(right))
    start, before, last = _log_partition(precision, right)[0], -np.inf, np.nan
    for _ in range(ROUNDS):
        matrix = np.array(precision)
        matrix[place] += tau
        log, mean, variance = _log_partition(matrix, right + nu)
        mean, variance = mean[bound] * turned, variance[bound]
        own_tau, own_nu = tau[bound], nu[bound] * turned
        cavity_tau, cavity_nu = 1.0 / variance - own_tau, mean / variance - own_nu
        if not np.all(cavity_tau > 0.0):
            return np.nan
        deviation = cavity_tau**-0.5
        log_mass, new_mean, new_variance = _half_line(cavity_nu / cavity_tau, deviation)
        part = log_mass + 0.5 * cavity_nu**2 / cavity_tau - 0.5 * np.log(cavity_tau)
        part -= 0.5 * mean**2 / variance + 0.5 * np.log(variance)
        last = log - start + float(part.sum())
        if abs(last - before) < SETTLED:
            return min(last, 0.0)
        before = last
        tau[bound] += damping * (np.maximum(1.0 / new_variance - cavity_tau, 0.0) - own_tau)
        nu[bound] += damping * turned * (new_mean / new_variance - cavity_nu - own_nu)
    return np.nan


def log_share_drawn(
    precision: Array, right: Array, sign: Array, *, generator: np.random.Generator, draws: int = 4000
) -> tuple[float, float]:
    """Logarithm of the share by draws of one coordinate after the other, and its standard error.

    Parameters
    ----------
    precision, right, sign
        As in log_share.
    generator : numpy.random.Generator
    draws : int

    Returns
    -------
    tuple of float
        Where the error is above about 0.5, the draws are too few to tell.
    """
    if not sign.any():
        return 0.0, 0.0
    factor = cho_factor(precision, lower=True)
    covariance, mean = cho_solve(factor, np.eye(len(right))), cho_solve(factor, right)
    # only the bounded ones matter; the least likely first, as Genz advises
    bound = np.flatnonzero(sign)
    bound = bound[np.argsort(sign[bound] * mean[bound] / np.sqrt(np.diagonal(covariance)[bound]))]
    turned = sign[bound]
    root = cholesky(covariance[np.ix_(bound, bound)] * np.outer(turned, turned), lower=True)
    mean = mean[bound] * turned
    normal, log = np.zeros((len(bound), draws)), np.zeros(draws)
    for number in range(len(bound)):
        # normal deviates of at least `low` keep this coordinate above zero
        low = -(mean[number] + root[number, :number] @ normal[:number]) / root[number, number]
        mass = log_ndtr(-low)
        log += mass
        normal[number] = -ndtri_exp(mass + np.log(generator.uniform(size=draws)))
    total = float(logsumexp(log) - np.log(draws))
    weight = np.exp(log - log.max())
    return total, float(weight.std() / weight.mean() / np.sqrt(draws))


def _log_partition(precision: Array, right: Array) -> tuple[float, Array, Array]:
    """r' A^-1 r / 2 - ln det A / 2, the mean (q,) and the variances (q,)."""
    factor = cholesky(precision, lower=True, check_finite=False)
    half = solve_triangular(factor, right, lower=True, check_finite=False)
    inverse = lapack.dtrtri(factor, lower=1)[0]
    log = 0.5 * float(half @ half) - float(np.log(np.diagonal(factor)).sum())
    return log, inverse.T @ half, np.einsum("ij,ij->j", inverse, inverse)


def _half_line(mean: Array, deviation: Array) -> tuple[Array, Array, Array]:
    """Logarithm of the mass above zero, mean and variance of Gaussians cut off at zero."""
    low = -mean / deviation
    log_mass = log_ndtr(-low)
    hazard = np.exp(-0.5 * low**2 - 0.5 * np.log(2.0 * np.pi) - log_mass)
    far = low > FAR
    inverse = 1.0 / np.where(far, low, FAR)
    above = np.where(far, inverse - 2.0 * inverse**3, hazard - low)
    spread = np.where(far, inverse**2 - 6.0 * inverse**4, 1.0 - hazard * above)
    return log_mass, deviation * above, deviation**2 * np.maximum(spread, 1e-12)
