"""The posterior of slip on a given fault: the public door, and what it gives back.

Density of slip m and scales, nuisance columns integrated out with a flat prior:

    exp(-1/2 (sum over data sets of chi2 / s^2 + strength^2 ||L m||^2)) within the constraints,

so that its mode at s = 1 is the estimate of geoslip.inversion.solve at the same strength. Where the smoothing has a
target t, slip has a mean beforehand: L m - t takes the place of L m, and what is sampled counts from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.faults import magnitude_of_moment
from geoslip.inversion.bounds.constraints import Constraints, ParameterSpace
from geoslip.inversion.errors import ConstraintError
from geoslip.inversion.posterior.chains import Chains
from geoslip.inversion.posterior.checkpoint import Checkpoint
from geoslip.inversion.posterior.normaliser import log_normaliser
from geoslip.inversion.posterior.pool import Pool
from geoslip.inversion.posterior.predictive import PredictiveCheck, predictive_checks
from geoslip.inversion.posterior.sampler import sample_bounded
from geoslip.inversion.posterior.target import BoundedGaussian, DataTerm, LogUniform, not_on_a_cone
from geoslip.inversion.problem import Problem
from geoslip.inversion.smoothing.norms import NormOperator
from geoslip.inversion.smoothing.operators import Operator
from geoslip.inversion.system import System

Array = NDArray[np.float64]

NOISE_RANGE = (1 / 30, 30.0)
"""Noise scales, as factors of the standard deviations that the data came with."""
STRENGTH_RANGE = (1e-4, 1e5)
"""Strengths, as factors of that at which data and smoothing weigh the same."""
EDGE = 0.02
"""Share of a log-uniform prior's width that counts as its edge."""
AT_EDGE = 0.05
"""Share of the draws in an edge from which on it is told."""


@dataclass(frozen=True, eq=False)
class SlipPosterior:
    """Draws of slip and scales.

    Attributes
    ----------
    system : System
    target : BoundedGaussian
        What was sampled; its parameters count from the prior's mean.
    chains : Chains
        Parameters of the constraints' space, then the scales that were sampled.
    """

    system: System
    target: BoundedGaussian
    chains: Chains

    @property
    def slip_vectors(self) -> Array:
        """Slip components of all draws, chain after chain (all draws, p), all of the first component first, m."""
        return np.asarray(self.system.space.basis @ self._parameters.T).T

    @cached_property
    def samples(self) -> Array:
        """Slip of all draws, chain after chain (all draws, n_patches, 3): strike, dip, opening, m."""
        space, vectors = self.system.space, self.slip_vectors
        table = np.zeros((len(vectors), space.n_patches, 3))
        for number, name in enumerate(space.components):
            where = slice(number * space.n_patches, (number + 1) * space.n_patches)
            table[:, :, ("strike", "dip", "opening").index(name)] = vectors[:, where]
        return table

    @cached_property
    def mean(self) -> Array:
        """Mean slip (n_patches, 3), m; zero where a component is not estimated."""
        return self.system.space.slip_table(self._parameters.mean(axis=0))

    @cached_property
    def standard_deviations(self) -> Array:
        """Of the slip (n_patches, 3), m; NaN where a component is not estimated or a bound leaves it no room."""
        deviation = self.samples.std(axis=0)
        return np.where(deviation > 0.0, deviation, np.nan)

    def quantiles(self, shares: ArrayLike = (0.025, 0.5, 0.975)) -> Array:
        """Quantiles of each slip component (shares, n_patches, 3), m."""
        return np.quantile(self.samples, np.asarray(shares, float), axis=0)

    @cached_property
    def moments(self) -> Array:
        """Scalar moment of each draw (all draws,), N m, with the rigidity of the constraints."""
        return np.asarray(self.sizes @ (self.system.constraints.rigidity * self.system.problem.fault.areas))

    @property
    def magnitudes(self) -> Array:
        """Moment magnitude of each draw (all draws,)."""
        return np.asarray(magnitude_of_moment(self.moments))

    @cached_property
    def sizes(self) -> Array:
        """Size of the shear slip of each draw (all draws, n_patches), m."""
        return np.hypot(self.samples[:, :, 0], self.samples[:, :, 1])

    @property
    def peak_slips(self) -> Array:
        """Largest shear slip of each draw (all draws,), m."""
        return np.asarray(self.sizes.max(axis=1))

    @property
    def mean_rakes(self) -> Array:
        """Rake of each draw's slip summed over area (all draws,), degrees, counted on from their mean."""
        along, up = (self.samples[:, :, number] @ self.system.problem.fault.areas for number in (0, 1))
        middle = np.arctan2(up.sum(), along.sum())
        turned = np.exp(-1j * middle) * (along + 1j * up)
        return np.asarray(np.rad2deg(middle + np.angle(turned)))

    @property
    def centroid_depths(self) -> Array:
        """Depth of each draw's centre of moment (all draws,), m."""
        weight = self.sizes * self.system.problem.fault.areas
        return np.asarray(-(weight @ self.system.problem.fault.centroids[:, 2]) / weight.sum(axis=1))

    @cached_property
    def covariance(self) -> Array:
        """Covariance of the slip components (p, p), all of the first component first, m^2."""
        basis = self.system.space.basis
        inner = np.cov(self._parameters, rowvar=False)
        return np.asarray(basis @ np.asarray(basis @ np.atleast_2d(inner)).T)

    def exceedance(self, slip: float) -> Array:
        """Share of the draws in which each patch slips by more than ``slip`` m (n_patches,)."""
        return np.asarray((self.sizes > slip).mean(axis=0))

    def moment_quantiles(self, shares: ArrayLike = (0.025, 0.5, 0.975)) -> Array:
        """Quantiles of the scalar moment (shares,), N m."""
        return np.quantile(self.moments, np.asarray(shares, float))

    def magnitude_quantiles(self, shares: ArrayLike = (0.025, 0.5, 0.975)) -> Array:
        """Quantiles of the moment magnitude (shares,)."""
        return np.asarray(magnitude_of_moment(self.moment_quantiles(shares)))

    @property
    def strength(self) -> Array:
        """Strength of all draws, or the one number (1,) at which it was held."""
        held = self.target.strength
        return self.chains.of("strength").ravel() if isinstance(held, LogUniform) else np.array([held])

    @property
    def noise_scales(self) -> dict[str, Array]:
        """Noise scale of all draws by data set, or the one number (1,) at which it was held."""
        return {
            term.name: self.chains.of(term.noise_name).ravel()
            if isinstance(term.noise, LogUniform)
            else np.array([term.noise])
            for term in self.target.terms
        }

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Why the draws may not be trusted: not converged, or a scale at its prior's edge."""
        found = list(self.chains.warnings)
        scales = [(term.noise_name, term.noise) for term in self.target.terms] + [("strength", self.target.strength)]
        for name, prior in scales:
            if isinstance(prior, LogUniform):
                place = np.log(self.chains.of(name) / prior.low) / np.log(prior.high / prior.low)
                for end, share in (("lower", np.mean(place < EDGE)), ("upper", np.mean(place > 1.0 - EDGE))):
                    if share > AT_EDGE:
                        found.append(
                            f"{name}: {share:.0%} of the draws lie at the {end} edge of its prior, {prior.low:.3g} to "
                            f"{prior.high:.3g}: the data ask for more; widen the prior or look at the data"
                        )
        return tuple(found)

    @cached_property
    def predictive(self) -> tuple[PredictiveCheck, ...]:
        """Whether data made by the draws look like the data, one check a data set."""
        return predictive_checks(self)

    @property
    def _parameters(self) -> Array:
        return self.chains.flat[:, : self.system.space.n]


def sample_slip(
    problem: Problem,
    operator: Operator,
    *,
    constraints: Constraints | None = None,
    strength: float | LogUniform | None = None,
    sample_noise: bool | None = None,
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
) -> SlipPosterior:
    """Sample slip under its bounds, with the strength of the smoothing and the scales of the noise.

    Parameters
    ----------
    problem : Problem
    operator : Operator
        The smoothing, which is the prior of slip: Gaussian with precision strength^2 L' L, of mean zero or, where
        slip is smoothed toward given slip, of that mean.
    constraints : Constraints, optional
        Free slip if not given.
    strength : float or LogUniform, optional
        A number holds it; else it is sampled, from a prior over nine decades around the balance of data and smoothing
        if none is given. The operator must then be positive definite. Where slip has bounds other than zero, or a mean
        beforehand, the normaliser of its prior is found first, which takes about as long as the sampling
        (geoslip.inversion.posterior.log_normaliser).
    sample_noise : bool, optional
        Whether a factor of each data set's standard deviations is sampled, log-uniform from 1/30 to 30 times the
        problem's scale; if not given, it is where the strength is.
    method : {"hybrid", "gibbs", "reflection"}
        All are exact; the hybrid mixes over the widest range of noise. How well it did is in the chains.
    draws, chains : int
        Draws kept of each chain; number of chains.
    warmup : int, optional
        Draws thrown away before, half of those kept if not given.
    seed : int
    progress : callable, optional
        Called with the finished fraction.
    enough, watch, checkpoint, pool
        As in sample_bounded.

    Returns
    -------
    SlipPosterior

    Raises
    ------
    ConstraintError
        A largest moment, or a largest size of slip with two components, which are not bounds of parameters.
    SingularProblemError
        Data and smoothing do not determine the slip, or the strength is to be sampled with an operator that is not
        positive definite.
    """
    system = System(problem, operator, constraints or Constraints())
    _check_bounds(system)
    held = isinstance(strength, int | float)
    sample_noise = not held if sample_noise is None else sample_noise
    target = slip_target(system, strength, sample_noise=sample_noise, seed=seed)
    start = (
        system.minimise(float(strength) if isinstance(strength, int | float) else _even_strength(system)).x
        - system.rest
    )
    found = sample_bounded(
        target, start=start, method=method, draws=draws, chains=chains, warmup=warmup, enough=enough, seed=seed,
        progress=progress, watch=watch, checkpoint=checkpoint, pool=pool,
    )  # fmt: skip
    if system.operator.target is not None:
        scales = np.zeros(found.draws.shape[2] - system.space.n)
        found = replace(found, draws=found.draws + np.concatenate([system.rest, scales]))
    return SlipPosterior(system, target, found)


def slip_target(
    system: System, strength: float | LogUniform | None, *, sample_noise: bool, seed: int = 0
) -> BoundedGaussian:
    """Write the posterior of a system as what the sampler takes; the seed is for the normaliser between bounds.

    Raises
    ------
    ConstraintError, SingularProblemError
        As in sample_slip.
    """
    space, problem, middle = system.space, system.problem, system.rest
    if strength is None:
        even = _even_strength(system)
        strength = LogUniform(STRENGTH_RANGE[0] * even, STRENGTH_RANGE[1] * even)
    terms = []
    for block in problem.blocks:
        scale = problem.scales.get(block.name, 1.0)
        noise = LogUniform(NOISE_RANGE[0] * scale, NOISE_RANGE[1] * scale) if sample_noise else scale
        count = block.n_data - len(block.nuisance)
        right: Array = space.basis.T @ block.right
        terms.append(DataTerm(block.name, space.shrink(block.normal), right, block.energy, count, noise))
    for prior in problem.priors:
        right = space.basis.T @ prior.right
        terms.append(DataTerm(prior.name, space.shrink(prior.normal), right, prior.energy, len(prior.values)))
    counted = tuple(term.counted_from(middle) for term in terms) if middle.any() else tuple(terms)
    lower, upper, table = space.lower - middle, space.upper - middle, np.zeros(0)
    if isinstance(strength, LogUniform) and not_on_a_cone(lower, upper).any():
        table = log_normaliser(system.gram, lower, upper, strength, seed=seed)
    return BoundedGaussian(counted, system.gram, lower, upper, strength, _names(system), table)


def _check_bounds(system: System) -> None:
    constraints, space = system.constraints, system.space
    if isinstance(system.operator, NormOperator):
        raise ConstraintError(
            f"{system.operator.note}: a prior by lengths is no Gaussian, and slip is sampled with a smoothing by "
            "squares: take one, or leave the posterior out"
        )
    if constraints.moment_at_most is not None:
        raise ConstraintError(
            f"a largest moment of {constraints.moment_at_most:g} N m is no bound of single parameters and is not "
            "sampled: leave it out and look at the quantiles of the moment"
        )
    together = np.bincount(space.patch[_is_shear(space)], minlength=space.n_patches) > 1
    capped = np.isfinite(constraints.largest_slip(system.problem.fault)) & together
    if capped.any():
        raise ConstraintError(
            f"a maximum of slip with two components a patch (patch {int(np.argmax(capped))} and others) is no bound of "
            "single parameters and is not sampled: give a single rake, or leave the maximum out"
        )


def _is_shear(space: ParameterSpace) -> NDArray[np.bool_]:
    components = np.repeat([name != "opening" for name in space.components], space.n_patches)
    return np.asarray(abs(space.basis[components]).sum(axis=0)).ravel() > 0.0


def _even_strength(system: System) -> float:
    smoothing = float(np.trace(system.gram))
    return float(np.sqrt(np.trace(system.normal) / smoothing)) if smoothing > 0.0 else 1.0


def _names(system: System) -> tuple[str, ...]:
    patch, seen = system.space.patch, dict.fromkeys(range(system.space.n_patches), 0)
    names = []
    for number in patch.tolist():
        seen[number] += 1
        names.append(f"slip {seen[number]} of patch {number}")
    return tuple(names)
