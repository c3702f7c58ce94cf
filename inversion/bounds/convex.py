"""Convex problems that are no plain bound problem: a moment cap, a cap on the size of slip.

They are solved with cvxpy (CLARABEL), which is imported only here and only when needed. Time grows with the cube of
the number of parameters, with a far larger factor than that of the bounded engine.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky, solve_triangular

from geoslip.inversion.bounds.box import AT_LOWER, AT_UPPER, FREE, kkt_residual
from geoslip.inversion.bounds.faces import FACTOR_FAILED
from geoslip.inversion.bounds.shear import CappedSolution, caps_and_bounds, moment_weight, shear_parts, slip_size
from geoslip.inversion.errors import ConvergenceError, SingularProblemError

if TYPE_CHECKING:
    from geoslip.inversion.system import System

Array = NDArray[np.float64]

NEAR_BOUND = 1e-6
"""Share of the largest slip within which an interior-point solution counts as at its bound."""
LARGEST_KKT = 1e-4
"""Accepted violation of the optimality conditions; the interior-point solver gives about 1e-7."""


def minimise_convex(
    system: System, strength: float, *, largest: Array | None = None, moment_at_most: float | None = None
) -> CappedSolution:
    """Minimise over bounds with the shear slip's size and the moment capped.

    Parameters
    ----------
    system : System
    strength : float
    largest : (n_patches,) array, optional
        Largest shear slip of each patch, m; inf where there is none.
    moment_at_most : float, optional
        Largest scalar moment, N m, with the rigidity of the system's constraints.

    Returns
    -------
    CappedSolution
        Patches without slip, where the caps have no gradient, are left out of its conditions.

    Raises
    ------
    SingularProblemError
        The data and the smoothing do not determine every parameter.
    ConvergenceError
        The solver failed.
    """
    import cvxpy

    matrix, right = system.regularised(strength), system.right_at(strength)
    try:
        factor = cholesky(matrix, check_finite=False)
    except LinAlgError as error:
        raise SingularProblemError(FACTOR_FAILED.format(n=len(matrix))) from error
    target = solve_triangular(factor, right, trans="T", check_finite=False)
    scale = float(np.linalg.norm(target)) or 1.0
    space = system.space
    x = cvxpy.Variable(space.n)
    size = cvxpy.norm(cvxpy.vstack([part @ x for part in shear_parts(system)]), 2, axis=0)
    rules = []
    ceiling, lower, upper = caps_and_bounds(system, largest)
    capped = np.isfinite(ceiling)
    low, high = np.isfinite(lower), np.isfinite(upper)
    if low.any():
        rules.append(x[low] >= lower[low])
    if high.any():
        rules.append(x[high] <= upper[high])
    size_rule = size[capped] <= ceiling[capped] if capped.any() else None
    weight = moment_weight(system)
    unit = float(weight.sum())
    moment_rule = (weight / unit) @ size <= moment_at_most / unit if moment_at_most is not None else None
    rules += [rule for rule in (size_rule, moment_rule) if rule is not None]
    task = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum_squares((factor / scale) @ x - target / scale)), rules)
    with warnings.catch_warnings():
        # an inaccurate solution is judged by its optimality conditions below
        warnings.filterwarnings("ignore", message="Solution may be inaccurate", category=UserWarning)
        task.solve(solver=cvxpy.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-13)
    if x.value is None:
        raise ConvergenceError(
            f"the convex solver ended with {task.status!r}: the caps may contradict the bounds", partial=task.status
        )
    duals = _Duals(np.zeros(space.n_patches), 0.0)
    if moment_rule is not None:
        duals.moment = float(moment_rule.dual_value) * scale**2 / unit
    if size_rule is not None:
        duals.size[capped] = np.asarray(size_rule.dual_value) * scale**2
    found = _finished(system, (matrix, right), np.clip(x.value, lower, upper), (lower, upper), duals)
    slack = duals.size[capped] @ (ceiling[capped] - slip_size(system, found.x)[capped])
    if moment_at_most is not None:
        slack += duals.moment * (moment_at_most - weight @ slip_size(system, found.x))
    found = replace(found, kkt=max(found.kkt, abs(float(slack)) / scale**2))
    if not found.kkt <= LARGEST_KKT:
        raise ConvergenceError(
            f"the convex solver's optimality conditions hold to {found.kkt:.1e} only (accepted: {LARGEST_KKT:.0e}): "
            "raise the smoothing strength or relax the caps",
            partial=found,
        )
    return found


@dataclass
class _Duals:
    """Multipliers of the caps on each patch's slip and on the moment."""

    size: Array
    moment: float


def _finished(
    system: System, normal: tuple[Array, Array], x: Array, bounds: tuple[Array, Array], duals: _Duals
) -> CappedSolution:
    space, (lower, upper), (matrix, right) = system.space, bounds, normal
    close = NEAR_BOUND * (np.abs(x).max() or 1.0)
    state = np.where(x - lower < close, AT_LOWER, np.where(upper - x < close, AT_UPPER, FREE))
    gradient = matrix @ x - right
    size = slip_size(system, x)
    slipping = size > 1e3 * close
    pull = duals.size + duals.moment * moment_weight(system)
    for part in shear_parts(system):
        share = np.divide(part @ x, size, out=np.zeros_like(size), where=slipping)
        gradient += part.T @ (0.5 * pull * share)
    gradient[~slipping[space.patch] & (pull[space.patch] > 0.0)] = 0.0
    at_bound = np.where(state == AT_LOWER, lower, np.where(state == AT_UPPER, upper, x))
    scale = float(np.abs(right).max()) or 1.0
    kkt = kkt_residual(gradient, at_bound, lower=lower, upper=upper, scale=scale)
    return CappedSolution(x, state.astype(np.int8), kkt, duals.moment)
