"""Geometry and slip sampled together from a case file: what the summary and the report say, and what is refused."""

import json
from pathlib import Path

import h5py
import pytest

from geoslip.cases.casefile import read_case
from geoslip.cases.errors import CaseError
from geoslip.cases.output import write_run
from geoslip.cases.pipeline import run_case
from geoslip.cases.report_joint import joint_section

LITTLE = "draws: 16, warmup: 8, walkers: 8, generations: 1, slips: 16"


def asking(folder: Path, asked: str) -> Path:
    """Add a joint posterior to the small study, whose blundered station is left out."""
    path = folder / "case.yml"
    text = path.read_text().replace("    noise: columns\n", "    noise: columns\n    mask: {stations: [S04]}\n", 1)
    path.write_text(f"{text}posterior: {{joint: {{{asked}}}}}\n")
    return path


def test_a_case_samples_geometry_and_slip_together(study_folder: Path, tmp_path: Path) -> None:
    asked = f"dip: {{uniform: [-8, 8]}}, strength: chosen, noise: given, {LITTLE}"
    run = run_case(read_case(asking(study_folder, asked)))
    write_run(run, tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    found = summary["posterior"]["joint"]
    dip = found["quantities"]["change of dip deg"]
    assert abs(dip["mean"]) < 4.0 * dip["std"] + 0.5 and dip["std"] < 3.0
    assert found["quantities"]["magnitude"]["mean"] == pytest.approx(6.5, abs=0.1)
    assert "corrected for the bounds" in found["bounds"]["said"] and found["bounds"]["error_scatter"] < 1.0
    assert not found["converged"] and summary["warnings"][0].startswith("posterior of geometry and slip: ")
    assert "NOT CONVERGED" in joint_section(run)[0] and "change of dip deg" in joint_section(run)[1]
    with h5py.File(tmp_path / "out" / "joint.nc") as file:
        assert file["posterior/change_of_dip"].shape == run.joint_posterior.chains.draws.shape[:2]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("noise: given", "at least one of dip, strike"),
        ("dip: {uniform: [-8, 8]}, strength: -1", "above 0"),
        ("depth: {uniform: [-9, 8]}", "must carry its unit"),
        ("depth: {uniform: [-9 km, -8 km]}", "contradict"),
    ],
)
def test_what_makes_no_sense_is_refused(study_folder: Path, asked: str, words: str) -> None:
    with pytest.raises(CaseError, match=words):
        run_case(read_case(asking(study_folder, asked)))
