"""What ``geoslip run`` and ``geoslip check`` do."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap

import numpy as np
import typer

from geoslip.cases.batch.cluster import DaskPool, chains_on
from geoslip.cases.casefile.read import read_case
from geoslip.cases.errors import CaseError, Mistake
from geoslip.cases.library.find import find_case, shipped_studies, study_folders, study_seconds, study_title
from geoslip.cases.output.folder import ResultFolder
from geoslip.cases.output.provenance import step_times
from geoslip.cases.output.results import write_json, write_run
from geoslip.cases.pipeline.posterior import not_converged
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.pipeline.study import PreparedStudy, prepare_case, run_case
from geoslip.cases.progress import Reporter, reporter_for_stream
from geoslip.faults.mesh_quality import mesh_quality
from geoslip.faults.triangular import TriangularSegment
from geoslip.inversion.greens import refuse_data_on_the_fault
from geoslip.okada import displacement_field


def run_command(
    name: str, *, out: Path | None, data: Path | None, resume: bool, report: bool, dask: str | None = None
) -> None:
    """Run a case into a folder that appears in full or not at all."""
    with chains_on(dask) as pool:
        final, run = run_quietly(
            name, out=out, data=data, resume=resume, report=report, reporter=reporter_for_stream(), pool=pool
        )
    typer.echo(run_summary(run, final))
    if report:
        typer.echo(f"report: {final.absolute() / 'report.html'}")
    if not_converged(run):
        typer.echo("warning: the chains have not converged; what was sampled is not to be quoted", err=True)


def run_quietly(
    name: str,
    *,
    out: Path | None,
    data: Path | None,
    resume: bool,
    report: bool,
    reporter: Reporter | None = None,
    seed: int | None = None,
    pool: DaskPool | None = None,
) -> tuple[Path, StudyRun]:
    """Run a case into its folder, telling nobody but the reporter; the folder and the run are returned.

    A ``seed`` stands in for the case's own; chains run on the ``pool``, if there is one.
    """
    case = read_case(find_case(name))
    if seed is not None:
        case = case.model_copy(update={"seed": seed})
    final = out or Path(f"{case.name}-results")
    place = ResultFolder(final, resume=resume)
    if resume and not place.resumed and reporter is not None:
        typer.echo(f"nothing is to be resumed beside {final}: this run starts from the beginning", err=True)
    reporter = reporter or Reporter()
    try:
        with place:
            run = run_case(case, data=data, workspace=place.partial, cache=place.cache, reporter=reporter, pool=pool)
            with reporter.step("report and files"):
                write_run(run, place.partial)
                if report:
                    from geoslip.cases.report.page import write_report

                    write_report(run, place.partial)
            write_json(place.partial / "provenance.json", run.provenance | step_times(reporter))
    finally:
        reporter.close()
    return final, run


def run_summary(run: StudyRun, folder: Path) -> str:
    """Give a few lines for the terminal: magnitude, fit, warnings, where the report lies."""
    model = run.model
    doubts = not_converged(run)
    lines = [f"NOT CONVERGED: {doubts[0]}"] if doubts else []
    lines += [run.synthetic] if run.synthetic else []
    lines.append(
        f"{run.case.title or run.case.name}: Mw {model.mw:.2f}, peak slip {model.peak_slip:.2f} m,"
        f" mean rake {model.mean_rake:.0f} degrees"
    )
    if run.truth is not None:
        lines.append(
            f"the truth behind the synthetic data: Mw {run.truth.mw:.2f}, peak slip {run.truth.peak_slip:.2f} m,"
            f" mean rake {run.truth.mean_rake:.0f} degrees"
        )
    slopes = {data.name for data in run.observations if data.kind == "gradient"}
    for fit in run.estimate.fits:
        rms = f"{1e6 * fit.rms:7.1f} µm/m" if fit.name in slopes else f"{1e3 * fit.rms:7.1f} mm"
        lines.append(f"  {fit.name:<24} n {fit.n:>5}   rms {rms}   VR {100 * fit.variance_reduction:5.1f} %")
        if fit.by_direction:
            parts = ", ".join(f"{name} {100 * value:.1f} %" for name, value in fit.by_direction.items())
            lines.append(f"  {'':<24} {parts}")
        if fit.name in run.grid_scores:
            lines.append(f"  {'':<24} on the full grid: VR {100 * run.grid_scores[fit.name]:.1f} %")
    if run.slip_posterior is not None:
        low, high = run.slip_posterior.magnitude_quantiles((0.025, 0.975))
        lines.append(f"  95 % of the draws have Mw {low:.2f} to {high:.2f}, under these bounds and this smoothing")
    lines += [f"  warning: {warning}" for warning in run.warnings]
    lines.append(f"results: {folder.absolute()}")
    return "\n".join(lines)


def list_command() -> None:
    """Tell of every study its event, its data, what it shows, its further cases and how long it took us."""
    cases = shipped_studies()
    for name, folder in study_folders().items():
        typer.echo(study_summary(name, cases[name]) if name in cases else scripted_summary(name, folder))


def scripted_summary(name: str, folder: Path) -> str:
    """Say in a few lines what a study is that has no case file, but scripts."""
    scripts = ", ".join(path.name for path in sorted(folder.glob("*.py")) if "def main(" in path.read_text("utf-8"))
    seconds = study_seconds().get(name)
    took = "" if seconds is None else f"; {max(1, round(seconds / 60))} min of `make studies`"
    return f"{name:<16} {study_title(folder)}\n  no case file; scripts: {scripts}{took}"


def study_summary(name: str, path: Path) -> str:
    """Say in a few lines what a study is; its folder's ``case.yml`` is at the path."""
    case, seconds = read_case(path), study_seconds()
    kinds = [entry.kind for entry in case.data]
    data = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    made = "synthetic" if case.synthetic is not None else "measured"
    took = f"; {max(1, round(seconds[name] / 60))} min with all its cases" if name in seconds else ""
    lines = [f"{name:<16} {case.title}", f"  data: {data}, {made}{took}"]
    if case.about:
        lines += wrap(case.about, 110, initial_indent="  ", subsequent_indent="  ")
    others = sorted(f"{name}/{other.stem}" for other in path.parent.glob("*.yml") if is_variant(other))
    if others:
        lines.append(f"  also: {', '.join(others)}")
    return "\n".join(lines)


def is_variant(path: Path) -> bool:
    """Whether a file beside a study's case is a further case that runs by itself."""
    if path.stem in ("case", "published"):
        return False
    try:
        read_case(path)
    except ValueError:
        return False
    return True


def check_command(name: str, *, data: Path | None) -> None:
    """Read all that a run would read and say what it would do."""
    case = read_case(find_case(name))
    reporter = reporter_for_stream()
    try:
        study = prepare_case(case, data=data, reporter=reporter)
    finally:
        reporter.close()
    check_off_the_faults(study)
    typer.echo(check_summary(study))


def check_off_the_faults(study: PreparedStudy) -> None:
    """Refuse data on a fault itself, where a run would stop when it computes the Green's functions.

    Raises
    ------
    CaseError
        With a mistake for each such data set.
    """
    mistakes: list[Mistake] = []
    for index, reading in enumerate(study.readings):
        points = reading.observations.points
        moved = [
            displacement_field(points, segment.sources, np.ones((segment.n_patches, 3)))
            for segment in study.fault.segments
        ]
        try:
            refuse_data_on_the_fault(reading.observations, np.sum(moved, axis=0))
        except ValueError as error:
            mistakes.append(study.case.mistake(("data", index), str(error)))
    if mistakes:
        raise CaseError(mistakes)


def check_summary(study: PreparedStudy) -> str:
    """Say in a few lines what a run would invert for what."""
    case, fault = study.case, study.fault
    n_data = sum(len(reading.observations) for reading in study.readings)
    unknowns = 2 * fault.n_patches
    lines = [f"{case.name}: the case is sound"]
    for entry, reading in zip(case.data, study.readings):
        made_of = "cells" if reading.scene is not None else "values"
        size = f"{len(reading.observations):>6} {made_of}"
        lines.append(f"  {entry.name:<24} {size}, kind {entry.kind}, nuisance {entry.nuisance_kind}")
        lines += [f"    {note}" for note in reading.observations.notes]
    for segment in fault.segments:
        lines.append(f"  segment {segment.name:<16} {segment.n_patches:>6} patches")
        if isinstance(segment, TriangularSegment):
            lines += [f"    {text}" for text in (*segment.notes, mesh_quality(segment).summary)]
    matrix = 8e-6 * n_data * unknowns
    lines.append(f"a run would fit {n_data} data with {unknowns} slip components; Green's matrices of {matrix:.0f} MB")
    choice = case.smoothing.choose
    how = (
        f"smoothing chosen by {choice} out of {case.smoothing.count}"
        if isinstance(choice, str)
        else f"smoothing {choice:g}"
    )
    along = "along an azimuth" if case.slip.azimuth is not None else "in a rake window"
    free = case.slip.azimuth is None and case.slip.rake == "free"
    lines.append(f"  {how}; slip {'free' if free else along}")
    lines += [f"  warning: {warning}" for warning in study.warnings]
    return "\n".join(lines)
