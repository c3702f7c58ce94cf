"""Displacement in the frame of the slope it happened on.

With slope b and aspect a (downslope direction, clockwise from north) of a terrain, n = (sin b sin a, sin b cos a,
cos b) is its normal, t = (cos b sin a, cos b cos a, -sin b) points down the slope and s = n x t across it, to the right
when looking down. Beside these, h = (sin a, cos a, 0) is the horizontal toward the aspect, and up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.downsample.errors import DataError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class SlopeFrame:
    """Unit vectors (3, ny, nx) in true east, north, up, and the angles they came from, degrees.

    NaN where the terrain is not known; on flat ground `aspect` is NaN and so are all but `normal`.
    """

    slope: Array
    aspect: Array
    normal: Array
    downslope: Array
    cross: Array
    toward: Array


def slope_frame(height: ArrayLike, *, spacing: tuple[float, float], north_up: bool = True) -> SlopeFrame:
    """Find slope and aspect of a terrain by central differences.

    Parameters
    ----------
    height : array_like, shape (ny, nx)
        Metres; a gap makes its neighbours' slopes unknown.
    spacing : (float, float)
        Metres from row to row and from column to column.
    north_up : bool
        True if rows run southward.

    Returns
    -------
    SlopeFrame

    Raises
    ------
    DataError
        If the grid is smaller than 3 x 3, a spacing is not positive, or no slope is known.
    """
    terrain = np.asarray(height, dtype=float)
    if terrain.ndim != 2 or min(terrain.shape) < 3 or min(spacing) <= 0.0:
        raise DataError(f"a terrain of shape {terrain.shape} with pixels of {spacing} m; needed are 3 x 3 and above 0")
    by_row, by_column = np.gradient(terrain, *spacing)
    rise_north = -by_row if north_up else by_row
    tangent = np.hypot(by_column, rise_north)
    if not np.isfinite(tangent).any():
        raise DataError(
            "no slope is known: every pixel of the terrain or of its neighbours is a gap; fill the DEM first"
        )
    slope = np.arctan(tangent)
    with np.errstate(invalid="ignore", divide="ignore"):
        down_east, down_north = (np.where(tangent > 0.0, -part / tangent, np.nan) for part in (by_column, rise_north))
    sine, cosine = np.sin(slope), np.cos(slope)
    flat = tangent == 0.0
    normal = np.stack(
        [np.where(flat, 0.0, sine * down_east), np.where(flat, 0.0, sine * down_north), cosine]
    )  # fmt: skip
    downslope = np.stack([cosine * down_east, cosine * down_north, np.where(flat, np.nan, -sine)])
    return SlopeFrame(
        slope=np.rad2deg(slope),
        aspect=np.mod(np.rad2deg(np.arctan2(down_east, down_north)), 360.0),
        normal=normal,
        downslope=downslope,
        cross=np.cross(normal, downslope, axis=0),
        toward=np.stack([down_east, down_north, np.where(flat, np.nan, 0.0)]),
    )


def slope_components(motion: ArrayLike, frame: SlopeFrame) -> dict[str, Array]:
    """Give displacement (3, ny, nx) as normal, downslope, cross, and as toward (horizontal to the aspect) and up."""
    moved = np.asarray(motion, dtype=float)
    if moved.shape != frame.normal.shape:
        raise DataError(f"motion of shape {moved.shape} on a terrain of shape {frame.normal.shape}; they must agree")
    names = ("normal", "downslope", "cross", "toward")
    result = {name: (getattr(frame, name) * moved).sum(axis=0) for name in names}
    return {**result, "up": moved[2]}


@dataclass(frozen=True, eq=False, kw_only=True)
class QuadrantShares:
    """Shares of places by the signs of two components, and what random places have.

    Attributes
    ----------
    shares : dict of str to float
        "++", "+-", "-+", "--": of the places given.
    expected : dict of str to float
        Mean over the random draws.
    interval : dict of str to (float, float)
        Share that 95 % of random draws of as many places have.
    """

    shares: dict[str, float]
    expected: dict[str, float]
    interval: dict[str, tuple[float, float]]

    def unusual(self) -> tuple[str, ...]:
        """Quadrants whose share random places do not have in 95 of 100 draws."""
        return tuple(
            key for key, share in self.shares.items() if not self.interval[key][0] <= share <= self.interval[key][1]
        )


def quadrant_shares(
    first: ArrayLike,
    second: ArrayLike,
    places: ArrayLike,
    *,
    rng: np.random.Generator,
    draws: int = 2000,
) -> QuadrantShares:
    """Compare the signs of two components at places (landslides, say) with those at random places.

    Parameters
    ----------
    first, second : array_like, shape (ny, nx)
        Components; NaN is passed over.
    places : array_like of int, shape (n, 2)
        Rows and columns.
    rng : Generator
        For the random places.
    draws : int
        Number of sets of n random places.

    Returns
    -------
    QuadrantShares

    Raises
    ------
    DataError
        If a place lies outside the grid, or none lies on known ground.
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    rows = np.asarray(places, dtype=int)
    if rows.ndim != 2 or rows.shape[1] != 2 or (rows < 0).any() or (rows >= a.shape).any():
        raise DataError(f"places must be rows and columns within {a.shape}; check their projection")
    label = np.where(np.isfinite(a) & np.isfinite(b), 2 * (a < 0.0) + (b < 0.0), -1)
    known = label[label >= 0]
    found = label[rows[:, 0], rows[:, 1]]
    found = found[found >= 0]
    if found.size == 0:
        raise DataError("no place lies on ground whose motion and slope are known")
    random = known[rng.integers(0, known.size, (draws, found.size))]
    keys = ("++", "+-", "-+", "--")
    table = np.stack([(random == number).mean(axis=1) for number in range(4)])
    low, high = np.quantile(table, [0.025, 0.975], axis=1)
    return QuadrantShares(
        shares={key: float((found == number).mean()) for number, key in enumerate(keys)},
        expected={key: float(table[number].mean()) for number, key in enumerate(keys)},
        interval={key: (float(low[number]), float(high[number])) for number, key in enumerate(keys)},
    )
