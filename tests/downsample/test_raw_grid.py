"""Raw grids: orientation, sign, and files that do not fit their header."""

import numpy as np
import pytest

from geoslip.downsample import DataError, look_vector, read_scene

HEADER = "ifg_length: 3\nifg_width: 4\ncorner_x: -150\ncorner_y: -100\nx_spacing: 100\ny_spacing: 100\n"


def write(tmp_path, values, header=HEADER):
    path = tmp_path / "scene.unw"
    np.asarray(values, dtype="<f4").tofile(path)
    path.with_suffix(".par").write_text(header)
    return path


def test_rows_run_north_and_away_is_turned(tmp_path):
    values = np.arange(12.0).reshape(3, 4)
    values[0, 0] = np.nan
    scene = read_scene(write(tmp_path, values), unit="cm", positive="away", incidence=40.0, azimuth=-10.0)
    np.testing.assert_array_equal(scene.y, [-100.0, 0.0, 100.0])
    np.testing.assert_array_equal(scene.x, [-150.0, -50.0, 50.0, 150.0])
    assert scene.values[2, 3] == pytest.approx(-0.11)
    assert scene.valid.sum() == 11
    np.testing.assert_allclose(scene.look, look_vector(40.0, -10.0))
    assert scene.crs is None
    assert scene.spacing == (100.0, 100.0)


def test_look_vectors_in_companions_and_big_endian(tmp_path):
    path = write(tmp_path, np.ones((3, 4)))
    parts = []
    for name, value in (("e", -0.6), ("n", 0.0), ("u", 0.8)):
        part = tmp_path / f"scene.{name}"
        array = np.full((3, 4), value)
        array[1, 1] = 0.0
        array.astype("<f4").tofile(part)
        parts.append(part)
    scene = read_scene(path, unit="m", look=parts)
    assert scene.look.shape == (3, 3, 4)
    assert not scene.valid[1, 1]
    np.ones((3, 4)).astype(">f4").tofile(path)
    assert read_scene(path, unit="m", byte_order="big", look=(-0.6, 0.0, 0.8)).values[0, 0] == 1.0


@pytest.mark.parametrize(
    ("header", "options", "message"),
    [
        (HEADER.replace("ifg_length: 3", "ifg_length: 30"), {}, "truncated"),
        (HEADER.replace("ifg_length: 3", "ifg_length: 2"), {}, "too long"),
        (HEADER.replace("ifg_length: 3", "ifg_length: 2.5"), {}, "whole number"),
        (HEADER.replace("corner_x: -150\n", ""), {}, "no corner_x"),
        (HEADER.replace("-150", "west"), {}, "needed is a number"),
        (HEADER.replace("x_spacing: 100", "x_spacing: 0"), {}, "not evenly spaced"),
        (HEADER, {"look": (0.5, 0.5, 0.5)}, "length 0.866"),
        (HEADER, {"look": (0.6, 0.0, -0.8)}, "ground to the satellite"),
        (HEADER, {"look": None}, "direction of measurement is unknown"),
        (HEADER, {"look": (0.6, 0.8)}, "2 parts"),
        (HEADER, {"nodata": 1.0}, "every pixel is NaN"),
        (HEADER, {"unit": "feet"}, "m, cm, mm, rad"),
        (HEADER, {"byte_order": "middle"}, "'little' or 'big'"),
        (HEADER, {"crs": "EPSG:999999"}, "no coordinate reference system"),
        (HEADER, {"crs": "EPSG:4326"}, "look like metres"),
        (HEADER, {"look": None, "azimuth": -10.0}, "direction of measurement"),
        (HEADER, {"look": None, "azimuth": -10.0, "incidence": 130.0}, "between 0 and 90"),
    ],
)
def test_messages(tmp_path, header, options, message):
    path = write(tmp_path, np.ones((3, 4)), header)
    with pytest.raises(DataError, match=message):
        read_scene(path, **({"unit": "m", "look": (-0.6, 0.0, 0.8)} | options))


def test_phase_taken_for_metres_is_noticed(tmp_path):
    with pytest.raises(DataError, match="check unit"):
        read_scene(write(tmp_path, np.full((3, 4), 1e4)), unit="m", look=(-0.6, 0.0, 0.8))


def test_missing_files(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_scene(tmp_path / "none.unw", unit="m")
    path = write(tmp_path, np.ones((3, 4)))
    path.with_suffix(".par").unlink()
    with pytest.raises(DataError, match=r"header of scene\.unw"):
        read_scene(path, format="raw_grid", unit="m", look=(-0.6, 0.0, 0.8))
    with pytest.raises(DataError, match="not recognised"):
        read_scene(path, unit="m")
