"""Checks that warn: orbit, sign and size against GNSS, jumps."""

import numpy as np
import pytest

from geoslip.downsample import (
    DataError,
    Observations,
    Scene,
    check_jumps,
    check_orbit,
    check_sign_against_gnss,
    compare_with_gnss,
    look_vector,
    read_gnss,
    read_points,
    remove_trend,
)
from geoslip.faults.frame import LocalFrame

LOOK = look_vector(38.0, -12.0)


def motion(points):
    """A smooth field of ten centimetres."""
    x, y = points[:, 0] / 2e4, points[:, 1] / 2e4
    return 0.1 * np.column_stack([np.sin(x + 1), np.cos(y) * x, np.sin(x * y + 2)])


def make(kind, points, directions, values, station=None, sigma=2e-3):
    n = len(points)
    return Observations(
        name=kind,
        kind=kind,
        longitude=np.zeros(n),
        latitude=np.zeros(n),
        points=points,
        values=values,
        directions=directions,
        covariance=np.eye(n) * sigma**2,
        station=station,
    )


def pair(*, factor=1.0, components=3, stations=12, amplitude=1.0):
    rng = np.random.default_rng(4)
    places = np.column_stack([rng.uniform(-3e4, 3e4, (stations, 2)), np.zeros(stations)])
    rows = np.repeat(places, components, axis=0)
    directions = np.tile(np.eye(3)[:components], (stations, 1))
    offsets = amplitude * (motion(rows) * directions).sum(axis=1) + 1e-3 * rng.normal(size=len(rows))
    names = tuple(f"S{row // components:02d}" for row in range(len(rows)))
    points = np.column_stack([rng.uniform(-3e4, 3e4, (600, 2)), np.zeros(600)])
    los = factor * (amplitude * motion(points) @ LOOK + 0.03 + 2e-3 * rng.normal(size=600))
    return make("los", points, np.tile(LOOK, (600, 1)), los), make("gnss", rows, directions, offsets, names)


def test_agreement_gives_no_warning_and_a_slope_of_one():
    los, gnss = pair()
    found = compare_with_gnss(los, gnss)
    assert found.slope == pytest.approx(1.0, abs=0.1)
    assert found.offset == pytest.approx(0.03, abs=0.01)
    assert check_sign_against_gnss(los, gnss) == []
    assert check_sign_against_gnss(*pair(components=2)) == []


def test_a_turned_sign_and_a_wrong_unit_are_named():
    (sign,) = check_sign_against_gnss(*pair(factor=-1.0))
    assert "contradicts" in sign and "positive: away" in sign
    (size,) = check_sign_against_gnss(*pair(factor=0.1))
    assert "unit" in size


def test_nothing_is_said_where_nothing_can_be_said():
    assert check_sign_against_gnss(*pair(stations=3, factor=-1.0)) == []
    assert check_sign_against_gnss(*pair(factor=-1.0, amplitude=0.0)) == []
    los, gnss = pair(factor=-1.0)
    far = make("los", los.points + [1e6, 0.0, 0.0], los.directions, los.values)
    assert compare_with_gnss(far, gnss).n_stations == 0
    assert check_sign_against_gnss(far, gnss) == []


def test_orbit():
    los, _ = pair()
    assert check_orbit(los, orbit="ascending") == []
    assert "positive ones" in check_orbit(los, orbit="descending")[0]
    scene = Scene(name="S", values=np.zeros((3, 3)), x=np.arange(3.0), y=np.arange(3.0), look=LOOK, crs=None)
    assert check_orbit(scene, orbit="ascending") == []
    with pytest.raises(DataError, match="'ascending' or 'descending'"):
        check_orbit(los, orbit="up")


def test_jumps():
    rng = np.random.default_rng(2)
    values = 1e-3 * rng.normal(size=(50, 60))
    axes = {"x": 100.0 * np.arange(60), "y": 100.0 * np.arange(50), "look": LOOK, "crs": None}
    assert check_jumps(Scene(name="S", values=values, **axes)) == []
    values[:, 30:] += 0.028
    (warning,) = check_jumps(Scene(name="S", values=values, **axes))
    assert "50 neighbouring pixels" in warning


@pytest.mark.parametrize("name", ["t64_asc_edit", "t65_asc_alos2_new", "t66_asc_alos2", "t71_des"])
def test_ridgecrest_tracks_agree_with_gnss_and_their_opposites_do_not(data_folder, name):
    folder, frame = data_folder / "2019_ridgecrest_xu", LocalFrame(-117.599, 35.77)
    gnss = read_gnss([folder / "GPS64_new.lldet", folder / "GPS71_new.lldet"], frame=frame, unit="mm")
    los = read_points(folder / f"{name}.lltnde", frame=frame, unit="mm", sigma=0.01)
    assert check_sign_against_gnss(los, gnss) == []
    assert 0.75 < compare_with_gnss(los, gnss).slope < 1.35
    turned = read_points(folder / f"{name}.lltnde", frame=frame, unit="mm", sigma=0.01, positive="away")
    assert "contradicts" in check_sign_against_gnss(turned, gnss)[0]


def test_centimetres_taken_for_millimetres_are_noticed(data_folder):
    folder, frame = data_folder / "2010_maule_xu", LocalFrame(-72.733, -35.909)
    gnss = read_gnss(folder / "gps.lldet", frame=frame, unit="mm")
    right = read_points(folder / "asc.lltnde", frame=frame, unit="cm", sigma=0.02)
    wrong = read_points(folder / "asc.lltnde", frame=frame, unit="mm", sigma=0.02)
    assert check_sign_against_gnss(right, gnss, radius=2e4) == []
    assert "unit" in check_sign_against_gnss(wrong, gnss, radius=2e4)[0]


def trended(shape=(40, 50)):
    y, x = np.mgrid[: shape[0], : shape[1]]
    values = 0.02 + 0.001 * x - 0.002 * y
    moved = np.hypot(x - 25, y - 20) < 10
    scene = Scene(
        name="s", values=values + moved, x=100.0 * np.arange(50), y=100.0 * np.arange(40), look=LOOK, crs=None
    )
    return scene, moved


def test_plane_of_the_far_field_is_taken_out_and_said():
    scene, moved = trended()
    flat = remove_trend(scene, kind="plane", mask=moved)
    np.testing.assert_allclose(flat.values, moved, atol=1e-12)
    assert "-78.0 mm over its height" in flat.notes[0] and "+49.0 mm over its width" in flat.notes[0]
    level = remove_trend(scene, kind="offset", mask=moved)
    assert level.values[~moved].mean() == pytest.approx(0.0, abs=1e-12)
    assert scene.notes == ()


def test_trends_that_cannot_be_fitted():
    scene, moved = trended()
    with pytest.raises(DataError, match="0 pixels of far field"):
        remove_trend(scene, kind="plane", mask=np.ones_like(moved))
    line = np.ones_like(moved)
    line[3] = False
    with pytest.raises(DataError, match="on one line"):
        remove_trend(scene, kind="plane", mask=line)
    with pytest.raises(DataError, match="known are offset, plane"):
        remove_trend(scene, kind="ramp", mask=moved)
