"""Semivariogram and covariogram of a scene over all pairs of its pixels, with gaps, by Fourier transforms."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

from geoslip.downsample.errors import DataError
from geoslip.downsample.scenes.scene import Scene

_TILE = 2048
"""Pixels; larger scenes are taken in tiles of this side, so that memory stays bounded."""


class Covariogram(NamedTuple):
    """How pixels differ with distance: one entry a class of distance (and direction).

    lag (m): mean distance of the pairs; semivariance (m^2): half the mean squared difference; covariance (m^2):
    variance of the pixels less the semivariance; pairs: number of pixel pairs; variance (m^2): of the pixels; azimuth
    (degrees clockwise from north, 0 to 180): middle of the class's sector, None where all directions are together.
    """

    lag: NDArray[np.float64]
    semivariance: NDArray[np.float64]
    covariance: NDArray[np.float64]
    pairs: NDArray[np.float64]
    variance: float
    azimuth: NDArray[np.float64] | None = None


def covariogram(
    scene: Scene,
    *,
    mask: NDArray[np.bool_] | None = None,
    maximum_lag: float | None = None,
    trend: str = "plane",
    sectors: int = 1,
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
    sectors : int
        Directions that are kept apart, from north to south over east: 8 serve an anisotropic fit.

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
    if not 1 <= sectors <= 36:
        raise DataError(f"covariogram: {sectors} sectors of direction; choose 1 (all together) to 36")
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
    azimuth = np.zeros(distance.shape)
    if sectors > 1:
        east, north = columns * np.sign(scene.x[-1] - scene.x[0]), rows * np.sign(scene.y[-1] - scene.y[0])
        azimuth = np.rad2deg(np.arctan2(east * step.x, north * step.y)) % 180.0
    sector = np.rint(azimuth[once] * sectors / 180.0).astype(int) % sectors
    return _classes(distance[once], squared[once], pairs[once], sector, sectors, max(step), float(residual[used].var()))


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
    sector: NDArray[np.int64],
    sectors: int,
    width: float,
    variance: float,
) -> Covariogram:
    edges = class_edges(width, float(distance.max()))
    number = np.digitize(distance, edges) * sectors + sector
    size = (len(edges) + 1) * sectors
    totals = np.bincount(number, pairs, minlength=size).astype(float)
    filled = totals > 0
    lag = np.bincount(number, pairs * distance, minlength=size)[filled] / totals[filled]
    gamma = np.maximum(np.bincount(number, squared, minlength=size)[filled] / totals[filled], 0.0)
    middle = (np.arange(size) % sectors * 180.0 / sectors)[filled] if sectors > 1 else None
    return Covariogram(lag, gamma, variance - gamma, totals[filled], variance, middle)
