"""Bounded least squares with a sum of lengths: solutions that hold every optimality condition.

The problem is min x' N x - 2 b' x + a^2 sum_g len(r_g) over lower <= x <= upper, with r = A x - t in groups g. It is
solved when there are z_g with

    2 (N x - b) + a^2 A' z = multipliers of the bounds,
    z_g = r_g / len(r_g) where r_g is not 0,    len(z_g) <= 1 where it is.

geoslip.inversion.bounds.norm_lagrangian finds it; here its answer is judged, and what is zero but for rounding made so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from geoslip.inversion.bounds.box import AT_LOWER, AT_UPPER, FREE, BoundedSolution
from geoslip.inversion.bounds.faces import FACTOR_FAILED
from geoslip.inversion.bounds.norm_lagrangian import Lagrangian
from geoslip.inversion.bounds.norm_task import NormTask, basis_of, slopes
from geoslip.inversion.errors import ConstraintError, ConvergenceError, SingularProblemError
from geoslip.inversion.trust.uncertainty import FormalUncertainty

if TYPE_CHECKING:
    from geoslip.inversion.system import System

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LARGEST_KKT = 1e-8
"""Accepted violation of the optimality conditions."""


def minimise_norms(system: System, strength: float) -> BoundedSolution:
    """Minimise chi-square + strength^2 times the sum of lengths of a NormOperator, within the bounds.

    Time grows with the cube of the parameters, over some ten to some hundred factorisations: a tenth of a second for
    a hundred of them, ten seconds for 1200.

    Parameters
    ----------
    system : System
        Whose operator is a NormOperator.
    strength : float
        At least 0.

    Returns
    -------
    BoundedSolution
        Its `kkt` is that of the conditions in the module's heading.

    Raises
    ------
    SingularProblemError
        No strength, and data that alone do not determine every parameter.
    ConvergenceError
        The conditions do not hold to 1e-8.
    """
    if strength == 0.0:
        return system.minimise(strength)
    task = NormTask(system, strength)
    best = task.settled(Lagrangian(task).minimise())
    kkt, x = task.kkt(best), best.x
    state = np.where(x <= task.lower, AT_LOWER, np.where(x >= task.upper, AT_UPPER, FREE)).astype(np.int8)
    objective = float(x @ (task.normal @ x) - 2.0 * task.right @ x + task.lengths(x).sum())
    found = BoundedSolution(x, state, kkt, objective, 0)
    if not kkt <= LARGEST_KKT:
        raise ConvergenceError(
            f"the optimality conditions of {system.operator.name} hold to {kkt:.1e} only (accepted: "
            f"{LARGEST_KKT:.0e}): raise the smoothing strength, or take a smoothing by squares",
            partial=found,
        )
    return found


def face_uncertainty(system: System, strength: float, x: Array, *, free: Mask) -> FormalUncertainty:
    """Covariance and resolution of an estimate, given which lengths and bounds are zero.

    As geoslip.inversion.trust.uncertainty on the face of the solution: patches that slip as one have one uncertainty,
    and patches that rest have none. The trace of the resolution counts what is left to choose, the number of blocks of
    even slip or of patches that slip, less what the bend of the lengths takes (Tibshirani & Taylor 2012, Annals of
    Statistics 40, 1198-1232).

    Parameters
    ----------
    system : System
    strength : float
    x : (q,) array
        The estimate's parameters.
    free : (q,) bool array
        Parameters away from their bounds.

    Returns
    -------
    FormalUncertainty

    Raises
    ------
    SingularProblemError
        The data do not determine what is left.
    """
    task = NormTask(system, strength)
    length = task.lengths(x)
    held = task.whole(length <= 1e-9 * (float(length.max()) or 1.0))
    face = basis_of(task, held, free)
    inner = np.asarray(system.space.basis @ face)
    determined = np.abs(inner).sum(axis=1) > 1e-12
    n_slip = len(inner)
    if not face.shape[1]:
        return FormalUncertainty(np.zeros((n_slip, n_slip)), np.full(n_slip, np.nan), determined, 0.0)
    block = face.T @ slopes(task, x, ~held)[1] @ face
    try:
        inverse = cho_solve(cho_factor(block, check_finite=False), np.eye(len(block)), check_finite=False)
    except LinAlgError as error:
        raise SingularProblemError(FACTOR_FAILED.format(n=len(block))) from error
    covariance = inner @ (0.5 * (inverse + inverse.T)) @ inner.T
    diagonal = np.einsum("ij,ij->i", covariance, system.problem.normal)
    return FormalUncertainty(covariance, np.where(determined, diagonal, np.nan), determined, float(diagonal.sum()))


def check_box(system: System) -> None:
    """Refuse caps that are no bounds of single parameters.

    Raises
    ------
    ConstraintError
    """
    constraints = system.constraints
    if constraints.moment_at_most is not None or constraints.moment_at_least is not None:
        raise ConstraintError(
            f"a moment that is given or capped is not solved with {system.operator.name}: take a smoothing by squares, "
            "or a moment prior"
        )
