"""The report's section on how far to trust the slip: what the tests that a case asks for found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from geoslip.cases.figures import trust as draw
from geoslip.cases.pipeline.trust import trust_summary
from geoslip.cases.report import html
from geoslip.cases.report.entry import ReportFigure
from geoslip.cases.report.tables import number

if TYPE_CHECKING:
    from geoslip.cases.pipeline.run import StudyRun
    from geoslip.cases.pipeline.trust import Trust

TRUST = "How far to trust it"

NOISE_ONLY = (
    "These intervals hold noise only, not the smoothing's bias: they say how far noise moves the estimate, not how far "
    "smoothing, bounds and the assumed fault have moved it already. Smoothing flattens peaks and spreads slip: the "
    "true peak may well lie above such an interval, and the true magnitude beside it. The test with the "
    "checkerboard shows what shapes of its size lose."
)
_SPREAD = {"Mean": "mean", "Standard deviation": "std", "2.5 %": "q025", "97.5 %": "q975"}
CAPTIONS = {
    "checkerboard": "Squares of 1 m of slip, put through the case's own data, noise, bounds and smoothing. Where "
    "squares come out as one, the data do not part them.",
    "spikes": "Single patches of 1 m of slip, put through the same: their height is lost where the data or the "
    "smoothing cannot hold it.",
    "monte_carlo": "Mean and spread of estimates from the predicted data with new noise of the stated covariance. The "
    "strength is not chosen anew, so that slip which smoothing hides stays hidden: the spread holds noise only, not "
    "the smoothing's bias.",
    "bootstrap": "Mean and spread of estimates from blocks of ground drawn with replacement: what the misfit does, "
    "whatever the stated noise; like noise, not the smoothing's bias.",
}


def trust_figures(run: StudyRun) -> Iterator[ReportFigure]:
    """Name, title, caption and picture of every test."""
    found, model = run.trust, run.model
    if found is None:
        return
    if found.spread_length is not None and found.sensitivity is not None:
        yield ReportFigure(
            "spread_length",
            TRUST,
            "Spread length and sensitivity",
            "Left how wide an average each patch's slip is: the root of the mean squared distance, weighed by the "
            "squares of its row of the resolution matrix. Right the misfit that a metre of slip makes, in standard "
            "deviations. Grey: slip is held at a bound.",
            draw.figure_spread_length(model, length=found.spread_length, sensitivity=found.sensitivity),
        )
    for name, recovery in found.recoveries.items():
        caption = f"{CAPTIONS[name]} Correlation of the sizes {recovery.correlation:.2f}."
        yield ReportFigure(name, TRUST, f"Test with {name}", caption, draw.figure_recovery(model, recovery=recovery))
    for name, ensemble in found.ensembles.items():
        if name == "leave_one_out":
            caption = "Slip estimated without each data set in turn, at the same strength: what hangs on one alone."
            yield ReportFigure(
                name, TRUST, "One data set left out", caption, draw.figure_left_out(model, ensemble=ensemble)
            )
        else:
            title = f"{name.replace('_', ' ').capitalize()}, {len(ensemble.names)} draws"
            yield ReportFigure(name, TRUST, title, CAPTIONS[name], draw.figure_ensemble(model, ensemble=ensemble))
    if run.case.uncertainty.profiles:
        shaded = " The shade is the standard deviation over the draws." if found.draws is not None else ""
        caption = f"Mean slip in bins of depth and along strike.{shaded}"
        title = "Slip by depth and along strike"
        yield ReportFigure("profiles", TRUST, title, caption, draw.figure_profiles(model, ensemble=found.draws))
    if found.drop is not None:
        caption = (
            f"Shear stress that slip takes off each patch's centre, along its slip; mean weighed by slip "
            f"{1e-6 * found.mean_drop:.2f} MPa. It depends on the patch size where slip is rough."
        )
        yield ReportFigure(
            "stress_drop", TRUST, "Stress drop", caption, draw.figure_stress_drop(model, drop=found.drop)
        )


def trust_tables(run: StudyRun) -> list[str]:
    """Tables of what the ensembles' estimates come to and of depth windows."""
    if run.trust is None:
        return []
    return [*_interval_table(trust_summary(run.trust)), *_window_table(run.trust)]


def _interval_table(told: dict[str, Any]) -> list[str]:
    """Magnitude and peak over each ensemble, and what such an interval is not."""
    quantities = {
        f"{label}, {name.replace('_', ' ')}": told[name][key]
        for name in ("monte_carlo", "bootstrap")
        if name in told
        for label, key in (("Moment magnitude", "mw"), ("Peak slip (m)", "peak_slip_m"))
    }
    if not quantities:
        return []
    rows = [[name, *(number(one[key], 4) for key in _SPREAD.values())] for name, one in quantities.items()]
    return [html.table(["Quantity", *_SPREAD], rows), html.paragraph(NOISE_ONLY)]


def _window_table(found: Trust) -> list[str]:
    if found.windows is None:
        return []
    windows, rows = found.windows, []
    for place in range(len(windows.area)):
        spread = "" if found.window_spread is None else f" ± {number(float(found.window_spread[place]))}"
        rows.append(
            [
                f"{1e-3 * windows.edges[place]:g} to {1e-3 * windows.edges[place + 1]:g} km",
                f"{number(float(windows.slip[place]))}{spread}",
                f"{windows.rake[place]:.0f}",
                f"{windows.moment[place]:.3g}",
            ]
        )
    return [html.table(["depth", "mean slip (m)", "rake (degrees)", "moment (N m)"], rows)]
