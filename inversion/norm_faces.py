"""From a rough solution of a sum of lengths to a sharp one: which lengths are zero is told, then exchanged.

Among the points at which the same groups are zero and the same bounds met (a face) the objective is smooth, and
Newton's method finds its minimum to rounding; groups and bounds whose conditions fail there are let go or taken in, as
in an active-set method.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.norm_task import NormPoint, NormTask, balancing_multipliers, basis_of, on_zeros, slopes

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

SHARP = 1e-9
"""Violation down to which a solution is sought."""
FIRST_GUESSES = (None, 1e-3, 1e-5, 1e-7)
"""Shares of the largest length below which one counts as zero at first; None goes by the multipliers."""
NEWTON_STEPS = 60
EXCHANGES = 100
"""Faces to try."""
PATIENCE = 12
"""Faces without a better one before giving up."""


class Face:
    """Which groups are zero and which parameters are at a bound, and the minimum among points of which that is so."""

    def __init__(self, task: NormTask, rough: NormPoint, *, share: float | None) -> None:
        self.task, self.z = task, rough.z
        x, length, size = rough.x, task.lengths(rough.x), task.size(rough.x)
        # of two numbers whose product is zero the one that is smaller in its own unit is the zero one
        near = np.maximum(1.0 - task.grouped(rough.z), 1e-9) if share is None else share
        largest = max(float(length.max()), self.task.least * float(np.abs(task.rows).max()))
        self.zero = length / largest <= near
        self.low = (x - task.lower) / size < np.maximum(rough.bound / task.scale, 1e-10)
        self.high = ~self.low & ((task.upper - x) / size < np.maximum(-rough.bound / task.scale, 1e-10))
        self.size, self.x = size, x

    @property
    def free(self) -> Mask:
        """Parameters (q,) that are at no bound."""
        return ~(self.low | self.high)

    @property
    def held(self) -> Mask:
        """Rows of groups that are zero."""
        return self.task.whole(self.zero)

    def settle(self) -> None:
        """Go to the minimum on the face; a group that shrinks to nothing on the way, or turns round, becomes zero."""
        task = self.task
        x = np.where(self.low, task.lower, np.where(self.high, task.upper, self.x))
        while True:
            x = on_zeros(task, x, self.held, self.free)
            basis = basis_of(task, self.held, self.free)
            if not basis.shape[1]:
                break
            ends = self.descend(x, basis)
            x = ends[0]
            if not ends[1].any():
                break
            self.zero = self.zero | ends[1]
        self.x = x
        self.z = balancing_multipliers(task, x, self.held, self.free, self.z)

    def descend(self, x: Array, basis: Array) -> tuple[Array, Mask]:
        """Newton's method on the face; the groups (n_groups,) that it would make zero stop it."""
        task, none = self.task, np.zeros(self.task.n_groups, bool)
        for _ in range(NEWTON_STEPS):
            gradient, curvature = slopes(task, x, ~self.held)
            step = basis @ np.linalg.lstsq(basis.T @ curvature @ basis, -(basis.T @ gradient))[0]
            before, change = task.rows @ x - task.target, task.rows @ step
            length, along = task.grouped(before), (before * change).reshape(-1, task.n_groups).sum(axis=0)
            # the share of the step at which a group is nearest to zero, and how near that is
            speed = task.grouped(change)
            share = np.where(speed > 0.0, -along / np.where(speed > 0.0, speed, 1.0) ** 2, np.inf)
            closest = task.grouped(before + np.tile(np.where(np.isfinite(share), share, 0.0), task.parts) * change)
            gone = ~self.zero & (share > 0.0) & (share <= 1.0) & (closest <= 1e-3 * length)
            if gone.any():
                first = float(share[gone].min())
                return x + first * step, gone & (share <= first * (1.0 + 1e-9))
            x = x + step
            if float(np.abs(step).max()) <= 1e-14 * self.size:
                break
        return x, none

    def exchange(self) -> bool:
        """Move what violates its condition off the face or onto it; whether anything did."""
        task, tiny = self.task, 1e-10 * self.size
        gradient = task.normal @ self.x - task.right + 0.5 * (task.rows.T @ self.z)
        slack = 1e-9 * task.scale
        below, above = self.free & (self.x < task.lower - tiny), self.free & (self.x > task.upper + tiny)
        off = (self.low & (gradient < -slack)) | (self.high & (gradient > slack))
        off &= task.lower < task.upper
        loose = self.zero & (task.grouped(self.z) > 1.0 + 1e-8)
        if not (below.any() or above.any() or off.any() or loose.any()):
            return False
        self.low, self.high = (self.low | below) & ~off, (self.high | above) & ~off
        if loose.any() and not (below.any() or above.any()):
            # the worst alone: what it lets go may be all that was wrong with its neighbours
            worst = int(np.argmax(np.where(loose, task.grouped(self.z), 0.0)))
            self.zero = self.zero & (np.arange(task.n_groups) != worst)
            self.x = self.released(worst)
        return True

    def released(self, group: int) -> Array:
        """A point near by at which a group has opened the way its multipliers point."""
        task = self.task
        wanted = np.zeros(len(task.rows))
        which = task.whole(np.arange(task.n_groups) == group)
        wanted[which] = -self.z[which] / max(float(np.linalg.norm(self.z[which])), 1e-300)
        basis = basis_of(task, self.held, self.free)
        if not basis.shape[1]:
            return self.x
        inner = task.rows[which] @ basis
        way = basis @ np.linalg.lstsq(inner, wanted[which])[0]
        moved = task.grouped(task.rows @ way)
        open_ = ~self.zero & (moved > 0.0) & (np.arange(task.n_groups) != group)
        room = np.where(open_, task.lengths(self.x) / np.where(open_, moved, 1.0), np.inf)
        reach = min(1e-3 * float(room.min(initial=np.inf)), 1e-3 * self.size / (float(np.abs(way).max()) or 1.0))
        return self.x + (reach if np.isfinite(reach) else 0.0) * way


def sharpened(task: NormTask, rough: NormPoint) -> NormPoint:
    """The minimum that a rough solution points to, exact on its face; faces are exchanged until one holds."""
    best = rough
    for share in FIRST_GUESSES:
        face, tries = Face(task, rough, share=share), PATIENCE
        for _ in range(EXCHANGES):
            face.settle()
            here = NormPoint(np.clip(face.x, task.lower, task.upper), face.z, rough.bound)
            tries = PATIENCE if task.kkt(here) < task.kkt(best) else tries - 1
            best = min((best, here), key=task.kkt)
            if tries < 0 or not face.exchange():
                break
        if task.kkt(best) <= SHARP:
            break
    return best
