"""From the ``posterior:`` block and the estimate to draws of slip, and what they say in a summary."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from geoslip.cases.casefile.case import Case
from geoslip.cases.pipeline.run import StudyRun

if TYPE_CHECKING:
    from geoslip.inversion import Estimate
    from geoslip.inversion.posterior import GeometryPosterior, JointPosterior, SlipPosterior

QUANTILES = {"q025": 0.025, "q05": 0.05, "q50": 0.5, "q95": 0.95, "q975": 0.975}


def sample_slip_posterior(
    case: Case,
    estimate: Estimate,
    *,
    cache: Path | None = None,
    progress: Callable[[float], None] | None = None,
    watch: Callable[[float], None] | None = None,
) -> SlipPosterior:
    """Sample slip as the case's ``posterior: {slip: ...}`` asks, on the problem that the estimate solved.

    Parameters
    ----------
    case : Case
    estimate : Estimate
        Its strength is taken where the case says ``strength: chosen``.
    cache : Path, optional
        Folder in which the chains' state is kept every minute, for a resumed run.
    progress, watch : callable, optional
        Called with the finished fraction, and now and then with the largest R-hat so far.

    Raises
    ------
    CheckpointError
        The cache holds the chains of another problem.
    ConstraintError, SingularProblemError
        What is asked for cannot be sampled.
    """
    from geoslip.inversion.posterior import Checkpoint, sample_slip

    asked = case.posterior.slip
    assert asked is not None
    held = estimate.strength if asked.strength == "chosen" else asked.strength
    system = estimate.system
    return sample_slip(
        system.problem,
        system.operator,
        constraints=system.constraints,
        strength=None if isinstance(held, str) else held,
        sample_noise=asked.noise == "sampled",
        method=asked.method,
        draws=asked.draws,
        chains=asked.chains,
        warmup=asked.warmup,
        enough=asked.enough,
        seed=case.seed,
        progress=progress,
        watch=watch,
        checkpoint=None if cache is None else Checkpoint(cache / "slip_posterior.npz"),
    )


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
