"""Quadtree by curvature (Simons et al. 2002), blind to ramps and little moved by noise."""

from typing import Unpack

from geoslip.downsample.cells.block_shape import Targets, shape_quadtree
from geoslip.downsample.cells.cells import Cells
from geoslip.downsample.scenes.scene import Scene


def curvature_quadtree(scene: Scene, **targets: Unpack[Targets]) -> Cells:
    """Split blocks until the displacement of their parts lies on a plane to within a threshold.

    The threshold is the rms, in metres, of a block's 4 x 4 part means about their best plane; see
    `geoslip.downsample.cells.block_shape.shape_quadtree` for all options.

    Notes
    -----
    The variance quadtree about a plane counts every pixel, so it splits every block where pixels are noisier than
    the threshold; the means of parts shed that noise, and what is left is the ground's curvature.
    """
    return shape_quadtree(scene, kind="curvature", **targets)


SAMPLER = ("curvature", curvature_quadtree)
