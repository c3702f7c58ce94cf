"""The corner of an L-curve: where the trade-off between misfit and roughness turns."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

SLOWEST = 0.02
"""Share of the curve's largest speed below which a point is at rest and its curvature means nothing."""


def lcurve_curvature(strengths: ArrayLike, *, misfit: ArrayLike, roughness: ArrayLike) -> NDArray[np.float64]:
    """Curvature of (log roughness, log misfit) at each strength, positive at the corner of the L.

    Both logarithms are interpolated as cubic splines of the logarithm of the strength (Hansen & O'Leary 1993, SIAM J.
    Sci. Comput. 14, 1487-1503, section 4). NaN where the curve hardly moves.

    Parameters
    ----------
    strengths : (k,) array_like
        Ascending, at least 5.
    misfit, roughness : (k,) array_like
        Chi-square and squared norm of L m, positive.

    Returns
    -------
    (k,) array
    """
    place = np.log(np.asarray(strengths, dtype=float))
    tiny = np.finfo(float).tiny
    x = CubicSpline(place, 0.5 * np.log(np.maximum(roughness, tiny)))
    y = CubicSpline(place, 0.5 * np.log(np.maximum(misfit, tiny)))
    speed = np.hypot(x(place, 1), y(place, 1))
    # with growing strength the curve runs left along the foot and then up: it turns right at the corner
    turn = y(place, 1) * x(place, 2) - x(place, 1) * y(place, 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        curvature = turn / speed**3
    return np.where(speed > SLOWEST * speed.max(), curvature, np.nan)
