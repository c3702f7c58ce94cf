"""GNSS tables: rows station by station, sums of files, duplicates, refusals."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoslip.downsample import DataError, read_gnss
from geoslip.faults.frame import LocalFrame

FRAME = LocalFrame(20.0, 40.0)
COLUMNS = ("station", "longitude", "latitude", "east", "north", "sigma_east", "sigma_north")
TEXT = "AAAA 20.0 40.0 10 -20 1 2\n0012 20.5 40.2 -5 4 1 1\n"


def write(tmp_path, text, name="gnss.txt"):
    path = tmp_path / name
    path.write_text(text)
    return path


def read(paths, **options):
    return read_gnss(paths, **({"frame": FRAME, "unit": "mm", "columns": COLUMNS} | options))


def test_rows_stand_station_by_station(tmp_path):
    observations = read(write(tmp_path, TEXT))
    assert observations.station == ("AAAA", "AAAA", "0012", "0012")
    np.testing.assert_allclose(observations.values, [0.010, -0.020, -0.005, 0.004], rtol=1e-12)
    np.testing.assert_allclose(np.diagonal(observations.covariance), [1e-6, 4e-6, 1e-6, 1e-6], rtol=1e-12)
    np.testing.assert_allclose(observations.directions[:2], [[1, 0, 0], [0, 1, 0]], atol=1e-12)
    # At the second station the frame is turned, but east and north stay perpendicular unit vectors.
    np.testing.assert_allclose(observations.directions[2:] @ observations.directions[2:].T, np.eye(2), atol=1e-12)
    assert abs(observations.directions[2, 1]) > 1e-3


def test_correlations_and_covariances_of_components(tmp_path):
    text = "20 40 10 -20 5 1 2 3 0.5 -0.25 0.1\n"
    columns = ("longitude", "latitude", "east", "north", "up", "sigma_east", "sigma_north", "sigma_up")
    pairs = ("east_north", "east_up", "north_up")
    by_correlation = read(write(tmp_path, text), columns=columns + tuple(f"correlation_{pair}" for pair in pairs))
    expected = np.array([[1.0, 1.0, -0.75], [1.0, 4.0, 0.6], [-0.75, 0.6, 9.0]]) * 1e-6
    np.testing.assert_allclose(by_correlation.covariance, expected, rtol=1e-12)
    text = "20 40 10 -20 5 1 2 3 1.0 -0.75 0.6\n"
    by_covariance = read(write(tmp_path, text), columns=columns + tuple(f"covariance_{pair}" for pair in pairs))
    np.testing.assert_allclose(by_covariance.covariance, expected, rtol=1e-12)
    horizontal = read(write(tmp_path, text), columns=(*columns, "-", "-", "-"), components=["north", "east"])
    np.testing.assert_allclose(horizontal.values, [0.010, -0.020])


def test_files_are_added_by_name_and_by_place(tmp_path):
    first, second = write(tmp_path, TEXT), write(tmp_path, "0012 20.5 40.2 1 1 2 2\nBBBB 20 40.5 3 3 1 1\n", "b.txt")
    total = read([first, second])
    assert total.station == ("0012", "0012")
    np.testing.assert_allclose(total.values, [-0.004, 0.005], rtol=1e-12)
    np.testing.assert_allclose(total.sigma, np.sqrt(5.0) * 1e-3, rtol=1e-12)
    assert "AAAA, BBBB" in total.notes[-1]
    unnamed = tuple("-" if name == "station" else name for name in COLUMNS)
    np.testing.assert_allclose(read([first, second], columns=unnamed).values, [-0.004, 0.005], rtol=1e-12)


def test_two_stations_at_one_place_are_noticed(tmp_path):
    observations = read(write(tmp_path, TEXT + "CCCC 20.5 40.2 9 9 1 1\n"))
    assert "0012 and CCCC have the same coordinates" in observations.notes[0]


def test_a_drop_rule_need_match_in_one_file_only(tmp_path):
    first, second = write(tmp_path, TEXT), write(tmp_path, "0012 20.5 40.2 1 1 2 2\nBBBB 20 40.5 3 3 1 1\n", "b.txt")
    total = read([first, second], drop={"station": ["AAAA", "BBBB"]})
    assert total.station == ("0012", "0012")
    assert len(total.notes) == 2
    with pytest.raises(DataError, match="'CCCC' matches none"):
        read([first, second], drop={"station": "CCCC"})


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (TEXT + "AAAA 20.1 40.0 1 1 1 1\n", {}, "station AAAA stands on line 1 and on line 3"),
        (TEXT, {"unit": "rad"}, "m, cm, mm"),
        (TEXT, {"components": ["east", "down"]}, "'down' is unknown"),
        (TEXT, {"components": ["east", "up"]}, "no column 'up'"),
        (TEXT, {"components": []}, "at least one"),
        (TEXT.replace(" 1 2", " 0 2"), {}, "must be positive"),
        (TEXT.replace("40.0", "140.0"), {}, "order of the columns"),
        (TEXT.replace(" 10 ", " 10e9 "), {}, "no ground motion"),
        (TEXT, {"columns": ("station", "longitude", "latitude", "east", "-", "-", "-")}, "east and north"),
        (TEXT, {"columns": ("station", "longitude", "latitude", "east", "north", "-", "-")}, "no column sigma_east"),
        ("AAAA 20 40 nan nan 1 1\n", {}, "no station has an offset"),
        (TEXT, {"drop": {"station": ["AAAA", "0012"]}}, "no row is left"),
    ],
)
def test_messages(tmp_path, text, options, message):
    with pytest.raises(DataError, match=message):
        read(write(tmp_path, text), **options)


def test_a_correlation_beyond_one_names_the_station(tmp_path):
    path = write(tmp_path, "AAAA 20 40 1 1 1 1 1.5\n")
    with pytest.raises(DataError, match="station AAAA"):
        read(path, columns=(*COLUMNS, "correlation_east_north"))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tail=st.text(alphabet="0123456789.-+eEnaifAB,\t #\n", max_size=80))
def test_any_tail_gives_observations_or_a_data_error(tmp_path, tail):
    path = write(tmp_path, TEXT + tail, "fuzz.txt")
    try:
        observations = read(path)
    except DataError:
        return
    assert len(observations) >= 4


def test_usual_headings_are_known_and_others_are_listed(tmp_path):
    path = write(tmp_path, "site lon lat dE dN dU sE sN sU\n" + "AAAA 20.0 40.0 10 -20 5 1 2 3\n")
    np.testing.assert_allclose(read(path, columns=None).values, [0.010, -0.020, 0.005])
    np.testing.assert_allclose(read(path, columns=None).sigma, [1e-3, 2e-3, 3e-3])
    kept = read(path, columns={"longitude": "lon", "latitude": "lat", "east": "dE", "north": "dN"}, sigma=0.01)
    np.testing.assert_allclose(kept.sigma, 0.01)  # who maps columns means no others
    strange = write(tmp_path, "site lon lat ve vn x\nAAAA 20.0 40.0 10 -20 5\n", "strange.txt")
    with pytest.raises(DataError, match=r"the columns station, longitude, latitude, ve, vn, x hold no east and north"):
        read(strange, columns=None)
