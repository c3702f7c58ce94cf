"""A quadratic form and a sum of lengths while they are being minimised: see geoslip.inversion.bounds.minimise_norms."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, eq=False)
class NormPoint:
    """Parameters x (q,) and the multipliers z (rows,) of the lengths."""

    x: Array
    z: Array


class NormTask:
    """The problem in arrays; strength^2 is in the rows."""

    def __init__(self, system: System, strength: float) -> None:
        operator = system.operator
        if not isinstance(operator, NormOperator):
            raise TypeError(f"operator {operator.name!r} sums squares: the bounded engine solves it")
        self.lower, self.upper = system.space.lower, system.space.upper
        self.normal, self.right = system.normal, system.right
        self.rows = strength**2 * np.asarray((operator.matrix @ system.space.basis).toarray())
        self.target = np.zeros(len(self.rows)) if operator.target is None else strength**2 * operator.target
        self.n_groups = operator.n_groups
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
        """Largest violation of any condition, z brought to what it may be; relative to the largest entry of b.

        That z is r / len(r) is held as len(r_g) - z_g r_g = 0, per metre of the largest slip.
        """
        residual = self.rows @ point.x - self.target
        z = point.z / np.tile(np.maximum(self.grouped(point.z), 1.0), self.parts)
        gradient = self.normal @ point.x - self.right + 0.5 * (self.rows.T @ z)
        gap = self.grouped(residual) - (z * residual).reshape(-1, self.n_groups).sum(axis=0)
        slack = 0.5 * float(gap.max(initial=0.0)) / (self.size(point.x) * self.scale)
        return max(slack, kkt_residual(gradient, point.x, lower=self.lower, upper=self.upper, scale=self.scale))


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
