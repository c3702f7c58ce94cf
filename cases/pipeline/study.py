"""A study from case to answer: a thin reading of the case onto the public functions of the other rooms."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoslip.cases.assemble.data import DatasetReading, read_datasets
from geoslip.cases.assemble.fault import build_fault
from geoslip.cases.assemble.smoothing import check_slip
from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.trust import Uncertainty
from geoslip.cases.errors import CaseError, as_case_error
from geoslip.cases.library.find import data_roots, missing_files
from geoslip.cases.output.provenance import data_files, provenance
from geoslip.cases.pipeline.assumptions import assumptions
from geoslip.cases.pipeline.checks import check_reach, few_near, outlying_stations, sign_against_gnss, understated_noise
from geoslip.cases.pipeline.grid_score import grid_scores
from geoslip.cases.pipeline.model_cells import cells_found
from geoslip.cases.pipeline.posterior import posterior_warnings
from geoslip.cases.pipeline.prediction import check_prediction_error
from geoslip.cases.pipeline.resolved_mesh import meshes_resolved
from geoslip.cases.pipeline.rim import locks_edges, released_rim
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.pipeline.sample import sample_posteriors
from geoslip.cases.pipeline.solve import invert
from geoslip.cases.pipeline.stress import run_stress
from geoslip.cases.pipeline.trust import run_trust
from geoslip.cases.progress import Reporter
from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel

if TYPE_CHECKING:
    from geoslip.inversion import Estimate
    from geoslip.inversion.posterior import Pool


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
        From :func:`geoslip.cases.casefile.read.read_case`.
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
    check_slip(case, fault, frame=frame, roots=roots)
    check_prediction_error(case, fault)
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
    from geoslip.cases.assemble.synthetic import make_data

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
    pool: Pool | None = None,
) -> StudyRun:
    """Run a whole study in memory; :func:`geoslip.cases.output.results.write_run` puts it into files.

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
    pool : Pool, optional
        Whose workers chains run on.

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
    return solve_study(study, cache=cache, reporter=reporter, pool=pool)


def solve_study(
    study: PreparedStudy, *, cache: Path | None = None, reporter: Reporter | None = None, pool: Pool | None = None
) -> StudyRun:
    """Invert a prepared study; see :func:`run_case`."""
    reporter = reporter or Reporter()
    case, frame, poisson = study.case, study.frame, study.case.elastic.poisson

    def first(study: PreparedStudy) -> Estimate:
        return invert(study, cache=cache, reporter=reporter).estimate

    with as_case_error(case):
        study, doubts = cells_found(meshes_resolved(study, invert=first), invert=first)
    fault = study.fault
    solved = invert(study, cache=cache, reporter=reporter)
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
    sample_posteriors(run, cache=cache, reporter=reporter, pool=pool)
    run.warnings = [*posterior_warnings(run), *study.warnings, *doubts, *understated_noise(estimate)]
    for entry in observations:
        residual = estimate.fit(entry.name).residual
        run.warnings += outlying_stations(entry, residual, model=model, poisson=poisson)
    run.assumptions = assumptions(case, study.readings, fault=fault)
    if solved.prediction is not None:
        run.prediction = solved.prediction
        run.assumptions += solved.prediction.assumptions
    if run.locked_rim is not None:
        run.warnings[:0] = run.locked_rim.warnings
        run.assumptions.append(run.locked_rim.assumption)
    run.timings = reporter.timings
    run.provenance = provenance(case, study.files, reporter)
    return run


def _truth(case: Case, fault: Fault, frame: LocalFrame) -> SlipModel | None:
    from geoslip.cases.assemble.synthetic import inverted_as_true, true_model

    if case.synthetic is None or not inverted_as_true(case):
        return None

    return true_model(case, fault, frame)
