"""Which figures a report shows, in which section, under which name and caption."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from geoslip.cases.figures.fit_maps import figure_fit
from geoslip.cases.figures.gnss_maps import figure_gnss
from geoslip.cases.figures.moment_depth import figure_moment_depth
from geoslip.cases.figures.slip_3d import figure_slip_3d
from geoslip.cases.figures.slip_plan import figure_slip_plan
from geoslip.cases.figures.slip_sections import (
    figure_deviation,
    figure_resolution,
    figure_slip_section,
    figure_truth,
)
from geoslip.cases.figures.strength import figure_strength
from geoslip.cases.output import file_name
from geoslip.cases.run import StudyRun

SLIP, TRUTH, FIT, SMOOTHING, UNCERTAINTY = "Slip", "Estimate and truth", "Fit to the data", "Smoothing", "Uncertainty"


@dataclass(frozen=True)
class ReportFigure:
    """A figure with its file name, its section and the words around it."""

    name: str
    section: str
    title: str
    caption: str
    figure: Figure


def report_figures(run: StudyRun) -> Iterator[ReportFigure]:
    """Draw a run's figures one after the other."""
    yield from _slip_figures(run)
    if run.truth is not None:
        yield ReportFigure(
            "slip_truth",
            TRUTH,
            "Slip, true and estimated",
            "Left the slip that the data were made from, middle the estimate, right estimate minus truth. "
            "Smoothing spreads slip that is narrower than the data resolve.",
            figure_truth(run.model, truth=run.truth),
        )
    yield from _fit_figures(run)
    if run.curve is not None:
        yield ReportFigure(
            "smoothing",
            SMOOTHING,
            "Choice of the smoothing strength",
            "Left the L-curve: the misfit that remains against the roughness that is allowed, each point labelled with "
            "its strength. Right Akaike's Bayesian criterion of the same problem without bounds.",
            figure_strength(run.curve, chosen=run.estimate.strength),
        )
    yield from _uncertainty_figures(run)


def _slip_figures(run: StudyRun) -> Iterator[ReportFigure]:
    yield ReportFigure(
        "slip_plan",
        SLIP,
        "Slip from above",
        "Top edges are heavy lines; a segment too steep to be seen from above is a ribbon in the colour of the largest "
        "slip below it. Arrows show the horizontal motion of the hanging wall relative to the footwall; beside ribbons "
        "they stand on the hanging wall. The focal mechanism is that of the summed moment tensor.",
        figure_slip_plan(run.model, frame=run.frame),
    )
    yield ReportFigure(
        "slip_section",
        SLIP,
        "Slip on each segment",
        "Seen from the hanging wall, strike to the right, patches in their true shape; the vertical axis is labelled "
        "by depth. Arrows show the hanging wall's motion; patches below a tenth of the largest slip have none.",
        figure_slip_section(run.model),
    )
    yield ReportFigure(
        "slip_3d",
        SLIP,
        "Slip in three dimensions",
        "East, north and up from the case's origin, without vertical exaggeration, seen from the hanging wall's side.",
        figure_slip_3d(run.model),
    )
    yield ReportFigure(
        "moment_depth",
        SLIP,
        "Moment by depth",
        "Each patch's moment is spread evenly from its top to its bottom. Right: share of the moment above a depth.",
        figure_moment_depth(run.model),
    )


def _fit_figures(run: StudyRun) -> Iterator[ReportFigure]:
    for data in run.observations:
        fit = run.estimate.fit(data.name)
        draw, caption = figure_fit, _FIT_CAPTION
        if data.kind == "gnss":
            draw, caption = figure_gnss, _GNSS_CAPTION
        yield ReportFigure(
            f"fit_{file_name(data.name)}",
            FIT,
            data.name,
            caption,
            draw(data, predicted=np.asarray(fit.predicted), fault=run.fault, frame=run.frame),
        )


_FIT_CAPTION = (
    "Observed and predicted displacement and what remains, on one colour scale; the prediction holds the offset or "
    "plane that was estimated beside slip. Heavy lines are the faults' top edges, thin ones their outlines."
)
_GNSS_CAPTION = (
    "Observed and predicted displacement, what remains of the horizontals on the same scale, and verticals where "
    "they were measured. Dots are stations; scale arrows stand in the upper corners."
)


def _uncertainty_figures(run: StudyRun) -> Iterator[ReportFigure]:
    sigma = shear_deviation(run)
    if not np.isfinite(sigma).any():
        return
    yield ReportFigure(
        "slip_deviation",
        UNCERTAINTY,
        "Formal standard deviation of slip",
        "In the direction of the slip, given the data's noise, this geometry and this smoothing; errors of the "
        "geometry and of the elastic model are not counted. Grey: slip is held at a bound.",
        figure_deviation(run.model, sigma=sigma),
    )
    yield ReportFigure(
        "slip_resolution",
        UNCERTAINTY,
        "Resolution",
        "Diagonal of the resolution matrix, mean over the free components of a patch: 1 where the data alone decide, 0 "
        "where smoothing does. Grey: slip is held at a bound.",
        figure_resolution(run.model, resolution=resolution_per_patch(run)),
    )


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
