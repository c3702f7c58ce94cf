"""Receiver planes: their normals and slip directions from strike, dip and rake, and back.

Conventions of the whole library: east, north, up; the normal points into the hanging wall; slip is the hanging wall's
motion; rake 0 is left-lateral, 90 reverse, 180 right-lateral, -90 normal.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.rectangles import sine_cosine


def plane_axes(
    strike: ArrayLike, dip: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors of planes.

    Parameters
    ----------
    strike, dip : array_like, shapes that broadcast
        In degrees, 0 <= dip <= 90.

    Returns
    -------
    along, updip, normal : ndarray, shape (..., 3)
        Along strike, up the dip, and into the hanging wall: east, north, up.

    Raises
    ------
    ValueError
        If an angle is not finite, or a dip is not between 0 and 90.
    """
    azimuth, slope = np.broadcast_arrays(np.asarray(strike, dtype=np.float64), np.asarray(dip, dtype=np.float64))
    bad = ~(np.isfinite(azimuth) & (slope >= 0.0) & (slope <= 90.0))
    if bad.any():
        place = np.unravel_index(int(np.argmax(bad)), bad.shape)
        raise ValueError(
            f"a receiver has strike {azimuth[place]:g} and dip {slope[place]:g}, but dip must be between 0 and 90 "
            "degrees; turn the strike by 180 degrees for a plane that dips the other way"
        )
    (ss, cs), (sd, cd) = sine_cosine(azimuth), sine_cosine(slope)
    level = np.zeros_like(ss)
    along = np.stack([ss, cs, level], axis=-1)
    updip = np.stack([-cs * cd, ss * cd, sd], axis=-1)
    normal = np.stack([cs * sd, -ss * sd, cd], axis=-1)
    return along, updip, normal


def slip_direction(along: ArrayLike, updip: ArrayLike, rake: ArrayLike) -> NDArray[np.float64]:
    """Unit vector of slip.

    Parameters
    ----------
    along, updip : array_like, shape (..., 3)
        As `plane_axes` gives them.
    rake : array_like, shape (...)
        In degrees.

    Returns
    -------
    ndarray, shape (..., 3)

    Raises
    ------
    ValueError
        If a rake is not finite.
    """
    angle = np.asarray(rake, dtype=np.float64)
    if not np.isfinite(angle).all():
        raise ValueError(
            "a rake is not finite, but every receiver needs one; give degrees, or 'largest' to have it found"
        )
    sine, cosine = sine_cosine(angle)
    return cosine[..., None] * np.asarray(along) + sine[..., None] * np.asarray(updip)


def plane_angles(
    normal: ArrayLike, slip: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Strike, dip and rake of planes from a normal and the motion of the side it points into.

    Parameters
    ----------
    normal, slip : array_like, shape (..., 3)
        Unit vectors at right angles, east, north, up.

    Returns
    -------
    strike, dip, rake : ndarray, shape (...)
        In degrees, 0 <= strike < 360, 0 <= dip <= 90, -180 < rake <= 180; a level plane has strike 0.
    """
    up, motion = np.array(normal, dtype=np.float64), np.array(slip, dtype=np.float64)
    # The same plane and motion seen from the other side.
    below = up[..., 2] < 0.0
    up[below], motion[below] = -up[below], -motion[below]
    level = np.hypot(up[..., 0], up[..., 1])
    strike = np.degrees(np.arctan2(-up[..., 1], up[..., 0])) % 360.0
    strike = np.where(level < 1e-12, 0.0, np.where(strike >= 360.0, 0.0, strike))
    dip = np.degrees(np.arctan2(level, up[..., 2]))
    along, updip, _ = plane_axes(strike, np.minimum(dip, 90.0))
    rake = np.degrees(np.arctan2(_dot(motion, updip), _dot(motion, along)))
    return strike, np.minimum(dip, 90.0), np.where(rake <= -180.0, 180.0, rake)


def _dot(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.einsum("...i,...i->...", first, second)
