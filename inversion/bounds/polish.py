"""From a solution that nearly holds caps on moment and size of slip to one that holds all optimality conditions.

With s_i the shear slip of patch i, w_i its moment a metre, mu and nu_i the multipliers of the moment and of the caps on
size, the minimum of x' K x - 2 b' x under the caps has

    K x - b + 1/2 sum_i (mu w_i + nu_i) grad size_i = 0   where x is free,

with the usual signs at bounds. A patch without slip has no gradient of the size: it stays at rest where no direction
that its bounds allow falls faster than (mu w_i + nu_i) / 2. Newton's method on these equations and the caps that bind,
with parameters that violate a condition exchanged in between (as in block pivoting), takes a few steps from a point
that is right to 1e-5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, lstsq, solve

from geoslip.inversion.bounds.box import AT_LOWER, AT_UPPER, FREE
from geoslip.inversion.bounds.shear import CappedSolution, caps_and_bounds, is_tied, moment_weight, shear_parts

if TYPE_CHECKING:
    from geoslip.inversion.system import System

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

AT_REST = (1e-5, 1e-3, 1e-4, 1e-6)
"""Shares of the largest slip below which a patch is first taken to be at rest, and a parameter to be at its bound."""
EXCHANGES = 40
"""Most rounds of exchanging what violates its condition."""
STEPS = 12
"""Most Newton steps a round."""
SHARPEST = 1e-11
"""Violation, relative to the largest right-hand side, at which Newton's method has arrived."""


def polished(
    system: System, strength: float, x: Array, *, largest: Array | None = None, moment: float | None = None
) -> CappedSolution | None:
    """Hold every optimality condition, from a point that nearly does.

    Parameters
    ----------
    system : System
    strength : float
    x : (q,) array
        The point.
    largest : (n_patches,) array, optional
        Largest shear slip of each patch, m; inf where there is none.
    moment : float, optional
        Scalar moment that binds, N m.

    Returns
    -------
    CappedSolution or None
        With patches at rest and caps among its conditions; None where the
        exchanges do not come to rest, or parameters are tied between patches.
    """
    if is_tied(system):
        # parameters that are tied between patches have no rest of their own
        return None
    normal = system.regularised(strength), system.right_at(strength)
    for share in AT_REST:
        point = _Point(system, normal, x, largest=largest, moment=moment, share=share)
        for _ in range(EXCHANGES):
            if not point.newton():
                break
            if not point.exchange():
                return point.answer()
    return None


class _Point:
    """Parameters, multipliers and what is active, while they are sought."""

    def __init__(
        self,
        system: System,
        normal: tuple[Array, Array],
        x: Array,
        *,
        largest: Array | None,
        moment: float | None,
        share: float,
    ) -> None:
        self.system, (self.matrix, self.right), self.moment = system, normal, moment
        self.parts, self.weight = [sparse.csr_array(part) for part in shear_parts(system)], moment_weight(system)
        self.ceiling, self.lower, self.upper = caps_and_bounds(system, largest)
        self.scale = float(np.abs(self.right).max()) or 1.0
        self.x = np.clip(x, self.lower, self.upper)
        size = self.size()
        close = share * size.max()
        self.rests = size < close
        self.full = size > self.ceiling * (1.0 - share)
        sheared = sum(np.asarray(abs(part).sum(axis=0)).ravel() for part in self.parts) > 0.0
        self.sheared = np.asarray(sheared)
        self.state = np.where(self.x - self.lower < close, AT_LOWER, np.where(self.upper - self.x < close, AT_UPPER, 0))
        self.hold()
        self.multipliers = np.zeros(self.rules.shape[0])
        load = self.matrix @ self.x - self.right
        free = self.free
        if self.multipliers.size:
            self.multipliers = lstsq(0.5 * self.rules[:, free].T, -load[free])[0]

    @property
    def free(self) -> Mask:
        """Parameters that Newton's method may move (q,)."""
        return (self.state == FREE) & ~(self.sheared & self.rests[self.system.space.patch])

    def size(self) -> Array:
        return np.hypot(*(part @ self.x for part in self.parts))

    def hold(self) -> None:
        """Put what is not free where it is held, and write the caps that bind to first order."""
        self.x = np.where(self.state == AT_LOWER, self.lower, np.where(self.state == AT_UPPER, self.upper, self.x))
        self.x = np.where(self.sheared & self.rests[self.system.space.patch], 0.0, self.x)
        vector = [part @ self.x for part in self.parts]
        size = np.hypot(*vector)
        # a patch whose every parameter is held at zero is at rest
        self.rests |= size == 0.0
        share = [np.where(self.rests, 0.0, one / np.where(self.rests, 1.0, size)) for one in vector]
        along = sum(sparse.diags_array(one) @ part for one, part in zip(share, self.parts))
        self.across = sparse.diags_array(-share[1]) @ self.parts[0] + sparse.diags_array(share[0]) @ self.parts[1]
        self.unit = float(self.weight.mean())
        rows, gaps = [], []
        if self.moment is not None:
            rows.append(sparse.csr_array(self.weight[None, :] / self.unit) @ along)
            gaps.append([(float(self.weight @ size) - self.moment) / self.unit])
        places = np.flatnonzero(self.full)
        rows.append(sparse.csr_array(along)[places])
        gaps.append(size[places] - self.ceiling[places])
        self.rules = sparse.vstack(rows).toarray()
        self.gaps = np.concatenate(gaps)
        self.along = along

    def pull(self) -> Array:
        """mu w + nu of each patch (n_patches,)."""
        pull = np.zeros(self.system.space.n_patches)
        values = self.multipliers
        if self.moment is not None:
            pull += values[0] * self.weight / self.unit
            values = values[1:]
        pull[self.full] += values
        return pull

    def gradient(self) -> Array:
        return self.matrix @ self.x - self.right + 0.5 * (self.along.T @ self.pull())

    def newton(self) -> bool:
        """Newton steps on the free parameters and the multipliers; whether they arrived."""
        free = self.free
        count, rules = int(free.sum()), len(self.multipliers)
        for _ in range(STEPS):
            gradient = self.gradient()[free]
            far = float(np.abs(gradient).max(initial=0.0)) / self.scale
            if far < SHARPEST and float(np.abs(self.gaps).max(initial=0.0)) < 1e-12 * self.size().max():
                return True
            size = self.size()
            stiff = np.where(self.rests, 0.0, 0.5 * self.pull() / np.where(self.rests, 1.0, size))
            bent = (self.across.T @ sparse.diags_array(stiff) @ self.across).tocsr()[free][:, free]
            whole = np.zeros((count + rules, count + rules))
            whole[:count, :count] = self.matrix[np.ix_(free, free)] + bent.toarray()
            whole[count:, :count] = self.rules[:, free]
            whole[:count, count:] = 0.5 * self.rules[:, free].T
            try:
                step = solve(whole, -np.concatenate([gradient, self.gaps]), check_finite=False)
            except LinAlgError:
                return False
            x = self.x.copy()
            x[free] += step[:count]
            self.x, self.multipliers = x, self.multipliers + step[count:]
            self.hold()
        return far < 1e3 * SHARPEST

    def exchange(self) -> bool:
        """Move what violates its condition to where it belongs; whether anything did."""
        gradient, size, slack = self.gradient(), self.size(), 1e-9 * self.scale
        tiny = 1e-12 * size.max()
        free = self.free
        below, above = free & (self.x < self.lower - tiny), free & (self.x > self.upper + tiny)
        patch = self.system.space.patch
        moving = ~(self.sheared & self.rests[patch])
        fixed = self.lower == self.upper
        release = moving & ~fixed & (self.state == AT_LOWER) & (gradient < -slack)
        release |= moving & ~fixed & (self.state == AT_UPPER) & (gradient > slack)
        wakes, direction = self.waking(slack)
        values = self.multipliers[0 if self.moment is None else 1 :]
        over = ~self.full & (size > self.ceiling + tiny)
        slackens = np.zeros_like(self.full)
        slackens[self.full] = values < -slack
        if not (below.any() or above.any() or release.any() or wakes.any() or over.any() or slackens.any()):
            return False
        self.state[below], self.state[above], self.state[release] = AT_LOWER, AT_UPPER, FREE
        self.rests &= ~wakes
        woken = wakes[patch] & (direction > 0.0)
        self.state[wakes[patch] & self.sheared] = np.where(woken, FREE, AT_LOWER)[wakes[patch] & self.sheared]
        self.x = np.where(wakes[patch] & self.sheared, 1e-3 * size.max() * direction, self.x)
        head = self.multipliers[: len(self.multipliers) - len(values)]
        nu = np.zeros(len(self.full))
        nu[self.full] = values
        self.full = (self.full | over) & ~slackens
        self.multipliers = np.concatenate([head, nu[self.full]])
        self.hold()
        return True

    def waking(self, slack: float) -> tuple[Mask, Array]:
        """Patches at rest (n_patches,) that want to slip, and the parameters (q,) of a unit of their steepest slip."""
        excess, direction = self.steepest()
        return self.rests & (excess > slack), direction

    def steepest(self) -> tuple[Array, Array]:
        """How much faster than the pull the objective falls along a resting patch's best slip, and that slip."""
        space = self.system.space
        load = np.where(self.sheared, self.right - self.matrix @ self.x, 0.0)
        signed = self.lower < 0.0
        down = np.where(self.sheared, np.where(signed, np.abs(load), load), -np.inf)
        # along single parameters, each of unit slip
        best = np.full(space.n_patches, -np.inf)
        np.maximum.at(best, space.patch, down)
        direction = np.where(self.sheared & (down == best[space.patch]), np.where(signed, np.sign(load), 1.0), 0.0)
        # along both at once, where that is allowed: x = G^-1 load with G the products of the two parameters' slips
        products = sum(part.T @ part for part in self.parts).tocsr()
        for patch in np.flatnonzero(self.rests):
            own = np.flatnonzero((space.patch == patch) & self.sheared)
            if own.size < 2:
                continue
            both = np.linalg.solve(products[own][:, own].toarray(), load[own])
            fall = float(np.sqrt(np.maximum(both @ load[own], 0.0)))
            if fall > best[patch] and np.all(signed[own] | (both > 0.0)):
                best[patch], direction[own] = fall, both / fall
        return best - 0.5 * self.pull(), direction

    def answer(self) -> CappedSolution:
        """The point with the largest violation of any condition."""
        gradient, free = self.gradient(), self.free
        moving = ~(self.sheared & self.rests[self.system.space.patch])
        held = np.where(moving & (self.state == AT_LOWER) & (self.lower < self.upper), -gradient, 0.0)
        held = np.where(moving & (self.state == AT_UPPER) & (self.lower < self.upper), gradient, held)
        worst = [np.abs(gradient[free]).max(initial=0.0), held.max(initial=0.0)]
        worst.append(np.max(self.steepest()[0][self.rests], initial=0.0))
        kkt = float(max(worst)) / self.scale
        apart = float(np.abs(self.gaps).max(initial=0.0)) / float(self.size().max() or 1.0)
        state = np.where(self.x <= self.lower, AT_LOWER, np.where(self.x >= self.upper, AT_UPPER, FREE))
        multiplier = float(self.multipliers[0]) / self.unit if self.moment is not None else 0.0
        return CappedSolution(self.x, state.astype(np.int8), max(kkt, apart), multiplier)
