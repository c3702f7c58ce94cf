"""Slopes of the phase from wrapped interferograms, without unwrapping, and their stacks.

Between neighbours the wrapped phase differs by arg(z_2 conj z_1), which is right wherever the true difference is below
pi; the products are summed over a window before the angle is taken, so that noise averages out as phasors do. A window
may be long along one direction (a fault) and short across it. Slopes are along the grid's axes, east and north
positive, in radians per metre; of a line of sight they are -wavelength / 4 pi times that (`Observations` of kind
gradient).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import fftconvolve

from geoslip.downsample.errors import DataError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class PhaseGradient:
    """Slopes of one interferogram.

    Attributes
    ----------
    east, north : (ny, nx) array
        rad / m; NaN where the window holds fewer than a quarter of its pixels.
    coherence : (ny, nx) array
        Length of the mean phasor of the products, 0 to 1; the smaller of the two directions.
    """

    east: Array
    north: Array
    coherence: Array


def phase_gradient(
    wrapped: ArrayLike,
    *,
    spacing: tuple[float, float],
    window: tuple[float, float] = (0.0, 0.0),
    azimuth: float = 0.0,
    north_up: bool = True,
) -> PhaseGradient:
    """Take the slopes of a wrapped interferogram.

    Parameters
    ----------
    wrapped : array_like, shape (ny, nx)
        Phase in rad (NaN or not finite: no data), or complex numbers whose length weighs them.
    spacing : (float, float)
        Metres from row to row and from column to column.
    window : (float, float)
        Length along `azimuth` and width across it, m; 0 takes the pixel alone.
    azimuth : float
        Degrees clockwise from north.
    north_up : bool
        True if rows run southward.

    Returns
    -------
    PhaseGradient

    Raises
    ------
    DataError
        If the array is no grid, nothing is finite, or the phase has been unwrapped.
    """
    given = np.asarray(wrapped)
    if given.ndim != 2 or min(given.shape) < 3 or min(spacing) <= 0.0:
        raise DataError(f"a phase of shape {given.shape} with pixels of {spacing} m; needed are 3 x 3 and above 0")
    if given.dtype.kind != "c":
        finite = given[np.isfinite(given)]
        if finite.size and np.abs(finite).max() > math.pi + 1e-3:
            raise DataError(
                f"a phase up to {np.abs(finite).max():.4g} rad has been unwrapped: its slopes need no phasors, take "
                "np.gradient of it"
            )
    z = np.where(np.isfinite(given), given if given.dtype.kind == "c" else np.exp(1j * np.nan_to_num(given)), 0.0)
    if not np.abs(z).any():
        raise DataError("no pixel has a phase: check the no-data value")
    kernel = window_kernel(spacing, window=window, azimuth=azimuth, north_up=north_up)
    slopes, coherences = [], []
    for axis, step, sign in ((1, spacing[1], 1.0), (0, spacing[0], -1.0 if north_up else 1.0)):
        product, length = _products(z, axis)
        total, weight, there = (_summed(part, kernel) for part in (product, length, (length > 0.0).astype(float)))
        enough = there > 0.25 * kernel.sum()
        with np.errstate(invalid="ignore", divide="ignore"):
            slopes.append(np.where(enough, sign * np.angle(total) / step, np.nan))
            coherences.append(np.where(enough, np.abs(total) / weight, np.nan))
    return PhaseGradient(east=slopes[0], north=slopes[1], coherence=np.minimum(*coherences))


def window_kernel(
    spacing: tuple[float, float], *, window: tuple[float, float], azimuth: float = 0.0, north_up: bool = True
) -> Array:
    """Give a window of ones, `window` = (length along azimuth, width across it) in metres, at least one pixel."""
    reach = 0.5 * math.hypot(*window)
    down, right = (int(reach / step) for step in spacing)
    row, column = np.mgrid[-down : down + 1, -right : right + 1]
    east, north = column * spacing[1], row * spacing[0] * (-1.0 if north_up else 1.0)
    sine, cosine = math.sin(math.radians(azimuth)), math.cos(math.radians(azimuth))
    along, across = east * sine + north * cosine, east * cosine - north * sine
    inside = (np.abs(along) <= 0.5 * window[0] + 1e-6) & (np.abs(across) <= 0.5 * window[1] + 1e-6)
    inside[down, right] = True
    return inside.astype(float)


def _products(z: NDArray, axis: int) -> tuple[NDArray, Array]:
    """Sum of the products with the neighbours before and after along an axis, and of their lengths; 0 without any."""
    moved = np.moveaxis(z, axis, 0)
    step = moved[1:] * np.conj(moved[:-1])
    total, length = np.zeros(moved.shape, dtype=complex), np.zeros(moved.shape)
    for rows in (slice(None, -1), slice(1, None)):
        total[rows] += step
        length[rows] += np.abs(step)
    return np.moveaxis(total, 0, axis), np.moveaxis(length, 0, axis)


def _summed(grid: NDArray, kernel: Array) -> NDArray:
    return grid if kernel.size == 1 else fftconvolve(grid, kernel, mode="same")


def stack_gradients(
    gradients: Sequence[ArrayLike], intervals: ArrayLike, *, sigma: float | None = None, least: int = 3
) -> tuple[Array, Array]:
    """Turn slopes of many pairs into the rate that fits them best, sum(T g) / sum(T^2).

    Parameters
    ----------
    gradients : sequence of array_like, each (ny, nx)
        Slopes along one direction; NaN is passed over.
    intervals : array_like, shape (k,)
        Time that each pair spans, signed.
    sigma : float, optional
        Standard deviation of one slope; without it each pixel's own residuals tell.
    least : int
        Pixels with fewer pairs are left out.

    Returns
    -------
    rate : ndarray, shape (ny, nx)
        Per unit of time.
    deviation : ndarray, shape (ny, nx)
        Its standard deviation, sigma / sqrt(sum T^2); pairs that share a date are taken as independent.

    Raises
    ------
    DataError
        If the numbers of slopes and intervals differ, or no pixel has pairs enough.
    """
    table, time = np.stack([np.asarray(part, dtype=float) for part in gradients]), np.asarray(intervals, dtype=float)
    if time.shape != (len(table),):
        raise DataError(f"{len(table)} slopes but intervals of shape {time.shape}; each pair needs its own")
    there = np.isfinite(table)
    count = there.sum(axis=0)
    if count.max() < least:
        raise DataError(f"no pixel has {least} pairs (at most {int(count.max())}): add pairs or lower least")
    square = np.tensordot(time**2, there, axes=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.tensordot(time, np.nan_to_num(table), axes=1) / square
        residual = np.where(there, table - time[:, None, None] * rate, 0.0)
        spread = np.sqrt((residual**2).sum(axis=0) / (count - 1)) if sigma is None else sigma
        deviation = spread / np.sqrt(square)
    few = count < least
    return np.where(few, np.nan, rate), np.where(few, np.nan, deviation)


def fault_shear_rate(slopes: Sequence[ArrayLike], looks: ArrayLike, *, strike: float) -> tuple[Array, Array]:
    """Turn slopes across a fault, seen by two tracks, into shear along it and the slope of uplift across it.

    If the motion is along the fault or vertical, the slope of a line of sight across the fault is
    (s . l) dv/dn + l_u dU/dn; two tracks give both.

    Parameters
    ----------
    slopes : two array_like of one shape
        Slope of each track's line of sight along the fault's normal, to the right of its strike (m / m, or per year).
    looks : array_like, shape (2, 3)
        Look vectors.
    strike : float
        Degrees.

    Returns
    -------
    shear : ndarray
        dv/dn, positive for motion along the strike that grows to the right of it: twice the tensor's shear.
    uplift : ndarray
        dU/dn.

    Raises
    ------
    DataError
        If the tracks cannot tell the two apart.
    """
    first, second = (np.asarray(part, dtype=float) for part in slopes)
    look = np.asarray(looks, dtype=float)
    s = np.array([math.sin(math.radians(strike)), math.cos(math.radians(strike)), 0.0])
    matrix = np.column_stack([look @ s, look[:, 2]])
    if np.linalg.cond(matrix) > 30.0:
        raise DataError(
            f"two tracks that see the strike {strike:g} by {matrix[0, 0]:.2f} and {matrix[1, 0]:.2f} cannot tell shear "
            "from uplift: take one of the other pass"
        )
    inverse = np.linalg.inv(matrix)
    return inverse[0, 0] * first + inverse[0, 1] * second, inverse[1, 0] * first + inverse[1, 1] * second
