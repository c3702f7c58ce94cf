"""Rectangles from their four corners, many at once."""

import numpy as np
from numpy.typing import ArrayLike

from geoslip.faults.vectors import azimuth_of, updip_vector

#: heights that differ by less than this part of the size are level
_LEVEL = 1e-9


def rectangles_of_corners(corners: ArrayLike, *, tolerance: float = 0.01) -> np.ndarray:
    """Rectangles (n, 7) through four corners each (n, 4, 3), in any order round the outline (east, north, up; m).

    The two upper corners are the top edge, and the strike is the direction along it that has the plane dip to the
    right. Of a vertical plane the strike runs from the first to the second of the upper corners as given, of a
    horizontal one from the first to the second corner. Corners may miss a rectangle by `tolerance` of the longest
    side; the rectangle nearest to them is taken.

    Raises
    ------
    ValueError
        If corners do not make a rectangle with a horizontal top edge.
    """
    given = np.asarray(corners, dtype=float)
    if given.ndim != 3 or given.shape[1:] != (4, 3) or not np.isfinite(given).all():
        raise ValueError(f"corners have shape {given.shape}: four finite corners (east, north, up) are needed of each")
    wanted = _ordered(given)
    along = 0.5 * (wanted[:, 1] - wanted[:, 0] + wanted[:, 2] - wanted[:, 3])
    down = 0.5 * (wanted[:, 3] - wanted[:, 0] + wanted[:, 2] - wanted[:, 1])
    length, width = np.linalg.norm(along, axis=1), np.linalg.norm(down, axis=1)
    strike = azimuth_of(along[:, 0], along[:, 1])
    dip = np.rad2deg(np.arctan2(-down[:, 2], np.hypot(down[:, 0], down[:, 1])))
    dip = np.where(dip > 90.0 - 1e-9, 90.0, np.maximum(dip, 0.0))
    top = 0.25 * given.sum(axis=1) + 0.5 * width[:, None] * updip_vector(strike, dip)
    found = np.column_stack([top, strike, dip, np.maximum(length, 1e-9), np.maximum(width, 1e-9)])
    miss = np.abs(_outlines(found) - wanted).max(axis=(1, 2))
    bad = np.flatnonzero(miss > tolerance * np.maximum(length, width))
    if bad.size:
        raise ValueError(
            f"the four corners miss the nearest rectangle by {miss[bad[0]]:.4g} m, more than {tolerance:g} of its "
            "longest side: give corners of a rectangle with a horizontal top edge, or a trace with a dip and a width"
        )
    return found


def _outlines(rectangles: np.ndarray) -> np.ndarray:
    """Corners (n, 4, 3): top start, top end, bottom end, bottom start."""
    angle = np.deg2rad(rectangles[:, 3])
    along = 0.5 * rectangles[:, 5:6] * np.column_stack([np.sin(angle), np.cos(angle), np.zeros(len(angle))])
    down = -rectangles[:, 6:7] * updip_vector(rectangles[:, 3], rectangles[:, 4])
    top = rectangles[:, :3]
    return np.stack([top - along, top + along, top + along + down, top - along + down], axis=1)


def _ordered(given: np.ndarray) -> np.ndarray:
    """Corners (n, 4, 3) as top start, top end, bottom end, bottom start."""
    each = np.arange(len(given))[:, None]
    size = np.ptp(given, axis=1).max(axis=1)
    level = np.ptp(given[:, :, 2], axis=1) <= _LEVEL * size
    rank = np.argsort(-given[:, :, 2], axis=1, kind="stable")
    upper, lower = np.sort(rank[:, :2], axis=1), np.sort(rank[:, 2:], axis=1)
    # a level one has no upper edge: its corners stay in their order
    upper[level], lower[level] = [0, 1], [3, 2]
    top, low = given[each, upper], given[each, lower]
    matched = np.linalg.norm(low - top, axis=2).sum(axis=1)
    crossed = np.linalg.norm(low[:, ::-1] - top, axis=2).sum(axis=1)
    swap = (matched > crossed) & ~level
    low[swap] = low[swap][:, ::-1]
    along, down = (top[:, 1] - top[:, 0])[:, :2], 0.5 * (low - top).sum(axis=1)[:, :2]
    to_the_right = along[:, 1] * down[:, 0] - along[:, 0] * down[:, 1]
    back = to_the_right < -1e-12 * size**2
    top[back], low[back] = top[back][:, ::-1], low[back][:, ::-1]
    return np.stack([top[:, 0], top[:, 1], low[:, 1], low[:, 0]], axis=1)
