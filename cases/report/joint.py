"""What the report says of geometry and slip that were sampled together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from geoslip.cases.assemble.geometry import axis_label
from geoslip.cases.assemble.joint import joint_factor, joint_summary
from geoslip.cases.figures.geometry_posterior import figure_corner
from geoslip.cases.figures.slip_posterior import figure_ensemble
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.report import html
from geoslip.cases.report.chains import said_of_chains, spread_table
from geoslip.cases.report.entry import ReportFigure
from geoslip.cases.report.geometry import GEOMETRY, MOST_SHOWN


def joint_figures(run: StudyRun) -> Iterator[ReportFigure]:
    """Draw the figures of the draws of geometry and slip together; none where these were not sampled."""
    posterior = run.joint_posterior
    if posterior is None:
        return
    shown = {axis_label(name): joint_factor(name) * draws for name, draws in posterior.quantities.items()}
    yield ReportFigure(
        "joint_corner",
        GEOMETRY,
        "What trades off with what, slip sampled too",
        "Pairs of the changes of the fault's place, the scales and the size of slip, at the draws that slip was drawn "
        "on. A change of 0 is the fault as the case puts it.",
        figure_corner(dict(list(shown.items())[:MOST_SHOWN]), mode=posterior.mode),
    )
    sizes = np.hypot(posterior.samples[:, :, 0], posterior.samples[:, :, 1])
    yield ReportFigure(
        "joint_slip",
        GEOMETRY,
        "Slip where the fault may have moved",
        "Left the mean of the draws with the direction of slip, right the standard deviation of the size of slip, "
        "patch by patch on the fault as the case puts it: each draw lies on a fault that was moved.",
        figure_ensemble(run.model, mean=posterior.samples.mean(axis=0), spread=sizes.std(axis=0)),
    )


def joint_section(run: StudyRun) -> list[str]:
    """Give whether the chains have converged, what the bounds do to the evidence, and the numbers with their spread."""
    posterior = run.joint_posterior
    if posterior is None:
        return []
    said = (
        f"Geometry and slip together. {said_of_chains(posterior)} The faults moved as one, slip was drawn on each of "
        f"{len(posterior.places)}. {posterior.bounds_said}"
    )
    if len(weights := posterior.mode_weights) > 1:
        said += f" The draws lie about {len(weights)} peaks, with {', '.join(f'{weight:.0%}' for weight in weights)}."
    return [html.paragraph(said), spread_table(joint_summary(posterior)["quantities"])]
