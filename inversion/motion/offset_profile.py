"""Offsets along a rupture: what the two sides moved past each other, stripe by stripe.

In each stripe across the trace a line is fitted to each component on each side, |distance| from `gap` to `reach`, and
the two lines are extended to the trace; their difference there, right side less left side when walking along the
trace, is the offset. Counted as fault-parallel (positive right-lateral: the far side moves to the right, seen from
either), fault-normal (positive opening) and vertical (positive: the right side rose). Errors follow from the lines' own
residuals where these exceed the stated standard deviations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.downsample.errors import DataError

Array = NDArray[np.float64]
FEWEST = 4
"""Points needed on each side of a stripe."""


@dataclass(frozen=True, eq=False, kw_only=True)
class OffsetProfile:
    """Offsets along a trace, one row a stripe.

    Attributes
    ----------
    along : (k,) array
        Distance of the stripe's middle from the start of the trace, m.
    places : (k, 2) array
        East and north of the middle, m.
    azimuth : (k,) array
        Of the trace there, degrees clockwise from north.
    right_lateral, opening, vertical : (k,) array
        m; NaN where a side has fewer than four points.
    sigma : (3, k) array
        Standard deviations in that order, m.
    counts : (2, k) array
        Points used on the left and on the right.
    """

    along: Array
    places: Array
    azimuth: Array
    right_lateral: Array
    opening: Array
    vertical: Array
    sigma: Array
    counts: NDArray[np.int64]

    def cumulative(self) -> Array:
        """Give the offsets' running integral along the trace (3, k), m^2, gaps taken for zero."""
        step = np.gradient(self.along) if self.along.size > 1 else np.ones_like(self.along)
        parts = np.stack([self.right_lateral, self.opening, self.vertical])
        return np.asarray(np.cumsum(np.nan_to_num(parts) * step, axis=1))


def offset_profile(
    points: ArrayLike,
    motion: ArrayLike,
    trace: ArrayLike,
    *,
    spacing: float,
    width: float,
    gap: float,
    reach: float,
    sigma: Sequence[float] = (0.0, 0.0, 0.0),
) -> OffsetProfile:
    """Measure offsets in stripes across a trace.

    Parameters
    ----------
    points : array_like, shape (n, 2)
        East and north, m.
    motion : array_like, shape (n, 3)
        East, north, up, m; NaN is passed over.
    trace : array_like, shape (k, 2)
        East and north of the rupture in order, m.
    spacing : float
        From stripe to stripe, m.
    width : float
        Of a stripe along the trace, m.
    gap : float
        Points nearer to the trace are not used, m.
    reach : float
        Points farther from it are not used, m.
    sigma : three floats
        Standard deviation of east, north and up, m: the least that is believed.

    Returns
    -------
    OffsetProfile

    Raises
    ------
    DataError
        If no stripe has points on both sides: the trace misses the data, or a length is unfit.
    """
    place, moved, line = (np.asarray(part, dtype=float) for part in (points, motion, trace))
    if line.ndim != 2 or line.shape[0] < 2 or line.shape[1] != 2 or moved.shape != (len(place), 3):
        raise DataError(
            f"points {place.shape}, motion {moved.shape}, trace {line.shape}; needed are (n, 2), (n, 3) and two places "
            "or more of a trace"
        )
    if not 0.0 <= gap < reach or spacing <= 0.0 or width <= 0.0:
        raise DataError(
            f"gap {gap:g} m, reach {reach:g} m, spacing {spacing:g} m, width {width:g} m: gap < reach, all > 0"
        )
    good = np.isfinite(moved).all(axis=1)
    place, moved = place[good], moved[good]
    lengths = np.hypot(*np.diff(line, axis=0).T)
    start = np.concatenate([[0.0], np.cumsum(lengths)])
    along = np.arange(0.5 * spacing, start[-1], spacing)
    result = np.full((3, along.size), np.nan)
    error = np.full((3, along.size), np.nan)
    counts = np.zeros((2, along.size), dtype=np.int64)
    middles, azimuths = np.empty((along.size, 2)), np.empty(along.size)
    for k, distance in enumerate(along):
        part = min(int(np.searchsorted(start, distance, side="right")) - 1, lengths.size - 1)
        forward = (line[part + 1] - line[part]) / lengths[part]
        middles[k] = line[part] + (distance - start[part]) * forward
        azimuths[k] = np.rad2deg(np.arctan2(forward[0], forward[1])) % 360.0
        rightward = np.array([forward[1], -forward[0]])
        offset = place - middles[k]
        near = np.abs(offset @ forward) <= 0.5 * width
        across = offset @ rightward
        axes = np.zeros((3, 3))
        # Right-lateral: the right side moves backward against the left one.
        axes[0, :2], axes[1, :2], axes[2, 2] = -forward, rightward, 1.0
        components = moved @ axes.T
        least = np.sqrt((axes**2) @ np.square(np.asarray(sigma, dtype=float)))
        sides = [near & (sign * across >= gap) & (sign * across <= reach) for sign in (-1.0, 1.0)]
        counts[:, k] = [int(side.sum()) for side in sides]
        if counts[:, k].min() < FEWEST:
            continue
        for j in range(3):
            left, right = (_at_trace(across[side], components[side, j], least[j]) for side in sides)
            result[j, k] = right[0] - left[0]
            error[j, k] = np.hypot(left[1], right[1])
    if np.isnan(result[0]).all():
        raise DataError(
            f"no stripe of the trace has {FEWEST} points on both sides between {gap:g} and {reach:g} m: the trace "
            "misses the data, or the stripes are too narrow"
        )
    return OffsetProfile(
        along=along,
        places=middles,
        azimuth=azimuths,
        right_lateral=result[0],
        opening=result[1],
        vertical=result[2],
        sigma=error,
        counts=counts,
    )


def _at_trace(across: Array, values: Array, least: float) -> tuple[float, float]:
    """Value of the best line at distance 0 and its standard deviation."""
    matrix = np.column_stack([np.ones_like(across), across])
    found = np.linalg.lstsq(matrix, values)[0]
    scatter = float(((values - matrix @ found) ** 2).sum() / max(len(values) - 2, 1))
    inverse = np.linalg.pinv(matrix.T @ matrix)
    return float(found[0]), float(np.sqrt(max(scatter, least**2) * inverse[0, 0]))
