"""The Laplacian: the standard second difference, linear slip, quadratic slip, edges, and smoothness across segments."""

import numpy as np
import pytest

from geoslip.faults import Fault, Plane, cut_growing, neighbours
from geoslip.inversion import ConstraintError, Problem, laplacian, solve
from geoslip.inversion.smoothing.operators import zero_rims

ROWS, COLUMNS, SIZE = 5, 7, 2e3


@pytest.fixture(scope="module")
def plane(twin):
    fault = Fault((twin.segment("plane", rows=ROWS, columns=COLUMNS, size=SIZE),))
    return fault, neighbours(fault)


def one_component(plane, **choices):
    return laplacian(*plane, components=("dip",), **choices).matrix.toarray()


def test_interior_rows_are_the_five_point_difference(plane):
    matrix = one_component(plane)
    patch = 2 * COLUMNS + 3
    expected = np.zeros(ROWS * COLUMNS)
    expected[[patch - 1, patch + 1, patch - COLUMNS, patch + COLUMNS]] = 1.0
    expected[patch] = -4.0
    # the square root of the area turns the second difference over SIZE^2 into one over SIZE
    np.testing.assert_allclose(matrix[patch], expected / SIZE**2 * SIZE, atol=1e-15)


def test_rows_sum_to_zero_where_edges_reflect(plane):
    assert np.abs(one_component(plane).sum(axis=1)).max() < 1e-15


def test_linear_slip_has_none_in_the_interior(plane):
    row, column = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
    inside = (row > 0) & (row < ROWS - 1) & (column > 0) & (column < COLUMNS - 1)
    slip = 3.0 * row - 2.0 * column + 5.0
    assert np.abs(one_component(plane) @ slip)[inside].max() < 1e-14


def test_slip_that_falls_linearly_to_a_zero_edge_has_none_there(plane):
    row = np.arange(ROWS * COLUMNS) // COLUMNS
    slip = ROWS - (row + 0.5)
    below = one_component(plane, zero_edges=("bottom",)) @ slip
    assert np.abs(below[(row > 0)]).max() < 1e-14
    assert np.abs(one_component(plane) @ slip)[row == ROWS - 1].min() > 1e-4


def test_roughness_is_the_integral_of_the_squared_laplacian_on_any_mesh(twin):
    wave = 2 * np.pi / 16e3
    areas = []
    for size in (1e3, 500.0):
        n = int(16e3 / size)
        fault = Fault((twin.segment("plane", rows=n, columns=n, size=size, dip=90.0, strike=0.0),))
        along, depth = fault.centroids[:, 1], -fault.centroids[:, 2]
        slip = np.cos(wave * along) * np.cos(wave * depth)
        areas.append(laplacian(fault, neighbours(fault), components=("strike",)).roughness(slip))
    # the integral of (2 k^2 cos cos)^2 over a full period squared is k^4 times the area
    assert areas[1] == pytest.approx(wave**4 * 16e3**2, rel=0.01)
    assert areas[0] == pytest.approx(areas[1], rel=0.04)


@pytest.fixture(scope="module")
def growing():
    """Patches that grow with depth, in rows whose columns do not line up."""
    plane = Plane(east=0.0, north=0.0, up=0.0, strike=20.0, dip=60.0, length=40e3, width=20e3)
    fault = Fault((cut_growing(plane, "growing", patch_length=1.5e3, patch_width=1.5e3, growth=1.3),))
    adjacency = neighbours(fault)
    inside = np.ones(fault.n_patches, bool)
    inside[adjacency.rim_patch] = False
    along, up = fault.centroids @ fault.strike_vectors[0], fault.centroids @ fault.updip_vectors[0]
    return fault, adjacency, inside, along, up


def test_linear_slip_has_none_where_rows_do_not_line_up(growing):
    fault, adjacency, inside, along, up = growing
    matrix = laplacian(fault, adjacency, components=("dip",)).matrix
    assert np.abs(matrix @ (2.0 * along - 3.0 * up))[inside].max() < 1e-12
    # rows at either end of the plane, too, know linear slip down the dip
    shallow_or_deep = adjacency.rim_patch[np.isin(adjacency.rim_side, ["top", "bottom"])]
    ends = ~inside & ~np.isin(np.arange(fault.n_patches), shallow_or_deep)
    assert np.abs(matrix @ up)[ends].max() < 1e-12
    assert (matrix - np.diag(matrix.diagonal())).min() >= 0.0


def test_a_smooth_bump_on_growing_patches_has_nearly_its_own_laplacian(growing):
    fault, adjacency, inside, along, up = growing
    x, y = (along - along.mean()) / 12e3, (up - up.mean()) / 9e3
    bump = np.exp(-(x**2) - y**2)
    exact = bump * ((4 * x**2 - 2) / 12e3**2 + (4 * y**2 - 2) / 9e3**2)
    ours = laplacian(fault, adjacency, components=("dip",)).matrix @ bump / np.sqrt(fault.areas)
    assert np.linalg.norm((ours - exact)[inside]) < 0.15 * np.linalg.norm(exact[inside])


def test_zero_edges_mean_the_sides_they_name(plane):
    fault, adjacency = plane
    for edges, count in (
        (("bottom",), COLUMNS),
        (("sides",), 2 * ROWS),
        (("start",), ROWS),
        (("top",), COLUMNS),
        ((), 0),
    ):
        assert zero_rims(fault, adjacency, edges).sum() == count


def test_zero_edges_can_differ_from_segment_to_segment(twin):
    fault = twin.two_segments()
    adjacency = neighbours(fault)
    chosen = zero_rims(fault, adjacency, {"south": ("start", "bottom"), "north": "end"})
    assert chosen.sum() == 4 + 6 + 4
    assert set(fault.segment_index[adjacency.rim_patch[chosen & (adjacency.rim_side == "bottom")]]) == {0}


def test_two_segments_that_continue_each_other_are_one_plane(twin):
    whole = Fault((twin.segment("plane", rows=4, columns=12),))
    halves = twin.two_segments(rows=4, columns=6)
    order = np.lexsort((whole.centroids[:, 1].round(), whole.centroids[:, 2].round()))
    other = np.lexsort((halves.centroids[:, 1].round(), halves.centroids[:, 2].round()))
    matrices = [laplacian(f, neighbours(f), zero_edges=("bottom", "sides")).matrix.toarray() for f in (whole, halves)]
    n = whole.n_patches
    np.testing.assert_allclose(
        matrices[0][:n, :n][np.ix_(order, order)], matrices[1][:n, :n][np.ix_(other, other)], atol=1e-12
    )


def test_slip_does_not_step_where_segments_meet(twin):
    fault = twin.two_segments()
    data = twin.observations("track", "los")
    matrix = twin.stand_in_greens(data.points, data.directions, fault)
    slip = np.concatenate([np.zeros(fault.n_patches), 1.0 * (fault.segment_index == 0)])
    problem = Problem.build([twin.with_values(data, matrix @ slip)], fault, greens={"track": matrix})
    column = fault.segment("south").column
    last = np.flatnonzero(column == column.max())
    first = fault.n_patches // 2 + np.flatnonzero(column == 0)
    steps = []
    for join in ("touching", "none"):
        operator = laplacian(fault, neighbours(fault, join=join), zero_edges=("bottom",))
        found = solve(problem, operator, strength=1e5).slip[:, 1]
        steps.append(np.abs(found[first] - found[last]).mean())
    assert steps[0] < 0.3 * steps[1]


def test_components_do_not_mix(plane):
    both = laplacian(*plane).matrix.toarray()
    n = ROWS * COLUMNS
    np.testing.assert_array_equal(both[:n, :n], one_component(plane))
    np.testing.assert_array_equal(both[n:, :n], 0.0)


def test_unknown_edges_and_segments_are_named(plane):
    with pytest.raises(ConstraintError, match="zero edge 'left' of segment 'plane'"):
        laplacian(*plane, zero_edges=("left",))
    with pytest.raises(ConstraintError, match="segments are 'plane'"):
        laplacian(*plane, zero_edges={"other": ("bottom",)})


def test_an_operator_of_another_size_is_refused(plane, study):
    with pytest.raises(ValueError, match="acts on 35 slip components, the problem has 96"):
        solve(study.problem, laplacian(*plane, components=("dip",)), strength=1.0)
