"""Tests of resolution and uncertainty are a line each in the case file, and a figure and a number each in the run."""

import html
from pathlib import Path

import numpy as np
import pytest

from geoslip.cases.casefile.read import read_case
from geoslip.cases.errors import CaseError
from geoslip.cases.output.results import summary
from geoslip.cases.pipeline.study import run_case
from geoslip.cases.report.trust import trust_figures, trust_tables

ALL = (
    "uncertainty: {resolution: true, checkerboard: 8 km, spikes: 2, monte_carlo: 5, bootstrap: 4, leave_one_out: true,"
    " profiles: true, depth_windows: [1 km, 4 km, 12 km], stress_drop: true}\n"
)


def asked(folder: Path, block: str) -> Path:
    path = folder / "case.yml"
    path.write_text(path.read_text() + block)
    return path


def test_every_request_gives_a_figure_and_numbers(study_folder: Path) -> None:
    run = run_case(read_case(asked(study_folder, ALL)))
    names = [entry.name for entry in trust_figures(run)]
    assert names == [
        "spread_length", "checkerboard", "spikes", "monte_carlo", "bootstrap", "leave_one_out", "profiles",
        "stress_drop",
    ]  # fmt: skip
    told = summary(run)["uncertainty"]
    assert set(told) == {
        "spread_length_km", "checkerboard", "spikes", "monte_carlo", "bootstrap", "leave_one_out", "depth_windows",
        "stress_drop_mpa",
    }  # fmt: skip
    assert set(told["leave_one_out"]) == {"track", "GNSS"}
    windows = told["depth_windows"]
    assert [one["to_km"] for one in windows] == [4.0, 12.0]
    assert sum(one["moment_nm"] for one in windows) == pytest.approx(run.model.moment, rel=1e-9)
    assert all(one["mean_slip_std_m"] > 0.0 for one in windows)
    # 20 km of 1 m of slip: some MPa
    assert 0.5 < told["stress_drop_mpa"]["mean"] < 10.0
    intervals, said, windowed = trust_tables(run)
    assert "Moment magnitude, monte carlo" in intervals and "Peak slip (m), bootstrap" in intervals
    assert "noise only, not the smoothing's bias" in html.unescape(said)
    assert "1 to 4 km" in windowed
    draws = run.trust.ensembles["monte_carlo"]
    assert np.abs(draws.mean - run.estimate.slip).max() < 0.2


def test_nothing_is_run_unasked(study_folder: Path) -> None:
    run = run_case(read_case(study_folder / "case.yml"))
    assert run.trust is None
    assert summary(run)["uncertainty"] == {}
    assert list(trust_figures(run)) == [] and trust_tables(run) == []


@pytest.mark.parametrize(
    ("block", "rule"),
    [
        ("uncertainty: {monte_carlo: 1}\n", "one draw has no spread"),
        ("uncertainty: {depth_windows: [4 km, 0 km]}\n", "depths that go down"),
        ("uncertainty: {depth_windows: [4 km]}\n", "two or more depths"),
        ("uncertainty: {checkerboard: 0 km}\n", "checkerboard"),
    ],
)
def test_requests_that_make_no_sense_are_refused(study_folder: Path, block: str, rule: str) -> None:
    with pytest.raises(CaseError, match=rule):
        read_case(asked(study_folder, block))


def test_squares_larger_than_the_fault_are_a_mistake_of_the_case(study_folder: Path) -> None:
    with pytest.raises(CaseError, match="larger than the fault"):
        run_case(read_case(asked(study_folder, "uncertainty: {checkerboard: 500 km}\n")))
