"""ABIC with all of its constants, by which faults and operators are compared with each other.

The criterion of geoslip.inversion.choices.abic leaves out what the strength does not change: the determinant of the
smoothing operator and the numbers that go with the degrees of freedom. Between two faults, two meshes or two operators
those differ, and the criterion must be -2 ln of the whole marginal likelihood.
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import LinAlgError, cholesky, solve_triangular

from geoslip.inversion.choices.abic import abic
from geoslip.inversion.choices.spectrum import RANK_TOLERANCE
from geoslip.inversion.smoothing.norms import NormOperator
from geoslip.inversion.system import System

Array = NDArray[np.float64]


def comparable_abic(system: System, strengths: ArrayLike) -> Array:
    """-2 ln of the likelihood of the data, slip integrated out, the noise's scale at its best, at each strength (k,).

    With f = N + P - M degrees of freedom, H = L' L in the parameters of the constraints, and det H the product of its P
    eigenvalues that are not zero (Yabuki & Matsu'ura 1992, GJI 109, 363-375, eq. 35 to 42):

        f ln(2 pi s / f) + f - P ln a - ln det H + ln det(G' C^-1 G + a H).

    Terms of the data alone (their covariance, nuisance) are left out: compare only fits of the same data. As every
    ABIC here, that of the unbounded problem. Eigenvalues take a time that grows with the cube of the parameters.

    Parameters
    ----------
    system : System
    strengths : (k,) array_like
        Greater than 0.

    Returns
    -------
    (k,) array
        A model with a value smaller by 10 makes the data exp(5) times as likely.
    """
    if isinstance(system.operator, NormOperator):
        raise ValueError(f"ABIC is of smoothing by squares, not of {system.operator.name}: compare by cross-validation")
    wanted = np.asarray(strengths, dtype=float)
    if wanted.size == 1 and "spectrum" not in vars(system):
        with suppress(LinAlgError):
            return np.array([_by_factors(system, float(wanted[0]))])
    spectrum, problem = system.spectrum, system.problem
    freedom = problem.n_data - problem.n_nuisance + spectrum.rank - system.space.n
    eigenvalues = np.linalg.eigvalsh(system.gram)[-spectrum.rank :]
    constant = freedom * (1.0 + np.log(2.0 * np.pi / freedom)) - float(np.log(eigenvalues).sum())
    return np.asarray(abic(system, strengths) + constant)


def _by_factors(system: System, strength: float) -> float:
    """The criterion at one strength, for H of full rank.

    Raises
    ------
    LinAlgError
        H is not positive definite, or only by rounding.
    """
    problem = system.problem
    smoothing = cholesky(system.gram, check_finite=False)
    pivots = np.diagonal(smoothing) ** 2
    if pivots.min() <= RANK_TOLERANCE * pivots.max():
        raise LinAlgError("H has no full rank")
    joint = cholesky(system.regularised(strength), check_finite=False)
    explained = float(np.sum(solve_triangular(joint, system.misfit_at_rest, trans="T", check_finite=False) ** 2))
    smallest = max(system.energy - explained, 1e-15 * system.energy)
    freedom = problem.n_data - problem.n_nuisance
    determinants = 2.0 * float(np.log(np.diagonal(joint)).sum() - np.log(np.diagonal(smoothing)).sum())
    return float(
        freedom * (1.0 + np.log(2.0 * np.pi * smallest / freedom))
        - 2.0 * system.space.n * np.log(strength)
        + determinants
    )
