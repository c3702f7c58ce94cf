"""The umbrella on triangles: linear slip, quadratic slip, folds, edges, directions, several segments."""

import numpy as np
import pytest
from scipy.spatial import Delaunay

from geoslip.faults import Fault, Plane, cut_uniform, neighbours
from geoslip.faults.triangular import TriangularSegment
from geoslip.inversion import damping, first_difference, laplacian, von_karman
from geoslip.inversion.smoothing.directions import common_directions
from geoslip.inversion.smoothing.umbrella import umbrella

SIZE = 2e3


def flat_points(rows=7, columns=9, *, jitter=0.25, seed=3):
    """Points of a plane (k, 2): rows of equilateral triangles, those inside shaken by a share of the spacing."""
    row, column = np.divmod(np.arange(rows * columns), columns)
    points = np.column_stack([column + 0.5 * (row % 2), row * np.sqrt(0.75)]) * SIZE
    inside = (row > 0) & (row < rows - 1) & (column > 0) & (column < columns - 1)
    points[inside] += jitter * SIZE * np.random.default_rng(seed).uniform(-1.0, 1.0, (inside.sum(), 2))
    return points


def mesh(points, *, dip=40.0, strike=90.0, fold=None, name="mesh", keep=None):
    """Triangles over points along strike and down dip; below `fold` (m) the surface is 30 degrees flatter."""
    triangles = Delaunay(points).simplices
    if keep is not None:
        triangles = triangles[keep(points[triangles].mean(axis=1))]
    along, down = points.T
    knee = np.inf if fold is None else fold
    steep, gentle = np.deg2rad([dip, dip - 30.0])
    above, below = np.minimum(down, knee), np.maximum(down - knee, 0.0)
    depth = 1e3 + above * np.sin(steep) + below * np.sin(gentle)
    across = above * np.cos(steep) + below * np.cos(gentle)
    strike = np.deg2rad(strike)
    east, north = np.sin(strike), np.cos(strike)
    vertices = np.column_stack([along * east + across * north, along * north - across * east, -depth])
    return TriangularSegment(name, vertices, triangles), points[triangles].mean(axis=1)


def inner(fault, adjacency):
    return ~np.isin(np.arange(fault.n_patches), adjacency.rim_patch)


def one_component(fault, **choices):
    adjacency = neighbours(fault)
    return laplacian(fault, adjacency, components=("dip",), **choices).matrix, inner(fault, adjacency)


@pytest.mark.parametrize("jitter", [0.0, 0.3])
def test_linear_slip_has_none_on_any_triangles(jitter):
    segment, places = mesh(flat_points(jitter=jitter))
    matrix, inside = one_component(Fault((segment,)))
    linear = 3.0 + 2e-4 * places[:, 0] - 5e-4 * places[:, 1]
    assert inside.sum() > 30
    assert np.abs(matrix @ linear)[inside].max() < 1e-12


def test_quadratic_slip_on_equilateral_triangles_has_its_own_laplacian():
    segment, places = mesh(flat_points(jitter=0.0))
    matrix, _ = one_component(Fault((segment,)))
    x, y = places.T / SIZE
    inside = (np.abs(x - 4.25) < 2.5) & (np.abs(y - 3.0 * np.sqrt(0.75)) < 1.5)
    ours = matrix @ (1.5 * x**2 + 0.7 * x * y - 0.4 * y**2) / np.sqrt(segment.areas) * SIZE**2
    np.testing.assert_allclose(ours[inside], 2 * 1.5 - 2 * 0.4, rtol=1e-10)
    # equilateral triangles: the umbrella itself, doubled; e = side / sqrt(3)
    row = matrix.toarray()[np.flatnonzero(inside)[0]] / np.sqrt(segment.areas[0])
    np.testing.assert_allclose(np.sort(row)[-3:], 4.0 / (3.0 * SIZE**2 / 3.0), rtol=1e-10)


def test_one_strength_means_the_same_on_triangles_and_on_rectangles():
    points = flat_points(26, 24, jitter=0.2)
    segment, _ = mesh(points)
    plane = Plane(
        east=0.5 * points[:, 0].max(), north=0.0, up=-1e3, strike=90.0, dip=40.0,
        length=points[:, 0].max(), width=points[:, 1].max(),
    )  # fmt: skip
    rectangles = cut_uniform(plane, "rectangles", patch_length=1.5e3)
    roughness = []
    for part in (segment, rectangles):
        fault = Fault((part,))
        down = (-1e3 - part.centroids[:, 2]) / np.sin(np.deg2rad(40.0))
        x, y = (part.centroids[:, 0] - 23e3) / 12e3, (down - 22e3) / 12e3
        bump = np.exp(-(x**2) - y**2)
        roughness.append(laplacian(fault, neighbours(fault), components=("dip",)).roughness(bump))
    assert roughness[0] == pytest.approx(roughness[1], rel=0.1)


def test_a_fold_is_no_roughness():
    fold = 3 * np.sqrt(0.75) * SIZE
    points = flat_points(jitter=0.15)
    points[np.abs(points[:, 1] - fold) < 0.3 * SIZE, 1] = fold
    zigzag = lambda centre: (centre[:, 0] > 0.4 * SIZE) & (centre[:, 0] < 8.1 * SIZE)  # noqa: E731
    segment, places = mesh(points, fold=fold, keep=zigzag)
    np.testing.assert_allclose(segment.dips, np.where(places[:, 1] < fold, 40.0, 10.0), atol=1e-6)
    matrix, inside = one_component(Fault((segment,)))
    assert inside.sum() > 30
    assert np.abs(matrix @ (2e-4 * places[:, 0] - 5e-4 * places[:, 1]))[inside].max() < 1e-12


def test_segments_that_share_vertices_are_smoothed_as_one_surface():
    points = flat_points()
    left = lambda centre: centre[:, 0] < 4.3 * SIZE  # noqa: E731
    whole, places = mesh(points)
    one, ones = mesh(points, keep=left, name="one")
    two, twos = mesh(points, keep=lambda centre: ~left(centre), name="two")
    order = np.argsort(np.round(places, 3) @ [1.0, 1e-3])
    both = np.concatenate([ones, twos])
    other = np.argsort(np.round(both, 3) @ [1.0, 1e-3])
    np.testing.assert_allclose(places[order], both[other])
    matrix = laplacian(Fault((whole,)), neighbours(Fault((whole,))), components=("dip",)).matrix.toarray()
    joined = Fault((one, two))
    split = laplacian(joined, neighbours(joined), components=("dip",)).matrix.toarray()
    np.testing.assert_allclose(split[np.ix_(other, other)], matrix[np.ix_(order, order)], atol=1e-12)
    apart = laplacian(joined, neighbours(joined, join="none"), components=("dip",)).matrix.toarray()
    assert np.abs(apart[: one.n_patches, one.n_patches :]).max() == 0.0


def test_edges_reflect_unless_they_are_named_and_the_surface_only_if_it_is():
    segment, places = mesh(flat_points(jitter=0.2))
    fault = Fault((segment,))
    adjacency = neighbours(fault)
    rim = adjacency.rim_patch
    assert np.abs(laplacian(fault, adjacency).matrix.sum(axis=1)).max() < 1e-15
    named = laplacian(fault, adjacency, components=("dip",), zero_edges=("bottom", "sides")).matrix
    at_top_only = np.setdiff1d(rim, rim[adjacency.rim_side != "top"])
    assert at_top_only.size > 5
    sums = np.asarray(named.sum(axis=1)).ravel()
    assert np.abs(sums[at_top_only]).max() < 1e-15
    assert np.all(sums[np.unique(rim[adjacency.rim_side == "bottom"])] < -1e-4)
    # slip that falls linearly to the lower edge, away from the others, has none there
    down = flat_points(jitter=0.2)[:, 1].max() - places[:, 1]
    low = np.setdiff1d(rim[adjacency.rim_side == "bottom"], rim[adjacency.rim_side != "bottom"])
    assert low.size > 5
    assert np.abs(named @ down)[low].max() < 1e-12
    top = laplacian(fault, adjacency, components=("dip",), zero_edges="top").matrix
    assert np.all(np.asarray(top.sum(axis=1)).ravel()[at_top_only] < -1e-4)


def wavy():
    """A surface nearly level, so that strikes of neighbours have little in common."""
    points = flat_points(9, 11)
    x, y = points.T
    up = -12e3 - 150.0 * np.sin(x / 2.5e3) * np.cos(y / 2.1e3) - 0.05 * y
    return TriangularSegment("level", np.column_stack([x, y, up]), Delaunay(points).simplices)


def uniform_motion(segment, azimuth=200.0):
    """Slip components (2 n,) of one horizontal motion, projected on every triangle and scaled to a metre."""
    way = np.array([np.sin(np.deg2rad(azimuth)), np.cos(np.deg2rad(azimuth)), 0.0])
    slip = np.column_stack([segment.strike_vectors @ way, segment.updip_vectors @ way])
    return (slip / np.linalg.norm(slip, axis=1)[:, None]).T.ravel()


def test_one_motion_on_a_nearly_level_mesh_is_smooth_whatever_the_strikes():
    segment = wavy()
    fault = Fault((segment,))
    assert np.ptp(segment.strikes) > 180.0
    slip = uniform_motion(segment)
    for operator in (laplacian(fault, neighbours(fault)), first_difference(fault, neighbours(fault))):
        scalar = sum(operator.roughness(np.eye(2)[k].repeat(fault.n_patches)) for k in (0, 1))
        assert operator.roughness(slip) < 0.01 * scalar
    shuffled = common_directions(fault) @ slip
    assert np.ptp(shuffled[: fault.n_patches]) < 0.05


def test_directions_turn_slip_without_changing_its_size():
    segment = wavy()
    turn = common_directions(Fault((segment,)), components=("strike", "dip", "opening"))
    np.testing.assert_allclose((turn @ turn.T).toarray(), np.eye(3 * segment.n_patches), atol=1e-12)
    plane = Fault((mesh(flat_points())[0],))
    np.testing.assert_allclose(common_directions(plane).toarray(), np.eye(2 * plane.n_patches), atol=1e-12)


def test_a_surface_that_leans_past_vertical_is_smoothed_through_it():
    points = flat_points()
    along, down = points.T
    # dips north above 6 km down and south below: the same motion is reverse on one half, normal on the other
    across = 40.0 * np.sin(down / 3e3)
    segment = TriangularSegment("upright", np.column_stack([along, across, -1e3 - down]), Delaunay(points).simplices)
    assert 0 < np.sum(segment.facing < 0.0) < segment.n_patches
    fault = Fault((segment,))
    slip = np.concatenate([np.full(segment.n_patches, 2.0), 1.5 * segment.facing])
    operator = laplacian(fault, neighbours(fault))
    rough = operator.roughness(np.concatenate([np.full(segment.n_patches, 2.0), np.full(segment.n_patches, 1.5)]))
    assert operator.roughness(slip) < 1e-3 * rough


def test_triangles_take_every_operator():
    segment = wavy()
    fault = Fault((segment,))
    slip = uniform_motion(segment)
    assert damping(fault).roughness(slip) == pytest.approx(segment.areas.sum())
    prior = von_karman(fault, lengths=(8e3, 8e3), hurst=0.5)
    along, up = np.split(slip, 2)
    assert prior.roughness(slip) < 0.2 * prior.roughness(np.concatenate([np.abs(along), up]))


def test_triangles_beside_rectangles_keep_each_their_rows():
    points = flat_points(jitter=0.0)
    segment, _ = mesh(points, dip=90.0, strike=0.0)
    plane = Plane(east=0.0, north=-5e3, up=-1e3, strike=0.0, dip=90.0, length=10e3, width=10e3)
    fault = Fault((cut_uniform(plane, "rectangles", patch_length=2e3), segment))
    adjacency = neighbours(fault, join="none")
    matrix = laplacian(fault, adjacency, components=("dip",)).matrix.toarray()
    alone = [
        laplacian(Fault((part,)), neighbours(Fault((part,))), components=("dip",)).matrix for part in fault.segments
    ]
    n = fault.segments[0].n_patches
    np.testing.assert_allclose(matrix[:n, :n], alone[0].toarray())
    np.testing.assert_allclose(matrix[n:, n:], alone[1].toarray(), atol=1e-15)
    assert umbrella(fault, adjacency, zero=np.zeros(len(adjacency.rim_patch), bool))[:n].nnz == 0
