"""Fields at points as sums over sources, tile by tile of points, so that no Green's matrix is ever held."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.tiles import PAIRS_PER_STEP, Meter, Progress, points_per_tile, run_tiles, spans

Span = tuple[int, int, int, int]
"""First and last point, first and last source, half-open."""


class FieldSum:
    """Rows of numbers at points, summed over sources by one kernel.

    Parameters
    ----------
    kernel : callable
        Called as kernel(points, sources, slip, *medium, total, span), it adds the sources of a span at its points.
    points : ndarray, shape (n, 3)
        East, north, up, m.
    sources : ndarray, shape (m, k)
        What the kernel takes of the sources.
    slip : ndarray, shape (m, 3)
        Strike slip, dip slip, opening, m.
    medium : tuple
        What else the kernel wants to know.
    rows : int
        Numbers at a point.
    weight : int
        Work of a pair, for an even progress bar.
    """

    def __init__(
        self,
        kernel: Callable[..., None],
        points: NDArray[np.float64],
        sources: NDArray[np.float64],
        slip: NDArray[np.float64],
        *,
        medium: tuple[float | bool, ...],
        rows: int,
        weight: int,
    ) -> None:
        self.kernel, self.sources, self.slip, self.medium, self.weight = kernel, sources, slip, medium, weight
        self.points = np.ascontiguousarray(points.T)
        self.total = np.zeros((rows, points.shape[0]))

    @property
    def work(self) -> int:
        """Work of the whole sum."""
        return self.weight * self.points.shape[1] * self.sources.shape[0]

    def add(self, points: tuple[int, int], sources: tuple[int, int]) -> int:
        """Add some sources at some points, and say how much work it was."""
        # Whole arrays and a span, because numba compiles a kernel anew for arrays that are not contiguous.
        self.kernel(self.points, self.sources, self.slip, *self.medium, self.total, (*points, *sources))
        return self.weight * (points[1] - points[0]) * (sources[1] - sources[0])


def run_sums(fields: list[FieldSum], *, progress: Progress | None = None, threads: int | None = None) -> None:
    """Compute sums, tile by tile of points, step by step of sources.

    Parameters
    ----------
    fields : list of FieldSum
        Sums to compute in their `total`.
    progress : callable, optional
        Called with the fraction done; an exception it raises ends the computation.
    threads : int, optional
        Number of threads, by default every processor this process may use. The result does not depend on it.

    Raises
    ------
    ValueError
        If `threads` is less than one.
    """

    def work(tile: tuple[FieldSum, tuple[int, int]], meter: Meter) -> None:
        field, points = tile
        pairs = PAIRS_PER_STEP // field.weight
        for sources in spans(field.sources.shape[0], max(1, pairs // (points[1] - points[0]))):
            meter.advance(field.add(points, sources))

    tiles = [
        (field, points)
        for field in fields
        for points in spans(field.total.shape[1], points_per_tile(field.sources.shape[0], weight=field.weight))
    ]
    run_tiles(work, tiles, total=sum(field.work for field in fields), progress=progress, threads=threads)
