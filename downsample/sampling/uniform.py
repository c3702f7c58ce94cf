"""Cells of one size."""

import numpy as np

from geoslip.downsample.cells.cells import Cells
from geoslip.downsample.errors import DataError
from geoslip.downsample.sampling.variance import variance_quadtree
from geoslip.downsample.scenes.scene import Scene


def uniform_cells(
    scene: Scene, *, size: float | None = None, count: int | None = None, valid_fraction: float = 0.5
) -> Cells:
    """Cut a scene into squares of one size.

    Parameters
    ----------
    scene : Scene
        Only its valid pixels count.
    size : float, optional
        Side in metres, rounded to whole pixels. Give this or `count`.
    count : int, optional
        Number of cells wanted; the size whose cells come nearest to it is taken, which for few pixels a cell may be
        far off: sizes are whole pixels.
    valid_fraction : float
        Least share of valid pixels in a cell.

    Returns
    -------
    Cells

    Raises
    ------
    DataError
        If the size is below a pixel, more cells than pixels are wanted, or no cell is left.
    """
    if (size is None) == (count is None):
        raise DataError("uniform: give either size= (metres) or count= (number of cells)")
    if size is None:
        assert count is not None
        return _nearest_in_number(scene, count, valid_fraction)
    cells = variance_quadtree(scene, threshold=0.0, minimum_size=size, maximum_size=size, valid_fraction=valid_fraction)
    return Cells(
        labels=cells.labels,
        outlines=cells.outlines,
        method="uniform",
        parameters={"size_m": cells.parameters["smallest_m"], "valid_fraction": valid_fraction},
    )


def _nearest_in_number(scene: Scene, count: int, valid_fraction: float) -> Cells:
    """Cells of the size that comes nearest to a number, by bisection over whole pixels and the sizes about its end."""
    pixels = int(np.count_nonzero(scene.valid))
    if not 0 < count <= pixels:
        raise DataError(f"uniform: {count} cells are wanted of {pixels} valid pixels; choose 1 to that number")
    step = max(scene.spacing)
    made: dict[int, Cells] = {}

    def number(side: int) -> int:
        try:
            made[side] = uniform_cells(scene, size=side * step, valid_fraction=valid_fraction)
        except DataError:
            # Squares so large that none holds enough valid pixels are none.
            return 0
        return made[side].n

    low, high = 1, max(2, int(2.0 * np.sqrt(pixels / count)))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if number(middle) > count else (low, middle)
    for side in range(max(1, low - 1), high + 2):
        if side not in made:
            number(side)
    nearest = min(made.values(), key=lambda cells: (abs(cells.n - count), cells.n), default=None)
    if nearest is None or not count <= 3 * nearest.n <= 9 * count:
        raise DataError(
            f"{scene.name}: no squares with enough valid pixels come near {count} cells; lower valid_fraction"
        )
    return nearest


SAMPLER = ("uniform", uniform_cells)
