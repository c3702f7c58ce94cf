"""What a sampler is given: a prior that can be drawn from and a likelihood, both for many places at once.

Places (k, n) are in work coordinates, in which a number of log-uniform prior counts by its logarithm; densities are per
unit of these. A likelihood that is not a number counts as zero and is counted, so that it can be told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.inversion.posterior.distributions import LogUniform, Prior

Array = NDArray[np.float64]

FEWEST_ALLOWED = 1e-4
"""Share of the priors' draws that joint limits must leave."""
MEASURED = 20_000
"""Draws by which the share that joint limits leave is measured."""


class Density(Protocol):
    """A posterior, as every sampler takes it.

    Attributes
    ----------
    not_a_number : int
        Places so far at which the likelihood was no number.
    """

    not_a_number: int

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the n parameters."""

    def log_prior(self, places: Array) -> Array:
        """Natural logarithm of the prior (k,), normalised; -inf where nothing is allowed."""

    def log_likelihood(self, places: Array) -> Array:
        """Natural logarithm of the likelihood (k,); only asked for where the prior is not zero."""

    def draw_prior(self, generator: np.random.Generator, count: int) -> Array:
        """Independent draws (count, n) of the prior."""

    def natural(self, places: Array) -> Array:
        """Work coordinates (..., n) as the numbers they stand for."""

    def work(self, numbers: Array) -> Array:
        """Numbers (..., n) as work coordinates."""


class Searchable(Density, Protocol):
    """A density whose peaks can be searched."""

    @property
    def prior(self) -> JointPrior:
        """Its prior, which has limits."""

    @property
    def angular(self) -> NDArray[np.bool_]:
        """Which of the n parameters turn full circle."""

    def recentred(self, place: Array) -> Searchable:
        """The same density, with what is known of a full circle cut opposite a place (n,)."""


def log_posterior(density: Density, places: ArrayLike) -> Array:
    """Unnormalised posterior (k,), -inf where the prior is zero or the likelihood is not a number."""
    where = np.atleast_2d(np.asarray(places, float))
    result = np.array(density.log_prior(where), float)
    inside = np.isfinite(result)
    if inside.any():
        result[inside] += density.log_likelihood(where[inside])
    return np.where(np.isnan(result), -np.inf, result)


class JointPrior:
    """Independent priors of n numbers within a joint limit.

    Parameters
    ----------
    names : sequence of str
    priors : sequence of Prior
    allowed : callable
        Takes natural numbers (k, n), says which of the k the joint limits allow.

    Raises
    ------
    ValueError
        The joint limits leave next to nothing of the priors.
    """

    def __init__(
        self, names: Sequence[str], priors: Sequence[Prior], *, allowed: Callable[[Array], NDArray[np.bool_]]
    ) -> None:
        self.names, self.priors = tuple(names), tuple(priors)
        self.logarithmic = np.array([isinstance(prior, LogUniform) for prior in priors], bool)
        self.allowed = allowed
        trial = self._draw_free(np.random.default_rng(0), MEASURED)
        self.share = float(np.mean(self._allows(trial)))
        if self.share < FEWEST_ALLOWED:
            raise ValueError(
                f"the joint limits (ground, deepest depth, a limit of your own) leave {self.share:.2%} of what the "
                f"priors of {', '.join(self.names)} allow: they contradict each other; change priors or limits"
            )

    def natural(self, places: Array) -> Array:
        """Work coordinates as the numbers they stand for."""
        result = np.array(places, float)
        # a proposal may be absurd; it only has to be recognised as outside its prior
        result[..., self.logarithmic] = np.exp(np.clip(result[..., self.logarithmic], -300.0, 300.0))
        return result

    def work(self, numbers: Array) -> Array:
        """Numbers as work coordinates."""
        result = np.array(numbers, float)
        result[..., self.logarithmic] = np.log(result[..., self.logarithmic])
        return result

    def log_density(self, places: Array) -> Array:
        """Natural logarithm of the prior (k,) per unit of the work coordinates."""
        numbers = self.natural(places)
        total = np.full(len(numbers), -np.log(self.share))
        for column, prior in enumerate(self.priors):
            total += prior.log_density(numbers[:, column])
        total += places[:, self.logarithmic].sum(axis=1)
        inside = np.isfinite(total)
        if inside.any():
            inside[inside] = self._allows(numbers[inside])
        return np.where(inside, total, -np.inf)

    def draw(self, generator: np.random.Generator, count: int) -> Array:
        """Independent draws (count, n) in work coordinates."""
        kept: list[Array] = []
        while sum(map(len, kept)) < count:
            trial = self._draw_free(generator, max(64, int(1.2 * count / self.share)))
            kept.append(trial[self._allows(trial)])
        return self.work(np.concatenate(kept)[:count])

    @property
    def search_limits(self) -> Array:
        """Finite limits (n, 2) of the work coordinates between which a search looks."""
        return self.work(np.array([prior.search_limits for prior in self.priors]).T).T

    def _draw_free(self, generator: np.random.Generator, count: int) -> Array:
        return np.stack([prior.sample(generator, count) for prior in self.priors], axis=1)

    def _allows(self, numbers: Array) -> NDArray[np.bool_]:
        return np.asarray(self.allowed(numbers), dtype=np.bool_)
