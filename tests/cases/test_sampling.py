"""Samplers by their names in a case file: the cells follow the case, and slip comes back from any of them."""

import re
from pathlib import Path

import numpy as np
import pytest

from geoslip.cases.casefile.read import read_case
from geoslip.cases.errors import CaseError
from geoslip.cases.pipeline.study import prepare_case, run_case
from geoslip.downsample import write_cells
from geoslip.faults import Fault, LocalFrame, Plane, cut_uniform
from geoslip.okada import displacement_field

LOOK = np.array([0.6, -0.1, np.sqrt(1.0 - 0.37)])
METHODS = ("uniform", "variance", "curvature", "gradient", "resolution", "model", "distance")


@pytest.fixture
def raster_study(study_folder: Path) -> Path:
    """The small study with its track as a raster of 600 m pixels and 3 mm of noise."""
    import rasterio

    frame = LocalFrame(30.0, 40.0)
    plane = Plane.from_top_centre((0.0, 0.0), strike=30.0, dip=60.0, length=20e3, width=12e3, depth=1e3)
    fault = Fault((cut_uniform(plane, "main", patch_length=20e3, patch_width=12e3),))
    longitude, latitude = np.meshgrid(30.0 + 0.007 * np.arange(-45, 46), 40.0 - 0.0054 * np.arange(-45, 46))
    east, north = frame.to_local(longitude.ravel(), latitude.ravel())
    field = displacement_field(
        np.column_stack([east, north, np.zeros(east.size)]), fault.sources, np.array([[1.0, 0, 0]])
    )
    true = frame.rotate_from_frame(field, longitude.ravel(), latitude.ravel())
    los = 1e3 * true @ LOOK + np.random.default_rng(3).normal(0.0, 3.0, east.size)
    transform = rasterio.Affine(
        0.007, 0.0, longitude[0, 0] - 0.0035, 0.0, -0.0054, latitude[0, 0] + 0.0027
    )  # upper left corner of the first pixel
    profile = {"driver": "GTiff", "height": 91, "width": 91, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    with rasterio.open(study_folder / "track.tif", "w", transform=transform, **profile) as target:
        target.write(los.reshape(91, 91).astype(np.float32), 1)
    text = (study_folder / "case.yml").read_text()
    text = text.replace("file: track.txt", "file: track.tif")
    text = text.replace("    columns: [longitude, latitude, value, look_east, look_north, look_up]\n", "")
    vector = ", ".join(f"{part:.9f}" for part in LOOK)
    text = text.replace(
        "positive: toward\n", f"positive: toward\n    look: [{vector}]\n    downsample: {{points: 150}}\n"
    )
    text = text.replace("    noise: columns\n", "    noise: columns\n    mask: {stations: [S04]}\n")
    (study_folder / "case.yml").write_text(text)
    return study_folder


def downsample(folder: Path, block: str) -> Path:
    path = folder / "case.yml"
    path.write_text(path.read_text().replace("{points: 150}", block, 1))
    return path


@pytest.mark.parametrize("method", METHODS)
def test_known_slip_comes_back_from_the_cells_of_any_sampler(raster_study: Path, method: str) -> None:
    run = run_case(read_case(downsample(raster_study, f"{{method: {method}, points: 150}}")))
    assert abs(len(run.observations[0]) - 150) <= (25 if method in ("distance", "uniform") else 5)
    assert run.model.moment == pytest.approx(30e9 * 20e3 * 12e3, rel=0.15)
    assert run.estimate.fit("track").variance_reduction > 0.97


def test_distance_cells_grow_from_the_trace(raster_study: Path) -> None:
    path = downsample(raster_study, "{method: distance, growth: 0.3, maximum: 10 km}")
    prepared = prepare_case(read_case(path))
    data = prepared.readings[0].observations
    distance = prepared.fault.distance_to_trace(data.points)
    assert data.sample_count is not None
    side = 600.0 * np.sqrt(data.sample_count)
    # A middle is farther than the nearest pixel by at most the half diagonal; a cell of one pixel cannot be split.
    assert (side[side > 700.0] <= 0.35 * (distance + 0.8 * side)[side > 700.0]).all()
    assert side[distance < 2e3].max() < 700.0 < side[distance > 15e3].min()


@pytest.mark.parametrize(
    "block", ["{method: curvature, threshold: 5 mm}", "{method: gradient, threshold: 3 cm, minimum: 1500 m}"]
)
def test_thresholds_and_limits_are_followed(raster_study: Path, block: str) -> None:
    data = prepare_case(read_case(downsample(raster_study, block))).readings[0].observations
    assert data.sample_count is not None
    assert 16 < len(data) < 2000
    assert data.sample_count.min() >= (1 if "curvature" in block else 2)


@pytest.mark.parametrize(
    ("block", "rule"),
    [
        ("{method: magic}", "curvature"),
        ("{method: distance, threshold: 5 mm}", "give growth"),
        ("{method: distance, growth: 0.3, points: 90}", "not both"),
        ("{method: curvature, growth: 0.3}", "growth belongs to method: distance"),
        ("{exponent: 2}", "exponent belongs to method: distance"),
        ("{method: gradient, residual: mean}", "residual belongs to method: variance or model"),
        ("{method: uniform, size: 2 km, points: 90}", "not both"),
        ("{method: resolution, threshold: 5 mm}", "give importance"),
        ("{method: uniform, minimum: 1 km}", "no minimum and maximum"),
        ("{cells: other.npz, points: 90}", "taken as they are"),
        ("{method: curvature, points: 90, threshold: 5 mm}", "not both"),
    ],
)
def test_keys_of_another_method_are_refused(raster_study: Path, block: str, rule: str) -> None:
    with pytest.raises(CaseError, match=rule):
        read_case(downsample(raster_study, block))


def test_cells_from_a_model_come_in_passes_that_end(raster_study: Path) -> None:
    path = downsample(raster_study, "{method: model, points: 150, rounds: 1}")
    first = prepare_case(read_case(path)).readings[0]
    assert first.cells is not None and first.cells.method == "uniform"
    run = run_case(read_case(path))
    sides = 600.0 * np.sqrt(np.asarray(run.observations[0].sample_count))
    assert sides.min() < 0.3 * sides.max()


def test_another_data_set_or_a_file_lends_its_cells(raster_study: Path) -> None:
    path = raster_study / "case.yml"
    text = path.read_text()
    head, entry = text.split("data:\n", 1)
    entry, rest = entry.split("  - name: GNSS", 1)
    twin = entry.replace("name: track", "name: twin").replace("{points: 150}", "{cells: track}")
    path.write_text(f"{head}data:\n{entry}{twin}  - name: GNSS{rest}")
    first, second = prepare_case(read_case(path)).readings[:2]
    assert first.cells is not None and second.cells is not None and first.scene is not None
    np.testing.assert_array_equal(first.cells.labels, second.cells.labels)
    write_cells(raster_study / "kept.npz", first.cells, scene=first.scene)
    path.write_text(text.replace("{points: 150}", "{cells: kept.npz}"))
    again = prepare_case(read_case(path)).readings[0]
    np.testing.assert_array_equal(again.observations.values, first.observations.values)


@pytest.mark.parametrize(
    ("block", "family"),
    [
        ("{source: estimate, model: spherical}", "spherical"),
        ("{source: estimate, model: best, anisotropic: true}", None),
    ],
)
def test_noise_of_any_family_is_fitted(raster_study: Path, block: str, family: str | None) -> None:
    path = raster_study / "case.yml"
    path.write_text(path.read_text().replace("noise: {sigma: 3 mm}", f"noise: {block}", 1))
    prepared = prepare_case(read_case(path))
    noise = prepared.readings[0].noise
    assert noise is not None
    assert family in (None, noise.family)
    # The far field of so small a map holds the earthquake's own tail: white noise is found, the rest is warned of.
    assert 0.2 < noise.nugget / 9e-6 < 1.3
    assert any("correlation length is unknown and may be wrong" in text for text in prepared.warnings)


def test_how_well_an_estimated_noise_is_known_is_said(raster_study: Path) -> None:
    path = raster_study / "case.yml"
    text = path.read_text()
    path.write_text(text.replace("noise: {sigma: 3 mm}", "noise: {source: estimate, draws: 6}", 1))
    notes = prepare_case(read_case(path)).readings[0].observations.notes
    said = [note for note in notes if "fits to 6 scenes simulated with it" in note]
    assert len(said) == 1
    assert re.search(r"noise of [\d.]+ ± [\d.]+ mm correlated over [\d.]+ ± [\d.]+ km, [\d.]+ ± 0\.\d+ mm", said[0])
    for wrong, rule in (
        ("{sigma: 3 mm, draws: 20}", "belong to source: estimate"),
        ("{source: estimate, draws: 2}", "20"),
    ):
        path.write_text(text.replace("noise: {sigma: 3 mm}", f"noise: {wrong}", 1))
        with pytest.raises(CaseError, match=rule):
            read_case(path)


def test_noise_is_stated_with_family_and_direction(raster_study: Path) -> None:
    path = raster_study / "case.yml"
    text = path.read_text()
    block = "{sigma: 3 mm, length: 2 km, model: exponential_cosine, wavelength: 15 km, ratio: 0.5, azimuth: 20}"
    path.write_text(text.replace("noise: {sigma: 3 mm}", f"noise: {block}", 1))
    noise = prepare_case(read_case(path)).readings[0].noise
    assert noise is not None
    assert (noise.family, noise.wavelength, noise.ratio, noise.azimuth) == ("exponential_cosine", 15e3, 0.5, 20.0)
    for wrong, rule in (
        ("{sigma: 3 mm, model: gaussian}", "sigma with length"),
        ("{sigma: 3 mm, length: 2 km, model: best}", "is for 'estimate'"),
        ("{sigma: 3 mm, length: 2 km, model: exponential_cosine, wavelength: 1 km}", "at least 2 pi lengths"),
        ("{sigma: 3 mm, ratio: 0.5}", "give sigma and length"),
        ("{sigma: 3 mm, length: 1 km, anisotropic: true}", "anisotropic belongs to"),
    ):
        path.write_text(text.replace("noise: {sigma: 3 mm}", f"noise: {wrong}", 1))
        with pytest.raises(CaseError, match=rule):
            read_case(path)
