"""Rectangular dislocations as rows of numbers, and the checks every door makes first."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

RECTANGLE_COLUMNS = ("east", "north", "up", "strike", "dip", "length", "width")
"""Columns of a table of rectangles: top-edge centre (m, up <= 0), strike, dip (deg), length, width (m)."""

COMPONENTS = ("strike", "dip", "opening")
"""Slip components in the order they have everywhere: left-lateral, reverse, opening."""

ON_FAULT_TOLERANCE = 1e-12
"""A point nearer to a rectangle than this times (length + width) lies on it, and its displacement is NaN."""


UNIT_TOLERANCE = 2e-3
"""How far a direction may be from unit length: the mean of unit vectors over a wide cell is a little shorter."""


def sine_cosine(degrees: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sine and cosine of angles in degrees, exact at the multiples of 90 degrees.

    Parameters
    ----------
    degrees : array_like, shape (n,)
        Angles in degrees.

    Returns
    -------
    sine, cosine : ndarray, shape (n,)
        The cosine of 90 degrees is 0, not 6e-17: a vertical fault is vertical.
    """
    angle = np.asarray(degrees, dtype=np.float64)
    quarter = np.round(angle / 90.0)
    rest = np.radians(angle - 90.0 * quarter)
    sine, cosine = np.sin(rest), np.cos(rest)
    turn = quarter.astype(np.int64) % 4
    return (
        np.choose(turn, [sine, cosine, -sine, -cosine]),
        np.choose(turn, [cosine, -sine, -cosine, sine]),
    )


def as_rectangles(sources: ArrayLike) -> NDArray[np.float64]:
    """Check a table of rectangles and return it as a new contiguous float64 array.

    Parameters
    ----------
    sources : array_like, shape (n, 7)
        Columns as in `RECTANGLE_COLUMNS`.

    Returns
    -------
    ndarray, shape (n, 7)
        A copy; a top edge above ground by rounding only is put at ground level.

    Raises
    ------
    ValueError
        If the shape is wrong, a value is not finite, the top edge is above ground, the dip is outside
        [0, 90] degrees, or the length or width is not positive.
    """
    table = np.array(sources, dtype=np.float64, order="C", ndmin=2)
    if table.ndim != 2 or table.shape[1] != len(RECTANGLE_COLUMNS):
        raise ValueError(
            f"sources have shape {table.shape}, but a rectangle is a row of {len(RECTANGLE_COLUMNS)} numbers; "
            f"give columns {', '.join(RECTANGLE_COLUMNS)}"
        )
    _refuse(table, ~np.isfinite(table).all(axis=1), "every number of a rectangle must be finite; remove or repair it")
    up, dip, length, width = table[:, 2], table[:, 4], table[:, 5], table[:, 6]
    _refuse(table, (length <= 0) | (width <= 0), "length and width must be positive; give them in metres")
    _refuse(table, (dip < 0) | (dip > 90), "dip must lie in [0, 90] degrees; turn the strike by 180 for the other side")
    rounding = ON_FAULT_TOLERANCE * (length + width)
    _refuse(
        table, up > rounding, "the top edge must not be above ground (up <= 0); lower it or check the sign of depth"
    )
    table[:, 2] = np.minimum(up, 0.0)
    return table


def as_points(points: ArrayLike) -> NDArray[np.float64]:
    """Check observation points and return them as an (n, 3) float64 array.

    Parameters
    ----------
    points : array_like, shape (n, 3)
        East, north, up in metres, up <= 0.

    Returns
    -------
    ndarray, shape (n, 3)

    Raises
    ------
    ValueError
        If the shape is wrong, a coordinate is not finite, or a point is above ground.
    """
    array = np.asarray(points, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 3:
        raise ValueError(f"points have shape {array.shape}, but must be (n, 3); give east, north, up in metres per row")
    bad = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if bad.size:
        raise ValueError(
            f"point {bad[0]} is {array[bad[0]].tolist()}, but coordinates must be finite; remove the point"
        )
    bad = np.flatnonzero(array[:, 2] > 0)
    if bad.size:
        raise ValueError(
            f"point {bad[0]} has up = {array[bad[0], 2]:g} m, but the half-space ends at up = 0; "
            "set up to 0 for points on the ground"
        )
    return array


def as_directions(directions: ArrayLike, count: int) -> NDArray[np.float64]:
    """Check the unit vectors along which the points are observed.

    Parameters
    ----------
    directions : array_like, shape (n, 3)
        East, north, up components of unit vectors.
    count : int
        The number n of points.

    Returns
    -------
    ndarray, shape (n, 3)

    Raises
    ------
    ValueError
        If the shape is not (n, 3) or a vector has not unit length within `UNIT_TOLERANCE`.
    """
    array = np.asarray(directions, dtype=np.float64)
    if array.shape != (count, 3):
        raise ValueError(
            f"directions have shape {array.shape}, but there are {count} points; give one (east, north, up) per point"
        )
    length = np.sqrt(np.einsum("ij,ij->i", array, array))
    bad = np.flatnonzero(~(np.abs(length - 1.0) <= UNIT_TOLERANCE))
    if bad.size:
        raise ValueError(
            f"direction {bad[0]} has length {length[bad[0]]:g}, but must be a unit vector; divide it by its length"
        )
    return array


def as_slip(slip: ArrayLike, count: int) -> NDArray[np.float64]:
    """Check the slip of every source and return it as an (n, 3) float64 array.

    Parameters
    ----------
    slip : array_like, shape (n, 3)
        Strike slip (left-lateral), dip slip (reverse) and opening in metres.
    count : int
        The number n of sources.

    Returns
    -------
    ndarray, shape (n, 3)

    Raises
    ------
    ValueError
        If the shape is not (n, 3) or a value is not finite.
    """
    array = np.asarray(slip, dtype=np.float64)
    if array.shape != (count, 3):
        raise ValueError(
            f"slip has shape {array.shape}, but there are {count} sources; give strike, dip, opening per source"
        )
    bad = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if bad.size:
        raise ValueError(f"slip of source {bad[0]} is {array[bad[0]].tolist()}, but must be finite; use 0 for no slip")
    return np.ascontiguousarray(array)


def as_poisson(poisson: float) -> float:
    """Check Poisson's ratio.

    Parameters
    ----------
    poisson : float
        Poisson's ratio.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If it is outside 0 <= poisson < 0.5.
    """
    value = float(poisson)
    if not 0.0 <= value < 0.5:
        raise ValueError(f"poisson is {value:g}, but must satisfy 0 <= poisson < 0.5; rock has about 0.25")
    return value


def component_indices(components: Sequence[str]) -> tuple[int, ...]:
    """Turn names of slip components into their places in `COMPONENTS`.

    Parameters
    ----------
    components : sequence of str
        Some of "strike", "dip", "opening", each once.

    Returns
    -------
    tuple of int

    Raises
    ------
    ValueError
        If there is none, a name is unknown, or one comes twice.
    """
    names = (components,) if isinstance(components, str) else tuple(components)
    unknown = [name for name in names if name not in COMPONENTS]
    if unknown or not names or len(set(names)) != len(names):
        raise ValueError(f"components are {names!r}, but must be some of {COMPONENTS}, each once; correct the names")
    return tuple(COMPONENTS.index(name) for name in names)


def _refuse(table: NDArray[np.float64], bad: ArrayLike, rule: str) -> None:
    """Raise for the first bad rectangle, with its values."""
    rows = np.flatnonzero(bad)
    if rows.size:
        values = ", ".join(f"{name} {value:g}" for name, value in zip(RECTANGLE_COLUMNS, table[rows[0]]))
        raise ValueError(f"rectangle {rows[0]} has {values}, but {rule}")
