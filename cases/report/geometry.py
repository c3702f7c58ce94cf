"""The report's section on draws of a fault's geometry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from geoslip.cases.assemble.geometry import axis_label, factor, geometry_summary, near_mean, searched_modes
from geoslip.cases.figures.geometry_posterior import figure_corner
from geoslip.cases.figures.slip_posterior import figure_marginals
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.report import html
from geoslip.cases.report.chains import said_of_chains, spread_table
from geoslip.cases.report.entry import ReportFigure
from geoslip.cases.report.tables import number

if TYPE_CHECKING:
    from geoslip.inversion.posterior import GeometryPosterior

GEOMETRY = "Posterior of geometry"
MOST_SHOWN = 10
"""Quantities of a corner plot; more would be too small to read."""


def geometry_figures(run: StudyRun) -> Iterator[ReportFigure]:
    """Draw the figures of the draws of geometry; none where it was not sampled."""
    posterior = run.geometry_posterior
    if posterior is None:
        return
    shown = shown_draws(posterior)
    yield ReportFigure(
        "geometry_corner",
        GEOMETRY,
        "What trades off with what",
        "Draws of pairs of quantities of one rectangle of uniform slip; each colour is a mode of the posterior.",
        figure_corner(dict(list(shown.items())[:MOST_SHOWN]), mode=posterior.mode),
    )
    chains = posterior.chains
    marginals = {axis_label(name): factor(name) * near_mean(name, chains.of(name)) for name in chains.names}
    yield ReportFigure(
        "geometry_marginals",
        GEOMETRY,
        "Single numbers",
        "All draws filled, each chain as a line: lines that differ are chains that have not converged. Black: median "
        "and what nine tenths of the draws hold.",
        figure_marginals(marginals),
    )


def shown_draws(posterior: GeometryPosterior) -> dict[str, np.ndarray]:
    """Draws by axis label: geometry, slip, rake and magnitude, without noise scales."""
    return {
        axis_label(name): factor(name) * near_mean(name, draws)
        for name, draws in posterior.quantities.items()
        if not name.startswith("noise scale") and name.split(".")[-1] != "top depth"
    }


def geometry_section(run: StudyRun) -> list[str]:
    """Give what stands before the figures: whether the chains have converged, numbers with their spread, and modes."""
    posterior = run.geometry_posterior
    if posterior is None:
        return []
    said = (
        f"{said_of_chains(posterior)} One rectangle of uniform slip, slip and ramps integrated out; positions count "
        "from the case's origin, strikes from north there."
    )
    modes = searched_modes(posterior)
    keys = [key for key in modes[0] if key != "log_density" and not key.startswith("noise")]
    table = [[number(mode[key], 4) for key in keys] for mode in modes]
    weights = ", ".join(f"{weight:.3f}" for weight in sorted(posterior.mode_weights, reverse=True))
    return [
        html.paragraph(said),
        spread_table(geometry_summary(posterior)),
        html.paragraph(
            f"Modes that were sampled hold {weights} of the draws. All peaks that the search found, with the share "
            "that the Gaussians around them give:"
        ),
        html.table(keys, table),
    ]
