"""Whether chains have converged and how many independent draws they are worth.

After Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021, Bayesian Analysis 16, 667-718): each chain is cut in two
halves, draws are replaced by normal scores of their ranks over all chains (their eq. 14), and

    R-hat    sqrt(((n - 1) W / n + B / n) / W) of the scores (eqs. 1 to 4), or of those of |draw - median| if larger
    ESS      m n / tau, tau from the joint autocorrelation of all halves (eqs. 10 to 13)
    bulk     ESS of the scores
    tail     the smaller ESS of the indicators of the lowest and of the highest twentieth

Arrays are (chains, draws, parameters); every function gives one number a parameter, NaN where all draws are equal.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import ndtri
from scipy.stats import rankdata

Array = NDArray[np.float64]

FEWEST_DRAWS = 8
"""Draws a chain below which halves say nothing."""
TAIL = 0.05
"""Share of the draws in each tail."""
AT_ONCE = 64
"""Parameters that are worked on together, which bounds the memory."""


def r_hat(draws: ArrayLike) -> Array:
    """Rank-normalised split R-hat; 1 when all chains tell the same, above 1.01 when they do not.

    Parameters
    ----------
    draws : (chains, draws, parameters) array_like
        At least 8 draws a chain.

    Returns
    -------
    (parameters,) array
    """
    return _by_group(draws, _largest_r_hat)


def ess_bulk(draws: ArrayLike) -> Array:
    """Effective sample size for the centre of the distribution, (parameters,).

    Parameters
    ----------
    draws : (chains, draws, parameters) array_like
        At least 8 draws a chain.
    """
    return _by_group(draws, lambda halves: _effective_size(_scores(halves)))


def ess_tail(draws: ArrayLike) -> Array:
    """Effective sample size for the 5 and 95 % quantiles, the smaller of both, (parameters,).

    Parameters
    ----------
    draws : (chains, draws, parameters) array_like
        At least 8 draws a chain.
    """
    return _by_group(draws, _tail_size)


def autocorrelation_time(draws: ArrayLike) -> Array:
    """Draws that are worth one independent draw for the mean, (parameters,).

    Parameters
    ----------
    draws : (chains, draws, parameters) array_like
        At least 8 draws a chain.
    """
    return _by_group(draws, lambda halves: halves.shape[0] * halves.shape[1] / _effective_size(halves))


def _by_group(draws: ArrayLike, measure: Callable[[Array], Array]) -> Array:
    array = np.asarray(draws, dtype=float)
    if array.ndim != 3 or array.shape[1] < FEWEST_DRAWS:
        raise ValueError(
            f"draws have shape {array.shape}: needed are (chains, draws, parameters) with at least {FEWEST_DRAWS} "
            "draws a chain"
        )
    result = np.full(array.shape[2], np.nan)
    varies = np.flatnonzero(np.isfinite(array).all(axis=(0, 1)) & (np.ptp(array, axis=(0, 1)) > 0.0))
    half = array.shape[1] // 2
    for start in range(0, varies.size, AT_ONCE):
        group = varies[start : start + AT_ONCE]
        result[group] = measure(np.concatenate([array[:, :half, group], array[:, -half:, group]]))
    return result


def _scores(halves: Array) -> Array:
    flat = halves.reshape(-1, halves.shape[2])
    ranks = rankdata(flat, axis=0)
    return ndtri((ranks - 0.375) / (flat.shape[0] + 0.25)).reshape(halves.shape)


def _largest_r_hat(halves: Array) -> Array:
    folded = np.abs(halves - np.median(halves, axis=(0, 1)))
    return np.maximum(_split_r_hat(_scores(halves)), _split_r_hat(_scores(folded)))


def _split_r_hat(scores: Array) -> Array:
    n = scores.shape[1]
    within = scores.var(axis=1, ddof=1).mean(axis=0)
    between = scores.mean(axis=1).var(axis=0, ddof=1)
    with np.errstate(divide="ignore"):  # every chain stands still at a place of its own: infinitely far from converged
        return np.sqrt((n - 1) / n + between / within)


def _tail_size(halves: Array) -> Array:
    low, high = np.quantile(halves, (TAIL, 1.0 - TAIL), axis=(0, 1))
    return np.minimum(_effective_size((halves <= low) * 1.0), _effective_size((halves <= high) * 1.0))


def _effective_size(halves: Array) -> Array:
    m, n, _ = halves.shape
    correlation = _autocorrelation(halves)
    pairs = correlation[0 : n - n % 2 : 2] + correlation[1:n:2]
    # Geyer's initial sequences: sums of neighbouring lags are positive and fall, so what comes after the first
    # negative one is noise, and a rise is noise too
    positive = np.logical_and.accumulate(pairs > 0.0, axis=0)
    falling = np.minimum.accumulate(np.where(positive, pairs, 0.0), axis=0)
    time = 2.0 * falling.sum(axis=0) - 1.0
    return m * n / np.maximum(time, 1.0 / np.log10(m * n))


def _autocorrelation(halves: Array) -> Array:
    """Joint autocorrelation (draws, parameters) of all halves, which also counts that their means differ."""
    m, n, _ = halves.shape
    centred = halves - halves.mean(axis=1, keepdims=True)
    size = next_fast_len(2 * n, real=True)
    spectrum = rfft(centred, size, axis=1)
    covariance = irfft(spectrum.real**2 + spectrum.imag**2, size, axis=1)[:, :n].mean(axis=0) / n
    within = covariance[0] * n / (n - 1)
    total = covariance[0] + (halves.mean(axis=1).var(axis=0, ddof=1) if m > 1 else 0.0)
    with np.errstate(invalid="ignore"):
        correlation = 1.0 - (within - covariance) / total
    correlation[0] = 1.0
    return correlation
