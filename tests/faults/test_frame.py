"""The local frame: exact along geodesics, invertible, and honest about its rotation away from the origin."""

import numpy as np
import pytest
from pyproj import Geod

from geoslip.faults import LocalFrame

FRAME = LocalFrame(-117.5, 35.7)


def test_distance_and_azimuth_from_the_origin_are_those_of_the_geodesic():
    rng = np.random.default_rng(1)
    longitude, latitude = -117.5 + rng.uniform(-4, 4, 200), 35.7 + rng.uniform(-4, 4, 200)
    east, north = FRAME.to_local(longitude, latitude)
    azimuth, _, distance = Geod(ellps="WGS84").inv(np.full(200, -117.5), np.full(200, 35.7), longitude, latitude)
    np.testing.assert_allclose(np.hypot(east, north), distance, atol=1e-3)
    np.testing.assert_allclose(np.rad2deg(np.arctan2(east, north)), azimuth, atol=1e-6)


def test_round_trip_keeps_a_micrometre():
    rng = np.random.default_rng(2)
    east, north = rng.uniform(-3e5, 3e5, (2, 300))
    again = FRAME.to_local(*FRAME.to_geographic(east, north))
    np.testing.assert_allclose(again, (east, north), atol=1e-6)


def test_origin_is_zero_and_its_axes_are_true():
    east, north = FRAME.to_local(-117.5, 35.7)
    assert abs(float(east)) < 1e-9 and abs(float(north)) < 1e-9
    assert float(FRAME.meridian_convergence(-117.5, 35.7)) == 0.0
    assert LocalFrame(242.5, 35.7).to_local(-117.4, 35.7)[0] == pytest.approx(FRAME.to_local(-117.4, 35.7)[0])


def test_convergence_is_the_turn_of_a_small_step_north():
    rng = np.random.default_rng(3)
    longitude, latitude = -117.5 + rng.uniform(-4, 4, 50), 35.7 + rng.uniform(-4, 4, 50)
    # the projection stretches across the radius, so average the turn of a step north with that of a step east
    x0, y0 = FRAME.to_local(longitude, latitude - 1e-4)
    x1, y1 = FRAME.to_local(longitude, latitude + 1e-4)
    from_north = np.rad2deg(np.arctan2(x1 - x0, y1 - y0))
    x0, y0 = FRAME.to_local(longitude - 1e-4, latitude)
    x1, y1 = FRAME.to_local(longitude + 1e-4, latitude)
    from_east = -np.rad2deg(np.arctan2(y1 - y0, x1 - x0))
    turn = -0.5 * (from_north + from_east)
    np.testing.assert_allclose(FRAME.meridian_convergence(longitude, latitude), turn, atol=2e-4)
    assert FRAME.meridian_convergence(-114.0, 35.7) > 1.0  # east of the origin the frame's y axis leans east of north


def test_vectors_turned_into_the_frame_point_along_the_projected_step():
    place = (-114.0, 37.0)
    here = np.array(FRAME.to_local(*place))
    step = Geod(ellps="WGS84").fwd(*place, 30.0, 10.0)
    there = np.array(FRAME.to_local(step[0], step[1]))
    true = [np.sin(np.deg2rad(30.0)), np.cos(np.deg2rad(30.0)), 0.4]
    turned = FRAME.rotate_to_frame(true, *place)
    np.testing.assert_allclose(turned[:2], (there - here) / 10.0, atol=2e-3)
    assert turned[2] == 0.4
    np.testing.assert_allclose(FRAME.rotate_from_frame(turned, *place), true, atol=1e-15)


def test_missing_places_stay_missing():
    east, north = FRAME.to_local([-117.0, np.nan], [35.0, 35.0])
    assert np.isfinite(east[0]) and np.isnan(east[1]) and np.isnan(north[1])
    assert np.isnan(FRAME.to_geographic([np.nan], [0.0])[0][0])


@pytest.mark.parametrize(("longitude", "latitude"), [(0.0, 91.0), (-181.0, 0.0), (np.nan, 0.0), (0.0, np.inf)])
def test_an_origin_off_the_globe_is_refused(longitude, latitude):
    with pytest.raises(ValueError, match="outside"):
        LocalFrame(longitude, latitude)


def test_metres_given_for_degrees_are_refused():
    with pytest.raises(ValueError, match="swapped, or in metres"):
        FRAME.to_local(450000.0, 3950000.0)
