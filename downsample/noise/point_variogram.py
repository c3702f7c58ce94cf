"""Semivariogram of values at scattered points: cells of a scene, rows of a table, what an inversion leaves over."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from geoslip.downsample.errors import DataError
from geoslip.downsample.noise.variogram import Covariogram, class_edges

_ROWS = 512
"""Points whose distances to all others are held at a time."""


def point_covariogram(points: ArrayLike, values: ArrayLike, *, maximum_lag: float | None = None) -> Covariogram:
    """Give the semivariogram and covariogram of values at points, over all pairs.

    Parameters
    ----------
    points : array_like, shape (n, 2) or (n, 3)
        Metres; only east and north count.
    values : array_like, shape (n,)
        Metres, without trend: residuals, or what is left after a plane.
    maximum_lag : float, optional
        Metres. Default: a third of the shorter side of the points' extent.

    Returns
    -------
    Covariogram
        Classes as wide as the median distance to the nearest point at first, growing by 8 % each, as those of
        :func:`covariogram`. Time grows with n^2, memory with n.

    Raises
    ------
    DataError
        For fewer than 30 points, values of another number, or a maximum lag below three classes.
    """
    places = np.asarray(points, dtype=float)[:, :2]
    sample = np.asarray(values, dtype=float)
    if len(places) < 30:
        raise DataError(f"semivariogram: {len(places)} points are too few, 30 at least; state the noise instead")
    if sample.shape != (len(places),):
        raise DataError(f"semivariogram: {sample.size} values for {len(places)} points; give one a point")
    nearest = cKDTree(places).query(places, k=2)[0][:, 1]
    width = float(np.median(nearest))
    longest = float(np.ptp(places, axis=0).min()) / 3.0 if maximum_lag is None else float(maximum_lag)
    if not longest >= 3.0 * width > 0.0:
        raise DataError(
            f"semivariogram: maximum lag {longest:g} m must be three times the points' distance of {width:.4g} m,"
            " and points must differ; raise maximum_lag or drop doubled points"
        )
    edges = class_edges(width, longest)
    sums = np.zeros((3, len(edges) + 1))
    for first in range(0, len(places), _ROWS):
        block = slice(first, first + _ROWS)
        distance = cdist(places[block], places)
        once = (np.arange(len(places)) > np.arange(len(places))[block, None]) & (distance <= longest)
        squared = 0.5 * (sample[block, None] - sample)[once] ** 2
        number = np.digitize(distance[once], edges)
        for total, weight in zip(sums, (None, distance[once], squared)):
            total += np.bincount(number, weight, minlength=len(edges) + 1)
    return _filled(sums, float(sample.var()))


def _filled(sums: NDArray[np.float64], variance: float) -> Covariogram:
    pairs, distance, squared = sums[:, sums[0] > 0]
    gamma = squared / pairs
    return Covariogram(distance / pairs, gamma, variance - gamma, pairs, variance)
