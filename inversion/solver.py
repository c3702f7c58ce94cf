"""Problem in, estimate out, at one smoothing strength."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.constraints import Constraints
from geoslip.inversion.convex import minimise_convex, moment_weight, slip_size
from geoslip.inversion.errors import ConstraintError
from geoslip.inversion.estimate import Estimate
from geoslip.inversion.operators import Operator
from geoslip.inversion.problem import Problem
from geoslip.inversion.system import System

CAP_TOLERANCE = 1e-9
"""Share by which a solution may pass a cap before the cap is imposed."""


def solve(
    problem: Problem,
    operator: Operator,
    *,
    strength: float,
    constraints: Constraints | None = None,
) -> Estimate:
    """Minimise chi-square + strength^2 roughness under the constraints.

    Time grows with the cube of the number of parameters, memory with its square.

    Parameters
    ----------
    problem : Problem
    operator : Operator
        The smoothing, for the same fault and components.
    strength : float
        At least 0; 0 is no smoothing.
    constraints : Constraints, optional
        Free slip if not given.

    Returns
    -------
    Estimate

    Raises
    ------
    SingularProblemError
        Data and smoothing do not determine every free parameter.
    ConstraintError
        Constraints that do not fit the fault or each other.
    """
    return solve_system(System(problem, operator, constraints or Constraints()), strength)


def solve_system(
    system: System, strength: float, *, start: NDArray[np.int8] | None = None, tolerance: float = 1e-9
) -> Estimate:
    """Solve at one strength, from the state of a neighbouring estimate if given.

    The bounded engine goes first; where its solution keeps the caps on moment and size of slip it is the answer, for
    it is the best of a wider choice. Else the caps are imposed (geoslip.inversion.convex).
    """
    cap = system.constraints.moment_at_most
    if cap is not None and not cap > 0.0:
        raise ConstraintError(f"the largest moment {cap!r} N m must be positive")
    found = system.minimise(strength, start=start, tolerance=tolerance)
    largest = system.constraints.largest_slip(system.problem.fault)
    size = slip_size(system, found.x)
    too_large = bool(np.any(size > largest * (1.0 + CAP_TOLERANCE)))
    too_much = cap is not None and float(moment_weight(system) @ size) > cap * (1.0 + CAP_TOLERANCE)
    if not (too_large or too_much):
        return Estimate(system, strength, found.x, found.state, found.kkt)
    capped = minimise_convex(
        system, strength, largest=largest if np.isfinite(largest).any() else None, moment_at_most=cap
    )
    return Estimate(system, strength, capped.x, capped.state, capped.kkt, engine="convex")
