"""Quadtree by distance to the fault: what slip can be told apart grows with distance, whatever the data say."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geoslip.downsample.cells.cells import Cells
from geoslip.downsample.cells.pyramid import Pyramid
from geoslip.downsample.cells.quadtree import block_layout, check_target, smallest_side, threshold_cells
from geoslip.downsample.errors import DataError
from geoslip.downsample.scenes.scene import Scene


def distance_quadtree(
    scene: Scene,
    *,
    distances: NDArray[np.float64] | None = None,
    exponent: float = 1.0,
    threshold: float | None = None,
    count: int | None = None,
    minimum_size: float | None = None,
    maximum_size: float | None = None,
    valid_fraction: float = 0.5,
) -> Cells:
    """Split blocks until each one's side is at most threshold * distance**exponent.

    Parameters
    ----------
    scene : Scene
        Only its valid pixels count.
    distances : ndarray, shape (ny, nx)
        Metres from each pixel to the fault, of `geoslip.downsample.distance_to_polylines`. A block's distance is that
        of its nearest pixel, with half the side of the smallest block added in quadrature so that it is never 0.
    exponent : float
        How fast cells grow, at least 0; 1 makes the side a fixed share of the distance, 0 a grid of one size.
    threshold : float, optional
        Side over distance**exponent; for exponent 1 without unit, such as 0.3. Give this or `count`.
    count : int, optional
        Number of cells wanted; the threshold is found by bisection.
    minimum_size, maximum_size : float, optional
        Limits on a cell's side, metres, see `geoslip.downsample.cells.quadtree.block_layout`.
    valid_fraction : float
        Least share of valid pixels in a cell, above 0 and at most 1.

    Returns
    -------
    Cells
        The same for all scenes of one grid and one set of valid pixels. The number of cells moves in steps where many
        blocks are equally far away, so a wanted count may be met less closely than by the other quadtrees.

    Raises
    ------
    DataError
        If distances are missing, negative or of another grid, for contradictory limits, or if no cell is left.
    """
    check_target(threshold, count, valid_fraction, unit="side over distance")
    if distances is None:
        raise DataError("distance: give distances=, metres from every pixel to the fault (see distance_to_polylines)")
    places = np.ascontiguousarray(distances, dtype=float)
    if places.shape != scene.values.shape:
        raise DataError(f"{scene.name}: distances of shape {places.shape} for pixels of shape {scene.values.shape}")
    if not (np.isfinite(places).all() and places.min() >= 0.0):
        raise DataError("distance: distances to the fault must be finite numbers of metres, 0 or larger")
    if not (np.isfinite(exponent) and exponent >= 0.0):
        raise DataError(f"distance: exponent {exponent} must be a number, 0 or larger: cells grow away from the fault")
    block, levels = block_layout(scene, minimum_size=minimum_size, maximum_size=maximum_size)
    smallest = smallest_side(scene, block)
    counts, measures = [], []
    for level in range(levels):
        number, nearest = _nearest(scene.valid, places, block[0] << level, block[1] << level)
        counts.append(number)
        measures.append(smallest * 2**level / np.hypot(nearest, 0.5 * smallest) ** exponent)
    return threshold_cells(
        scene,
        Pyramid(block[0], block[1], counts, measures),
        threshold=threshold,
        count=count,
        valid_fraction=valid_fraction,
        method="distance",
        name="side_over_distance",
        parameters={"exponent": float(exponent)},
    )


@njit(cache=True, nogil=True)
def _nearest(valid, distances, rows, columns):  # type: ignore[no-untyped-def]
    """Number of valid pixels and least distance of any pixel, of each block."""
    ny, nx = valid.shape
    shape = ((ny + rows - 1) // rows, (nx + columns - 1) // columns)
    number, nearest = np.zeros(shape, np.int32), np.full(shape, np.inf)
    for i in range(ny):
        for j in range(nx):
            bi, bj = i // rows, j // columns
            nearest[bi, bj] = min(nearest[bi, bj], distances[i, j])
            if valid[i, j]:
                number[bi, bj] += 1
    return number, nearest


SAMPLER = ("distance", distance_quadtree)
