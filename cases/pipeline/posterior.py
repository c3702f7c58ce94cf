"""What draws of slip say in a summary, and what all draws of a run warn of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from geoslip.cases.pipeline.run import StudyRun

if TYPE_CHECKING:
    from geoslip.inversion.posterior import GeometryPosterior, JointPosterior, SlipPosterior

QUANTILES = {"q025": 0.025, "q05": 0.05, "q50": 0.5, "q95": 0.95, "q975": 0.975}


def posterior_warnings(run: StudyRun) -> list[str]:
    """What is wrong with the draws of a run, the chains that have not converged first."""
    found = list(not_converged(run))
    if run.geometry_posterior is not None:
        found += [f"posterior of geometry: {text}" for text in run.geometry_posterior.warnings]
    if run.joint_posterior is not None:
        found += [f"posterior of geometry and slip: {text}" for text in run.joint_posterior.warnings]
    if run.slip_posterior is not None:
        unlike = [text for check in run.slip_posterior.predictive for text in check.warnings]
        found += [f"posterior of slip: {text}" for text in (*run.slip_posterior.warnings, *unlike)]
        found += moment_apart(run)
    return list(dict.fromkeys(found))


def moment_apart(run: StudyRun) -> list[str]:
    """Warn where the estimate's magnitude lies outside what the draws hold: one of them rests on assumptions."""
    assert run.slip_posterior is not None
    low, high = run.slip_posterior.magnitude_quantiles((0.025, 0.975))
    mw = run.model.mw
    if low <= mw <= high:
        return []
    return [
        f"posterior of slip: the estimate's Mw {mw:.3f} lies outside the 95 % of the draws, {low:.3f} to {high:.3f}: "
        "where data hardly tell the slip, bounds and smoothing decide its sum, so trust neither interval; look at the "
        "moment by depth"
    ]


def not_converged(run: StudyRun) -> list[str]:
    """Why the draws of a run are not to be trusted; empty where they are, or nothing was sampled."""
    sampled = {"geometry": run.geometry_posterior, "slip": run.slip_posterior, "geometry and slip": run.joint_posterior}
    return [
        f"posterior of {what}: {text}"
        for what, posterior in sampled.items()
        if posterior is not None
        for text in posterior.chains.warnings
    ]


def describe(values: ArrayLike) -> dict[str, float]:
    """Mean, standard deviation and quantiles of draws, under the names that summary.json uses."""
    draws = np.asarray(values, dtype=float).ravel()
    found = {"mean": float(draws.mean()), "std": float(draws.std())}
    return found | {name: float(np.quantile(draws, share)) for name, share in QUANTILES.items()}


def slip_posterior_summary(posterior: SlipPosterior) -> dict[str, Any]:
    """Give what summary.json says of the draws of slip."""
    chains = posterior.chains
    shape = chains.draws.shape
    return {
        "chains": shape[0],
        "draws": shape[1],
        "parameters": shape[2],
        "converged": chains.converged,
        **chain_diagnostics(posterior),
        "autocorrelation_draws_max": float(np.nanmax(chains.autocorrelation_time)),
        "mw": describe(posterior.magnitudes),
        "moment_nm": describe(posterior.moments),
        "peak_slip_m": describe(posterior.peak_slips),
        "mean_rake_deg": describe(posterior.mean_rakes),
        "centroid_depth_km": describe(1e-3 * posterior.centroid_depths),
        "strength": describe(posterior.strength),
        "noise_scales": {name: describe(scale) for name, scale in posterior.noise_scales.items()},
        "predictive": {
            check.name: {"chi2_p": check.chi2, "largest_p": check.largest, "neighbours_p": check.neighbours}
            for check in posterior.predictive
        },
    }


def chain_diagnostics(posterior: SlipPosterior | GeometryPosterior | JointPosterior) -> dict[str, float]:
    """Give the largest R-hat and the smallest effective size of bulk and tail over all parameters."""
    chains = posterior.chains
    bulk, tail = float(np.nanmin(chains.ess_bulk)), float(np.nanmin(chains.ess_tail))
    return {"rhat_max": float(np.nanmax(chains.r_hat)), "ess_min": min(bulk, tail), "ess_bulk_min": bulk,
            "ess_tail_min": tail}  # fmt: skip
