"""Green's matrices of rectangles and triangles: displacement along given directions per metre of slip."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.compiled import kernel
from geoslip.okada.depth import BLOCK as DEPTH_BLOCK
from geoslip.okada.depth import SCRATCH as DEPTH_SCRATCH
from geoslip.okada.depth import depth_displacement_block
from geoslip.okada.rectangles import as_directions, as_points, as_poisson, as_rectangles, component_indices
from geoslip.okada.surface import BLOCK, SCRATCH, project_block, surface_constants, surface_sums_block
from geoslip.okada.tiles import DEPTH_WEIGHT, Meter, Progress, points_per_tile, run_tiles, spans
from geoslip.okada.triangle_layout import triangle_constants
from geoslip.okada.triangle_tiles import triangle_matrix_tile
from geoslip.okada.triangles import as_triangles

_SOURCES_PER_TILE = 64


class _Tile(NamedTuple):
    """Points and sources of a part of the matrix, as half-open ranges."""

    deep: bool
    points: tuple[int, int]
    sources: tuple[int, int]


class _Group(NamedTuple):
    """Points that share a kernel, with the rows of the matrix they belong to (none: the row is the place)."""

    rows: NDArray[np.int64]
    points: NDArray[np.float64]
    directions: NDArray[np.float64]


def greens_matrix(
    points: ArrayLike,
    directions: ArrayLike,
    sources: ArrayLike,
    *,
    components: Sequence[str] = ("strike", "dip"),
    poisson: float = 0.25,
    progress: Progress | None = None,
    threads: int | None = None,
    out: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Displacement at points along unit vectors, per metre of slip on every rectangle or triangle.

    Rectangles take Okada (1985) for points at up = 0 and Okada (1992) for deeper ones; triangles have the field of
    Nikkhoo and Walter (2015).

    Parameters
    ----------
    points : array_like, shape (n, 3)
        East, north, up (m), up <= 0.
    directions : array_like, shape (n, 3)
        Unit vectors (east, north, up) along which each point is observed.
    sources : array_like, shape (m, 7) or (m, 3, 3)
        Rectangles, columns as in `RECTANGLE_COLUMNS`, or triangles: east, north, up (m) of three vertices in any
        order; `triangle_bases` tells their slip directions.
    components : sequence of str
        Which of "strike" (left-lateral), "dip" (reverse), "opening".
    poisson : float
        Poisson's ratio, 0 <= poisson < 0.5.
    progress : callable, optional
        Called with the fraction done; an exception it raises ends the computation.
    threads : int, optional
        Number of threads, by default every processor this process may use. The result does not depend on it.
    out : ndarray, shape (n, len(components) * m), optional
        Fortran-ordered float64 array to fill.

    Returns
    -------
    ndarray, shape (n, len(components) * m)
        In m per m, Fortran-ordered: all columns of the first component, then those of the next. A row is NaN in the
        columns of a source on which the point lies (nearer than 1e-12 of length + width, or of a triangle's perimeter).

    Raises
    ------
    ValueError
        If a shape, a source, a point above ground, a direction, a component or Poisson's ratio is unfit.
    """
    chosen = np.array(component_indices(components), dtype=np.int64)
    nu = as_poisson(poisson)
    place = as_points(points)
    along = as_directions(directions, place.shape[0])
    triangular = np.ndim(sources) == 3
    table = as_triangles(sources) if triangular else as_rectangles(sources)
    constants = triangle_constants(table) if triangular else surface_constants(table)
    shape = (place.shape[0], chosen.size * table.shape[0])
    matrix = np.empty(shape, order="F") if out is None else _fitting(out, shape)
    groups = {deep: _group(place, along, deep) for deep in (False, True)}
    columns = matrix.T

    def work(tile: _Tile, meter: Meter) -> None:
        rows, coordinates, axes = groups[tile.deep]
        span = (*tile.points, *tile.sources)
        if triangular:
            triangle_matrix_tile(columns, rows, coordinates, axes, constants, chosen, nu, True, span)
        elif tile.deep:
            _depth_tile(columns, rows, coordinates, axes, table, chosen, nu, span)
        else:
            _surface_tile(columns, rows, coordinates, axes, constants, chosen, 1.0 - 2.0 * nu, span)
        meter.advance((span[1] - span[0]) * (span[3] - span[2]))

    tiles = [
        _Tile(deep, point_span, source_span)
        for deep, group in groups.items()
        for source_span in spans(table.shape[0], _SOURCES_PER_TILE)
        for point_span in spans(
            group.points.shape[1],
            points_per_tile(source_span[1] - source_span[0], weight=DEPTH_WEIGHT if deep or triangular else 1),
        )
    ]
    total = place.shape[0] * table.shape[0]
    run_tiles(work, tiles, total=total, progress=progress, threads=threads)
    return matrix


def _fitting(out: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Refuse an array that cannot hold the matrix."""
    if out.shape != shape or out.dtype != np.float64 or not out.flags.f_contiguous or not out.flags.writeable:
        raise ValueError(
            f"out has shape {out.shape} and type {out.dtype}, but must be a writeable Fortran-ordered float64 array of "
            f"shape {shape}; make it with np.empty({shape}, order='F')"
        )
    return out


def _group(points: NDArray[np.float64], directions: NDArray[np.float64], deep: bool) -> _Group:
    """The points of one kernel, coordinates first so that a block of them is contiguous."""
    mine = (points[:, 2] < 0.0) == deep
    rows = np.empty(0, dtype=np.int64) if mine.all() else np.flatnonzero(mine).astype(np.int64)
    return _Group(rows, np.ascontiguousarray(points[mine].T), np.ascontiguousarray(directions[mine].T))


@kernel
def _surface_tile(
    columns: NDArray[np.float64],
    rows: NDArray[np.int64],
    points: NDArray[np.float64],
    directions: NDArray[np.float64],
    constants: NDArray[np.float64],
    chosen: NDArray[np.int64],
    alpha: float,
    span: tuple[int, int, int, int],
) -> None:
    """Fill the part of the (transposed) matrix that belongs to a span of points and a span of sources."""
    first_point, last_point, first_source, last_source = span
    n_sources = constants.shape[0]
    scratch, values = np.empty(SCRATCH), np.empty(BLOCK)
    for start in range(first_point, last_point, BLOCK):
        stop = min(start + BLOCK, last_point)
        axes = np.ascontiguousarray(directions[:, start:stop])
        for source in range(first_source, last_source):
            row = constants[source]
            surface_sums_block(points[0, start:stop], points[1, start:stop], row, alpha, scratch)
            for place in range(chosen.size):
                column = columns[place * n_sources + source]
                if rows.size == 0:
                    project_block(chosen[place], row, axes, scratch, column[start:stop])
                else:
                    project_block(chosen[place], row, axes, scratch, values[: stop - start])
                    for i in range(stop - start):
                        column[rows[start + i]] = values[i]


@kernel
def _depth_tile(
    columns: NDArray[np.float64],
    rows: NDArray[np.int64],
    points: NDArray[np.float64],
    directions: NDArray[np.float64],
    rectangles: NDArray[np.float64],
    chosen: NDArray[np.int64],
    poisson: float,
    span: tuple[int, int, int, int],
) -> None:
    """Like `_surface_tile`, for points below ground."""
    first_point, last_point, first_source, last_source = span
    n_sources = rectangles.shape[0]
    scratch, block = np.empty(DEPTH_SCRATCH), np.empty((3, 3, DEPTH_BLOCK))
    wanted = np.int64(0)
    for component in chosen:
        wanted |= 1 << component
    for start in range(first_point, last_point, DEPTH_BLOCK):
        stop = min(start + DEPTH_BLOCK, last_point)
        east, north, up = points[0, start:stop], points[1, start:stop], points[2, start:stop]
        for source in range(first_source, last_source):
            depth_displacement_block(east, north, up, rectangles[source], poisson, scratch, block, wanted)
            for place in range(chosen.size):
                column, u = columns[place * n_sources + source], block[chosen[place]]
                for i in range(stop - start):
                    j = start + i
                    value = directions[0, j] * u[0, i] + directions[1, j] * u[1, i] + directions[2, j] * u[2, i]
                    column[rows[j] if rows.size else j] = value
