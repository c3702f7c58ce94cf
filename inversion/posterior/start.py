"""Where samplers start: around modes, at given places, or anywhere in the prior."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.posterior.density import Density, log_posterior
from geoslip.inversion.posterior.mixture import Mixture

Array = NDArray[np.float64]

ROUNDS = 200
"""Times that places without density are drawn again, narrower each time."""


def starting_places(
    density: Density, start: Mixture | Array | None, generator: np.random.Generator, *, count: int
) -> Array:
    """Places (count, n) of positive density: every mode of a mixture gets its share, given places are used in turn.

    Raises
    ------
    ValueError
        No place with density can be found: a start outside the prior, or a likelihood that is nowhere a number.
    """
    if isinstance(start, Mixture):
        which = np.arange(count) % len(start.weights)
        places = start.draw_from(which, generator)
        for step in range(ROUNDS):
            bad = ~np.isfinite(log_posterior(density, places))
            if not bad.any():
                return places
            narrow = 0.93**step
            again = start.draw_from(which[bad], generator)
            places[bad] = start.means[which[bad]] + narrow * (again - start.means[which[bad]])
        return _refuse("the modes given as a start have no density around them")
    if start is not None:
        given = np.atleast_2d(np.asarray(start, float))
        good = np.isfinite(density.log_prior(given))
        if not good.all():
            worst = int(np.argmin(good))
            told = ", ".join(f"{name} {value:.4g}" for name, value in zip(density.names, density.natural(given[worst])))
            return _refuse(f"start {worst + 1} ({told}) lies outside the prior")
        if not np.isfinite(log_posterior(density, given)).all():
            return _refuse("the likelihood is not a number at a start")
        places = given[generator.permutation(np.arange(count) % len(given))]
        return _spread(density, places, generator) if len(given) < count else places
    places = np.empty((0, len(density.names)))
    for _ in range(ROUNDS):
        drawn = density.draw_prior(generator, count)
        places = np.concatenate([places, drawn[np.isfinite(log_posterior(density, drawn))]])
        if len(places) >= count:
            return places[:count]
    return _refuse("the likelihood is not a number nearly everywhere in the prior")


def starting_mixture(draws: Array, start: Mixture | Array | None) -> Mixture:
    """A mixture of the start's modes, or of a single one, fitted to draws (walkers, steps, n)."""
    flat = draws.reshape(-1, draws.shape[2])
    if isinstance(start, Mixture):
        return start.refitted(flat)
    return Mixture.of(flat.mean(axis=0)[None], np.atleast_2d(np.cov(flat.T))[None])


def _spread(density: Density, places: Array, generator: np.random.Generator) -> Array:
    """Move places that were used more than once a little apart, along the spread of the prior."""
    size = 1e-3 * density.draw_prior(generator, 200).std(axis=0)
    for step in range(ROUNDS):
        moved = places + size * 0.9**step * generator.standard_normal(places.shape)
        good = np.isfinite(log_posterior(density, moved))
        if good.all():
            return moved
    return np.where(good[:, None], moved, places)


def _refuse(what: str) -> Array:
    raise ValueError(f"{what}: start from places where prior and likelihood are above zero, or leave the start out")
