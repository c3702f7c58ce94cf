"""Displacement and gradients of a slip model: sums over its sources, without ever holding the Green's matrix."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.compiled import kernel
from geoslip.okada.depth import BLOCK as DEPTH_BLOCK
from geoslip.okada.depth import SCRATCH as DEPTH_SCRATCH
from geoslip.okada.depth import depth_displacement_sum_block, depth_gradient_sum_block
from geoslip.okada.rectangles import as_points, as_poisson, as_rectangles, as_slip
from geoslip.okada.sums import FieldSum, Span, run_sums
from geoslip.okada.surface import BLOCK, SCRATCH, add_displacement_block, surface_constants, surface_sums_block
from geoslip.okada.tiles import DEPTH_WEIGHT, Progress
from geoslip.okada.triangle_layout import triangle_constants
from geoslip.okada.triangle_tiles import triangle_displacement_tile, triangle_gradient_tile
from geoslip.okada.triangles import as_triangles

_Array = NDArray[np.float64]


def displacement_field(
    points: ArrayLike,
    sources: ArrayLike,
    slip: ArrayLike,
    *,
    poisson: float = 0.25,
    progress: Progress | None = None,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Displacement at points due to slip on rectangles or triangles.

    Rectangles take Okada (1985) for points at up = 0 and Okada (1992) for deeper ones; triangles have the field of
    Nikkhoo and Walter (2015).

    Parameters
    ----------
    points : array_like, shape (n, 3)
        East, north, up (m), up <= 0.
    sources : array_like, shape (m, 7) or (m, 3, 3)
        Rectangles, columns as in `RECTANGLE_COLUMNS`, or triangles: east, north, up (m) of three vertices in any
        order; `triangle_bases` tells their slip directions.
    slip : array_like, shape (m, 3)
        Strike slip (left-lateral), dip slip (reverse), opening (m).
    poisson : float
        Poisson's ratio, 0 <= poisson < 0.5.
    progress : callable, optional
        Called with the fraction done; an exception it raises ends the computation.
    threads : int, optional
        Number of threads, by default every processor this process may use. The result does not depend on it.

    Returns
    -------
    ndarray, shape (n, 3)
        East, north, up displacement (m); NaN at a point that lies on a source with slip (nearer than 1e-12 of length
        + width, or of a triangle's perimeter).

    Raises
    ------
    ValueError
        If a shape, a source, a point above ground, a slip or Poisson's ratio is unfit.
    """
    nu = as_poisson(poisson)
    place = as_points(points)
    table, amounts = _slipping(sources, slip)
    deep = place[:, 2] < 0.0
    total = np.zeros((3, place.shape[0]))
    if table.ndim == 3:
        constants, medium, tile, weight = (
            triangle_constants(table),
            (nu, True),
            triangle_displacement_tile,
            DEPTH_WEIGHT,
        )
        ground = FieldSum(tile, place[~deep], constants, amounts, medium=medium, rows=3, weight=weight)
        below = FieldSum(tile, place[deep], constants, amounts, medium=medium, rows=3, weight=weight)
    else:
        constants = surface_constants(table)
        ground = FieldSum(_surface_tile, place[~deep], constants, amounts, medium=(nu,), rows=3, weight=1)
        below = FieldSum(_depth_tile, place[deep], table, amounts, medium=(nu,), rows=3, weight=DEPTH_WEIGHT)
    run_sums([ground, below], progress=progress, threads=threads)
    total[:, ~deep], total[:, deep] = ground.total, below.total
    return np.ascontiguousarray(total.T)


def gradient_field(
    points: ArrayLike,
    sources: ArrayLike,
    slip: ArrayLike,
    *,
    poisson: float = 0.25,
    progress: Progress | None = None,
    threads: int | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Displacement and its gradient at points due to slip on rectangles (Okada 1992, also at up = 0) or triangles.

    Parameters
    ----------
    points, sources, slip, poisson, progress, threads
        As for `displacement_field`.

    Returns
    -------
    displacement : ndarray, shape (n, 3)
        East, north, up (m).
    gradient : ndarray, shape (n, 3, 3)
        gradient[:, i, j] is the derivative of component i along axis j, axes east, north, up. Both are NaN at a
        point that lies on a source with slip (nearer than 1e-12 of length + width, or of a triangle's perimeter).

    Raises
    ------
    ValueError
        If a shape, a source, a point above ground, a slip or Poisson's ratio is unfit.
    """
    nu = as_poisson(poisson)
    place = as_points(points)
    table, amounts = _slipping(sources, slip)
    medium: tuple[float | bool, ...] = (nu,)
    tile, constants = _gradient_tile, table
    if table.ndim == 3:
        tile, constants, medium = triangle_gradient_tile, triangle_constants(table), (nu, True)
    field = FieldSum(tile, place, constants, amounts, medium=medium, rows=12, weight=DEPTH_WEIGHT)
    run_sums([field], progress=progress, threads=threads)
    total = field.total
    return np.ascontiguousarray(total[:3].T), np.ascontiguousarray(total[3:].T).reshape(-1, 3, 3)


def _slipping(sources: ArrayLike, slip: ArrayLike) -> tuple[_Array, _Array]:
    """Check sources and slip, and leave out the sources that do not slip."""
    table = as_triangles(sources) if np.ndim(sources) == 3 else as_rectangles(sources)
    amounts = as_slip(slip, table.shape[0])
    moving = amounts.any(axis=1)
    return table[moving], amounts[moving]


@kernel
def _surface_tile(points: _Array, constants: _Array, slip: _Array, poisson: float, total: _Array, span: Span) -> None:
    """Add the displacement of a span of sources at a span of points on the ground."""
    first_point, last_point, first_source, last_source = span
    scratch, alpha = np.empty(SCRATCH), 1.0 - 2.0 * poisson
    for start in range(first_point, last_point, BLOCK):
        stop = min(start + BLOCK, last_point)
        east, north = points[0, start:stop], points[1, start:stop]
        for source in range(first_source, last_source):
            surface_sums_block(east, north, constants[source], alpha, scratch)
            add_displacement_block(slip[source], constants[source], scratch, total[:, start:stop])


@kernel
def _depth_tile(points: _Array, rectangles: _Array, slip: _Array, poisson: float, total: _Array, span: Span) -> None:
    """Add the displacement of a span of sources at a span of points below ground."""
    first_point, last_point, first_source, last_source = span
    scratch = np.empty(DEPTH_SCRATCH)
    for start in range(first_point, last_point, DEPTH_BLOCK):
        stop = min(start + DEPTH_BLOCK, last_point)
        east, north, up = points[0, start:stop], points[1, start:stop], points[2, start:stop]
        for source in range(first_source, last_source):
            row = rectangles[source]
            depth_displacement_sum_block(east, north, up, row, poisson, slip[source], scratch, total[:, start:stop])


@kernel
def _gradient_tile(points: _Array, rectangles: _Array, slip: _Array, poisson: float, total: _Array, span: Span) -> None:
    """Add displacement and gradients of a span of sources at a span of points."""
    first_point, last_point, first_source, last_source = span
    scratch = np.empty(DEPTH_SCRATCH)
    for start in range(first_point, last_point, DEPTH_BLOCK):
        stop = min(start + DEPTH_BLOCK, last_point)
        east, north, up = points[0, start:stop], points[1, start:stop], points[2, start:stop]
        for source in range(first_source, last_source):
            row = rectangles[source]
            depth_gradient_sum_block(east, north, up, row, poisson, slip[source], scratch, total[:, start:stop])
