"""A problem, an operator and constraints, written in parameters: what the engines and criteria work on."""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.bounded import BoundedSolution, minimise_bounded
from geoslip.inversion.spectrum import Spectrum

if TYPE_CHECKING:
    from geoslip.inversion.constraints import Constraints
    from geoslip.inversion.operators import Operator
    from geoslip.inversion.problem import Problem

Array = NDArray[np.float64]


class System:
    """min x' (N + strength^2 H) x - 2 b' x over lower <= x <= upper, with N, H and b formed once.

    Parameters
    ----------
    problem : Problem
    operator : Operator
        For the same fault and components.
    constraints : Constraints

    Attributes
    ----------
    space : ParameterSpace
        q parameters and their bounds.
    normal, gram : (q, q) array
        N and H.
    right : (q,) array
        b.

    Raises
    ------
    ValueError
        An operator of another size than the problem.
    """

    def __init__(self, problem: Problem, operator: Operator, constraints: Constraints) -> None:
        if operator.matrix.shape[1] != problem.n_slip:
            raise ValueError(
                f"operator {operator.name!r} acts on {operator.matrix.shape[1]} slip components, the problem has "
                f"{problem.n_slip}: build it for the same fault and components"
            )
        self.problem, self.operator, self.constraints = problem, operator, constraints
        self.space = constraints.space(problem.fault, components=problem.components)
        self.normal = self.space.shrink(problem.normal)
        gram = self.space.basis.T @ operator.gram @ self.space.basis
        self.gram: Array = gram.toarray()
        self.right: Array = self.space.basis.T @ problem.right

    def regularised(self, strength: float) -> Array:
        """N + strength^2 H, (q, q)."""
        if not (np.isfinite(strength) and strength >= 0.0):
            raise ValueError(f"strength {strength!r} must be a number of at least 0")
        return self.normal + strength**2 * self.gram

    def minimise(self, strength: float, *, start: NDArray[np.int8] | None = None) -> BoundedSolution:
        """The bounded minimum at one strength, from a neighbour's state if given."""
        lower, upper = self.space.lower, self.space.upper
        return minimise_bounded(self.regularised(strength), self.right, lower=lower, upper=upper, start=start)

    def with_data(self, normal: Array, *, right: Array) -> System:
        """Give the same system with the N (q, q) and b (q,) of other data."""
        other = copy(self)
        other.__dict__.pop("spectrum", None)
        other.normal, other.right = normal, right
        return other

    @cached_property
    def spectrum(self) -> Spectrum:
        """The joint decomposition of N and H, which serves every strength."""
        return Spectrum.of(self.normal, self.gram, right=self.right)
