"""Sampling a fault's place and attitude together with slip on it: the public door, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geoslip.faults import magnitude_of_moment
from geoslip.inversion.constraints import Constraints, slip_table
from geoslip.inversion.operators import Operator
from geoslip.inversion.posterior.chains import Chains
from geoslip.inversion.posterior.distributions import LogUniform, Prior
from geoslip.inversion.posterior.ensemble import sample_ensemble
from geoslip.inversion.posterior.joint import JointTarget
from geoslip.inversion.posterior.mixture import Mixture
from geoslip.inversion.posterior.modes import gaussian_around
from geoslip.inversion.posterior.orthant import log_share_drawn
from geoslip.inversion.posterior.sampler import sample_bounded
from geoslip.inversion.posterior.search import ascend, evolve
from geoslip.inversion.problem import Problem

Array = NDArray[np.float64]

STEPS = 8
"""Draws of slip at each geometry, of which the last is kept, after as many thrown away."""
CHECKS = 20
"""Draws at which the share within the bounds is found a second way."""
UNSURE = 0.5
"""Scatter of the two ways' difference, in units of the log evidence, from which on it is told."""


@dataclass(frozen=True, eq=False)
class JointPosterior:
    """Draws of geometry, scales and slip.

    Attributes
    ----------
    target : JointTarget
        What was sampled.
    chains : Chains
        Changes, noise scales and strength.
    places : (k, n) array
        Draws, evenly from all, at which slip was drawn; work coordinates.
    slip_vectors : (k, p) array
        One draw of slip at each, all of the first component first, m.
    log_shares : (k,) array
        Logarithm of the share of slip's Gaussian within the bounds at each; 0 without bounds.
    checks : (c, 3) array
        At some of these: the same, by unbiased draws, and their standard error; NaN columns without bounds.
    """

    target: JointTarget
    chains: Chains
    places: Array
    slip_vectors: Array
    log_shares: Array
    checks: Array

    @property
    def values(self) -> Array:
        """The draws at which slip was drawn, as numbers (k, n)."""
        return self.target.natural(self.places)

    @cached_property
    def rectangles(self) -> Array:
        """Rectangles (k, p, 7) of these draws."""
        return np.stack([self.target.moved(place) for place in self.places])

    @cached_property
    def samples(self) -> Array:
        """Slip of these draws (k, n_patches, 3): strike, dip, opening, m."""
        space = self.target.system.space
        tables = [
            slip_table(vector, n_patches=space.n_patches, components=space.components) for vector in self.slip_vectors
        ]  # fmt: skip
        return np.stack(tables)

    @cached_property
    def moments(self) -> Array:
        """Scalar moment (k,), N m, with the rigidity of the constraints."""
        areas = self.target.system.problem.fault.areas
        sizes = np.hypot(self.samples[:, :, 0], self.samples[:, :, 1])
        return np.asarray(self.target.system.constraints.rigidity * (sizes @ areas))

    @cached_property
    def quantities(self) -> dict[str, Array]:
        """Draws (k,) by name: all that was sampled, then magnitude and largest slip."""
        found = dict(zip(self.target.names, self.values.T))
        found["magnitude"] = np.asarray(magnitude_of_moment(self.moments))
        found["largest slip"] = np.hypot(self.samples[:, :, 0], self.samples[:, :, 1]).max(axis=1)
        return found

    @cached_property
    def bounds_error(self) -> tuple[float, float]:
        """Mean and scatter of the share's logarithm as it was sampled less the unbiased one.

        The scatter is what may make one geometry too heavy beside another; the draws' own error is part of it.
        """
        difference = self.checks[:, 0] - self.checks[:, 1]
        return float(np.mean(difference)), float(np.std(difference))

    @property
    def bounds_said(self) -> str:
        """What the bounds do to the evidence, in words."""
        if not self.target.sign.any():
            return "Slip is free: the evidence is exact."
        spread = float(np.std(self.log_shares))
        if not self.target.bounds:
            return (
                "The evidence leaves the bounds on slip out: from draw to draw their effect on its logarithm scatters "
                f"by {spread:.2f}, by which geometries are weighed wrongly."
            )
        mean, scatter = self.bounds_error
        error = float(np.sqrt(np.mean(self.checks[:, 2] ** 2)))
        return (
            f"The evidence is corrected for the bounds on slip: from draw to draw the correction scatters by "
            f"{spread:.2f} (in the logarithm). At {len(self.checks)} draws it differs from an unbiased estimate by "
            f"{mean:+.2f} on average, which does not matter, and with a scatter of {scatter:.2f}, which bounds what "
            f"the approximation does to the weights; {error:.2f} of it is the estimate's own error."
        )

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Why the draws may not be trusted."""
        found = list(self.chains.warnings)
        if self.target.sign.any() and not self.target.bounds and np.std(self.log_shares) > UNSURE:
            found.append(self.bounds_said)
        elif self.target.bounds and self.bounds_error[1] > UNSURE:
            found.append(f"the weights of geometries are uncertain: {self.bounds_said}")
        if self.target.not_a_number:
            found.append(f"the likelihood was not a number at {self.target.not_a_number} places within the priors")
        return tuple(found)


def sample_joint(
    problem: Problem,
    operator: Operator,
    moves: Mapping[str, Prior],
    *,
    constraints: Constraints | None = None,
    strength: float | LogUniform | None = None,
    sample_noise: bool = True,
    bounds: bool = True,
    poisson: float = 0.25,
    draws: int = 200,
    walkers: int | None = None,
    warmup: int | None = None,
    generations: int = 20,
    slips: int = 400,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> JointPosterior:
    """Sample how a fault may be moved, the scales, and slip on it within its bounds.

    Parameters
    ----------
    problem, operator, moves, constraints, strength, sample_noise, bounds, poisson
        As in JointTarget.
    draws, walkers, warmup
        As in sample_ensemble.
    generations : int
        Of the search before.
    slips : int
        Draws for which slip is drawn.
    seed : int
    progress : callable, optional
        Called with the finished fraction.

    Returns
    -------
    JointPosterior

    Raises
    ------
    ValueError, ConstraintError, SingularProblemError
        As in JointTarget and sample_ensemble.
    """
    told = progress or (lambda fraction: None)
    target = JointTarget(
        problem, operator, moves, constraints=constraints, strength=strength, sample_noise=sample_noise, bounds=bounds,
        poisson=poisson,
    )  # fmt: skip
    generator = np.random.default_rng(seed)
    best = evolve(
        target, target.prior.search_limits, generator, generations=generations,
        progress=lambda fraction: told(0.2 * fraction),
    )  # fmt: skip
    if best is None:
        raise ValueError("the likelihood is nowhere a number within the priors: look for data on the fault itself")
    best = ascend(target, best)
    start = Mixture.of(best[None], gaussian_around(target, best)[0][None])
    chains = sample_ensemble(
        target, start=start, draws=draws, walkers=walkers, warmup=warmup, seed=seed,
        progress=lambda fraction: told(0.2 + 0.6 * fraction),
    )  # fmt: skip
    flat = chains.flat
    places = target.work(flat[np.linspace(0, len(flat) - 1, min(slips, len(flat))).astype(int)])
    vectors, shares, checks = np.empty((len(places), problem.n_slip)), np.empty(len(places)), []
    checked = set(np.linspace(0, len(places) - 1, min(CHECKS, len(places))).astype(int).tolist())
    for number, place in enumerate(places):
        slip = target.at(place)
        precision, right = target.gaussian(slip)
        mean = np.asarray(np.linalg.solve(precision, right), dtype=np.float64)
        own = int(generator.integers(2**31))
        found = sample_bounded(slip, start=mean, draws=STEPS, chains=1, warmup=STEPS, seed=own)
        vectors[number] = target.system.space.basis @ found.draws[0, -1, : slip.n]
        shares[number] = target.share(slip)
        if target.sign.any() and number in checked:
            drawn = log_share_drawn(precision, right, target.sign, generator=generator)
            checks.append((shares[number], *drawn))
        told(0.8 + 0.2 * (number + 1) / len(places))
    return JointPosterior(target, chains, places, vectors, shares, np.array(checks).reshape(-1, 3))
