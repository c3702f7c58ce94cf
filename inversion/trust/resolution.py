"""What the data resolve: averaging widths, sensitivity, and slip patterns put through the whole estimate.

| quantity      | per patch                                                     | unit |
|---------------|---------------------------------------------------------------|------|
| resolution    | R = S N: how the estimate blurs slip, rows of free parameters | 1    |
| spread length | sqrt(sum_j R_ij^2 r_ij^2 / sum_j R_ij^2), r the distance      | m    |
| sensitivity   | sqrt(N_ii): misfit, in standard deviations, of a metre of slip | 1/m |
| recovered     | slip estimated from the pattern's own noisy data, bounds kept | m    |

R and the spread length are those of the free parameters about the estimate (geoslip.inversion.trust.uncertainty); a
pattern test is not linear and sees the bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.bounds.constraints import slip_table
from geoslip.inversion.errors import ConstraintError
from geoslip.inversion.solver import solve_system

if TYPE_CHECKING:
    from geoslip.faults import Fault
    from geoslip.inversion.estimate import Estimate

Array = NDArray[np.float64]


def model_resolution(estimate: Estimate) -> Array:
    """Resolution matrix R = S N (p, p); rows of components without free parameters are zero."""
    return np.asarray(estimate.covariance @ estimate.problem.normal)


def spread_length(estimate: Estimate) -> Array:
    """How far each patch's slip is an average over others (n_patches,), m; NaN where nothing is free.

    The root of the mean squared distance, weighed by the squares of the row of R, the components of a patch together.
    """
    fault, n = estimate.problem.fault, estimate.problem.fault.n_patches
    count = len(estimate.problem.components)
    squares = (model_resolution(estimate) ** 2).reshape(count, n, count, n).sum(axis=(0, 2))
    apart = np.sum((fault.centroids[:, None] - fault.centroids[None]) ** 2, axis=2)
    total = squares.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0.0, np.sqrt((squares * apart).sum(axis=1) / total), np.nan)


def sensitivity(estimate: Estimate) -> Array:
    """Misfit in standard deviations that a metre of slip on each patch makes (n_patches,), root of the sum over shear.

    Nuisance is fitted, as in the problem.
    """
    problem = estimate.problem
    table = slip_table(np.diagonal(problem.normal), n_patches=problem.fault.n_patches, components=problem.components)
    return np.asarray(np.sqrt(table[:, :2].sum(axis=1)))


def checkerboard(fault: Fault, *, size: float) -> NDArray[np.bool_]:
    """Patches (n_patches,) whose centre lies on a dark square of a board of squares of `size` m on each segment.

    Raises
    ------
    ValueError
        A size that is not positive, or larger than every segment so that no square differs.
    """
    if not size > 0.0:
        raise ValueError(f"squares of {size!r} m make no checkerboard: give a positive size")
    dark = np.zeros(fault.n_patches, bool)
    for where in fault.slices.values():
        centres = fault.centroids[where]
        strike, updip = fault.strike_vectors[where].mean(axis=0), fault.updip_vectors[where].mean(axis=0)
        along, up = centres @ (strike / np.linalg.norm(strike)), centres @ (updip / np.linalg.norm(updip))
        squares = np.floor((along - along.min()) / size) + np.floor((up.max() - up) / size)
        dark[where] = squares % 2 == 0
    if dark.all() or not dark.any():
        raise ValueError(f"squares of {size:g} m are larger than the fault: give a smaller size")
    return dark


def spikes(fault: Fault, *, count: int) -> NDArray[np.int64]:
    """Patches (count,) that lie far from each other: the largest, then ever the one farthest from those taken."""
    if not 1 <= count <= fault.n_patches:
        raise ValueError(f"{count} spikes on {fault.n_patches} patches: ask for 1 to {fault.n_patches}")
    taken = [int(np.argmax(fault.areas))]
    nearest = np.full(fault.n_patches, np.inf)
    while len(taken) < count:
        nearest = np.minimum(nearest, np.linalg.norm(fault.centroids - fault.centroids[taken[-1]], axis=1))
        taken.append(int(np.argmax(nearest)))
    return np.array(taken)


@dataclass(frozen=True, eq=False)
class Recovery:
    """A pattern of slip and what the estimate makes of it.

    Attributes
    ----------
    truth, recovered : (n_patches, 3) array
        Strike slip, dip slip and opening, m.
    """

    truth: Array
    recovered: Array

    @property
    def share(self) -> Array:
        """Recovered share of the true size of slip (n_patches,), along the true slip; NaN where none was put."""
        size = np.sum(self.truth**2, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(size > 0.0, np.sum(self.truth * self.recovered, axis=1) / size, np.nan)

    @property
    def correlation(self) -> float:
        """Correlation of true and recovered sizes of slip."""
        sizes = [np.linalg.norm(one, axis=1) for one in (self.truth, self.recovered)]
        return float(np.corrcoef(*sizes)[0, 1]) if min(np.ptp(one) for one in sizes) > 0.0 else float("nan")


def recover(estimate: Estimate, which: NDArray, *, slip: float = 1.0, noise: bool = True, seed: int = 0) -> Recovery:
    """Put slip on some patches, predict the case's own data with noise of their covariance, and estimate again.

    Operator, strength, bounds, nuisance and weights are those of the estimate; a slip model or a moment that it is
    drawn toward is left out. The slip points as the constraints let it: along the middle of the rake window, along the
    estimate's mean rake where rake is free.

    Parameters
    ----------
    estimate : Estimate
    which : (n_patches,) bool array or (k,) int array
    slip : float
        m.
    noise : bool
    seed : int

    Returns
    -------
    Recovery
    """
    problem, system = estimate.problem, estimate.system
    n, components = problem.fault.n_patches, problem.components
    size = np.zeros(n)
    size[which] = slip
    rake = np.deg2rad(_rakes(estimate))
    parts = {"strike": size * np.cos(rake), "dip": size * np.sin(rake)}
    truth = np.concatenate([parts.get(name, np.zeros(n)) for name in components])
    system = system.unbiased()
    right = system.problem.normal @ truth
    rng = np.random.default_rng(seed)
    for block in problem.blocks if noise else ():
        white = block.whitener.whiten(block.greens)
        basis = np.linalg.qr(block.whitener.whiten(block.nuisance.matrix))[0]
        drawn = rng.standard_normal(block.n_data)
        right = right + np.sqrt(problem.weight(block)) * (white.T @ (drawn - basis @ (basis.T @ drawn)))
    other = system.with_data(system.normal, right=system.space.basis.T @ right)
    found = solve_system(other, estimate.strength).slip_vector
    return Recovery(*(slip_table(one, n_patches=n, components=components) for one in (truth, found)))


def _rakes(estimate: Estimate) -> Array:
    """Direction (n_patches,) in degrees of test slip."""
    problem = estimate.problem
    shear = [name for name in ("strike", "dip") if name in problem.components]
    if not shear:
        raise ConstraintError("a pattern test needs strike or dip slip: estimate one of them")
    free, first, second = estimate.system.constraints.rake_edges(problem.fault)
    moment = problem.fault.areas @ estimate.slip[:, :2]
    own = float(np.rad2deg(np.arctan2(moment[1], moment[0])))
    if len(shear) == 1:
        own = 0.0 if shear[0] == "strike" else 90.0
    return np.where(free, own, 0.5 * (first + second))
