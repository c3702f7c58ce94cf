"""A mixture of Student distributions, one a mode: what samplers start from, propose from, and weigh evidence by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.special import gammaln, logsumexp

from geoslip.inversion.posterior.density import Density, log_posterior

Array = NDArray[np.float64]

FREEDOM = 6.0
"""Degrees of freedom: tails heavy enough to reach beyond the draws that it was fitted to."""
LEAST_WEIGHT = 1e-3
"""Weight that every mode keeps as a proposal, however little it holds."""
WEIGHING_DRAWS = 4000
"""Draws of the mixture, in all, by which the modes are weighed."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """Student distributions of m modes in n dimensions.

    Attributes
    ----------
    weights : (m,) array
        Sum 1.
    means : (m, n) array
    factors : (m, n, n) array
        Cholesky factors of the scale matrices.
    """

    weights: Array
    means: Array
    factors: Array

    @classmethod
    def of(cls, means: Array, covariances: Array, weights: Array | None = None) -> Mixture:
        """From means (m, n), covariances (m, n, n) and weights (m,), equal if not given."""
        m = len(means)
        weights = np.full(m, 1.0 / m) if weights is None else np.asarray(weights, float) / np.sum(weights)
        size = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
        size = np.where(size > 0.0, size, 1e-12)
        correlation = covariances / size[:, :, None] / size[:, None, :] + 1e-9 * np.eye(means.shape[1])
        return cls(weights, np.asarray(means, float), size[:, :, None] * np.linalg.cholesky(correlation))

    def draw(self, generator: np.random.Generator | np.random.RandomState, count: int) -> Array:
        """Independent draws (count, n)."""
        which = np.searchsorted(np.cumsum(self.weights)[:-1], generator.uniform(size=count))
        return self.draw_from(which, generator)

    def draw_from(self, which: NDArray[np.int64], generator: np.random.Generator | np.random.RandomState) -> Array:
        """One draw from each of the named modes (count,)."""
        normal = generator.standard_normal((len(which), self.means.shape[1]))
        stretch = np.sqrt(FREEDOM / generator.chisquare(FREEDOM, len(which)))
        moved = np.einsum("kij,kj->ki", self.factors[which], normal)
        return np.asarray(self.means[which] + stretch[:, None] * moved)

    def log_parts(self, places: Array) -> Array:
        """Log densities (m, k) of each mode at places (k, n), weights left out."""
        n = self.means.shape[1]
        found = np.empty((len(self.weights), len(places)))
        for number, (mean, factor) in enumerate(zip(self.means, self.factors)):
            white = solve_triangular(factor, (places - mean).T, lower=True, check_finite=False)
            constant = gammaln(0.5 * (FREEDOM + n)) - gammaln(0.5 * FREEDOM) - 0.5 * n * np.log(FREEDOM * np.pi)
            constant -= np.log(np.diagonal(factor)).sum()
            found[number] = constant - 0.5 * (FREEDOM + n) * np.log1p((white**2).sum(axis=0) / FREEDOM)
        return found

    def log_density(self, places: Array) -> Array:
        """Log density (k,) at places (k, n)."""
        return np.asarray(logsumexp(self.log_parts(places) + np.log(self.weights)[:, None], axis=0))

    def mode_of(self, places: Array) -> NDArray[np.int64]:
        """Number (k,) of the mode that each place belongs to, all modes weighing alike."""
        return np.asarray(np.argmax(self.log_parts(places), axis=0), dtype=np.int64)

    def refitted(self, draws: Array) -> Mixture:
        """The same modes with means and covariances of the draws (k, n) that belong to them."""
        member, n = self.mode_of(draws), self.means.shape[1]
        means, covariances = self.means.copy(), self.factors @ self.factors.transpose(0, 2, 1)
        for number in range(len(means)):
            own = draws[member == number]
            if len(own) >= 5 * n:
                means[number] = own.mean(axis=0)
                # a Student distribution is wider than its scale; draws of a chain tell its spread a little low
                covariances[number] = np.cov(own.T).reshape(n, n) * (1.1 * (FREEDOM - 2.0) / FREEDOM + 0.1)
        return Mixture.of(means, covariances, self.weights)

    def weighed(self, density: Density, generator: np.random.Generator, *, count: int = WEIGHING_DRAWS) -> Weighing:
        """Weigh the modes by importance sampling, each within the region that belongs to it."""
        m = len(self.weights)
        each = max(200, count // m)
        logs = np.empty(m)
        effective = np.empty(m)
        for number in range(m):
            places = self.draw_from(np.full(each, number), generator)
            ratio = log_posterior(density, places) - self.log_parts(places)[number]
            ratio[self.mode_of(places) != number] = -np.inf
            logs[number] = logsumexp(ratio) - np.log(each) if np.isfinite(ratio).any() else -np.inf
            effective[number] = _effective(ratio)
        total = float(logsumexp(logs))
        share = np.exp(logs - total) if np.isfinite(total) else np.full(m, 1.0 / m)
        kept = np.maximum(share, LEAST_WEIGHT)
        return Weighing(Mixture(kept / kept.sum(), self.means, self.factors), share, logs, effective)


@dataclass(frozen=True, eq=False)
class Weighing:
    """Modes weighed.

    Attributes
    ----------
    mixture : Mixture
        With the weights, none below a thousandth.
    shares : (m,) array
        Of the posterior.
    log_masses : (m,) array
        Logarithm of the posterior's integral over each mode.
    effective : (m,) array
        Draws that the weighing of each was worth.
    """

    mixture: Mixture
    shares: Array
    log_masses: Array
    effective: Array


def _effective(log_ratio: Array) -> float:
    if not np.isfinite(log_ratio).any():
        return 0.0
    weight = np.exp(log_ratio - log_ratio.max())
    return float(weight.sum() ** 2 / (weight**2).sum())


def log_evidence(density: Density, draws: Array, *, mixture: Mixture | None = None, seed: int = 0) -> float:
    """Evidence from posterior draws, by bridge sampling (Meng & Wong 1996, their optimal bridge, iterated).

    Parameters
    ----------
    density : Density
    draws : (k, n) array
        Draws of the posterior in work coordinates.
    mixture : Mixture, optional
        Where the modes lie; one mode if not given.
    seed : int

    Returns
    -------
    float
        Natural logarithm of the integral of likelihood times prior.
    """
    generator = np.random.default_rng(seed)
    half = generator.permutation(len(draws))
    fitted, used = draws[half[: len(half) // 2]], draws[half[len(half) // 2 :]][:10_000]
    start = mixture or Mixture.of(fitted.mean(axis=0)[None], np.atleast_2d(np.cov(fitted.T))[None])
    member = np.bincount(start.mode_of(fitted), minlength=len(start.weights)) / len(fitted)
    other = start.refitted(fitted)
    other = Mixture(
        np.maximum(member, LEAST_WEIGHT) / np.maximum(member, LEAST_WEIGHT).sum(), other.means, other.factors
    )
    proposed = other.draw(generator, len(used))
    ours = log_posterior(density, used) - other.log_density(used)
    theirs = log_posterior(density, proposed) - other.log_density(proposed)
    log = float(np.median(ours))
    for _ in range(200):
        top = logsumexp(theirs - np.logaddexp(theirs, log))
        bottom = logsumexp(-np.logaddexp(ours, log))
        moved = float(top - bottom)
        if abs(moved - log) < 1e-8:
            break
        log = moved
    return moved
