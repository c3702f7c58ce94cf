"""``geoslip decompose`` on a made earthquake seen from four directions."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine
from typer.testing import CliRunner

import geoslip.okada as okada
from geoslip.cases.casefile import read_case
from geoslip.cases.cli import app
from geoslip.cases.decompose import decompose_case
from geoslip.cases.errors import CaseError
from geoslip.downsample import flight_direction, look_vector
from geoslip.faults.frame import LocalFrame

ORIGIN = (30.0, 40.0)
FRAME = LocalFrame(*ORIGIN)
SHAPE, STEP = (48, 56), 400.0
FIELDS = {
    "asc": (look_vector(39.0, -13.0), 0.006, 0.03),
    "des": (look_vector(37.0, -167.0), 0.006, -0.02),
    "asc-az": (flight_direction(-13.0), 0.05, 0.0),
    "des-az": (flight_direction(-167.0), 0.05, 0.0),
}
CRS = "EPSG:32636"


def ground(points: np.ndarray) -> np.ndarray:
    """Motion in true axes; a buried oblique thrust."""
    source = np.array([[0.0, 0.0, -3e3, 20.0, 50.0, 10e3, 7e3]])
    return okada.displacement_field(points, source, np.array([[1.5, 2.0, 0.0]]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("case")
    from pyproj import Transformer

    rng = np.random.default_rng(1)
    x0, y0 = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(*ORIGIN)
    left, top = x0 - 0.5 * STEP * SHAPE[1], y0 + 0.5 * STEP * SHAPE[0]
    x, y = left + STEP * (np.arange(SHAPE[1]) + 0.5), top - STEP * (np.arange(SHAPE[0]) + 0.5)
    longitude, latitude = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(*np.meshgrid(x, y))
    east, north = FRAME.to_local(longitude, latitude)
    points = np.column_stack([east.ravel(), north.ravel(), np.zeros(east.size)])
    motion = FRAME.rotate_from_frame(ground(points), longitude.ravel(), latitude.ravel()).T.reshape(3, *SHAPE)
    for name, (look, sigma, offset) in FIELDS.items():
        values = np.einsum("i,ijk->jk", look, motion) + offset + sigma * rng.normal(size=SHAPE)
        with rasterio.open(
            folder / f"{name}.tif", "w", driver="GTiff", height=SHAPE[0], width=SHAPE[1], count=1, dtype="float32",
            crs=CRS, transform=Affine(STEP, 0, left, 0, -STEP, top),
        ) as target:  # fmt: skip
            target.write(values.astype("f4"), 1)
    np.save(folder / "motion.npy", motion)
    rows = ["station,longitude,latitude,east,north,up,sigma_east,sigma_north,sigma_up"]
    for number, (r, c) in enumerate(rng.integers(4, 44, (14, 2))):
        vector = 1e3 * motion[:, r, c] + rng.normal(size=3)
        rows.append(
            f"S{number},{longitude[r, c]},{latitude[r, c]}," + ",".join(f"{part:.3f}" for part in vector) + ",1,1,1"
        )
    (folder / "gnss.csv").write_text("\n".join(rows))
    (folder / "case.yml").write_text(case_text(""))
    return folder


def case_text(block: str, leave_out: tuple[str, ...] = ()) -> str:
    lines = ["name: made", "origin: [30.0, 40.0]", "data:"]
    for name, (look, sigma, _) in FIELDS.items():
        if name in leave_out:
            continue
        common = f"name: {name}, file: {name}.tif, unit: m, noise: {{sigma: {1e3 * sigma:g} mm}}"
        if name.endswith("az"):
            heading = float(np.rad2deg(np.arctan2(look[0], look[1])))
            lines.append(f"  - {{{common}, kind: azimuth, positive: along, heading: {heading:.6f}}}")
        else:
            lines.append(f"  - {{{common}, kind: los, positive: toward, look: {[round(float(v), 9) for v in look]}}}")
    lines.append("  - {name: GNSS, kind: gnss, file: gnss.csv, unit: mm, noise: columns}")
    lines += ["faults:", "  - name: main", "    top_centre: [30.0, 40.0]", "    strike: 20", "    dip: 50"]
    lines += [
        "    length: 10 km",
        "    width: 7 km",
        "    top_depth: 3 km",
        "    patches: {length: 10 km, width: 7 km}",
    ]
    return "\n".join(lines) + "\n" + block


def test_command_writes_components_with_their_errors(folder: Path, tmp_path: Path) -> None:
    block = "decompose: {reference: offset}\n"
    (folder / "referenced.yml").write_text(case_text(block))
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["decompose", str(folder / "referenced.yml"), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "GNSS stations differ by" in result.output and "north is estimated" in result.output
    motion = np.load(folder / "motion.npy")
    for number, name in enumerate(("east", "north", "up")):
        with rasterio.open(out / f"{name}.tif") as source, rasterio.open(out / f"sigma_{name}.tif") as errors:
            values, sigma = source.read(1), errors.read(1)
            assert source.crs.to_string() == CRS and source.transform.a == STEP
        score = (values - motion[number]) / sigma
        assert abs(score.mean()) < 0.35 and 0.9 < score.std() < 1.1
    facts = json.loads((out / "summary.json").read_text())
    assert 0.9 < facts["reduced_chi2"] < 1.1
    assert facts["reference"]["asc"]["coefficients_m"][0] == pytest.approx(0.03, abs=0.006)
    assert facts["gnss"]["east"]["rms_m"] < 1.5 * facts["gnss"]["east"]["median_sigma_m"]
    with h5py.File(out / "decomposition.nc") as source:
        assert source["covariance_north_up"].shape == SHAPE
        np.testing.assert_array_equal(source["x"][:2], source["east"].dims[1][0][:2])
    assert (out / "figures" / "components.png").stat().st_size > 5000
    assert (out / "provenance.json").is_file()


def test_windows_give_gradients_and_the_noise_of_each_field(folder: Path) -> None:
    path = folder / "windows.yml"
    path.write_text(case_text("decompose: {method: windows, window: 1.7 km, reference: offset}\n"))
    found = decompose_case(read_case(path))
    motion = np.load(folder / "motion.npy")
    assert np.nanstd((found.values - motion)[1]) < 0.35 * 0.036
    # Above the source the field bends within a window, which counts as noise there; far from it there is none.
    corner = (slice(4, -4), slice(4, 14))
    assert np.median(found.extra["noise_asc"][corner]) == pytest.approx(0.006, rel=0.15)
    assert np.median(found.extra["noise_des-az"][corner]) == pytest.approx(0.05, rel=0.15)
    assert np.median(found.extra["noise_asc"]) > np.median(found.extra["noise_asc"][corner])
    slope = np.gradient(motion[2], STEP, axis=1)[20:30, 10:20]
    np.testing.assert_allclose(found.extra["d_up_d_east"][20:30, 10:20], slope, atol=4e-5)


def test_two_tracks_with_north_held(folder: Path) -> None:
    path = folder / "two.yml"
    path.write_text(case_text("decompose: {north: held, north_sigma: 30 cm}\n", ("asc-az", "des-az")))
    found = decompose_case(read_case(path))
    assert found.names == ("asc", "des")
    assert np.nanmax(np.abs(found.values[1])) == 0.0
    assert found.sigma[2].min() > 0.3 * 0.15


@pytest.mark.parametrize(
    ("block", "left_out", "rule"),
    [
        ("", ("asc-az", "des-az"), "add a track or offsets, or hold north"),
        ("decompose: {grid: north}\n", (), "no scene is called 'north'; there are asc"),
        ("decompose: {method: windows}\n", (), "window, the radius"),
        ("decompose: {north: prior}\n", (), "needs north_sigma"),
        ("decompose: {north: held}\n", ("des", "asc-az", "des-az"), "1 field"),
        ("decompose: {north: held}\n", ("asc", "des", "asc-az", "des-az"), "no scene is among the data"),
    ],
)
def test_what_cannot_be_decomposed(folder: Path, block: str, left_out: tuple[str, ...], rule: str) -> None:
    path = folder / "wrong.yml"
    path.write_text(case_text(block, left_out))
    with pytest.raises(CaseError, match=rule):
        decompose_case(read_case(path))
