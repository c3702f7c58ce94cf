"""Problem in, estimate out, at one smoothing strength."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.bounds.box import BoundedSolution
from geoslip.inversion.bounds.capped import minimise_capped
from geoslip.inversion.bounds.constraints import Constraints
from geoslip.inversion.bounds.minimise_norms import check_box, minimise_norms
from geoslip.inversion.bounds.moment import minimise_at_moment
from geoslip.inversion.bounds.polish import polished
from geoslip.inversion.bounds.reached import reach_moment
from geoslip.inversion.bounds.shear import is_tied, moment_weight, slip_size
from geoslip.inversion.errors import ConstraintError, ConvergenceError
from geoslip.inversion.estimate import Estimate
from geoslip.inversion.problem import Problem
from geoslip.inversion.smoothing.norms import NormOperator
from geoslip.inversion.smoothing.operators import Operator
from geoslip.inversion.system import System

Array = NDArray[np.float64]

CAP_TOLERANCE = 1e-9
"""Share by which a solution may pass a cap before the cap is imposed."""
SHARP = 1e-8
"""Largest violation of the optimality conditions of a polished solution."""


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
    it is the best of a wider choice. Else the caps are imposed until every optimality condition holds: by polishing the
    bounded engine's minimum at the moment (geoslip.inversion.bounds.moment and polish), and where it leads nowhere or
    patches share parameters by an augmented Lagrangian (geoslip.inversion.bounds.capped).
    """
    if isinstance(system.operator, NormOperator):
        return _by_lengths(system, strength)
    cap, floor = system.constraints.moment_at_most, system.constraints.moment_at_least
    found = system.minimise(strength, start=start, tolerance=tolerance)
    largest = system.constraints.largest_slip(system.problem.fault)
    size = slip_size(system, found.x)
    too_large = bool(np.any(size > largest * (1.0 + CAP_TOLERANCE)))
    moment = float(moment_weight(system) @ size)
    too_much = cap is not None and moment > cap * (1.0 + CAP_TOLERANCE)
    too_little = floor is not None and moment < floor * (1.0 - CAP_TOLERANCE)
    if not (too_large or too_much or too_little):
        return Estimate(system, strength, found.x, found.state, found.kkt)
    ceiling = largest if np.isfinite(largest).any() else None
    if too_little or (too_much and not is_tied(system)):
        target = floor if too_little else cap
        assert target is not None
        near, failure = _at_moment(system, strength, target, found)
        exact = _exact(system, strength, near.x, largest=ceiling, moment=target)
        if exact is not None:
            return exact
        if too_little:
            reached = reach_moment(system, strength, near, moment=target)
            if np.any(slip_size(system, reached.x) > largest * (1.0 + CAP_TOLERANCE)):
                raise _floor_and_size(floor)
            if not reached.kkt <= SHARP:
                raise failure or ConvergenceError(
                    f"the optimality conditions of a least moment of {floor:.4g} N m hold to {reached.kkt:.1e} only "
                    f"(accepted: {SHARP:.0e}): fix the rake or narrow its window",
                    partial=reached,
                )
            return Estimate(system, strength, reached.x, reached.state, reached.kkt)
    capped = minimise_capped(system, strength, largest=ceiling, moment_at_most=cap)
    if floor is not None and moment_weight(system) @ slip_size(system, capped.x) < floor * (1.0 - CAP_TOLERANCE):
        raise _floor_and_size(floor)
    return Estimate(system, strength, capped.x, capped.state, capped.kkt, engine="lagrangian")


def _floor_and_size(floor: float | None) -> ConstraintError:
    return ConstraintError(
        f"moment_at_least {floor:.4g} N m together with a largest size of slip that binds is not solved: "
        "fix the rake, so that the bound is one of a parameter"
    )


def _by_lengths(system: System, strength: float) -> Estimate:
    check_box(system)
    found = minimise_norms(system, strength)
    largest, size = system.constraints.largest_slip(system.problem.fault), slip_size(system, found.x)
    if np.any(size > largest * (1.0 + CAP_TOLERANCE)):
        raise ConstraintError(
            f"slip of {size.max():.4g} m passes the maximum of {largest[int(np.argmax(size - largest))]:.4g} m, which "
            f"{system.operator.name} keeps at a fixed rake only: fix the rake, or take a smoothing by squares"
        )
    return Estimate(system, strength, found.x, found.state, found.kkt, engine="lagrangian")


def _at_moment(
    system: System, strength: float, target: float, start: BoundedSolution
) -> tuple[BoundedSolution, ConvergenceError | None]:
    """The bounded engine's minimum at a moment, or the last point of its search and why that is none."""
    try:
        return minimise_at_moment(system, strength, target=target, start=start).found, None
    except ConvergenceError as error:
        return (error.partial if isinstance(error.partial, BoundedSolution) else start), error


def _exact(
    system: System, strength: float, x: Array, *, largest: Array | None, moment: float | None
) -> Estimate | None:
    """The minimum near x that holds every optimality condition and cap; None where none is found."""
    found = polished(system, strength, x, largest=largest, moment=moment)
    if found is None or found.kkt > SHARP:
        return None
    size, cap = slip_size(system, found.x), system.constraints.moment_at_most
    if largest is not None and np.any(size > largest * (1.0 + CAP_TOLERANCE)):
        return None
    total = float(moment_weight(system) @ size)
    if cap is not None and total > cap * (1.0 + CAP_TOLERANCE):
        return None
    if moment == cap and found.moment_multiplier < 0.0 and moment != system.constraints.moment_at_least:
        return None
    return Estimate(system, strength, found.x, found.state, found.kkt)
