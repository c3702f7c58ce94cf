"""Displacement of a slip model at points: the sum over its rectangles, without ever holding the Green's matrix."""

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.rectangles import as_points, as_poisson, as_rectangles, as_slip
from geoslip.okada.surface import BLOCK, SCRATCH, add_displacement_block, surface_constants, surface_sums_block
from geoslip.okada.tiles import PAIRS_PER_STEP, Meter, Progress, run_tiles, spans

_POINTS_PER_TILE = 4 * BLOCK


def displacement_field(
    points: ArrayLike,
    sources: ArrayLike,
    slip: ArrayLike,
    *,
    poisson: float = 0.25,
    progress: Progress | None = None,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Displacement at points due to slip on rectangles.

    Points at up = 0 take Okada (1985), deeper ones Okada (1992).

    Parameters
    ----------
    points : array_like, shape (n, 3)
        East, north, up (m), up <= 0.
    sources : array_like, shape (m, 7)
        Rectangles, columns as in `RECTANGLE_COLUMNS`.
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
        East, north, up displacement (m); NaN at a point that lies on a rectangle with slip (nearer than 1e-12 of
        length + width).

    Raises
    ------
    ValueError
        If a shape, a rectangle, a point above ground, a slip or Poisson's ratio is unfit.
    """
    alpha = 1.0 - 2.0 * as_poisson(poisson)
    place = as_points(points)
    rectangles = as_rectangles(sources)
    amounts = as_slip(slip, rectangles.shape[0])
    slipping = amounts.any(axis=1)
    rectangles, amounts = rectangles[slipping], amounts[slipping]
    constants = surface_constants(rectangles)
    coordinates = np.ascontiguousarray(place.T)
    if (place[:, 2] < 0.0).any():
        raise NotImplementedError("points below ground need the depth kernel")
    total = np.zeros((3, place.shape[0]))

    def work(tile: tuple[int, int], meter: Meter) -> None:
        first, last = tile
        east, north = coordinates[0, first:last], coordinates[1, first:last]
        for start, stop in spans(rectangles.shape[0], max(1, PAIRS_PER_STEP // (last - first))):
            _surface_tile(east, north, constants[start:stop], amounts[start:stop], alpha, total[:, first:last])
            meter.advance((last - first) * (stop - start))

    tiles = spans(place.shape[0], _POINTS_PER_TILE)
    run_tiles(work, tiles, total=place.shape[0] * rectangles.shape[0], progress=progress, threads=threads)
    return np.ascontiguousarray(total.T)


@njit(cache=True, nogil=True, error_model="numpy")
def _surface_tile(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    constants: NDArray[np.float64],
    slip: NDArray[np.float64],
    alpha: float,
    total: NDArray[np.float64],
) -> None:
    """Add the displacement of every source at every point of a tile on the ground."""
    scratch = np.empty(SCRATCH)
    for start in range(0, east.size, BLOCK):
        stop = min(start + BLOCK, east.size)
        for source in range(constants.shape[0]):
            row = constants[source]
            surface_sums_block(east[start:stop], north[start:stop], row, alpha, scratch)
            add_displacement_block(slip[source], row, scratch, total[:, start:stop])
