"""Where a scene deforms, found from the scene alone: the area to keep out of noise estimates."""

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.scenes.scene import Scene

_BLOCKS = 40
_KEPT = 0.2
"""Least share of the valid pixels that stays for the noise."""


def deforming_area(scene: Scene, *, margin: float = 1.5) -> NDArray[np.bool_]:
    """Mark the disc that holds the scene's signal.

    Pixels are chosen by place, never by value: leaving out large values would cut the noise's own tails off.

    Parameters
    ----------
    scene : Scene
        Masked where it is known to be wrong.
    margin : float
        The disc's radius in units of the distance that holds nine tenths of the signal from its centre.

    Returns
    -------
    ndarray of bool, shape (ny, nx)
        True inside: hand it to `geoslip.downsample.covariogram` as ``mask``. All False if no block of pixels stands
        out of the scene's plane by four robust deviations. The disc never takes more than four fifths of the pixels.

    Raises
    ------
    DataError
        If the margin is not positive.
    """
    if not margin > 0.0:
        raise DataError(f"margin {margin} of the deforming area must be positive")
    rows, columns, values = _block_means(scene)
    plane = np.column_stack([np.ones(rows.size), rows, columns])
    weights = np.ones(rows.size)
    residual = values
    for _ in range(20):
        # Reweighting bends the plane to the many blocks at rest, not to the few that moved.
        residual = values - plane @ np.linalg.lstsq(plane * weights[:, None], values * weights)[0]
        spread = 1.4826 * float(np.median(np.abs(residual - np.median(residual))))
        weights = 1.0 / np.sqrt(1.0 + (residual / max(2.0 * spread, 1e-12)) ** 2)
    signal = np.maximum(np.abs(residual) - 4.0 * spread, 0.0)
    result = np.zeros(scene.values.shape, dtype=bool)
    if signal.sum() == 0.0:
        return result
    step = scene.spacing
    y, x = rows * step.y, columns * step.x
    centre_y, centre_x = (signal @ y) / signal.sum(), (signal @ x) / signal.sum()
    distance = np.hypot(y - centre_y, x - centre_x)
    order = np.argsort(distance)
    held = np.cumsum(signal[order]) / signal.sum()
    radius = margin * max(float(distance[order][np.searchsorted(held, 0.9)]), 2.0 * float(np.ptp(y)) / _BLOCKS)
    away = np.hypot(
        np.arange(scene.y.size)[:, None] * step.y - centre_y, np.arange(scene.x.size)[None, :] * step.x - centre_x
    )
    return away < min(radius, float(np.quantile(away[scene.valid], 1.0 - _KEPT)))


def _block_means(scene: Scene) -> tuple[NDArray, NDArray, NDArray]:
    """Mean row, column and value of about 40 x 40 blocks with at least a quarter of their pixels."""
    ny, nx = scene.values.shape
    side = max(1, min(ny, nx) // _BLOCKS)
    row_block, column_block = np.arange(ny) // side, np.arange(nx) // side
    width = int(column_block[-1]) + 1
    rows, columns = np.nonzero(scene.valid)
    block = row_block[rows] * width + column_block[columns]
    count = np.bincount(block)
    full = count >= 0.25 * side * side
    sums = [np.bincount(block, part) for part in (rows, columns, scene.values[rows, columns].astype(float))]
    mean_row, mean_column, mean_value = (part[full] / count[full] for part in sums)
    return mean_row, mean_column, mean_value
