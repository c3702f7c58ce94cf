"""Bounded least squares on normal equations that are formed once.

The problem is min x' N x - 2 b' x subject to lower <= x <= upper, with N symmetric positive definite. Its optimality
(Karush-Kuhn-Tucker) conditions are g = N x - b = 0 where x is free, g >= 0 at a lower and g <= 0 at an upper bound.

Block pivots find the minimum in few factorisations (geoslip.inversion.bounds.pivoting); where they go round, a descent
that cannot takes over (geoslip.inversion.bounds.descent). Both work on the Cholesky factor of N restricted to the free
parameters (geoslip.inversion.bounds.faces).

Time grows with the cube of the number of free parameters per factorisation (about 5 factorisations from a cold start,
2 from a neighbouring solution); memory is that of N and one copy of its free part.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.bounds.box import AT_LOWER, AT_UPPER, FREE, BoundedSolution, BoxProblem
from geoslip.inversion.bounds.descent import descend, projected_gradient
from geoslip.inversion.bounds.faces import FaceSolver
from geoslip.inversion.bounds.pivoting import block_pivoting

Array = NDArray[np.float64]

GRADIENT_STEPS = 200
"""Steps that bring a guess to the active-set descent."""


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
    box = BoxProblem(normal, right, low, high, tolerance)
    if not block_pivoting(box, _start_state(start, low, high), patience=patience) and limit != 0:
        projected_gradient(box, steps=GRADIENT_STEPS)
        descend(box, limit=20 * right.size + 200 if limit is None else limit)
    return box.solution()


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
        box = BoxProblem(normal, one, low, high, tolerance, faces=faces)
        if not block_pivoting(box, _start_state(start, low, high), patience=5):
            projected_gradient(box, steps=GRADIENT_STEPS)
            descend(box, limit=20 * one.size + 200)
        yield box.solution()


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
