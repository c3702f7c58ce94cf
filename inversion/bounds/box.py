"""A bounded quadratic problem while it is being solved: the point, its gradient and the factors at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.bounds.faces import FaceSolver
from geoslip.inversion.errors import ConvergenceError

Array = NDArray[np.float64]

AT_LOWER, FREE, AT_UPPER = -1, 0, 1
FEW_ROUNDINGS = 4.0
"""Machine precisions of its largest terms that a sum of products may be off by."""


@dataclass(frozen=True)
class BoundedSolution:
    """The minimum of a bounded quadratic problem.

    Attributes
    ----------
    x : (n,) array
        The minimiser, exactly at a bound where `state` says so.
    state : (n,) int8 array
        -1 at the lower bound, 0 free, 1 at the upper bound.
    kkt : float
        Largest violation of the optimality conditions over the largest element of b.
    objective : float
        x' N x - 2 b' x.
    factorisations : int
        Cholesky factorisations done.
    """

    x: Array
    state: NDArray[np.int8]
    kkt: float
    objective: float
    factorisations: int

    @property
    def free(self) -> NDArray[np.bool_]:
        """Which parameters are away from their bounds, shape (n,)."""
        return self.state == FREE


def kkt_residual(gradient: Array, x: Array, *, lower: Array, upper: Array, scale: float) -> float:
    """Largest violation of the optimality conditions of a bounded minimum, over `scale`.

    Parameters
    ----------
    gradient : (n,) array
        N x - b (half the derivative of the objective).
    x, lower, upper : (n,) array
        The point and its bounds.
    scale : float
        What the violation is compared with; 0 counts as 1.

    Returns
    -------
    float
    """
    pull = np.where(x <= lower, np.minimum(gradient, 0.0), gradient)
    pull = np.where(x >= upper, np.where(x <= lower, 0.0, np.maximum(gradient, 0.0)), pull)
    return float(np.max(np.abs(pull), initial=0.0) / (scale or 1.0))


class BoxProblem:
    """min x' N x - 2 b' x over lower <= x <= upper, at the point x where the search for its minimum stands.

    Parameters
    ----------
    normal : (n, n) array
        N, symmetric positive definite.
    right : (n,) array
        b.
    low, high : (n,) array
        Bounds.
    tolerance : float
        Accepted violation of the optimality conditions, relative to the largest entry of b.
    faces : FaceSolver, optional
        Of the same N, with factors that are worth keeping.
    """

    def __init__(
        self,
        normal: Array,
        right: Array,
        low: Array,
        high: Array,
        tolerance: float,
        faces: FaceSolver | None = None,
    ) -> None:
        self.normal, self.right, self.low, self.high = normal, right, low, high
        self.scale = float(np.max(np.abs(right), initial=0.0)) or 1.0
        self.tolerance = tolerance
        self.fixed = low == high
        self.faces = faces or FaceSolver(normal, right)
        self.faces.right = right
        self.x = np.clip(np.zeros_like(right), low, high)
        self.gradient = normal @ self.x - right if self.x.any() else -right

    def solution(self) -> BoundedSolution:
        """The present point; a ConvergenceError if it does not hold the conditions."""
        kkt = self.residual
        state = np.where(self.x <= self.low, AT_LOWER, np.where(self.x >= self.high, AT_UPPER, FREE)).astype(np.int8)
        objective = float(self.x @ (self.gradient - self.right))
        found = BoundedSolution(self.x, state, kkt, objective, self.faces.factorisations)
        if not self.holds:
            raise ConvergenceError(
                f"the optimality conditions hold to {kkt:.1e} only (asked: {self.tolerance:.1e}): the normal equations "
                "are nearly singular; raise the smoothing strength",
                partial=found,
            )
        return found

    def move(self, x: Array) -> None:
        """Go to x and bring the gradient up to date."""
        self.x = x
        self.gradient = self.normal @ x - self.right

    @property
    def holds(self) -> bool:
        """Whether the optimality conditions hold to the tolerance, or as nearly as rounding tells the gradient."""
        return self.residual <= self.tolerance or self.residual <= self.rounding

    @property
    def rounding(self) -> float:
        """What rounding may leave of the gradient N x - b, relative to the largest entry of b.

        Strong smoothing makes N x a small difference of large products. Each is right to the machine's precision, of
        which the sum keeps a few (Higham 2002, Accuracy and Stability of Numerical Algorithms, section 3.1).
        """
        products = np.einsum("ij,j->i", np.abs(self.normal), np.abs(self.x)) + np.abs(self.right)
        return FEW_ROUNDINGS * float(np.finfo(float).eps * products.max(initial=0.0) / self.scale)

    @property
    def residual(self) -> float:
        """Violation of the optimality conditions at the present point, relative to the largest entry of b."""
        return kkt_residual(self.gradient, self.x, lower=self.low, upper=self.high, scale=self.scale)
