"""``geoslip stress``: on planes, on another model's patches, and what it refuses."""

import csv
from pathlib import Path

import numpy as np
import pytest

from geoslip.faults.frame import LocalFrame
from geoslip.okada.stress_field import coulomb_field

HEAD = "# n slip x1 x2 x3 length width strike dip rake\n# origin_lon_lat = 30 40\n"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Left-lateral slip of 1 m on a vertical fault that strikes north, 20 km by 10 km, to the ground."""
    path = tmp_path / "slip.flt"
    path.write_text(HEAD + "1 1.0 -10 0 0 20 10 0 90 0\n")
    return path


def rows(path: Path) -> dict[str, np.ndarray]:
    with path.open() as stream:
        table = list(csv.DictReader(stream))
    return {name: np.array([float(row[name]) for row in table]) for name in table[0]}


def test_on_a_plane_at_points(geoslip, model, tmp_path) -> None:
    places = tmp_path / "places.csv"
    # 5 km east of the fault's middle and 15 km north of it, 5 km deep: the frame's origin is the fault's.
    frame = LocalFrame(30.0, 40.0)
    longitude, latitude = frame.to_geographic([5e3, 0.0], [0.0, 15e3])
    lines = "".join(f"{x:.9f},{y:.9f},5\n" for x, y in zip(longitude, latitude, strict=True))
    places.write_text("lon,lat,depth_km\n" + lines)
    out = tmp_path / "cfs.csv"
    code, text, err = geoslip("stress", model, "--receiver=0/90/0", "--points", places, "--out", out)
    assert code == 0, err
    assert "2 places" in text
    table = rows(out)
    np.testing.assert_allclose(10 * table["shear_mpa"], [-8.45984, 7.07783], atol=2e-4)  # bar, published
    # True north is turned against the frame's away from its origin, which unclamps or clamps in first order.
    turn = np.radians(frame.meridian_convergence(longitude, latitude))
    normal = np.sin(2 * turn) * table["shear_mpa"]
    np.testing.assert_allclose(table["normal_mpa"], normal, atol=1e-6)
    np.testing.assert_allclose(table["coulomb_mpa"], table["shear_mpa"] + 0.4 * normal, atol=1e-6)


def test_on_its_own_patches_it_relaxes_and_on_others_it_may_load(geoslip, model, tmp_path) -> None:
    other = tmp_path / "other.flt"
    other.write_text(HEAD + "1 1.0 -10 0 0 20 10 0 90 0\n2 1.0 12 0 0 6 10 0 90 0\n")
    out = tmp_path / "on.csv"
    code, _, err = geoslip("stress", model, "--on", other, "--out", out)
    assert code == 0, err
    change = rows(out)["coulomb_mpa"]
    assert change[0] < -0.5
    assert change[1] > 0.5
    assert geoslip("stress", model, "--on", other, "--rake", "largest", "--out", out)[0] == 0
    assert (rows(out)["coulomb_mpa"] >= change - 1e-6).all()


def test_of_several_depths_the_largest_is_kept(geoslip, model, tmp_path) -> None:
    out = tmp_path / "cfs.csv"
    code, _, err = geoslip(
        "stress", model, "--receiver=20/70/largest", "--grid=30.05/30.25/40/40.2/0.05", "--depths=2,6", "--out", out
    )
    assert code == 0, err
    table = rows(out)
    assert set(table["depth_km"]) <= {2.0, 6.0}
    source, slip = [[0.0, 0.0, 0.0, 0.0, 90.0, 20e3, 10e3]], [[1.0, 0.0, 0.0]]
    frame = LocalFrame(30.0, 40.0)
    east, north = frame.to_local(table["lon"], table["lat"])
    strike = 20.0 - frame.meridian_convergence(table["lon"], table["lat"])
    every = []
    for depth in (2e3, 6e3):
        points = np.column_stack([east, north, np.full(len(east), -depth)])
        every.append(coulomb_field(points, [(source, slip)], strike=strike, dip=70.0, rake="largest").coulomb)
    np.testing.assert_allclose(table["coulomb_mpa"], 1e-6 * np.max(every, axis=0), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ([], "say on what"),
        (["--receiver=0/90/0"], "say where"),
        (["--receiver=0/90", "--grid=30/31/40/41/0.5"], "3 numbers are wanted, written STRIKE/DIP/RAKE"),
        (["--receiver=0/120/0", "--grid=30/31/40/41/0.5"], "dip must be between 0 and 90"),
        (["--receiver=0/90/0", "--grid=30/31/40/41/0.5", "--friction=-1"], "between 0 and 1"),
        (["--receiver=0/90/0", "--grid=30/31/40/41/0.5", "--depths=-3"], "positive downward"),
        (["--receiver=0/90/0", "--grid=30/31/40/41/0.5", "--pore=wet", "--skempton=0.5"], "'wet'"),
    ],
)
def test_what_is_refused(geoslip, model, tmp_path, arguments, rule) -> None:
    code, _, err = geoslip("stress", model, *arguments, "--out", tmp_path / "cfs.csv")
    assert code == 2
    assert rule in " ".join(err.split())
    assert not (tmp_path / "cfs.csv").exists()


def test_help_has_an_example(geoslip) -> None:
    code, out, _ = geoslip("stress", "--help")
    assert code == 0
    assert "Example:" in out and "geoslip stress" in out
