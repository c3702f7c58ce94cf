"""Caps on the moment and on the size of slip under bounds and ties, to rounding: lengths that cost and are capped.

With s_i the shear slip of patch i, w_i its moment a metre and mu the multiplier of the moment, the minimum of
x' K x - 2 b' x with the moment sum_i w_i |s_i| <= M and |s_i| <= c_i is that of

    x' K x - 2 b' x + mu sum_i w_i |s_i|   with |s_i| <= c_i,

which geoslip.inversion.bounds.norm_lagrangian finds for a given mu >= 0, whatever parameters patches share. Its moment
falls as mu grows, so that a bracketing search finds the mu at which it is M; mu is 0 where the moment is less anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky
from scipy.optimize import brentq

from geoslip.inversion.bounds.box import AT_LOWER, AT_UPPER, FREE
from geoslip.inversion.bounds.faces import FACTOR_FAILED
from geoslip.inversion.bounds.norm_lagrangian import Lagrangian
from geoslip.inversion.bounds.norm_task import LengthTask, NormPoint
from geoslip.inversion.bounds.shear import CappedSolution, caps_and_bounds, moment_weight, shear_parts, slip_size
from geoslip.inversion.errors import ConvergenceError, SingularProblemError

if TYPE_CHECKING:
    from geoslip.inversion.system import System

Array = NDArray[np.float64]

LARGEST_KKT = 1e-8
"""Accepted violation of the optimality conditions."""
MET = 3e-10
"""Share of the moment to which it is met."""
WIDER, STEPS = 4.0, 60
"""Factor between multipliers tried until the moment is below its cap, and most of them."""


def minimise_capped(
    system: System, strength: float, *, largest: Array | None = None, moment_at_most: float | None = None
) -> CappedSolution:
    """Minimise over bounds with the shear slip's size and the moment capped.

    Time grows with the cube of the number of parameters, over some tens of factorisations, and some hundred where the
    moment's cap binds.

    Parameters
    ----------
    system : System
        Whose operator sums squares.
    strength : float
    largest : (n_patches,) array, optional
        Largest shear slip of each patch, m; inf where there is none.
    moment_at_most : float, optional
        Largest scalar moment, N m, with the rigidity of the system's constraints.

    Returns
    -------
    CappedSolution
        With patches at rest and caps among its conditions.

    Raises
    ------
    SingularProblemError
        The data and the smoothing do not determine every parameter.
    ConvergenceError
        The conditions do not hold to 1e-8.
    """
    search = _Search(system, strength, largest, moment_at_most)
    found = search.solution(search.balance())
    if not found.kkt <= LARGEST_KKT:
        raise ConvergenceError(
            f"the optimality conditions under caps on slip hold to {found.kkt:.1e} only (accepted: {LARGEST_KKT:.0e}): "
            "raise the smoothing strength or relax the caps",
            partial=found,
        )
    return found


class _Search:
    """The multiplier of the moment while it is sought."""

    def __init__(self, system: System, strength: float, largest: Array | None, cap: float | None) -> None:
        self.system, self.cap = system, cap
        matrix, right = system.regularised(strength), system.right_at(strength)
        try:
            cholesky(matrix, check_finite=False)
        except LinAlgError as error:
            raise SingularProblemError(FACTOR_FAILED.format(n=len(matrix))) from error
        ceiling, lower, upper = caps_and_bounds(system, largest)
        parts = [part.toarray() for part in shear_parts(system)]
        self.slips = np.any(np.abs(parts) > 0.0, axis=(0, 2))
        self.weight = moment_weight(system)
        self.task = LengthTask(
            matrix,
            right,
            bounds=(lower, upper),
            rows=np.vstack([part[self.slips] for part in parts]),
            target=np.zeros(2 * int(self.slips.sum())),
            weight=np.zeros(int(self.slips.sum())),
            ceiling=ceiling[self.slips],
        )
        self.engine = Lagrangian(self.task)
        self.point = NormPoint(self.engine.x, self.engine.multipliers)

    @property
    def moment(self) -> float:
        return float(self.weight @ slip_size(self.system, self.point.x))

    def excess(self, multiplier: float) -> float:
        """Share by which the moment at a multiplier passes its cap; none where it is met to rounding."""
        self.task.weight = 0.5 * multiplier * self.weight[self.slips]
        self.point = self.task.settled(self.engine.minimise())
        share = self.moment / self.cap - 1.0 if self.cap is not None else -1.0
        return 0.0 if abs(share) < MET else share

    def balance(self) -> float:
        """The multiplier at which every cap is kept."""
        here = self.excess(0.0)
        if here <= 0.0:
            return 0.0
        # what would shrink all slip alike
        x, low = self.point.x, 0.0
        high = 2.0 * float(x @ self.task.normal @ x) / self.moment * here / (1.0 + here)
        for _ in range(STEPS):
            there = self.excess(high)
            if there <= 0.0:
                break
            low, high = high, WIDER * high
        else:
            raise ConvergenceError(
                f"no multiplier brings the moment down to {self.cap:.4g} N m: the cap may contradict the bounds",
                partial=self.solution(high),
            )
        if there == 0.0:
            return high
        found = float(brentq(self.excess, low, high, xtol=1e-15 * high, rtol=1e-14))
        self.excess(found)
        return found

    def solution(self, multiplier: float) -> CappedSolution:
        """The present point with the largest violation of any condition."""
        x, task = self.point.x, self.task
        kkt = task.kkt(self.point)
        if self.cap is not None:
            share = self.moment / self.cap - 1.0
            kkt = max(kkt, abs(share) if multiplier > 0.0 else share)
        state = np.where(x <= task.lower, AT_LOWER, np.where(x >= task.upper, AT_UPPER, FREE)).astype(np.int8)
        return CappedSolution(x, state, kkt, multiplier)
