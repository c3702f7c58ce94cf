"""Fitting a family of noise to a semivariogram."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from geoslip.downsample.correlations import families
from geoslip.downsample.errors import DataError
from geoslip.downsample.noise.model import NoiseModel
from geoslip.downsample.noise.variogram import Covariogram

_LEAST_RATIO = 0.1
"""Strongest anisotropy that is fitted."""
_AT_END = 0.95
"""From this share of the longest distance on, a length counts as not found."""


def fit_noise(
    found: Covariogram, *, family: str = "exponential", nugget: bool = True, anisotropic: bool = False
) -> NoiseModel:
    """Fit nugget + sill (1 - f(h / length)) to a semivariogram.

    Parameters
    ----------
    found : Covariogram
        Its classes count alike, each residual relative to the model: short distances are known best and matter most.
    family : str
        One of `geoslip.downsample.correlations.families`.
    nugget : bool
        False keeps the nugget at 0.
    anisotropic : bool
        Fits ratio and azimuth too; `found` then needs sectors of direction.

    Returns
    -------
    NoiseModel
        With length between half the shortest and the longest distance: where the semivariogram still rises at its
        end, nothing says how long the length is, and the longest distance stands for it; see `length_at_end`.

    Raises
    ------
    DataError
        If there are fewer than four classes, a semivariance is negative or not finite, or the scene has no noise at
        all.
    """
    lag, gamma = found.lag, found.semivariance
    if family not in families():
        raise DataError(f"noise: family {family!r} is unknown: use one of {', '.join(families())}")
    if anisotropic and found.azimuth is None:
        raise DataError("covariogram: an anisotropic fit needs directions kept apart: make it with sectors=8")
    if lag.size < 4 or not np.isfinite(gamma).all():
        raise DataError(f"covariogram: {lag.size} distance classes are too few for three parameters; raise maximum_lag")
    if gamma.min() < 0.0:
        raise DataError(
            f"covariogram: a semivariance of {gamma.min():.3g} m^2 is no mean square: check how it was made"
        )
    scale = float(gamma.max())
    if scale <= 0.0:
        raise DataError("covariogram: no two pixels differ; the scene holds no noise to be fitted")
    fit = _Fit(found, family, scale, nugget, anisotropic)
    return fit.best()


def fit_exponential(found: Covariogram, *, nugget: bool = True) -> NoiseModel:
    """Fit the exponential family: `fit_noise` with its defaults."""
    return fit_noise(found, nugget=nugget)


def length_at_end(noise: NoiseModel, found: Covariogram) -> str:
    """Say that the length is as long as the longest distance and so was not found, or give an empty text."""
    if noise.sill == 0.0 or noise.length < _AT_END * found.lag.max():
        return ""
    return (
        f"the semivariogram still rises at its longest distance of {1e-3 * found.lag.max():.1f} km, so the correlation"
        " length is unknown and may be wrong: that distance stands for it; take a larger far field, or state the noise"
    )


class _Fit:
    """Least squares of log(gamma / model) over log sill, log length, log nugget, [waves], [log ratio, azimuth]."""

    def __init__(self, found: Covariogram, family: str, scale: float, nugget: bool, anisotropic: bool) -> None:
        self.found, self.family, self.scale = found, family, scale
        self.nugget, self.anisotropic, self.wavy = nugget, anisotropic, families()[family].wavy
        shortest, longest = np.log(0.5 * found.lag.min()), np.log(found.lag.max())
        low, high = [np.log(1e-6), shortest, np.log(1e-9)], [np.log(20.0), longest, np.log(2.0)]
        if self.wavy:
            low, high = [*low, 1e-3], [*high, 1.0]
        if anisotropic:
            low, high = [*low, np.log(_LEAST_RATIO), -360.0], [*high, 0.0, 540.0]
        self.bounds = np.array([low, high])

    def model(self, parameters: NDArray[np.float64], *, nugget: bool) -> NoiseModel:
        """Noise of the parameters, variances in units of the largest semivariance."""
        sill, length, floor = np.exp(parameters[:3])
        # Bounds let the fit touch 2 pi lengths; the last digit must not carry it beyond.
        wavelength = 2.0 * np.pi * length / parameters[3] * (1.0 + 1e-9) if self.wavy else None
        ratio, azimuth = (
            (float(np.exp(parameters[-2])), float(parameters[-1] % 180.0)) if self.anisotropic else (1.0, 0.0)
        )
        return NoiseModel(
            float(sill),
            float(length),
            float(floor) if nugget else 0.0,
            self.family,
            wavelength,
            min(ratio, 1.0),
            azimuth,
        )

    def misfit(self, parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log of found over modelled semivariance, a class each."""
        noise, lag = self.model(parameters, nugget=self.nugget), self.found.lag
        if self.anisotropic and self.found.azimuth is not None:
            angle = np.deg2rad(self.found.azimuth)
            covariance = noise.correlated_at(lag * np.sin(angle), lag * np.cos(angle))
        else:
            covariance = noise.correlated(lag)
        model = np.maximum(noise.nugget + noise.sill - covariance, 1e-15)
        return np.log(np.maximum(self.found.semivariance / self.scale, 1e-12) / model)

    def best(self) -> NoiseModel:
        """The best of several starts, in m^2."""
        lag, gamma = self.found.lag, self.found.semivariance
        best = None
        for start in np.geomspace(2.0 * lag.min(), lag.max(), 4):
            for direction in (0.0, 45.0, 90.0, 135.0) if self.anisotropic else (0.0,):
                first = [0.0, np.log(start), np.log(max(gamma[0] / self.scale, 1e-6))]
                first += [0.5] if self.wavy else []
                first += [np.log(0.6), direction] if self.anisotropic else []
                inside = np.clip(first, self.bounds[0] + 1e-6, self.bounds[1] - 1e-6)
                fit = least_squares(self.misfit, inside, bounds=self.bounds, loss="soft_l1", f_scale=0.1)
                if best is None or fit.cost < best.cost:
                    best = fit
        assert best is not None
        return self.model(best.x, nugget=self.nugget and np.exp(best.x[2]) > 2e-9).scaled(self.scale)
