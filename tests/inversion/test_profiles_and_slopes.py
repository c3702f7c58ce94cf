"""Offsets along a rupture, and displacement in the frame of a slope."""

import numpy as np
import pytest

import geoslip.okada as okada
from geoslip.downsample import DataError
from geoslip.inversion import offset_profile, quadrant_shares, slope_components, slope_frame


def faulted(strike, slip, seed=1, n=6000, noise=0.005):
    """Points around a vertical fault that breaks the surface, with its closed motion."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(-8e3, 8e3, (n, 2))
    source = np.array([[0.0, 0.0, 0.0, strike, 90.0, 30e3, 12e3]])
    motion = okada.displacement_field(np.column_stack([points, np.zeros(n)]), source, np.array([slip]))
    along = 6e3 * np.array([[np.sin(np.deg2rad(strike)), np.cos(np.deg2rad(strike))]])
    return points, motion + noise * rng.normal(size=motion.shape), np.concatenate([-along, along])


@pytest.mark.parametrize("strike", [0.0, 37.0, 250.0])
def test_slip_that_breaks_the_surface_is_its_offset(strike):
    points, motion, trace = faulted(strike, (-2.0, 0.3, 0.5))
    found = offset_profile(points, motion, trace, spacing=1e3, width=1.5e3, gap=50.0, reach=900.0)
    np.testing.assert_allclose(found.right_lateral, 2.0, atol=0.06)
    np.testing.assert_allclose(found.opening, 0.5, atol=0.06)
    # The hanging wall, right of a vertical fault, rises with dip slip.
    np.testing.assert_allclose(found.vertical, 0.3, atol=0.06)
    np.testing.assert_allclose(found.azimuth, strike, atol=1e-9)
    assert found.cumulative()[0, -1] == pytest.approx(2.0 * 12e3, rel=0.02)
    assert (found.sigma < 0.02).all()


def test_stated_errors_are_the_scatter():
    scores = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        points = rng.uniform(-3e3, 3e3, (800, 2))
        motion = np.sign(points[:, :1]) * [0.0, 0.5, 0.0] + 0.02 * rng.normal(size=(800, 3))
        found = offset_profile(points, motion, [[0, -3e3], [0, 3e3]], spacing=1e3, width=1e3, gap=0.0, reach=1e3)
        scores.append((found.right_lateral + 1.0) / found.sigma[0])
    assert 0.85 < np.std(scores) < 1.15


def test_a_trace_that_misses_the_data_and_unfit_lengths():
    points, motion, _ = faulted(0.0, (1.0, 0.0, 0.0), n=500)
    with pytest.raises(DataError, match="misses the data"):
        offset_profile(points, motion, [[5e4, 0.0], [6e4, 0.0]], spacing=1e3, width=1e3, gap=0.0, reach=1e3)
    with pytest.raises(DataError, match="gap < reach"):
        offset_profile(points, motion, [[0, 0], [0, 1e3]], spacing=1e3, width=1e3, gap=2e3, reach=1e3)
    with pytest.raises(DataError, match="two places or more"):
        offset_profile(points, motion, [[0, 0]], spacing=1e3, width=1e3, gap=0.0, reach=1e3)


@pytest.mark.parametrize("aspect", [10.0, 135.0, 290.0])
def test_a_plane_slope_in_every_direction(aspect):
    x, y = np.meshgrid(30.0 * np.arange(12), -30.0 * np.arange(10))
    b, a = np.deg2rad(25.0), np.deg2rad(aspect)
    height = 1000.0 - np.tan(b) * (np.sin(a) * x + np.cos(a) * y)
    frame = slope_frame(height, spacing=(30.0, 30.0))
    np.testing.assert_allclose(frame.slope, 25.0, rtol=1e-9)
    np.testing.assert_allclose(frame.aspect, aspect, rtol=1e-9)
    down = np.array([np.cos(b) * np.sin(a), np.cos(b) * np.cos(a), -np.sin(b)])
    slid = slope_components(np.broadcast_to(down[:, None, None], (3, 10, 12)), frame)
    np.testing.assert_allclose(slid["downslope"], 1.0)
    for name in ("normal", "cross"):
        np.testing.assert_allclose(slid[name], 0.0, atol=1e-12)
    np.testing.assert_allclose(slid["toward"], np.cos(b))
    np.testing.assert_allclose(slid["up"], -np.sin(b))
    moved = np.random.default_rng(1).normal(size=(3, 10, 12))
    parts = slope_components(moved, frame)
    power = sum(parts[name] ** 2 for name in ("normal", "downslope", "cross"))
    np.testing.assert_allclose(power, (moved**2).sum(axis=0))
    # To the right when looking down the slope.
    np.testing.assert_allclose(
        frame.cross[:, 0, 0], [-np.cos(a), np.sin(a), 0.0], atol=1e-12
    )  # fmt: skip


def test_gaps_and_flats_of_a_terrain():
    height = np.add.outer(np.arange(8.0), np.zeros(9))
    height[3, 4] = np.nan
    frame = slope_frame(height, spacing=(10.0, 10.0))
    assert np.isnan(frame.slope).sum() == 4
    np.testing.assert_allclose(frame.aspect[0, 0], 0.0)
    flat = slope_frame(np.zeros((4, 4)), spacing=(10.0, 10.0))
    np.testing.assert_allclose(flat.normal[2], 1.0)
    assert np.isnan(flat.aspect).all() and np.isnan(flat.downslope).all()
    with pytest.raises(DataError, match="fill the DEM"):
        slope_frame(np.full((4, 4), np.nan), spacing=(10.0, 10.0))
    with pytest.raises(DataError, match="they must agree"):
        slope_components(np.zeros((3, 3, 3)), frame)


def test_places_that_choose_a_quadrant_are_told_from_random_ones():
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=(2, 60, 60))
    random = rng.integers(0, 60, (400, 2))
    assert len(quadrant_shares(first, second, random, rng=rng).unusual()) <= 1
    chosen = np.argwhere((first > 0.0) & (second < 0.0))[:300]
    mixed = np.concatenate([chosen, random])
    found = quadrant_shares(first, second, mixed, rng=rng)
    assert "+-" in found.unusual() and found.shares["+-"] > 0.5
    assert sum(found.shares.values()) == pytest.approx(1.0)
    with pytest.raises(DataError, match="check their projection"):
        quadrant_shares(first, second, [[70, 1]], rng=rng)
