"""The inversion of a prepared study: Green's matrices, noise, normal equations, smoothing, prediction error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.assemble.data import DatasetReading
from geoslip.cases.assemble.slip import build_constraints
from geoslip.cases.assemble.smoothing import build_operator, build_priors
from geoslip.cases.errors import as_case_error
from geoslip.cases.pipeline.greens import greens_matrices
from geoslip.cases.pipeline.prediction import ROUNDS, PredictionErrors, with_prediction_errors
from geoslip.cases.pipeline.residual_noise import first_fit, starting_noise, with_residual_noise
from geoslip.cases.progress import Reporter

if TYPE_CHECKING:
    from geoslip.cases.pipeline.study import PreparedStudy
    from geoslip.inversion import Estimate, Problem, StrengthCurve


@dataclass(frozen=True)
class Solved:
    """One inversion: the study with its noise found, the curve if one was needed, the answer, what is doubtful."""

    study: PreparedStudy
    curve: StrengthCurve | None
    estimate: Estimate
    doubts: tuple[str, ...]
    prediction: PredictionErrors | None = None


def invert(study: PreparedStudy, *, cache: Path | None, reporter: Reporter) -> Solved:
    """Invert a prepared study; where a prediction error is asked for, again with that of the slip found before."""
    case = study.case
    with as_case_error(case), reporter.step("Green's matrices") as report:
        observations = [reading.observations for reading in study.readings]
        greens = greens_matrices(observations, study.fault, elastic=case.elastic, cache=cache, report=report)
    study = replace(study, readings=_noise_found(study, greens, reporter))
    asked, noise_alone = case.prediction_error, study.readings
    told = None if asked is None else PredictionErrors(asked, {}, {})
    curve, estimate, doubts = _solved(study, greens, reporter)
    for _ in range(ROUNDS if asked is not None and asked.changes_data else 0):
        with as_case_error(case), reporter.step("prediction error"):
            readings, told = with_prediction_errors(case, noise_alone, estimate)
        study = replace(study, readings=readings)
        curve, estimate, doubts = _solved(study, greens, reporter)
    return Solved(study, curve, estimate, doubts, told)


def _solved(
    study: PreparedStudy, greens: dict[str, NDArray[np.float64]], reporter: Reporter
) -> tuple[StrengthCurve | None, Estimate, tuple[str, ...]]:
    with as_case_error(study.case), reporter.step("normal equations") as report:
        problem = _problem(study, greens, report)
    with as_case_error(study.case), reporter.step("slip and smoothing") as report:
        return _choose_slip(study, problem, report)


def _problem(study: PreparedStudy, greens: dict[str, NDArray[np.float64]], report: Callable[[float], None]) -> Problem:
    from geoslip.inversion import Problem

    observations = tuple(reading.observations for reading in study.readings)
    nuisance = {entry.name: entry.nuisance_kind for entry in study.case.data}
    poisson = study.case.elastic.poisson
    problem = Problem.build(
        observations, study.fault, nuisance=nuisance, poisson=poisson, greens=greens, progress=report
    )  # fmt: skip
    return problem.with_priors(*build_priors(study.case, study.fault, frame=study.frame))


def _noise_found(
    study: PreparedStudy, greens: dict[str, NDArray[np.float64]], reporter: Reporter
) -> list[DatasetReading]:
    """Give the readings with the noise of those that take it from residuals: a first fit, then its left-over."""
    case, readings = study.case, list(study.readings)
    asked = [index for index, entry in enumerate(case.data) if entry.noise.source == "residuals"]
    if not asked:
        return readings
    with as_case_error(case), reporter.step("noise from a first fit") as report:
        for index in asked:
            readings[index] = replace(
                readings[index], observations=starting_noise(readings[index].observations)
            )  # fmt: skip
        problem = _problem(replace(study, readings=readings), greens, lambda fraction: report(0.2 * fraction))
        operator = build_operator(case, study.fault, frame=study.frame, roots=study.roots)
        constraints = build_constraints(case, study.fault, frame=study.frame)
        estimate = first_fit(problem, operator, constraints, progress=lambda fraction: report(0.2 + 0.8 * fraction))
        for index in asked:
            readings[index] = with_residual_noise(readings[index], case.data[index], estimate)
    return readings


def _choose_slip(
    study: PreparedStudy, problem: Problem, report: Callable[[float], None]
) -> tuple[StrengthCurve | None, Estimate, tuple[str, ...]]:
    """Solve at the case's strength, or along the whole curve and choose; with what is doubtful about the choice."""
    from geoslip.inversion import (
        cross_validate,
        dataset_folds,
        solve,
        spatial_folds,
        strength_curve,
        variance_components,
    )

    case, frame = study.case, study.frame
    operator = build_operator(case, problem.fault, frame=frame, roots=study.roots)
    constraints = build_constraints(case, problem.fault, frame=frame)
    choice = case.smoothing.choose
    strengths = case.smoothing.strengths or case.smoothing.count
    said: tuple[str, ...] = ()
    curve = None
    if case.smoothing.weights == "variance_components":
        # cross-validation would solve for every fold at every step: GCV stands in for it while scales are sought
        by = "gcv" if choice in ("cv", "cv_datasets") else choice
        rules = case.smoothing.scales
        found = variance_components(
            problem, operator, strength=by, constraints=constraints, strengths=strengths,
            bounds=rules.bounds, form=rules.form, prior=rules.prior, groups=rules.groups, fixed=rules.fixed,
        )  # fmt: skip
        problem, curve = found.problem, found.curve
        said = tuple(text for text in found.warnings if found.choice is None or text not in found.choice.warnings)
    if not isinstance(choice, str):
        return None, solve(problem, operator, strength=choice, constraints=constraints), said
    if curve is None:
        curve = strength_curve(problem, operator, strengths=strengths, constraints=constraints, progress=report)
    wanted = {choice, *case.smoothing.compare}
    if "cv" in wanted:
        curve = cross_validate(curve, folds=spatial_folds(problem, folds=case.smoothing.folds))
    if "cv_datasets" in wanted:
        curve = cross_validate(curve, folds=dataset_folds(problem))
    chosen = curve.choose(choice)
    return curve, chosen.estimate, (*said, *chosen.warnings)
