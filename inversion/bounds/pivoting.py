"""Block principal pivoting for bounded quadratic problems: guess which parameters are free, solve, move the wrong ones.

After Judice & Pires (1994, Comput. Oper. Res. 21, 587-596) and Kim & Park (2011, SIAM J. Sci. Comput. 33, 3261-3281,
section 3), for boxes. It needs few factorisations, fewest from a warm start, but may cycle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.bounds.box import AT_LOWER, AT_UPPER, FREE, BoxProblem

Array = NDArray[np.float64]

FEW = 3
"""Violations down to which a point that brings no progress is refined and judged."""


def block_pivoting(box: BoxProblem, state: NDArray[np.int8], *, patience: int) -> bool:
    """Exchange all violating parameters until none is left; the box is then at its minimum.

    Parameters
    ----------
    box : BoxProblem
    state : (n,) int8 array
        The first guess.
    patience : int
        Pivots without progress before giving up.

    Returns
    -------
    bool
        False, and the box where it was, when it makes no progress.
    """
    fewest, tries, kept = box.right.size + 1, patience, box.x
    while True:
        free = state == FREE
        held = np.where(state == AT_LOWER, box.low, np.where(state == AT_UPPER, box.high, 0.0))
        x = box.faces.minimum(free, held, refine=False)
        look = _Look.at(box, x, state)
        if look.count == 0 and _settled(box, x, look.gradient):
            return True
        if look.count == 0 or (look.count <= FEW and look.count >= fewest):
            x = box.faces.refined(x, free)
            look = _Look.at(box, x, state)
            box.move(np.clip(x, box.low, box.high))
            if box.residual <= 0.1 * box.tolerance:
                return True
            if look.count == 0:
                if not box.faces.is_bordered:
                    return box.holds
                box.faces.forget()
        tries = patience if look.count < fewest else tries - 1
        fewest = min(fewest, look.count)
        if tries < 0:
            box.move(kept)
            return False
        state = look.exchanged


def _settled(box: BoxProblem, x: Array, gradient: Array) -> bool:
    """Go to a point within the bounds whose gradient is known; whether it is the minimum."""
    box.x, box.gradient = x, gradient
    return box.residual <= 0.1 * box.tolerance


@dataclass(frozen=True)
class _Look:
    """What is wrong with a guess at its minimum: the gradient there, how many violate, and the next guess."""

    gradient: Array
    count: int
    exchanged: NDArray[np.int8]

    @classmethod
    def at(cls, box: BoxProblem, x: Array, state: NDArray[np.int8]) -> _Look:
        gradient, threshold = box.normal @ x - box.right, 0.1 * box.tolerance * box.scale
        below, above = (state == FREE) & (x < box.low), (state == FREE) & (x > box.high)
        release = ((state == AT_LOWER) & (gradient < -threshold)) | ((state == AT_UPPER) & (gradient > threshold))
        release &= ~box.fixed
        new = np.where(below, AT_LOWER, np.where(above, AT_UPPER, np.where(release, FREE, state))).astype(np.int8)
        return cls(gradient, int(below.sum() + above.sum() + release.sum()), new)
