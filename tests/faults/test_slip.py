"""Slip models: moments and tensors against textbook mechanisms."""

import numpy as np
import pytest

from geoslip.faults import Fault, Plane, SlipModel, cut_uniform, magnitude_of_moment, moment_of_magnitude

PLANE = Plane.from_top_centre((0.0, 0.0), strike=30.0, dip=60.0, length=20e3, width=10e3)
FAULT = Fault((cut_uniform(PLANE, "main", columns=4, rows=2),))


def uniform(rake, slip=1.0, fault=FAULT, **more):
    angle = np.deg2rad(rake)
    return SlipModel(fault, np.tile([slip * np.cos(angle), slip * np.sin(angle), 0.0], (fault.n_patches, 1)), **more)


def aki_richards(strike, dip, rake):
    """Unit moment tensor in north, east, down (Aki & Richards 2002, box 4.4), turned to east, north, up."""
    s, d, r = np.deg2rad([strike, dip, rake])
    xx = -(np.sin(d) * np.cos(r) * np.sin(2 * s) + np.sin(2 * d) * np.sin(r) * np.sin(s) ** 2)
    xy = np.sin(d) * np.cos(r) * np.cos(2 * s) + 0.5 * np.sin(2 * d) * np.sin(r) * np.sin(2 * s)
    xz = -(np.cos(d) * np.cos(r) * np.cos(s) + np.cos(2 * d) * np.sin(r) * np.sin(s))
    yy = np.sin(d) * np.cos(r) * np.sin(2 * s) - np.sin(2 * d) * np.sin(r) * np.cos(s) ** 2
    yz = -(np.cos(d) * np.cos(r) * np.sin(s) - np.cos(2 * d) * np.sin(r) * np.cos(s))
    zz = np.sin(2 * d) * np.sin(r)
    ned = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    turn = np.array([[0, 1, 0], [1, 0, 0], [0, 0, -1]])
    return turn @ ned @ turn.T


@pytest.mark.parametrize("rake", [-135.0, -90.0, 0.0, 37.0, 90.0, 180.0])
def test_the_tensor_is_that_of_aki_and_richards(rake):
    model = uniform(rake, slip=1.7)
    moment = 30e9 * 20e3 * 10e3 * 1.7
    assert model.moment == pytest.approx(moment, rel=1e-12)
    np.testing.assert_allclose(model.moment_tensor / moment, aki_richards(30.0, 60.0, rake), atol=1e-12)
    assert model.tensor_moment == pytest.approx(moment, rel=1e-12)
    assert model.mean_rake == pytest.approx(rake)


def test_a_magnitude_is_its_moment():
    assert magnitude_of_moment(10.0**19.6) == pytest.approx(7.0, abs=1e-12)
    assert moment_of_magnitude(7.0) == pytest.approx(10.0**19.6, rel=1e-12)
    assert magnitude_of_moment(0.0) == -np.inf


def test_opposite_mechanisms_cancel_in_the_tensor_but_not_in_the_sum():
    slip = np.zeros((8, 3))
    slip[:4, 0], slip[4:, 0] = 1.0, -1.0
    model = SlipModel(FAULT, slip)
    assert model.tensor_moment == pytest.approx(0.0, abs=1e-6 * model.moment)
    assert model.moment == pytest.approx(30e9 * 2e8)


def test_opening_adds_an_isotropic_part_and_no_moment():
    slip = np.zeros((8, 3))
    slip[:, 2] = 0.5
    model = SlipModel(FAULT, slip)
    assert model.moment == 0.0
    eigenvalues = np.linalg.eigvalsh(model.moment_tensor) / (30e9 * 2e8 * 0.5)
    np.testing.assert_allclose(eigenvalues, [1.0, 1.0, 3.0], rtol=1e-12)  # lambda, lambda, lambda + 2 mu


def test_rigidity_by_patch_weighs_moment_and_centroid():
    stiff = np.array([30e9] * 4 + [60e9] * 4)
    model = uniform(90.0, rigidity=stiff)
    assert model.moment == pytest.approx(1.5 * uniform(90.0).moment)
    depths = -FAULT.centroids[:, 2]
    assert -model.centroid[2] == pytest.approx((depths[0] + 2.0 * depths[4]) / 3.0)


def test_per_segment_sums_to_the_whole():
    other = Plane.from_top_centre((50e3, 0.0), depth=2e3, strike=350.0, dip=30.0, length=10e3, width=5e3)
    fault = FAULT.merged(Fault((cut_uniform(other, "splay", columns=2, rows=1),)))
    slip = np.zeros((10, 3))
    slip[:8, 0], slip[8:, 1] = 1.0, [2.0, 3.0]
    model = SlipModel(fault, slip)
    main, splay = model.per_segment()
    assert main.moment + splay.moment == pytest.approx(model.moment)
    assert (main.name, main.mean_rake, splay.name, splay.mean_rake) == ("main", 0.0, "splay", 90.0)
    assert splay.peak_slip == 3.0 and splay.strike == pytest.approx(350.0) and splay.dip == 30.0
    assert splay.depth_of_peak == pytest.approx(2e3 + 2.5e3 * 0.5)
    assert model.segment_model("splay").moment == pytest.approx(splay.moment)


def test_covariance_runs_through_strike_slips_then_dip_slips():
    variance = np.arange(1.0, 17.0)
    model = uniform(0.0, covariance=np.diag(variance))
    np.testing.assert_allclose(model.standard_deviations[:, 0], np.sqrt(variance[:8]))
    np.testing.assert_allclose(model.standard_deviations[:, 1], np.sqrt(variance[8:]))
    assert np.isnan(model.standard_deviations[:, 2]).all()
    assert np.isnan(uniform(0.0).standard_deviations).all()


def test_no_slip_has_no_rake_and_no_centroid():
    model = SlipModel(FAULT, np.zeros((8, 2)))
    assert np.isnan(model.rake).all() and np.isnan(model.mean_rake) and np.isnan(model.centroid).all()
    assert model.mw == -np.inf and model.peak_slip == 0.0


@pytest.mark.parametrize(
    ("slip", "more", "message"),
    [
        (np.zeros((7, 3)), {}, r"shape \(7, 3\), must be \(8, 3\)"),
        (np.full((8, 3), np.nan), {}, "slip of patch 0 .* must be finite"),
        (np.zeros((8, 3)), {"rigidity": -1.0}, "rigidity -1 Pa"),
        (np.zeros((8, 3)), {"rigidity": np.ones(3)}, "rigidity has shape"),
        (np.zeros((8, 3)), {"covariance": np.eye(5)}, "must be square over 16"),
        (np.zeros((8, 3)), {"poisson": 0.5}, "Poisson"),
    ],
)
def test_slip_that_does_not_fit_is_refused(slip, more, message):
    with pytest.raises(ValueError, match=message):
        SlipModel(FAULT, slip, **more)


def test_the_part_of_a_segment_keeps_its_part_of_the_covariance():
    other = Plane.from_top_centre((50e3, 0.0), depth=2e3, strike=350.0, dip=30.0, length=10e3, width=5e3)
    fault = FAULT.merged(Fault((cut_uniform(other, "splay", columns=2, rows=1),)))
    full = np.arange(400.0).reshape(20, 20)
    full = full @ full.T
    model = SlipModel(fault, np.ones((10, 3)), covariance=full, rigidity=np.linspace(1e10, 5e10, 10))
    part = model.segment_model("splay")
    index = [8, 9, 18, 19]
    np.testing.assert_array_equal(part.covariance, full[np.ix_(index, index)])
    np.testing.assert_array_equal(part.rigidity, model.rigidity[8:])
