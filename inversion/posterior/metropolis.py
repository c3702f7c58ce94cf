"""Adaptive Metropolis (Haario et al. 2001): chains side by side, whose steps learn the posterior's shape.

Proposals are Gaussian steps with the covariance of all chains' recent draws, scaled so that about a quarter are taken;
shape and scale are learned in the warm-up and fixed before the first draw that is kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.posterior.chains import MOST_TIMES, Chains
from geoslip.inversion.posterior.density import Density, log_posterior
from geoslip.inversion.posterior.mixture import Mixture
from geoslip.inversion.posterior.start import starting_places
from geoslip.inversion.posterior.watching import Watcher

Array = NDArray[np.float64]

WANTED = 0.25
"""Share of the proposals that should be taken."""
ROUNDS = 12
"""Times that the warm-up renews the shape of the steps."""


def sample_metropolis(
    density: Density,
    *,
    start: Mixture | Array | None = None,
    draws: int = 2000,
    walkers: int | None = None,
    warmup: int | None = None,
    enough: float | None = None,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    watch: Callable[[float], None] | None = None,
    pool: object = None,
) -> Chains:
    """Sample a posterior by adaptive Metropolis chains, evaluated side by side.

    Parameters
    ----------
    density : Density
    start : Mixture or (k, n) array, optional
        As in sample_ensemble. Chains that start in different modes stay there.
    draws : int
        Draws kept of each chain.
    walkers : int, optional
        Number of chains, 16 if not given.
    warmup : int, optional
        Steps thrown away before, as many as are kept if not given.
    enough : float, optional
        As in sample_ensemble.
    seed : int
    progress : callable, optional
        Called with the finished fraction, of a run that goes on anew.
    watch : callable, optional
        As in sample_ensemble.
    pool
        Not used: the chains learn from each other.

    Returns
    -------
    Chains

    Raises
    ------
    ValueError
        Fewer than two chains, or a start outside the prior.
    """
    count = 16 if walkers is None else walkers
    warmup = draws if warmup is None else warmup
    if count < 2 or draws < 8:
        raise ValueError(f"{count} chains of {draws} draws: needed are at least 2 chains of 8 draws to compare them")
    generator = np.random.default_rng(seed)
    places = starting_places(density, start, generator, count=count)
    log = log_posterior(density, places)
    size = np.maximum(places.std(axis=0), 1e-12)
    factor, scale = np.diag(size), 2.38 / np.sqrt(places.shape[1])
    watcher, wanted, most = Watcher(watch), draws, MOST_TIMES * draws
    lengths = np.diff(np.linspace(0, warmup, ROUNDS + 1).astype(int)).tolist()
    path, done, total = np.empty((0, *places.shape)), 0, warmup + draws
    for length in lengths:
        early = np.empty((length, *places.shape))
        for step in range(length):
            places, log, taken = _step(density, places, log, scale * factor, generator)
            early[step] = places
            scale *= np.exp((taken - WANTED) / np.sqrt(1.0 + 0.1 * step))
            done = _told(progress, done + 1, total)
        if length * count > 10 * places.shape[1]:
            factor, scale = _shape(early, size), 2.38 / np.sqrt(places.shape[1])
    while True:
        had, path = len(path), np.concatenate([path, np.empty((wanted - len(path), *places.shape))])
        for step in range(had, wanted):
            places, log, _ = _step(density, places, log, scale * factor, generator)
            path[step] = places
            watcher.look(partial(_front, path, step + 1))
            done = _told(progress, done + 1, total)
        chains = Chains(density.natural(path.swapaxes(0, 1)), tuple(density.names))
        if enough is None or wanted >= most or (times := chains.times_as_many(enough)) == 1.0:
            break
        wanted, done = min(math.ceil(times * wanted), most), 0
        total = wanted - len(path)
    if progress is not None:
        progress(1.0)
    return chains


def _told(progress: Callable[[float], None] | None, done: int, total: int) -> int:
    if progress is not None and done % 20 == 0:
        progress(done / total)
    return done


def _front(path: Array, steps: int) -> Array:
    """The first steps of a path as chains (chains, steps, n)."""
    return path[:steps].swapaxes(0, 1)


def _step(
    density: Density, places: Array, log: Array, factor: Array, generator: np.random.Generator
) -> tuple[Array, Array, float]:
    proposed = places + generator.standard_normal(places.shape) @ factor.T
    new = log_posterior(density, proposed)
    taken = np.log(generator.uniform(size=len(places))) < new - log
    chance = np.minimum(1.0, np.exp(np.clip(new - log, -700.0, 0.0)))
    return np.where(taken[:, None], proposed, places), np.where(taken, new, log), float(chance.mean())


def _shape(path: Array, size: Array) -> Array:
    """Cholesky factor of the covariance of the later half of a path (steps, chains, n)."""
    flat = path[len(path) // 2 :].reshape(-1, path.shape[2])
    covariance = np.atleast_2d(np.cov(flat.T)) + np.diag((1e-6 * size) ** 2)
    return np.asarray(np.linalg.cholesky(covariance))
