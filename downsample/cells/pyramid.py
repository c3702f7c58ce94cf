"""Residual of every dyadic block of a scene, from centred moments merged upward: no large sum is ever subtracted.

A summed-area table gives a block's variance as a difference of sums over the whole scene and loses the digits that
a smooth scene needs. Here each block keeps its count, its means and its second moments about its own means; four
blocks are merged by Chan, Golub & LeVeque's (1983, eq. 2.1) update, which adds only positive terms.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

_N, _D, _DD, _X, _Y, _XX, _XY, _YY, _XD, _YD = range(10)
_FIELDS = {"mean": 3, "plane": 10}


@dataclass(frozen=True, eq=False)
class Pyramid:
    """Blocks of block_rows * 2^k by block_columns * 2^k pixels, k = 0 .. levels - 1, laid from the first pixel on.

    Parameters
    ----------
    block_rows, block_columns : int
        Pixels of the smallest block.
    counts : list of ndarray of int32
        Valid pixels of each block, one 2-D array a level.
    residuals : list of ndarray
        What decides a split: standard deviation of each block's residual, metres, or another sampler's measure.
    """

    block_rows: int
    block_columns: int
    counts: list[NDArray[np.int32]]
    residuals: list[NDArray[np.float64]]

    @property
    def levels(self) -> int:
        """Number of levels."""
        return len(self.counts)

    @cached_property
    def flat(self) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray]:
        """All counts, all residuals, and of each level: shape, first entry, pixels a block."""
        shapes = np.array([part.shape for part in self.counts], dtype=np.int64)
        offsets = np.concatenate([[0], np.cumsum(shapes[:, 0] * shapes[:, 1])])
        areas = self.block_rows * self.block_columns * 4 ** np.arange(self.levels, dtype=np.int64)
        counts = np.concatenate([part.ravel() for part in self.counts])
        return counts, np.concatenate([part.ravel() for part in self.residuals]), shapes, offsets, areas


def residual_pyramid(
    values: NDArray[np.floating], *, block: tuple[int, int], levels: int, residual: str = "plane"
) -> Pyramid:
    """Give the residual standard deviation of every dyadic block.

    Parameters
    ----------
    values : ndarray, shape (ny, nx)
        NaN where there are no data.
    block : tuple of int
        Rows and columns of the smallest block, pixels.
    levels : int
        Each level's blocks are twice as long as the last one's.
    residual : {"plane", "mean"}
        About the best plane (n - 3 degrees of freedom) or the mean (n - 1); 0 where none is left.

    Returns
    -------
    Pyramid
        About 4/3 n / (rows * columns) * 16 bytes, and five times that while it is made for planes.
    """
    fields = _FIELDS[residual]
    counts, residuals = [], []
    rows, columns = block
    start = 0
    if rows * columns == 1:
        # A single pixel has no residual; its moments are trivial, so they are never stored.
        counts.append(np.isfinite(values).astype(np.int32))
        residuals.append(np.zeros(values.shape))
        rows, columns, start = 2, 2, 1
    if levels > start:
        moments = _block_moments(values, rows, columns, fields)
        for level in range(start, levels):
            if level > start:
                moments = _merge(moments)
            counts.append(moments[:, :, _N].astype(np.int32))
            residuals.append(_residual(moments))
    return Pyramid(block[0], block[1], counts, residuals)


def _block_moments(values: NDArray[np.floating], rows: int, columns: int, fields: int) -> NDArray[np.float64]:
    """Moments of each block, shape (block rows, block columns, fields), on all threads."""
    ny, nx = values.shape
    out = np.empty(((ny + rows - 1) // rows, (nx + columns - 1) // columns, fields))
    workers = os.cpu_count() or 1
    edges = np.linspace(0, out.shape[0], workers + 1).astype(int)
    with ThreadPoolExecutor(workers) as pool:
        strips = [pool.submit(_fill_moments, values, rows, columns, out, a, b) for a, b in pairwise(edges)]
        for strip in strips:
            strip.result()
    return out


@njit(cache=True, nogil=True)
def _fill_moments(values, rows, columns, out, first, last):  # type: ignore[no-untyped-def]
    """Moments of blocks of rows x columns pixels, block rows first to last - 1, in two passes over each block."""
    ny, nx = values.shape
    fields = out.shape[2]
    for bi in range(first, last):
        for bj in range(out.shape[1]):
            block = out[bi, bj]
            block[:] = 0.0
            i0, i1 = bi * rows, min(ny, (bi + 1) * rows)
            j0, j1 = bj * columns, min(nx, (bj + 1) * columns)
            n, sd, sx, sy = 0, 0.0, 0.0, 0.0
            for i in range(i0, i1):
                for j in range(j0, j1):
                    value = values[i, j]
                    if np.isfinite(value):
                        n += 1
                        sd += value
                        sx += j
                        sy += i
            if n == 0:
                continue
            md, mean_x, mean_y = sd / n, sx / n, sy / n
            dd, xx, xy, yy, xd, yd = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
            for i in range(i0, i1):
                for j in range(j0, j1):
                    value = values[i, j]
                    if np.isfinite(value):
                        d, x, y = value - md, j - mean_x, i - mean_y
                        dd += d * d
                        xx += x * x
                        xy += x * y
                        yy += y * y
                        xd += x * d
                        yd += y * d
            block[_N], block[_D], block[_DD] = n, md, dd
            if fields > 3:
                block[_X], block[_Y] = mean_x, mean_y
                block[_XX], block[_XY], block[_YY], block[_XD], block[_YD] = xx, xy, yy, xd, yd


@njit(cache=True, nogil=True)
def _merge(fine):  # type: ignore[no-untyped-def]
    """Moments of blocks of 2 x 2 blocks."""
    ny, nx, fields = fine.shape
    out = np.zeros(((ny + 1) // 2, (nx + 1) // 2, fields))
    for bi in range(out.shape[0]):
        for bj in range(out.shape[1]):
            block = out[bi, bj]
            for i in range(2 * bi, min(ny, 2 * bi + 2)):
                for j in range(2 * bj, min(nx, 2 * bj + 2)):
                    part = fine[i, j]
                    if part[_N] == 0.0:
                        continue
                    n = block[_N] + part[_N]
                    share = part[_N] / n
                    weight = block[_N] * share
                    d = part[_D] - block[_D]
                    block[_DD] += part[_DD] + weight * d * d
                    block[_D] += share * d
                    if fields > 3:
                        x, y = part[_X] - block[_X], part[_Y] - block[_Y]
                        block[_XX] += part[_XX] + weight * x * x
                        block[_XY] += part[_XY] + weight * x * y
                        block[_YY] += part[_YY] + weight * y * y
                        block[_XD] += part[_XD] + weight * x * d
                        block[_YD] += part[_YD] + weight * y * d
                        block[_X] += share * x
                        block[_Y] += share * y
                    block[_N] = n
    return out


@njit(cache=True, nogil=True)
def _residual(moments):  # type: ignore[no-untyped-def]
    """Standard deviation about the mean or the best plane; pixels in one line leave the slope across it free."""
    ny, nx, fields = moments.shape
    out = np.zeros((ny, nx))
    for i in range(ny):
        for j in range(nx):
            block = moments[i, j]
            free = block[_N] - (1.0 if fields == 3 else 3.0)
            if free <= 0.0:
                continue
            left = block[_DD]
            if fields > 3:
                xx, xy, yy, xd, yd = block[_XX], block[_XY], block[_YY], block[_XD], block[_YD]
                determinant = xx * yy - xy * xy
                if determinant > 1e-9 * xx * yy:
                    left -= (yy * xd * xd - 2.0 * xy * xd * yd + xx * yd * yd) / determinant
                elif xx + yy > 0.0:
                    # The pixels lie on a line with direction (xx, xy) or (xy, yy): fit along it.
                    along_x, along_y = (xx, xy) if xx >= yy else (xy, yy)
                    spread = along_x * along_x * xx + 2.0 * along_x * along_y * xy + along_y * along_y * yy
                    left -= (along_x * xd + along_y * yd) ** 2 / spread
            # What is left of a perfect plane is rounding; call it zero.
            if left > 1e-14 * block[_DD]:
                out[i, j] = np.sqrt(left / free)
    return out
