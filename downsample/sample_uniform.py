"""Cells of one size."""

from geoslip.downsample.cells import Cells
from geoslip.downsample.sample_variance import variance_quadtree
from geoslip.downsample.scene import Scene


def uniform_cells(scene: Scene, *, size: float, valid_fraction: float = 0.5) -> Cells:
    """Cut a scene into squares of one size.

    Parameters
    ----------
    scene : Scene
        Only its valid pixels count.
    size : float
        Side in metres, rounded to whole pixels.
    valid_fraction : float
        Least share of valid pixels in a cell.

    Returns
    -------
    Cells

    Raises
    ------
    DataError
        If the size is below a pixel, or no cell is left.
    """
    cells = variance_quadtree(scene, threshold=0.0, minimum_size=size, maximum_size=size, valid_fraction=valid_fraction)
    return Cells(
        labels=cells.labels,
        outlines=cells.outlines,
        method="uniform",
        parameters={"size_m": cells.parameters["smallest_m"], "valid_fraction": valid_fraction},
    )


SAMPLER = ("uniform", uniform_cells)
