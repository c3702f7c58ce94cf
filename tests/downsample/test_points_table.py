"""Tables of points: signs, units, selection, refusals, anything a file may hold."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoslip.downsample import DataError, NoiseModel, Observations, look_vector, read_points
from geoslip.faults.frame import LocalFrame

FRAME = LocalFrame(20.0, 40.0)
LOOK = (-0.6, 0.0, 0.8)
COLUMNS = ("longitude", "latitude", "value")


def write(tmp_path, text, name="points.txt"):
    path = tmp_path / name
    path.write_text(text)
    return path


def read(path, **options):
    return read_points(
        path, **({"frame": FRAME, "unit": "m", "columns": COLUMNS, "look": LOOK, "sigma": 0.01} | options)
    )


def test_units_and_signs(tmp_path):
    path = write(tmp_path, "20.0 40.0 1.0\n20.1 40.0 -2.0\n")
    wavelength = 0.0554658
    for options, factor in [
        ({"unit": "m"}, 1.0),
        ({"unit": "cm"}, 1e-2),
        ({"unit": "mm", "positive": "away"}, -1e-3),
        ({"unit": "rad", "wavelength": wavelength}, -wavelength / (4 * np.pi)),
        ({"unit": "rad", "wavelength": wavelength, "positive": "toward"}, wavelength / (4 * np.pi)),
    ]:
        np.testing.assert_allclose(read(path, **options).values, np.array([1.0, -2.0]) * factor, rtol=1e-15)


def test_position_and_direction_in_the_frame(tmp_path):
    observations = read(write(tmp_path, "20.0,40.0,1.0\n21.0,40.0,1.0\n380,40,1\n".replace("380", "20")))
    np.testing.assert_allclose(observations.points[0], 0.0, atol=1e-9)
    assert observations.points[1, 0] == pytest.approx(85390, abs=30)
    np.testing.assert_allclose(np.linalg.norm(observations.directions, axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(observations.directions[0], LOOK, atol=1e-12)
    # East of the origin the frame's y axis points east of true north, so a westward vector turns south in the frame.
    turn = np.deg2rad(np.sin(np.deg2rad(40.0)))
    np.testing.assert_allclose(observations.directions[1], [-0.6 * np.cos(turn), -0.6 * np.sin(turn), 0.8], atol=1e-4)


def test_angles_from_columns(tmp_path):
    text = "lon_deg,lat_deg,los_m,incidence_deg,heading_deg\n20,40,0.1,23,348\n20.1,40,0.1,24,349\n"
    columns = {"value": "los_m", "incidence": "incidence_deg", "heading": "heading_deg"}
    columns |= {"longitude": "lon_deg", "latitude": "lat_deg"}
    observations = read(write(tmp_path, text), columns=columns, look=None)
    np.testing.assert_allclose(observations.directions[0], look_vector(23.0, 348.0), atol=1e-12)


def test_local_coordinates(tmp_path):
    observations = read(write(tmp_path, "1000 -2000 0.1\n0 0 0.2\n"), columns=("x", "y", "value"))
    np.testing.assert_allclose(observations.points, [[1000.0, -2000.0, 0.0], [0.0, 0.0, 0.0]], atol=1e-6)
    assert observations.longitude[1] == pytest.approx(20.0)


def test_rows_are_dropped_by_value_and_by_comparison(tmp_path):
    path = write(tmp_path, "20 40 1 a 0.1\n20.1 40 2 b 0.2\n20.2 40 3 bb 0.3\n20.3 40 4 c 0.4\n")
    columns = (*COLUMNS, "source", "sigma")
    whole = np.diag([1.0, 2.0, 3.0, 4.0])
    kept = read(path, columns=columns, sigma=None, covariance=whole, drop={"source": "b*"})
    np.testing.assert_array_equal(kept.values, [1.0, 4.0])
    np.testing.assert_array_equal(np.diagonal(kept.covariance), [1.0, 4.0])
    assert "2 of 4 rows dropped" in kept.notes[0]
    kept = read(path, columns=columns, sigma=None, drop={"sigma": "> 0.25", "rows": [1]})
    np.testing.assert_array_equal(kept.values, [2.0])
    with pytest.raises(DataError, match="matches none of 4 rows"):
        read(path, columns=columns, sigma=None, drop={"source": "d"})


def test_missing_values_are_left_out_and_told(tmp_path):
    observations = read(write(tmp_path, "20 40 nan\n20.1 40 1\n"))
    assert len(observations) == 1
    assert "1 of 2 rows have no value" in observations.notes[0]


def test_noise_model_gives_the_covariance_of_points(tmp_path):
    noise = NoiseModel(sill=4e-6, length=5e3, nugget=1e-6)
    observations = read(write(tmp_path, "20 40 1\n20.1 40 1\n"), sigma=None, noise=noise)
    distance = np.linalg.norm(observations.points[1] - observations.points[0])
    np.testing.assert_allclose(np.diagonal(observations.covariance), 5e-6)
    np.testing.assert_allclose(observations.covariance[0, 1], 4e-6 * np.exp(-distance / 5e3), rtol=1e-9)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("20 40 1\n20.1 40\n", {}, "line 2: 2 columns, but line 1 has 3"),
        ("20 40 1\n", {"columns": ("longitude", "latitude")}, "2 column names for 3"),
        ("20 40 1\n", {"columns": None}, "name its 3 columns"),
        ("20 40 1\n", {"columns": "lltnd"}, "layout 'lltnd' is unknown"),
        ("20 40 1\n", {"columns": ("longitude", "latitude", "los")}, "no column 'value'"),
        ("20 40 1\n", {"columns": {"value": 4}}, "numbered 1 to 3"),
        ("lon lat d\n20 40 1\n", {"columns": {"value": "los"}}, "known are lon, lat, d"),
        ("20 40 x1\n20 40 1\n", {}, "line 1: column value holds 'x1'"),
        ("20 140 1\n", {}, "order of the columns"),
        ("20 40 1\n", {"unit": "km"}, "m, cm, mm, rad"),
        ("20 40 1\n", {"unit": "rad"}, "wavelength"),
        ("20 40 1\n", {"positive": "up"}, "toward"),
        ("20 40 4000\n", {}, "no ground motion"),
        ("20 40 1\n", {"look": (0.5, 0.5, 0.5)}, "length 0.866"),
        ("20 40 1\n", {"look": (0.6, 0.0, -0.8)}, "ground to the satellite"),
        ("20 40 1\n", {"look": None}, "direction of measurement is unknown"),
        ("20 40 1\n", {"sigma": None}, "nothing is said about the noise"),
        ("20 40 1\n", {"sigma": 0.0}, "must be positive"),
        ("20 40 1\n", {"covariance": np.eye(1)}, "both given"),
        ("20 40 1\n20 40 1\n", {"sigma": None, "covariance": np.ones((2, 2))}, "singular"),
        ("20 40 1\n20 40 1\n", {"sigma": None, "covariance": np.eye(3)}, "must be square"),
        ("20 40 1\n20 40 1\n", {"sigma": None, "noise": NoiseModel(1e-4, 1e3)}, "point given twice"),
        ("20 40 nan\n", {}, "no row with a value"),
        ("", {}, "the file is empty"),
        ("# only a comment\n", {}, "the file is empty"),
    ],
)
def test_messages(tmp_path, text, options, message):
    with pytest.raises(DataError, match=message):
        read(write(tmp_path, text), **options)


def test_a_missing_file_and_an_unknown_format(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read(tmp_path / "none.txt")
    with pytest.raises(DataError, match="use one of"):
        read(write(tmp_path, "20 40 1\n"), format="gamma")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00\x81 20 40")
    with pytest.raises(DataError, match="not recognised"):
        read(tmp_path / "binary.txt")
    with pytest.raises(DataError, match="not a text file"):
        read(tmp_path / "binary.txt", format="points_table")


lines = st.text(alphabet="0123456789.-+eEdDnaif,;\t #%x\"'_\n", max_size=80)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(max_size=60), lines, st.builds(lambda tail: "20 40 1\n20.5 40.5 " + tail, lines)))
def test_any_text_gives_observations_or_a_data_error(tmp_path, text):
    path = tmp_path / "fuzz.txt"
    path.write_bytes(text.encode("utf-8", errors="replace"))
    try:
        result = read(path)
    except DataError:
        return
    assert isinstance(result, Observations)
    assert np.isfinite(result.values).all()
