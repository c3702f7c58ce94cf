"""Unit vectors of a fault from its strike and dip.

Every patch has three of them, in east, north, up: along strike, up the dip, and the normal that points from the
footwall into the hanging wall (upward unless the dip is 90). The hanging wall lies to the right of strike. Slip is
the hanging wall's motion relative to the footwall, so its components along the three are strike slip (left-lateral
positive), dip slip (reverse positive) and opening (Aki & Richards 2002, figure 4.20).
"""

import numpy as np
from numpy.typing import ArrayLike


def strike_vector(strike: ArrayLike) -> np.ndarray:
    """Horizontal unit vectors (..., 3) along strike (degrees clockwise from north)."""
    angle = np.deg2rad(np.asarray(strike, dtype=float))
    return np.stack([np.sin(angle), np.cos(angle), np.zeros_like(angle)], axis=-1)


def updip_vector(strike: ArrayLike, dip: ArrayLike) -> np.ndarray:
    """Unit vectors (..., 3) in the plane, up its dip (both angles in degrees)."""
    angle, lean = _radians(strike, dip)
    return np.stack([-np.cos(angle) * np.cos(lean), np.sin(angle) * np.cos(lean), np.sin(lean)], axis=-1)


def normal_vector(strike: ArrayLike, dip: ArrayLike) -> np.ndarray:
    """Unit normals (..., 3) into the hanging wall: strike vector x up-dip vector (both angles in degrees)."""
    angle, lean = _radians(strike, dip)
    return np.stack([np.cos(angle) * np.sin(lean), -np.sin(angle) * np.sin(lean), np.cos(lean)], axis=-1)


def azimuth_of(east: ArrayLike, north: ArrayLike) -> np.ndarray:
    """Azimuth of horizontal vectors, degrees clockwise from north, in 0 <= azimuth < 360."""
    degrees = np.rad2deg(np.arctan2(np.asarray(east, dtype=float), np.asarray(north, dtype=float)))
    return np.where(degrees < 0.0, degrees + 360.0, degrees) % 360.0


def _radians(strike: ArrayLike, dip: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    angle, lean = np.broadcast_arrays(np.asarray(strike, dtype=float), np.asarray(dip, dtype=float))
    return np.deg2rad(angle), np.deg2rad(lean)


def strike_of_normal(normals: ArrayLike) -> np.ndarray:
    """Level unit vectors (n, 3) along the strike of planes with these unit normals; north where a plane is level."""
    normal = np.asarray(normals, dtype=float)
    along = np.stack([-normal[:, 1], normal[:, 0], np.zeros(len(normal))], axis=1)
    size = np.hypot(along[:, 0], along[:, 1])
    level = size <= 1e-9
    along[level], size[level] = (0.0, 1.0, 0.0), 1.0
    return along / size[:, None]
