"""Unit vectors along which displacement was measured: l points from the ground to the satellite, (east, north, up).

Every product names its angles in its own way; here each way has a name, so that nothing is guessed.

====================  ==============================================================================
azimuth convention    meaning of the angle (products)
====================  ==============================================================================
heading               flight direction, clockwise from north, antenna looking right (COMET, BEAT, kite csv)
heading_left          flight direction, clockwise from north, antenna looking left
north_cw              target to satellite, clockwise from north
north_ccw             target to satellite, anticlockwise from north (ISCE2 los.rdr, MintPy)
east_ccw              target to satellite, anticlockwise from east (ARIA, HyP3 and GAMMA lv_phi)
====================  ==============================================================================
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.downsample.errors import DataError

LENGTH_TOLERANCE = 2e-3
"""Largest | |l| - 1 | accepted: means of look vectors over a cell are a little short, and are kept as they are."""

_HORIZONTAL: dict[str, Callable[[NDArray, NDArray], tuple[NDArray, NDArray]]] = {
    "heading": lambda sine, cosine: (-cosine, sine),
    "heading_left": lambda sine, cosine: (cosine, -sine),
    "north_cw": lambda sine, cosine: (sine, cosine),
    "north_ccw": lambda sine, cosine: (-sine, cosine),
    "east_ccw": lambda sine, cosine: (cosine, sine),
}
AZIMUTH_CONVENTIONS = tuple(_HORIZONTAL)


def look_vector(
    incidence: ArrayLike,
    azimuth: ArrayLike,
    *,
    convention: str = "heading",
    vertical: str = "incidence",
    angle_unit: str = "deg",
) -> NDArray[np.float64]:
    """Give look vectors from a vertical and a horizontal angle (Fialko et al. 2001 for ``heading``).

    Parameters
    ----------
    incidence : array_like, shape (...)
        Angle from the vertical, or from the horizontal with ``vertical="elevation"``.
    azimuth : array_like, shape (...)
        Horizontal angle in the named convention.
    convention : str
        One of `AZIMUTH_CONVENTIONS`, see the table above.
    vertical : {"incidence", "elevation"}
        Where the vertical angle is counted from.
    angle_unit : {"deg", "rad"}
        Unit of both angles.

    Returns
    -------
    ndarray, shape (..., 3)
        East, north, up; NaN where an angle is NaN.

    Raises
    ------
    DataError
        For an unknown name, or an incidence outside 0 to 90 degrees.
    """
    if convention not in _HORIZONTAL:
        raise DataError(f"azimuth convention {convention!r} is unknown: use one of {', '.join(AZIMUTH_CONVENTIONS)}")
    if vertical not in ("incidence", "elevation"):
        raise DataError(f"vertical={vertical!r} is unknown: use 'incidence' (from the vertical) or 'elevation'")
    if angle_unit not in ("deg", "rad"):
        raise DataError(f"angle unit {angle_unit!r} is unknown: use 'deg' or 'rad'")
    to_radians = np.pi / 180.0 if angle_unit == "deg" else 1.0
    from_vertical, horizontal = np.broadcast_arrays(
        np.asarray(incidence, dtype=float) * to_radians, np.asarray(azimuth, dtype=float) * to_radians
    )
    if vertical == "elevation":
        from_vertical = 0.5 * np.pi - from_vertical
    _require_sensible_angles(from_vertical, horizontal)
    if angle_unit == "deg":
        _refuse_radians(incidence)
    east, north = _HORIZONTAL[convention](np.sin(horizontal), np.cos(horizontal))
    sine = np.sin(from_vertical)
    return np.stack([sine * east, sine * north, np.cos(from_vertical)], axis=-1)


def flight_direction(heading: ArrayLike) -> NDArray[np.float64]:
    """Give the unit vector along the flight direction, the direction of azimuth offsets.

    Parameters
    ----------
    heading : array_like, shape (...)
        Degrees clockwise from north.

    Returns
    -------
    ndarray, shape (..., 3)
        East, north, up.
    """
    angle = np.deg2rad(np.asarray(heading, dtype=float))
    return np.stack([np.sin(angle), np.cos(angle), np.zeros_like(angle)], axis=-1)


def require_look(look: NDArray[np.floating], *, what: str = "look vectors") -> None:
    """Refuse look vectors that are not of unit length or do not point up.

    Parameters
    ----------
    look : ndarray, shape (..., 3)
        East, north, up; rows with NaN are passed over.
    what : str
        How the message calls them.

    Raises
    ------
    DataError
        With the worst value and the remedy.
    """
    rows = np.asarray(look, dtype=float).reshape(-1, 3)
    rows = rows[np.isfinite(rows).all(axis=1)]
    if rows.size == 0:
        raise DataError(f"{what}: no finite vector; give look vectors (east, north, up) or incidence and heading")
    length = np.sqrt((rows * rows).sum(axis=1))
    worst = int(np.argmax(np.abs(length - 1.0)))
    if abs(length[worst] - 1.0) > LENGTH_TOLERANCE:
        raise DataError(
            f"{what}: a vector of length {length[worst]:.6g} where |l| = 1 is needed (within {LENGTH_TOLERANCE}); "
            "check that the columns or files are the east, north and up components, in that order"
        )
    lowest = float(rows[:, 2].min())
    if lowest <= 0.0:
        raise DataError(
            f"{what}: up component {lowest:.4g}, but l points from the ground to the satellite, so up > 0; "
            "reverse all three components if they point down (and check the sign of the displacement)"
        )


def _refuse_radians(incidence: ArrayLike) -> None:
    """Refuse degrees that are all below pi / 2 but not 0: no radar looks that steeply, so they are radians."""
    angles = np.asarray(incidence, dtype=float)
    angles = angles[np.isfinite(angles) & (angles != 0.0)]
    if angles.size and angles.max() < 0.5 * np.pi and angles.min() > 0.1:
        raise DataError(
            f"incidence from {angles.min():.4g} to {angles.max():.4g} degrees: no radar looks that steeply, these look "
            "like radians; give angle_unit='rad'"
        )


def _require_sensible_angles(from_vertical: NDArray[np.float64], horizontal: NDArray[np.float64]) -> None:
    angles = from_vertical[np.isfinite(from_vertical)]
    if angles.size and (angles.min() < 0.0 or angles.max() >= 0.5 * np.pi):
        low, high = np.rad2deg([angles.min(), angles.max()])
        raise DataError(
            f"incidence from {low:.4g} to {high:.4g} degrees from the vertical, but it lies between 0 and 90; "
            "check its unit (deg or rad) and whether it is counted from the horizontal (vertical='elevation')"
        )
    turns = np.abs(horizontal[np.isfinite(horizontal)])
    if turns.size and turns.max() > 4.0 * np.pi:
        raise DataError(f"azimuth of {np.rad2deg(turns.max()):.4g} degrees is more than two turns: check its unit")
