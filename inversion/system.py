"""A problem, an operator and constraints, written in parameters: what the engines and criteria work on."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from geoslip.inversion.bounds.box import BoundedSolution
from geoslip.inversion.bounds.least_squares import minimise_bounded
from geoslip.inversion.choices.spectrum import Spectrum
from geoslip.inversion.errors import ConvergenceError

if TYPE_CHECKING:
    from geoslip.inversion.bounds.constraints import Constraints
    from geoslip.inversion.problem import Problem
    from geoslip.inversion.smoothing.operators import Operator

Array = NDArray[np.float64]

RISES = (2.0, 4.0, 16.0, 64.0)
"""How many times stronger a smoothing is solved first where block pivots alone do not find the minimum."""


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
    normal : (q, q) array
        N.
    right : (q,) array
        b.
    pull : (q,) array or None
        B' L' t of an operator with the target t, which the right-hand side has too, times strength^2.

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
        self._gram = sparse.coo_array(gram)
        self._gram.sum_duplicates()
        self.right: Array = self.space.basis.T @ problem.right
        self.pull: Array | None = None
        if operator.target is not None:
            self.pull = self.space.basis.T @ (operator.matrix.T @ operator.target)

    def regularised(self, strength: float) -> Array:
        """N + strength^2 H, (q, q)."""
        if not (np.isfinite(strength) and strength >= 0.0):
            raise ValueError(f"strength {strength!r} must be a number of at least 0")
        matrix = np.array(self.normal, order="C")
        matrix[self._gram.row, self._gram.col] += strength**2 * self._gram.data
        return matrix

    def right_at(self, strength: float) -> Array:
        """The right-hand side at a strength (q,): b, and what draws the smoothing toward its target."""
        return self.right if self.pull is None else self.right + strength**2 * self.pull

    @cached_property
    def rest(self) -> Array:
        """Parameters (q,) nearest to no slip that the smoothing alone would have: zero where it has no target."""
        target = self.operator.target
        if target is None:
            return np.zeros(self.space.n)
        rows = np.asarray((self.operator.matrix @ self.space.basis).toarray())
        return np.asarray(np.linalg.lstsq(rows, target)[0])

    @cached_property
    def energy(self) -> float:
        """Chi-square of the smoothing's own parameters, nuisance fitted: of no slip where it has no target."""
        return self.problem.chi_square(self.space.slip_vector(self.rest))

    @cached_property
    def misfit_at_rest(self) -> Array:
        """b - N x (q,) at the smoothing's own parameters: the right-hand side where x is counted from them."""
        return self.right if self.pull is None else self.right - self.normal @ self.rest

    @cached_property
    def gram(self) -> Array:
        """H, dense (q, q)."""
        return np.asarray(self._gram.toarray())

    def minimise(
        self, strength: float, *, start: NDArray[np.int8] | None = None, tolerance: float = 1e-9
    ) -> BoundedSolution:
        """The bounded minimum at one strength, from a neighbour's state if given.

        Where that start is too far for block pivots, a stronger smoothing is solved first, and from there this one.
        """
        matrix = self.regularised(strength)
        settings: dict[str, Any] = {"lower": self.space.lower, "upper": self.space.upper, "tolerance": tolerance}
        for rise in (1.0, *RISES):
            try:
                near = matrix if rise == 1.0 else self.regularised(rise * strength)
                found = minimise_bounded(near, self.right_at(rise * strength), start=start, limit=0, **settings)
            except ConvergenceError:
                continue
            if rise == 1.0:
                return found
            return self._lowered(strength, found.state, rise, settings)
        return minimise_bounded(matrix, self.right_at(strength), start=start, **settings)

    def _lowered(
        self, strength: float, state: NDArray[np.int8], rise: float, settings: Mapping[str, Any]
    ) -> BoundedSolution:
        """Come down to a strength from the state at one that is `rise` times stronger."""
        steps = max(1, round(np.log(rise) / np.log(RISES[0])))
        for share in np.arange(steps - 1, 0, -1) / steps:
            near = rise**share * strength
            matrix, right = self.regularised(near), self.right_at(near)
            try:
                state = minimise_bounded(matrix, right, start=state, limit=0, **settings).state
            except ConvergenceError as error:
                partial = error.partial
                state = partial.state if isinstance(partial, BoundedSolution) else state
        return minimise_bounded(self.regularised(strength), self.right_at(strength), start=state, **settings)

    def unbiased(self) -> System:
        """The same system without what draws slip toward given values: no target, no priors."""
        if self.pull is None and not self.problem.priors:
            return self
        return System(replace(self.problem, priors=()), replace(self.operator, target=None), self.constraints)

    def with_data(self, normal: Array, *, right: Array) -> System:
        """Give the same system with the N (q, q) and b (q,) of other data."""
        other = copy(self)
        for known in ("spectrum", "misfit_at_rest"):
            other.__dict__.pop(known, None)
        other.normal, other.right = normal, right
        return other

    @cached_property
    def spectrum(self) -> Spectrum:
        """The joint decomposition of N and H, which serves every strength; x counts from the smoothing's own."""
        return Spectrum.of(self.normal, self.gram, right=self.misfit_at_rest)
