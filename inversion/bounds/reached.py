"""A moment that slip with shared parameters must reach: from nearly the minimum to one that holds every condition.

With w_i the moment of a metre on patch i, mu < 0 the multiplier and s_i the shear slip, it has

    K x - b + mu/2 sum_i w_i grad |s_i| = 0   where x is free, and sum_i w_i |s_i| = M;

no parameter at a bound may gain by leaving it, and one that moves patches at rest gains |mu|/2 w_i |s_i| there,
whatever its direction. Newton's method holds the first two, an exchange of parameters in between the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.bounds.box import AT_LOWER, AT_UPPER, FREE, BoundedSolution
from geoslip.inversion.bounds.shear import CappedSolution, moment_weight, shear_parts

if TYPE_CHECKING:
    from geoslip.inversion.system import System

Array = NDArray[np.float64]

EXCHANGES, STEPS = 40, 100
"""Most exchanges of parameters, and most Newton steps between them."""
SHARPEST, SLACK = 1e-12, 1e-9
"""Violation of the conditions at which Newton's method has arrived, and that sets a parameter free."""
PUSH = 1e-2
"""Share of the largest slip with which a parameter leaves its bound."""


def reach_moment(system: System, strength: float, near: BoundedSolution, *, moment: float) -> CappedSolution:
    """Bring a point to where it is stationary at a moment that must be reached.

    Parameters
    ----------
    system : System
    strength : float
    near : BoundedSolution
    moment : float
        N m.

    Returns
    -------
    CappedSolution
        Its `kkt`, inf where Newton's method fails, is to be judged by the caller.
    """
    point = _Point(system, strength, near, moment)
    for _ in range(EXCHANGES):
        if not point.newton() or not point.exchange():
            break
    state = np.where(point.x <= point.lower, AT_LOWER, np.where(point.x >= point.upper, AT_UPPER, FREE))
    return CappedSolution(point.x, state.astype(np.int8), point.violation(), point.multiplier / point.unit)


class _Point:
    """Parameters and the multiplier while they are sought; moments are counted in `unit`, the mean patch's metre."""

    def __init__(self, system: System, strength: float, near: BoundedSolution, moment: float) -> None:
        self.matrix, self.right = system.regularised(strength), system.right_at(strength)
        self.lower, self.upper = system.space.lower, system.space.upper
        self.parts = np.array([part.toarray() for part in shear_parts(system)])
        self.weight, self.moment = moment_weight(system), moment
        self.unit = float(self.weight.mean())
        self.scale = float(np.abs(self.right).max()) or 1.0
        self.x, self.free = near.x, near.state == FREE
        self.multiplier = 0.0
        self.look()
        load = self.load[self.free]
        self.multiplier = -2.0 * float(self.gradient[self.free] @ load) / (float(load @ load) or 1.0)
        self.look()

    def look(self) -> None:
        """The slip at x, and what the conditions are made of."""
        vector = self.parts @ self.x
        self.size = np.hypot(*vector)
        rests = self.size <= 1e-9 * self.size.max()
        weight, size = self.weight / self.unit, np.where(rests, 1.0, self.size)
        unit = np.where(rests, 0.0, vector / size)
        self.load = np.einsum("kp,kpq->pq", unit, self.parts).T @ weight
        across = unit[0][:, None] * self.parts[1] - unit[1][:, None] * self.parts[0]
        self.bend = across.T @ ((weight / size)[:, None] * across)
        self.stirred = np.hypot(*self.parts[:, rests]).T @ weight[rests]
        self.gap = float(weight @ self.size) - self.moment / self.unit
        self.gradient = self.matrix @ self.x - self.right + 0.5 * self.multiplier * self.load

    def newton(self) -> bool:
        """Newton steps on the free parameters and the multiplier; whether they arrived."""
        for _ in range(STEPS):
            if self.apart() < SHARPEST:
                return True
            free, count = self.free, int(self.free.sum())
            whole = np.zeros((count + 1, count + 1))
            whole[:count, :count] = (self.matrix + 0.5 * self.multiplier * self.bend)[np.ix_(free, free)]
            whole[count, :count], whole[:count, count] = self.load[free], 0.5 * self.load[free]
            try:
                step = np.linalg.solve(whole, -np.append(self.gradient[free], self.gap))
            except np.linalg.LinAlgError:
                return False
            self.go(step[:count])
            self.multiplier += float(step[count])
            self.look()
        return self.apart() < 1e3 * SHARPEST

    def go(self, step: Array) -> None:
        """Move the free parameters by a step, or as far as the first bound, where that parameter is held."""
        x, move = self.x.copy(), np.zeros_like(self.x)
        move[self.free] = step
        bound = np.where(move < 0.0, self.lower, self.upper)
        room = np.where(move != 0.0, (bound - x) / np.where(move != 0.0, move, 1.0), np.inf)
        share, first = min(1.0, float(room.min(initial=np.inf))), int(np.argmin(room))
        x += share * move
        if share < 1.0:
            x[first], self.free = bound[first], self.free.copy()
            self.free[first] = False
        self.x = x

    def apart(self) -> float:
        """Violation of what Newton's method seeks."""
        steep = float(np.abs(self.gradient[self.free]).max(initial=0.0)) / self.scale
        return max(steep, abs(self.gap) * self.unit / self.moment)

    def gain(self) -> Array:
        """How fast half the objective falls as a parameter (q,) leaves its bound, relative to the largest of b."""
        stirred = 0.5 * self.multiplier * self.stirred
        at_lower, at_upper = self.x <= self.lower, self.x >= self.upper
        gain = np.where(at_lower, -(self.gradient + stirred), np.where(at_upper, self.gradient - stirred, 0.0))
        return np.where(self.free | (at_lower & at_upper), 0.0, gain) / self.scale

    def exchange(self) -> bool:
        """Free what gains most; whether anything does."""
        gain = self.gain()
        best = int(np.argmax(gain))
        if gain[best] <= SLACK:
            return False
        self.free, self.x = self.free.copy(), self.x.copy()
        self.free[best] = True
        push = min(PUSH * float(self.size.max()), 0.5 * float(self.upper[best] - self.lower[best]))
        self.x[best] += push if self.x[best] <= self.lower[best] else -push
        self.look()
        return True

    def violation(self) -> float:
        """Largest violation of any condition, patches at rest that free parameters move among them."""
        passed = float(np.max(np.maximum(self.lower - self.x, self.x - self.upper), initial=0.0)) / self.size.max()
        stirred = float(np.max(-0.5 * self.multiplier * self.stirred, where=self.free, initial=0.0)) / self.scale
        worst = max(self.apart(), passed, stirred, float(self.gain().max(initial=0.0)))
        return worst if np.isfinite(worst) and self.multiplier <= 0.0 else np.inf
