"""From a case file to slip: the answer is right, and what is wrong with a case or its data is said."""

import os
from pathlib import Path

import numpy as np
import pytest

from geoslip.cases.casefile.read import read_case
from geoslip.cases.errors import CaseError
from geoslip.cases.figures.strength import CRITERION_NAMES, figure_strength
from geoslip.cases.output.results import summary
from geoslip.cases.pipeline.study import prepare_case, run_case
from geoslip.cases.report.page import smoothing_sentence
from geoslip.cases.ridgecrest2019.criteria import tables


def change(folder: Path, old: str, new: str) -> Path:
    path = folder / "case.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path


def complaint(folder: Path) -> str:
    with pytest.raises(CaseError) as caught:
        prepare_case(read_case(folder / "case.yml"))
    return str(caught.value)


def test_known_slip_comes_back(study_folder: Path) -> None:
    change(study_folder, "    noise: columns\n", "    noise: columns\n    mask: {stations: [S04]}\n")
    run = run_case(read_case(study_folder / "case.yml"))
    true_moment = 30e9 * 20e3 * 12e3
    assert run.model.moment == pytest.approx(true_moment, rel=0.15)
    assert abs(run.model.mean_rake) < 8.0
    track = run.estimate.fit("track")
    assert track.variance_reduction > 0.97
    assert track.rms == pytest.approx(3e-3, rel=0.2)
    # the ramp of 0.2 mm a kilometre eastward and its 10 mm are estimated with the slip
    assert track.nuisance["east"] == pytest.approx(2e-4, rel=0.2)
    assert track.nuisance["offset"] == pytest.approx(0.010, abs=0.002)
    assert run.curve is not None and len(run.curve.strengths) == 8


def test_blundered_station_is_named(study_folder: Path) -> None:
    run = run_case(read_case(study_folder / "case.yml"))
    named = [warning for warning in run.warnings if "fits far worse" in warning]
    assert any("station S04" in warning for warning in named)


def test_left_out_station_is_gone(study_folder: Path) -> None:
    change(study_folder, "    noise: columns\n", "    noise: columns\n    mask: {stations: [S04]}\n")
    run = run_case(read_case(study_folder / "case.yml"))
    assert "S04" not in (run.observations[1].station or ())
    assert not [warning for warning in run.warnings if "fits far worse" in warning]
    assert any("S04" in row.value for row in run.assumptions if row.name == "GNSS: note")


def test_same_case_gives_same_numbers(study_folder: Path) -> None:
    first = run_case(read_case(study_folder / "case.yml"))
    second = run_case(read_case(study_folder / "case.yml"))
    assert np.array_equal(first.estimate.slip, second.estimate.slip)


def test_fixed_strength_needs_no_curve(study_folder: Path) -> None:
    change(study_folder, "choose: abic, count: 8", "choose: 2e3")
    run = run_case(read_case(study_folder / "case.yml"))
    assert run.curve is None
    assert run.estimate.strength == 2e3


@pytest.mark.parametrize(
    "choice",
    [
        "operator: first_difference",
        "operator: damping",
        "operator: von_karman, mechanism: dip-slip",
        "operator: von_karman, correlation: [9 km, 5 km], hurst: 0.5",
    ],
)
def test_operators_are_taken_from_the_case(study_folder: Path, choice: str) -> None:
    change(study_folder, "zero_edges: [bottom]", "zero_edges: []")
    change(study_folder, "{choose: abic", f"{{{choice}, choose: abic")
    run = run_case(read_case(study_folder / "case.yml"))
    name = choice.split(",")[0].removeprefix("operator: ")
    assert run.estimate.system.operator.name == summary(run)["smoothing"]["operator"] == name
    assert run.estimate.fit("track").variance_reduction > 0.95
    if "mechanism" in choice:
        # 1.10 km + 0.31 of 20 km, 0.58 km + 0.35 of 12 km
        assert "main 7.3 and 4.78 km" in run.estimate.system.operator.note


def test_variance_components_scale_the_noise_of_the_case(study_folder: Path) -> None:
    """A track whose noise is given three times too small, and the station with a blunder left out."""
    change(study_folder, "noise: {sigma: 3 mm}", "noise: {sigma: 1 mm}")
    change(study_folder, "    noise: columns\n", "    noise: columns\n    mask: {stations: [S04]}\n")
    change(study_folder, "{choose: abic", "{weights: variance_components, choose: abic")
    run = run_case(read_case(study_folder / "case.yml"))
    track, _ = summary(run)["datasets"]
    assert track["sigma_scale"] == pytest.approx(3.0, rel=0.15)
    assert run.estimate.fit("track").chi2 == pytest.approx(track["n"], rel=0.1)


@pytest.mark.parametrize(
    ("choice", "rule"),
    [
        ("operator: damping", "tapers slip at no edge"),
        ("operator: von_karman", "exactly one of mechanism and correlation"),
        ("scales: {bounds: [2, 1]}", "smallest and the largest scale"),
        ("mechanism: dip-slip", "mechanism is for the operator von_karman"),
        ("operator: von_karman, correlation: [0 km, 1 km]", "correlation lengths are above 0"),
        ("by_segment: {south: 2}", "relative strength for the segment 'south'"),
    ],
)
def test_operators_that_lack_something_or_clash_say_so(study_folder: Path, choice: str, rule: str) -> None:
    change(study_folder, "{choose: abic", f"{{{choice}, choose: abic")
    with pytest.raises(CaseError, match=rule):
        prepare_case(read_case(study_folder / "case.yml"))


def test_a_covariance_goes_on_over_segments_that_are_joined(study_folder: Path) -> None:
    """Two halves with a gap of 400 m between them, which a covariance that ends at the gap lets differ."""
    change(study_folder, "zero_edges: [bottom]", "zero_edges: []")
    change(study_folder, "{choose: abic", "{operator: von_karman, correlation: [10 km, 6 km], choose: abic")
    path = study_folder / "case.yml"
    whole = path.read_text()
    start, end = whole.index("  - name: main"), whole.index("slip:")
    halves = "".join(
        whole[start:end]
        .replace("name: main", f"name: {name}")
        .replace("[30.0, 40.0]", f"['{0.5 * away} km', '{0.866 * away} km']")
        .replace("20 km", "9.8 km")
        for name, away in (("south", -5.1), ("north", 5.1))
    )
    path.write_text(whole[:start] + halves + whole[end:])
    apart = run_case(read_case(path))
    path.write_text(path.read_text() + "join: [[south, north]]\n")
    joined = run_case(read_case(path))
    assert joined.estimate.system.operator.note.endswith("over south and north as one")
    steps = []
    for run in (apart, joined):
        south, north = (run.fault.segment(name) for name in ("south", "north"))
        pairs = [
            run.model.slip[run.fault.slices[part.name], 0][part.column == column]
            for part, column in ((south, south.column.max()), (north, 0))
        ]
        steps.append(np.abs(pairs[0] - pairs[1]).sum())
    assert steps[1] < 0.7 * steps[0]


def test_every_criterion_is_reported_beside_the_one_that_chooses(study_folder: Path) -> None:
    change(study_folder, "choose: abic, count: 8", "choose: cv, folds: 3, compare: [cv_datasets], count: 8")
    run = run_case(read_case(study_folder / "case.yml"))
    assert run.curve is not None
    assert run.curve.cross_validation["cv"].folds.names == ("fold 1", "fold 2", "fold 3")
    assert run.estimate.strength == run.curve.choose("cv").strength
    criteria = summary(run)["smoothing"]["criteria"]
    assert list(criteria) == ["lcurve", "abic", "gcv", "chi2", "cv", "cv_datasets"]
    assert criteria["gcv"]["strength"] == run.curve.choose("gcv").strength
    assert "smallest error of prediction of blocks of ground held out. Others would choose" in smoothing_sentence(run)
    left, _ = figure_strength(run.curve, chosen=run.estimate.strength).axes
    marked = ", ".join(text.get_text() for text in left.get_legend().get_texts())
    assert "chosen" in marked
    assert all(
        run.curve.choose(name).index == run.curve.choose("cv").index or said in marked
        for name, said in CRITERION_NAMES.items()
    )


def test_rake_window_and_mask_are_kept(study_folder: Path) -> None:
    change(study_folder, "    noise: {sigma: 3 mm}\n", "    noise: {sigma: 3 mm}\n    mask: {nearer_than: 3 km}\n")
    run = run_case(read_case(study_folder / "case.yml"))
    moving = run.model.magnitude > 1e-9
    assert np.all(np.abs(run.model.rake[moving]) <= 45.0 + 1e-6)
    distance = run.fault.distance_to_trace(run.observations[0].points)
    assert distance.min() >= 3000.0
    assert len(run.observations[0]) < 272


def test_cached_matrices_are_taken_again(study_folder: Path, tmp_path: Path) -> None:
    case = read_case(study_folder / "case.yml")
    cache = tmp_path / "cache"
    cache.mkdir()
    first = run_case(case, cache=cache)
    stored = sorted(cache.glob("greens-*.npy"))
    assert len(stored) == 2
    for path in stored:  # a cached matrix that is used must show in the answer
        np.save(path, 2.0 * np.load(path))
    second = run_case(case, cache=cache)
    assert second.model.moment < 0.7 * first.model.moment


def test_all_missing_files_are_named_with_their_description(study_folder: Path) -> None:
    os.remove(study_folder / "track.txt")
    os.remove(study_folder / "gnss.txt")
    text = complaint(study_folder)
    assert "case.yml:8: data[0].file: track.txt" in text
    assert "case.yml:15: data[1].file: gnss.txt" in text
    assert text.count("described in README.txt") == 2


def test_data_folder_from_the_environment(study_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (study_folder / "track.txt").rename(elsewhere / "track.txt")
    monkeypatch.setenv("GEOSLIP_DATA", str(elsewhere))
    assert len(prepare_case(read_case(study_folder / "case.yml")).readings) == 2
    monkeypatch.delenv("GEOSLIP_DATA")
    assert len(prepare_case(read_case(study_folder / "case.yml"), data=elsewhere).readings) == 2


def test_sign_that_contradicts_gnss(study_folder: Path) -> None:
    change(study_folder, "positive: toward", "positive: away")
    text = complaint(study_folder)
    assert "case.yml:11: data[0].positive: away" in text
    assert "contradicts the GNSS" in text
    assert "write positive: toward" in text


def test_look_vectors_that_point_down(study_folder: Path) -> None:
    path = study_folder / "track.txt"
    path.write_text(path.read_text().replace(" 0.793725", " -0.793725"))
    text = complaint(study_folder)
    assert "track.txt" in text and "up" in text and "case.yml:6" in text


def test_look_vectors_that_are_not_unit(study_folder: Path) -> None:
    path = study_folder / "track.txt"
    path.write_text(path.read_text().replace(" 0.793725", " 0.9"))
    assert "length" in complaint(study_folder)


def test_values_that_are_all_missing(study_folder: Path) -> None:
    path = study_folder / "track.txt"
    rows = [line.split() for line in path.read_text().splitlines()]
    path.write_text("\n".join(" ".join([*row[:2], "nan", *row[3:]]) for row in rows))
    assert "no row with a value is left" in complaint(study_folder)


def test_singular_covariance(study_folder: Path) -> None:
    np.save(study_folder / "covariance.npy", np.full((272, 272), 9e-6))
    change(study_folder, "noise: {sigma: 3 mm}", "noise: {covariance: covariance.npy}")
    assert "singular" in complaint(study_folder)


def test_no_data_near_the_fault(study_folder: Path) -> None:
    change(study_folder, "top_centre: [30.0, 40.0]", "top_centre: [33.0, 40.0]")
    text = complaint(study_folder)
    assert "lies near the fault" in text
    assert "data[0]" in text and "data[1]" in text


def test_fault_above_ground(study_folder: Path) -> None:
    change(study_folder, "    top_centre: [30.0, 40.0]\n", "    centre: [30.0, 40.0]\n    depth: 2 km\n")
    change(study_folder, "    top_depth: 1 km\n", "")
    text = complaint(study_folder)
    assert "segment 'main'" in text and "above ground" in text and "case.yml:20" in text


def test_mask_that_leaves_nothing(study_folder: Path) -> None:
    change(study_folder, "    noise: {sigma: 3 mm}\n", "    noise: {sigma: 3 mm}\n    mask: {nearer_than: 300 km}\n")
    assert "removes every row" in complaint(study_folder)


def test_datum_on_the_fault_is_named(study_folder: Path) -> None:
    change(study_folder, "    top_depth: 1 km\n", "    top_depth: 0\n")
    path = study_folder / "track.txt"
    rows = path.read_text().splitlines()
    rows[0] = " ".join(["30.0", "40.0", *rows[0].split()[2:]])
    path.write_text("\n".join(rows))
    with pytest.raises(CaseError, match=r"track: 1 data lie on the fault itself.*mask"):
        run_case(read_case(study_folder / "case.yml"))


@pytest.mark.parametrize(
    ("crs", "fill", "rule"),
    [(None, 0.01, "projection"), ("EPSG:4326", np.nan, "every pixel is NaN")],
)
def test_raster_that_is_no_scene(study_folder: Path, crs: str | None, fill: float, rule: str) -> None:
    import rasterio

    profile = {"driver": "GTiff", "height": 20, "width": 20, "count": 1, "dtype": "float32", "crs": crs}
    transform = rasterio.Affine(0.02, 0.0, 29.8, 0.0, -0.02, 40.2)
    with rasterio.open(study_folder / "track.tif", "w", transform=transform, **profile) as target:
        target.write(np.full((20, 20), fill, dtype=np.float32), 1)
    change(study_folder, "file: track.txt", "file: track.tif")
    change(study_folder, "    columns: [longitude, latitude, value, look_east, look_north, look_up]\n", "")
    change(study_folder, "positive: toward\n", "positive: toward\n    look: {incidence: 39, heading: -13}\n")
    text = complaint(study_folder)
    assert rule in text
    assert "case.yml:6" in text


def test_the_table_of_criteria_tells_what_the_summary_says() -> None:
    smoothing = {"chosen_by": "abic", "criteria": {name: {"strength": 12.0, "warnings": []} for name in ("abic", "cv")}}
    datasets = [{"name": "track", "n": 9, "sigma_scale": 0.5, "chi2_over_redundancy": 1.02}]
    text = tables({"smoothing": smoothing, "datasets": datasets})
    assert "| smallest ABIC, chosen | 12 |  |" in text
    assert "| track | 9 | 0.50 | 1.020 |" in text
