"""Hamiltonian trajectories of a truncated Gaussian that reflect off its bounds (Pakman & Paninski 2014).

After J. Comput. Graph. Stat. 23, 518-542, section 2, in the space of x itself: with mean m, covariance S and a velocity
drawn from N(0, S), x(t) = m + (x - m) cos t + v sin t solves the equations of motion exactly. At a bound of coordinate
j the velocity turns to v - 2 v_j / S_jj S[:, j], which keeps the energy. With u = tan(t / 2), the time at which
coordinate offset p, velocity v meets a lower bound at offset w is

    u = (v + s) / (p + w) if v > 0, else (p - w) / (s - v),    s = sqrt(v^2 + p^2 - w^2),

the root at which it moves down: neither a trigonometric function nor a difference of like numbers. An upper bound is
the lower bound of the mirrored coordinate. Time grows with q a bounce, and with q^3 for S.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from geoslip.inversion.posterior.gibbs import kernel

reduction: Any = njit(cache=True, nogil=True, fastmath=True)
"""Compile a reduction over finite numbers, in any order."""

NEVER = 1e300
TILE = 32
"""Rows and columns that are mirrored together, so that both stay in the fastest memory."""


@kernel
def reflect(
    offset: Any, velocity: Any, covariance: Any, low: Any, high: Any, duration: float, most_bounces: int
) -> int:
    """Move along a trajectory in place.

    Parameters
    ----------
    offset, velocity : (q,) array
        x - m and v.
    covariance : (q, q) array
        S, symmetric.
    low, high : (q,) array
        Bounds less m.
    duration : float
        At most pi / 2.
    most_bounces : int

    Returns
    -------
    int
        Bounces, or -1 if they were too many: the state is then to be kept as it was, which is right because the
        trajectory back has as many.
    """
    left = duration
    times = np.empty(offset.size)
    has_high = np.isfinite(high).any()
    for bounce in range(most_bounces + 1):
        times[:] = NEVER
        _meeting_times(offset, velocity, low, 1.0, times)
        if has_high:
            _meeting_times(offset, velocity, high, -1.0, times)
        u = _smallest(times)
        if u >= math.tan(0.5 * left):
            _advance(offset, velocity, math.cos(left), math.sin(left))
            _hold(offset, low, high)
            return bounce
        where = _index_of(u, times)
        _advance(offset, velocity, (1.0 - u * u) / (1.0 + u * u), 2.0 * u / (1.0 + u * u))
        _hold(offset, low, high)
        left -= 2.0 * math.atan(u)
        offset[where] = low[where] if velocity[where] < 0.0 else high[where]
        _turn(velocity, covariance[where], 2.0 * velocity[where] / covariance[where, where])
    return -1


@kernel
def _meeting_times(offset: Any, velocity: Any, wall: Any, side: float, times: Any) -> None:
    # without a branch, so that it runs as vectors; an infinite bound makes the square minus infinity, which is never
    for i in range(offset.size):
        position, speed, bound = side * offset[i], side * velocity[i], side * wall[i]
        square = speed * speed + (position - bound) * (position + bound)
        root = math.sqrt(square if square > 0.0 else 0.0)
        above = position - bound if position > bound else 0.0
        u = (speed + root if speed > 0.0 else above) / (position + bound if speed > 0.0 else root - speed)
        # no root: it turns before the bound; a negative one lies more than half a period ahead
        met = u if (square > 0.0) & (u >= 0.0) else NEVER
        times[i] = met if met < times[i] else times[i]


@reduction
def _smallest(times: Any) -> float:
    least = times[0]
    for i in range(times.size):
        least = min(least, times[i])
    return least


@kernel
def _index_of(value: float, times: Any) -> int:
    for i in range(times.size):
        if times[i] == value:
            return i
    return 0


@kernel
def _advance(offset: Any, velocity: Any, cosine: float, sine: float) -> None:
    for i in range(offset.size):
        position = offset[i]
        offset[i] = position * cosine + velocity[i] * sine
        velocity[i] = velocity[i] * cosine - position * sine


@kernel
def _hold(offset: Any, low: Any, high: Any) -> None:
    for i in range(offset.size):
        offset[i] = min(max(offset[i], low[i]), high[i])


@kernel
def _turn(velocity: Any, column: Any, factor: float) -> None:
    for i in range(velocity.size):
        velocity[i] -= factor * column[i]


@kernel
def mirror(matrix: Any) -> None:
    """Copy the lower triangle of a square matrix onto its upper one, in place."""
    n = matrix.shape[0]
    for top in range(0, n, TILE):
        for left in range(top, n, TILE):
            for i in range(top, min(top + TILE, n)):
                for j in range(max(left, i + 1), min(left + TILE, n)):
                    matrix[i, j] = matrix[j, i]
