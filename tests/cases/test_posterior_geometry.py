"""The posterior of geometry from a case file: its summary, its report, and what is refused."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from typer.testing import CliRunner

from geoslip.cases.assemble.geometry import build_source
from geoslip.cases.casefile.read import read_case
from geoslip.cases.cli import app
from geoslip.cases.errors import CaseError
from geoslip.cases.output.results import write_run
from geoslip.cases.pipeline.study import run_case
from geoslip.cases.report.geometry import geometry_figures
from geoslip.cases.report.page import report_page
from geoslip.inversion.posterior import Normal, SampledSlip, VonMises

PLANE = (
    "{east: {uniform: [-15 km, 15 km]}, north: {uniform: [-15 km, 15 km]}, depth: {uniform: [1 km, 15 km]}, "
    "strike: {uniform: [-30, 90]}, dip: {normal: [60, 8], within: [20, 90]}, length: 20 km, width: 12 km}"
)


def asking(folder: Path, asked: str) -> Path:
    """Add a posterior of geometry to the small study, whose blundered station is left out."""
    path = folder / "case.yml"
    text = path.read_text().replace("    noise: columns\n", "    noise: columns\n    mask: {stations: [S04]}\n", 1)
    path.write_text(f"{text}posterior: {{geometry: {asked}}}\n")
    return path


@pytest.fixture(scope="module")
def kept() -> dict:
    return {}


@pytest.fixture
def run(study_folder: Path, kept: dict):
    """The small study with its geometry sampled; made once for this module."""
    if not kept:
        asked = f"{{planes: [{PLANE}], generations: 30, draws: 100, enough: null, warmup: 150}}"
        kept["run"] = run_case(read_case(asking(study_folder, asked)))
    return kept["run"]


def test_the_summary_holds_the_true_plane(run, tmp_path: Path) -> None:
    write_run(run, tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text())
    truth = {
        "strike deg": 30.0,
        "dip deg": 60.0,
        "slip m": 1.0,
        "rake deg": 0.0,
        "top depth km": 1.0,
        "magnitude": 6.505,
    }
    for name, value in truth.items():
        found = summary["geometry"][name]
        assert abs(found["mean"] - value) < 4.0 * found["std"] + 0.003, name
        assert found["q025"] <= found["q05"] <= found["q50"] <= found["q95"] <= found["q975"]
    assert summary["posterior"]["geometry"]["modes"][0]["weight"] > 0.9
    assert summary["posterior"]["geometry"]["converged"] == (not run.geometry_posterior.chains.warnings)
    assert np.isfinite(summary["diagnostics"]["log_evidence"]) and summary["diagnostics"]["ess_min"] > 50
    with h5py.File(tmp_path / "geometry.nc") as file:
        assert file["posterior/noise_scale_of_track"].shape == run.geometry_posterior.chains.draws.shape[:2]


def test_the_report_shows_it(run) -> None:
    figures = list(geometry_figures(run))
    assert [figure.name for figure in figures] == ["geometry_corner", "geometry_marginals"]
    corner = figures[0].figure
    shown = len(run.geometry_posterior.quantities) - 3  # two noise scales and the top's depth are left out
    assert len(corner.axes) == shown * (shown + 1) // 2
    page = report_page(run, {})
    assert "Posterior of geometry" in page and ("The chains have converged" in page or "NOT CONVERGED" in page)


def test_chains_too_short_are_told_first(study_folder: Path, tmp_path: Path) -> None:
    case = asking(
        study_folder, f"{{planes: [{PLANE}], generations: 4, draws: 16, enough: null, warmup: 4, noise: given}}"
    )
    said = CliRunner().invoke(app, ["run", str(case), "--out", str(tmp_path / "out"), "--no-report"])
    assert said.exit_code == 0, said.output
    assert "NOT CONVERGED: posterior of geometry" in said.output
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (
        summary["warnings"][0].startswith("posterior of geometry") and not summary["posterior"]["geometry"]["converged"]
    )


def test_priors_of_every_kind_are_read(study_folder: Path) -> None:
    plane = PLANE.replace("{uniform: [-30, 90]}", "{von_mises: [30, 20]}")
    bend = "{name: lower, of: fault, side: bottom, angle: 30, extent: {log_uniform: [1 km, 5 km]}}"
    slip = "{amount: {log_uniform: [1 cm, 5 m]}, rake: {uniform: [-90, 90]}}"
    case = read_case(asking(study_folder, f"{{planes: [{plane}], bends: [{bend}], slip: {slip}}}"))
    assert case.posterior.geometry is not None
    source = build_source(case.posterior.geometry)
    assert source.parts[0].strike == VonMises(30.0, 20.0)
    assert source.parts[0].dip == Normal(60.0, 8.0, low=20.0, high=90.0)
    assert isinstance(source.slip, SampledSlip) and "lower.extent" in source.names


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (PLANE.replace("length: 20 km", "length: 20"), "must carry its unit"),
        (PLANE.replace("length: 20 km", "length: {}"), "exactly one of uniform, log_uniform, normal"),
        (PLANE.replace("{uniform: [-30, 90]}", "{uniform: [-30, 90], within: [0, 9]}"), "limits of its own"),
        (PLANE.replace("length: 20 km", "length: {uniform: [9 km, 2 km]}"), "the smaller first"),
        (PLANE.replace("{uniform: [1 km, 15 km]}", "{uniform: [0 km, 1 km]}"), "contradict"),
    ],
)
def test_priors_that_make_no_sense_are_refused(study_folder: Path, asked: str, words: str) -> None:
    with pytest.raises(CaseError, match=words):
        run_case(read_case(asking(study_folder, f"{{planes: [{asked}]}}")))
