"""From a scene and its cells to observations."""

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.cells.cells import Cells, cell_means
from geoslip.downsample.noise.covariance import SingularCovariance, cell_covariance
from geoslip.downsample.noise.model import NoiseModel
from geoslip.downsample.noise.positive import made_positive_definite
from geoslip.downsample.observations import Observations
from geoslip.downsample.scenes.scene import Scene
from geoslip.faults.frame import LocalFrame


def cell_observations(scene: Scene, cells: Cells, *, frame: LocalFrame, noise: NoiseModel) -> Observations:
    """Average a scene over cells and give the means with their full covariance.

    Parameters
    ----------
    scene : Scene
        Displacement of the pixels.
    cells : Cells
        Of any sampler, on the scene's grid.
    frame : LocalFrame
        The case's frame.
    noise : NoiseModel
        Of single pixels.

    Returns
    -------
    Observations
        A row a cell: mean value, mean position of the valid pixels, mean look vector (see
        `geoslip.downsample.cells.cells.cell_means`) turned into the frame's axes, number of pixels, outline. Where the
        covariance of noise without nugget is singular to working precision, the variance that was added to every cell
        stands in the notes.

    Raises
    ------
    DataError
        If the cells do not belong to the scene.
    """
    means = cell_means(scene, cells)
    longitude, latitude = scene.geographic(means.x, means.y, frame=frame)
    east, north = frame.to_local(longitude, latitude)
    outlines = tuple(
        np.column_stack(scene.geographic(outline[:, 0], outline[:, 1], frame=frame)) for outline in cells.outlines
    )
    covariance, notes = _covariance(scene, cells, noise)
    left_out = int(scene.valid.sum() - means.pixels.sum())
    return Observations(
        name=scene.name,
        kind=scene.kind,
        longitude=longitude,
        latitude=latitude,
        points=np.column_stack([east, north, np.zeros(cells.n)]),
        values=means.value,
        directions=frame.rotate_to_frame(means.look, longitude, latitude),
        covariance=covariance,
        sample_count=means.pixels,
        outlines=outlines,
        notes=(
            f"{scene.name}: {cells.n} cells of {int(means.pixels.sum())} pixels; {left_out} valid pixels in no cell",
            *notes,
        ),
    )


def _covariance(scene: Scene, cells: Cells, noise: NoiseModel) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """The covariance of the cells, and what had to be done to it."""
    try:
        return cell_covariance(cells, scene, noise=noise), ()
    except SingularCovariance as error:
        found = made_positive_definite(error.matrix, what=scene.name)
    return found.matrix, (
        f"{scene.name}: the covariance of the cells is singular for noise without nugget:"
        f" {1e3 * found.added**0.5:.2g} mm of noise was added to every cell, {found.share:.1g} of the mean variance",
    )
