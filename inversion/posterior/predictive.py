"""Posterior predictive checks: would data made by the draws look like the data?

For a draw of slip and noise scale s, the whitened residual of a data set, its nuisance drawn too, is u = r / s. If the
model holds, u is standard normal and independent from datum to datum. Three measures of u are compared with those of
numbers that are (Gelman, Meng & Stern 1996, Statistica Sinica 6, 733-760); the p-value is the share of draws whose
made-up measure is at least as large:

    chi2         sum of u^2: the size of the misfit; says little where the noise scale was sampled, which follows it
    largest      largest |u|: outliers
    neighbours   mean of u_i u_j over nearest neighbours: residuals that still hold a pattern
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from geoslip.inversion.posterior.slip import SlipPosterior
    from geoslip.inversion.problem import Block

Array = NDArray[np.float64]

SMALL = 0.01
"""p-value from which on a check is told."""
MEANINGS = {
    "chi2": "the misfit is larger than the noise allows: the noise is understated, or the fault too simple",
    "largest": "the largest residual is larger than the noise allows: look for outliers",
    "neighbours": "residuals of neighbours are more alike than the noise allows: the fault or the Earth is too simple, "
    "or the noise is correlated farther than its covariance says",
}


@dataclass(frozen=True)
class PredictiveCheck:
    """p-values of one data set; near 0 where the data are unlike what the draws predict.

    Attributes
    ----------
    name : str
        The data set.
    chi2, largest, neighbours : float
        As in the module's heading.
    """

    name: str
    chi2: float
    largest: float
    neighbours: float

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the small p-values mean, one sentence each."""
        found = ((what, getattr(self, what)) for what in MEANINGS)
        return tuple(f"{self.name}: {MEANINGS[what]} (p = {p:.3f})" for what, p in found if p < SMALL)


def predictive_checks(posterior: SlipPosterior, *, draws: int = 400, seed: int = 0) -> tuple[PredictiveCheck, ...]:
    """Check every data set against the draws.

    Parameters
    ----------
    posterior : SlipPosterior
    draws : int
        How many draws, evenly spaced, are used at most.
    seed : int

    Returns
    -------
    tuple of PredictiveCheck
        One a data set.
    """
    rng = np.random.default_rng(seed)
    slip = posterior.slip_vectors
    chosen = np.unique(np.linspace(0, len(slip) - 1, min(draws, len(slip))).astype(int))
    scales = posterior.noise_scales
    return tuple(
        _check(block, slip[chosen], np.broadcast_to(scales[block.name], len(slip))[chosen], rng)
        for block in posterior.system.problem.blocks
    )


def _check(block: Block, slip: Array, scale: Array, rng: np.random.Generator) -> PredictiveCheck:
    whiten, observations = block.whitener.whiten, block.observations
    residual = whiten(observations.values[:, None] - block.greens @ slip.T) / scale
    basis = np.linalg.qr(whiten(block.nuisance.matrix))[0]
    # given slip, the nuisance is known as well as the noise lets it: its own scatter fills the columns it took
    residual += basis @ (rng.standard_normal((basis.shape[1], len(slip))) - basis.T @ residual)
    made = rng.standard_normal(residual.shape)
    partner = nearest(observations.points, observations.directions)
    values = []
    for measure in (
        lambda u: (u * u).sum(axis=0),
        lambda u: abs(u).max(axis=0),
        lambda u: (u * u[partner]).mean(axis=0),
    ):
        values.append(float(np.mean(measure(made) >= measure(residual))))
    return PredictiveCheck(block.name, *values)


def nearest(points: Array, directions: Array) -> NDArray[np.intp]:
    """Index (n,) of each datum's nearest neighbour that measures about the same direction."""
    # a right angle between directions counts as farther than any place
    extent = float(np.ptp(points, axis=0).max()) or 1.0
    places = np.hstack([points, 2.0 * extent * directions])
    if len(places) < 2:
        return np.zeros(len(places), dtype=np.intp)
    return np.asarray(cKDTree(places).query(places, k=2)[1][:, 1])
