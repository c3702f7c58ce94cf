"""A moment that is given, or must lie in an interval, on the bounded engine: one multiplier is sought.

Where the bounded minimum's moment M = sum w |s| (w rigidity times area) lies outside what is asked, the nearer end
binds. Near slip s0 along u, with t across, |s| = u.s + (t.s)^2 / (2 |s0|) to second order: the minimum at a moment is
that of

    x' K x - 2 b' x + mu sum w (u.s + (t.s)^2 / (2 |s0|)),

whose moment falls as mu grows, so that a bracketing search finds mu. Directions and sizes then follow the slip until
they rest (Newton's method; a patch at rest keeps the direction it had last). For a cap that is the one minimum. A
moment that must be reached (mu < 0, the curvature left out) is no convex condition where slip may turn, and what is
found is a minimum among its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.optimize import brentq

from geoslip.inversion.bounds.box import BoundedSolution
from geoslip.inversion.bounds.least_squares import minimise_bounded
from geoslip.inversion.bounds.shear import moment_weight, shear_parts, slip_size
from geoslip.inversion.errors import ConvergenceError

if TYPE_CHECKING:
    from geoslip.inversion.system import System

Array = NDArray[np.float64]

TURNS = 30
"""Most turns between multiplier and directions; where patches keep coming and going, capped.py holds caps."""
SMALLEST = 1e-6
"""Share of the largest slip below which slip counts as so large where its direction is stiffened."""
CREEP = 1e-5
"""Share of the largest slip below which a patch's direction may go to and fro."""
REACHED = 1e-4
"""Share by which a moment that must be reached may be passed where slip may turn."""
CLOSE = 1e-6
"""Share of the moment to which it is met where slip may turn; exact to rounding where the rake is fixed."""


@dataclass(frozen=True, eq=False)
class MomentSolution:
    """The minimum at a moment.

    Attributes
    ----------
    found : BoundedSolution
    multiplier : float
        How much chi-square + strength^2 roughness would fall per N m more; negative where more would raise it.
    """

    found: BoundedSolution
    multiplier: float


def minimise_at_moment(system: System, strength: float, *, target: float, start: BoundedSolution) -> MomentSolution:
    """Minimise with the scalar moment at a value.

    Parameters
    ----------
    system : System
    strength : float
    target : float
        N m.
    start : BoundedSolution
        Without a moment asked for.

    Returns
    -------
    MomentSolution

    Raises
    ------
    ConvergenceError
        The directions of slip do not come to rest, or no multiplier reaches the moment.
    """
    search = _Search(system, strength, target, start)
    for _ in range(TURNS):
        multiplier = search.balance()
        rests, gap = search.turn(), search.moment / target - 1.0
        if (rests and abs(gap) < CLOSE) or (multiplier < 0.0 <= gap + CLOSE and gap < REACHED):
            return MomentSolution(search.found, multiplier)
    raise ConvergenceError(
        f"the directions of slip do not rest at a moment of {target:.4g} N m: fix the rake or narrow its window",
        partial=search.found,
    )


class _Search:
    """The multiplier and the directions while they are sought."""

    def __init__(self, system: System, strength: float, target: float, start: BoundedSolution) -> None:
        self.system, self.target, self.found = system, target, start
        self.matrix, self.right = system.regularised(strength), system.right_at(strength)
        self.weight, self.parts = moment_weight(system), shear_parts(system)
        self.scale = float(start.x @ (self.matrix @ start.x)) / max(self.moment, 1e-6 * target)
        self.direction = np.zeros((2, system.space.n_patches))
        self.load, self.multiplier = np.zeros(system.space.n), 0.0
        self.turn()

    @property
    def moment(self) -> float:
        return float(self.weight @ slip_size(self.system, self.found.x))

    def turn(self) -> bool:
        """Let the directions follow the slip; whether they had come to rest."""
        vector = np.array([part @ self.found.x for part in self.parts])
        size = np.hypot(*vector)
        moving = size > 1e-9 * size.max()
        if not self.load.any():
            self.direction[:] = (vector @ self.weight / max(float(np.hypot(*(vector @ self.weight))), 1e-300))[:, None]
        new = np.where(moving, vector / np.where(moving, size, 1.0), self.direction)
        change = float(np.max(np.abs(new - self.direction), where=size > CREEP * size.max(), initial=0.0))
        self.direction = new
        self.load = sum(part.T @ (self.weight * one) for part, one in zip(self.parts, new))
        across = sparse.diags_array(-new[1]) @ self.parts[0] + sparse.diags_array(new[0]) @ self.parts[1]
        stiff = 0.5 * self.weight / np.maximum(size, SMALLEST * size.max())
        self.curvature = sparse.coo_array(across.T @ sparse.diags_array(stiff) @ across)
        return change < 1e-6

    def excess(self, multiplier: float) -> float:
        """Share by which the moment along the directions passes the target."""
        space = self.system.space
        right = self.right - 0.5 * multiplier * self.load
        matrix = self.matrix
        if multiplier > 0.0 and self.curvature.nnz:
            matrix = matrix.copy()
            matrix[self.curvature.row, self.curvature.col] += multiplier * self.curvature.data
        self.found = minimise_bounded(matrix, right, lower=space.lower, upper=space.upper, start=self.found.state)
        return float(self.load @ self.found.x) / self.target - 1.0

    def balance(self) -> float:
        """The multiplier at which the moment is the target."""
        here = self.excess(self.multiplier)
        step = self.scale * (1.0 if here > 0.0 else -1.0) * min(1.0, max(abs(here), 1e-6))
        other = self.multiplier
        for _ in range(60):
            if abs(here) < 1e-11:
                return self.multiplier
            other = self.multiplier + step
            if self.excess(other) * here <= 0.0:
                break
            step *= 3.0
        else:
            raise ConvergenceError(f"no slip reaches a moment of {self.target:.4g} N m", partial=self.found)
        tiny = 1e-15 * max(abs(self.multiplier), abs(other))
        self.multiplier = float(brentq(self.excess, self.multiplier, other, xtol=max(tiny, 1e-300), rtol=1e-14))
        self.excess(self.multiplier)
        return self.multiplier
