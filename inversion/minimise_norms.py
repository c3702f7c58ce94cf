"""Bounded least squares with a sum of lengths: an interior-point solution by cvxpy, made sharp where it is at a corner.

The problem is min x' N x - 2 b' x + a^2 sum_g len(r_g) over lower <= x <= upper, with r = A x - t in groups g. It is
solved when there are z_g with

    2 (N x - b) + a^2 A' z = multipliers of the bounds,
    z_g = r_g / len(r_g) where r_g is not 0,    len(z_g) <= 1 where it is.

The interior-point method finds it to about 1e-5 and points to the groups that are zero; from there
geoslip.inversion.norm_faces finds it to rounding.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve, cholesky, solve_triangular

from geoslip.inversion.box import AT_LOWER, AT_UPPER, FREE, BoundedSolution
from geoslip.inversion.errors import ConstraintError, ConvergenceError, SingularProblemError
from geoslip.inversion.faces import FACTOR_FAILED
from geoslip.inversion.norm_faces import SHARP, sharpened
from geoslip.inversion.norm_task import NormPoint, NormTask, basis_of, slopes
from geoslip.inversion.uncertainty import FormalUncertainty

if TYPE_CHECKING:
    from geoslip.inversion.system import System

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LARGEST_KKT = 1e-4
"""Accepted violation of the optimality conditions, where no face holds them all; else they hold to rounding."""
ROUNDING = 1e-13
"""Share of the largest slip up to which slip is none."""


def minimise_norms(system: System, strength: float) -> BoundedSolution:
    """Minimise chi-square + strength^2 times the sum of lengths of a NormOperator, within the bounds.

    Time grows with the cube of the parameters; seconds for some hundred.

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
        The data alone do not determine every parameter, and neither do data and lengths.
    ConvergenceError
        The conditions do not hold to 1e-4.
    """
    task = NormTask(system, strength)
    rough = _interior(task, system, strength)
    best = sharpened(task, rough)
    still = replace(best, x=np.where(np.abs(best.x) <= ROUNDING * task.size(best.x), 0.0, best.x))
    if task.kkt(still) <= max(task.kkt(best), SHARP):
        best = still
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


def _interior(task: NormTask, system: System, strength: float) -> NormPoint:
    """An interior-point solution, its bounds met exactly."""
    import cvxpy

    n = system.space.n
    # a little of the squares makes a factor where the data alone have none; it is taken off again below
    ridge = 1e-12 * float(np.trace(task.normal)) / n
    try:
        factor = cholesky(task.normal + ridge * np.eye(n), check_finite=False)
    except LinAlgError as error:
        raise SingularProblemError(FACTOR_FAILED.format(n=n)) from error
    aim = solve_triangular(factor, task.right, trans="T", check_finite=False)
    unit = float(np.linalg.norm(aim)) or 1.0
    x, r = cvxpy.Variable(n), cvxpy.Variable(len(task.rows))
    parts = cvxpy.reshape(r, (len(task.rows) // task.n_groups, task.n_groups), order="C")
    step = float(np.sqrt(np.max(np.sum(task.rows**2, axis=1), initial=0.0))) or 1.0
    tie = r == (task.rows / step) @ x - task.target / step
    low, high = np.isfinite(task.lower), np.isfinite(task.upper)
    rules = [tie]
    if low.any():
        rules.append(x[low] >= task.lower[low])
    if high.any():
        rules.append(x[high] <= task.upper[high])
    cost = cvxpy.sum_squares((factor / unit) @ x - aim / unit) + (step / unit**2) * cvxpy.sum(
        cvxpy.norm(parts, 2, axis=0)
    )
    program = cvxpy.Problem(cvxpy.Minimize(cost), rules)
    with warnings.catch_warnings():
        # an inaccurate solution is judged by its optimality conditions
        warnings.filterwarnings("ignore", message="Solution may be inaccurate", category=UserWarning)
        program.solve(solver=cvxpy.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-13)
    if x.value is None:
        raise ConvergenceError(f"the convex solver ended with {program.status!r}", partial=program.status)
    bound = np.zeros(n)
    if low.any():
        bound[low] += np.asarray(rules[1].dual_value) * unit**2
    if high.any():
        bound[high] -= np.asarray(rules[-1].dual_value) * unit**2
    z = np.asarray(tie.dual_value) * unit**2 / step
    return NormPoint(np.clip(x.value, task.lower, task.upper), z if float(z @ np.asarray(r.value)) > 0.0 else -z, bound)


def face_uncertainty(system: System, strength: float, x: Array, *, free: Mask) -> FormalUncertainty:
    """Covariance and resolution of an estimate, given which lengths and bounds are zero.

    As geoslip.inversion.uncertainty on the face of the solution: patches that slip as one have one uncertainty, and
    patches that rest have none. The trace of the resolution counts what is left to choose, the number of blocks of
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
