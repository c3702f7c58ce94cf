"""ABIC with all of its constants, by which faults and operators are compared with each other.

The criterion of geoslip.inversion.abic leaves out what the strength does not change: the determinant of the smoothing
operator and the numbers that go with the degrees of freedom. Between two faults, two meshes or two operators those
differ, and the criterion must be -2 ln of the whole marginal likelihood.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.inversion.abic import abic
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
    spectrum, problem = system.spectrum, system.problem
    freedom = problem.n_data - problem.n_nuisance + spectrum.rank - system.space.n
    eigenvalues = np.linalg.eigvalsh(system.gram)[-spectrum.rank :]
    constant = freedom * (1.0 + np.log(2.0 * np.pi / freedom)) - float(np.log(eigenvalues).sum())
    return np.asarray(abic(system, strengths) + constant)
