"""The report's section on draws of slip: a table, figures, and the sentence that says whether to trust them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from geoslip.cases.figures.slip_posterior import (
    figure_depth_spread,
    figure_ensemble,
    figure_marginals,
    figure_outline,
)
from geoslip.cases.pipeline.posterior import describe
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.report import html
from geoslip.cases.report.chains import said_of_chains, spread_table
from geoslip.cases.report.entry import ReportFigure
from geoslip.cases.report.tables import number

if TYPE_CHECKING:
    from geoslip.inversion.posterior import SlipPosterior

POSTERIOR = "Posterior of slip"
HOLDS = (
    "These intervals hold the noise and what this fault, this smoothing and these bounds leave open; that the slip is "
    "as smooth as the smoothing expects, and lies on this fault, is assumed and not in them. Where the data hardly "
    "tell the slip, a rake window or a lower bound lets it only add to the moment."
)
BROKEN = 0.2
"""Share of the median peak slip beyond which a patch counts as broken."""


def posterior_figures(run: StudyRun) -> Iterator[ReportFigure]:
    """Draw the figures of the draws of slip; none where slip was not sampled."""
    posterior = run.slip_posterior
    if posterior is None:
        return
    yield ReportFigure(
        "posterior_slip",
        POSTERIOR,
        "Slip, mean and spread of the draws",
        "Left the mean of the draws with the direction of slip, right the standard deviation of the size of slip. The "
        "mean is no model of its own: it is smoother than any draw.",
        figure_ensemble(run.model, mean=posterior.mean, spread=posterior.sizes.std(axis=0)),
    )
    limit = BROKEN * float(np.median(posterior.peak_slips))
    yield ReportFigure(
        "posterior_outline",
        POSTERIOR,
        "Outline of the rupture",
        f"Share of the draws in which a patch slips by more than {number(limit, 2)} m, a fifth of the median peak: "
        "1 where the fault surely broke, 0 where it surely did not, given this plane and this smoothing.",
        figure_outline(run.model, share=posterior.exceedance(limit)),
    )
    stiffness = np.broadcast_to(run.model.rigidity, run.fault.areas.shape) * run.fault.areas
    yield ReportFigure(
        "posterior_moment_depth",
        POSTERIOR,
        "Moment by depth, with its spread",
        "Median of the draws and what half and nine tenths of them hold; the estimate for comparison.",
        figure_depth_spread(run.model, moments=posterior.sizes * stiffness),
    )
    draws, marks = marginals(run, posterior)
    yield ReportFigure(
        "posterior_marginals",
        POSTERIOR,
        "Single numbers",
        "All draws filled, each chain as a line: lines that differ are chains that have not converged. Black: median "
        "and what nine tenths of the draws hold; red: the estimate.",
        figure_marginals(draws, marks=marks),
    )


def marginals(run: StudyRun, posterior: SlipPosterior) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Draws by chain of what a reader asks first, by axis label, and the estimate's values of the same."""
    shape = posterior.chains.draws.shape[:2]
    draws = {
        "Moment magnitude": posterior.magnitudes,
        "Peak slip (m)": posterior.peak_slips,
        "Mean rake (degrees)": posterior.mean_rakes,
        "Centroid depth (km)": 1e-3 * posterior.centroid_depths,
    }
    if posterior.strength.size > 1:
        draws["Strength of the smoothing"] = posterior.strength
    for name, scale in posterior.noise_scales.items():
        if scale.size > 1:
            draws[f"Noise scale, {name}"] = scale
    turn = 360.0 * np.round((posterior.mean_rakes.mean() - run.model.mean_rake) / 360.0)
    marks = {
        "Moment magnitude": run.model.mw,
        "Peak slip (m)": run.model.peak_slip,
        "Mean rake (degrees)": run.model.mean_rake + turn,
        "Centroid depth (km)": -1e-3 * float(np.asarray(run.model.centroid)[2]),
    }
    return {label: values.reshape(shape) for label, values in draws.items()}, marks


def posterior_section(run: StudyRun) -> list[str]:
    """Give what stands before the figures: whether the chains have converged, and the numbers with their spread."""
    posterior = run.slip_posterior
    if posterior is None:
        return []
    draws, _ = marginals(run, posterior)
    table = spread_table({label: describe(values) for label, values in draws.items()})
    return [html.paragraph(said_of_chains(posterior)), table, html.paragraph(HOLDS)]
