"""Slip azimuths as rakes, and components or segments smoothed more than others."""

import numpy as np
import pytest

from geoslip.faults import Fault, RectangularSegment, SlipModel, neighbours
from geoslip.inversion import (
    ConstraintError,
    Constraints,
    damping,
    laplacian,
    rakes_of_azimuths,
    relative_strengths,
)


def leaves(dips, strikes, name="leaves"):
    """One patch for every pair of a dip and a strike."""
    table = [[9e3 * k, 0.0, -9e3, strike, dip, 2e3, 1e3] for k, (dip, strike) in enumerate(zip(dips, strikes))]
    return RectangularSegment(name, np.array(table))


RANDOM = np.random.default_rng(4)
MANY = leaves(RANDOM.uniform(0.0, 79.0, 60), RANDOM.uniform(0.0, 360.0, 60))


@pytest.mark.parametrize("azimuth", [0.0, 37.0, 200.0, -90.0])
def test_slip_of_the_rake_moves_along_the_azimuth(azimuth):
    first, second = rakes_of_azimuths(MANY, low=azimuth)
    np.testing.assert_array_equal(first, second)
    rake = np.deg2rad(first)
    slip = np.column_stack([np.cos(rake), np.sin(rake), np.zeros(60)])
    moved = SlipModel(Fault((MANY,)), slip).slip_vectors
    way = np.array([np.sin(np.deg2rad(azimuth)), np.cos(np.deg2rad(azimuth))])
    along = moved[:, :2] @ way
    assert along.min() > 0.1
    np.testing.assert_allclose(moved[:, :2], along[:, None] * way, atol=1e-12)


def test_a_window_of_azimuths_is_a_cone_that_holds_what_lies_between():
    low, high = 120.0, 290.0
    first, second = rakes_of_azimuths(MANY, low=low, high=high)
    assert np.all((second > first) & (second - first < 180.0))
    for azimuth in (121.0, 200.0, 289.0):
        rake = rakes_of_azimuths(MANY, low=azimuth)[0]
        assert np.all((rake - first) % 360.0 <= second - first)
    for azimuth in (119.0, 291.0, 30.0):
        rake = rakes_of_azimuths(MANY, low=azimuth)[0]
        assert np.all((rake - first) % 360.0 > second - first)


def test_the_constraints_take_the_window_patch_by_patch():
    fault = Fault((MANY,))
    first, second = rakes_of_azimuths(MANY, low=150.0, high=210.0)
    space = Constraints(rake={"leaves": (first, second)}).space(fault)
    slip = space.slip_table(RANDOM.uniform(0.0, 1.0, space.n))
    moved = SlipModel(fault, slip).slip_vectors
    azimuth = np.rad2deg(np.arctan2(moved[:, 0], moved[:, 1])) % 360.0
    assert azimuth.min() >= 150.0 and azimuth.max() <= 210.0 and np.ptp(azimuth) > 30.0


def test_azimuths_that_cannot_be_are_refused():
    with pytest.raises(ConstraintError, match="less than 180 degrees"):
        rakes_of_azimuths(MANY, low=10.0, high=200.0)
    with pytest.raises(ConstraintError, match="give a rake"):
        rakes_of_azimuths(leaves([85.0], [0.0]), low=10.0)


def test_factors_multiply_the_strength_of_what_they_name(twin):
    fault = twin.two_segments()
    n = fault.n_patches
    adjacency = neighbours(fault, join="none")
    plain = laplacian(fault, adjacency)
    weighed = relative_strengths(plain, fault, by_component={"dip": 3.0}, by_segment={"north": 0.5})
    slip = np.random.default_rng(5).normal(size=2 * n)
    rows = (plain.matrix @ slip).reshape(2, n)
    expected = rows * np.where(fault.segment_index == fault.names.index("north"), 0.5, 1.0) * [[1.0], [3.0]]
    np.testing.assert_allclose(weighed.matrix @ slip, expected.ravel(), rtol=1e-12)
    assert "dip 3" in weighed.note


def test_a_row_across_segments_lies_between_their_factors(twin):
    fault = twin.two_segments()
    plain = laplacian(fault, neighbours(fault), components=("dip",))
    weighed = relative_strengths(plain, fault, components=("dip",), by_segment={"north": 0.25})
    ratio = np.abs(weighed.matrix).sum(axis=1) / np.abs(plain.matrix).sum(axis=1)
    assert {0.25, 1.0} < set(np.round(np.asarray(ratio).ravel(), 12))
    assert np.all((ratio > 0.2499) & (ratio < 1.0001))
    assert np.sum((ratio > 0.26) & (ratio < 0.99)) >= 8


def test_factors_that_mean_nothing_are_refused(twin):
    fault = twin.two_segments()
    with pytest.raises(ConstraintError, match="'west'"):
        relative_strengths(damping(fault), fault, by_segment={"west": 2.0})
    with pytest.raises(ConstraintError, match="must be positive"):
        relative_strengths(damping(fault), fault, by_component={"dip": 0.0})
    with pytest.raises(ConstraintError, match="'opening'"):
        relative_strengths(damping(fault), fault, by_component={"opening": 2.0})
