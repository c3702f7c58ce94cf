"""The descent that takes over where block pivoting goes round: slower, but the objective falls at every minimum.

Accelerated projected gradient steps bring a guess, and from there an active-set descent (Lawson & Hanson 1974, chapter
23, for boxes; several parameters are freed at a time) goes from one face's minimum to the next.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.bounds.box import BoxProblem

Array = NDArray[np.float64]


def projected_gradient(box: BoxProblem, *, steps: int) -> None:
    """Accelerated projected gradient from the present point.

    Nesterov steps with a restart whenever momentum points uphill (O'Donoghue & Candes 2015, Found. Comput. Math.
    15, 715-732, section 3.2), in parameters scaled to a unit diagonal.
    """
    scale = 1.0 / np.sqrt(np.diagonal(box.normal))
    rate = scale**2 / (1.05 * _largest_eigenvalue(box, scale))
    x = box.x
    ahead, gradient, momentum = x, box.gradient, 1.0
    for _ in range(steps):
        new = np.clip(ahead - rate * gradient, box.low, box.high)
        if gradient @ (new - x) > 0.0:
            ahead, momentum = x, 1.0
            gradient = box.normal @ x - box.right
            new = np.clip(x - rate * gradient, box.low, box.high)
        grown = 0.5 * (1.0 + np.sqrt(1.0 + 4.0 * momentum**2))
        ahead = new + (momentum - 1.0) / grown * (new - x)
        x, momentum = new, grown
        gradient = box.normal @ ahead - box.right
    box.move(x)


def descend(box: BoxProblem, *, limit: int) -> None:
    """Go from the minimum of one face to that of the next, lower one, until no parameter wants to leave a bound."""
    free = (box.x > box.low) & (box.x < box.high)
    weight = 1.0 / np.sqrt(np.diagonal(box.normal))
    threshold = 0.1 * box.tolerance * box.scale
    block, last = max(1, box.right.size // 10), np.inf
    while limit > 0:
        limit -= _settle(box, free, limit=limit)
        pull = np.where(box.x <= box.low, -box.gradient, np.where(box.x >= box.high, box.gradient, 0.0))
        pull = np.where(box.fixed | free | (pull <= threshold), 0.0, pull * weight)
        wanting = int(np.count_nonzero(pull))
        if wanting == 0:
            return
        height = float(box.x @ (box.gradient - box.right))
        # a block that brought nothing may be going round: one parameter at a time then surely falls
        block, last = (block if height < last else 1), min(height, last)
        free[np.argsort(pull)[-min(block, wanting) :]] = True


def _settle(box: BoxProblem, free: NDArray[np.bool_], *, limit: int) -> int:
    """Move to the minimum of a face, giving up what hits its bound; `free` follows. Returns the steps taken."""
    for step in range(1, limit + 1):
        goal = box.faces.minimum(free, box.x)
        inside = np.clip(goal, box.low, box.high)
        hit = free & (inside != goal)
        if not hit.any():
            box.move(goal)
            return step
        change = inside - box.x
        if float(change @ (2.0 * box.gradient + box.normal @ change)) >= 0.0:
            inside, hit = _first_hit(box, goal, hit)
        box.move(inside)
        free &= ~hit
    return limit


def _first_hit(box: BoxProblem, goal: Array, hit: NDArray[np.bool_]) -> tuple[Array, NDArray[np.bool_]]:
    """The point toward `goal` where the first parameter meets its bound, and which do there."""
    way = goal - box.x
    wall = np.where(way > 0.0, box.high, box.low)
    share = np.full(way.size, np.inf)
    share[hit] = (wall[hit] - box.x[hit]) / way[hit]
    length = float(max(share.min(), 0.0))
    first = share <= length * (1.0 + 1e-12)
    x = np.clip(box.x + length * way, box.low, box.high)
    x[first] = wall[first]
    return x, first


def _largest_eigenvalue(box: BoxProblem, scale: Array) -> float:
    """Largest eigenvalue of the normal matrix scaled to a unit diagonal, by 30 power steps from a fixed start."""
    vector = np.ones(scale.size) + 0.1 * np.cos(np.arange(scale.size))
    size = 1.0
    for _ in range(30):
        vector = scale * (box.normal @ (scale * vector))
        size = float(np.linalg.norm(vector))
        vector /= size
    return size
