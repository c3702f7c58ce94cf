"""Sampling a fault's place and attitude together with slip on it: the public door, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geoslip.faults import magnitude_of_moment
from geoslip.inversion.bounds.constraints import slip_table
from geoslip.inversion.posterior.chains import Chains
from geoslip.inversion.posterior.checkpoint import Checkpoint, identity
from geoslip.inversion.posterior.density import log_posterior
from geoslip.inversion.posterior.ensemble import sample_ensemble
from geoslip.inversion.posterior.joint import JointTarget
from geoslip.inversion.posterior.journal import Journal
from geoslip.inversion.posterior.mixture import Mixture
from geoslip.inversion.posterior.modes import NEGLIGIBLE, gaussian_around
from geoslip.inversion.posterior.orthant import log_share_drawn
from geoslip.inversion.posterior.pool import Pool, on_each
from geoslip.inversion.posterior.sampler import sample_bounded
from geoslip.inversion.posterior.search import search_peaks

Array = NDArray[np.float64]

STEPS = 8
"""Draws of slip at each geometry, of which the last is kept, after as many thrown away."""
CHECKS = 20
"""Draws at which the share within the bounds is found a second way."""
MEMBERS = 5
"""Places, for each number to be found, from which peaks are climbed."""
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
    modes : Mixture
        The modes that were sampled.
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
    modes: Mixture
    places: Array
    slip_vectors: Array
    log_shares: Array
    checks: Array

    @property
    def values(self) -> Array:
        """The draws at which slip was drawn, as numbers (k, n)."""
        return self.target.natural(self.places)

    @cached_property
    def mode(self) -> NDArray[np.int64]:
        """Number (k,) of the mode that each of these draws belongs to."""
        return self.modes.mode_of(self.places)

    @property
    def mode_weights(self) -> Array:
        """Share of the posterior of each mode, by all draws."""
        found = self.modes.mode_of(self.target.work(self.chains.flat))
        return np.bincount(found, minlength=len(self.modes.weights)) / len(found)

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
    target: JointTarget,
    *,
    draws: int = 200,
    walkers: int | None = None,
    warmup: int | None = None,
    enough: float | None = None,
    generations: int = 20,
    slips: int = 400,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    watch: Callable[[float], None] | None = None,
    checkpoint: Checkpoint | None = None,
    pool: Pool | None = None,
) -> JointPosterior:
    """Sample how a fault may be moved, the scales, and slip on it within its bounds.

    Every peak that the search finds is sampled, with the weight it has.

    Parameters
    ----------
    target : JointTarget
        Data, fault, smoothing, bounds and priors.
    draws, walkers, warmup, enough
        As in sample_ensemble.
    generations : int
        Of the search before.
    slips : int
        Draws for which slip is drawn.
    seed : int
    progress : callable, optional
        Called with the finished fraction.
    watch : callable, optional
        Called every few seconds with the largest R-hat of the draws kept so far.
    checkpoint, pool
        As in sample_geometry; slip is drawn on the pool's workers too.

    Returns
    -------
    JointPosterior

    Raises
    ------
    ValueError
        A likelihood that is nowhere a number, or what sample_ensemble refuses.
    CheckpointError
        The checkpoint belongs to another run.
    """
    told = progress or (lambda fraction: None)
    if checkpoint is not None:
        made_for = identity(
            target.arrays, draws=draws, walkers=walkers, warmup=warmup, enough=enough, generations=generations,
            slips=slips, seed=seed, **target.settings,
        )  # fmt: skip
        target.journal = Journal(checkpoint, identity=made_for)
    peaks = search_peaks(
        target, generations=generations, members=MEMBERS * len(target.names), seed=seed,
        progress=lambda fraction: told(0.2 * fraction),
    )  # fmt: skip
    modes = _worth_sampling(target, np.array(peaks))
    if pool is not None and target.journal is not None:
        target.journal.close()
        target.journal = None
    chains = sample_ensemble(
        target, start=modes, draws=draws, walkers=walkers, warmup=warmup, enough=enough, seed=seed, watch=watch,
        progress=lambda fraction: told(0.2 + 0.6 * fraction), pool=pool,
    )  # fmt: skip
    flat = chains.flat
    places = target.work(flat[np.linspace(0, len(flat) - 1, min(slips, len(flat))).astype(int)])
    checked = set(np.linspace(0, len(places) - 1, min(CHECKS, len(places))).astype(int).tolist())
    # each draw of slip has random numbers of its own, so that it is the same whether or not those before were drawn now
    seeds = np.random.SeedSequence((seed, len(places))).spawn(len(places))
    asked = [(place, own, number in checked) for number, (place, own) in enumerate(zip(places, seeds, strict=True))]
    rows = []
    if pool is not None:
        shared = pool.share(target)
        rows = on_each(pool, _slip_at, [(shared, *one) for one in asked])
    for number, one in enumerate(asked[len(rows) :]):
        rows.append(_slip_at(target, *one))
        told(0.8 + 0.2 * (number + 1) / len(places))
    if target.journal is not None:
        target.journal.close()
    table = np.array(rows)
    checks = table[sorted(checked), -3:] if target.sign.any() else np.empty((0, 3))
    modes = modes.refitted(target.work(flat))
    return JointPosterior(target, chains, modes, places, table[:, :-3], table[:, -3], checks)


def _worth_sampling(target: JointTarget, peaks: Array) -> Mixture:
    """The peaks (m, n) that hold a share of the posterior worth telling, as Gaussians that touch them."""
    covariances = np.stack([gaussian_around(target, place)[0] for place in peaks])
    masses = log_posterior(target, peaks) + 0.5 * np.linalg.slogdet(2.0 * np.pi * covariances)[1]
    heavy = masses > masses.max() - NEGLIGIBLE
    return Mixture.of(peaks[heavy], covariances[heavy], np.exp(masses[heavy] - masses.max()))


def _slip_at(target: JointTarget, place: Array, seeds: np.random.SeedSequence, check: bool) -> Array:
    """A draw of slip (p,) at a place, the share within the bounds, the unbiased share and its error; NaN unchecked."""

    def compute() -> Array:
        slip, generator = target.at(place), np.random.default_rng(seeds)
        precision, right = target.gaussian(slip)
        mean = np.asarray(np.linalg.solve(precision, right), dtype=np.float64)
        own = int(generator.integers(2**31))
        found = sample_bounded(slip, start=mean, draws=STEPS, chains=1, warmup=STEPS, seed=own)
        vector = target.system.space.basis @ found.draws[0, -1, : slip.n]
        again = (np.nan, np.nan)
        if target.sign.any() and check:
            again = log_share_drawn(precision, right, target.sign, generator=generator)
        return np.array([*vector, target.share(slip), *again])

    return compute() if target.journal is None else target.journal.answer(place, compute)
