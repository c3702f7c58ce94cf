"""The tests of resolution and uncertainty that a case asks for, run on its estimate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from geoslip.cases.casefile.case import Case
    from geoslip.inversion import Ensemble, Estimate, Recovery
    from geoslip.inversion.trust.profiles import Profile

Array = NDArray[np.float64]


@dataclass
class Trust:
    """What the tests found; None or empty where they were not asked for.

    Parameters
    ----------
    spread_length, sensitivity : (n_patches,) array or None
        m, and standard deviations of misfit per metre of slip.
    recoveries : dict of str to Recovery
        "checkerboard" and "spikes".
    ensembles : dict of str to Ensemble
        "monte_carlo", "bootstrap" and "leave_one_out".
    windows : Profile or None
        Of the estimate, between the depths that the case names.
    window_spread : (k,) array or None
        Standard deviation of each window's mean slip over the first ensemble of draws, m.
    drop : (n_patches,) array or None
        Stress drop, Pa.
    mean_drop : float
        Its mean weighed by slip, Pa.
    """

    spread_length: Array | None = None
    sensitivity: Array | None = None
    recoveries: dict[str, Recovery] = field(default_factory=dict)
    ensembles: dict[str, Ensemble] = field(default_factory=dict)
    windows: Profile | None = None
    window_spread: Array | None = None
    drop: Array | None = None
    mean_drop: float = float("nan")

    @property
    def draws(self) -> Ensemble | None:
        """The ensemble that spreads are taken from: Monte Carlo before bootstrap."""
        return self.ensembles.get("monte_carlo") or self.ensembles.get("bootstrap")


def run_trust(case: Case, estimate: Estimate, *, progress: Callable[[float], None] | None = None) -> Trust:
    """Run what the case's ``uncertainty`` block asks for.

    Parameters
    ----------
    case : Case
    estimate : Estimate
    progress : callable, optional
        Called with the finished fraction of each ensemble.
    """
    from geoslip.inversion import bootstrap, checkerboard, leave_one_out, monte_carlo, recover, sensitivity, spikes
    from geoslip.inversion import spread_length as spread
    from geoslip.inversion.trust.profiles import depth_profile, stress_drop

    asked, found, fault = case.uncertainty, Trust(), estimate.problem.fault
    if asked.resolution:
        found.spread_length, found.sensitivity = spread(estimate), sensitivity(estimate)
    if asked.checkerboard is not None:
        dark = checkerboard(fault, size=asked.checkerboard)
        found.recoveries["checkerboard"] = recover(estimate, dark, seed=case.seed)
    if asked.spikes:
        found.recoveries["spikes"] = recover(estimate, spikes(fault, count=asked.spikes), seed=case.seed)
    for name, count, make in (
        ("monte_carlo", asked.monte_carlo, monte_carlo),
        ("bootstrap", asked.bootstrap, bootstrap),
    ):
        if count:
            found.ensembles[name] = make(estimate, draws=count, seed=case.seed, progress=progress)
    if asked.leave_one_out:
        found.ensembles["leave_one_out"] = leave_one_out(estimate)
    if asked.depth_windows:
        rigidity = case.elastic.rigidity
        found.windows = depth_profile(fault, estimate.slip, edges=asked.depth_windows, rigidity=rigidity)
        if found.draws is not None:
            members = depth_profile(fault, found.draws.tables, edges=asked.depth_windows, rigidity=rigidity)
            found.window_spread = members.slip.std(axis=0, ddof=1)
    if asked.stress_drop:
        elastic = case.elastic
        found.drop, found.mean_drop = stress_drop(
            fault, estimate.slip, rigidity=elastic.rigidity, poisson=elastic.poisson
        )  # fmt: skip
    return found


def trust_summary(found: Trust) -> dict[str, Any]:
    """What summary.json says of the tests that were run."""
    told: dict[str, Any] = {}
    if found.spread_length is not None:
        told["spread_length_km"] = {"median": 1e-3 * float(np.nanmedian(found.spread_length))}
    for name, recovery in found.recoveries.items():
        told[name] = {
            "correlation": recovery.correlation,
            "median_share": float(np.nanmedian(recovery.share)),
        }
    for name, ensemble in found.ensembles.items():
        told[name] = _ensemble(name, ensemble)
    if found.windows is not None:
        told["depth_windows"] = _windows(found)
    if found.drop is not None:
        told["stress_drop_mpa"] = {"mean": 1e-6 * found.mean_drop, "largest": 1e-6 * float(np.nanmax(found.drop))}
    return told


def _ensemble(name: str, ensemble: Ensemble) -> dict[str, Any]:
    magnitude = 2.0 / 3.0 * (np.log10(np.maximum(ensemble.moments, 1.0)) - 9.1)
    if name == "leave_one_out":
        return {
            without: {"mw": float(mw), "peak_slip_m": float(peak)}
            for without, mw, peak in zip(ensemble.names, magnitude, ensemble.peaks)
        }
    return {
        "draws": len(ensemble.names),
        "mw": _spread_of(magnitude),
        "peak_slip_m": _spread_of(ensemble.peaks),
        "median_slip_std_m": float(np.median(ensemble.size_spread)),
    }


def _spread_of(values: Array) -> dict[str, float]:
    """Mean, standard deviation and 95 % interval of what the draws gave."""
    low, high = np.quantile(values, [0.025, 0.975])
    spread = float(values.std(ddof=1))
    return {"mean": float(values.mean()), "std": spread, "q025": float(low), "q975": float(high)}


def _windows(found: Trust) -> list[dict[str, Any]]:
    windows = found.windows
    assert windows is not None
    spread = found.window_spread if found.window_spread is not None else np.full(len(windows.area), np.nan)
    return [
        {
            "from_km": 1e-3 * float(windows.edges[number]),
            "to_km": 1e-3 * float(windows.edges[number + 1]),
            "mean_slip_m": float(windows.slip[number]),
            "mean_slip_std_m": float(spread[number]),
            "rake_deg": float(windows.rake[number]),
            "moment_nm": float(windows.moment[number]),
        }
        for number in range(len(windows.area))
    ]
