"""Akaike's Bayesian information criterion of the smoothing strength."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.inversion.system import System

Array = NDArray[np.float64]


def abic(system: System, strengths: ArrayLike) -> Array:
    """ABIC of each strength, with nuisance marginalised (Yabuki & Matsu'ura 1992, GJI 109, 363-375, eq. 42).

    ABIC = (N + P - M) ln s - P ln a + ln |G' C^-1 G + a L' L|, with a the squared strength, s the smallest value of
    chi-square + a roughness, N the data, M the unknowns (nuisance counted) and P the rank of L. The common scale of
    the data covariance is estimated along with it (sigma^2 = s / (N + P - M)). An additive constant is left out.

    The criterion is that of the *unbounded* Gaussian problem in the parameters of the constraints (a fixed rake
    stays fixed), as in the paper; with bounds that matter it is an approximation (Fukuda & Johnson 2008, BSSA 98,
    1128-1146).

    Parameters
    ----------
    system : System
    strengths : (k,) array_like
        Greater than 0.

    Returns
    -------
    (k,) array
    """
    values = [_criterion(system, float(strength)) for strength in np.asarray(strengths, dtype=float)]
    return np.array(values)


def noise_variance(system: System, strength: float) -> float:
    """Estimated factor of the data covariance at one strength, s / (N + P - M) of the unbounded problem."""
    return _smallest(system, strength) / _freedom(system)


def _criterion(system: System, strength: float) -> float:
    spectrum = system.spectrum
    return (
        _freedom(system) * np.log(_smallest(system, strength))
        - 2.0 * spectrum.rank * np.log(strength)
        + spectrum.log_determinant_at(strength)
    )


def _smallest(system: System, strength: float) -> float:
    energy = system.energy
    left = energy - system.spectrum.explained(strength)
    # data without noise leave nothing but rounding
    return max(left, 1e-15 * energy)


def _freedom(system: System) -> int:
    problem = system.problem
    return problem.n_data - problem.n_nuisance + system.spectrum.rank - system.space.n
