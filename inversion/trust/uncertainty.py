"""Formal covariance and resolution of a regularised estimate, with its active bounds held.

For the parameters x_F away from their bounds and the slip m = B_F x_F they stand for,

    covariance  S = B_F (B_F' (N + strength^2 L'L) B_F)^-1 B_F',    resolution  R = S N,

with N = G' C^-1 G, nuisance projected out. Without bounds S = (G' C^-1 G + strength^2 L'L)^-1, the posterior covariance
of a Gaussian prior with precision strength^2 L'L, and R is how the estimate blurs the truth. S takes C as true; it
does not know that bounds could have been met elsewhere, so components held at a bound have no formal uncertainty: their
rows of S are zero, and their standard deviation and resolution are given as NaN. Components that are not estimated at
all (a rake fixed along another, a locked patch) likewise.

Time grows with the cube of the free parameters, memory with the square of the slip components.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from geoslip.inversion.bounds.faces import FACTOR_FAILED
from geoslip.inversion.errors import SingularProblemError

if TYPE_CHECKING:
    from geoslip.inversion.system import System

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FormalUncertainty:
    """What the quadratic problem says about its free parameters.

    Attributes
    ----------
    covariance : (p, p) array
        S, m^2; rows of components without free parameters are zero.
    resolution : (p,) array
        Diagonal of R, NaN for components without free parameters.
    determined : (p,) bool array
        Components with at least one free parameter.
    effective_parameters : float
        Trace of R.
    """

    covariance: Array
    resolution: Array
    determined: NDArray[np.bool_]
    effective_parameters: float

    @property
    def standard_deviations(self) -> Array:
        """Square roots of the covariance's diagonal (p,), m; NaN for components without free parameters."""
        return np.where(self.determined, np.sqrt(np.diagonal(self.covariance)), np.nan)


def formal_uncertainty(system: System, strength: float, *, free: NDArray[np.bool_]) -> FormalUncertainty:
    """Covariance and resolution with the parameters that are not free held.

    Parameters
    ----------
    system : System
    strength : float
    free : (q,) bool array
        Parameters away from their bounds.

    Returns
    -------
    FormalUncertainty

    Raises
    ------
    SingularProblemError
        The free parameters are not determined.
    """
    index = np.flatnonzero(free)
    basis = system.space.basis[:, index]
    determined = np.asarray(abs(basis).sum(axis=1)).ravel() > 0.0
    n_slip = basis.shape[0]
    if index.size == 0:
        return FormalUncertainty(np.zeros((n_slip, n_slip)), np.full(n_slip, np.nan), determined, 0.0)
    block = system.regularised(strength)[np.ix_(index, index)]
    try:
        inverse = cho_solve(cho_factor(block, check_finite=False), np.eye(index.size), check_finite=False)
    except LinAlgError as error:
        raise SingularProblemError(FACTOR_FAILED.format(n=index.size)) from error
    covariance = np.asarray(basis @ np.asarray(basis @ (0.5 * (inverse + inverse.T))).T)
    diagonal = np.einsum("ij,ij->i", covariance, system.problem.normal)
    return FormalUncertainty(covariance, np.where(determined, diagonal, np.nan), determined, float(diagonal.sum()))
