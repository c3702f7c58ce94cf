"""Which figures a report shows, in which section, under which name and caption."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from geoslip.cases.figures.fit_maps import figure_fit
from geoslip.cases.figures.gnss_maps import figure_gnss
from geoslip.cases.figures.moment_depth import figure_moment_depth
from geoslip.cases.figures.scene_maps import figure_fringes, figure_scene, fringe_length, thinning
from geoslip.cases.figures.slip_3d import figure_slip_3d
from geoslip.cases.figures.slip_plan import figure_slip_plan
from geoslip.cases.figures.slip_sections import (
    figure_deviation,
    figure_resolution,
    figure_slip_section,
    figure_truth,
)
from geoslip.cases.figures.strength import figure_strength
from geoslip.cases.figures.style import displacement_limit, length_unit
from geoslip.cases.output.results import file_name
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.report.entry import ReportFigure
from geoslip.cases.report.geometry import geometry_figures
from geoslip.cases.report.joint import joint_figures
from geoslip.cases.report.posterior import posterior_figures
from geoslip.cases.report.stress import stress_figures
from geoslip.cases.report.trust import trust_figures
from geoslip.cases.report.uncertainty import resolution_per_patch, shear_deviation
from geoslip.downsample import Observations
from geoslip.inversion.forward import model_displacement

SLIP, TRUTH, FIT, SMOOTHING, UNCERTAINTY = "Slip", "Estimate and truth", "Fit to the data", "Smoothing", "Uncertainty"


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
            "its strength; open markers are what other criteria would choose. Right Akaike's Bayesian criterion of the "
            "same problem without bounds.",
            figure_strength(run.curve, chosen=run.estimate.strength),
        )
    yield from geometry_figures(run)
    yield from joint_figures(run)
    yield from posterior_figures(run)
    yield from _uncertainty_figures(run)
    yield from trust_figures(run)
    yield from stress_figures(run)


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
        predicted = np.asarray(run.estimate.fit(data.name).predicted)
        draw, caption = (figure_gnss, _GNSS_CAPTION) if data.kind == "gnss" else (figure_fit, _FIT_CAPTION)
        for suffix, rows in components(data):
            part = data.select(rows)
            yield ReportFigure(
                f"fit_{file_name(data.name)}{suffix and '_' + suffix}",
                FIT,
                f"{data.name}{suffix and ', ' + suffix}",
                caption,
                draw(part, predicted=predicted[rows], fault=run.fault, frame=run.frame),
            )
        if data.name in run.scenes:
            yield from _scene_figures(run, data.name)


def components(data: Observations) -> list[tuple[str, np.ndarray]]:
    """Rows of a data set that share one map: all of them, but offsets by the axis that they mostly measure."""
    axis = np.abs(data.directions).argmax(axis=1)
    found = np.unique(axis)
    if data.kind != "offset" or found.size == 1:
        return [("", np.arange(len(data)))]
    return [(("east", "north", "up")[number], np.flatnonzero(axis == number)) for number in found]


def _scene_figures(run: StudyRun, name: str) -> Iterator[ReportFigure]:
    scene = run.scenes[name]
    step = thinning(scene)
    predicted = predict_scene(run, name, step=step)
    shown = "every pixel" if step == 1 else f"one pixel in {step} along each side"
    yield ReportFigure(
        f"scene_{file_name(name)}",
        FIT,
        f"{name}, the full scene",
        f"The scene before downsampling ({shown}), and the same slip with the same offset or plane predicted there. "
        "What the cells average away shows here. Grey: no data.",
        figure_scene(
            scene,
            predicted=predicted,
            step=step,
            fault=run.fault,
            frame=run.frame,
            limit=displacement_limit(run.problem.block(name).observations.values, run.estimate.fit(name).predicted),
        ),
    )
    if scene.kind != "los":
        return
    known = next(entry.wavelength for entry in run.case.data if entry.name == name)
    fringe = fringe_length(scene, wavelength=known)
    factor, unit = length_unit(fringe)
    yield ReportFigure(
        f"fringes_{file_name(name)}",
        FIT,
        f"{name}, wrapped into fringes",
        f"The same pixels as an interferogram shows them: one turn of the colours is {factor * fringe:.3g} {unit} "
        "toward the satellite. The focal mechanism is that of the summed moment tensor.",
        figure_fringes(
            scene,
            predicted=predicted,
            step=step,
            fault=run.fault,
            frame=run.frame,
            fringe=fringe,
            moment_tensor=run.model.moment_tensor,
        ),
    )


def predict_scene(run: StudyRun, name: str, *, step: int) -> np.ndarray:
    """Predicted values (n,) in m at every ``step``-th valid pixel of a scene, row by row, nuisance included."""
    pixels = run.scenes[name].pixels(frame=run.frame, step=step)
    poisson = run.case.elastic.poisson
    field = model_displacement(run.model, pixels.points, poisson=poisson)
    away = (pixels.points[:, :2] - run.problem.block(name).nuisance.centre) / 1000.0
    found = run.estimate.fit(name).nuisance
    plane = found.get("offset", 0.0) + away @ [found.get("east", 0.0), found.get("north", 0.0)]
    return np.asarray((field * pixels.directions).sum(axis=1) + plane)


_FIT_CAPTION = (
    "Observed and predicted displacement and what remains, on one colour scale; the prediction holds the offset or "
    "plane that was estimated beside slip. Heavy lines are the faults' top edges, thin ones their outlines."
)
_GNSS_CAPTION = (
    "Observed and predicted displacement, what remains of the horizontals on the same scale, and verticals where "
    "they were measured. Dots are stations; the scale arrows stand on the right."
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
