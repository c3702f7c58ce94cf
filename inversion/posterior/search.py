"""A global search for the geometry of a fault of uniform slip, which keeps every mode it finds.

The range of each strike is cut into sectors of at most 90 degrees, so that each dip direction and each way of slipping
is looked for by itself: differential evolution (Storn & Price 1997) on averages of neighbouring data in each sector,
then a local ascent on all data without the sectors' walls. Places between which the density does not fall are one mode.
Slip and ramps are integrated out on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import differential_evolution, minimize

from geoslip.inversion.posterior.coarse import averaged
from geoslip.inversion.posterior.density import Searchable, log_posterior
from geoslip.inversion.posterior.geometry import GeometryTarget, Noise
from geoslip.inversion.posterior.modes import Mode, SearchResult, gaussian_around, make_mode, weigh
from geoslip.inversion.posterior.uniform_source import UniformSource

if TYPE_CHECKING:
    from geoslip.downsample import Observations

Array = NDArray[np.float64]

SECTOR = 90.0
"""Widest range of a strike, in degrees, that one search covers."""
CROWD = 20
"""Members of a search for each number to be found."""
DIP_IN_DENSITY = 3.0
"""Fall of the log density between two places from which on they are two modes."""
COARSE = 1000
"""Data that the differential evolution looks at; the ascent takes all."""
UNLIKELY = 1e10
"""Objective where nothing is allowed: finite, so that differences stay numbers."""


def search_geometry(
    observations: Sequence[Observations],
    source: UniformSource,
    *,
    nuisance: Mapping[str, str] | None = None,
    noise: Noise | Mapping[str, Noise] | None = None,
    poisson: float = 0.25,
    coarse: int = COARSE,
    generations: int = 300,
    most: int = 6,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> SearchResult:
    """Find the geometry of uniform slip that fits best, and every other one that the density has a peak at.

    Parameters
    ----------
    observations : sequence of Observations
        Any kinds together, each with its covariance.
    source : UniformSource
        Rectangles, with a number where it is known and a prior where it is to be found.
    nuisance : dict of str to str, optional
        Ramps by data set, as in Problem.build; integrated out.
    noise : float, LogUniform or dict of these, optional
        Factor of the data's standard deviations, found beside the geometry if not given.
    poisson : float
    coarse : int
        Data that the first, global stage looks at.
    generations : int
        Most generations of each search.
    most : int
        Modes kept.
    seed : int
    progress : callable, optional
        Called with the finished fraction.

    Returns
    -------
    SearchResult
        Modes, heaviest first, with rectangles, slip, noise scales and weights.

    Raises
    ------
    ValueError
        Priors that contradict each other or the ground, or a likelihood that is nowhere a number.

    Examples
    --------
    One plane that dips 45 degrees to the east, everything else from the data:

    >>> plane = Rectangle(                                              # doctest: +SKIP
    ...     east=Uniform(-50e3, 50e3), north=Uniform(-50e3, 50e3), depth=Uniform(0.0, 15e3), reference="top",
    ...     strike=Uniform(-90.0, 90.0), dip=45.0, length=LogUniform(10e3, 80e3), width=LogUniform(5e3, 40e3),
    ... )
    >>> found = search_geometry([track], UniformSource(parts=(plane,)))  # doctest: +SKIP
    >>> found.best.numbers["strike"] % 360.0, found.best.top_edge(up_to_ground=True)  # doctest: +SKIP
    """
    target, few = search_targets(observations, source, nuisance=nuisance, noise=noise, poisson=poisson, coarse=coarse)
    return search_modes(target, coarse=few, generations=generations, most=most, seed=seed, progress=progress)


def search_targets(
    observations: Sequence[Observations],
    source: UniformSource,
    *,
    nuisance: Mapping[str, str] | None = None,
    noise: Noise | Mapping[str, Noise] | None = None,
    poisson: float = 0.25,
    coarse: int = COARSE,
) -> tuple[GeometryTarget, GeometryTarget]:
    """The density, and the same one of about `coarse` averages of the data; arguments as in search_geometry."""
    target = GeometryTarget(observations, source, nuisance=nuisance, noise=noise, poisson=poisson)
    few = averaged(observations, most=coarse)
    if len(few) == 0 or sum(map(len, few)) == sum(map(len, observations)):
        return target, target
    return target, GeometryTarget(few, source, nuisance=nuisance, noise=noise, poisson=poisson)


def search_modes(
    target: GeometryTarget,
    *,
    coarse: GeometryTarget | None = None,
    generations: int = 300,
    most: int = 6,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> SearchResult:
    """Search as search_geometry, for a target that is there already; `coarse` is the same one with fewer data."""
    peaks = search_peaks(target, coarse=coarse, generations=generations, most=most, seed=seed, progress=progress)
    modes = weigh([make_mode(target, place, _bend(target, place)) for place in peaks])
    return SearchResult(target, modes)


def search_peaks(
    target: Searchable,
    *,
    coarse: Searchable | None = None,
    generations: int = 300,
    members: int = 1,
    most: int = 6,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> list[Array]:
    """Peaks (n,) of a density, highest first, at most so many, between any two of which the density falls.

    An ascent starts from the best `members` of each sector's differential evolution: one where the generations are so
    many that its crowd has come together, more where it has not.
    """
    sectors = strike_sectors(target)
    generator = np.random.default_rng(seed)
    places: list[Array] = []
    for number, limits in enumerate(sectors):

        def share(fraction: float, number: int = number) -> None:
            if progress is not None:
                progress(0.8 * (number + fraction) / len(sectors))

        places += list(evolve(coarse or target, limits, generator, generations=generations, progress=share)[:members])
    if not places:
        raise ValueError(
            "the likelihood is nowhere a number within the priors: look for data on the fault itself, or widen the "
            "priors"
        )
    # twice: what one ascent would lead to is not climbed again, and what two ascents led to is one mode
    peaks = _distinct(target, [ascend(target, place) for place in _distinct(target, places)])[:most]
    if progress is not None:
        progress(1.0)
    return peaks


def strike_sectors(target: Searchable) -> list[Array]:
    """Limits (n, 2) of each search in work coordinates: those of the priors, each strike cut into sectors."""
    whole = target.prior.search_limits
    cuts: list[list[tuple[float, float]]] = []
    for name, (low, high) in zip(target.names, whole):
        count = int(np.ceil((high - low) / SECTOR - 1e-9)) if name.replace(".", " ").split()[-1] == "strike" else 1
        edges = np.linspace(low, high, max(count, 1) + 1)
        cuts.append(list(zip(edges[:-1].tolist(), edges[1:].tolist())))
    return [np.array(choice) for choice in product(*cuts)]


def evolve(
    target: Searchable,
    limits: Array,
    generator: np.random.Generator,
    *,
    generations: int,
    progress: Callable[[float], None],
) -> Array:
    """Places (k, n) of one sector that differential evolution came to, best first; none where nothing is allowed."""
    count = CROWD * len(limits)
    low, high = limits.T
    crowd = low + (high - low) * generator.uniform(size=(40 * count, len(limits)))
    crowd = crowd[np.isfinite(target.log_prior(crowd))]
    if len(crowd) < count:
        crowd = np.concatenate([crowd, low + (high - low) * generator.uniform(size=(count - len(crowd), len(limits)))])
    done = [0]

    def told(intermediate_result: object) -> None:
        done[0] += 1
        progress(min(1.0, done[0] / generations))

    try:
        found = differential_evolution(
            lambda columns: _objective(target, np.asarray(columns).T), bounds=limits.tolist(), init=crowd[:count],
            maxiter=generations, tol=1e-6, strategy="rand1bin", mutation=(0.4, 0.9), recombination=0.8, vectorized=True,
            updating="deferred", polish=False, rng=generator, callback=told,
        )  # fmt: skip
    except RuntimeError as error:
        # scipy takes whatever the density refuses for a mistake in its own arguments
        if isinstance(error.__cause__, ValueError):
            raise error.__cause__ from None
        raise
    order = np.argsort(found.population_energies, kind="stable")
    return np.asarray(found.population[order][found.population_energies[order] < UNLIKELY])


def _objective(target: Searchable, places: Array) -> Array:
    log = log_posterior(target, places)
    return np.where(np.isfinite(log), -log, UNLIKELY)


def ascend(target: Searchable, place: Array, *, rounds: int = 3) -> Array:
    """Climb from a place (n,) to the peak, by quasi-Newton steps and, where walls stop those, by a simplex."""
    local = target.recentred(place)
    limits = local.prior.search_limits
    width = np.ptp(limits, axis=1)
    step = 1e-6 * width
    best, height = np.array(place, float), -np.inf

    def slope(unit: Array) -> tuple[float, Array]:
        where = limits[:, 0] + unit * width
        around = where + np.concatenate([np.zeros((1, len(where))), np.diag(step), -np.diag(step)])
        values = _objective(local, np.clip(around, limits[:, 0], limits[:, 1]))
        rise = (values[1 : len(where) + 1] - values[len(where) + 1 :]) / 2e-6
        return float(values[0]), np.where(np.abs(rise) < 0.01 * UNLIKELY, rise, 0.0)

    for _ in range(rounds):
        unit = np.clip((best - limits[:, 0]) / width, 0.0, 1.0)
        quick = minimize(slope, unit, jac=True, method="L-BFGS-B", bounds=[(0.0, 1.0)] * len(unit))
        start, value = (quick.x, float(quick.fun)) if quick.fun <= slope(unit)[0] else (unit, slope(unit)[0])
        if not np.all(np.abs(slope(start)[1]) * 0.01 < 1.0):  # not at rest: a wall that is no bound is in the way
            start, value = _downhill(lambda one: float(_objective(local, limits[:, 0] + one * width)[0]), start)
        gain, height, best = -value - height, -value, limits[:, 0] + start * width
        if gain < 0.05:
            break
    return best


def _downhill(objective: Callable[[Array], float], start: Array) -> tuple[Array, float]:
    """The lowest place near a start in the unit cube, and its value, by a simplex."""
    edges = 0.01 * np.where(start > 0.5, -1.0, 1.0)
    found = minimize(
        objective, start, method="Nelder-Mead", bounds=[(0.0, 1.0)] * len(start),
        options={
            "initial_simplex": start + np.concatenate([np.zeros((1, len(start))), np.diag(edges)]),
            "maxfev": 120 * len(start), "xatol": 1e-5, "fatol": 1e-3,
        },
    )  # fmt: skip
    return found.x, float(found.fun)


def _distinct(target: Searchable, places: list[Array]) -> list[Array]:
    """Peaks, highest first, one of each group between which the density does not fall."""
    height = [float(log_posterior(target.recentred(place), place)[0]) for place in places]
    kept: list[tuple[Array, float]] = []
    for number in np.argsort(height)[::-1]:
        one, high = places[number], height[number]
        if not any(_joined(target, one, other, lower=high) for other, _ in kept):
            kept.append((one, high))
    return [place for place, _ in kept]


def _joined(target: Searchable, place: Array, other: Array, *, lower: float) -> bool:
    """Whether the density stays, on the straight way from one place to another, near that of the lower end."""
    apart = place - other
    turn = target.angular
    apart[turn] = (apart[turn] + 180.0) % 360.0 - 180.0
    way = other + np.linspace(0.0, 1.0, 21)[:, None] * apart
    return bool(log_posterior(target.recentred(way[10]), way).min() > lower - DIP_IN_DENSITY)


def _bend(target: GeometryTarget, place: Array) -> tuple[Array, bool]:
    return gaussian_around(target.recentred(place), place)


__all__ = ["Mode", "SearchResult", "ascend", "evolve", "search_geometry", "search_modes", "strike_sectors"]
