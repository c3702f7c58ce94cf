"""A field brought to another grid, with the standard deviation that the interpolation leaves it.

Bilinear interpolation gives sum w_i d_i over four pixels; with noise of covariance C(r) between pixels and a nugget at
r = 0 its variance is sum w_i w_j C(|x_i - x_j|): between pixels white noise shrinks, by up to a factor 2 in sigma,
while noise that is correlated over many pixels stays as it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.errors import DataError

if TYPE_CHECKING:
    from geoslip.downsample import NoiseModel, Scene
    from geoslip.faults.frame import LocalFrame

_ROWS = 256


def resample_field(
    field: Scene, target: Scene, *, noise: NoiseModel | None = None, frame: LocalFrame | None = None
) -> tuple[Scene, NDArray[np.float32]]:
    """Interpolate a field at the pixel centres of another.

    Parameters
    ----------
    field : Scene
        What is wanted on the other grid.
    target : Scene
        Whose `x`, `y` and `crs` are taken.
    noise : NoiseModel, optional
        Of the field's pixels; without it the second result is NaN.
    frame : LocalFrame, optional
        Needed where one of the two has no projection.

    Returns
    -------
    Scene
        NaN where one of the four pixels around has no data. Look vectors are interpolated and brought to length 1.
    ndarray, shape (ny, nx)
        Standard deviation of each pixel, m.

    Raises
    ------
    DataError
        If nothing of the field lies in the target, or the target's pixels are more than twice as large (average the
        field first: interpolation would throw pixels away).
    """
    coarse = max(target.spacing.x / field.spacing.x, target.spacing.y / field.spacing.y)
    if coarse > 2.0:
        raise DataError(
            f"{field.name}: its pixels are {coarse:.1f} times smaller than those of {target.name}; average it to about "
            "that size first, or take it as the common grid"
        )
    shape = (target.y.size, target.x.size)
    values = np.full(shape, np.nan, field.values.dtype)
    sigma = np.full(shape, np.nan, np.float32)
    varies = field.look.ndim == 3
    look = np.full((3, *shape), np.nan, field.look.dtype) if varies else field.look
    for start in range(0, shape[0], _ROWS):
        rows = slice(start, min(start + _ROWS, shape[0]))
        row, column = _places(field, target, rows, frame)
        inside = _within(row, field.y.size) & _within(column, field.x.size)
        # A place on the last row or column lies between the last two.
        r, c = (
            np.clip(np.floor(part).astype(int), 0, size - 2) for part, size in zip((row, column), field.values.shape)
        )
        weights = _weights(row - r, column - c)
        values[rows] = np.where(inside, _sum(field.values, r, c, weights), np.nan)
        if varies:
            vectors = np.stack([_sum(part, r, c, weights) for part in field.look])
            look[:, rows] = np.where(inside, vectors / np.linalg.norm(vectors, axis=0), np.nan)
        if noise is not None:
            sigma[rows] = np.where(np.isfinite(values[rows]), _sigma(field, noise, weights), np.nan)
    if not np.isfinite(values).any():
        raise DataError(f"{field.name}: none of it lies on the grid of {target.name}: check that they cover one place")
    moved = replace(field, values=values, x=target.x, y=target.y, crs=target.crs, look=look)
    return moved, sigma


def _places(field: Scene, target: Scene, rows: slice, frame: LocalFrame | None) -> tuple[NDArray, NDArray]:
    """Row and column (fractions) of the target's pixels in the field."""
    x, y = np.meshgrid(target.x, target.y[rows])
    if field.crs != target.crs:
        x, y = field.coordinates(*target.geographic(x, y, frame=frame), frame=frame)
    step_y = (field.y[-1] - field.y[0]) / (field.y.size - 1)
    step_x = (field.x[-1] - field.x[0]) / (field.x.size - 1)
    return _rounded((y - field.y[0]) / step_y), _rounded((x - field.x[0]) / step_x)


def _rounded(place: NDArray) -> NDArray:
    """Take a place that is a pixel centre to within rounding for that centre: a gap next to it must not matter."""
    whole = np.rint(place)
    return np.where(np.abs(place - whole) < 1e-6, whole, place)


def _within(place: NDArray, size: int) -> NDArray[np.bool_]:
    return (place >= 0.0) & (place <= size - 1)


def _weights(down: NDArray, right: NDArray) -> list[NDArray]:
    return [(1.0 - down) * (1.0 - right), (1.0 - down) * right, down * (1.0 - right), down * right]


def _sum(grid: NDArray, r: NDArray, c: NDArray, weights: list[NDArray]) -> NDArray:
    total = np.zeros(r.shape)
    for weight, (dr, dc) in zip(weights, ((0, 0), (0, 1), (1, 0), (1, 1))):
        # A pixel of no weight must not bring its NaN.
        total += np.where(weight > 0.0, weight * grid[r + dr, c + dc], 0.0)
    return total


def _sigma(field: Scene, noise: NoiseModel, weights: list[NDArray]) -> NDArray:
    offsets = np.array([(0, 0), (0, 1), (1, 0), (1, 1)]) * np.array([field.spacing.y, field.spacing.x])
    distance = np.linalg.norm(offsets[:, None] - offsets[None], axis=-1)
    covariance = noise.correlated(distance) + noise.nugget * np.eye(4)
    return np.sqrt(sum(weights[i] * weights[j] * covariance[i, j] for i in range(4) for j in range(4)))
