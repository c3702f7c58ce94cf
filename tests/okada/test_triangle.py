"""Displacement by triangles: rectangles, jumps, limits, symmetries, published tables, many digits, other code."""

import importlib.util
import json
from pathlib import Path

import numba
import numpy as np
import pytest
from scipy.io import loadmat

from geoslip.okada import displacement_field, full_space_displacement, greens_matrix, point_displacement, triangle_bases

_oracle = importlib.util.spec_from_file_location("precise_triangle", Path(__file__).with_name("precise_triangle.py"))
precise_triangle = importlib.util.module_from_spec(_oracle)
_oracle.loader.exec_module(precise_triangle)

needs_the_jit = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="too many pairs for uncompiled kernels")

TRIANGLE = np.array([[-3e3, -1e3, -2e3], [4e3, 500.0, -1e3], [1e3, 5e3, -6e3]])


def corners(row):
    """Top start, top end, bottom end and bottom start of a rectangle."""
    east, north, up, strike, dip, length, width = row
    along = np.array([np.sin(np.radians(strike)), np.cos(np.radians(strike)), 0.0])
    right = np.array([along[1], -along[0], 0.0])
    down = width * (np.cos(np.radians(dip)) * right - np.array([0, 0, np.sin(np.radians(dip))]))
    top = np.array([east, north, up])
    start, end = top - 0.5 * length * along, top + 0.5 * length * along
    return start, end, end + down, start + down


def as_two(row):
    a, b, c, d = corners(row)
    return np.array([[a, b, c], [a, c, d]])


def places(count, *, seed, depth=8e3, scale=8e3):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.normal(scale=scale, size=(count, 2)), -depth * rng.random(count)])


@pytest.mark.parametrize("depth", [0.0, 9e3])
@pytest.mark.parametrize("dip", [0.5, 20.0, 70.0, 89.0, 89.99])
def test_two_triangles_are_a_rectangle(dip, depth):
    row = np.array([300.0, -200.0, -700.0, 35.0, dip, 8e3, 6e3])
    place, slip = places(150, seed=1, depth=depth), np.array([1.0, -2.0, 0.5])
    for poisson in (0.0, 0.25, 0.4):
        two = displacement_field(place, as_two(row), np.tile(slip, (2, 1)), poisson=poisson)
        one = displacement_field(place, [row], [slip], poisson=poisson)
        np.testing.assert_allclose(two, one, rtol=0, atol=1e-12)


@pytest.mark.parametrize("strike", [35.0, 0.0, 179.0])
def test_two_vertical_triangles_are_a_rectangle_that_strikes_before_180(strike):
    row = np.array([300.0, -200.0, -700.0, strike, 90.0, 8e3, 6e3])
    place = places(100, seed=2)
    two = displacement_field(place, as_two(row), np.tile([1.0, -2.0, 0.5], (2, 1)))
    one = displacement_field(place, [row], [[1.0, -2.0, 0.5]])
    np.testing.assert_allclose(two, one, rtol=0, atol=1e-12)


def test_a_level_triangle_slips_as_a_rectangle_of_strike_0():
    row = np.array([0.0, 0.0, -2e3, 0.0, 0.0, 8e3, 6e3])
    place = places(100, seed=3)
    two = displacement_field(place, as_two(row), np.tile([1.0, -2.0, 0.5], (2, 1)))
    np.testing.assert_allclose(two, displacement_field(place, [row], [[1.0, -2.0, 0.5]]), rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", ["oblique", "vertical", "level"])
def test_the_order_of_vertices_changes_nothing(shape):
    triangle = TRIANGLE.copy()
    if shape == "vertical":
        triangle[:, 1] = 0.5 * triangle[:, 0]
    if shape == "level":
        triangle[:, 2] = -3e3
    place = places(50, seed=4)
    expected = displacement_field(place, [triangle], [[1.0, 2.0, 3.0]])
    for order in ([1, 2, 0], [2, 0, 1], [0, 2, 1], [2, 1, 0], [1, 0, 2]):
        got = displacement_field(place, [triangle[order]], [[1.0, 2.0, 3.0]])
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-13)
        np.testing.assert_allclose(triangle_bases([triangle[order]]), triangle_bases([triangle]), rtol=0, atol=1e-13)


def test_bases_are_right_handed_with_level_strike_and_upward_normal():
    rng = np.random.default_rng(5)
    triangles = rng.normal(size=(200, 3, 3))
    bases = triangle_bases(triangles)
    np.testing.assert_allclose(np.einsum("nij,nkj->nik", bases, bases), np.tile(np.eye(3), (200, 1, 1)), atol=1e-14)
    np.testing.assert_allclose(np.cross(bases[:, 2], bases[:, 0]), bases[:, 1], atol=1e-14)
    assert (bases[:, 0, 2] == 0).all() and (bases[:, 2, 2] > 0).all() and (bases[:, 1, 2] >= 0).all()


def test_slip_is_the_jump_across_the_triangle():
    strike, updip, normal = triangle_bases([TRIANGLE])[0]
    slip = np.array([1.0, -2.0, 0.5])
    weights = np.random.default_rng(6).dirichlet([2.0, 2.0, 2.0], size=8)
    on, step = weights @ TRIANGLE, 1e-4 * normal
    sides = [displacement_field(on + side * step, [TRIANGLE], [slip]) for side in (1, -1)]
    np.testing.assert_allclose(sides[0] - sides[1], np.tile(slip @ [strike, updip, normal], (8, 1)), atol=1e-6)


def test_a_far_triangle_is_a_point():
    centroid, place = TRIANGLE.mean(axis=0), np.array([[9e5, 3e5, 0.0], [-2e5, 6e5, -3e5]])
    normal = np.cross(TRIANGLE[1] - TRIANGLE[0], TRIANGLE[2] - TRIANGLE[0])
    area = 0.5 * np.linalg.norm(normal)
    strike = np.degrees(np.arctan2(-normal[1], normal[0]))
    dip = np.degrees(np.arccos(normal[2] / np.linalg.norm(normal)))
    slip = np.array([1.0, -2.0, 0.5])
    point = point_displacement(place, [[*centroid, strike, dip]], [slip * area])
    whole = displacement_field(place, [TRIANGLE], [slip])
    np.testing.assert_allclose(whole, point, rtol=0, atol=3e-3 * np.abs(point).max())


def test_points_on_a_triangle_give_nan_and_points_beside_it_do_not():
    on = np.vstack([TRIANGLE, 0.5 * (TRIANGLE + np.roll(TRIANGLE, 1, axis=0)), TRIANGLE.mean(axis=0)])
    assert np.isnan(displacement_field(on, [TRIANGLE], [[1.0, 0.0, 0.0]])).all()
    beside = [TRIANGLE[0] + s * (TRIANGLE[1] - TRIANGLE[0]) for s in (-0.5, 1.01, 1.5)]
    beside += [TRIANGLE[0] + s * (TRIANGLE[2] - TRIANGLE[0]) for s in (-0.4, 1.01, 7.0)]
    beside += [vertex * [1, 1, 0] for vertex in TRIANGLE]
    field = displacement_field(beside, [TRIANGLE], [[1.0, -2.0, 3.0]])
    near = displacement_field(np.array(beside) - [0, 0, 1e-7], [TRIANGLE], [[1.0, -2.0, 3.0]])
    np.testing.assert_allclose(field, near, rtol=0, atol=1e-8)


def test_a_triangle_that_breaks_the_ground_moves_the_ground_as_its_rectangle():
    row = np.array([300.0, -200.0, 0.0, 35.0, 60.0, 8e3, 6e3])
    place = places(100, seed=7, depth=0.0)
    two = displacement_field(place, as_two(row), np.tile([1.0, -2.0, 0.5], (2, 1)))
    np.testing.assert_allclose(two, displacement_field(place, [row], [[1.0, -2.0, 0.5]]), rtol=0, atol=1e-12)


def test_the_surface_is_the_limit_of_depth():
    place = places(60, seed=8, depth=0.0)
    below = place - [0, 0, 1e-6]
    slip = [[1.0, -2.0, 0.5]]
    got = displacement_field(place, [TRIANGLE], slip), displacement_field(below, [TRIANGLE], slip)
    np.testing.assert_allclose(got[0], got[1], rtol=0, atol=1e-9)


def test_matrix_times_slip_is_the_field_with_points_at_all_depths():
    rng = np.random.default_rng(9)
    place = places(300, seed=10)
    place[::3, 2] = 0.0
    directions = rng.normal(size=place.shape)
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    triangles = TRIANGLE + rng.normal(scale=300.0, size=(5, 3, 3))
    slip = rng.normal(size=(5, 3))
    for threads in (1, 2):
        matrix = greens_matrix(
            place, directions, triangles, components=("strike", "dip", "opening"), poisson=0.3, threads=threads
        )
        field = displacement_field(place, triangles, slip, poisson=0.3, threads=threads)
        np.testing.assert_allclose(matrix @ slip.T.ravel(), np.einsum("ij,ij->i", field, directions), atol=1e-13)


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (np.zeros((2, 3, 2)), r"shape \(2, 3, 2\)"),
        ([TRIANGLE, TRIANGLE * [1, 1, -1]], "triangle 1 .* above ground"),
        ([TRIANGLE, TRIANGLE * [1, 1, np.nan]], "triangle 1 .* finite"),
        ([TRIANGLE, TRIANGLE[[0, 1, 0]], TRIANGLE, TRIANGLE[[0, 0, 0]]], r"triangle 1 .* one line.*1 more: 3"),
        ([[TRIANGLE[0], TRIANGLE[1], 0.5 * (TRIANGLE[0] + TRIANGLE[1])]], "triangle 0 .* one line"),
    ],
)
def test_unfit_triangles_are_refused_by_name(sources, message):
    with pytest.raises(ValueError, match=message):
        greens_matrix(places(3, seed=1), np.tile([0.0, 0.0, 1.0], (3, 1)), sources)


@pytest.mark.parametrize("dip", [2.0, 45.0, 78.0, 79.0, 89.0, 89.9, 89.99, 89.9999, 89.9999999, 90.0])
def test_thirty_digits_agree_at_every_plunge_of_an_edge(dip):
    triangle, place = precise_triangle.with_plunging_edge(dip, seed=11)
    slip = np.array([1.0, -0.7, 0.4])
    got = displacement_field(place, [triangle], [slip], poisson=0.2)
    burgers = slip @ triangle_bases([triangle])[0]
    expected = precise_triangle.half_space_field(place, triangle, burgers, 0.2)
    np.testing.assert_allclose(got, expected, rtol=0, atol=2e-13 * np.abs(expected).max())


FULL = {
    "result_simple": ([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [1, 0, 0]),
    "result_complex": ([[0, 0.1, 0.1], [1, -0.2, -0.2], [1, 1, 0.3]], [1.3, 1.4, 1.5]),
    "result_fullspace_horizontal": ([[-1, 0, -1], [1, 0, -1], [0, 1, -1]], [1, 0.5, -0.3]),
}


def table(folder, name, sink=0.0):
    data = loadmat(folder / "tde_nikkhoo_walter_cutde" / f"{name}.mat")
    grid = np.linspace(-3, 3, 11)
    x, z, y = np.meshgrid(grid, grid, grid)
    place = np.column_stack([x.ravel(), y.ravel(), z.ravel() - sink])
    return place, np.column_stack([data[key].ravel() for key in ("UEf", "UNf", "UVf")])


def expected_slip(triangle, slip):
    """Slip as the original code means it: its normal follows the order of the vertices, and dip slip with it."""
    a, b, c = np.asarray(triangle, dtype=float)
    return np.array(slip) * ([1, 1, 1] if np.cross(b - a, c - a)[2] >= 0 else [1, -1, 1])


@pytest.mark.parametrize("name", FULL)
def test_tables_of_the_original_code_in_the_unbounded_medium(reference_folder, name):
    triangle, slip = FULL[name]
    place, expected = table(reference_folder, name)
    got = full_space_displacement(place, [triangle], [expected_slip(triangle, slip)])
    sound = np.isfinite(got).all(axis=1) & np.isfinite(expected).all(axis=1)
    assert sound.mean() > 0.97
    np.testing.assert_allclose(got[sound], expected[sound], rtol=0, atol=1e-10)


def test_tables_of_the_original_code_in_the_half_space(reference_folder):
    triangle, slip = [[0, 0.1, -0.1], [1, -0.2, -0.2], [1, 1, -0.3]], [1.3, 1.4, 1.5]
    place, expected = table(reference_folder, "result_halfspace", sink=3.0)
    got = displacement_field(place, [triangle], [expected_slip(triangle, slip)])
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", ["FS_simple", "FS_complex", "HS_simple"])
def test_tables_of_another_project(reference_folder, name):
    data = np.load(reference_folder / "geodef_reference" / f"{name}.npz")
    slip = [expected_slip(data["tri"], data["slip"])]
    field = full_space_displacement if name.startswith("FS") else displacement_field
    got = field(data["obs"], [data["tri"]], slip, poisson=float(data["nu"]))
    expected = np.column_stack([data[key].ravel() for key in ("UEf", "UNf", "UVf")])
    sound = np.isfinite(got).all(axis=1) & np.isfinite(expected).all(axis=1)
    assert sound.mean() > 0.97
    np.testing.assert_allclose(got[sound], expected[sound], rtol=0, atol=1e-10)


def test_values_of_a_triangle_in_the_half_space(reference_folder):
    values = json.loads((reference_folder / "values.json").read_text())["tde_hs_tri"]
    place = [[float(value) for value in key.split(",")] for key in values["obs_u"]]
    got = displacement_field(place, [values["tri"]], [values["slip"]])
    np.testing.assert_array_equal(np.round(got, 9), list(values["obs_u"].values()))  # all of their nine decimals


def test_values_of_a_triangle_in_the_unbounded_medium():
    # printed by the original code to nine decimals, some without a last zero
    triangle, slip = [[-1.0, 0, 0], [1, -1, -1], [0, 1.5, 0.5]], [-1.0, 2, 3]
    place = [[0.0, 0, 2], [1.5, -0.5, 2], [-2, 1, 2]]
    expected = [
        [0.004916085, -0.048222689, 0.251152264],
        [0.03269484, -0.024556377, 0.099754871],
        [-0.01656949, -0.003893905, 0.049241378],
    ]
    got = full_space_displacement(place, [triangle], [expected_slip(triangle, slip)])
    np.testing.assert_array_equal(np.round(got, 9), expected)


@needs_the_jit
@pytest.mark.parametrize("poisson", [0.1, 0.25, 0.45])
def test_an_independent_code_agrees(poisson):
    halfspace = pytest.importorskip("cutde.halfspace")
    rng = np.random.default_rng(12)
    triangles = rng.normal(scale=3e3, size=(20, 3, 3))
    triangles[:, :, 2] = -np.abs(triangles[:, :, 2]) - 300.0
    upward = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])[:, 2] > 0
    triangles[~upward] = triangles[~upward][:, [0, 2, 1]]
    place = places(200, seed=13)
    place[::2, 2] = 0.0
    other = halfspace.disp_matrix(place, triangles, poisson)
    for axis in range(3):
        directions = np.tile(np.eye(3)[axis], (200, 1))
        ours = greens_matrix(
            place, directions, triangles, components=("strike", "dip", "opening"), poisson=poisson
        ).reshape(200, 3, 20)
        np.testing.assert_allclose(ours, other[:, axis].transpose(0, 2, 1), rtol=0, atol=3e-12)


def test_many_digits_of_the_oracle_are_those_of_a_sum_of_points():
    # The oracle's integrals against Okada's point source summed over the triangle by Gauss's rule.
    nodes, weights = np.polynomial.legendre.leggauss(24)
    u, v = np.meshgrid(0.5 * (nodes + 1), 0.5 * (nodes + 1))
    share = np.outer(weights, weights).ravel() * 0.25 * u.ravel()
    a, b, c = TRIANGLE
    at = a + u.ravel()[:, None] * (b - a) + (u * v).ravel()[:, None] * (c - b)
    normal = np.cross(b - a, c - a)
    normal *= np.sign(normal[2])
    strike = np.degrees(np.arctan2(-normal[1], normal[0]))
    dip = np.degrees(np.arccos(normal[2] / np.linalg.norm(normal)))
    rows = np.column_stack([at, np.full(len(at), strike), np.full(len(at), dip)])
    place, slip = np.array([[9e3, -4e3, -3e3], [-2e3, 1e3, 0.0]]), np.array([1.0, -2.0, 0.5])
    summed = point_displacement(place, rows, slip * (share * np.linalg.norm(normal))[:, None], poisson=0.3)
    burgers = slip @ triangle_bases([TRIANGLE])[0]
    expected = precise_triangle.half_space_field(place, TRIANGLE, burgers, 0.3)
    np.testing.assert_allclose(summed, expected, rtol=0, atol=1e-9)
