"""Tempered sequential Monte Carlo (after Minson et al. 2013): from the prior to the posterior, modes and evidence kept.

Particles start as draws of the prior. The likelihood enters with a power that grows so that the weights of the
particles vary by a set share of their mean (theirs is 1); particles are drawn anew by weight and moved by steps along
differences between other particles (ter Braak 2006), which need no shape and jump between modes where one was found.
Runs that know nothing of each other are the chains. The evidence is the product of the mean weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import logsumexp

from geoslip.inversion.posterior.chains import MOST_TIMES, Chains
from geoslip.inversion.posterior.density import Density
from geoslip.inversion.posterior.pool import Pool, on_each
from geoslip.inversion.posterior.watching import Watcher

Array = NDArray[np.float64]
Run = tuple[Array, float]
"""Particles (k, n) at the end of a run, in work coordinates, and the logarithm of its evidence."""

RUNS = 4
VARIATION = 0.7
"""Standard deviation of the weights over their mean at each step."""
TRAVEL = 8.0
"""Moves that each particle must take, in the mean, at each power: times the share that is taken."""
MOST_SWEEPS = 60
WANTED = 0.25
JUMP = 0.1
"""Share of the steps as long as the difference itself, from mode to mode."""


def sample_tempered(
    density: Density,
    *,
    draws: int = 1000,
    walkers: int | None = None,
    warmup: int | None = None,
    start: object = None,
    enough: float | None = None,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    watch: Callable[[float], None] | None = None,
    pool: Pool | None = None,
) -> Chains:
    """Sample a posterior of several modes, and find its evidence.

    Parameters
    ----------
    density : Density
    draws : int
        Particles of each run, which are the draws kept.
    walkers : int, optional
        Number of runs, 4 if not given.
    warmup, start
        Not used: the prior is where every run starts.
    enough : float, optional
        As in sample_ensemble; a run cannot go on, so all are made again with more particles.
    seed : int
    progress : callable, optional
        Called with the finished fraction, of runs that are made again anew.
    watch : callable, optional
        As in sample_ensemble, between runs from the second on.
    pool : Pool, optional
        Whose workers the runs are made on, one each, to the same draws; nothing is told on the way.

    Returns
    -------
    Chains
        One a run, with the evidence.

    Raises
    ------
    ValueError
        Fewer particles than parameters need, or a likelihood that is nowhere a number.
    """
    runs, n = RUNS if walkers is None else walkers, len(density.names)
    if draws < 10 * n or runs < 1:
        raise ValueError(f"{draws} particles for {n} parameters in {runs} runs: needed are at least {10 * n} in each")
    particles, most, watcher = draws, MOST_TIMES * draws, Watcher(watch)
    while True:
        if pool is None:
            found = _runs_here(density, particles, runs=runs, seed=seed, progress=progress, watcher=watcher)
        else:
            found = _runs_on(pool, density, particles, runs=runs, seed=seed)
        total = float(logsumexp([log for _, log in found]) - np.log(runs))
        chains = Chains(
            density.natural(np.stack([places for places, _ in found])), tuple(density.names), log_evidence=total
        )
        if enough is None or particles >= most or (times := chains.times_as_many(enough)) == 1.0:
            return chains
        particles = min(math.ceil(times * particles), most)


def _runs_here(
    density: Density,
    particles: int,
    *,
    runs: int,
    seed: int,
    progress: Callable[[float], None] | None,
    watcher: Watcher,
) -> list[Run]:
    """All runs with so many particles each, one after the other."""
    found: list[Run] = []
    for number, one in enumerate(np.random.SeedSequence(seed).spawn(runs)):

        def share(power: float, number: int = number) -> None:
            if progress is not None:
                progress((number + power) / runs)

        found.append(_run(density, np.random.default_rng(one), particles, share))
        if len(found) > 1:
            watcher.look(lambda: np.stack([places for places, _ in found]))
    return found


def _runs_on(pool: Pool, density: Density, particles: int, *, runs: int, seed: int) -> list[Run]:
    """All runs with so many particles each, on workers that have densities of their own."""
    seeds = np.random.SeedSequence(seed).spawn(runs)
    found = on_each(pool, _run_apart, [(density, one, particles) for one in seeds])
    density.not_a_number += sum(missing for _, missing in found)
    return [run for run, _ in found]


def _run_apart(density: Density, seed: np.random.SeedSequence, particles: int) -> tuple[Run, int]:
    density.not_a_number = 0
    run = _run(density, np.random.default_rng(seed), particles, lambda power: None)
    return run, density.not_a_number


def _run(
    density: Density, generator: np.random.Generator, count: int, told: Callable[[float], None]
) -> tuple[Array, float]:
    places = density.draw_prior(generator, count)
    prior, log = density.log_prior(places), _likelihood(density, places)
    if not np.isfinite(log).any():
        raise ValueError("the likelihood is nowhere a number in draws of the prior: look for data on the fault itself")
    power, evidence, scale = 0.0, 0.0, 0.5
    while power < 1.0:
        step = _next_step(log, 1.0 - power)
        weight = step * np.where(np.isfinite(log), log, -np.inf)
        evidence += float(logsumexp(weight) - np.log(count))
        chosen = _resampled(weight, generator)
        places, prior, log = places[chosen], prior[chosen], log[chosen]
        power = min(1.0, power + step)
        places, prior, log, scale = _moved(density, places, prior, log, power, scale, generator)
        told(0.05 + 0.95 * np.log1p(1e6 * power) / np.log1p(1e6))
    order = generator.permutation(count)
    return places[order], evidence


def _likelihood(density: Density, places: Array) -> Array:
    log = density.log_likelihood(places)
    return np.where(np.isnan(log), -np.inf, log)


def _next_step(log: Array, rest: float) -> float:
    """How much the power can grow before the weights vary too much."""
    finite = log[np.isfinite(log)]

    def variation(step: float) -> float:
        weight = np.zeros(len(log))
        weight[np.isfinite(log)] = np.exp(step * (finite - finite.max()))
        return float(weight.std() / weight.mean()) - VARIATION

    if variation(rest) <= 0.0:
        return rest
    low = 1e-12 * rest
    # likelihoods of zero alone may vary by more than asked: then a step as small as can be sheds them
    return low if variation(low) >= 0.0 else float(brentq(variation, low, rest, rtol=1e-6))


def _resampled(weight: Array, generator: np.random.Generator) -> NDArray[np.int64]:
    """Systematic resampling."""
    share = np.cumsum(np.exp(weight - logsumexp(weight)))
    places = (generator.uniform() + np.arange(len(weight))) / len(weight)
    return np.minimum(np.searchsorted(share, places), len(weight) - 1)


def _moved(
    density: Density, places: Array, prior: Array, log: Array, power: float, scale: float,
    generator: np.random.Generator,
) -> tuple[Array, Array, Array, float]:  # fmt: skip
    """Metropolis steps along differences of the particles as they were, until enough were taken."""
    crowd, travelled = places.copy(), 0.0
    gamma, tiny = 2.38 / np.sqrt(2.0 * places.shape[1]), 1e-5 * np.maximum(places.std(axis=0), 1e-12)
    for _ in range(MOST_SWEEPS):
        first, second = generator.integers(len(crowd), size=(2, len(crowd)))
        jump = generator.uniform(size=len(crowd)) < JUMP
        reach = np.where(jump, 1.0, scale * gamma * np.exp(0.3 * generator.standard_normal(len(crowd))))
        proposed = places + reach[:, None] * (crowd[first] - crowd[second])
        proposed += tiny * generator.standard_normal(places.shape)
        new_prior = density.log_prior(proposed)
        new_log = np.full(len(places), -np.inf)
        inside = np.isfinite(new_prior)
        if inside.any():
            new_log[inside] = _likelihood(density, proposed[inside])
        ratio = np.where(inside, new_prior + power * new_log, -np.inf) - prior - power * log
        taken = np.log(generator.uniform(size=len(places))) < ratio
        places = np.where(taken[:, None], proposed, places)
        prior, log = np.where(taken, new_prior, prior), np.where(taken, new_log, log)
        share = float(taken[~jump].mean()) if not jump.all() else 0.0
        scale = float(np.clip(scale * np.exp(share - WANTED), 0.05, 2.0))
        travelled += share
        if travelled > TRAVEL:
            break
    return places, prior, log, scale
