"""Posterior in, chains out: Gibbs sweeps, reflecting trajectories, and the hybrid of both.

Sweeps are cheap and mix well as long as the data are noisy; trajectories cost a factorisation but still move when the
data tie the parameters into a needle. The hybrid does both and works from large to tiny noise; what it reached is in
the diagnostics of the chains.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.linalg.blas import dtrsv
from scipy.linalg.lapack import dpotrf, dpotri

from geoslip.inversion.bounds.faces import FACTOR_FAILED
from geoslip.inversion.errors import SingularProblemError
from geoslip.inversion.posterior.chains import MOST_TIMES, Chains
from geoslip.inversion.posterior.checkpoint import Checkpoint, identity
from geoslip.inversion.posterior.diagnostics import FEWEST_DRAWS
from geoslip.inversion.posterior.gibbs import gibbs_sweeps, renew_strength, truncated_gamma
from geoslip.inversion.posterior.pool import Pool
from geoslip.inversion.posterior.race import Race
from geoslip.inversion.posterior.reflection import mirror, reflect
from geoslip.inversion.posterior.target import BoundedGaussian, LogUniform

Array = NDArray[np.float64]

METHODS = ("hybrid", "gibbs", "reflection")
SWEEPS, PARAMETERS_A_SWEEP = 20, 12
"""Sweeps a draw: at least so many, and one for so many parameters. A sweep costs q^2 beside a trajectory's q^3, so that
the sweeps of a draw, by which the strength moves, take a fixed share of its time."""
QUARTER = 0.5 * np.pi
"""Duration of a trajectory: without bounds its end does not depend on its start."""
MOST_BOUNCES = 1_000_000


def sample_bounded(
    target: BoundedGaussian,
    *,
    start: Array | None = None,
    method: str = "hybrid",
    draws: int = 1000,
    chains: int = 4,
    warmup: int | None = None,
    enough: float | None = None,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    watch: Callable[[float], None] | None = None,
    checkpoint: Checkpoint | None = None,
    pool: Pool | None = None,
) -> Chains:
    """Sample a Gaussian between bounds and its scales.

    The chains run on threads, each with random numbers of its own, so the draws do not depend on how many cores there
    are. Time grows with q^2 a sweep and q^3 a trajectory, memory with q^2 a chain.

    Parameters
    ----------
    target : BoundedGaussian
    start : (q,) array, optional
        Where the chains start, moved into the bounds; zero if not given.
    method : {"hybrid", "gibbs", "reflection"}
    draws, chains : int
        Draws kept of each chain, at least 8; number of chains.
    warmup : int, optional
        Draws thrown away before, half of those kept if not given.
    enough : float, optional
        Effective draws, in bulk and tail, that every parameter shall have: the chains go on until they do and R-hat is
        at most 1.01, or have ten times as many draws; only `draws` if not given.
    seed : int
    progress : callable, optional
        Called with the finished fraction, of a run that goes on anew.
    watch : callable, optional
        Called every few seconds with the largest R-hat so far of the scales and of some parameters.
    checkpoint : Checkpoint, optional
        Where the chains' state is kept; if there is one already, they go on from it, to the same draws as a run that
        was never interrupted.
    pool : Pool, optional
        Whose workers the chains run on, instead of threads, to the same draws.

    Returns
    -------
    Chains
        The parameters, then the noise scales and the strength that are sampled.

    Raises
    ------
    ValueError
        An unknown method, or too few draws or chains.
    SingularProblemError
        The Gaussian is not proper without its bounds (not for "gibbs").
    CheckpointError
        The checkpoint belongs to another problem.
    """
    warmup = draws // 2 if warmup is None else warmup
    if method not in METHODS:
        raise ValueError(f"method {method!r} is unknown: use one of {', '.join(METHODS)}")
    if draws < FEWEST_DRAWS or chains < 1 or warmup < 0:
        raise ValueError(
            f"{chains} chains of {draws} draws after {warmup}: needed are at least 1 chain, {FEWEST_DRAWS} draws and a "
            "warm-up that is not negative"
        )
    seeds = np.random.SeedSequence(seed).spawn(chains)
    states = [Chain(target, np.random.default_rng(one), start=start, method=method) for one in seeds]
    made_for = identity(
        _arrays(target), method=method, draws=draws, chains=chains, warmup=warmup, seed=seed, sweeps=_sweeps(target),
        start=_digest(start), parameters=target.n, priors_of_the_scales=_priors(target),
    )  # fmt: skip
    race = Race(states, draws, warmup=warmup, checkpoint=checkpoint, identity=made_for, pool=pool)
    names = target.names + target.scale_names
    found = Chains(race.run(progress=progress, watch=watch), names)
    most = MOST_TIMES * draws
    while enough is not None and race.draws < most and (times := found.times_as_many(enough)) > 1.0:
        race.lengthen(min(math.ceil(times * race.draws), most) - race.draws)
        found = Chains(race.run(progress=progress, watch=watch), names)
    return found


class Chain:
    """The state of one chain and how it moves.

    Parameters
    ----------
    target : BoundedGaussian
    generator : numpy.random.Generator
    start : (q,) array, optional
    method : {"hybrid", "gibbs", "reflection"}

    Attributes
    ----------
    x : (q,) array
    noise : (terms,) array
    strength : float
    """

    def __init__(
        self, target: BoundedGaussian, generator: np.random.Generator, *, start: Array | None, method: str
    ) -> None:
        self.target, self.generator, self.method, self.sweeps = target, generator, method, _sweeps(target)
        self.x = np.clip(np.zeros(target.n) if start is None else start, target.lower, target.upper)
        columns = sparse.csc_array(target.gram)
        self.columns = columns.indptr.astype(np.int64), columns.indices.astype(np.int64), columns.data
        self.noise_ranges = np.array([_range(term.noise) for term in target.terms])
        self.strength_range = np.array(_range(target.strength))
        # each chain begins with scales of its own, so that chains that agree have come to agree
        self.noise = np.array([_between(limits, generator) for limits in self.noise_ranges])
        self.strength = float(_between(self.strength_range, generator))
        self._combine()
        self.scales_change = bool(target.scale_names)
        self._moments: tuple[Array, Array, Array] | None = None

    def advance(self) -> None:
        """Move by one draw, in place."""
        if self.method != "reflection":
            self.sweep()
        if self.method != "gibbs":
            self.trajectory()
        self.renew_noise()

    def mark(self, step: int) -> dict[str, Any]:
        """Where the chain stands after a step, enough to go on from there."""
        return {
            "step": step,
            "x": self.x.copy(),
            "noise": self.noise.tolist(),
            "strength": self.strength,
            "generator": self.generator.bit_generator.state,
        }

    def restore(self, mark: dict[str, Any]) -> None:
        """Go back to a mark."""
        self.x, self.noise, self.strength = mark["x"], np.array(mark["noise"]), float(mark["strength"])
        self.generator.bit_generator.state = mark["generator"]
        self._combine()

    def twin(self) -> Chain:
        """Another chain that moves by itself; they share the target."""
        other = copy.copy(self)
        other.generator = copy.deepcopy(self.generator)
        return other

    def sweep(self) -> None:
        """Gibbs sweeps, the strength renewed after each."""
        target = self.target
        self.strength = gibbs_sweeps(
            self.sweeps, self.x, self.normal @ self.x - self.right, target.gram @ self.x, self.normal, *self.columns,
            np.diagonal(target.gram).copy(), target.lower, target.upper, self.right, self.strength,
            self.strength_range, self.target.normaliser, self.generator,
        )  # fmt: skip

    def trajectory(self) -> None:
        """One reflecting trajectory at the scales of now, then a new strength."""
        factor, covariance, mean = self.moments()
        low, high = self.target.lower - mean, self.target.upper - mean
        velocity = dtrsv(factor, self.generator.standard_normal(self.x.size), overwrite_x=1)
        offset = self.x - mean
        if reflect(offset, velocity, covariance, low, high, QUARTER, MOST_BOUNCES) >= 0:
            self.x = np.clip(mean + offset, self.target.lower, self.target.upper)
        rough = self.target.gram @ self.x
        self.strength = renew_strength(
            self.x, rough, self.strength, self.strength_range, self.target.normaliser, self.generator
        )

    def moments(self) -> tuple[Array, Array, Array]:
        """Upper factor of the precision, covariance and mean of the Gaussian without bounds, at the scales of now."""
        if self._moments is None or self.scales_change:
            precision = np.asfortranarray(self.target.gram.T).copy(order="F")
            precision *= self.strength**2
            precision += self.normal.T
            factor, failed = dpotrf(precision, clean=0, overwrite_a=1)
            if failed:
                raise SingularProblemError(FACTOR_FAILED.format(n=self.x.size))
            covariance = dpotri(factor)[0].T
            mirror(covariance)
            half = dtrsv(factor, self.right, trans=1)
            self._moments = factor, covariance, dtrsv(factor, half, overwrite_x=1)
        return self._moments

    def renew_noise(self) -> None:
        """Draw the noise scales given x: 1 / s^2 is gamma with shape n / 2 and rate chi2 / 2."""
        changed = False
        for number, term in enumerate(self.target.terms):
            low, high = self.noise_ranges[number]
            if low < high:
                rate, now = 0.5 * term.chi_square(self.x), self.noise[number] ** -2
                weight = truncated_gamma(0.5 * term.count, rate, high**-2, low**-2, now, self.generator)
                self.noise[number] = weight**-0.5
                changed = True
        if changed:
            self._combine()

    def state(self) -> Array:
        """The parameters and the scales that are sampled."""
        sampled = self.noise[self.noise_ranges[:, 0] < self.noise_ranges[:, 1]]
        strength = [self.strength] if isinstance(self.target.strength, LogUniform) else []
        return np.concatenate([self.x, sampled, strength])

    def _combine(self) -> None:
        # by rows, because sweeps read a row a step; zeros_like would keep the order of the gram matrix
        self.normal, self.right = np.zeros(self.target.gram.shape), np.zeros(self.target.n)
        for weight, term in zip(self.noise**-2.0, self.target.terms, strict=True):
            self.normal += weight * term.normal
            self.right += weight * term.right


def _sweeps(target: BoundedGaussian) -> int:
    return max(SWEEPS, target.n // PARAMETERS_A_SWEEP)


def _digest(start: Array | None) -> str:
    return "zero" if start is None else f"{float(np.abs(start).sum()):.6g}"


def _arrays(target: BoundedGaussian) -> Iterator[Array]:
    yield from (target.gram, target.lower, target.upper, target.normaliser)
    for term in target.terms:
        yield from (term.normal, term.right, np.array([term.energy, term.count]))


def _priors(target: BoundedGaussian) -> str:
    return "; ".join([str(target.strength), *(f"{term.name} {term.noise}" for term in target.terms)])


def _range(scale: float | LogUniform) -> tuple[float, float]:
    return (scale.low, scale.high) if isinstance(scale, LogUniform) else (scale, scale)


def _between(limits: Array, generator: np.random.Generator) -> float:
    low, high = limits
    if low == high:
        return float(low)
    # around the middle third of the logarithm: far apart, but not at a scale that never was meant
    return float(low ** (1.0 - (share := generator.uniform(1 / 3, 2 / 3))) * high**share)
