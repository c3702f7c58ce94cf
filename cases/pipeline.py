"""A study from case to answer: a thin reading of the case onto the public functions of the other rooms."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.assumptions import assumptions
from geoslip.cases.build_data import DatasetReading, read_datasets
from geoslip.cases.build_fault import build_fault
from geoslip.cases.build_geometry import sample_case_geometry
from geoslip.cases.build_joint import sample_case_joint
from geoslip.cases.build_slip import build_constraints, build_operator, check_slip
from geoslip.cases.catalogue import data_roots, missing_files
from geoslip.cases.checks import check_reach, few_near, outlying_stations, sign_against_gnss, understated_noise
from geoslip.cases.errors import CaseError, as_case_error
from geoslip.cases.greens import greens_matrices
from geoslip.cases.grid_score import grid_scores
from geoslip.cases.model_cells import cells_found
from geoslip.cases.posterior import posterior_warnings, sample_slip_posterior
from geoslip.cases.progress import Reporter
from geoslip.cases.provenance import data_files, provenance
from geoslip.cases.residual_noise import first_fit, starting_noise, with_residual_noise
from geoslip.cases.resolved_mesh import meshes_resolved
from geoslip.cases.rim import locks_edges, released_rim
from geoslip.cases.run import StudyRun
from geoslip.cases.schema import Case
from geoslip.cases.schema_trust import Uncertainty
from geoslip.cases.stress import run_stress
from geoslip.cases.trust import run_trust
from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel

if TYPE_CHECKING:
    from geoslip.inversion import Estimate, Problem, StrengthCurve


@dataclass
class PreparedStudy:
    """A case with everything read and nothing long computed: what ``geoslip check`` looks at.

    Parameters
    ----------
    case : Case
    frame : LocalFrame
    fault : Fault
    readings : list of DatasetReading
        One a data set, in the case's order.
    files : dict
        Hash and size of every data file, by name.
    warnings : list of str
        What the data's own checks say.
    roots : tuple of Path
        Folders in which the case's files were found.
    """

    case: Case
    frame: LocalFrame
    fault: Fault
    readings: list[DatasetReading]
    files: dict[str, Any]
    warnings: list[str]
    roots: tuple[Path, ...] = ()


def prepare_case(
    case: Case,
    *,
    data: str | Path | None = None,
    workspace: Path | None = None,
    reporter: Reporter | None = None,
) -> PreparedStudy:
    """Read all that a run needs and check it.

    Parameters
    ----------
    case : Case
        From :func:`geoslip.cases.casefile.read_case`.
    data : path, optional
        Folder of the data files.
    workspace : Path, optional
        Where a synthetic case puts the data that it makes; a folder of its own by default.
    reporter : Reporter, optional
        Hears of the steps.

    Raises
    ------
    CaseError
        With every mistake found in the files that the case names.
    """
    reporter = reporter or Reporter()
    frame = LocalFrame(*case.origin)
    roots = data_roots(case, data)
    if case.synthetic is None:
        _refuse_missing(case, roots)
    fault = build_fault(case, frame, roots=roots)
    check_slip(case, fault, frame=frame)
    with ExitStack() as until_read:
        made: list[Path] = []
        if case.synthetic is not None:
            folder = workspace or Path(until_read.enter_context(tempfile.TemporaryDirectory(prefix="geoslip-")))
            made = [_made_data(case, frame, folder, reporter)]
        roots = [*made, *roots]
        _refuse_missing(case, roots)
        with reporter.step("reading and downsampling") as report:
            readings = read_datasets(case, frame, fault, roots=roots, report=report)
        files = data_files(case, roots)
    observations = [reading.observations for reading in readings]
    check_reach(case, observations, fault)
    mistakes, warnings = sign_against_gnss(case, observations)
    if mistakes:
        raise CaseError(mistakes)
    warnings += few_near(observations, fault)
    warnings += [note for entry in observations for note in entry.notes if "may be wrong" in note]
    return PreparedStudy(case, frame, fault, readings, files, warnings, tuple(roots))


def _refuse_missing(case: Case, roots: Sequence[Path]) -> None:
    missing = missing_files(case, roots)
    if missing:
        raise CaseError(missing)


def _made_data(case: Case, frame: LocalFrame, folder: Path, reporter: Reporter) -> Path:
    from geoslip.cases.synthetic import make_data

    with reporter.step("making synthetic data") as report:
        make_data(case, frame, folder / "data", report=report)
    return folder / "data"


def run_case(
    case: Case,
    *,
    data: str | Path | None = None,
    workspace: Path | None = None,
    cache: Path | None = None,
    reporter: Reporter | None = None,
) -> StudyRun:
    """Run a whole study in memory; :func:`geoslip.cases.output.write_run` puts it into files.

    Parameters
    ----------
    case : Case
        Validated case.
    data : path, optional
        Folder of the data files; GEOSLIP_DATA or the case's folder otherwise.
    workspace : Path, optional
        Where a synthetic case puts its data.
    cache : Path, optional
        Folder in which Green's matrices are kept under a hash of what they depend on, for a resumed run.
    reporter : Reporter, optional
        Hears of the steps.

    Returns
    -------
    StudyRun

    Raises
    ------
    CaseError
        If the case or its data are wrong.
    """
    reporter = reporter or Reporter()
    study = prepare_case(case, data=data, workspace=workspace, reporter=reporter)
    return solve_study(study, cache=cache, reporter=reporter)


def solve_study(study: PreparedStudy, *, cache: Path | None = None, reporter: Reporter | None = None) -> StudyRun:
    """Invert a prepared study; see :func:`run_case`."""
    reporter = reporter or Reporter()
    case, frame, poisson = study.case, study.frame, study.case.elastic.poisson

    def first(study: PreparedStudy) -> Estimate:
        return _invert(study, cache=cache, reporter=reporter).estimate

    with as_case_error(case):
        study, doubts = cells_found(meshes_resolved(study, invert=first), invert=first)
    fault = study.fault
    solved = _invert(study, cache=cache, reporter=reporter)
    study, curve, estimate = solved.study, solved.curve, solved.estimate
    problem, doubts = estimate.problem, (*doubts, *solved.doubts)
    observations = tuple(reading.observations for reading in study.readings)
    with reporter.step("uncertainty and moment"):
        model = estimate.model(frame=frame, rigidity=case.elastic.rigidity)
    run = StudyRun(case, frame, observations, fault, problem, curve, estimate, model)
    run.truth = _truth(case, fault, frame)
    run.synthetic = case.synthetic.notice if case.synthetic is not None else ""
    run.scenes = {r.observations.name: r.scene for r in study.readings if r.scene is not None}
    if locks_edges(case):
        with as_case_error(case), reporter.step("slip with its rim free"):
            run.locked_rim = released_rim(case, estimate, frame=frame)
    if any(entry.grid_score for entry in case.data):
        with reporter.step("scores on full grids"):
            run.grid_scores = grid_scores(study, model)
    if case.uncertainty != Uncertainty():
        with as_case_error(case), reporter.step("tests of resolution and uncertainty") as report:
            run.trust = run_trust(case, estimate, progress=report)
    if case.stress is not None:
        with as_case_error(case), reporter.step("Coulomb stress") as report:
            run.stress = run_stress(case, model, truth=run.truth, roots=study.roots, progress=report)
    if case.posterior.slip is not None:
        with as_case_error(case), reporter.step("posterior of slip") as report:
            watch = reporter.note("R-hat {:.3f}")
            run.slip_posterior = sample_slip_posterior(case, estimate, cache=cache, progress=report, watch=watch)
    if case.posterior.geometry is not None:
        with as_case_error(case), reporter.step("posterior of geometry") as report:
            run.geometry_posterior = sample_case_geometry(case, observations, cache=cache, progress=report)
    if case.posterior.joint is not None:
        with as_case_error(case), reporter.step("posterior of geometry and slip") as report:
            run.joint_posterior = sample_case_joint(case, estimate, cache=cache, progress=report)
    run.warnings = [*posterior_warnings(run), *study.warnings, *doubts, *understated_noise(estimate)]
    for entry in observations:
        residual = estimate.fit(entry.name).residual
        run.warnings += outlying_stations(entry, residual, model=model, poisson=poisson)
    run.assumptions = assumptions(case, study.readings, fault=fault)
    if run.locked_rim is not None:
        run.warnings[:0] = run.locked_rim.warnings
        run.assumptions.append(run.locked_rim.assumption)
    run.timings = reporter.timings
    run.provenance = provenance(case, study.files, reporter.timings)
    return run


@dataclass(frozen=True)
class _Solved:
    """One inversion: the study with its noise found, the curve if one was needed, the answer, what is doubtful."""

    study: PreparedStudy
    curve: StrengthCurve | None
    estimate: Estimate
    doubts: tuple[str, ...]


def _invert(study: PreparedStudy, *, cache: Path | None, reporter: Reporter) -> _Solved:
    case = study.case
    with as_case_error(case), reporter.step("Green's matrices") as report:
        observations = [reading.observations for reading in study.readings]
        greens = greens_matrices(observations, study.fault, elastic=case.elastic, cache=cache, report=report)
    study = replace(study, readings=_noise_found(study, greens, reporter))
    with as_case_error(case), reporter.step("normal equations") as report:
        problem = _problem(study, greens, report)
    with as_case_error(case), reporter.step("slip and smoothing") as report:
        curve, estimate, doubts = _choose_slip(case, problem, study.frame, report)
    return _Solved(study, curve, estimate, doubts)


def _problem(study: PreparedStudy, greens: dict[str, NDArray[np.float64]], report: Callable[[float], None]) -> Problem:
    from geoslip.inversion import Problem

    observations = tuple(reading.observations for reading in study.readings)
    nuisance = {entry.name: entry.nuisance_kind for entry in study.case.data}
    poisson = study.case.elastic.poisson
    return Problem.build(
        observations, study.fault, nuisance=nuisance, poisson=poisson, greens=greens, progress=report
    )  # fmt: skip


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
        operator = build_operator(case, study.fault)
        constraints = build_constraints(case, study.fault, frame=study.frame)
        estimate = first_fit(problem, operator, constraints, progress=lambda fraction: report(0.2 + 0.8 * fraction))
        for index in asked:
            readings[index] = with_residual_noise(readings[index], case.data[index], estimate)
    return readings


def _choose_slip(
    case: Case, problem: Problem, frame: LocalFrame, report: Callable[[float], None]
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

    operator = build_operator(case, problem.fault)
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


def _truth(case: Case, fault: Fault, frame: LocalFrame) -> SlipModel | None:
    from geoslip.cases.synthetic import inverted_as_true, true_model

    if case.synthetic is None or not inverted_as_true(case):
        return None

    return true_model(case, fault, frame)
