"""What slip may do, from the case file: locked places, tied patches, moments, and rules that clash."""

from pathlib import Path

import numpy as np
import pytest

from geoslip.cases.casefile.read import read_case
from geoslip.cases.errors import CaseError
from geoslip.cases.output.results import summary
from geoslip.cases.pipeline.study import prepare_case, run_case

RULE = "slip: {rake: [-45, 45], zero_edges: [bottom]}"


def ruled(folder: Path, rule: str) -> Path:
    path = folder / "case.yml"
    text = path.read_text()
    assert RULE in text
    path.write_text(text.replace(RULE, rule, 1))
    return path


def test_nothing_slips_below_a_depth_or_outside_a_polygon(study_folder: Path) -> None:
    square = "[['-30 km', '-30 km'], ['30 km', '-30 km'], ['30 km', '0 km'], ['-30 km', '0 km']]"
    run = run_case(read_case(ruled(study_folder, f"slip: {{rake: [-45, 45], not_below: 6 km, within: {square}}}")))
    out = (run.fault.centroids[:, 2] < -6e3) | (run.fault.centroids[:, 1] > 0.0)
    assert out.any() and not out.all()
    assert np.all(run.model.slip[out] == 0.0)
    assert run.model.magnitude[~out].max() > 0.1


def test_patches_on_locked_edges_do_not_slip_and_others_do(study_folder: Path) -> None:
    run = run_case(read_case(ruled(study_folder, "slip: {rake: [-45, 45], locked_edges: [bottom, start]}")))
    segment = run.fault.segments[0]
    out = (segment.row == segment.row.max()) | (segment.column == 0)
    assert np.all(run.model.slip[out] == 0.0)
    assert run.model.magnitude[~out & (segment.row == 0)].max() > 0.1
    assert "bottom, start" in {row.value for row in run.assumptions if row.name.startswith("no slip")}
    # the truth slips there, and the run says so
    assert run.locked_rim.misfit_rise > 10.0 and run.locked_rim.free_slip["main"] > 0.5
    assert any("data ask for slip on locked edges" in warning for warning in run.warnings)
    assert summary(run)["locked_edges"]["abic_rise"] > 2.0


def test_a_moment_is_given_and_slip_decays_with_depth(study_folder: Path) -> None:
    run = run_case(read_case(ruled(study_folder, "slip: {rake: 0, decay: true, moment: 8.0e18 N m}")))
    assert run.model.moment == pytest.approx(8e18, rel=1e-6)
    segment = run.fault.segments[0]
    for column in np.unique(segment.column):
        inside = np.flatnonzero(segment.column == column)
        slip = run.model.slip[inside[np.argsort(segment.row[inside])], 0]
        assert np.all(np.diff(slip) <= 1e-9)


def test_a_segment_can_slip_as_one(study_folder: Path) -> None:
    run = run_case(read_case(ruled(study_folder, "slip: {rake: 0, equal: [[main, main]], zero_edges: [bottom]}")))
    assert np.ptp(run.model.slip[:, 0]) < 1e-9
    assert run.model.slip[0, 0] == pytest.approx(1.0, abs=0.3)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("slip: {moment: [2e19 N m, 1e19 N m]}", "an interval runs upward"),
        ("slip: {moment: 1e19 N m, moment_at_most: 1e19 N m}", "leave moment_at_most out"),
        ("slip: {within: [[30, 40], [31, 40]]}", "three corners"),
    ],
)
def test_rules_that_make_no_sense_are_refused_on_reading(study_folder: Path, rule: str, said: str) -> None:
    with pytest.raises(CaseError, match=said):
        read_case(ruled(study_folder, rule))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("slip: {rake: 0, minimum: 2 m, maximum: 1 m}", "contradicts its maximum"),
        ("slip: {rake: 0, minimum: 1 m, moment_at_most: 1e15 N m}", "contradicts the minimum of slip"),
        ("slip: {decay: true}", "contradicts a free rake"),
        ("slip: {not_below: 1 m}", "every patch is outside the polygon, below the depth"),
        ("slip: {locked_edges: [rim]}", "'rim' is no edge of a segment"),
        ("slip: {equal: [[main, other]]}", "no segment 'other'"),
    ],
)
def test_rules_that_clash_are_named_before_anything_is_computed(study_folder: Path, rule: str, said: str) -> None:
    with pytest.raises(CaseError, match=said):
        prepare_case(read_case(ruled(study_folder, rule)))
