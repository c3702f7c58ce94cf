"""Profiles conserve moment, and the stress drop of a circular crack is Eshelby's."""

import numpy as np
import pytest

from geoslip.faults import Fault, Plane, cut_uniform
from geoslip.inversion.trust.profiles import depth_profile, stress_drop, strike_profile


@pytest.fixture(scope="module")
def fault():
    plane = Plane(east=0.0, north=0.0, up=-2e3, strike=30.0, dip=45.0, length=20e3, width=10e3)
    return Fault((cut_uniform(plane, "plane", columns=10, rows=5),))


def test_windows_share_the_moment_and_even_slip_is_itself(fault):
    slip = np.tile([3.0, 4.0, 0.0], (fault.n_patches, 1))
    found = depth_profile(fault, slip, edges=[0.0, 3e3, 5e3, 20e3])
    assert found.moment.sum() == pytest.approx(30e9 * 5.0 * fault.areas.sum())
    np.testing.assert_allclose(found.slip, 5.0)
    np.testing.assert_allclose(found.rake, np.rad2deg(np.arctan2(4.0, 3.0)))
    assert found.area[0] / found.area.sum() == pytest.approx(1e3 / (1e4 * np.sin(np.pi / 4)))
    along = strike_profile(fault, slip, segment="plane", step=4e3)
    assert along.moment.sum() == pytest.approx(found.moment.sum())
    np.testing.assert_allclose(along.area[:4], 4e3 * 10e3)


def test_members_of_an_ensemble_are_profiled_together(fault):
    slip = np.random.default_rng(0).uniform(0.0, 1.0, (3, fault.n_patches, 3))
    found = depth_profile(fault, slip, edges=[0.0, 4e3, 20e3])
    assert found.slip.shape == (3, 2)
    np.testing.assert_allclose(found.slip[1], depth_profile(fault, slip[1], edges=[0.0, 4e3, 20e3]).slip)


def test_a_window_without_fault_has_no_slip(fault):
    found = depth_profile(fault, np.ones((fault.n_patches, 3)), edges=[0.0, 1e3, 3e3])
    assert np.isnan(found.slip[0]) and np.isnan(found.rake[0]) and found.moment[0] == 0.0


def test_windows_go_down(fault):
    with pytest.raises(ValueError, match="depths that go down"):
        depth_profile(fault, np.ones((fault.n_patches, 3)), edges=[4e3, 0.0])


def test_a_deep_circular_crack_drops_eshelbys_stress():
    """Slip D sqrt(1 - r^2/a^2) on a circle drops 7 M0 / (16 a^3) evenly (Poisson's ratio 0.25)."""
    radius, side, n = 4e3, 9e3, 30
    plane = Plane(east=0.0, north=0.0, up=-60e3, strike=20.0, dip=60.0, length=side, width=side)
    circle = Fault((cut_uniform(plane, "c", columns=n, rows=n),))
    away = circle.centroids - circle.centroids.mean(axis=0)
    share = np.sum(away**2, axis=1) / radius**2
    slip = np.zeros((n * n, 3))
    slip[:, 1] = np.sqrt(np.maximum(1.0 - share, 0.0))
    drop, mean = stress_drop(circle, slip)
    expected = 7.0 / 16.0 * 30e9 * float(slip[:, 1] @ circle.areas) / radius**3
    assert mean == pytest.approx(expected, rel=0.06)
    np.testing.assert_allclose(drop[share < 0.5], expected, rtol=0.08)
    assert np.isnan(drop[share > 1.0]).all()
