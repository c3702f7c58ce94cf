"""Semivariogram and covariogram of a scene over all pairs of its pixels, with gaps, by Fourier transforms."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.optimize import least_squares

from geoslip.downsample.errors import DataError
from geoslip.downsample.noise import NoiseModel
from geoslip.downsample.scene import Scene

_TILE = 2048
"""Pixels; larger scenes are taken in tiles of this side, so that memory stays bounded."""


class Covariogram(NamedTuple):
    """How pixels differ with distance: one entry a distance class.

    lag (m): mean distance of the pairs; semivariance (m^2): half the mean squared difference; covariance (m^2):
    variance of the pixels less the semivariance; pairs: number of pixel pairs; variance (m^2): of the pixels.
    """

    lag: NDArray[np.float64]
    semivariance: NDArray[np.float64]
    covariance: NDArray[np.float64]
    pairs: NDArray[np.float64]
    variance: float


def covariogram(
    scene: Scene,
    *,
    mask: NDArray[np.bool_] | None = None,
    maximum_lag: float | None = None,
    trend: str = "plane",
) -> Covariogram:
    """Give the semivariogram and covariogram of a scene's noise.

    Parameters
    ----------
    scene : Scene
        Its far field, or all of it if it holds noise only.
    mask : ndarray of bool, shape (ny, nx), optional
        True where pixels are left out (the deforming area).
    maximum_lag : float, optional
        Metres. Default: a third of the scene's shorter side.
    trend : {"plane", "mean"}
        What is removed first: the long waves that the inversion co-estimates.

    Returns
    -------
    Covariogram
        Distance classes one pixel wide at first, growing by 8 % each. Removing a plane also removes some of the
        noise itself: lengths beyond a fifth of the scene come out short.

    Raises
    ------
    DataError
        If fewer than 100 pixels are left or the maximum lag is below three pixels.
    """
    if trend not in ("plane", "mean"):
        raise DataError(f"trend {trend!r} is unknown: use 'plane' or 'mean'")
    used = scene.valid if mask is None else scene.valid & ~np.asarray(mask, dtype=bool)
    if used.sum() < 100:
        raise DataError(f"{scene.name}: only {int(used.sum())} pixels are left for the noise; make the mask smaller")
    step = scene.spacing
    sides = scene.y.size * step.y, scene.x.size * step.x
    longest = min(sides) / 3.0 if maximum_lag is None else float(maximum_lag)
    if not longest >= 3.0 * max(step):
        raise DataError(f"{scene.name}: maximum lag {longest:g} m is below three pixels of {max(step):.4g} m; raise it")
    residual = _without_trend(scene, used, trend)
    reach = (
        min(int(longest / step.y) + 1, scene.y.size - 1),
        min(int(longest / step.x) + 1, scene.x.size - 1),
    )
    squared, pairs = np.zeros((reach[0] + 1, 2 * reach[1] + 1)), np.zeros((reach[0] + 1, 2 * reach[1] + 1))
    for part in _tiles(scene.values.shape, reach):
        if used[part].any():
            more_squared, more_pairs = _pair_sums(residual[part], used[part], reach)
            squared += more_squared
            pairs += more_pairs
    rows, columns = np.arange(reach[0] + 1)[:, None], np.arange(-reach[1], reach[1] + 1)
    distance = np.hypot(rows * step.y, columns * step.x)
    once = ((rows > 0) | (columns > 0)) & (distance <= longest) & (pairs > 0.5)
    return _classes(distance[once], squared[once], pairs[once], max(step), float(residual[used].var()))


def fit_exponential(found: Covariogram, *, nugget: bool = True) -> NoiseModel:
    """Fit nugget + sill (1 - exp(-h / length)) to a semivariogram.

    Parameters
    ----------
    found : Covariogram
        Its classes count alike, each residual relative to the model: short distances are known best and matter most.
    nugget : bool
        False keeps the nugget at 0.

    Returns
    -------
    NoiseModel
        With length between half the shortest and the longest distance: where the semivariogram still rises at its
        end, nothing says how long the length is, and the longest distance stands for it.

    Raises
    ------
    DataError
        If there are fewer than four classes, or the scene has no noise at all.
    """
    lag, gamma = found.lag, found.semivariance
    if lag.size < 4 or not np.isfinite(gamma).all():
        raise DataError(f"covariogram: {lag.size} distance classes are too few for three parameters; raise maximum_lag")
    scale = float(gamma.max())
    if scale <= 0.0:
        raise DataError("covariogram: no two pixels differ; the scene holds no noise to be fitted")
    limits = np.log([0.5 * lag[0], lag[-1]])

    def shares(parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([np.exp(parameters[0]), np.exp(parameters[1]), np.exp(parameters[2]) if nugget else 0.0])

    def misfit(parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        sill, length, floor = shares(parameters)
        model = floor + sill * -np.expm1(-lag / length)
        return np.log(np.maximum(gamma / scale, 1e-12) / model)

    best = None
    for start in np.geomspace(2.0 * lag[0], lag[-1], 4):
        first = [0.0, np.clip(np.log(start), limits[0] + 1e-6, limits[1] - 1e-6), np.log(max(gamma[0] / scale, 1e-6))]
        fit = least_squares(
            misfit,
            first,
            bounds=([np.log(1e-6), limits[0], np.log(1e-9)], [np.log(20.0), limits[1], np.log(2.0)]),
            loss="soft_l1",
            f_scale=0.1,
        )
        if best is None or fit.cost < best.cost:
            best = fit
    assert best is not None
    sill, length, floor = shares(best.x)
    return NoiseModel(float(sill * scale), float(length), float(floor * scale) if floor > 2e-9 else 0.0)


def class_edges(width: float, longest: float) -> list[float]:
    """Give the limits of the distance classes (m): `width` apart at first, then growing by 8 % each."""
    edges = [0.5 * width]
    while edges[-1] < longest:
        edges.append(edges[-1] + max(width, 0.08 * edges[-1]))
    return edges


def _without_trend(scene: Scene, used: NDArray[np.bool_], trend: str) -> NDArray[np.float64]:
    rows, columns = np.nonzero(used)
    values = scene.values[used].astype(float)
    values -= values.mean()
    if trend == "plane":
        basis = np.column_stack([np.ones(rows.size), rows - rows.mean(), columns - columns.mean()])
        normal = basis.T @ basis
        values -= basis @ np.linalg.lstsq(normal, basis.T @ values)[0]
    residual = np.zeros(scene.values.shape)
    residual[used] = values
    return residual


def _tiles(shape: tuple[int, ...], reach: tuple[int, int]) -> Iterator[tuple[slice, slice]]:
    side = max(_TILE, 2 * max(reach))
    for top in range(0, shape[0], side):
        for left in range(0, shape[1], side):
            yield slice(top, top + side), slice(left, left + side)


def _pair_sums(
    residual: NDArray[np.float64], used: NDArray[np.bool_], reach: tuple[int, int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum of half squared differences and number of pairs for lags 0..reach by -reach..reach, gaps left out."""
    shape = tuple(next_fast_len(side + most + 1, real=True) for side, most in zip(residual.shape, reach))
    weights = rfft2(used.astype(float), shape, workers=-1)
    value = rfft2(residual, shape, workers=-1)
    square = rfft2(residual**2, shape, workers=-1)
    spectrum = 0.5 * (np.conj(weights) * square + np.conj(square) * weights) - np.abs(value) ** 2
    squared, pairs = irfft2(spectrum, shape, workers=-1), irfft2(np.abs(weights) ** 2, shape, workers=-1)
    columns = np.concatenate([np.arange(-reach[1], 0) % shape[1], np.arange(reach[1] + 1)])
    rows = np.arange(reach[0] + 1)
    return squared[np.ix_(rows, columns)], np.rint(pairs[np.ix_(rows, columns)])


def _classes(
    distance: NDArray[np.float64],
    squared: NDArray[np.float64],
    pairs: NDArray[np.float64],
    width: float,
    variance: float,
) -> Covariogram:
    edges = class_edges(width, float(distance.max()))
    number = np.digitize(distance, edges)
    totals = np.bincount(number, pairs, minlength=len(edges) + 1).astype(float)
    filled = totals > 0
    lag = np.bincount(number, pairs * distance, minlength=len(edges) + 1)[filled] / totals[filled]
    gamma = np.maximum(np.bincount(number, squared, minlength=len(edges) + 1)[filled] / totals[filled], 0.0)
    return Covariogram(lag, gamma, variance - gamma, totals[filled], variance)
