"""The ensemble sampler of Foreman-Mackey et al. (2013) with moves that travel far.

Warm-up with differential evolution and snooker moves (ter Braak & Vrugt 2008), modes apart; then the modes are weighed
and independent proposals from a mixture of Student distributions join in, one a mode, which forget where a walker was
and carry it from mode to mode. The mixture is fixed before the first draw that is kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

import emcee
import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.posterior.chains import MOST_TIMES, Chains
from geoslip.inversion.posterior.density import Density, log_posterior
from geoslip.inversion.posterior.mixture import Mixture
from geoslip.inversion.posterior.pool import Pool, on_each
from geoslip.inversion.posterior.start import starting_mixture, starting_places
from geoslip.inversion.posterior.watching import Watcher

Array = NDArray[np.float64]

ENSEMBLES = 2
"""Ensembles that know nothing of each other."""
INDEPENDENT = 0.6
"""Share of the moves that propose independently."""


def sample_ensemble(
    density: Density,
    *,
    start: Mixture | Array | None = None,
    draws: int = 500,
    walkers: int | None = None,
    warmup: int | None = None,
    enough: float | None = None,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    watch: Callable[[float], None] | None = None,
    pool: Pool | None = None,
) -> Chains:
    """Sample a posterior by ensembles of walkers.

    Parameters
    ----------
    density : Density
        n parameters.
    start : Mixture or (k, n) array, optional
        Where the walkers start, in work coordinates: around modes, or at places drawn from these; the prior if not
        given.
    draws : int
        Draws kept of each walker.
    walkers : int, optional
        Of each of the two ensembles, at least 2 n; 4 n (not below 32) if not given.
    warmup : int, optional
        Steps thrown away before, as many as are kept if not given (not below 200).
    enough : float, optional
        Effective draws, in bulk and tail, that every parameter shall have: the walkers go on until it does and R-hat is
        at most 1.01, or have ten times as many draws; only `draws` if not given.
    seed : int
    progress : callable, optional
        Called with the finished fraction, of a run that goes on anew.
    watch : callable, optional
        Called every few seconds with the largest R-hat of the draws kept so far.
    pool : Pool, optional
        Whose workers the ensembles run on, one each, to the same draws; nothing is told on the way.

    Returns
    -------
    Chains
        Early and late draws of each ensemble, walker after walker.

    Raises
    ------
    ValueError
        Fewer walkers than parameters need, or a start outside the prior.
    """
    n = len(density.names)
    walkers = max(4 * n, 32) if walkers is None else walkers
    warmup = max(draws, 200) if warmup is None else warmup
    if walkers < 2 * n:
        raise ValueError(
            f"{walkers} walkers for {n} parameters: an ensemble moves along differences of its own walkers and needs "
            f"at least {2 * n}, better {4 * n}"
        )
    seeds = np.random.SeedSequence(seed).spawn(ENSEMBLES)
    ensembles = [_Ensemble(density, np.random.default_rng(one), start=start, walkers=walkers) for one in seeds]
    wanted, most, watcher = draws, MOST_TIMES * draws, Watcher(watch)
    while True:
        if pool is None:
            _grow(ensembles, wanted, warmup=warmup, told=progress or _nothing, watcher=watcher)
        else:
            ensembles = on_each(pool, _grown, [(one, wanted, warmup) for one in ensembles])
            density.not_a_number += sum(one.density.not_a_number for one in ensembles)
        chains = Chains(density.natural(_as_chains([one.kept for one in ensembles])), tuple(density.names))
        if enough is None or wanted >= most or (times := chains.times_as_many(enough)) == 1.0:
            return chains
        wanted = min(math.ceil(times * wanted), most)


def _grow(
    ensembles: Sequence[_Ensemble], draws: int, *, warmup: int, told: Callable[[float], None], watcher: Watcher
) -> None:
    """Let each of the ensembles, one after the other, go on until it has so many draws."""

    def look(ensemble: _Ensemble, part: Callable[[], Array]) -> None:
        others = [one.kept for one in ensembles if one is not ensemble and one.draws]
        watcher.look(lambda: _as_chains([*others, np.concatenate([ensemble.kept, part()], axis=1)]))

    before, each = 0, draws - ensembles[0].draws + (0 if ensembles[0].draws else warmup)

    def share(begun: int, steps: int) -> None:
        told((begun + steps) / (len(ensembles) * each))

    for ensemble in ensembles:
        if not ensemble.draws:
            ensemble.warm_up(warmup, told=partial(share, before))
        more = draws - ensemble.draws
        ensemble.go_on(more, told=partial(share, before + each - more), look=partial(look, ensemble))
        before += each


def _grown(ensemble: _Ensemble, draws: int, warmup: int) -> _Ensemble:
    """One ensemble with so many draws, on a worker that has a density of its own."""
    ensemble.density.not_a_number = 0
    _grow([ensemble], draws, warmup=warmup, told=_nothing, watcher=Watcher(None))
    return ensemble


def _nothing(fraction: float) -> None:
    """Tell nobody."""


class _Ensemble:
    """Walkers, how they move, and the draws that they have made.

    Parameters
    ----------
    density : Density
    generator : numpy.random.Generator
    start : Mixture or (k, n) array, optional
    walkers : int

    Attributes
    ----------
    kept : (walkers, draws, n) array
        In work coordinates, after the warm-up.
    """

    def __init__(
        self, density: Density, generator: np.random.Generator, *, start: Mixture | Array | None, walkers: int
    ) -> None:
        self.density, self.generator, self.start = density, generator, start
        self.places = np.empty((0, 0))
        self.walkers = walkers
        self.moves: list[tuple[emcee.moves.Move, float]] = []
        self.kept = np.empty((walkers, 0, len(density.names)))

    @property
    def draws(self) -> int:
        """Draws of each walker."""
        return self.kept.shape[1]

    def warm_up(self, steps: int, *, told: Callable[[int], None]) -> None:
        """Find a start and the mixture of the independent proposals."""
        density, generator = self.density, self.generator
        places = starting_places(density, self.start, generator, count=self.walkers)
        local = [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)]
        first = steps // 2
        early = _run(density, places, first, local, generator, told)
        mixture = starting_mixture(early[:, first // 2 :], self.start)
        mixture = _weighed(mixture, density, generator)
        # walkers of the warm-up tell how each mode looks, not how much it holds: they are dealt out anew by the weights
        places = _dealt(density, early[:, first // 2 :].reshape(-1, early.shape[2]), mixture, generator, self.walkers)
        late = _run(density, places, steps - first, _moves(mixture), generator, lambda step: told(first + step))
        mixture = mixture.refitted(late[:, (steps - first) // 2 :].reshape(-1, late.shape[2]))
        self.moves = _moves(_weighed(mixture, density, generator))
        self.places = late[:, -1]

    def go_on(self, steps: int, *, told: Callable[[int], None], look: Callable[[Callable[[], Array]], None]) -> None:
        """Make draws and keep them."""
        draws = _run(self.density, self.places, steps, self.moves, self.generator, told, look)
        self.kept, self.places = np.concatenate([self.kept, draws], axis=1), draws[:, -1]


def _as_chains(kept: Sequence[Array]) -> Array:
    """Early and late draws of each ensemble, its walkers one after the other, as the chains to be compared.

    So ensembles that differ, walkers that stand still and draws that drift are all seen; a single walker is too short
    for that. Of ensembles that are on their way, as many draws as the shortest has.
    """
    draws = min(one.shape[1] for one in kept)
    half = draws // 2
    parts = [part for one in kept for part in (one[:, :half], one[:, draws - half : draws])]
    return np.stack([part.reshape(-1, part.shape[2]) for part in parts])


def _weighed(mixture: Mixture, density: Density, generator: np.random.Generator) -> Mixture:
    # a single mode holds everything: thousands of evaluations would say so again
    return mixture if len(mixture.weights) == 1 else mixture.weighed(density, generator).mixture


def _moves(mixture: Mixture) -> list[tuple[emcee.moves.Move, float]]:
    rest = 1.0 - INDEPENDENT
    return [
        (emcee.moves.MHMove(_Independent(mixture)), INDEPENDENT),
        (emcee.moves.DEMove(), 0.8 * rest),
        (emcee.moves.DESnookerMove(), 0.2 * rest),
    ]


class _Independent:
    """Proposals that do not depend on where a walker is; the Hastings factor is the ratio of the mixture's density."""

    def __init__(self, mixture: Mixture) -> None:
        self.mixture = mixture

    def __call__(self, places: Array, random: np.random.RandomState) -> tuple[Array, Array]:
        proposed = self.mixture.draw(random, len(places))
        return proposed, self.mixture.log_density(places) - self.mixture.log_density(proposed)


def _run(
    density: Density,
    places: Array,
    steps: int,
    moves: list[tuple[emcee.moves.Move, float]],
    generator: np.random.Generator,
    told: Callable[[int], None],
    look: Callable[[Callable[[], Array]], None] | None = None,
) -> Array:
    """Advance walkers (w, n) and give all their places (w, steps, n)."""
    sampler = emcee.EnsembleSampler(
        *places.shape, lambda where: log_posterior(density, where), vectorize=True, moves=moves
    )
    sampler.random_state = np.random.RandomState(int(generator.integers(2**31))).get_state()
    for number, _ in enumerate(sampler.sample(places, iterations=steps, skip_initial_state_check=True)):
        if number % 20 == 0:
            told(number)
        if look is not None:
            look(lambda: np.asarray(sampler.get_chain().swapaxes(0, 1)))
    told(steps)
    return np.asarray(sampler.get_chain().swapaxes(0, 1))


def _dealt(density: Density, draws: Array, mixture: Mixture, generator: np.random.Generator, walkers: int) -> Array:
    """Places (walkers, n) of earlier draws, as many in each mode as its weight asks, not below two."""
    member = mixture.mode_of(draws)
    wanted = np.searchsorted(np.cumsum(mixture.weights)[:-1], generator.uniform(size=walkers))
    places = np.empty((walkers, draws.shape[1]))
    for number in np.unique(wanted):
        own = draws[member == number]
        own = own if len(own) else draws
        places[wanted == number] = own[generator.integers(len(own), size=int((wanted == number).sum()))]
    # draws of one walker may be the same place: a little apart, or differences between them have no direction
    near = places + 1e-4 * draws.std(axis=0) * generator.standard_normal(places.shape)
    good = np.isfinite(log_posterior(density, near))
    places[good] = near[good]
    return places
