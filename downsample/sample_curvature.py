"""Quadtree by curvature (Simons et al. 2002), blind to ramps and little moved by noise."""

from geoslip.downsample.block_shape import shape_pyramid
from geoslip.downsample.cells import Cells
from geoslip.downsample.quadtree import block_layout, check_target, threshold_cells
from geoslip.downsample.scene import Scene


def curvature_quadtree(
    scene: Scene,
    *,
    threshold: float | None = None,
    count: int | None = None,
    minimum_size: float | None = None,
    maximum_size: float | None = None,
    valid_fraction: float = 0.5,
) -> Cells:
    """Split blocks until the displacement of their parts lies on a plane to within a threshold.

    Parameters
    ----------
    scene : Scene
        Only its valid pixels count.
    threshold : float, optional
        Metres: rms of a block's 4 x 4 part means about their best plane. Give this or `count`.
    count : int, optional
        Number of cells wanted; the threshold is found by bisection.
    minimum_size, maximum_size : float, optional
        Limits on a cell's side, metres, see `geoslip.downsample.quadtree.block_layout`.
    valid_fraction : float
        Least share of valid pixels in a cell, above 0 and at most 1.

    Returns
    -------
    Cells
        0.5 s of one core for 2000 x 2000 pixels.

    Raises
    ------
    DataError
        For contradictory limits, or if no cell is left.

    Notes
    -----
    The variance quadtree about a plane counts every pixel, so it splits every block where pixels are noisier than
    the threshold; the means of parts shed that noise, and what is left is the ground's curvature.
    """
    check_target(threshold, count, valid_fraction)
    block, levels = block_layout(scene, minimum_size=minimum_size, maximum_size=maximum_size)
    pyramid = shape_pyramid(scene.values, block=block, levels=levels, spacing=scene.spacing, kind="curvature")
    return threshold_cells(
        scene, pyramid, threshold=threshold, count=count, valid_fraction=valid_fraction, method="curvature"
    )


SAMPLER = ("curvature", curvature_quadtree)
