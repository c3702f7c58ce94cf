"""A tree of blocks inside every cell: count, centroid and second moments of the pixels, for cells of any shape.

The blocks of a cell are numbered as a heap of four: block i has the parts 4 i + 1 to 4 i + 4, the first is the
square around the whole cell. Gaps need no care, because a block knows only the pixels it holds.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray


class CellTrees(NamedTuple):
    """Blocks of all cells one after the other.

    start (n + 1,): first block of each cell; inner (n,): how many blocks of a cell have parts; blocks (m, 6):
    share of the cell's pixels (0 for an empty block), centroid x, y (m), central second moments xx, xy, yy (m^2).
    """

    start: NDArray[np.int64]
    inner: NDArray[np.int64]
    blocks: NDArray[np.float64]


def cell_trees(labels: NDArray[np.int32], n: int, *, spacing_y: float, spacing_x: float, depth: int) -> CellTrees:
    """Build the trees.

    Parameters
    ----------
    labels : ndarray of int32, shape (ny, nx)
        Cell of each pixel, -1 for none.
    n : int
        Number of cells.
    spacing_y, spacing_x : float
        Metres between pixels.
    depth : int
        At most this many halvings; a cell's tree stops earlier where blocks are single pixels.

    Returns
    -------
    CellTrees
        At most 4/3 * 4**depth blocks a cell, 48 bytes each.
    """
    boxes = _bounding_boxes(labels, n)
    longest = np.maximum(boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2])
    halvings = np.ceil(np.log2(np.maximum(longest, 1))).astype(np.int64)
    depths = np.minimum(halvings, depth)
    inner = (4**depths - 1) // 3
    start = np.concatenate([[0], np.cumsum((4 ** (depths + 1) - 1) // 3)])
    blocks = np.zeros((int(start[-1]), 6))
    spread = np.array([int(f"{number:b}", 4) for number in range(2**depth)], dtype=np.int64)
    _fill_leaves(labels, boxes, halvings - depths, start, inner, spread, spacing_y, spacing_x, blocks)
    _merge_blocks(start, inner, blocks)
    return CellTrees(start, inner, blocks)


@njit(cache=True, nogil=True)
def _bounding_boxes(labels, n):  # type: ignore[no-untyped-def]
    """First and last (excluded) row and column of each label."""
    boxes = np.zeros((n, 4), np.int64)
    boxes[:, 0] = labels.shape[0]
    boxes[:, 2] = labels.shape[1]
    for i in range(labels.shape[0]):
        for j in range(labels.shape[1]):
            label = labels[i, j]
            if label >= 0:
                box = boxes[label]
                box[0] = min(box[0], i)
                box[1] = max(box[1], i + 1)
                box[2] = min(box[2], j)
                box[3] = max(box[3], j + 1)
    return boxes


@njit(cache=True, nogil=True)
def _fill_leaves(labels, boxes, shift, start, inner, spread, spacing_y, spacing_x, blocks):  # type: ignore[no-untyped-def]
    """Sum count, position and squares of the pixels of each leaf, then turn them into central moments."""
    for i in range(labels.shape[0]):
        for j in range(labels.shape[1]):
            label = labels[i, j]
            if label >= 0:
                row, column = i - boxes[label, 0], j - boxes[label, 2]
                leaf = 2 * spread[row >> shift[label]] + spread[column >> shift[label]]
                block = blocks[start[label] + inner[label] + leaf]
                x, y = float(column), float(row)
                block[0] += 1.0
                block[1] += x
                block[2] += y
                block[3] += x * x
                block[4] += x * y
                block[5] += y * y
    for label in range(inner.shape[0]):
        for index in range(start[label] + inner[label], start[label + 1]):
            block = blocks[index]
            if block[0] > 0.0:
                x, y = block[1] / block[0], block[2] / block[0]
                block[3] = max(block[3] / block[0] - x * x, 0.0) * spacing_x * spacing_x
                block[4] = (block[4] / block[0] - x * y) * spacing_x * spacing_y
                block[5] = max(block[5] / block[0] - y * y, 0.0) * spacing_y * spacing_y
                block[1] = (x + boxes[label, 2]) * spacing_x
                block[2] = (y + boxes[label, 0]) * spacing_y
                if block[0] == 1.0:
                    block[3:] = 0.0


@njit(cache=True, nogil=True)
def _merge_blocks(start, inner, blocks):  # type: ignore[no-untyped-def]
    """Moments of blocks from those of their parts; counts become shares of the cell's pixels."""
    for label in range(inner.shape[0]):
        first = start[label]
        for local in range(inner[label] - 1, -1, -1):
            block = blocks[first + local]
            parts = blocks[first + 4 * local + 1 : first + 4 * local + 5]
            total = parts[:, 0].sum()
            block[0] = total
            if total == 0.0:
                continue
            for part in range(4):
                block[1] += parts[part, 0] * parts[part, 1] / total
                block[2] += parts[part, 0] * parts[part, 2] / total
            for part in range(4):
                if parts[part, 0] > 0.0:
                    share = parts[part, 0] / total
                    x, y = parts[part, 1] - block[1], parts[part, 2] - block[2]
                    block[3] += share * (parts[part, 3] + x * x)
                    block[4] += share * (parts[part, 4] + x * y)
                    block[5] += share * (parts[part, 5] + y * y)
        pixels = blocks[first, 0]
        for index in range(first, start[label + 1]):
            blocks[index, 0] /= pixels
