"""Tests of triggering find what was put in, and nothing where nothing was."""

import numpy as np
import pytest

from geoslip.okada.distance import distance_to_sources
from geoslip.okada.receivers import plane_axes
from geoslip.okada.stress_field import coulomb_field
from geoslip.okada.triggering import (
    change_on_nodal_planes,
    positive_share,
    random_places,
    share_by_depth,
    share_by_size,
)

MODELS = [([[0.0, 0.0, 0.0, 0.0, 90.0, 20e3, 10e3]], [[1.0, 0.0, 0.0]])]


def change_at(points):
    return coulomb_field(points, MODELS, strike=0.0, dip=90.0, rake=0.0).coulomb


def test_share_and_its_interval():
    change = np.array([1.0] * 70 + [-1.0] * 30 + [np.nan] * 5)
    share = positive_share(change, rng=np.random.default_rng(1), draws=20_000)
    assert (share.share, share.count) == (0.7, 100)
    # The binomial distribution's own quantiles.
    assert (share.low, share.high) == pytest.approx((0.61, 0.79), abs=0.011)
    few = share_by_size([5.0, -5.0, 1.0, -1.0, 0.1], [0.5, 2.0, 9.0], rng=np.random.default_rng(1))
    assert [item.count for item in few] == [4, 2, 0]
    assert np.isnan(few[2].share)


def test_shares_by_depth_split_the_events():
    depth = np.array([1e3, 4e3, 5e3, 9e3])
    first, second = share_by_depth([1.0, -1.0, 1.0, 1.0], depth, [0.0, 5e3, 1e4], rng=np.random.default_rng(1))
    assert (first.share, first.count, second.share, second.count) == (0.5, 2, 1.0, 2)


def test_events_in_the_loaded_lobes_are_found_and_random_ones_are_not():
    rng = np.random.default_rng(3)
    pool = np.column_stack([rng.uniform(-3e4, 3e4, (400, 2)), -rng.uniform(1e3, 9e3, 400)])
    loaded = pool[change_at(pool) > 0.0][:60]
    corners = pool[:20]
    triggered = np.concatenate([loaded, corners])
    found = random_places(triggered, change_at, rng=rng, places=1000)
    assert found.probability < 0.01
    assert found.low <= found.share <= found.high
    chance = [random_places(pool[k : k + 40], change_at, rng=rng, places=500).probability for k in range(0, 400, 40)]
    assert min(chance) > 0.002
    assert 0.2 < np.mean(chance) < 0.8


def test_both_nodal_planes_and_the_larger():
    points = [[5e3, 0.0, -5e3], [0.0, 15e3, -5e3]]
    planes = [[[0.0, 90.0, 0.0], [90.0, 90.0, 180.0]], [[0.0, 90.0, 0.0], [90.0, 90.0, 180.0]]]
    change, larger = change_on_nodal_planes(points, MODELS, planes)
    alone = coulomb_field(points, MODELS, strike=90.0, dip=90.0, rake=180.0)
    np.testing.assert_allclose(change.coulomb[:, 1], alone.coulomb, rtol=1e-12)
    # The two planes of one double couple have the same shear.
    np.testing.assert_allclose(change.shear[:, 0], change.shear[:, 1], rtol=1e-9)
    np.testing.assert_array_equal(larger, np.argmax(change.coulomb, axis=1))


def test_distance_is_the_least_over_a_fine_grid_of_the_patch():
    rng = np.random.default_rng(6)
    row = np.array([1e3, -2e3, -1e3, 40.0, 55.0, 6e3, 4e3])
    along, updip, _ = plane_axes(row[3], row[4])
    points = np.column_stack([rng.uniform(-8e3, 8e3, (40, 2)), -rng.uniform(0, 8e3, 40)])
    u, v = np.meshgrid(np.linspace(-3e3, 3e3, 121), np.linspace(0, 4e3, 81))
    dense = row[:3] + u.reshape(-1, 1) * along - v.reshape(-1, 1) * updip
    least = np.sqrt(((points[:, None] - dense) ** 2).sum(axis=2)).min(axis=1)
    got, nearest = distance_to_sources(points, [row + [9e4, 0, 0, 0, 0, 0, 0], row])
    np.testing.assert_allclose(got, least, atol=40.0)
    assert (got <= least + 1e-9).all()
    assert (nearest == 1).all()
    a, b = row[:3] - 3e3 * along, row[:3] + 3e3 * along
    two = np.array([[a, b, b - 4e3 * updip], [a, b - 4e3 * updip, a - 4e3 * updip]])
    np.testing.assert_allclose(distance_to_sources(points, two)[0], got, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: positive_share([1.0], rng=rng, threshold=-1.0), "threshold is -1"),
        (lambda rng: positive_share([1.0], rng=rng, confidence=95), "confidence is 95"),
        (lambda rng: share_by_depth([1.0], [1.0], [5.0, 1.0], rng=rng), "rising depths"),
        (lambda rng: random_places(np.empty((0, 3)), change_at, rng=rng), "at least one event"),
        (lambda rng: change_on_nodal_planes([[0, 0, -1]], MODELS, [[0, 90, 0]]), "(1, 2, 3)"),
        (lambda rng: distance_to_sources([[0, 0, -1]], np.empty((0, 7))), "no patch"),
    ],
)
def test_unfit_input_is_refused(call, message):
    with pytest.raises(ValueError) as raised:
        call(np.random.default_rng(1))
    assert message in str(raised.value)
