"""Smoothing toward a model, stress drop, sums of lengths and a moment prior, asked for in a case file."""

from pathlib import Path

import numpy as np
import pytest

from geoslip.cases.casefile.read import read_case
from geoslip.cases.errors import CaseError
from geoslip.cases.output.results import summary, write_run
from geoslip.cases.pipeline.study import prepare_case, run_case
from geoslip.cases.report.page import write_report
from geoslip.faults import Fault, LocalFrame, Plane, SlipModel, cut_uniform, write_slip_model

SMOOTHING = "smoothing: {choose: abic, count: 8}"
SLIP = "slip: {rake: [-45, 45], zero_edges: [bottom]}"


def changed(folder: Path, *, smoothing: str = SMOOTHING, slip: str = SLIP) -> Path:
    path = folder / "case.yml"
    text = path.read_text()
    assert SMOOTHING in text and SLIP in text
    path.write_text(text.replace(SMOOTHING, smoothing, 1).replace(SLIP, slip, 1))
    return path


def write_model(path: Path, *, east: float = 0.0, slip: float = 2.0) -> None:
    plane = Plane.from_top_centre((east, 0.0), strike=30.0, dip=60.0, length=20e3, width=12e3, depth=1e3)
    fault = Fault((cut_uniform(plane, "published", patch_length=2.5e3, patch_width=3e3),))
    table = np.tile([slip, 0.0, 0.0], (fault.n_patches, 1))
    write_slip_model(path, SlipModel(fault, table, frame=LocalFrame(30.0, 40.0)))


def test_slip_is_drawn_toward_a_published_model(study_folder: Path) -> None:
    write_model(study_folder / "published.fsp")
    slip = "slip: {rake: [-45, 45]}"
    strong = "smoothing: {operator: damping, toward: published.fsp, choose: 1}"
    run = run_case(read_case(changed(study_folder, smoothing=strong, slip=slip)))
    np.testing.assert_allclose(run.model.magnitude, 2.0, rtol=1e-3)
    assert "published.fsp" in run.provenance["data"]
    assert {row.value for row in run.assumptions if row.name == "smoothed toward"} == {"published.fsp"}


def test_slip_comes_in_blocks_and_the_report_does_without_abic(study_folder: Path, tmp_path: Path) -> None:
    blocks = "smoothing: {operator: total_variation, choose: lcurve, count: 6}"
    run = run_case(read_case(changed(study_folder, smoothing=blocks, slip="slip: {rake: 0}")))
    assert len(np.unique(run.model.slip[:, 0].round(9))) < run.fault.n_patches
    assert run.model.slip[:, 0].mean() == pytest.approx(1.0, abs=0.1)
    told = summary(run)
    assert set(told["smoothing"]["criteria"]) == {"lcurve", "chi2"}
    assert told["information"]["abic"] is None or np.isnan(told["information"]["abic"])
    write_run(run, tmp_path / "run")
    write_report(run, tmp_path / "run")
    assert "total_variation" in (tmp_path / "run" / "report.html").read_text()


def test_a_stress_drop_and_a_moment_are_known_beforehand(study_folder: Path) -> None:
    text = "slip: {rake: 0, moment_prior: {mean: 1.4e19 N m, std: 1e15 N m}}"
    smoothing = "smoothing: {operator: stress_drop, stress_drop: 3 MPa, choose: abic, count: 6}"
    run = run_case(read_case(changed(study_folder, smoothing=smoothing, slip=text)))
    assert run.model.moment == pytest.approx(1.4e19, rel=2e-3)
    assert {row.value for row in run.assumptions if row.name == "stress drop wanted"} == {"3 MPa"}
    assert any(row.name == "moment known beforehand" for row in run.assumptions)


@pytest.mark.parametrize(
    ("smoothing", "slip", "said"),
    [
        ("smoothing: {stress_drop: 3 MPa}", SLIP, "is for the operator stress_drop: leave it out"),
        ("smoothing: {operator: sparsity, choose: abic}", SLIP, "choose the strength of sparsity by lcurve, chi2"),
        ("smoothing: {operator: sparsity, weights: variance_components}", SLIP, "need a smoothing by squares"),
        ("smoothing: {toward: {file: a.fsp, crs: 'EPSG:32636'}}", SLIP, "crs needs the origin"),
        (SMOOTHING, "slip: {moment_prior: {mean: 1e19 N m}}", "std"),
    ],
)
def test_blocks_that_make_no_sense_are_refused_on_reading(
    study_folder: Path, smoothing: str, slip: str, said: str
) -> None:
    with pytest.raises(CaseError, match=said):
        read_case(changed(study_folder, smoothing=smoothing, slip=slip))


@pytest.mark.parametrize(
    ("smoothing", "slip", "said"),
    [
        ("smoothing: {toward: nowhere.fsp}", SLIP, "the file 'nowhere.fsp' is not in"),
        ("smoothing: {toward: track.txt}", SLIP, "no known slip-model format"),
        ("smoothing: {toward: {file: far.csv, reach: 1 km}}", SLIP, "lies within reach of the fault"),
        ("smoothing: {operator: sparsity}", SLIP, "tapers slip at no edge"),
        ("smoothing: {operator: stress_drop, stress_drop: 1 MPa}", "slip: {}", "the rake is free: give slip a rake"),
        (SMOOTHING, "slip: {moment_prior: {mean: 1e19 N m, std: 1e18 N m}}", "rake of segment 'main' is free"),
    ],
)
def test_priors_that_do_not_fit_are_refused_before_the_run(
    study_folder: Path, smoothing: str, slip: str, said: str
) -> None:
    write_model(study_folder / "far.csv", east=80e3)
    with pytest.raises(CaseError, match=said):
        prepare_case(read_case(changed(study_folder, smoothing=smoothing, slip=slip)))


def test_a_strength_that_leaves_the_problem_singular_is_a_mistake_of_the_case(study_folder: Path) -> None:
    path = changed(study_folder, smoothing="smoothing: {choose: 1.0e-12}")
    text = path.read_text()
    # the stations alone do not tell the slip of patches that are 500 m long
    path.write_text(text.replace("{length: 4 km}", "{length: 500 m}"))
    with pytest.raises(CaseError, match="raise the smoothing strength"):
        run_case(read_case(path))
