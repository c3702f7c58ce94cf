"""Profiles across a creeping fault: known values, slopes as differences, rates and depths that come back."""

import numpy as np
import pytest

import geoslip.okada as okada
from geoslip.downsample import DataError
from geoslip.inversion import creep_profile, creep_slope, fit_creep


def test_savage_and_burford_by_hand():
    found = creep_profile([1e3, 10e3, 50e3], deep=30.0, locking=10e3)
    np.testing.assert_allclose(found, [0.951766, 7.5, 13.115011], atol=5e-7)


def test_creep_against_a_long_dislocation():
    x = np.array([-20e3, -3e3, -500.0, 800.0, 6e3, 30e3])
    points = np.column_stack([x, np.zeros((6, 2))])
    source = np.array([[0.0, 0.0, 0.0, 0.0, 90.0, 4e6, 5e3]])
    # Left-lateral on a fault to the north: seen from the west, the east side moves to the left, northward.
    motion = okada.displacement_field(points, source, np.array([[1.0, 0.0, 0.0]]))[:, 1]
    np.testing.assert_allclose(motion, creep_profile(x, deep=0.0, locking=1.0, creep=1.0, to=5e3), atol=2e-5)


def test_slope_is_the_difference():
    x = np.array([-9e3, -2e3, 700.0, 5e3])
    options = {"deep": 20.0, "locking": 14e3, "creep": 8.0, "to": 4e3}
    difference = (creep_profile(x + 0.5, **options) - creep_profile(x - 0.5, **options)) / 1.0
    np.testing.assert_allclose(creep_slope(x, **options), difference, rtol=1e-6)
    # The step at the trace is the creep itself.
    assert np.diff(creep_profile([-1e-6, 1e-6], **options))[0] == pytest.approx(8.0, rel=1e-6)


def test_rates_and_depths_come_back_with_their_errors():
    rng = np.random.default_rng(1)
    x = np.linspace(-60e3, 60e3, 240)
    truth = creep_profile(x, deep=20.0, locking=12e3, creep=8.0, to=4e3) + 1.5
    scores, covered = [], []
    for _ in range(12):
        found = fit_creep(
            x, truth + rng.normal(size=x.size), sigma=1.0, locking=[9e3, 12e3, 16e3], to=[2e3, 3e3, 4e3, 5.5e3, 8e3]
        )
        scores.append([(found.deep - 20.0), (found.creep - 8.0)])
        covered.append(found.locking_interval[0] <= 12e3 <= found.locking_interval[1])
    assert np.abs(np.mean(scores, axis=0)).max() < 0.6
    assert np.mean(covered) > 0.8
    exact = fit_creep(x, truth, sigma=1.0, locking=[9e3, 12e3], to=[4e3, 8e3])
    assert (exact.locking, exact.to) == (12e3, 4e3)
    assert (exact.deep, exact.creep, exact.offset) == pytest.approx((20.0, 8.0, 1.5))
    assert exact.chi2 < 1e-12


def test_refusals():
    with pytest.raises(DataError, match="needed are six, on both sides"):
        fit_creep(np.arange(1.0, 9.0), np.zeros(8), sigma=1.0)
    with pytest.raises(DataError, match="above 0"):
        fit_creep(np.arange(-4.5, 4.5), np.zeros(9), sigma=0.0)
    with pytest.raises(DataError, match="depths that do"):
        fit_creep(np.arange(-4.5, 4.5), np.zeros(9), sigma=1.0, locking=[1e3], to=[2e3])
