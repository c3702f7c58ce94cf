"""Noise of a scene: an exponential covariance with a nugget, and how it is found from the far field."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist

from geoslip.downsample.errors import DataError


@dataclass(frozen=True)
class NoiseModel:
    """C(h) = sill * exp(-h / length) for h > 0, sill + nugget at h = 0.

    Parameters
    ----------
    sill : float
        Variance of the correlated part, m^2.
    length : float
        e-folding length, metres. Some codes give a *range*, three times as long.
    nugget : float
        Variance that differs from pixel to pixel, m^2.

    Raises
    ------
    DataError
        For negative or vanishing variances or a length that is not positive.
    """

    sill: float
    length: float
    nugget: float = 0.0

    def __post_init__(self) -> None:
        if not all(np.isfinite(part) for part in (self.sill, self.length, self.nugget)):
            raise DataError(f"noise {self}: every parameter must be a finite number")
        if self.sill < 0.0 or self.nugget < 0.0 or self.sill + self.nugget <= 0.0:
            raise DataError(f"noise {self}: sill and nugget are variances (m^2), not negative and not both zero")
        if self.length <= 0.0:
            raise DataError(f"noise {self}: the length must be positive (metres)")

    @property
    def variance(self) -> float:
        """Variance of one pixel, m^2."""
        return self.sill + self.nugget

    def correlated(self, distance: ArrayLike) -> NDArray[np.float64]:
        """Give the covariance without nugget at distances in metres, m^2."""
        return np.asarray(self.sill * np.exp(-np.asarray(distance, dtype=float) / self.length))

    def semivariogram(self, distance: ArrayLike) -> NDArray[np.float64]:
        """Give nugget + sill (1 - exp(-h / length)) at distances h > 0 in metres, m^2."""
        return self.nugget + self.sill - self.correlated(distance)


def point_covariance(points: NDArray[np.float64], *, noise: NoiseModel) -> NDArray[np.float64]:
    """Give the covariance of values at points that are not averages.

    Parameters
    ----------
    points : ndarray, shape (n, 2) or (n, 3)
        Metres; only east and north count.
    noise : NoiseModel
        Correlation by distance.

    Returns
    -------
    ndarray, shape (n, n)
        m^2.
    """
    horizontal = np.asarray(points, dtype=float)[:, :2]
    result = noise.correlated(cdist(horizontal, horizontal))
    result[np.diag_indices_from(result)] += noise.nugget
    return result
