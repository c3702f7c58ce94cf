"""``geoslip decompose`` on a made earthquake seen from four directions."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine
from typer.testing import CliRunner

import geoslip.okada as okada
from geoslip.cases.casefile.read import read_case
from geoslip.cases.cli import app
from geoslip.cases.decompose.components import decompose_case
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


def ruptured(points: np.ndarray) -> np.ndarray:
    """Two metres of right-lateral slip and one of opening, to the surface."""
    return okada.displacement_field(points, RUPTURE, np.array([[-2.0, 0.0, 1.0]]))


RUPTURE = np.array([[0.0, 0.0, 0.0, 20.0, 90.0, 12e3, 8e3]])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("case")
    make_data(folder, ground)
    (folder / "case.yml").write_text(case_text(""))
    return folder


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("broken")
    make_data(folder, ruptured)
    return folder


def make_data(folder: Path, ground: Callable[[np.ndarray], np.ndarray]) -> None:
    """Write grids of four directions and the GNSS of fourteen stations."""
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
    np.testing.assert_allclose(found.gradient.gradient[2, 0, 20:30, 10:20], slope, atol=4e-5)


def test_gnss_joins_the_windows_of_two_tracks(folder: Path) -> None:
    path = folder / "joined.yml"
    block = "decompose: {method: windows, window: 1.7 km, gnss_decay: 6 km, reference: offset}\n"
    path.write_text(case_text(block, ("asc-az", "des-az")))
    found = decompose_case(read_case(path))
    assert any("it does not check them" in note for note in found.notes)
    error = np.abs(found.values - np.load(folder / "motion.npy"))
    # North comes from vectors kilometres apart in a field that bends: it is poor, and its error says so.
    assert np.median(error[0]) < 5e-3 and np.median(error[2]) < 0.02 and np.median(error[1]) < 0.06
    share = np.mean(error[1:] < 2.0 * found.sigma[1:], axis=(1, 2))
    assert (share > 0.85).all()
    assert np.median(found.sigma[1]) > 5.0 * np.median(found.sigma[2])


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
        ("decompose: {gnss_decay: 5 km}\n", (), "belongs to method: windows"),
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


def rupture_text(block: str) -> str:
    """The case with the vertical rupture in place of the thrust."""
    text = case_text(block)
    head, _, rest = text.partition("    dip: 50")
    lengths = "\n    length: 12 km\n    width: 8 km\n    top_depth: 0 km\n    patches: {length: 12 km, width: 8 km}\n"
    return head + "    dip: 90" + lengths + rest.partition("width: 7 km}\n")[2]


STRAIN = """
strain: {window: 1.3 km}
profile:
  - {name: all of it, faults: main, spacing: 2 km, gap: 300 m, reach: 2.5 km}
"""


def test_strain_and_offsets_of_a_rupture(broken: Path, tmp_path: Path) -> None:
    (broken / "case.yml").write_text(rupture_text(STRAIN))
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["decompose", str(broken / "case.yml"), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "all of it: offsets in 6 of 6 stripes, right-lateral to +" in result.output
    rows = list(csv.DictReader((out / "profile_all_of_it.csv").read_text().splitlines()))
    # The field bends within the reach of the lines, by less than a tenth of the slip.
    for row in rows[1:-1]:
        for name, truth in (("right_lateral", 2.0), ("opening", 1.0), ("vertical", 0.0)):
            assert float(row[f"{name}_m"]) == pytest.approx(truth, abs=0.2)
            assert 0.0 < float(row[f"sigma_{name}_m"]) < 0.1
    facts = json.loads((out / "summary.json").read_text())
    mean = np.mean([float(row["right_lateral_m"]) for row in rows])
    assert facts["profiles"][0]["right_lateral"]["mean_m"] == pytest.approx(mean)
    assert {"dilatation", "shear", "rotation"} == set(facts["strain"])
    with rasterio.open(out / "dilatation.tif") as values, rasterio.open(out / "sigma_dilatation.tif") as errors:
        dilatation, sigma, transform = values.read(1), errors.read(1), values.transform
    # Far from the rupture the closed form is known at every pixel; near it the windows end at it.
    from pyproj import Transformer

    columns, lines = np.meshgrid(np.arange(SHAPE[1]) + 0.5, np.arange(SHAPE[0]) + 0.5)
    places = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(
        transform.c + STEP * columns, transform.f - STEP * lines
    )
    east, north = FRAME.to_local(*places)
    flat = np.column_stack([east.ravel(), north.ravel(), np.zeros(east.size)])
    _, gradient = okada.gradient_field(flat, RUPTURE, np.array([[-2.0, 0.0, 1.0]]))
    closed = (gradient[:, 0, 0] + gradient[:, 1, 1]).reshape(SHAPE)
    away = np.hypot(east, north) > 9e3
    away[:4] = away[-4:] = away[:, :4] = away[:, -4:] = False
    assert 0.7 < np.std(((dilatation - closed) / sigma)[away]) < 1.3
    with h5py.File(out / "decomposition.nc") as source:
        assert source["rotation"].attrs["units"] == "rad" and source["azimuth"].attrs["units"] == "degree"
    for name in ("strain", "profile_all_of_it"):
        assert (out / "figures" / f"{name}.png").stat().st_size > 5000


@pytest.mark.parametrize(
    ("block", "rule"),
    [
        ("strain: {}\n", "strain of a pixelwise decomposition needs a window"),
        ("strain: {window: 300 m}\n", "at least nine"),
        (
            "profile: [{name: p, faults: mian, spacing: 1 km, reach: 2 km}]\n",
            "no fault is called 'mian'; there are main",
        ),
        ("profile: [{name: p, line: [[31, 40], [31.1, 40]], spacing: 1 km, reach: 2 km}]\n", "misses the data"),
        ("profile: [{name: p, spacing: 1 km, reach: 2 km}]\n", "give one of the two"),
        ("profile: [{name: p, faults: main, spacing: 1 km, gap: 3 km, reach: 2 km}]\n", "gap must be smaller"),
    ],
)
def test_strain_and_profiles_that_cannot_be(broken: Path, block: str, rule: str) -> None:
    path = broken / "wrong.yml"
    path.write_text(rupture_text(block))
    with pytest.raises(CaseError, match=rule):
        decompose_case(read_case(path))
