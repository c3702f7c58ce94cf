"""The synthetic study: its data are what its block says, and the truth is known exactly."""

from pathlib import Path

import numpy as np
import pytest
import rasterio

from geoslip.cases.assemble.synthetic import make_data, refined_fault, true_model
from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.read import read_case
from geoslip.cases.library.find import find_case, shipped_studies
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.pipeline.study import run_case
from geoslip.faults import LocalFrame


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case(find_case("embedded"))


@pytest.fixture(scope="module")
def run(case: Case, tmp_path_factory: pytest.TempPathFactory) -> StudyRun:
    return run_case(case, workspace=tmp_path_factory.mktemp("embedded"))


def test_true_moment_does_not_depend_on_the_patches(case: Case) -> None:
    frame = LocalFrame(*case.origin)
    fine = true_model(case, refined_fault(case, frame), frame)
    coarse = true_model(case, refined_fault(case.model_copy(update={"synthetic": _coarse(case)}), frame), frame)
    assert coarse.moment == pytest.approx(fine.moment, rel=2e-3)
    assert 6.55 < fine.mw < 6.75
    assert fine.peak_slip == pytest.approx(3.5, rel=0.02)


def _coarse(case: Case) -> object:
    assert case.synthetic is not None
    return case.synthetic.model_copy(update={"refine": 1})


def test_asperity_has_the_ellipsoid_s_moment(case: Case) -> None:
    """The mean of (1 - r^2)^(3/2) over an ellipse is 2/5; the part above ground is cut off."""
    assert case.synthetic is not None
    frame = LocalFrame(*case.origin)
    part = case.synthetic.slip[0].model_copy(update={"down": 8e3})
    only = case.model_copy(update={"synthetic": case.synthetic.model_copy(update={"slip": (part,)})})
    model = true_model(only, refined_fault(only, frame), frame)
    assert model.moment == pytest.approx(30e9 * 3.5 * 0.4 * np.pi / 4.0 * 28e3 * 11e3, rel=2e-3)


def test_a_rectangle_slips_all_over(case: Case) -> None:
    assert case.synthetic is not None
    frame = LocalFrame(*case.origin)
    part = case.synthetic.slip[0].model_copy(update={"down": 8e3, "shape": "rectangle"})
    only = case.model_copy(update={"synthetic": case.synthetic.model_copy(update={"slip": (part,)})})
    model = true_model(only, refined_fault(only, frame), frame)
    assert model.moment == pytest.approx(30e9 * 3.5 * 28e3 * 11e3, rel=1e-2)
    assert model.peak_slip == pytest.approx(3.5) and np.isclose(model.magnitude, 3.5).mean() > 0.3


def test_data_are_as_described(case: Case, tmp_path: Path) -> None:
    frame = LocalFrame(*case.origin)
    written = make_data(case, frame, tmp_path)
    assert {path.name for path in written} >= {"ascending.tif", "ascending.E.tif", "descending.tif", "gnss.csv"}
    with rasterio.open(tmp_path / "ascending.tif") as source:
        values = source.read(1)
        assert source.crs.to_epsg() == 4326
        # the gap of 5 km around its centre holds no data, just beyond it does
        row, column = source.index(101.22, 37.84)
        assert np.isnan(values[row, column])
        row, column = source.index(101.22, 37.84 + 0.055)
        assert np.isfinite(values[row, column])
    look = np.stack([rasterio.open(tmp_path / f"ascending.{axis}.tif").read(1) for axis in "ENU"])
    assert np.abs(np.sqrt((look**2).sum(axis=0)) - 1.0).max() < 1e-6
    assert look[0].max() < 0.0  # a right-looking ascending satellite stands in the west
    assert look[2].min() > np.cos(np.deg2rad(42.01))
    assert (tmp_path / "gnss.csv").read_text().count("\n") == 13


def test_seed_fixes_the_data(case: Case, tmp_path: Path) -> None:
    frame = LocalFrame(*case.origin)
    assert case.synthetic is not None
    case = case.model_copy(update={"synthetic": case.synthetic.model_copy(update={"scenes": ()})})
    for name in ("a", "b"):
        make_data(case, frame, tmp_path / name)
    assert (tmp_path / "a" / "gnss.csv").read_bytes() == (tmp_path / "b" / "gnss.csv").read_bytes()
    other = case.model_copy(update={"seed": 1})
    make_data(other, frame, tmp_path / "c")
    assert (tmp_path / "a" / "gnss.csv").read_bytes() != (tmp_path / "c" / "gnss.csv").read_bytes()


def test_truth_comes_back(run: StudyRun) -> None:
    assert run.truth is not None
    assert run.synthetic.startswith("Synthetic study")
    assert run.model.mw == pytest.approx(run.truth.mw, abs=0.05)
    difference = (run.model.slip - run.truth.slip)[:, :2]
    rms = np.sqrt(np.average((difference**2).sum(axis=1), weights=run.fault.areas))
    assert rms < 0.2 * run.truth.peak_slip
    assert abs(run.model.mean_rake - run.truth.mean_rake) < 5.0


def test_noise_explains_the_residuals(run: StudyRun) -> None:
    for fit in run.estimate.fits:
        assert 0.5 < fit.chi2 / fit.n < 2.0, fit.name
    assert not [warning for warning in run.warnings if "times what its noise" in warning]


def test_estimated_noise_is_near_what_was_put_in(run: StudyRun) -> None:
    rows = {row.name: row for row in run.assumptions}
    assert rows["ascending: noise"].origin == "data"


def test_full_grid_is_explained(run: StudyRun) -> None:
    assert set(run.grid_scores) == {"ascending", "descending"}
    assert min(run.grid_scores.values()) > 0.9


def test_shipped_cases_are_all_sound() -> None:
    studies = shipped_studies()
    assert {"embedded", "landers1992", "ridgecrest2019"} <= set(studies)
    for name, path in studies.items():
        assert read_case(path).name == name
