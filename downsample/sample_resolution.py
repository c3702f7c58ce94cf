"""Quadtree by data resolution (Lohman & Simons 2005): cells as small as the slip they tell apart can use."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.downsample.cells import Cells
from geoslip.downsample.errors import DataError
from geoslip.downsample.pyramid import Pyramid
from geoslip.downsample.quadtree import block_layout, cells_from_blocks, check_target, quadtree_blocks, smallest_side
from geoslip.downsample.resolution import data_importance
from geoslip.downsample.scene import Scene
from geoslip.faults.frame import LocalFrame

GreensFunction = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]

_ROUND = 50
"""One round splits the most important one in this many cells before importance is computed again."""


class _Mesh(NamedTuple):
    """Cells so far: blocks (n, 3) of level, row, column; valid pixels (n,); Green's functions (n, p)."""

    blocks: NDArray[np.int64]
    pixels: NDArray[np.int64]
    greens: NDArray[np.float64]


def resolution_quadtree(
    scene: Scene,
    *,
    greens: GreensFunction | None = None,
    frame: LocalFrame | None = None,
    sigma: float = 0.01,
    damping: float = 1.0,
    smoothing: ArrayLike | None = None,
    threshold: float | None = None,
    count: int | None = None,
    minimum_size: float | None = None,
    maximum_size: float | None = None,
    valid_fraction: float = 0.5,
) -> Cells:
    """Split the block whose datum is the least predicted by the others, until all are below a threshold.

    Parameters
    ----------
    scene : Scene
        Its geometry and valid pixels count, its values do not.
    greens : function
        Takes points (n, 3) in the frame and unit vectors (n, 3) along its axes, gives the displacement (n, p) of each
        parameter: slip on some 100 rough patches, and columns of a ramp if it is estimated.
    frame : LocalFrame
        The case's frame.
    sigma : float
        Standard deviation of a pixel, metres; a cell of n pixels has sigma / sqrt(n).
    damping : float
        1 / (expected slip in m)^2. The smaller, the more cells at one threshold.
    smoothing : array_like, shape (k, p), optional
        Further rows that are to be small, see `geoslip.downsample.resolution.data_resolution`.
    threshold : float, optional
        Largest diagonal element of the data resolution matrix of a cell that can be split, 0 to 1. Give this or
        `count`.
    count : int, optional
        Number of cells wanted; met as nearly as splits allow, which add three cells each.
    minimum_size, maximum_size : float, optional
        Limits on a cell's side, metres, see `geoslip.downsample.quadtree.block_layout`.
    valid_fraction : float
        Least share of valid pixels in a cell, above 0 and at most 1.

    Returns
    -------
    Cells
        The same for any values; `parameters["largest_resolution"]` is the largest diagonal element left of a cell that
        could be split. Every target walks the same sequence of splits and stops somewhere along it, so a lower
        threshold never gives fewer cells. 800 cells of 2000 x 2000 pixels and 200 parameters: 0.6 s of one core.

    Raises
    ------
    DataError
        If `greens` or `frame` is missing or wrong, for contradictory limits, or if no cell is left.
    """
    check_target(threshold, count, valid_fraction, unit="resolution, 0 to 1")
    if greens is None or frame is None:
        raise DataError("resolution: give greens= (points, directions -> displacement of each parameter) and frame=")
    block, levels = block_layout(scene, minimum_size=minimum_size, maximum_size=maximum_size)
    counts = [_count(scene.valid, block[0] << level, block[1] << level) for level in range(levels)]
    pyramid = Pyramid(block[0], block[1], counts, [np.ones(part.shape) for part in counts])
    finest = len(quadtree_blocks(pyramid, threshold=0.0, valid_fraction=valid_fraction))
    start = quadtree_blocks(pyramid, threshold=np.inf, valid_fraction=valid_fraction)
    if count is not None and not 0 < count <= finest:
        raise DataError(
            f"{count} cells are wanted, but there can be {len(start)} to {finest}; change count or the smallest size"
        )

    def measured(blocks: NDArray[np.int64]) -> _Mesh:
        return _measure(scene, blocks, block, greens, frame)

    mesh, reached = measured(start), False
    while True:
        importance = data_importance(
            mesh.greens, sigma=sigma / np.sqrt(mesh.pixels), damping=damping, smoothing=smoothing
        )
        order = np.argsort(-importance, kind="stable")
        order = order[mesh.blocks[order, 0] > 0][: max(1, len(order) // _ROUND)]
        largest = float(importance[order].max(initial=0.0))
        if reached or order.size == 0 or (threshold is not None and largest <= threshold):
            break
        mesh, reached = _split(mesh, order, pyramid, valid_fraction, count, measured)
    side = smallest_side(scene, block)
    parameters: dict[str, float | str] = {
        "largest_resolution": largest,
        "sigma_m": float(sigma),
        "damping_per_m2": float(damping),
        "smallest_m": side,
        "largest_m": side * 2 ** (levels - 1),
        "valid_fraction": valid_fraction,
    }
    if threshold is not None:
        parameters = {"threshold": float(threshold), **parameters}
    scale = 2 ** mesh.blocks[:, 0]
    final = mesh.blocks[np.lexsort((mesh.blocks[:, 2] * scale, mesh.blocks[:, 1] * scale))]
    return cells_from_blocks(scene, final, block=block, method="resolution", parameters=parameters)


def _split(
    mesh: _Mesh,
    order: NDArray[np.int64],
    pyramid: Pyramid,
    valid_fraction: float,
    count: int | None,
    measured: Callable[[NDArray[np.int64]], _Mesh],
) -> tuple[_Mesh, bool]:
    """Put the parts of some cells in their place; tell whether a wanted number of cells is reached."""
    number, gone, parts, reached = len(mesh.blocks), [], [], False
    for index in order:
        children = _parts(pyramid, tuple(mesh.blocks[index]), valid_fraction)
        after = number - 1 + len(children)
        if count is not None and after >= count:
            reached = True
            if abs(after - count) > abs(number - count):
                break
        gone.append(index)
        parts += children
        number = after
        if reached:
            break
    if not gone:
        return mesh, reached
    new = measured(np.array(parts, dtype=np.int64).reshape(-1, 3))
    kept = np.delete(np.arange(len(mesh.blocks)), gone)
    return _Mesh(*(np.concatenate([old[kept], fresh]) for old, fresh in zip(mesh, new))), reached


def _parts(pyramid: Pyramid, block: tuple[int, ...], valid_fraction: float) -> list[tuple[int, int, int]]:
    """The parts of a block that become cells: those with enough valid pixels, of the others their own parts."""
    level, row, column = int(block[0]) - 1, 2 * int(block[1]), 2 * int(block[2])
    area = pyramid.block_rows * pyramid.block_columns * 4**level
    found: list[tuple[int, int, int]] = []
    for i in range(row, min(row + 2, pyramid.counts[level].shape[0])):
        for j in range(column, min(column + 2, pyramid.counts[level].shape[1])):
            if pyramid.counts[level][i, j] >= valid_fraction * area:
                found.append((level, i, j))
            elif level > 0 and pyramid.counts[level][i, j] > 0:
                found += _parts(pyramid, (level, i, j), valid_fraction)
    return found


def _count(valid: NDArray[np.bool_], rows: int, columns: int) -> NDArray[np.int32]:
    """Valid pixels of each block of rows x columns pixels."""
    strips = np.add.reduceat(valid, np.arange(0, valid.shape[0], rows), axis=0, dtype=np.int32)
    return np.add.reduceat(strips, np.arange(0, valid.shape[1], columns), axis=1, dtype=np.int32)


def _measure(
    scene: Scene, blocks: NDArray[np.int64], block: tuple[int, int], greens: GreensFunction, frame: LocalFrame
) -> _Mesh:
    """Mean position and look vector of each block's valid pixels, and what its mean sees of the parameters."""
    pixels = np.empty(len(blocks), np.int64)
    middle, look = np.empty((len(blocks), 2)), np.empty((len(blocks), 3))
    for k, (level, i, j) in enumerate(blocks):
        top, left = i * block[0] << level, j * block[1] << level
        part = slice(top, top + (block[0] << level)), slice(left, left + (block[1] << level))
        rows, columns = np.nonzero(scene.valid[part])
        pixels[k] = rows.size
        middle[k] = top + rows.mean(), left + columns.mean()
        look[k] = scene.look if scene.look.ndim == 1 else scene.look[:, top + rows, left + columns].mean(1, dtype=float)
    x = scene.x[0] + middle[:, 1] * (scene.x[-1] - scene.x[0]) / (scene.x.size - 1)
    y = scene.y[0] + middle[:, 0] * (scene.y[-1] - scene.y[0]) / (scene.y.size - 1)
    longitude, latitude = scene.geographic(x, y, frame=frame)
    east, north = frame.to_local(longitude, latitude)
    points = np.column_stack([east, north, np.zeros(len(blocks))])
    seen = np.asarray(greens(points, frame.rotate_to_frame(look, longitude, latitude)), dtype=float)
    if seen.ndim != 2 or len(seen) != len(blocks):
        raise DataError(f"resolution: greens gave shape {seen.shape} for {len(blocks)} points; needed is a row a point")
    if not np.isfinite(seen).all():
        raise DataError(
            "resolution: greens gave values that are not finite: a cell's middle lies on the fault; mask it"
        )
    return _Mesh(blocks, pixels, seen)


SAMPLER = ("resolution", resolution_quadtree)
