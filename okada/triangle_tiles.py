"""Tiles of triangles and points for the doors: parts of a Green's matrix, and sums over triangles."""

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.compiled import kernel
from geoslip.okada.triangle import (
    BLOCK,
    SCRATCH,
    add_triangle_displacement_block,
    project_triangle_block,
    triangle_displacement_block,
)
from geoslip.okada.triangle_gradient import add_triangle_gradient_block, triangle_gradient_block


@kernel
def triangle_matrix_tile(
    columns: NDArray[np.float64],
    rows: NDArray[np.int64],
    points: NDArray[np.float64],
    directions: NDArray[np.float64],
    constants: NDArray[np.float64],
    chosen: NDArray[np.int64],
    poisson: float,
    span: tuple[int, int, int, int],
) -> None:
    """Fill the part of a (transposed) matrix that belongs to a span of points and a span of triangles.

    Parameters
    ----------
    columns : ndarray, shape (len(chosen) * n_sources, n_rows)
        The matrix, transposed.
    rows : ndarray, shape (n,) or (0,)
        Row of the matrix for each point; none where a point's place is its row.
    points, directions : ndarray, shape (3, n)
        Points, all at the ground or all below, and unit vectors.
    constants : ndarray, shape (n_sources, 55)
        As `triangle_constants` gives them.
    chosen : ndarray, shape (k,)
        Slip components: 0 strike, 1 dip, 2 opening.
    poisson : float
        Poisson's ratio.
    span : tuple of int
        First and last point, first and last source, half-open.
    """
    first_point, last_point, first_source, last_source = span
    n_sources = constants.shape[0]
    scratch, values = np.empty(SCRATCH), np.empty(BLOCK)
    for start in range(first_point, last_point, BLOCK):
        stop = min(start + BLOCK, last_point)
        east, north, up = points[0, start:stop], points[1, start:stop], points[2, start:stop]
        axes = np.ascontiguousarray(directions[:, start:stop])
        for source in range(first_source, last_source):
            row = constants[source]
            triangle_displacement_block(east, north, up, row, poisson, True, scratch)
            for place in range(chosen.size):
                column = columns[place * n_sources + source]
                if rows.size == 0:
                    project_triangle_block(chosen[place], row, axes, scratch, column[start:stop])
                else:
                    project_triangle_block(chosen[place], row, axes, scratch, values[: stop - start])
                    for i in range(stop - start):
                        column[rows[start + i]] = values[i]


@kernel
def triangle_displacement_tile(
    points: NDArray[np.float64],
    constants: NDArray[np.float64],
    slip: NDArray[np.float64],
    poisson: float,
    total: NDArray[np.float64],
) -> None:
    """Add the displacement of every triangle in the half-space at every point of a tile.

    Parameters
    ----------
    points : ndarray, shape (3, n)
        Points, all at the ground or all below, m.
    constants : ndarray, shape (m, 55)
        As `triangle_constants` gives them.
    slip : ndarray, shape (m, 3)
        Strike slip, dip slip, opening, m.
    poisson : float
        Poisson's ratio.
    total : ndarray, shape (3, n)
        East, north, up displacement, m, added to.
    """
    _add_displacement(points, constants, slip, poisson, True, total)


@kernel
def unbounded_displacement_tile(
    points: NDArray[np.float64],
    constants: NDArray[np.float64],
    slip: NDArray[np.float64],
    poisson: float,
    total: NDArray[np.float64],
) -> None:
    """Add the displacement of every triangle in the unbounded medium; as `triangle_displacement_tile`."""
    _add_displacement(points, constants, slip, poisson, False, total)


@kernel
def triangle_gradient_tile(
    points: NDArray[np.float64],
    constants: NDArray[np.float64],
    slip: NDArray[np.float64],
    poisson: float,
    total: NDArray[np.float64],
) -> None:
    """Add displacement and gradients of every triangle in the half-space at every point of a tile.

    Parameters
    ----------
    points, constants, slip, poisson
        As for `triangle_displacement_tile`.
    total : ndarray, shape (12, n)
        Displacement (3 rows) and gradients (row 3 + 3 i + j: component i along axis j), added to.
    """
    _add_gradient(points, constants, slip, poisson, True, total)


@kernel
def unbounded_gradient_tile(
    points: NDArray[np.float64],
    constants: NDArray[np.float64],
    slip: NDArray[np.float64],
    poisson: float,
    total: NDArray[np.float64],
) -> None:
    """Add displacement and gradients in the unbounded medium; as `triangle_gradient_tile`."""
    _add_gradient(points, constants, slip, poisson, False, total)


@kernel
def _add_gradient(
    points: NDArray[np.float64],
    constants: NDArray[np.float64],
    slip: NDArray[np.float64],
    poisson: float,
    half_space: bool,
    total: NDArray[np.float64],
) -> None:
    scratch, block = np.empty(SCRATCH), np.empty((12, BLOCK))
    for start in range(0, points.shape[1], BLOCK):
        stop = min(start + BLOCK, points.shape[1])
        # Of a tile's points only a copy is known to the compiler as contiguous.
        place, part = points[:, start:stop].copy(), block[:, : stop - start]
        part[:] = 0.0
        for source in range(constants.shape[0]):
            row, amounts = constants[source], slip[source]
            triangle_gradient_block(place[0], place[1], place[2], row, amounts, poisson, half_space, scratch)
            add_triangle_gradient_block(scratch, block, stop - start)
        total[:, start:stop] += part


@kernel
def _add_displacement(
    points: NDArray[np.float64],
    constants: NDArray[np.float64],
    slip: NDArray[np.float64],
    poisson: float,
    half_space: bool,
    total: NDArray[np.float64],
) -> None:
    scratch, block = np.empty(SCRATCH), np.empty((3, BLOCK))
    for start in range(0, points.shape[1], BLOCK):
        stop = min(start + BLOCK, points.shape[1])
        place, part = points[:, start:stop].copy(), block[:, : stop - start]
        part[:] = 0.0
        for source in range(constants.shape[0]):
            row = constants[source]
            triangle_displacement_block(place[0], place[1], place[2], row, poisson, half_space, scratch)
            add_triangle_displacement_block(slip[source], row, scratch, block, stop - start)
        total[:, start:stop] += part
