"""Quadtree on a predicted field, for signals weaker than their noise: the mesh never chases the noise."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.cells.cells import Cells
from geoslip.downsample.cells.pyramid import residual_pyramid
from geoslip.downsample.cells.quadtree import block_layout, check_target, threshold_cells
from geoslip.downsample.errors import DataError
from geoslip.downsample.scenes.scene import Scene

Prediction = NDArray[np.floating] | Callable[[Scene], NDArray[np.floating]]


def model_quadtree(
    scene: Scene,
    *,
    predicted: Prediction | None = None,
    threshold: float | None = None,
    count: int | None = None,
    minimum_size: float | None = None,
    maximum_size: float | None = None,
    valid_fraction: float = 0.5,
    residual: str = "plane",
) -> Cells:
    """Split blocks by the residual variance of a preliminary model; its cells then average what was observed.

    Parameters
    ----------
    scene : Scene
        Observed; only where it is valid counts, never its values.
    predicted : ndarray of shape (ny, nx) or function
        Displacement of the preliminary model along the scene's own directions, metres; or a function that gives it for
        the scene. What lies outside the scene's valid pixels is not looked at.
    threshold : float, optional
        Metres: standard deviation of a block's predicted residual; 3 to 10 % of the largest prediction serves well.
        Give this or `count`.
    count : int, optional
        Number of cells wanted; the threshold is found by bisection.
    minimum_size, maximum_size : float, optional
        Limits on a cell's side, metres, see `geoslip.downsample.cells.quadtree.block_layout`.
    valid_fraction : float
        Least share of valid pixels in a cell, above 0 and at most 1.
    residual : {"plane", "mean"}
        What the prediction's variance is taken about.

    Returns
    -------
    Cells
        Of the observed scene's pixels: any noise in it leaves the cells as they are, so the mean error of each cell
        is that of its pixels, without the bias of cells chosen where the noise is flat.

    Raises
    ------
    DataError
        If the prediction is missing, of another grid or not finite at a valid pixel; as `variance_quadtree`.
    """
    check_target(threshold, count, valid_fraction)
    if residual not in ("plane", "mean"):
        raise DataError(f"quadtree: residual {residual!r} is unknown: use 'plane' or 'mean'")
    field = _prediction(scene, predicted)
    block, levels = block_layout(scene, minimum_size=minimum_size, maximum_size=maximum_size)
    return threshold_cells(
        scene,
        residual_pyramid(field, block=block, levels=levels, residual=residual),
        threshold=threshold,
        count=count,
        valid_fraction=valid_fraction,
        method="model",
        parameters={"residual": residual},
    )


def changed_share(before: Cells, after: Cells) -> float:
    """Give the share of pixels whose cell is another group of pixels after than before, 0 to 1.

    Parameters
    ----------
    before, after : Cells
        Of one grid. Iterate prediction, cells and inversion until less than 0.05 changes.

    Raises
    ------
    DataError
        If the grids disagree.
    """
    if before.labels.shape != after.labels.shape:
        raise DataError(f"cells on grids of {before.labels.shape} and {after.labels.shape} pixels cannot be compared")
    old, new = before.labels.ravel().astype(np.int64), after.labels.ravel().astype(np.int64)
    used = (old >= 0) | (new >= 0)
    # A pixel keeps its cell where the pixels shared by its old and its new cell are all of both.
    pair = (old + 1) * (after.n + 1) + new + 1
    _, inverse, shared = np.unique(pair, return_inverse=True, return_counts=True)
    sizes_old, sizes_new = np.bincount(old + 1)[old + 1], np.bincount(new + 1)[new + 1]
    same = (old >= 0) & (new >= 0) & (shared[inverse] == sizes_old) & (shared[inverse] == sizes_new)
    return float(1.0 - same[used].mean())


def _prediction(scene: Scene, predicted: Prediction | None) -> NDArray[np.float64]:
    """The predicted displacement of the valid pixels, NaN elsewhere."""
    if predicted is None:
        raise DataError("model: give predicted=, the displacement of a preliminary model at every pixel, metres")
    field = np.asarray(predicted(scene) if callable(predicted) else predicted, dtype=float)
    if field.shape != scene.values.shape:
        raise DataError(f"{scene.name}: a prediction of shape {field.shape} for pixels of shape {scene.values.shape}")
    missing = int(np.count_nonzero(~np.isfinite(field[scene.valid])))
    if missing:
        raise DataError(
            f"{scene.name}: the prediction is not finite at {missing} valid pixels; mask those that lie on the fault"
        )
    return np.where(scene.valid, field, np.nan)


SAMPLER = ("model", model_quadtree)
