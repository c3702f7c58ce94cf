"""Which family of noise a scene's far field speaks for, and how well its parameters are known.

The semivariogram's classes share their pixels, so their misfit has no probability. Families are compared by what has
one: the restricted likelihood of a sample of the pixels themselves, free of the plane that is removed. Parameters get
their uncertainty from scenes simulated with the fitted noise on the same pixels, taken through the same fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve, solve_triangular

from geoslip.downsample.correlations import families as all_families
from geoslip.downsample.errors import DataError
from geoslip.downsample.noise.fit import fit_noise, length_at_end
from geoslip.downsample.noise.model import NoiseModel, point_covariance
from geoslip.downsample.noise.synthetic import synthetic_noise
from geoslip.downsample.noise.variogram import covariogram
from geoslip.downsample.scenes.scene import Scene

_SAMPLE = 600
"""Pixels of which the likelihood is computed."""
_CLUSTERS = 60
"""Places that they lie around, so that short distances are met as well as long ones."""
_SIDE = 200
"""Pixels along the longer side of simulated scenes."""


@dataclass(frozen=True)
class NoiseFit:
    """A fitted noise and what is known about it.

    Parameters
    ----------
    noise : NoiseModel
        The fit.
    aic : float
        Twice the number of parameters less twice the restricted log likelihood of a sample of pixels: less is better,
        differences below 2 mean nothing.
    errors : dict
        Standard deviations of sill (m^2), length (m), nugget (m^2), and of ratio and azimuth (degrees) where fitted;
        empty where not asked for.
    bias : dict
        Mean of the same parameters over the simulated scenes less the fit: what fitting does to noise of this kind.
    warnings : tuple of str
        What may be wrong.
    """

    noise: NoiseModel
    aic: float
    errors: dict[str, float]
    bias: dict[str, float]
    warnings: tuple[str, ...] = ()

    @property
    def spread(self) -> str:
        """Say how well sill, length and nugget are known, in millimetres and kilometres; empty where not asked for."""
        if not self.errors:
            return ""

        def root(name: str) -> str:
            value = float(np.sqrt(getattr(self.noise, name)))
            # of a variance s^2 with error e, s errs by e / 2 s
            return f"{1e3 * value:.2f} ± {1e3 * 0.5 * self.errors[name] / value:.2f} mm" if value > 0.0 else "0 mm"

        length = f"{1e-3 * self.noise.length:.1f} ± {1e-3 * self.errors['length']:.1f} km"
        return f"noise of {root('sill')} correlated over {length}, {root('nugget')} a pixel"


def compare_noise(
    scene: Scene,
    *,
    mask: NDArray[np.bool_] | None = None,
    families: Sequence[str] | None = None,
    anisotropic: bool = False,
    draws: int = 0,
    seed: int = 0,
) -> list[NoiseFit]:
    """Fit several families to a far field and give them in the order of their likelihood, the best first.

    Parameters
    ----------
    scene : Scene
        As for `covariogram`.
    mask : ndarray of bool, shape (ny, nx), optional
        True where pixels are left out.
    families : sequence of str, optional
        Names; all of `geoslip.downsample.families` by default.
    anisotropic : bool
        Fit every family in its anisotropic form as well.
    draws : int
        Simulated scenes for the uncertainty of the best; 0 leaves it out, 20 know it to a sixth of itself.
    seed : int
        Of the sample and the simulations.

    Returns
    -------
    list of NoiseFit

    Raises
    ------
    DataError
        As `covariogram` and `fit_noise`.
    """
    names = list(all_families() if families is None else families)
    rng = np.random.default_rng(seed)
    plain = covariogram(scene, mask=mask)
    points, values = _sample(scene, mask, rng)
    fits = []
    for turned in (False, True) if anisotropic else (False,):
        found = covariogram(scene, mask=mask, sectors=8) if turned else plain
        for name in names:
            noise = fit_noise(found, family=name, anisotropic=turned)
            free = 3 + all_families()[name].wavy + 2 * turned
            aic = 2.0 * free - 2.0 * restricted_likelihood(points, values, noise=noise)
            warning = length_at_end(noise, found)
            fits.append(NoiseFit(noise, float(aic), {}, {}, (f"{scene.name}: {warning}",) if warning else ()))
    fits.sort(key=lambda fit: fit.aic)
    if draws > 0:
        errors, bias = noise_uncertainty(scene, fits[0].noise, mask=mask, draws=draws, rng=rng)
        fits[0] = replace(fits[0], errors=errors, bias=bias)
    return fits


def restricted_likelihood(points: NDArray[np.float64], values: NDArray[np.float64], *, noise: NoiseModel) -> float:
    """Give the log likelihood of values at points, whatever plane lies under them (Patterson & Thompson 1971).

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        East and north, metres.
    values : ndarray, shape (n,)
        Metres.
    noise : NoiseModel

    Returns
    -------
    float
        -inf for a noise whose covariance of these points is singular.
    """
    scaled = (points - points.mean(axis=0)) / max(float(np.ptp(points)), 1.0)
    plane = np.column_stack([np.ones(len(points)), scaled])
    try:
        factor, _ = cho_factor(point_covariance(points, noise=noise), lower=True)
    except LinAlgError:
        return -np.inf
    white_plane = solve_triangular(factor, plane, lower=True)
    white = solve_triangular(factor, values - values.mean(), lower=True)
    inner, _ = cho_factor(white_plane.T @ white_plane, lower=True)
    white = white - white_plane @ cho_solve((inner, True), white_plane.T @ white)
    logs = np.log(np.diagonal(factor)).sum() + np.log(np.diagonal(inner)).sum()
    return float(-0.5 * white @ white - logs - 0.5 * (len(values) - 3) * np.log(2.0 * np.pi))


def noise_uncertainty(
    scene: Scene,
    noise: NoiseModel,
    *,
    mask: NDArray[np.bool_] | None = None,
    draws: int = 20,
    rng: np.random.Generator,
) -> tuple[dict[str, float], dict[str, float]]:
    """Give standard deviation and bias of a noise's parameters, by simulating and fitting again.

    Parameters
    ----------
    scene : Scene
        Gives the pixels; every k-th where there are more than 200 along a side.
    noise : NoiseModel
        What is simulated.
    mask : ndarray of bool, shape (ny, nx), optional
        Pixels that were left out.
    draws : int
        At least 5.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    tuple of dict
        Standard deviations, and mean of the fits less the truth, by the parameters' names.
    """
    if draws < 5:
        raise DataError(f"noise: {draws} simulated scenes tell no spread; 5 at least, 20 serve")
    used = scene.valid if mask is None else scene.valid & ~mask
    step = max(1, int(np.ceil(max(used.shape) / _SIDE)))
    part = (slice(None, None, step), slice(None, None, step))
    x, y = scene.x[part[1]], scene.y[part[0]]
    spacing = step * scene.spacing.y * np.sign(y[-1] - y[0]), step * scene.spacing.x * np.sign(x[-1] - x[0])
    names = ["sill", "length", "nugget"] + (["ratio", "azimuth"] if noise.ratio < 1.0 else [])
    found = np.empty((draws, len(names)))
    for k in range(draws):
        drawn = synthetic_noise((y.size, x.size), spacing=spacing, noise=noise, rng=rng)
        blank = Scene(
            name=scene.name,
            values=np.where(used[part], drawn, np.nan),
            x=x,
            y=y,
            look=np.array([0.0, 0.0, 1.0]),
            crs=scene.crs,
        )
        curve = covariogram(blank, sectors=8 if noise.ratio < 1.0 else 1)
        fit = fit_noise(curve, family=noise.family, nugget=noise.nugget > 0.0, anisotropic=noise.ratio < 1.0)
        found[k] = [getattr(fit, name) for name in names]
    away = found - [getattr(noise, name) for name in names]
    if noise.ratio < 1.0:
        away[:, -1] = (away[:, -1] + 90.0) % 180.0 - 90.0
    spread, bias = away.std(axis=0, ddof=1), away.mean(axis=0)
    return dict(zip(names, spread.tolist())), dict(zip(names, bias.tolist()))


def _sample(
    scene: Scene, mask: NDArray[np.bool_] | None, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pixels around random places at distances of every size: east and north (m), values (m)."""
    used = scene.valid if mask is None else scene.valid & ~mask
    rows, columns = np.nonzero(used)
    if rows.size <= _SAMPLE:
        chosen = np.arange(rows.size)
    else:
        number = np.full(used.shape, -1, dtype=np.int64)
        number[rows, columns] = np.arange(rows.size)
        centres = rng.integers(rows.size, size=_CLUSTERS)
        each = 3 * _SAMPLE // _CLUSTERS
        away = np.exp(rng.uniform(0.0, np.log(0.1 * max(used.shape) + 2.0), (_CLUSTERS, each)))
        angle = rng.uniform(0.0, 2.0 * np.pi, (_CLUSTERS, each))
        i = np.rint(rows[centres][:, None] + away * np.sin(angle)).astype(int).ravel()
        j = np.rint(columns[centres][:, None] + away * np.cos(angle)).astype(int).ravel()
        inside = (i >= 0) & (i < used.shape[0]) & (j >= 0) & (j < used.shape[1])
        near = np.unique(number[i[inside], j[inside]])
        chosen = rng.permutation(near[near >= 0])[:_SAMPLE]
    i, j = rows[chosen], columns[chosen]
    east = j * scene.spacing.x * np.sign(scene.x[-1] - scene.x[0])
    north = i * scene.spacing.y * np.sign(scene.y[-1] - scene.y[0])
    return np.column_stack([east, north]), scene.values[i, j].astype(float)
