"""The made-up catalogue: its case files are valid, its sources are seen, and its true moment by depth is all of it."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from geoslip.cases.casefile.read import read_case
from geoslip.faults import moment_of_magnitude

STUDY = Path(__file__).parents[2] / "cases" / "catalogue2022"


@pytest.fixture(scope="module")
def study():
    """The study's two scripts, which lie beside each other and belong to no package."""
    found = {}
    for name in ("make_events", "catalogue"):
        spec = importlib.util.spec_from_file_location(name, STUDY / f"{name}.py")
        found[name] = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found[name])
    yield found
    for name in found:
        del sys.modules[name]


def test_case_files_are_valid_and_two_events_are_made_to_fail(study, tmp_path):
    made = study["make_events"].write_catalogue(tmp_path, count=6, seed=1)
    cases = [read_case(tmp_path / f"{source.name}.yml") for source in made]
    blind = [bool(case.synthetic.scenes[0].gaps) for case in cases]
    lost = [case.data[1].paths[0] == "lost.tif" for case in cases]
    assert sum(blind) == sum(lost) == 1
    assert np.argmax(blind) != np.argmax(lost)
    truth = study["catalogue"].read_table(tmp_path / "truth.csv")
    assert [name for name, row in truth.items() if row["fails"] == "blind"] == [made[int(np.argmax(blind))].name]


def test_noise_is_estimated_unless_it_is_to_be_stated(study, tmp_path):
    make_events = study["make_events"]
    made = make_events.write_catalogue(tmp_path, count=6, seed=1, stated=True, failing=False)
    assert read_case(tmp_path / f"{made[0].name}.yml").data[0].noise.given().length == pytest.approx(6e3)
    make_events.write_catalogue(tmp_path, count=6, seed=1, failing=False)
    assert read_case(tmp_path / f"{made[0].name}.yml").data[0].noise.source == "estimate"


def test_every_event_can_be_seen_and_is_below_ground(study):
    make_events = study["make_events"]
    for truth, entry in make_events.draw_events(8, 3):
        assert make_events.peak(truth) > make_events.SEEN * make_events.SIGMA
        assert truth.depth - 0.5 * truth.width * np.sin(np.deg2rad(truth.dip)) >= make_events.TOP
        assert 4e3 <= entry.depth - truth.depth <= 10e3


def test_true_moment_by_depth_holds_all_moment_and_each_event_where_it_is(study):
    sources = [truth for truth, _ in study["make_events"].draw_events(8, 3)]
    profile = study["catalogue"].true_profile(sources, 40)
    moments = np.array([float(moment_of_magnitude(source.mw)) for source in sources])
    assert profile.sum() == pytest.approx(moments.sum(), rel=1e-12)
    middles = 1e3 * (np.arange(40) + 0.5)
    depths = [source.depth for source in sources]
    assert profile @ middles == pytest.approx(moments @ depths, rel=0.03)


def test_a_run_that_goes_on_keeps_the_earlier_kill_and_adds_the_time(study, tmp_path):
    kept = tmp_path / "runs.json"
    first = {"done_when_killed": 16, "kept": 17, "seconds": 100.0, "processor": 50.0, "events": 20}
    together = study["catalogue"].together
    assert together(kept, dict(first)) == first
    kept.write_text('{"done_when_killed": 16, "kept": 17, "seconds": 100.0, "processor": 50.0, "events": 20}')
    again = {"done_when_killed": 0, "kept": 31, "seconds": 1.0, "processor": 2.0, "events": 11}
    assert together(kept, again) == {
        "done_when_killed": 16, "kept": 17, "seconds": 101.0, "processor": 52.0, "events": 31
    }  # fmt: skip
