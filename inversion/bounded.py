"""Bounded least squares on normal equations that are formed once.

The problem is min x' N x - 2 b' x subject to lower <= x <= upper, with N symmetric positive definite. Its optimality
(Karush-Kuhn-Tucker) conditions are g = N x - b = 0 where x is free, g >= 0 at a lower and g <= 0 at an upper bound.

Two steps, the first built on the Cholesky factor of N restricted to the free parameters (geoslip.inversion.faces):

1. Block principal pivoting for boxes (Judice & Pires 1994, Comput. Oper. Res. 21, 587-596; Kim & Park 2011, SIAM J.
   Sci. Comput. 33, 3261-3281, section 3): guess which parameters are free, solve, move every one that violates its
   condition. It needs few factorisations, fewest from a warm start, but may cycle.
2. When the number of violations has not shrunk for a while: accelerated projected gradient steps bring a better guess,
   and from there an active-set descent (Lawson & Hanson 1974, chapter 23, for boxes; several parameters are freed at a
   time) goes from one face's minimum to the next. The objective falls at every minimum, so it cannot cycle.

Time grows with the cube of the number of free parameters per factorisation (about 5 factorisations from a cold start,
2 from a neighbouring solution); memory is that of N and one copy of its free part.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.errors import ConvergenceError
from geoslip.inversion.faces import FaceSolver

Array = NDArray[np.float64]

AT_LOWER, FREE, AT_UPPER = -1, 0, 1
FEW = 3
"""Violations down to which a pivot's point is refined and judged."""
GRADIENT_STEPS = 200
"""Steps that bring a guess to the active-set descent."""


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


def minimise_bounded(
    normal: Array,
    right: Array,
    *,
    lower: Array | float = 0.0,
    upper: Array | float = np.inf,
    start: NDArray[np.int8] | None = None,
    tolerance: float = 1e-9,
    patience: int = 5,
    limit: int | None = None,
) -> BoundedSolution:
    """Minimise x' N x - 2 b' x subject to lower <= x <= upper.

    Parameters
    ----------
    normal : (n, n) array
        N, symmetric positive definite.
    right : (n,) array
        b.
    lower, upper : float or (n,) array
        Bounds; -inf and inf are allowed, as is lower == upper (a fixed parameter).
    start : (n,) int8 array, optional
        The `state` of a neighbouring solution to start from; all parameters free if not given.
    tolerance : float
        Accepted violation of the optimality conditions, relative to the largest entry of b.
    patience : int
        Block pivots without progress before the descent takes over.
    limit : int, optional
        Largest number of steps of the active-set descent; 20 n + 200 if not given; 0 for block pivots alone.

    Returns
    -------
    BoundedSolution

    Raises
    ------
    ValueError
        Shapes that do not agree, bounds that cross, values that are not finite.
    SingularProblemError
        N is not positive definite on the free parameters.
    ConvergenceError
        The conditions do not hold after `limit` steps; carries the partial solution.
    """
    normal, right, low, high = _checked(normal, right, lower, upper)
    engine = _Engine(normal, right, low, high, tolerance)
    state = _start_state(start, low, high)
    if not engine.block_pivoting(state, patience=patience) and limit != 0:
        engine.projected_gradient(steps=GRADIENT_STEPS)
        engine.descend(limit=20 * right.size + 200 if limit is None else limit)
    return engine.solution()


def minimise_many(
    normal: Array,
    rights: Array,
    *,
    lower: Array | float = 0.0,
    upper: Array | float = np.inf,
    start: NDArray[np.int8] | None = None,
    tolerance: float = 1e-9,
) -> Iterator[BoundedSolution]:
    """Minimise x' N x - 2 b' x for many b of one N, one after the other, with factors that are kept between them.

    Parameters
    ----------
    normal : (n, n) array
        N, symmetric positive definite.
    rights : (m, n) array
        One b a row.
    lower, upper, start, tolerance
        As for minimise_bounded; every problem starts from `start`.

    Yields
    ------
    BoundedSolution
        Of each row.
    """
    faces = FaceSolver(normal, np.asarray(rights[0], dtype=float)) if len(rights) else None
    for right in rights:
        normal, one, low, high = _checked(normal, right, lower, upper)
        engine = _Engine(normal, one, low, high, tolerance, faces=faces)
        if not engine.block_pivoting(_start_state(start, low, high), patience=5):
            engine.projected_gradient(steps=GRADIENT_STEPS)
            engine.descend(limit=20 * one.size + 200)
        yield engine.solution()


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


def _checked(normal: Array, right: Array, lower: Array | float, upper: Array | float) -> tuple[Array, ...]:
    normal = np.asarray(normal, dtype=float)
    right = np.asarray(right, dtype=float)
    n = right.size
    if right.ndim != 1 or normal.shape != (n, n):
        raise ValueError(f"normal {normal.shape} and right {right.shape} must have shapes (n, n) and (n,) of one n")
    if not (np.isfinite(right).all() and np.isfinite(normal).all()):
        raise ValueError(
            "the normal equations hold values that are not finite: drop the data or sources that make them"
        )
    low = np.broadcast_to(np.asarray(lower, dtype=float), (n,)).copy()
    high = np.broadcast_to(np.asarray(upper, dtype=float), (n,)).copy()
    if np.isnan(low).any() or np.isnan(high).any() or (low > high).any():
        worst = int(np.argmax(np.where(np.isnan(low) | np.isnan(high), np.inf, low - high)))
        raise ValueError(
            f"bounds of parameter {worst} are {low[worst]:g} and {high[worst]:g}: the lower must not exceed the upper"
        )
    return normal, right, low, high


def _start_state(start: NDArray[np.int8] | None, low: Array, high: Array) -> NDArray[np.int8]:
    state = np.zeros(low.size, np.int8) if start is None else np.array(start, dtype=np.int8)
    if state.shape != low.shape:
        raise ValueError(f"start has shape {state.shape}, the problem {low.shape}: give the state of a like problem")
    state[(state == AT_LOWER) & ~np.isfinite(low)] = FREE
    state[(state == AT_UPPER) & ~np.isfinite(high)] = FREE
    state[low == high] = AT_LOWER
    return state


class _Engine:
    """One problem while it is being solved: the point, its gradient and its state."""

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
        self.gradient = normal @ self.x - right

    def solution(self) -> BoundedSolution:
        """The present point; a ConvergenceError if it does not hold the conditions."""
        kkt = kkt_residual(self.gradient, self.x, lower=self.low, upper=self.high, scale=self.scale)
        state = np.where(self.x <= self.low, AT_LOWER, np.where(self.x >= self.high, AT_UPPER, FREE)).astype(np.int8)
        objective = float(self.x @ (self.gradient - self.right))
        found = BoundedSolution(self.x, state, kkt, objective, self.faces.factorisations)
        if not kkt <= self.tolerance:
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

    def block_pivoting(self, state: NDArray[np.int8], *, patience: int) -> bool:
        """Exchange all violating parameters until none is left; False when it makes no progress."""
        fewest, tries = self.right.size + 1, patience
        threshold = 0.1 * self.tolerance * self.scale
        kept = self.x
        while True:
            free = state == FREE
            held = np.where(state == AT_LOWER, self.low, np.where(state == AT_UPPER, self.high, 0.0))
            x = self.faces.minimum(free, held, refine=False)
            below, above, release, violations = self.violated(x, state, threshold)
            if violations <= FEW:
                x = self.faces.refined(x, free)
                below, above, release, violations = self.violated(x, state, threshold)
                self.move(np.clip(x, self.low, self.high))
                residual = kkt_residual(self.gradient, self.x, lower=self.low, upper=self.high, scale=self.scale)
                if residual <= 0.1 * self.tolerance:
                    return True
                if violations == 0:
                    if not self.faces.is_bordered:
                        return residual <= self.tolerance
                    self.faces.forget()
            tries = patience if violations < fewest else tries - 1
            fewest = min(fewest, violations)
            if tries < 0:
                self.move(kept)
                return False
            state = np.where(below, AT_LOWER, np.where(above, AT_UPPER, np.where(release, FREE, state))).astype(np.int8)

    def violated(
        self, x: Array, state: NDArray[np.int8], threshold: float
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_], int]:
        """Free parameters below and above their bounds, held ones that pull away from theirs, and how many in all."""
        gradient = self.normal @ x - self.right
        below, above = (state == FREE) & (x < self.low), (state == FREE) & (x > self.high)
        release = ((state == AT_LOWER) & (gradient < -threshold)) | ((state == AT_UPPER) & (gradient > threshold))
        release &= ~self.fixed
        return below, above, release, int(below.sum() + above.sum() + release.sum())

    def projected_gradient(self, *, steps: int) -> None:
        """Accelerated projected gradient from the present point.

        Nesterov steps with a restart whenever momentum points uphill (O'Donoghue & Candes 2015, Found. Comput. Math.
        15, 715-732, section 3.2), in parameters scaled to a unit diagonal.
        """
        scale = 1.0 / np.sqrt(np.diagonal(self.normal))
        rate = scale**2 / (1.05 * self.largest_eigenvalue(scale))
        x = self.x
        ahead, gradient, momentum = x, self.gradient, 1.0
        for _ in range(steps):
            new = np.clip(ahead - rate * gradient, self.low, self.high)
            if gradient @ (new - x) > 0.0:
                ahead, momentum = x, 1.0
                gradient = self.normal @ x - self.right
                new = np.clip(x - rate * gradient, self.low, self.high)
            grown = 0.5 * (1.0 + np.sqrt(1.0 + 4.0 * momentum**2))
            ahead = new + (momentum - 1.0) / grown * (new - x)
            x, momentum = new, grown
            gradient = self.normal @ ahead - self.right
        self.move(x)

    def descend(self, *, limit: int) -> None:
        """Go from the minimum of one face to that of the next, lower one, until no parameter wants to leave a bound."""
        free = (self.x > self.low) & (self.x < self.high)
        weight = 1.0 / np.sqrt(np.diagonal(self.normal))
        threshold = 0.1 * self.tolerance * self.scale
        block, last = max(1, self.right.size // 10), np.inf
        while limit > 0:
            limit -= self.settle(free, limit=limit)
            pull = np.where(self.x <= self.low, -self.gradient, np.where(self.x >= self.high, self.gradient, 0.0))
            pull = np.where(self.fixed | free | (pull <= threshold), 0.0, pull * weight)
            wanting = int(np.count_nonzero(pull))
            if wanting == 0:
                return
            height = float(self.x @ (self.gradient - self.right))
            # a block that brought nothing may be going round: one parameter at a time then surely falls
            block, last = (block if height < last else 1), min(height, last)
            free[np.argsort(pull)[-min(block, wanting) :]] = True

    def settle(self, free: NDArray[np.bool_], *, limit: int) -> int:
        """Move to the minimum of a face, giving up what hits its bound; `free` follows. Returns the steps taken."""
        for step in range(1, limit + 1):
            goal = self.faces.minimum(free, self.x)
            inside = np.clip(goal, self.low, self.high)
            hit = free & (inside != goal)
            if not hit.any():
                self.move(goal)
                return step
            change = inside - self.x
            if float(change @ (2.0 * self.gradient + self.normal @ change)) >= 0.0:
                inside, hit = self.first_hit(goal, hit)
            self.move(inside)
            free &= ~hit
        return limit

    def first_hit(self, goal: Array, hit: NDArray[np.bool_]) -> tuple[Array, NDArray[np.bool_]]:
        """The point toward `goal` where the first parameter meets its bound, and which do there."""
        way = goal - self.x
        wall = np.where(way > 0.0, self.high, self.low)
        share = np.full(way.size, np.inf)
        share[hit] = (wall[hit] - self.x[hit]) / way[hit]
        length = float(max(share.min(), 0.0))
        first = share <= length * (1.0 + 1e-12)
        x = np.clip(self.x + length * way, self.low, self.high)
        x[first] = wall[first]
        return x, first

    def largest_eigenvalue(self, scale: Array) -> float:
        """Largest eigenvalue of the normal matrix scaled to a unit diagonal, by 30 power steps from a fixed start."""
        vector = np.ones(scale.size) + 0.1 * np.cos(np.arange(scale.size))
        size = 1.0
        for _ in range(30):
            vector = scale * (self.normal @ (scale * vector))
            size = float(np.linalg.norm(vector))
            vector /= size
        return size
