"""The posterior of fault geometry: the public door, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from geoslip.faults import magnitude_of_moment
from geoslip.inversion.posterior.chains import Chains
from geoslip.inversion.posterior.checkpoint import Checkpoint, identity
from geoslip.inversion.posterior.geometry import GeometryTarget, Noise
from geoslip.inversion.posterior.journal import Journal
from geoslip.inversion.posterior.mixture import Mixture, Weighing
from geoslip.inversion.posterior.mixture import log_evidence as bridge
from geoslip.inversion.posterior.modes import NEGLIGIBLE, SearchResult
from geoslip.inversion.posterior.pool import Pool
from geoslip.inversion.posterior.samplers import SAMPLERS
from geoslip.inversion.posterior.search import COARSE, search_modes, search_targets
from geoslip.inversion.posterior.uniform_source import IntegratedSlip, UniformSource

if TYPE_CHECKING:
    from geoslip.downsample import Observations

Array = NDArray[np.float64]

SAMPLES = 4000
"""Draws, evenly taken from all, for which slip is drawn."""
EDGE = 0.02
"""Share of a prior's width that counts as its edge."""
AT_EDGE = 0.05
"""Share of the draws in an edge from which on it is told."""
QUANTILES = {"q025": 0.025, "q05": 0.05, "q50": 0.5, "q95": 0.95, "q975": 0.975}
ANGLES = ("strike", "rake", "angle")


@dataclass(frozen=True, eq=False)
class GeometryPosterior:
    """Draws of geometry, noise scales and slip.

    Attributes
    ----------
    target : GeometryTarget
        What was sampled.
    search : SearchResult
        The modes found before.
    chains : Chains
        The numbers that were sampled.
    weighing : Weighing
        The sampled modes, weighed by importance sampling.
    rigidity : float
        Pa, for moments.
    seed : int
    """

    target: GeometryTarget
    search: SearchResult
    chains: Chains
    weighing: Weighing
    rigidity: float
    seed: int

    @cached_property
    def places(self) -> Array:
        """Up to 4000 draws (k, n), evenly from all, in work coordinates."""
        flat = self.chains.flat
        return self.target.work(flat[np.linspace(0, len(flat) - 1, min(len(flat), SAMPLES)).astype(int)])

    @property
    def values(self) -> Array:
        """These draws as numbers (k, n)."""
        return self.target.natural(self.places)

    @cached_property
    def rectangles(self) -> Array:
        """Rectangles (k, parts, 7) of these draws, columns as geoslip.okada.RECTANGLE_COLUMNS."""
        return self.target.source.rectangles(self.values)

    @cached_property
    def slip(self) -> Array:
        """Slip (k, parts, 3) of these draws, m; drawn given the geometry where it was integrated out."""
        k, parts, components = len(self.places), len(self.target.source.parts), self.target.components
        if isinstance(self.target.source.slip, IntegratedSlip):
            mean, precision = self.target.conditional_slip(self.places)
            noise = np.random.default_rng(self.seed).standard_normal(mean.shape)
            upper = np.linalg.cholesky(precision).transpose(0, 2, 1)
            vectors = mean + np.linalg.solve(upper, noise[:, :, None])[:, :, 0]
        else:
            vectors = self.target.source.slip_vectors(self.values)
        table = np.zeros((k, parts, 3))
        for number, name in enumerate(components):
            column = ("strike", "dip", "opening").index(name)
            table[:, :, column] = vectors[:, number * parts : (number + 1) * parts]
        return table

    @cached_property
    def moments(self) -> Array:
        """Scalar moment (k,) of these draws, N m."""
        areas = np.prod(self.rectangles[:, :, 5:7], axis=2)
        return np.asarray(self.rigidity * (areas * np.hypot(self.slip[:, :, 0], self.slip[:, :, 1])).sum(axis=1))

    @cached_property
    def mode(self) -> NDArray[np.int64]:
        """Number (k,) of the sampled mode that each of these draws belongs to."""
        return self.weighing.mixture.mode_of(self.places)

    @property
    def mode_weights(self) -> Array:
        """Share of the posterior of each sampled mode, by the draws."""
        return np.bincount(self.mode, minlength=len(self.weighing.shares)) / len(self.mode)

    @cached_property
    def log_evidence(self) -> float:
        """Natural logarithm of the evidence, ramps with a flat prior of density 1."""
        if self.chains.log_evidence is not None:
            return self.chains.log_evidence
        return bridge(self.target, self.places, mixture=self.weighing.mixture, seed=self.seed)

    @cached_property
    def quantities(self) -> dict[str, Array]:
        """Draws (k,) by name: all that was sampled, then slip, rake, depth of the top edge, and magnitude."""
        found = dict(zip(self.target.names, self.values.T))
        for number, part in enumerate(self.target.source.parts):
            prefix = "" if len(self.target.source.parts) == 1 else f"{part.name}."
            strike, dip = self.slip[:, number, 0], self.slip[:, number, 1]
            found.setdefault(f"{prefix}slip", np.hypot(strike, dip))
            found.setdefault(f"{prefix}rake", np.rad2deg(np.arctan2(dip, strike)))
            found[f"{prefix}top depth"] = -self.rectangles[:, number, 2]
        found["magnitude"] = np.asarray(magnitude_of_moment(self.moments))
        return found

    def summary(self, mode: int | None = None) -> dict[str, dict[str, float]]:
        """Mean, std and quantiles of each quantity, of all draws or of one mode's.

        Angles are averaged on the circle, and their quantiles counted from that mean; strikes lie in 0 to 360, rakes
        in -180 to 180.
        """
        chosen = slice(None) if mode is None else self.mode == mode
        return {name: _summarised(name, draws[chosen]) for name, draws in self.quantities.items()}

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Why the draws may not be trusted: not converged, a number at its prior's edge, a likelihood of no number."""
        found = list(self.chains.warnings)
        for name, prior, draws in zip(self.target.names, self.target.prior.priors, self.values.T):
            low, high = prior.limits
            if (name.split(".")[-1] in ANGLES and high - low >= 360.0 - 1e-9) or not np.isfinite(high - low):
                continue
            place = (draws - low) / (high - low)
            if self.target.prior.logarithmic[self.target.names.index(name)]:
                place = np.log(draws / low) / np.log(high / low)
            for end, share in (("lower", np.mean(place < EDGE)), ("upper", np.mean(place > 1.0 - EDGE))):
                if share > AT_EDGE:
                    found.append(
                        f"{name}: {share:.0%} of the draws lie at the {end} edge of its prior, {low:.4g} to "
                        f"{high:.4g}: the data ask for more; widen the prior or look at the data"
                    )
        if self.target.not_a_number:
            found.append(
                f"the likelihood was not a number at {self.target.not_a_number} places within the priors, which count "
                "as impossible: look for data on the fault itself"
            )
        return tuple(found)


def sample_geometry(
    observations: Sequence[Observations],
    source: UniformSource,
    *,
    nuisance: Mapping[str, str] | None = None,
    noise: Noise | Mapping[str, Noise] | None = None,
    poisson: float = 0.25,
    rigidity: float = 30e9,
    sampler: str = "emcee",
    draws: int = 500,
    walkers: int | None = None,
    warmup: int | None = None,
    enough: float | None = None,
    generations: int = 300,
    coarse: int = COARSE,
    search: SearchResult | None = None,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    watch: Callable[[float], None] | None = None,
    checkpoint: Checkpoint | None = None,
    pool: Pool | None = None,
) -> GeometryPosterior:
    """Search the modes of a fault's geometry, then sample them all.

    Parameters
    ----------
    observations, source, nuisance, noise, poisson, generations, coarse
        As in search_geometry.
    rigidity : float
        Pa, for moments.
    sampler : {"emcee", "metropolis", "smc"}
        The last one needs no search, but makes one to name the modes.
    draws, walkers, warmup, enough
        As the sampler takes them.
    search : SearchResult, optional
        The search, where it is done already.
    seed : int
    progress : callable, optional
        Called with the finished fraction.
    watch : callable, optional
        Called every few seconds with the largest R-hat of the draws kept so far.
    checkpoint : Checkpoint, optional
        Where what the density was found to be is kept; if there is one already, the run goes on from it, to the same
        draws as one that was never interrupted.
    pool : Pool, optional
        Whose workers the sampler's ensembles or runs are made on, to the same draws; of these no state is kept on the
        way, so that a resumed run makes them anew after a search that it goes on with.

    Returns
    -------
    GeometryPosterior

    Raises
    ------
    ValueError
        An unknown sampler, or what search_geometry and the sampler refuse.
    CheckpointError
        The checkpoint belongs to another run.
    """
    if sampler not in SAMPLERS:
        raise ValueError(f"sampler {sampler!r} is unknown: use one of {', '.join(SAMPLERS)}")

    def share(start: float, width: float) -> Callable[[float], None] | None:
        if progress is None:
            return None
        told = progress
        return lambda fraction: told(start + width * fraction)

    whole, few = (search.target, search.target) if search is not None else search_targets(
        observations, source, nuisance=nuisance, noise=noise, poisson=poisson, coarse=coarse
    )  # fmt: skip
    journal = None
    if checkpoint is not None:
        found = None if search is None else [f"{mode.log_density:.6f}" for mode in search.modes]
        made_for = identity(
            whole.arrays, sampler=sampler, draws=draws, walkers=walkers, warmup=warmup, enough=enough,
            generations=generations, coarse=coarse, seed=seed, search=found, **whole.settings,
        )  # fmt: skip
        whole.journal = few.journal = journal = Journal(checkpoint, identity=made_for)
    if search is None:
        search = search_modes(whole, coarse=few, generations=generations, seed=seed, progress=share(0.0, 0.3))
    target, mixture = _unrolled(search)
    if pool is not None and journal is not None:
        journal.close()
        target.journal = None
    chains = SAMPLERS[sampler](
        target,
        start=mixture,
        draws=draws,
        walkers=walkers,
        warmup=warmup,
        enough=enough,
        seed=seed,
        watch=watch,
        progress=share(0.3, 0.7),
        pool=pool,
    )
    flat = target.work(chains.flat)
    fitted = mixture.refitted(flat[:: max(1, len(flat) // 20_000)])
    weighing = fitted.weighed(target, np.random.default_rng(seed))
    if journal is not None:
        journal.close()
    return GeometryPosterior(target, search, chains, weighing, rigidity, seed)


def _unrolled(search: SearchResult) -> tuple[GeometryTarget, Mixture]:
    """The target with each full circle cut where no mode is, and the modes worth sampling."""
    masses = np.array([mode.log_mass for mode in search.modes])
    chosen = [mode for mode, mass in zip(search.modes, masses) if mass > masses.max() - NEGLIGIBLE]
    places = np.array([mode.place for mode in chosen])
    centre = places[0].copy()
    for column in np.flatnonzero(search.target.angular).tolist():
        turned = np.sort(places[:, column] % 360.0)
        gaps = np.diff(np.append(turned, turned[0] + 360.0))
        widest = int(np.argmax(gaps))
        centre[column] = (turned[widest] + 0.5 * gaps[widest] + 180.0) % 360.0
    target = search.target.recentred(centre)
    for column, prior in enumerate(target.prior.priors):
        if search.target.angular[column]:
            low = prior.limits[0]
            places[:, column] = low + (places[:, column] - low) % 360.0
    weights = np.exp(np.array([mode.log_mass for mode in chosen]) - logsumexp([mode.log_mass for mode in chosen]))
    return target, Mixture.of(places, np.stack([mode.covariance for mode in chosen]), weights)


def _summarised(name: str, draws: Array) -> dict[str, float]:
    centre = 0.0
    if (kind := name.split(".")[-1]) in ANGLES:
        turn = np.exp(1j * np.deg2rad(draws)).mean()
        centre = float(np.rad2deg(np.angle(turn)))
        centre = centre % 360.0 if kind != "rake" else centre
        draws = (draws - centre + 180.0) % 360.0 - 180.0
    found = {name: float(np.quantile(draws, share) + centre) for name, share in QUANTILES.items()}
    return {"mean": float(draws.mean() + centre), "std": float(draws.std())} | found
