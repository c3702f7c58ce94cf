"""Taking an offset or a plane out of a scene by its far field, for those who ask for it.

The better way is to estimate them with the slip: what is taken out here takes its share of a broad signal along, and
its uncertainty is forgotten.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.scenes.scene import Scene

KINDS = ("offset", "plane")


def remove_trend(scene: Scene, *, kind: str, mask: NDArray[np.bool_]) -> Scene:
    """Give a scene less the offset or plane that fits its far field best in least squares.

    Parameters
    ----------
    scene : Scene
        Not changed.
    kind : {"offset", "plane"}
        What is taken out.
    mask : ndarray of bool, shape (ny, nx)
        True where the ground moved: these pixels are not fitted.

    Returns
    -------
    Scene
        With a note that gives what was taken out.

    Raises
    ------
    DataError
        If fewer than 20 pixels are left to be fitted, or they lie on one line.
    """
    if kind not in KINDS:
        raise DataError(f"{scene.name}: a trend of kind {kind!r}; known are {', '.join(KINDS)}")
    if mask.shape != scene.values.shape:
        raise DataError(f"{scene.name}: a mask of shape {mask.shape} for a scene of shape {scene.values.shape}")
    rows, columns = np.nonzero(scene.valid & ~mask)
    if rows.size < 20:
        raise DataError(f"{scene.name}: {rows.size} pixels of far field; a trend needs at least 20: shrink the mask")
    y, x = _centred(scene.y), _centred(scene.x)
    terms = [np.ones(rows.size)] if kind == "offset" else [np.ones(rows.size), x[columns], y[rows]]
    matrix = np.column_stack(terms)
    values = scene.values[rows, columns].astype(float)
    coefficients, _, rank, _ = np.linalg.lstsq(matrix, values)
    if rank < matrix.shape[1]:
        raise DataError(f"{scene.name}: the pixels of the far field lie on one line; shrink the mask or take an offset")
    trend = np.full(scene.values.shape, coefficients[0])
    said = f"offset of {1e3 * coefficients[0]:.1f} mm"
    if kind == "plane":
        trend += coefficients[1] * x[None, :] + coefficients[2] * y[:, None]
        said = f"plane of {1e3 * coefficients[0]:.1f} mm, {1e3 * coefficients[1]:+.1f} mm over its width and "
        said += f"{1e3 * coefficients[2]:+.1f} mm over its height"
    note = f"{said} taken out, fitted to {rows.size} pixels of the far field"
    values = (scene.values - trend).astype(scene.values.dtype)
    return replace(scene, values=values, notes=(*scene.notes, note))


def _centred(axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinate from -1/2 to 1/2."""
    return (axis - 0.5 * (axis[0] + axis[-1])) / abs(axis[-1] - axis[0])
