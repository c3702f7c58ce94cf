"""Did a stress change trigger? Shares of events where it is positive, with intervals and a control at random places.

Any place near a fault is either loaded or relaxed, by its place alone: a share of positive changes says something only
beside that of random places in the same volume, which is why both are given.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.coulomb import CoulombChange
from geoslip.okada.stress_field import SlipSource, coulomb_field

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """Share of events with a positive change.

    Parameters
    ----------
    share : float
        From 0 to 1; NaN where no event counts.
    low, high : float
        Bootstrap interval, which has no width where all events agree.
    count : int
        How many events count: those with a finite change whose size reaches the threshold.
    """

    share: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Control:
    """Shares at random places, as many as there are events.

    Parameters
    ----------
    share, low, high : float
        Mean and interval over the draws.
    probability : float
        How often a draw reaches the share of the events by chance: (1 + draws that do) / (1 + draws).
    """

    share: float
    low: float
    high: float
    probability: float


def positive_share(
    change: ArrayLike,
    *,
    rng: np.random.Generator,
    threshold: float = 0.0,
    draws: int = 2000,
    confidence: float = 0.95,
) -> Share:
    """Share of events with a positive change, with a bootstrap interval.

    Parameters
    ----------
    change : array_like, shape (n,)
        Coulomb change at the events, Pa; NaN does not count.
    rng : numpy.random.Generator
        Draws the samples.
    threshold : float
        Events with a smaller size of change do not count, Pa.
    draws : int
        Bootstrap samples.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    Share

    Raises
    ------
    ValueError
        If the threshold is negative or the confidence outside its range.
    """
    if not threshold >= 0.0:
        raise ValueError(f"threshold is {threshold:g} Pa, but is compared with sizes; give 0 or more")
    tail = _tail(confidence)
    values = np.asarray(change, dtype=np.float64)
    values = values[np.isfinite(values) & (np.abs(values) >= threshold)]
    if values.size == 0:
        return Share(np.nan, np.nan, np.nan, 0)
    share = float((values > 0.0).mean())
    # A bootstrap sample of yes and no is a binomial draw.
    low, high = np.quantile(rng.binomial(values.size, share, draws) / values.size, [tail, 1.0 - tail])
    return Share(share, float(low), float(high), int(values.size))


def share_by_size(change: ArrayLike, thresholds: ArrayLike, **options: Any) -> list[Share]:
    """`positive_share` among events whose change has at least each size (Pa); options as there."""
    return [positive_share(change, threshold=float(size), **options) for size in np.atleast_1d(thresholds)]


def share_by_depth(change: ArrayLike, depth: ArrayLike, edges: ArrayLike, **options: Any) -> list[Share]:
    """`positive_share` of the events between successive depths.

    Parameters
    ----------
    change, depth : array_like, shape (n,)
        Coulomb change (Pa) and depth (m, positive down) of the events.
    edges : array_like, shape (k + 1,)
        Rising limits of the intervals, m; the upper limit belongs to the next.
    **options
        As for `positive_share`.

    Returns
    -------
    list of k Share

    Raises
    ------
    ValueError
        If there are fewer than two limits or they do not rise.
    """
    limits, place = np.asarray(edges, dtype=np.float64), np.asarray(depth, dtype=np.float64)
    if limits.size < 2 or not (np.diff(limits) > 0.0).all():
        raise ValueError(f"edges are {limits.tolist()}, but must be at least two rising depths; sort them")
    values = np.asarray(change, dtype=np.float64)
    return [positive_share(values[(place >= a) & (place < b)], **options) for a, b in pairwise(limits)]


def random_places(
    points: ArrayLike,
    change_at: Callable[[Array], ArrayLike],
    *,
    rng: np.random.Generator,
    places: int = 5000,
    draws: int = 2000,
    threshold: float = 0.0,
    confidence: float = 0.95,
) -> Control:
    """The same share at random places: evenly spread over the events' map extent, with the events' own depths.

    Parameters
    ----------
    points : array_like, shape (n, 3)
        The events: east, north, up (m).
    change_at : callable
        Gives the Coulomb change (Pa) at places of shape (places, 3), as it was computed at the events.
    rng : numpy.random.Generator
        Draws places and samples.
    places : int
        How many places the change is computed at; each draw takes as many of them as there are events that count.
    draws : int
        How many draws.
    threshold, confidence
        As for `positive_share`.

    Returns
    -------
    Control

    Raises
    ------
    ValueError
        If there are no events, or the change is finite at no random place.
    """
    events = np.asarray(points, dtype=np.float64)
    if events.ndim != 2 or events.shape[1] != 3 or len(events) == 0:
        raise ValueError(
            f"points have shape {events.shape}, but must be (n, 3) with at least one event; check the catalogue"
        )
    own = positive_share(change_at(events), rng=rng, threshold=threshold, draws=1)
    tail = _tail(confidence)
    spread = rng.uniform(events[:, :2].min(axis=0), events[:, :2].max(axis=0), (places, 2))
    values = np.asarray(change_at(np.column_stack([spread, rng.choice(events[:, 2], places)])), dtype=np.float64)
    values = values[np.isfinite(values) & (np.abs(values) >= threshold)]
    if values.size == 0 or own.count == 0:
        raise ValueError("no change reaches the threshold at the events or at random places; lower the threshold")
    chance = rng.binomial(own.count, float((values > 0.0).mean()), draws) / own.count
    low, high = np.quantile(chance, [tail, 1.0 - tail])
    probability = (1 + int((chance >= own.share).sum())) / (1 + draws)
    return Control(float((values > 0.0).mean()), float(low), float(high), probability)


def change_on_nodal_planes(
    points: ArrayLike, models: Sequence[SlipSource], planes: ArrayLike, **options: Any
) -> tuple[CoulombChange, NDArray[np.intp]]:
    """Coulomb change on both nodal planes of every focal mechanism, and which plane has the larger one.

    Parameters
    ----------
    points : array_like, shape (n, 3)
        The events: east, north, up (m).
    models
        As for `coulomb_field`.
    planes : array_like, shape (n, 2, 3)
        Strike, dip, rake of both planes, deg.
    **options
        As for `coulomb_field`: friction, medium, progress, threads.

    Returns
    -------
    change : CoulombChange
        Arrays of shape (n, 2).
    larger : ndarray, shape (n,)
        0 or 1.

    Raises
    ------
    ValueError
        If a shape, an angle or a point is unfit.
    """
    place, angles = np.asarray(points, dtype=np.float64), np.asarray(planes, dtype=np.float64)
    if angles.shape != (len(place), 2, 3):
        raise ValueError(
            f"planes have shape {angles.shape}, but must be ({len(place)}, 2, 3); give both planes of every event"
        )
    both = np.repeat(place, 2, axis=0)
    strike, dip, rake = angles.reshape(-1, 3).T
    flat = coulomb_field(both, models, strike=strike, dip=dip, rake=rake, **options)
    names = ("shear", "normal", "coulomb", "rake")
    change = CoulombChange(*(getattr(flat, name).reshape(-1, 2) for name in names))
    return change, np.argmax(np.nan_to_num(change.coulomb, nan=-np.inf), axis=1)


def _tail(confidence: float) -> float:
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence is {confidence:g}, but lies between 0 and 1; 0.95 is usual")
    return 0.5 * (1.0 - confidence)
