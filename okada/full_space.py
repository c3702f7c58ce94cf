"""Triangular dislocations in an unbounded medium."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.rectangles import as_poisson, as_slip
from geoslip.okada.sums import FieldSum, run_sums
from geoslip.okada.tiles import DEPTH_WEIGHT
from geoslip.okada.triangle_layout import triangle_constants
from geoslip.okada.triangle_tiles import triangle_displacement_tile, triangle_gradient_tile
from geoslip.okada.triangles import as_triangles


def full_space_displacement(
    points: ArrayLike, triangles: ArrayLike, slip: ArrayLike, *, poisson: float = 0.25, threads: int | None = None
) -> NDArray[np.float64]:
    """Displacement at points due to slip on triangles, without a ground.

    Parameters
    ----------
    points : array_like, shape (n, 3)
        East, north, up (m), anywhere.
    triangles : array_like, shape (m, 3, 3)
        East, north, up (m) of three vertices, anywhere, in any order; `triangle_bases` tells the slip directions.
    slip : array_like, shape (m, 3)
        Strike slip (left-lateral), dip slip (reverse), opening (m).
    poisson : float
        Poisson's ratio, 0 <= poisson < 0.5.
    threads : int, optional
        Number of threads, by default every processor this process may use. The result does not depend on it.

    Returns
    -------
    ndarray, shape (n, 3)
        East, north, up displacement (m); NaN at a point on a triangle (nearer than 1e-12 of its perimeter).

    Raises
    ------
    ValueError
        If a shape, a triangle, a point that is not finite, a slip or Poisson's ratio is unfit.
    """
    field = _unbounded(triangle_displacement_tile, 3, points, triangles, slip, poisson)
    run_sums([field], threads=threads)
    return np.ascontiguousarray(field.total.T)


def full_space_gradient(
    points: ArrayLike, triangles: ArrayLike, slip: ArrayLike, *, poisson: float = 0.25, threads: int | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Displacement and its gradient at points due to slip on triangles, without a ground.

    Parameters
    ----------
    points, triangles, slip, poisson, threads
        As for `full_space_displacement`.

    Returns
    -------
    displacement : ndarray, shape (n, 3)
        East, north, up (m).
    gradient : ndarray, shape (n, 3, 3)
        gradient[:, i, j] is the derivative of component i along axis j. Both are NaN at a point on a triangle (nearer
        than 1e-12 of its perimeter).

    Raises
    ------
    ValueError
        As for `full_space_displacement`.
    """
    field = _unbounded(triangle_gradient_tile, 12, points, triangles, slip, poisson)
    run_sums([field], threads=threads)
    return np.ascontiguousarray(field.total[:3].T), np.ascontiguousarray(field.total[3:].T).reshape(-1, 3, 3)


def _unbounded(
    tile: Callable[..., None], rows: int, points: ArrayLike, triangles: ArrayLike, slip: ArrayLike, poisson: float
) -> FieldSum:
    """Check everything and prepare the sum of a tile's kernel over the triangles."""
    nu, place = as_poisson(poisson), _anywhere(points)
    table = as_triangles(triangles, half_space=False)
    amounts = as_slip(slip, table.shape[0])
    return FieldSum(tile, place, triangle_constants(table), amounts, medium=(nu, False), rows=rows, weight=DEPTH_WEIGHT)


def _anywhere(points: ArrayLike) -> NDArray[np.float64]:
    """Check points that may lie above up = 0."""
    array = np.asarray(points, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 3:
        raise ValueError(f"points have shape {array.shape}, but must be (n, 3); give east, north, up in metres per row")
    bad = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if bad.size:
        raise ValueError(
            f"point {bad[0]} is {array[bad[0]].tolist()}, but coordinates must be finite; remove the point"
        )
    return array
