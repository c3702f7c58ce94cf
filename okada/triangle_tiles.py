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
    half_space: bool,
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
    half_space : bool
        Whether the ground at up = 0 bounds the medium.
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
            triangle_displacement_block(east, north, up, row, poisson, half_space, scratch)
            for place in range(chosen.size):
                column = columns[place * n_sources + source]
                project_triangle_block(chosen[place], row, axes, scratch, values)
                for i in range(stop - start):
                    column[rows[start + i] if rows.size else start + i] = values[i]


@kernel
def triangle_displacement_tile(
    points: NDArray[np.float64],
    constants: NDArray[np.float64],
    slip: NDArray[np.float64],
    poisson: float,
    half_space: bool,
    total: NDArray[np.float64],
    span: tuple[int, int, int, int],
) -> None:
    """Add the displacement of a span of triangles at a span of points.

    Parameters
    ----------
    points : ndarray, shape (3, n)
        Points, m; in the half-space all at the ground or all below.
    constants : ndarray, shape (m, 55)
        As `triangle_constants` gives them.
    slip : ndarray, shape (m, 3)
        Strike slip, dip slip, opening, m.
    poisson : float
        Poisson's ratio.
    half_space : bool
        Whether the ground at up = 0 bounds the medium.
    total : ndarray, shape (3, n)
        East, north, up displacement, m, added to.
    span : tuple of int
        First and last point, first and last source, half-open.
    """
    first_point, last_point, first_source, last_source = span
    scratch = np.empty(SCRATCH)
    for start in range(first_point, last_point, BLOCK):
        stop = min(start + BLOCK, last_point)
        east, north, up = points[0, start:stop], points[1, start:stop], points[2, start:stop]
        for source in range(first_source, last_source):
            row = constants[source]
            triangle_displacement_block(east, north, up, row, poisson, half_space, scratch)
            add_triangle_displacement_block(slip[source], row, scratch, total[:, start:stop])


@kernel
def triangle_gradient_tile(
    points: NDArray[np.float64],
    constants: NDArray[np.float64],
    slip: NDArray[np.float64],
    poisson: float,
    half_space: bool,
    total: NDArray[np.float64],
    span: tuple[int, int, int, int],
) -> None:
    """Add displacement and gradients of a span of triangles at a span of points.

    Parameters
    ----------
    points, constants, slip, poisson, half_space, span
        As for `triangle_displacement_tile`.
    total : ndarray, shape (12, n)
        Displacement (3 rows) and gradients (row 3 + 3 i + j: component i along axis j), added to.
    """
    first_point, last_point, first_source, last_source = span
    scratch = np.empty(SCRATCH)
    for start in range(first_point, last_point, BLOCK):
        stop = min(start + BLOCK, last_point)
        east, north, up = points[0, start:stop], points[1, start:stop], points[2, start:stop]
        for source in range(first_source, last_source):
            row = constants[source]
            triangle_gradient_block(east, north, up, row, slip[source], poisson, half_space, scratch)
            add_triangle_gradient_block(scratch, total[:, start:stop])
