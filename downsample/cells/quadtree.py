"""Quadtrees: which dyadic blocks become cells, by a threshold on their residual or for a wanted number of cells."""

from collections.abc import Mapping

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geoslip.downsample.cells.cells import Cells
from geoslip.downsample.cells.pyramid import Pyramid
from geoslip.downsample.errors import DataError
from geoslip.downsample.scenes.scene import Scene

_NOTHING = np.empty((0, 3), np.int64)


def block_layout(
    scene: Scene, *, minimum_size: float | None = None, maximum_size: float | None = None
) -> tuple[tuple[int, int], int]:
    """Give the smallest block (rows, columns in pixels) and the number of levels for limits in metres.

    Parameters
    ----------
    scene : Scene
        Its pixels need not be square; blocks are as square on the ground as pixels allow.
    minimum_size : float, optional
        Side of the smallest cell, metres. Default: one pixel.
    maximum_size : float, optional
        No cell is longer than this, metres. Default: a quarter of the scene's longer side.

    Returns
    -------
    tuple
        (rows, columns), levels.

    Raises
    ------
    DataError
        If the limits contradict each other or the pixels.
    """
    step = scene.spacing
    finest = max(step.y, step.x)
    longest = max(step.y * scene.y.size, step.x * scene.x.size)
    minimum = finest if minimum_size is None else minimum_size
    maximum = max(0.25 * longest, minimum) if maximum_size is None else maximum_size
    if not minimum >= 0.999 * finest:
        raise DataError(f"{scene.name}: minimum size {minimum:g} m is below the pixel of {finest:.4g} m; raise it")
    if not maximum >= minimum:
        raise DataError(f"maximum size {maximum:g} m is below the minimum size {minimum:g} m; raise it")
    rows, columns = max(1, round(minimum / step.y)), max(1, round(minimum / step.x))
    side = max(rows * step.y, columns * step.x)
    doublings = int(np.floor(np.log2(max(maximum / side, 1.0)) + 1e-9))
    enough = int(np.ceil(np.log2(max(longest / side, 1.0))))
    return (rows, columns), 1 + min(doublings, enough)


def quadtree_blocks(pyramid: Pyramid, *, threshold: float, valid_fraction: float) -> NDArray[np.int64]:
    """Give the blocks that become cells.

    Parameters
    ----------
    pyramid : Pyramid
        Residuals and counts.
    threshold : float
        A block is split while its residual is larger.
    valid_fraction : float
        A block with a smaller share of valid pixels is split, or left out if it is of the smallest size.

    Returns
    -------
    ndarray, shape (n, 3)
        Level, row and column of each.

    Notes
    -----
    A block with enough valid pixels has a part with enough, so a lower threshold never gives fewer cells.
    """
    flat = pyramid.flat
    number = _walk(*flat, float(threshold), float(valid_fraction), _NOTHING)
    found = np.empty((number, 3), np.int64)
    _walk(*flat, float(threshold), float(valid_fraction), found)
    return found


def threshold_for_count(pyramid: Pyramid, *, count: int, valid_fraction: float) -> float:
    """Give the threshold whose number of cells is nearest to `count`, by bisection.

    Where even the largest blocks are more than `count` cells, it is the threshold that splits none of them.

    Raises
    ------
    DataError
        If `count` is not positive, or is larger than the number of cells at threshold 0.
    """
    flat = pyramid.flat

    def number(threshold: float) -> int:
        return int(_walk(*flat, threshold, float(valid_fraction), _NOTHING))

    low = high = 1.01 * max(float(part.max()) for part in pyramid.residuals)
    most = fewest = number(high)
    if 0 < count <= fewest:
        return high
    # Come down from few cells to many, so that the costly low thresholds are met only where they are needed.
    while most < count and low > 0.0:
        low, high, fewest = (0.5 * low if low > 1e-9 * high and low > 1e-12 else 0.0), low, most
        most = number(low)
    if not 0 < count <= most:
        raise DataError(
            f"{count} cells are wanted, but there can be {number(np.inf)} to {most}; change count or the smallest size"
        )
    for _ in range(60):
        middle = 0.5 * (low + high)
        found = number(middle)
        if found == count:
            return middle
        if found > count:
            low, most = middle, found
        else:
            high, fewest = middle, found
    return low if most - count < count - fewest else high


def check_target(threshold: float | None, count: int | None, valid_fraction: float, *, unit: str = "metres") -> None:
    """Check what every quadtree is asked for: a threshold or a count, and a share of valid pixels.

    Raises
    ------
    DataError
        If both or neither of threshold and count are given, or a number is out of its range.
    """
    if (threshold is None) == (count is None):
        raise DataError(f"quadtree: give either threshold= ({unit}) or count= (number of cells)")
    if threshold is not None and not threshold >= 0.0:
        raise DataError(f"quadtree: threshold {threshold} must be a number ({unit}), 0 or larger")
    if not 0.0 < valid_fraction <= 1.0:
        raise DataError(f"quadtree: valid_fraction {valid_fraction} must lie above 0 and at most at 1")


def threshold_cells(
    scene: Scene,
    pyramid: Pyramid,
    *,
    threshold: float | None,
    count: int | None,
    valid_fraction: float,
    method: str,
    name: str = "threshold_m",
    parameters: Mapping[str, float | str] | None = None,
) -> Cells:
    """Cut a scene by any pyramid: at a threshold, or at the one that gives a wanted number of cells.

    Parameters
    ----------
    scene : Scene
        Only its valid pixels count.
    pyramid : Pyramid
        What decides a split, made with the layout of `block_layout`.
    threshold, count : float or None, int or None
        One of them; `check_target` has been called.
    valid_fraction : float
        Least share of valid pixels in a cell.
    method : str
        Name of the sampler.
    name : str
        What the threshold is called among the cells' parameters.
    parameters : mapping, optional
        What else the cells are to say of themselves; the limits on size and the valid fraction are added.

    Returns
    -------
    Cells
        With the threshold among its parameters.

    Raises
    ------
    DataError
        If the count cannot be reached, or no cell is left.
    """
    if threshold is None:
        assert count is not None
        threshold = threshold_for_count(pyramid, count=count, valid_fraction=valid_fraction)
    blocks = quadtree_blocks(pyramid, threshold=threshold, valid_fraction=valid_fraction)
    smallest = smallest_side(scene, (pyramid.block_rows, pyramid.block_columns))
    limits = {
        "smallest_m": smallest,
        "largest_m": smallest * 2 ** (pyramid.levels - 1),
        "valid_fraction": valid_fraction,
    }
    block = pyramid.block_rows, pyramid.block_columns
    said = {name: float(threshold), **(parameters or {}), **limits}
    return cells_from_blocks(scene, blocks, block=block, method=method, parameters=said)


def smallest_side(scene: Scene, block: tuple[int, int]) -> float:
    """Give the longer side in metres of a block of (rows, columns) pixels."""
    step = scene.spacing
    return float(max(block[0] * step.y, block[1] * step.x))


def cells_from_blocks(
    scene: Scene,
    blocks: NDArray[np.int64],
    *,
    block: tuple[int, int],
    method: str,
    parameters: Mapping[str, float | str],
) -> Cells:
    """Turn chosen blocks (level, row, column) into cells of the scene's valid pixels, cut at the scene's edge."""
    if len(blocks) == 0:
        raise DataError(f"{scene.name}: no cell has enough valid pixels; lower valid_fraction or the smallest size")
    scale = 2 ** blocks[:, 0]
    top, left = blocks[:, 1] * block[0] * scale, blocks[:, 2] * block[1] * scale
    bottom = np.minimum(top + block[0] * scale, scene.y.size)
    right = np.minimum(left + block[1] * scale, scene.x.size)
    step_x = (scene.x[-1] - scene.x[0]) / (scene.x.size - 1)
    step_y = (scene.y[-1] - scene.y[0]) / (scene.y.size - 1)
    west, east = scene.x[0] + (left - 0.5) * step_x, scene.x[0] + (right - 0.5) * step_x
    first, last = scene.y[0] + (top - 0.5) * step_y, scene.y[0] + (bottom - 0.5) * step_y
    corners = np.stack(
        [np.column_stack(pair) for pair in ((west, first), (east, first), (east, last), (west, last))], axis=1
    )
    labels = _paint(scene.valid, np.column_stack([top, bottom, left, right]))
    return Cells(labels=labels, outlines=tuple(corners), method=method, parameters=parameters)


@njit(cache=True, nogil=True)
def _walk(counts, residuals, shapes, offsets, areas, threshold, valid_fraction, found):  # type: ignore[no-untyped-def]
    """Walk from the largest blocks down; give the number of cells and write as many as `found` has room for."""
    top = shapes.shape[0] - 1
    room = 4 * top + 8
    levels, rows, columns = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    number = 0
    for first in range(shapes[top, 0] * shapes[top, 1]):
        levels[0], rows[0], columns[0] = top, first // shapes[top, 1], first % shapes[top, 1]
        depth = 1
        while depth > 0:
            depth -= 1
            level, i, j = levels[depth], rows[depth], columns[depth]
            index = offsets[level] + i * shapes[level, 1] + j
            if counts[index] == 0:
                continue
            enough = counts[index] >= valid_fraction * areas[level]
            if level > 0 and (not enough or residuals[index] > threshold):
                for ci in range(2 * i + 1, 2 * i - 1, -1):
                    for cj in range(2 * j + 1, 2 * j - 1, -1):
                        if ci < shapes[level - 1, 0] and cj < shapes[level - 1, 1]:
                            levels[depth], rows[depth], columns[depth] = level - 1, ci, cj
                            depth += 1
            elif enough:
                if number < found.shape[0]:
                    found[number, 0] = level
                    found[number, 1] = i
                    found[number, 2] = j
                number += 1
    return number


@njit(cache=True, nogil=True)
def _paint(valid, boxes):  # type: ignore[no-untyped-def]
    """Label the valid pixels of boxes (top, bottom, left, right), ends excluded."""
    labels = np.full(valid.shape, -1, np.int32)
    for k in range(boxes.shape[0]):
        for i in range(boxes[k, 0], boxes[k, 1]):
            for j in range(boxes[k, 2], boxes[k, 3]):
                if valid[i, j]:
                    labels[i, j] = k
    return labels
