"""Covariance of cell means from all pairs of pixels, by trees instead of by pixels.

C_ij = (1 / n_i n_j) sum_pq C(|x_p - x_q|) + delta_ij nugget / n_i. Two blocks far from each other are taken together:
with centroids r apart and second moments M_a, M_b the mean of C over all their pixel pairs is
C(r) + H : (M_a + M_b) / 2 + ..., H the second derivatives of C(|r|). Near ones are split, down to single pixels.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky

from geoslip.downsample.cells import Cells
from geoslip.downsample.celltree import CellTrees, cell_trees
from geoslip.downsample.errors import DataError
from geoslip.downsample.noise import NoiseModel
from geoslip.downsample.scene import Scene

_SQUARE_MEAN = 0.5214054331647207
"""Mean distance of two random points of a unit square."""
_SQUARE_SPREAD = 1.0 / 3.0 - _SQUARE_MEAN**2
"""Variance of that distance."""


def cell_covariance(
    cells: Cells, scene: Scene, *, noise: NoiseModel, tolerance: float = 3e-5, depth: int = 5
) -> NDArray[np.float64]:
    """Give the covariance of the means over cells.

    Parameters
    ----------
    cells : Cells
        Of any shape, with gaps.
    scene : Scene
        Gives the pixel spacing, taken as constant over the scene.
    noise : NoiseModel
        Of single pixels.
    tolerance : float
        Accuracy of a single block pair, in units of the sill and weighted with its share; 3e-5 keeps every entry
        within 1e-3 of the variance (0.02 s for 350 cells of 500 x 500 pixels).
    depth : int
        Halvings of a cell before its blocks are taken as they are.

    Returns
    -------
    ndarray, shape (n, n)
        m^2, symmetric and positive definite.

    Raises
    ------
    DataError
        If the matrix is not positive definite even when it is formed from (nearly) all pixel pairs.
    """
    if cells.labels.shape != scene.values.shape:
        raise DataError(f"cells of shape {cells.labels.shape} for scene {scene.name} of shape {scene.values.shape}")
    count = np.bincount(cells.labels[cells.labels >= 0], minlength=cells.n)
    if count.min() == 0:
        raise DataError(f"cells: cell {int(np.argmin(count))} holds no pixel")
    # Noise that is correlated over the whole scene lives on in differences of cells, as small as size / length.
    extent = max(scene.spacing.y * scene.y.size, scene.spacing.x * scene.x.size)
    tolerance *= min(1.0, 0.25 * extent / noise.length)
    for attempt in range(3):
        trees = cell_trees(
            cells.labels, cells.n, spacing_y=scene.spacing.y, spacing_x=scene.spacing.x, depth=depth + 2 * attempt
        )
        result = noise.sill * _mean_correlation(trees, noise.length, tolerance * 10.0**-attempt)
        result[np.diag_indices_from(result)] += noise.nugget / count
        try:
            cholesky(result, lower=True, check_finite=False)
        except LinAlgError:
            continue
        return result
    raise DataError(
        f"{scene.name}: the covariance of {cells.n} cells is singular to working precision for {noise}; "
        "give the noise a nugget, or make the smallest cells larger"
    )


def _mean_correlation(trees: CellTrees, length: float, tolerance: float) -> NDArray[np.float64]:
    """Mean of exp(-r / length) over the pixel pairs of all pairs of cells, on all threads."""
    n = trees.inner.size
    result = np.empty((n, n))
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        parts = [pool.submit(_rows, *trees, length, tolerance, result, part, workers) for part in range(workers)]
        for part in parts:
            part.result()
    return result


@njit(cache=True, nogil=True)
def _rows(start, inner, blocks, length, tolerance, result, first, step):  # type: ignore[no-untyped-def]
    """Every step-th row of the upper triangle, and its mirror image."""
    stack = np.empty((1024, 2), np.int64)
    scaled = blocks.copy()
    scaled[:, 1:3] /= length
    scaled[:, 3:] /= length * length
    for i in range(first, inner.shape[0], step):
        result[i, i] = _within(scaled, start[i], inner[i], tolerance, stack)
        for j in range(i + 1, inner.shape[0]):
            result[i, j] = _between(scaled, start[i], inner[i], start[j], inner[j], 0, 0, tolerance, stack)
            result[j, i] = result[i, j]


@njit(cache=True, nogil=True)
def _between(blocks, first_a, inner_a, first_b, inner_b, local_a, local_b, tolerance, stack):  # type: ignore[no-untyped-def]
    """Share-weighted sum of exp(-r) over pairs of one block of a tree and one of another; lengths in e-folds."""
    total = 0.0
    stack[0, 0] = local_a
    stack[0, 1] = local_b
    size = 1
    while size > 0:
        size -= 1
        la, lb = stack[size, 0], stack[size, 1]
        a, b = blocks[first_a + la], blocks[first_b + lb]
        weight = a[0] * b[0]
        if weight == 0.0:
            continue
        x, y = a[1] - b[1], a[2] - b[2]
        xx, xy, yy = a[3] + b[3], a[4] + b[4], a[5] + b[5]
        spread = xx + yy
        r = np.sqrt(x * x + y * y)
        split_a, split_b = la < inner_a and a[3] + a[5] > 0.0, lb < inner_b and b[3] + b[5] > 0.0
        if split_a or split_b:
            near = max(r - 0.6 * np.sqrt(spread), 0.2 * r)
            # The first neglected term is of fourth order in the blocks' size.
            neglected = 0.02 * spread * spread * np.exp(-near) * np.sqrt(weight)
            if neglected * (near**3 + 1.0) >= tolerance * near**3:
                if split_a and (not split_b or a[3] + a[5] >= b[3] + b[5]):
                    for part in range(1, 5):
                        stack[size, 0] = 4 * la + part
                        stack[size, 1] = lb
                        size += 1
                else:
                    for part in range(1, 5):
                        stack[size, 0] = la
                        stack[size, 1] = 4 * lb + part
                        size += 1
                continue
        decay = np.exp(-r)
        if spread > 0.0 and r > 0.0:
            along = (x * x * xx + 2.0 * x * y * xy + y * y * yy) / (r * r)
            decay *= 1.0 + 0.5 * (along - (spread - along) / r)
        total += weight * decay
    return total


@njit(cache=True, nogil=True)
def _within(blocks, first, inner, tolerance, stack):  # type: ignore[no-untyped-def]
    """Share-weighted sum of exp(-r) over all ordered pairs of pixels of one cell."""
    total = 0.0
    waiting = np.empty(512, np.int64)
    waiting[0] = 0
    size = 1
    while size > 0:
        size -= 1
        local = waiting[size]
        block = blocks[first + local]
        share = block[0]
        if share == 0.0:
            continue
        side = np.sqrt(6.0 * (block[3] + block[5]))
        if side == 0.0:
            total += share * share
        elif local >= inner or (0.02 * side**3 + 0.03 * side) * share < tolerance:
            total += share * share * np.exp(-_SQUARE_MEAN * side) * (1.0 + 0.5 * _SQUARE_SPREAD * side * side)
        else:
            for part in range(1, 5):
                waiting[size] = 4 * local + part
                size += 1
                for other in range(part + 1, 5):
                    total += 2.0 * _between(
                        blocks, first, inner, first, inner, 4 * local + part, 4 * local + other, tolerance, stack
                    )
    return total
