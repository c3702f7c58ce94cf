"""Displacement and gradients of a slip model: sums over its sources, without ever holding the Green's matrix."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.compiled import kernel
from geoslip.okada.depth import BLOCK as DEPTH_BLOCK
from geoslip.okada.depth import SCRATCH as DEPTH_SCRATCH
from geoslip.okada.depth import depth_displacement_block, depth_gradient_sum_block
from geoslip.okada.rectangles import as_points, as_poisson, as_rectangles, as_slip
from geoslip.okada.surface import BLOCK, SCRATCH, add_displacement_block, surface_constants, surface_sums_block
from geoslip.okada.tiles import PAIRS_PER_STEP, Meter, Progress, points_per_tile, run_tiles, spans
from geoslip.okada.triangle_layout import triangle_constants
from geoslip.okada.triangle_tiles import triangle_displacement_tile, triangle_gradient_tile
from geoslip.okada.triangles import as_triangles

# Work of one pair at depth, in units of one at the surface: only for an even progress bar.
_DEPTH_WEIGHT = 4

_Array = NDArray[np.float64]
_Kernel = Callable[[_Array, _Array, _Array, float, _Array], None]


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
        constants = triangle_constants(table)
        ground = _Sum(triangle_displacement_tile, place[~deep], constants, amounts, nu, 3)
        below = _Sum(triangle_displacement_tile, place[deep], constants, amounts, nu, 3)
    else:
        ground = _Sum(_surface_tile, place[~deep], surface_constants(table), amounts, nu, 3)
        below = _Sum(_depth_tile, place[deep], table, amounts, nu, 3)
    _run([ground, below], progress, threads)
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
    if table.ndim == 3:
        field = _Sum(triangle_gradient_tile, place, triangle_constants(table), amounts, nu, 12)
    else:
        field = _Sum(_gradient_tile, place, table, amounts, nu, 12)
    _run([field], progress, threads)
    total = field.total
    return np.ascontiguousarray(total[:3].T), np.ascontiguousarray(total[3:].T).reshape(-1, 3, 3)


class _Sum:
    """Rows of numbers at points, summed over sources by one kernel."""

    def __init__(
        self, kernel: _Kernel, points: _Array, sources: _Array, slip: _Array, poisson: float, n_rows: int
    ) -> None:
        self.kernel, self.sources, self.slip, self.poisson = kernel, sources, slip, poisson
        self.coordinates = np.ascontiguousarray(points.T)
        self.total = np.zeros((n_rows, points.shape[0]))
        self.weight = 1 if kernel is _surface_tile else _DEPTH_WEIGHT

    @property
    def work(self) -> int:
        return self.weight * self.coordinates.shape[1] * self.sources.shape[0]

    def add(self, points: tuple[int, int], sources: tuple[int, int]) -> int:
        """Add some sources at some points, and say how much work it was."""
        (first, last), (start, stop) = points, sources
        part = self.coordinates[:, first:last]
        self.kernel(part, self.sources[start:stop], self.slip[start:stop], self.poisson, self.total[:, first:last])
        return self.weight * (last - first) * (stop - start)


def _slipping(sources: ArrayLike, slip: ArrayLike) -> tuple[_Array, _Array]:
    """Check sources and slip, and leave out the sources that do not slip."""
    table = as_triangles(sources) if np.ndim(sources) == 3 else as_rectangles(sources)
    amounts = as_slip(slip, table.shape[0])
    moving = amounts.any(axis=1)
    return table[moving], amounts[moving]


def _run(fields: list[_Sum], progress: Progress | None, threads: int | None) -> None:
    """Compute sums, tile by tile of points, step by step of sources."""

    def work(tile: tuple[_Sum, tuple[int, int]], meter: Meter) -> None:
        field, points = tile
        pairs = PAIRS_PER_STEP // field.weight
        for sources in spans(field.sources.shape[0], max(1, pairs // (points[1] - points[0]))):
            meter.advance(field.add(points, sources))

    tiles = [
        (field, points)
        for field in fields
        for points in spans(field.total.shape[1], points_per_tile(field.sources.shape[0] * field.weight))
    ]
    run_tiles(work, tiles, total=sum(field.work for field in fields), progress=progress, threads=threads)


@kernel
def _surface_tile(points: _Array, constants: _Array, slip: _Array, poisson: float, total: _Array) -> None:
    """Add the displacement of every source at every point of a tile on the ground."""
    scratch, alpha = np.empty(SCRATCH), 1.0 - 2.0 * poisson
    for start in range(0, points.shape[1], BLOCK):
        stop = min(start + BLOCK, points.shape[1])
        east, north = points[0, start:stop], points[1, start:stop]
        for source in range(constants.shape[0]):
            surface_sums_block(east, north, constants[source], alpha, scratch)
            add_displacement_block(slip[source], constants[source], scratch, total[:, start:stop])


@kernel
def _depth_tile(points: _Array, rectangles: _Array, slip: _Array, poisson: float, total: _Array) -> None:
    """Add the displacement of every source at every point of a tile below ground."""
    scratch, block = np.empty(DEPTH_SCRATCH), np.empty((3, 3, DEPTH_BLOCK))
    for start in range(0, points.shape[1], DEPTH_BLOCK):
        stop = min(start + DEPTH_BLOCK, points.shape[1])
        east, north, up = points[0, start:stop], points[1, start:stop], points[2, start:stop]
        for source in range(rectangles.shape[0]):
            wanted = 0
            for component in range(3):
                wanted |= (1 << component) if slip[source, component] != 0.0 else 0
            depth_displacement_block(east, north, up, rectangles[source], poisson, scratch, block, wanted)
            for component in range(3):
                amount = slip[source, component]
                for axis in range(3 if amount != 0.0 else 0):
                    for i in range(stop - start):
                        total[axis, start + i] += amount * block[component, axis, i]


@kernel
def _gradient_tile(points: _Array, rectangles: _Array, slip: _Array, poisson: float, total: _Array) -> None:
    """Add displacement and gradients of every source at every point of a tile."""
    scratch = np.empty(DEPTH_SCRATCH)
    for start in range(0, points.shape[1], DEPTH_BLOCK):
        stop = min(start + DEPTH_BLOCK, points.shape[1])
        east, north, up = points[0, start:stop], points[1, start:stop], points[2, start:stop]
        for source in range(rectangles.shape[0]):
            rectangle = rectangles[source]
            depth_gradient_sum_block(east, north, up, rectangle, poisson, slip[source], scratch, total[:, start:stop])
