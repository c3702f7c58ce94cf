"""Quadtree by gradient: cells across which the ground moved by no more than a threshold."""

from typing import Unpack

from geoslip.downsample.cells.block_shape import Targets, shape_quadtree
from geoslip.downsample.cells.cells import Cells
from geoslip.downsample.scenes.scene import Scene


def gradient_quadtree(scene: Scene, **targets: Unpack[Targets]) -> Cells:
    """Split blocks until the displacement rises across each by less than a threshold.

    The threshold is the rms slope between a block's 4 x 4 part means, times its side, in metres; see
    `geoslip.downsample.cells.block_shape.shape_quadtree` for all options.

    Notes
    -----
    A ramp is split down as much as any other rise; where orbits or troposphere tilt the scene, take the curvature.
    """
    return shape_quadtree(scene, kind="gradient", **targets)


SAMPLER = ("gradient", gradient_quadtree)
