"""A quadratic form with lengths that cost and lengths that are capped: what the augmented Lagrangian works on.

The problem is half of min x' N x - 2 b' x + 2 sum_g weight_g len(r_g) over lower <= x <= upper and len(r_g) <=
ceiling_g, with r = A x - t in groups g. Lengths of differences of slip make a smoothing
(geoslip.inversion.bounds.minimise_norms), those of slip itself its moment and its caps
(geoslip.inversion.bounds.capped).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import null_space

from geoslip.inversion.bounds.box import kkt_residual
from geoslip.inversion.smoothing.norms import NormOperator

if TYPE_CHECKING:
    from geoslip.inversion.system import System

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

ROUNDING = 1e-10
"""Share of the largest slip up to which slip is none, where the conditions hold as well without it."""
SHARP = 1e-9
"""Violation of the conditions that setting such slip to none may make."""


@dataclass(frozen=True, eq=False)
class NormPoint:
    """Parameters x (q,) and the multipliers y (rows,) of the lengths."""

    x: Array
    y: Array


class LengthTask:
    """The problem in arrays.

    Parameters
    ----------
    normal : (q, q) array
        N.
    right : (q,) array
        b.
    bounds : pair of (q,) arrays
        Lower and upper.
    rows : (rows, q) array
        A: the first rows of all groups, then their second rows.
    target : (rows,) array
        t.
    weight, ceiling : (n_groups,) array
        What a unit of each length costs, and the largest it may be; inf where any may be.
    """

    def __init__(
        self,
        normal: Array,
        right: Array,
        *,
        bounds: tuple[Array, Array],
        rows: Array,
        target: Array,
        weight: Array,
        ceiling: Array,
    ) -> None:
        self.normal, self.right, (self.lower, self.upper) = normal, right, bounds
        self.rows, self.target, self.weight, self.ceiling = rows, target, weight, ceiling
        self.n_groups = len(weight)
        self.scale = float(np.abs(self.right).max()) or 1.0
        # slip that the data would have of one parameter alone: what is far smaller is none
        self.least = 1e-3 * self.scale / (float(np.diagonal(self.normal).max()) or 1.0)

    @property
    def parts(self) -> int:
        """Rows of a group."""
        return len(self.rows) // self.n_groups

    def size(self, x: Array) -> float:
        """Largest slip, by which other slip is large or small, m."""
        return max(float(np.abs(x).max(initial=0.0)), self.least)

    def lengths(self, x: Array) -> Array:
        """Length of each group, strength^2 with it."""
        return self.grouped(self.rows @ x - self.target)

    def grouped(self, rows: Array) -> Array:
        """Length (n_groups,) of each group of rows."""
        return np.asarray(np.linalg.norm(rows.reshape(-1, self.n_groups), axis=0))

    def whole(self, groups: Mask) -> Mask:
        """Rows (rows,) of groups (n_groups,)."""
        return np.tile(groups, self.parts)

    def kkt(self, point: NormPoint) -> float:
        """Largest violation of any condition, y brought to what it may be; relative to the largest entry of b.

        That y and r belong together is held as weight len(r) + ceiling (len(y) - weight, if positive) - y r = 0, which
        is never negative (Fenchel), and that no ceiling is passed; both per metre of the largest slip.
        """
        residual, capped = self.rows @ point.x - self.target, np.isfinite(self.ceiling)
        length, load = self.grouped(residual), self.grouped(point.y)
        allowed = self.weight / np.maximum(np.maximum(load, self.weight), np.finfo(float).tiny)
        y = point.y * np.tile(np.where(capped, 1.0, allowed), self.parts)
        over = np.where(capped, self.ceiling, 0.0) * np.maximum(load - self.weight, 0.0)
        gap = self.weight * length + over - (y * residual).reshape(-1, self.n_groups).sum(axis=0)
        slack = float(gap.max(initial=0.0)) / (self.size(point.x) * self.scale)
        passed = float(np.max(length - self.ceiling, initial=0.0)) / self.size(point.x)
        gradient = self.normal @ point.x - self.right + self.rows.T @ y
        held = kkt_residual(gradient, point.x, lower=self.lower, upper=self.upper, scale=self.scale)
        return max(slack, passed, held)

    def settled(self, point: NormPoint) -> NormPoint:
        """The point with what is zero but for rounding made so, where the conditions hold as well without it."""
        still = replace(point, x=np.where(np.abs(point.x) <= ROUNDING * self.size(point.x), 0.0, point.x))
        return still if self.kkt(still) <= max(self.kkt(point), SHARP) else point


class NormTask(LengthTask):
    """The problem of a smoothing that is a sum of lengths; strength^2 is in the rows, and a length costs half of it."""

    def __init__(self, system: System, strength: float) -> None:
        operator = system.operator
        if not isinstance(operator, NormOperator):
            raise TypeError(f"operator {operator.name!r} sums squares: the bounded engine solves it")
        rows = strength**2 * np.asarray((operator.matrix @ system.space.basis).toarray())
        super().__init__(
            system.normal,
            system.right,
            bounds=(system.space.lower, system.space.upper),
            rows=rows,
            target=np.zeros(len(rows)) if operator.target is None else strength**2 * operator.target,
            weight=np.full(operator.n_groups, 0.5),
            ceiling=np.full(operator.n_groups, np.inf),
        )


def basis_of(task: NormTask, held: Mask, free: Mask) -> Array:
    """Basis (q, k) of the changes of free parameters that leave the rows held at zero where they are."""
    inside = np.flatnonzero(free)
    basis = np.zeros((len(free), 0))
    if inside.size:
        own = null_space(task.rows[np.ix_(held, free)]) if held.any() else np.eye(inside.size)
        basis = np.zeros((len(free), own.shape[1]))
        basis[inside] = own
    return basis


def slopes(task: NormTask, x: Array, moving: Mask) -> tuple[Array, Array]:
    """Half the gradient (q,) and half the Hessian (q, q) of the objective, groups that are zero left out."""
    rows = task.rows[moving]
    residual = (rows @ x - task.target[moving]).reshape(task.parts, -1)
    length = np.linalg.norm(residual, axis=0)
    unit = residual / np.where(length > 0.0, length, 1.0)
    gradient = task.normal @ x - task.right + 0.5 * (rows.T @ unit.ravel())
    curvature = task.normal
    if len(unit) > 1 and len(length):
        stiff = 1.0 / np.sqrt(np.where(length > 0.0, length, np.inf))
        bent = (rows * np.tile(stiff, len(unit))[:, None]).reshape(len(unit), -1, len(x))
        along = np.einsum("kg,kgq->gq", unit, bent)
        flat = bent.reshape(-1, len(x))
        curvature = curvature + 0.5 * (flat.T @ flat - along.T @ along)
    return gradient, curvature
