"""Covariance of cell means from all pairs of pixels, by trees instead of by pixels.

C_ij = (1 / n_i n_j) sum_pq C(|x_p - x_q|) + delta_ij nugget / n_i. Two blocks far from each other are taken together:
with centroids r apart and second moments M_a, M_b the mean of C over all their pixel pairs is
C(r) + H : (M_a + M_b) / 2 + ..., H the second derivatives of C(|r|). Near ones are split, down to single pixels.
Axes are turned and stretched first so that distances are isotropic and in units of the correlation's length.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky

from geoslip.downsample.cells.cells import Cells
from geoslip.downsample.cells.tree import CellTrees, cell_trees
from geoslip.downsample.errors import DataError
from geoslip.downsample.noise.correlation_table import correlation_table, look_up, neglected
from geoslip.downsample.noise.model import NoiseModel
from geoslip.downsample.scenes.scene import Scene

_REACH_EVEN, _REACH_STEEP = 0.6, 2.5
"""How much nearer than their centroids two blocks count, in roots of their summed second moments."""


class SingularCovariance(DataError):
    """A covariance that is not positive definite, carried along as `matrix` (m^2)."""

    def __init__(self, message: str, matrix: NDArray[np.float64]) -> None:
        super().__init__(message)
        self.matrix = matrix


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
        within 1e-3 of the variance for every family (0.03 s for 350 cells of 500 x 500 pixels).
    depth : int
        Halvings of a cell before its blocks are taken as they are.

    Returns
    -------
    ndarray, shape (n, n)
        m^2, symmetric and positive definite.

    Raises
    ------
    SingularCovariance
        If the matrix is not positive definite even when it is formed from (nearly) all pixel pairs. It carries the
        matrix, for `made_positive_definite`.
    """
    if cells.labels.shape != scene.values.shape:
        raise DataError(f"cells of shape {cells.labels.shape} for scene {scene.name} of shape {scene.values.shape}")
    count = np.bincount(cells.labels[cells.labels >= 0], minlength=cells.n)
    if count.min() == 0:
        raise DataError(f"cells: cell {int(np.argmin(count))} holds no pixel")
    if noise.sill == 0.0:
        return np.diag(noise.nugget / count)
    # Noise that is correlated over the whole scene lives on in differences of cells, as small as size / length.
    sides = scene.spacing.y * scene.y.size, scene.spacing.x * scene.x.size
    tolerance *= min(1.0, 0.25 * max(sides) / noise.length) * noise.ratio**2
    longest = float(np.hypot(*sides)) / (noise.length * noise.ratio)
    reach = _REACH_EVEN if noise.form.even else _REACH_STEEP
    tolerance *= 1.0 if noise.form.even else 0.3
    table = correlation_table(noise.form, waves=noise.waves, longest=longest)
    for attempt in range(3):
        trees = cell_trees(
            cells.labels, cells.n, spacing_y=scene.spacing.y, spacing_x=scene.spacing.x, depth=depth + 2 * attempt
        )
        result = noise.sill * _mean_correlation(
            _isotropic(trees, scene, noise), table, tolerance * 10.0**-attempt, reach
        )
        result[np.diag_indices_from(result)] += noise.nugget / count
        try:
            cholesky(result, lower=True, check_finite=False)
        except LinAlgError:
            continue
        return result
    raise SingularCovariance(
        f"{scene.name}: the covariance of {cells.n} cells is singular to working precision for {noise}; "
        "give the noise a nugget, or make the smallest cells larger",
        result,
    )


def _isotropic(trees: CellTrees, scene: Scene, noise: NoiseModel) -> CellTrees:
    """Blocks in axes in which the correlation depends on distance alone, in units of its length."""
    turned = trees.blocks.copy()
    # Rows and columns may run against north and east.
    axes = noise.axes * np.sign([scene.x[-1] - scene.x[0], scene.y[-1] - scene.y[0]])
    turned[:, 1:3] = trees.blocks[:, 1:3] @ axes.T
    xx, xy, yy = trees.blocks[:, 3], trees.blocks[:, 4], trees.blocks[:, 5]
    (a, b), (c, d) = axes
    turned[:, 3] = a * a * xx + 2.0 * a * b * xy + b * b * yy
    turned[:, 4] = a * c * xx + (a * d + b * c) * xy + b * d * yy
    turned[:, 5] = c * c * xx + 2.0 * c * d * xy + d * d * yy
    return CellTrees(trees.start, trees.inner, turned)


def _mean_correlation(
    trees: CellTrees, table: NDArray[np.float64], tolerance: float, reach: float
) -> NDArray[np.float64]:
    """Mean correlation over the pixel pairs of all pairs of cells, on all threads."""
    n = trees.inner.size
    result = np.empty((n, n))
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        parts = [pool.submit(_rows, *trees, table, tolerance, reach, result, part, workers) for part in range(workers)]
        for part in parts:
            part.result()
    return result


@njit(cache=True, nogil=True)
def _rows(start, inner, blocks, table, tolerance, reach, result, first, step):  # type: ignore[no-untyped-def]
    """Every step-th row of the upper triangle, and its mirror image."""
    stack = np.empty((1024, 2), np.int64)
    for i in range(first, inner.shape[0], step):
        result[i, i] = _within(blocks, start[i], inner[i], table, tolerance, reach, stack)
        for j in range(i + 1, inner.shape[0]):
            result[i, j] = _between(
                blocks, start[i], inner[i], start[j], inner[j], 0, 0, table, tolerance, reach, stack
            )
            result[j, i] = result[i, j]


@njit(cache=True, nogil=True)
def _between(blocks, first_a, inner_a, first_b, inner_b, local_a, local_b, table, tolerance, reach, stack):  # type: ignore[no-untyped-def]
    """Share-weighted sum of f(r) over pairs of one block of a tree and one of another."""
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
            near = max(r - reach * np.sqrt(spread), 0.2 * r)
            # The first neglected term is of fourth order in the blocks' size.
            if 0.02 * spread * spread * np.sqrt(weight) * neglected(table, near) >= tolerance:
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
        mean, slope, bend = look_up(table, r)
        if spread > 0.0 and r > 0.0:
            along = (x * x * xx + 2.0 * x * y * xy + y * y * yy) / (r * r)
            mean += 0.5 * (bend * along + slope * (spread - along) / r)
        total += weight * mean
    return total


@njit(cache=True, nogil=True)
def _within(blocks, first, inner, table, tolerance, reach, stack):  # type: ignore[no-untyped-def]
    """Share-weighted sum of f(r) over all ordered pairs of pixels of one cell."""
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
            distance, square = _own_distance(block[3], block[4], block[5])
            mean, _, bend = look_up(table, distance)
            total += share * share * (mean + 0.5 * bend * (square - distance * distance))
        else:
            for part in range(1, 5):
                waiting[size] = 4 * local + part
                size += 1
                for other in range(part + 1, 5):
                    total += 2.0 * _between(
                        blocks,
                        first,
                        inner,
                        first,
                        inner,
                        4 * local + part,
                        4 * local + other,
                        table,
                        tolerance,
                        reach,
                        stack,
                    )
    return total


@njit(cache=True, nogil=True)
def _own_distance(xx, xy, yy):  # type: ignore[no-untyped-def]
    """Mean distance and mean squared distance of two random points of a rectangle with these second moments.

    Ghosh (1951, eq. 12) gives the mean distance for sides a and b; moments of a side a are a^2 / 12.
    """
    middle, spread = 0.5 * (xx + yy), np.sqrt(0.25 * (xx - yy) ** 2 + xy * xy)
    a, b = np.sqrt(12.0 * (middle + spread)), np.sqrt(12.0 * max(middle - spread, 0.0))
    square = 2.0 * (xx + yy)
    if b < 1e-3 * a:
        return a / 3.0, square
    d = np.sqrt(a * a + b * b)
    p, q = a * a / b, b * b / a
    sides = (a * p / b + b * q / a + d * (3.0 - p / b - q / a)) / 15.0
    return sides + (q * np.log((a + d) / b) + p * np.log((b + d) / a)) / 6.0, square
