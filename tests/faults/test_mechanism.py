"""Mechanisms: every tensor gives back the plane it was made from, and its auxiliary plane."""

import numpy as np
import pytest

from geoslip.faults import (
    Fault,
    Plane,
    SlipModel,
    auxiliary_plane,
    cut_uniform,
    focal_mechanism,
    kagan_angle,
    mechanism_tensor,
    normal_vector,
    unrolled,
)


@pytest.mark.parametrize("seed", range(40))
def test_a_plane_comes_back_from_its_tensor(seed):
    rng = np.random.default_rng(seed)
    strike, dip, rake = rng.uniform(0, 360), rng.uniform(1, 89), rng.uniform(-180, 180)
    found = focal_mechanism(mechanism_tensor(strike, dip, rake, moment=3e19), reference=(strike, dip))
    first, second = found.planes
    np.testing.assert_allclose([first.strike, first.dip, first.rake], [strike, dip, rake], atol=1e-6)
    again = mechanism_tensor(second.strike, second.dip, second.rake)
    np.testing.assert_allclose(again, mechanism_tensor(strike, dip, rake), atol=1e-9)
    other = auxiliary_plane(strike, dip, rake)
    np.testing.assert_allclose(
        [other.strike, other.dip, other.rake], [second.strike, second.dip, second.rake], atol=1e-6
    )
    assert abs(normal_vector(first.strike, first.dip) @ normal_vector(second.strike, second.dip)) < 1e-9
    assert found.moment == pytest.approx(3e19) and found.double_couple == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("plane", "other"),
    [
        # strike, dip and rake of both planes: vertical strike slip, thrust and normal at 45 degrees, a low-angle thrust
        ((0.0, 90.0, 180.0), (90.0, 90.0, 0.0)),
        ((30.0, 45.0, 90.0), (210.0, 45.0, 90.0)),
        ((133.0, 50.0, -90.0), (313.0, 40.0, -90.0)),
        ((295.0, 11.0, 108.0), (96.7, 79.5, 86.5)),
    ],
)
def test_auxiliary_planes_of_known_mechanisms(plane, other):
    found = focal_mechanism(mechanism_tensor(*plane), reference=plane[:2])
    np.testing.assert_allclose(
        mechanism_tensor(*other), mechanism_tensor(*plane), atol=6e-3, err_msg="the printed planes are one mechanism"
    )
    second = found.planes[1]
    assert second.dip == pytest.approx(other[1], abs=0.3)
    turned = (second.strike - other[0] + 180.0) % 360.0 - 180.0
    assert turned == pytest.approx(0.0, abs=0.3)
    assert (second.rake - other[2] + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.3)


def test_axes_of_a_thrust_and_of_a_normal_fault():
    thrust = focal_mechanism(mechanism_tensor(0.0, 45.0, 90.0))
    assert thrust.tension.plunge == pytest.approx(90.0) and thrust.pressure.plunge == pytest.approx(0.0, abs=1e-6)
    assert thrust.pressure.azimuth % 180.0 == pytest.approx(90.0)
    assert thrust.null.azimuth % 180.0 == pytest.approx(0.0, abs=1e-6)
    assert focal_mechanism(mechanism_tensor(0.0, 45.0, -90.0)).pressure.plunge == pytest.approx(90.0)


def test_parts_that_are_no_double_couple_are_measured():
    clvd = np.diag([2.0, -1.0, -1.0])
    assert focal_mechanism(clvd).double_couple == pytest.approx(0.0, abs=1e-12)
    both = mechanism_tensor(10.0, 60.0, 20.0) + 0.3 * np.eye(3)
    found = focal_mechanism(both, reference=(10.0, 60.0))
    assert found.isotropic == pytest.approx(0.3) and found.planes[0].rake == pytest.approx(20.0)


def test_the_kagan_angle_is_the_turn_about_an_axis():
    one = mechanism_tensor(40.0, 55.0, 70.0)
    assert kagan_angle(one, one) == pytest.approx(0.0, abs=1e-5)
    for degrees in (5.0, 30.0, 44.0):
        angle = np.deg2rad(degrees)
        turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
        assert kagan_angle(one, turn @ one @ turn.T) == pytest.approx(degrees, abs=1e-5)
    assert kagan_angle(one, -one) == pytest.approx(90.0)


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        (np.eye(3), "no deviatoric part"),
        (np.zeros((3, 3)), "no deviatoric"),
        (np.eye(2), "must be a finite"),
        (np.triu(np.ones((3, 3))), "not symmetric"),
        (np.full((3, 3), np.nan), "must be a finite"),
    ],
)
def test_tensors_without_mechanism_are_refused(tensor, message):
    with pytest.raises(ValueError, match=message):
        focal_mechanism(tensor)


def test_a_slip_model_has_the_mechanism_of_its_plane():
    plane = Plane.from_top_centre((0.0, 0.0), strike=133.0, dip=50.0, length=10e3, width=10e3)
    slip = np.tile([np.cos(np.deg2rad(-100.0)), np.sin(np.deg2rad(-100.0)), 0.0], (4, 1))
    found = SlipModel(Fault((cut_uniform(plane, "a", columns=2, rows=2),)), slip).focal_mechanism()
    assert found.planes[0].strike == pytest.approx(133.0) and found.planes[0].rake == pytest.approx(-100.0)


def test_an_unrolled_plane_has_its_length_and_depth():
    plane = Plane.from_top_centre((5e3, 7e3), depth=1e3, strike=250.0, dip=30.0, length=12e3, width=6e3)
    flat = unrolled(cut_uniform(plane, "a", columns=4, rows=3))
    assert flat.shape == (12, 4, 2)
    np.testing.assert_allclose(flat[0], [[0, 2e3], [3e3, 2e3], [3e3, 4e3], [0, 4e3]], atol=1e-6)
    np.testing.assert_allclose(flat[-1, 2], [12e3, 8e3], atol=1e-6)
    level = Plane.from_top_centre((0.0, 0.0), depth=9e3, strike=90.0, dip=0.0, length=2e3, width=1e3)
    np.testing.assert_allclose(unrolled(cut_uniform(level, "b", columns=1, rows=1))[0, 2], [2e3, 1e3], atol=1e-6)
