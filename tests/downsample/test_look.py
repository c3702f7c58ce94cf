"""Look vectors: each convention against the same satellite, and refusals."""

import numpy as np
import pytest

from geoslip.downsample import DataError, flight_direction, look_vector
from geoslip.downsample.scenes.look import require_look


def test_printed_values_of_ascending_and_descending_tracks():
    np.testing.assert_allclose(look_vector(39.0, -13.0), [-0.613191, -0.141566, 0.777146], atol=5e-7)
    np.testing.assert_allclose(look_vector(39.0, -167.0), [0.613191, -0.141566, 0.777146], atol=5e-7)


@pytest.mark.parametrize("heading", [-10.0, 348.4, 193.65, -167.0, 30.0])
def test_every_convention_gives_the_same_vector(heading):
    incidence = 37.0
    to_satellite = heading - 90.0
    expected = look_vector(incidence, heading)
    np.testing.assert_allclose(look_vector(incidence, to_satellite, convention="north_cw"), expected, atol=1e-12)
    np.testing.assert_allclose(look_vector(incidence, -to_satellite, convention="north_ccw"), expected, atol=1e-12)
    np.testing.assert_allclose(look_vector(incidence, 90.0 - to_satellite, convention="east_ccw"), expected, atol=1e-12)
    np.testing.assert_allclose(look_vector(incidence, heading + 180.0, convention="heading_left"), expected, atol=1e-12)
    in_radians = look_vector(
        np.deg2rad(90.0 - incidence),
        np.deg2rad(180.0 - heading),
        convention="east_ccw",
        vertical="elevation",
        angle_unit="rad",
    )
    np.testing.assert_allclose(in_radians, expected, atol=1e-12)


def test_flight_direction_is_normal_to_the_look_vector():
    heading = np.array([-12.0, 193.0])
    assert np.abs((flight_direction(heading) * look_vector(30.0, heading)).sum(axis=-1)).max() < 1e-15


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ([[0.5, 0.0, 0.5]], "length"),
        ([[0.6, 0.0, -0.8]], "ground to the satellite"),
        ([[np.nan, 0.0, 1.0]], "no finite vector"),
    ],
)
def test_bad_vectors_are_refused(vectors, message):
    with pytest.raises(DataError, match=message):
        require_look(np.array(vectors))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"convention": "azimut"}, "heading, heading_left"),
        ({"vertical": "zenith"}, "incidence"),
        ({"angle_unit": "gon"}, "deg"),
        ({"vertical": "elevation", "angle_unit": "rad"}, "between 0 and 90"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(DataError, match=message):
        look_vector(39.0, 10.0, **options)


def test_degrees_taken_for_radians_are_noticed():
    with pytest.raises(DataError, match="check its unit"):
        look_vector(39.0, -13.0, angle_unit="rad")
