"""The minimum under caps on moment and size of slip by an independent solver: cvxpy (CLARABEL), right to about 1e-6."""

import warnings

import cvxpy
import numpy as np
from scipy.linalg import cholesky, solve_triangular

from geoslip.inversion.bounds.shear import caps_and_bounds, moment_weight, shear_parts


def minimise(system, strength, *, largest=None, moment_at_most=None):
    """Parameters x within their bounds, and how much the objective would fall per N m of a larger moment."""
    factor = cholesky(system.regularised(strength))
    target = solve_triangular(factor, system.right_at(strength), trans="T")
    scale = float(np.linalg.norm(target))
    x = cvxpy.Variable(system.space.n)
    size = cvxpy.norm(cvxpy.vstack([part @ x for part in shear_parts(system)]), 2, axis=0)
    ceiling, lower, upper = caps_and_bounds(system, largest)
    capped, low, high = np.isfinite(ceiling), np.isfinite(lower), np.isfinite(upper)
    unit = float(moment_weight(system).sum())
    pairs = ((lower[low], x[low]), (x[high], upper[high]), (size[capped], ceiling[capped]))
    rules = [less <= more for less, more in pairs if less.shape[0]]
    if moment_at_most is not None:
        rules.append((moment_weight(system) / unit) @ size <= moment_at_most / unit)
    task = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum_squares((factor / scale) @ x - target / scale)), rules)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Solution may be inaccurate", category=UserWarning)
        task.solve(solver=cvxpy.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-13)
    multiplier = 0.0 if moment_at_most is None else float(rules[-1].dual_value) * scale**2 / unit
    return np.clip(x.value, lower, upper), multiplier
