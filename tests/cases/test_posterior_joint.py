"""Geometry and slip sampled together from a case file: what the summary and the report say, and what is refused."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from typer.testing import CliRunner

from geoslip.cases.casefile.read import read_case
from geoslip.cases.cli import app
from geoslip.cases.errors import CaseError
from geoslip.cases.output.results import write_run
from geoslip.cases.pipeline.study import run_case
from geoslip.cases.report.joint import joint_figures, joint_section
from geoslip.inversion.posterior import Checkpoint

LITTLE = "draws: 16, enough: null, warmup: 8, walkers: 8, generations: 1, slips: 16"


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
    corner, slip = joint_figures(run)
    assert "Change of dip\n(°)" in {axes.get_xlabel() for axes in corner.figure.axes}
    assert {"Slip (m)", "Standard deviation (m)"} <= {axes.get_ylabel() for axes in slip.figure.axes}
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


GEOMETRY = """geometry: {
  planes: [{east: 0 km, north: 0 km, depth: {uniform: [2 km, 12 km]}, strike: 30, dip: 60, length: 16 km, width: 9 km}],
  noise: given, draws: 16, enough: null, warmup: 8, generations: 1
}"""


def test_a_killed_run_goes_on_to_the_same_numbers(
    study_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = asking(study_folder, f"dip: {{uniform: [-8, 8]}}, strength: chosen, noise: given, {LITTLE}")
    path.write_text(path.read_text().replace("posterior: {joint", f"posterior: {{{GEOMETRY}, joint"))
    whole = run_case(read_case(path))
    saved = []

    class Dying(Checkpoint):
        def save(self, *content, **identity) -> None:
            super().save(*content, **identity)
            saved.append(self.path.name)
            # once within the one, and in the resumed run within the other
            if saved.count(self.path.name) == {"geometry_posterior.npz": 4, "joint_posterior.npz": 8}[self.path.name]:
                raise KeyboardInterrupt

    asked = ["run", str(path), "--out", str(tmp_path / "out"), "--no-report"]
    with monkeypatch.context() as patch:
        patch.setattr("geoslip.inversion.posterior.Checkpoint", lambda place: Dying(place, every=0.0))
        for more in ([], ["--resume"]):
            assert CliRunner().invoke(app, [*asked, *more]).exit_code != 0
    assert {"geometry_posterior.npz", "joint_posterior.npz"} <= set(saved) and not (tmp_path / "out").exists()
    assert CliRunner().invoke(app, [*asked, "--resume"]).exit_code == 0
    for name, posterior in (("geometry", whole.geometry_posterior), ("joint", whole.joint_posterior)):
        with h5py.File(tmp_path / "out" / f"{name}.nc") as file:
            number = {"geometry": "depth", "joint": "change_of_dip"}[name]
            expected = posterior.chains.of(number.replace("_", " "))
            assert np.array_equal(file[f"posterior/{number}"][:], expected)
