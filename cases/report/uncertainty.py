"""Formal uncertainty of a run, patch by patch and in the moment, from the covariance of its slip."""

from __future__ import annotations

import numpy as np

from geoslip.cases.pipeline.run import StudyRun
from geoslip.faults import SlipModel


def shear_deviation(run: StudyRun) -> np.ndarray:
    """Standard deviation (n,) in m of slip along its estimated direction; of the larger component where none slips."""
    model = run.model
    deviations = np.asarray(model.standard_deviations)[:, :2]
    if model.covariance is None:
        return np.full(model.fault.n_patches, np.nan)
    n = model.fault.n_patches
    patch = np.arange(n)
    cross = np.asarray(model.covariance)[patch, n + patch]
    size = model.magnitude
    with np.errstate(invalid="ignore", divide="ignore"):
        along, up = np.asarray(model.slip)[:, 0] / size, np.asarray(model.slip)[:, 1] / size
    variance = (along * deviations[:, 0]) ** 2 + (up * deviations[:, 1]) ** 2 + 2.0 * along * up * cross
    return np.where(size > 0.0, np.sqrt(np.maximum(variance, 0.0)), np.nan)


def resolution_per_patch(run: StudyRun) -> np.ndarray:
    """Mean resolution (n,) of a patch's free shear components, NaN where none is free."""
    table = np.asarray(run.estimate.resolution)[:, :2]
    free = np.isfinite(table)
    count = free.sum(axis=1)
    total = np.where(free, table, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def moment_deviation(model: SlipModel) -> float | None:
    """Formal standard deviation of the scalar moment in N m, to first order in slip; None without a covariance.

    M0 = sum_p mu A_p |s_p| has the gradient mu A_p s_p / |s_p|; patches without slip are left out.
    """
    if model.covariance is None or not model.moment > 0.0:
        return None
    n, size = model.fault.n_patches, model.magnitude
    stiffness = np.broadcast_to(model.rigidity, (n,)) * model.fault.areas
    share = np.asarray(model.slip)[:, :2] / np.where(size > 0.0, size, 1.0)[:, None]
    gradient = (stiffness[:, None] * share).T.ravel()
    covariance = np.asarray(model.covariance)[: 2 * n, : 2 * n]
    return float(np.sqrt(max(gradient @ covariance @ gradient, 0.0)))
