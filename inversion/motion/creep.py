"""Interseismic profiles across a strike-slip fault: deep slip below a locking depth, and shallow creep.

v(x) = (s / pi) atan(x / D) + c [sgn(x) / 2 - atan(x / d) / pi] + v0 (Savage & Burford 1973 with creep from the surface
down to d): slip at the rate s below D, creep at the rate c above d. The slope across the fault, away from the trace, is
dv/dx = s D / (pi (x^2 + D^2)) - c d / (pi (x^2 + d^2)); at the trace it has a step of c, which a window of width w
shows as c / w over w. s, c and v0 are linear; D and d are sought on a grid, so that no minimum is missed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.downsample.errors import DataError

Array = NDArray[np.float64]


def creep_profile(distance: ArrayLike, *, deep: float, locking: float, creep: float = 0.0, to: float = 1.0) -> Array:
    """Velocity along the fault at distances from it.

    Parameters
    ----------
    distance : array_like
        m, positive to one side.
    deep : float
        Slip rate below the locking depth s, in any unit of velocity.
    locking : float
        Locking depth D, m.
    creep : float
        Rate of creep c, in the same unit.
    to : float
        Depth d that creep reaches, m.

    Returns
    -------
    ndarray
        In the unit of the rates; positive sides move as positive rates say.
    """
    x = np.asarray(distance, dtype=float)
    shallow = 0.5 * np.sign(x) - np.arctan(x / to) / np.pi
    return np.asarray(deep / np.pi * np.arctan(x / locking) + creep * shallow)


def creep_slope(distance: ArrayLike, *, deep: float, locking: float, creep: float = 0.0, to: float = 1.0) -> Array:
    """Slope of `creep_profile` away from the trace, per metre."""
    x = np.asarray(distance, dtype=float)
    return np.asarray(
        deep * locking / (np.pi * (x**2 + locking**2)) - creep * to / (np.pi * (x**2 + to**2))
    )  # fmt: skip


@dataclass(frozen=True, eq=False, kw_only=True)
class CreepFit:
    """What a profile says.

    Attributes
    ----------
    deep, creep, offset : float
        Rates, in the unit of the velocities.
    deep_sigma, creep_sigma : float
        At the best depths.
    locking, to : float
        Depths of locking and of creep, m.
    locking_interval, to_interval : (float, float)
        Depths whose best fit is worse by less than 3.84 in chi-square (95 %).
    chi2 : float
    n : int
    """

    deep: float
    creep: float
    offset: float
    deep_sigma: float
    creep_sigma: float
    locking: float
    to: float
    locking_interval: tuple[float, float]
    to_interval: tuple[float, float]
    chi2: float
    n: int


def fit_creep(
    distance: ArrayLike,
    velocity: ArrayLike,
    *,
    sigma: ArrayLike,
    locking: ArrayLike | None = None,
    to: ArrayLike | None = None,
) -> CreepFit:
    """Fit deep slip and shallow creep to velocities along a fault.

    Parameters
    ----------
    distance : array_like, shape (n,)
        From the fault, m; points on it are not used, for there the velocity has two values.
    velocity : array_like, shape (n,)
        Along the fault.
    sigma : array_like, shape () or (n,)
        Standard deviation, in the unit of velocity.
    locking, to : array_like, optional
        Depths to try, m; by default 1 to 40 km and 0.2 to 20 km. Creep is sought above the locking depth.

    Returns
    -------
    CreepFit

    Raises
    ------
    DataError
        If there are fewer than six points, or none on one side.
    """
    x, v = np.asarray(distance, dtype=float), np.asarray(velocity, dtype=float)
    spread = np.broadcast_to(np.asarray(sigma, dtype=float), x.shape)
    used = np.isfinite(x) & np.isfinite(v) & (x != 0.0)
    x, v, spread = x[used], v[used], spread[used]
    if x.size < 6 or not (x > 0.0).any() or not (x < 0.0).any():
        raise DataError(
            f"{x.size} velocities, {int((x > 0).sum())} on the positive side; needed are six, on both sides"
        )
    if not (spread > 0.0).all():
        raise DataError("a standard deviation that is not above 0; every velocity needs one")
    deep_depths = np.geomspace(1e3, 4e4, 60) if locking is None else np.atleast_1d(np.asarray(locking, dtype=float))
    creep_depths = np.geomspace(200.0, 2e4, 50) if to is None else np.atleast_1d(np.asarray(to, dtype=float))
    chi2 = np.full((deep_depths.size, creep_depths.size), np.inf)
    best: tuple[float, int, int] = (np.inf, 0, 0)
    for i, deep_depth in enumerate(deep_depths):
        for j, creep_depth in enumerate(creep_depths):
            if creep_depth > deep_depth:
                continue
            matrix = _design(x, deep_depth, creep_depth) / spread[:, None]
            found = np.linalg.lstsq(matrix, v / spread)[0]
            chi2[i, j] = float(((v / spread - matrix @ found) ** 2).sum())
            if chi2[i, j] < best[0]:
                best = (chi2[i, j], i, j)
    if not np.isfinite(best[0]):
        raise DataError("no depth of creep lies above a locking depth: give depths that do")
    _, i, j = best
    matrix = _design(x, deep_depths[i], creep_depths[j]) / spread[:, None]
    rates = np.linalg.lstsq(matrix, v / spread)[0]
    errors = np.sqrt(np.diagonal(np.linalg.pinv(matrix.T @ matrix)))
    fits = chi2 <= best[0] + 3.84
    return CreepFit(
        deep=float(rates[0]),
        creep=float(rates[1]),
        offset=float(rates[2]),
        deep_sigma=float(errors[0]),
        creep_sigma=float(errors[1]),
        locking=float(deep_depths[i]),
        to=float(creep_depths[j]),
        locking_interval=_interval(deep_depths, np.asarray(fits.any(axis=1))),
        to_interval=_interval(creep_depths, np.asarray(fits.any(axis=0))),
        chi2=best[0],
        n=x.size,
    )


def _design(x: Array, deep_depth: float, creep_depth: float) -> Array:
    deep = creep_profile(x, deep=1.0, locking=deep_depth)
    shallow = creep_profile(x, deep=0.0, locking=deep_depth, creep=1.0, to=creep_depth)
    return np.column_stack([deep, shallow, np.ones_like(x)])


def _interval(depths: Array, fits: NDArray[np.bool_]) -> tuple[float, float]:
    return float(depths[fits].min()), float(depths[fits].max())
