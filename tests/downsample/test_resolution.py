"""Data resolution and the sampler that follows it."""

import numpy as np
import pytest

from geoslip.downsample import (
    DataError,
    NoiseModel,
    Scene,
    cell_means,
    cell_observations,
    data_importance,
    data_resolution,
    resolution_quadtree,
    samplers,
)
from geoslip.faults.frame import LocalFrame
from geoslip.okada import greens_matrix

LOOK = np.array([-0.6, 0.0, 0.8])
FRAME = LocalFrame(30.0, 40.0)


def random_problem(*, n=60, p=25, rank=17, seed=4):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, rank)) @ rng.normal(size=(rank, p)), 0.5 + rng.random(n), rng


def test_without_smoothing_it_is_a_projection_whose_trace_is_the_rank():
    greens, sigma, _ = random_problem()
    matrix = data_resolution(greens, sigma=sigma)
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_allclose(matrix @ matrix, matrix, atol=1e-12)
    assert np.trace(matrix) == pytest.approx(17.0, abs=1e-10)
    assert np.trace(matrix) == pytest.approx(np.linalg.matrix_rank(greens), abs=1e-10)


def test_it_is_the_textbook_formula():
    greens, sigma, rng = random_problem()
    smoothing = rng.normal(size=(30, 25))
    weighted = greens / sigma[:, None]
    normal = weighted.T @ weighted + 0.7 * np.eye(25) + smoothing.T @ smoothing
    expected = weighted @ np.linalg.solve(normal, weighted.T)
    matrix = data_resolution(greens, sigma=sigma, damping=0.7, smoothing=smoothing)
    np.testing.assert_allclose(matrix, expected, atol=1e-12)
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_allclose(
        data_importance(greens, sigma=sigma, damping=0.7, smoothing=smoothing), np.diagonal(matrix), atol=1e-12
    )
    assert np.linalg.norm(matrix @ matrix - matrix) > 0.1


def test_damping_and_noise_lower_the_trace():
    greens, _, _ = random_problem()
    traces = [data_importance(greens, sigma=0.3, damping=e).sum() for e in (0.0, 0.1, 1.0, 10.0, 1e3, 1e12)]
    assert (np.diff(traces) < 0.0).all()
    assert traces[-1] < 1e-6
    # A damping so weak that the normal matrix is all but singular loses nothing.
    weak = data_resolution(greens, sigma=0.3, damping=1e-13)
    np.testing.assert_allclose(data_importance(greens, sigma=0.3, damping=1e-13), np.diagonal(weak), atol=1e-9)
    # Only the product sigma^2 e matters.
    np.testing.assert_allclose(
        data_importance(greens, sigma=3.0, damping=0.1), data_importance(greens, sigma=0.3, damping=10.0), rtol=1e-9
    )


def test_duplicated_data_share_what_one_has():
    greens, _, _ = random_problem(n=20, p=6, rank=6)
    single = data_importance(greens, sigma=1.0, damping=1e-3)
    double = data_importance(np.repeat(greens, 2, axis=0), sigma=np.sqrt(2.0), damping=1e-3)
    np.testing.assert_allclose(double[::2] + double[1::2], single, rtol=1e-9)


def test_data_that_see_nothing():
    np.testing.assert_array_equal(data_importance(np.zeros((4, 3)), sigma=1.0, damping=1.0), 0.0)
    np.testing.assert_array_equal(data_importance(np.zeros((4, 3)), sigma=1.0), 0.0)


@pytest.mark.parametrize(
    ("greens", "options", "message"),
    [
        (np.ones(3), {"sigma": 1.0}, "shape"),
        (np.ones((3, 0)), {"sigma": 1.0}, "shape"),
        (np.ones((3, 2)), {"sigma": 0.0}, "above 0"),
        (np.ones((3, 2)), {"sigma": np.ones(2)}, "one or n"),
        (np.ones((3, 2)), {"sigma": 1.0, "damping": -1.0}, "damping -1.0"),
        (np.ones((3, 2)), {"sigma": 1.0, "smoothing": np.ones((1, 3))}, "smoothing of shape"),
        (np.full((3, 2), np.nan), {"sigma": 1.0}, "not finite"),
    ],
)
def test_problems_that_cannot_be(greens, options, message):
    with pytest.raises(DataError, match=message):
        data_resolution(greens, **options)


# The sampler ------------------------------------------------------------------------------------------------------


def make_scene(*, seed=0, gaps=True, crs=None, look=LOOK):
    """40 km by 32 km about the origin, 250 m pixels."""
    rng = np.random.default_rng(seed)
    values = 0.01 * rng.normal(size=(128, 160))
    if gaps:
        hidden = np.random.default_rng(1)
        values[hidden.random(values.shape) < 0.1] = np.nan
        values[100:120, 20:60] = np.nan
    x, y = 250.0 * (np.arange(160) - 79.5), -250.0 * (np.arange(128) - 63.5)
    return Scene(name="S", values=values, x=x, y=y, look=look, crs=crs)


def shallow_fault(points, directions):
    """Strike slip and dip slip of 6 x 3 patches of a vertical fault along north, 0.6 to 9.6 km deep, east = 500 m."""
    patches = [
        [530.0, 2e3 * along, -600.0 - 3e3 * down, 0.0, 89.0, 2e3, 3e3] for along in range(-3, 3) for down in range(3)
    ]
    return greens_matrix(points, directions, np.array(patches))


def cells_of(scene, **options):
    defaults = {"greens": shallow_fault, "frame": FRAME, "sigma": 0.02, "minimum_size": 500.0}
    return resolution_quadtree(scene, **{**defaults, **options})


def test_it_is_found_by_name():
    assert samplers()["resolution"] is resolution_quadtree


def test_the_finest_cells_lie_above_the_shallow_fault():
    scene = make_scene(gaps=False)
    cells = cells_of(scene, count=300)
    sides = np.array([np.ptp(outline, axis=0).max() for outline in cells.outlines])
    middles = np.array([outline.mean(axis=0) for outline in cells.outlines])
    distance = np.hypot(middles[:, 0] - 500.0, np.maximum(np.abs(middles[:, 1]) - 6e3, 0.0))
    assert distance[sides == sides.min()].max() < 5e3
    assert sides[distance > 12e3].min() > 4.0 * sides.min()


def test_the_values_do_not_count_and_the_mean_is_kept():
    first, second = make_scene(seed=1), make_scene(seed=2)
    cells = cells_of(first, count=150, valid_fraction=1e-9)
    np.testing.assert_array_equal(cells_of(second, count=150, valid_fraction=1e-9).labels, cells.labels)
    means = cell_means(first, cells)
    assert means.pixels.sum() == first.valid.sum()
    assert abs(means.pixels @ means.value / means.pixels.sum() - first.values[first.valid].mean()) < 1e-12


def test_the_threshold_bounds_every_cell_that_can_be_split_and_cells_are_nested():
    scene = make_scene()
    all_cells = [cells_of(scene, threshold=t) for t in (0.3, 0.1, 0.05, 0.04)]
    numbers = [cells.n for cells in all_cells]
    assert (np.diff(numbers) > 0).all()
    for cells in all_cells:
        assert cells.parameters["largest_resolution"] <= cells.parameters["threshold"]
    coarse, fine = all_cells[1].labels, all_cells[3].labels
    used = (coarse >= 0) & (fine >= 0)
    assert len(np.unique(np.column_stack([coarse[used], fine[used]]), axis=0)) == all_cells[3].n


def test_the_stated_resolution_is_that_of_the_cells():
    scene = make_scene(gaps=False)
    cells = cells_of(scene, threshold=0.05)
    data = cell_observations(scene, cells, frame=FRAME, noise=NoiseModel(0.0, 1.0, 0.02**2))
    importance = data_importance(shallow_fault(data.points, data.directions), sigma=data.sigma, damping=1.0)
    sides = np.array([np.ptp(outline, axis=0).max() for outline in cells.outlines])
    assert importance[sides > 500.0 + 1e-6].max() == pytest.approx(cells.parameters["largest_resolution"], rel=1e-6)


def test_weaker_damping_gives_more_cells():
    scene = make_scene()
    numbers = [cells_of(scene, threshold=0.05, damping=e).n for e in (100.0, 10.0, 1.0)]
    assert (np.diff(numbers) > 0).all()


@pytest.mark.parametrize("count", [40, 101, 250])
def test_a_wanted_number_is_met(count):
    scene = make_scene()
    cells = cells_of(scene, count=count)
    assert abs(cells.n - count) <= 2


def test_smoothing_in_place_of_damping():
    scene = make_scene()
    cells = cells_of(scene, count=80, damping=0.0, smoothing=np.eye(36))
    np.testing.assert_array_equal(cells.labels, cells_of(scene, count=80, damping=1.0).labels)


def test_look_vectors_that_vary_and_geographic_pixels():
    incidence = np.deg2rad(np.broadcast_to(np.linspace(30.0, 45.0, 160), (128, 160)))
    look = np.stack([-np.sin(incidence), 0.0 * incidence, np.cos(incidence)])
    local = make_scene(look=look)
    longitude, latitude = 30.0 + local.x / 85394.0, 40.0 + local.y / 111035.0
    world = Scene(name="W", values=local.values, x=longitude, y=latitude, look=look, crs="EPSG:4326")
    options = {"count": 120, "minimum_size": None, "maximum_size": 8100.0}
    ours, theirs = cells_of(local, **options), cells_of(world, **options)
    assert (ours.labels == theirs.labels).mean() > 0.95


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "either threshold"),
        ({"threshold": 0.1, "count": 5}, "either threshold"),
        ({"count": 10**6}, "there can be"),
        ({"count": 0}, "there can be"),
        ({"count": 50, "greens": None}, "give greens="),
        ({"count": 50, "frame": None}, "and frame="),
        ({"count": 50, "greens": lambda points, directions: points[:1]}, "a row a point"),
        ({"count": 50, "greens": lambda points, directions: points * np.nan}, "mask it"),
        ({"count": 50, "sigma": -1.0}, "above 0"),
        ({"threshold": 0.1, "valid_fraction": 2.0}, "valid_fraction"),
        ({"threshold": 0.1, "minimum_size": 20.0}, "below the pixel"),
    ],
)
def test_messages(options, message):
    with pytest.raises(DataError, match=message):
        cells_of(make_scene(), **options)
