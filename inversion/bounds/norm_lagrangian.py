"""Lengths that cost or are capped, under bounds, to rounding: an augmented Lagrangian with Newton's method inside.

The problem is half of min x' N x - 2 b' x + 2 sum_g weight_g len(r_g) over lower <= x <= upper and len(r_g) <=
ceiling_g, with r = A x - t in groups g. Its multipliers are y of the lengths and w of the bounds:

    N x - b + A' y + w = 0,    w <= 0 below, >= 0 above, else 0,
    y_g = weight_g r_g / len(r_g), or shorter where r_g is 0, or longer where len(r_g) is at its ceiling.

With penalties s of rows and c of parameters, and P(l) the vector along l whose length is the least of l's and the
weight, or l's less s ceiling if that is more, the minimum over x of

    1/2 x' N x - b' x + sum_g (what len(r_g) costs, smoothed at y + s r) + 1/2 sum c (x + w/c less its bounds)^2

gives the next multipliers y = P(y + s r) and w = c (x + w/c less its bounds) (Rockafellar 1976, Mathematics of
Operations Research 1, 97-116). They converge whether or not zero groups meet in loops, where multipliers are many and
an exchange of faces goes round; the more so the larger the penalties, which grow where a turn brings little. The inner
function has a slope everywhere and a bend almost everywhere: Newton steps with the exact place of least height along
each find its minimum in few steps (Li, Sun & Toh 2018, SIAM Journal on Optimization 28, 433-458).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from geoslip.inversion.bounds.norm_task import LengthTask, NormPoint

Array = NDArray[np.float64]

ARRIVED = 1e-11
"""Violation of the conditions at which multipliers are good enough."""
TURNS = 200
"""Most changes of the multipliers."""
PATIENCE = 25
"""Changes without a better point before giving up."""
ROUNDED, VAIN = 1e-9, 3
"""Slope, relative to the largest right-hand side, that rounding may leave, and steps that may fail to halve it then."""
TOGETHER = 1e-2
"""Weight, beside the violation of the conditions, of how far lengths held at zero are from it."""
STEPS = 100
"""Most Newton steps between two changes of the multipliers."""
LINE_STEPS = 60
"""Most points tried along a step."""
FLATTER = 0.1
"""Share of the slope at a step's start that may be left where it ends."""
START = 0.1
"""First penalty beside the data's own bend, times the weight of lengths over that of the data; at least 1."""
RISE, HIGHEST = 5.0, 1e7
"""By what the penalties grow where a turn brings less than a factor of ten, and up to what multiple of the first."""
LEASH = 1e-3
"""How hard, against the data's bend over the penalty, a turn holds x to where it began: data may leave slip open."""


@dataclass(frozen=True, eq=False)
class _Point:
    """The inner function at x: slope and what its parts are there; `share` is what P leaves of the loads (groups,)."""

    x: Array
    slope: Array
    multipliers: Array
    beyond: Array
    share: Array
    residual: Array
    loads: Array


class Lagrangian:
    """The multipliers and the penalty while the minimum is being sought."""

    def __init__(self, task: LengthTask) -> None:
        self.task, self.rows = task, sparse.csr_array(task.rows)
        self.columns = self.rows.T.tocsr()
        diagonal = np.diagonal(task.normal)
        self.bend: Array = np.maximum(diagonal, 1e-6 * float(diagonal.max()))
        # the penalty of a row beside the data's bend along it, the same for all rows of a group
        give = (self.rows.multiply(self.rows) @ (1.0 / self.bend)).reshape(task.parts, -1).mean(axis=0)
        self.stiffness: Array = 1.0 / np.where(give > 0.0, give, np.inf)
        self.reach = np.where(np.isfinite(task.ceiling) & (give > 0.0), task.ceiling * self.stiffness, np.inf)
        self.multipliers, self.walls = np.zeros(len(task.rows)), np.zeros(len(task.lower))
        self.x = np.clip(np.zeros(len(task.lower)), task.lower, task.upper)
        self.anchor = self.x
        # where lengths weigh far more than the data, multipliers begin far from zero
        pull = 2.0 * np.tile(task.weight, task.parts) * np.linalg.norm(task.rows, axis=1)
        self.penalty = max(1.0, START * float(np.median(pull)) / task.scale)
        self.highest = HIGHEST * self.penalty

    def minimise(self) -> NormPoint:
        """The point that holds the conditions best."""
        best, least, waited, before = self.answer(self.at(self.x)), np.inf, 0, 1.0
        for _ in range(TURNS):
            rests = self.turn(aim=max(1e-14, min(1e-3 * before, 1e-2)))
            if not rests:
                continue
            point = self.at(self.x)
            here = self.answer(point)
            now = max(self.task.kkt(here), TOGETHER * self.apart(point))
            self.multipliers, self.walls = point.multipliers, self.penalty * self.bend * point.beyond
            best, waited = (here, 0) if now < least else (best, waited + 1)
            least = min(now, least)
            if least <= ARRIVED or waited > PATIENCE:
                break
            if now > 0.1 * before:
                self.penalty = min(RISE * self.penalty, self.highest)
            before = min(before, now)
        return best

    def answer(self, point: _Point) -> NormPoint:
        """The point with its bounds met, and the multipliers that go with it."""
        x = np.where(point.beyond != 0.0, point.x + self.walls / (self.penalty * self.bend), point.x)
        return NormPoint(np.clip(x, self.task.lower, self.task.upper), point.multipliers)

    def apart(self, point: _Point) -> float:
        """How far lengths that are held at zero or a ceiling are from there, relative to the longest."""
        length = self.task.grouped(point.residual)
        longest = max(float(length.max(initial=0.0)), self.task.least * float(np.abs(self.task.rows).max(initial=0.0)))
        off = np.where(point.share == 1.0, length, np.maximum(length - self.task.ceiling, 0.0))
        return float(off.max(initial=0.0)) / (longest or 1.0)

    def at(self, x: Array) -> _Point:
        """The inner function's slope at x."""
        task = self.task
        residual = self.rows @ x - task.target
        loads = self.multipliers + self.penalty * np.tile(self.stiffness, task.parts) * residual
        share = self.left(task.grouped(loads))
        multipliers = np.tile(share, task.parts) * loads
        beyond = self.beyond(x)
        slope = task.normal @ x - task.right + self.columns @ multipliers + self.penalty * self.bend * beyond
        slope += self.leash * (x - self.anchor)
        return _Point(x, slope, multipliers, beyond, share, residual, loads)

    def left(self, length: Array) -> Array:
        """What P leaves of loads (groups,) of these lengths: all where the group is held at zero."""
        kept = np.maximum(self.task.weight, length - self.penalty * self.reach)
        return kept / np.maximum(np.maximum(length, kept), np.finfo(float).tiny)

    def beyond(self, x: Array) -> Array:
        """By how much x with the walls' multipliers passes the bounds, signed (q,)."""
        moved = x + self.walls / (self.penalty * self.bend)
        return moved - np.clip(moved, self.task.lower, self.task.upper)

    @property
    def leash(self) -> Array:
        """Force a metre (q,) toward where this turn began."""
        return np.maximum(LEASH / self.penalty, 1e-13) * self.bend

    def turn(self, *, aim: float) -> bool:
        """Go to the minimum of the inner function, to `aim` of the largest right-hand side; whether it was reached."""
        self.anchor = self.x
        point, reached, vain = self.at(self.x), False, 0
        least = steep = self.steepness(point)
        for _ in range(STEPS):
            reached = steep <= aim or vain >= VAIN
            if reached:
                break
            step = self.newton(point)
            point = self.at(point.x + self.share(point, step) * step)
            steep = self.steepness(point)
            vain = vain + 1 if least <= ROUNDED and steep > 0.5 * least else 0
            least = min(least, steep)
        self.x = point.x
        return reached

    def steepness(self, point: _Point) -> float:
        """Largest slope, relative to the largest right-hand side."""
        return float(np.abs(point.slope).max()) / self.task.scale

    def newton(self, point: _Point) -> Array:
        """The step to where the slope would be zero if the bend stayed as it is."""
        task, n = self.task, self.task.n_groups
        length = task.grouped(point.loads)
        capped = length > task.weight + self.penalty * self.reach
        across = self.penalty * self.stiffness * point.share
        # along the load, P gives all of a step where a group is held at zero or at its ceiling, and nothing between
        along = np.where(capped, self.penalty * self.stiffness, np.where(point.share == 1.0, across, 0.0)) - across
        unit = self.rows.multiply((point.loads / np.tile(np.where(length > 0.0, length, 1.0), task.parts))[:, None])
        unit = sum((unit.tocsr()[part * n : (part + 1) * n] for part in range(1, task.parts)), unit.tocsr()[:n])
        bent = self.columns @ sparse.diags_array(np.tile(across, task.parts)) @ self.rows
        matrix = task.normal + (bent + unit.T @ sparse.diags_array(along) @ unit).toarray()
        here = np.arange(len(matrix))
        matrix[here, here] += self.leash + np.where(point.beyond != 0.0, self.penalty * self.bend, 0.0)
        for lift in (0.0, 1e-14, 1e-12, 1e-10):
            matrix[here, here] += lift * float(np.trace(matrix)) / len(matrix)
            try:
                return -cho_solve(cho_factor(matrix, check_finite=False), point.slope, check_finite=False)
            except LinAlgError:
                continue
        return -point.slope / np.diagonal(matrix)

    def share(self, point: _Point, step: Array) -> float:
        """The share of a step at which the inner function is lowest, near enough; at most the whole."""
        task, x = self.task, point.x
        rows, penalty = self.rows @ step, self.penalty * self.bend
        level, growth = float((task.normal @ x - task.right) @ step), float(step @ (task.normal @ step))

        def rate(share: float) -> float:
            loads = point.loads + share * (self.penalty * np.tile(self.stiffness, task.parts)) * rows
            multipliers = np.tile(self.left(task.grouped(loads)), task.parts) * loads
            force = penalty * self.beyond(x + share * step) + self.leash * (x + share * step - self.anchor)
            return level + share * growth + float(multipliers @ rows + force @ step)

        start, end = float(point.slope @ step), rate(1.0)
        if end <= FLATTER * abs(start):
            return 1.0
        low, high, falling, rising = 0.0, 1.0, start, end
        share = 1.0
        for number in range(LINE_STEPS):
            share = 0.5 * (low + high) if number % 2 else low - falling * (high - low) / (rising - falling)
            now = rate(share)
            if abs(now) <= FLATTER * abs(start) or high - low < 1e-14:
                break
            if now < 0.0:
                low, falling = share, now
            else:
                high, rising = share, now
        return share
