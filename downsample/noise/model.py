"""Noise of a scene: a covariance by distance of one of several families, isotropic or not, with a nugget."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist

from geoslip.downsample.correlations import Family, families
from geoslip.downsample.errors import DataError


@dataclass(frozen=True)
class NoiseModel:
    """C(h) = sill * f(h / length) for h > 0, sill + nugget at h = 0.

    Parameters
    ----------
    sill : float
        Variance of the correlated part, m^2.
    length : float
        Length of the family in metres: the e-folding length of the exponential. Some codes give a *range*, three times
        as long.
    nugget : float
        Variance that differs from pixel to pixel, m^2.
    family : str
        A name of `geoslip.downsample.correlations.families`: exponential, exponential_cosine, gaussian, spherical or
        bessel.
    wavelength : float, optional
        Metres, for exponential_cosine alone: at least 2 pi lengths.
    ratio : float
        Length across over length along `azimuth`, above 0 and at most 1; 1 is isotropic.
    azimuth : float
        Direction in which noise stays alike longest, degrees clockwise from north.

    Raises
    ------
    DataError
        For negative or vanishing variances, a length that is not positive, or what is no covariance in the plane.
    """

    sill: float
    length: float
    nugget: float = 0.0
    family: str = "exponential"
    wavelength: float | None = None
    ratio: float = 1.0
    azimuth: float = 0.0

    def __post_init__(self) -> None:
        numbers = (self.sill, self.length, self.nugget, self.ratio, self.azimuth)
        if not all(np.isfinite(part) for part in numbers):
            raise DataError(f"noise {self}: every parameter must be a finite number")
        if self.sill < 0.0 or self.nugget < 0.0 or self.sill + self.nugget <= 0.0:
            raise DataError(f"noise {self}: sill and nugget are variances (m^2), not negative and not both zero")
        if self.length <= 0.0:
            raise DataError(f"noise {self}: the length must be positive (metres)")
        if not 0.0 < self.ratio <= 1.0:
            raise DataError(f"noise {self}: ratio is the shorter length over the longer, above 0 and at most 1")
        if self.family not in families():
            raise DataError(f"noise: family {self.family!r} is unknown: use one of {', '.join(families())}")
        if families()[self.family].wavy != (self.wavelength is not None):
            raise DataError(f"noise {self}: a wavelength belongs to the family exponential_cosine, and only to it")
        if self.waves > 1.0 + 1e-9 or self.waves < 0.0:
            raise DataError(
                f"noise {self}: in the plane a wavelength is at least 2 pi lengths ({2 * np.pi * self.length:.4g} m),"
                " else variances of sums come out negative; lengthen it or shorten the length"
            )

    @property
    def variance(self) -> float:
        """Variance of one pixel, m^2."""
        return self.sill + self.nugget

    @property
    def waves(self) -> float:
        """Phase of the wave over one length, radians; 0 without waves."""
        return 0.0 if self.wavelength is None else 2.0 * np.pi * self.length / self.wavelength

    @property
    def form(self) -> Family:
        """The family."""
        return families()[self.family]

    @property
    def axes(self) -> NDArray[np.float64]:
        """Matrix (2, 2) that turns (east, north) metres into isotropic distances in units of the length."""
        angle = np.deg2rad(self.azimuth)
        along, across = (np.sin(angle), np.cos(angle)), (np.cos(angle), -np.sin(angle))
        return np.array([along, np.divide(across, self.ratio)]) / self.length

    def scaled(self, factor: float) -> "NoiseModel":
        """Give the noise with every variance multiplied by a factor."""
        return replace(self, sill=self.sill * factor, nugget=self.nugget * factor)

    def correlated(self, distance: ArrayLike) -> NDArray[np.float64]:
        """Give the covariance without nugget at distances in metres along `azimuth`, m^2."""
        return self.sill * self.form.value(np.asarray(distance, dtype=float) / self.length, self.waves)

    def correlated_at(self, east: ArrayLike, north: ArrayLike) -> NDArray[np.float64]:
        """Give the covariance without nugget at offsets in metres, m^2."""
        along, across = np.tensordot(self.axes, np.stack(np.broadcast_arrays(east, north)).astype(float), axes=1)
        return self.sill * self.form.value(np.hypot(along, across), self.waves)

    def semivariogram(self, distance: ArrayLike) -> NDArray[np.float64]:
        """Give nugget + sill (1 - f) at distances above 0 in metres along `azimuth`, m^2."""
        return self.nugget + self.sill - self.correlated(distance)

    def __str__(self) -> str:
        """Say it in a line, in millimetres and kilometres."""
        if self.sill == 0.0:
            return f"white, {1e3 * self.nugget**0.5:.1f} mm a pixel"
        text = f"{1e3 * self.sill**0.5:.1f} mm correlated over {1e-3 * self.length:.1f} km ({self.family})"
        if self.wavelength is not None:
            text += f" with waves of {1e-3 * self.wavelength:.1f} km"
        if self.ratio < 1.0:
            text += f" toward {self.azimuth:.0f} degrees, over {self.ratio:.2f} of that across"
        return f"{text}, {1e3 * self.nugget**0.5:.1f} mm a pixel"


def point_covariance(points: NDArray[np.float64], *, noise: NoiseModel) -> NDArray[np.float64]:
    """Give the covariance of values at points that are not averages.

    Parameters
    ----------
    points : ndarray, shape (n, 2) or (n, 3)
        Metres; only east and north count.
    noise : NoiseModel
        Correlation by distance and direction.

    Returns
    -------
    ndarray, shape (n, n)
        m^2.
    """
    horizontal = np.asarray(points, dtype=float)[:, :2] @ noise.axes.T
    result = noise.sill * noise.form.value(cdist(horizontal, horizontal), noise.waves)
    result[np.diag_indices_from(result)] += noise.nugget
    return result
