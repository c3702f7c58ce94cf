"""The step of an earthquake from a time series of scenes: many noisy dates before and after make one quiet step.

Each pixel follows d(t) = offset + step H(t - event) [+ rate t] [+ yearly sine and cosine] [+ log(1 + (t - event) / tau)
after it]; dates err independently, each with its own standard deviation, so the step is a weighted sum of the dates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.scenes.scene import Scene

TERMS = ("rate", "yearly", "postseismic")


@dataclass(frozen=True, eq=False)
class StepStack:
    """A step and its error.

    Parameters
    ----------
    step : Scene
        The step of every pixel, metres.
    error : ndarray, shape (ny, nx)
        Its standard deviation, metres: how the dates' own standard deviations come through the weights. Neighbouring
        pixels' errors are correlated as the dates' noise is.
    weights : ndarray, shape (n,)
        Of the dates, where a pixel has them all.
    sigma : ndarray, shape (n,)
        Standard deviation of each date that was used, metres.
    """

    step: Scene
    error: NDArray[np.float64]
    weights: NDArray[np.float64]
    sigma: NDArray[np.float64]


def step_weights(
    times: ArrayLike, *, event: float, sigma: ArrayLike = 1.0, terms: Sequence[str] = (), tau: float = 0.05
) -> NDArray[np.float64]:
    """Give the weights of the dates whose weighted sum is the best estimate of the step (generalised least squares).

    Parameters
    ----------
    times : array_like, shape (n,)
        Years.
    event : float
        Time of the earthquake, years.
    sigma : float or array_like, shape (n,)
        Standard deviation of each date.
    terms : sequence of {"rate", "yearly", "postseismic"}
        What is estimated beside offset and step; without any, the weights give mean after less mean before.
    tau : float
        Years, of the postseismic logarithm.

    Returns
    -------
    ndarray, shape (n,)
        They sum to 0 before plus after, and to 1 after.

    Raises
    ------
    DataError
        If a term is unknown, a sigma is not positive, or the dates do not tell the step from the other terms.
    """
    t = np.asarray(times, dtype=float)
    spread = np.broadcast_to(np.asarray(sigma, dtype=float), t.shape)
    unknown = set(terms) - set(TERMS)
    if unknown:
        raise DataError(f"stack: term {sorted(unknown)[0]!r} is unknown: use some of {', '.join(TERMS)}")
    if not (np.isfinite(t).all() and np.isfinite(spread).all() and (spread > 0.0).all()):
        raise DataError("stack: times must be finite years, and every date needs a standard deviation above 0")
    columns = [np.ones(t.size), (t > event).astype(float)]
    if "rate" in terms:
        columns.append(t - event)
    if "yearly" in terms:
        columns += [np.sin(2.0 * np.pi * t), np.cos(2.0 * np.pi * t)]
    if "postseismic" in terms:
        columns.append(np.log1p(np.maximum(t - event, 0.0) / tau))
    design = np.column_stack(columns) / spread[:, None]
    if t.size < design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        raise DataError(
            f"stack: {t.size} dates, {int((t > event).sum())} of them after the event, do not tell the step from"
            f" {design.shape[1] - 1} other terms; take more dates on both sides, or fewer terms"
        )
    return np.asarray(np.linalg.pinv(design)[1] / spread)


def stack_step(
    values: NDArray[np.floating],
    *,
    times: ArrayLike,
    event: float,
    scene: Scene,
    sigma: ArrayLike | None = None,
    quiet: NDArray[np.bool_] | None = None,
    terms: Sequence[str] = (),
    tau: float = 0.05,
) -> StepStack:
    """Stack a time series into the step of an earthquake.

    Parameters
    ----------
    values : ndarray, shape (n, ny, nx)
        Displacement of every date against a common reference, metres; NaN where there is none.
    times : array_like, shape (n,)
        Years.
    event : float
        Time of the earthquake, years.
    scene : Scene
        Any scene of the grid: gives coordinates, look vectors and name, its values do not count.
    sigma : array_like, shape (n,), optional
        Standard deviation of each date, metres; from the dates themselves by default, see `date_spread`.
    quiet : ndarray of bool, shape (ny, nx), optional
        Where nothing but noise is seen, for the default of sigma; everywhere by default.
    terms, tau
        As in `step_weights`.

    Returns
    -------
    StepStack
        A pixel without some dates gets the best weights of those it has; one whose dates do not tell the step is NaN.

    Raises
    ------
    DataError
        As `step_weights`; if shapes disagree or no pixel has dates enough.
    """
    series, t = np.asarray(values), np.asarray(times, dtype=float)
    if series.ndim != 3 or series.shape != (t.size, *scene.values.shape):
        raise DataError(
            f"{scene.name}: a series of shape {series.shape} for {t.size} times and pixels of {scene.values.shape};"
            " needed is (times, rows, columns)"
        )
    spread = date_spread(series, quiet=quiet) if sigma is None else np.broadcast_to(np.asarray(sigma, float), t.shape)
    weights = step_weights(t, event=event, sigma=spread, terms=terms, tau=tau)
    finite = np.isfinite(series).reshape(t.size, -1)
    flat = series.reshape(t.size, -1)
    packed = np.packbits(finite, axis=0)
    patterns, which = np.unique(packed, axis=1, return_inverse=True)
    which = which.ravel()
    step, error = np.full(flat.shape[1], np.nan), np.full(flat.shape[1], np.nan)
    for number in range(patterns.shape[1]):
        pixels = np.flatnonzero(which == number)
        has = np.unpackbits(patterns[:, number], count=t.size).astype(bool)
        try:
            own = weights if has.all() else step_weights(t[has], event=event, sigma=spread[has], terms=terms, tau=tau)
        except DataError:
            continue
        step[pixels] = own @ flat[np.ix_(has, pixels)].astype(float)
        error[pixels] = np.sqrt(own**2 @ spread[has] ** 2)
    if not np.isfinite(step).any():
        raise DataError(f"{scene.name}: no pixel has dates enough on both sides of the event; check the event's time")
    made = replace(scene, values=step.reshape(scene.values.shape))
    return StepStack(made, error.reshape(scene.values.shape), weights, np.array(spread))


def date_spread(values: NDArray[np.floating], *, quiet: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """Give the standard deviation of each date's own noise, metres, from a quiet part of the scene.

    Every date holds the reference's noise too; what all dates have in common goes with their median. What is left of a
    date is spread about its best plane.

    Parameters
    ----------
    values : ndarray, shape (n, ny, nx)
        At least five dates.
    quiet : ndarray of bool, shape (ny, nx), optional
        Pixels that count; all by default.

    Raises
    ------
    DataError
        If fewer than 100 quiet pixels or five dates are left.
    """
    series = np.asarray(values, dtype=float)
    used = np.ones(series.shape[1:], dtype=bool) if quiet is None else np.asarray(quiet, dtype=bool)
    used = used & np.isfinite(series).all(axis=0)
    rows, columns = np.nonzero(used)
    if rows.size < 100 or len(series) < 5:
        raise DataError(
            f"stack: {rows.size} quiet pixels of {len(series)} dates are too few for the dates' noise (100 and 5);"
            " give sigma="
        )
    noise = series[:, rows, columns]
    noise = noise - np.median(noise, axis=0)
    plane = np.column_stack([np.ones(rows.size), rows - rows.mean(), columns - columns.mean()])
    left = noise - (plane @ np.linalg.lstsq(plane, noise.T, rcond=None)[0]).T
    # Taking the median of n dates away takes about pi / (2 n) of a date's own variance, less where it is the loudest.
    return np.asarray(left.std(axis=1) / np.sqrt(max(1.0 - 1.0 / len(series), 0.5)))


def pair_weights(pairs: ArrayLike, *, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn weights of dates into those of interferograms between them, whose errors share their common scenes.

    Parameters
    ----------
    pairs : array_like of int, shape (k, 2)
        Number of the first and of the second date of each interferogram, which is second less first.
    weights : ndarray, shape (n,)
        Of `step_weights`.

    Returns
    -------
    ndarray, shape (k,)
        The smallest whose weighted sum of interferograms is that of the dates.

    Raises
    ------
    DataError
        If no sum of these interferograms is: the network falls apart between the dates.
    """
    ends = np.asarray(pairs, dtype=int)
    if ends.ndim != 2 or ends.shape[1] != 2 or ends.min() < 0 or ends.max() >= weights.size:
        raise DataError(f"stack: pairs are two numbers of dates each, 0 to {weights.size - 1}")
    incidence = np.zeros((weights.size, len(ends)))
    incidence[ends[:, 1], np.arange(len(ends))] += 1.0
    incidence[ends[:, 0], np.arange(len(ends))] -= 1.0
    found = np.linalg.lstsq(incidence, weights, rcond=None)[0]
    if np.abs(incidence @ found - weights).max() > 1e-9 * np.abs(weights).max():
        raise DataError("stack: the interferograms do not join all dates; add pairs that bridge the gap, or drop dates")
    return np.asarray(found)
