"""Gradients by triangles: finite differences, equilibrium, free surface, rectangles, many digits, published tables."""

import importlib.util
from pathlib import Path

import numba
import numpy as np
import pytest
from scipy.io import loadmat

from geoslip.okada import (
    Medium,
    displacement_field,
    full_space_displacement,
    full_space_gradient,
    gradient_field,
    strain,
    stress,
    triangle_bases,
)

_spec = importlib.util.spec_from_file_location("precise_triangle", Path(__file__).with_name("precise_triangle.py"))
precise_triangle = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(precise_triangle)

needs_the_jit = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="too many pairs for uncompiled kernels")

TRIANGLE = np.array([[-3e3, -1e3, -2e3], [4e3, 500.0, -1e3], [1e3, 5e3, -6e3]])
SLIP = np.array([1.0, -2.0, 0.5])


def places(count, *, seed, depth=8e3, scale=8e3):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.normal(scale=scale, size=(count, 2)), -100.0 - depth * rng.random(count)])


def differences(field, place, step=5.0):
    """Derivatives by differences of fourth order."""
    columns = []
    for axis in np.eye(3):
        near, far = (field(place + k * step * axis) - field(place - k * step * axis) for k in (1, 2))
        columns.append((8.0 * near - far) / (12.0 * step))
    return np.stack(columns, axis=2)


@pytest.mark.parametrize(("plunge", "poisson"), [(20.0, 0.25), (77.0, 0.0), (80.0, 0.45), (89.9, 0.25), (90.0, 0.1)])
def test_gradients_are_finite_differences(plunge, poisson):
    triangle, _ = precise_triangle.with_plunging_edge(plunge, seed=1, top=-4e3)
    place = places(60, seed=2, depth=1e3)

    def field(at):
        return displacement_field(at, [triangle], [SLIP], poisson=poisson)

    displacement, gradient = gradient_field(place, [triangle], [SLIP], poisson=poisson)
    np.testing.assert_allclose(displacement, field(place), rtol=0, atol=1e-14)
    np.testing.assert_allclose(gradient, differences(field, place), rtol=0, atol=1e-8 * np.abs(gradient).max())


def test_full_space_gradients_are_finite_differences():
    place = places(60, seed=3) + [0, 0, 6e3]
    place = place[np.abs((place - TRIANGLE[0]) @ triangle_bases([TRIANGLE])[0, 2]) > 300.0]

    def field(at):
        return full_space_displacement(at, [TRIANGLE], [SLIP])

    displacement, gradient = full_space_gradient(place, [TRIANGLE], [SLIP])
    np.testing.assert_allclose(displacement, field(place), rtol=0, atol=1e-14)
    np.testing.assert_allclose(gradient, differences(field, place), rtol=0, atol=1e-7 * np.abs(gradient).max())


def test_the_ground_bears_no_traction():
    place = places(50, seed=4) * [1, 1, 0]
    _, gradient = gradient_field(place, [TRIANGLE], [SLIP], poisson=0.3)
    medium = Medium(rigidity=1.0, poisson=0.3)
    tensor = stress(gradient, medium=medium)
    np.testing.assert_allclose(tensor[:, :, 2], 0.0, rtol=0, atol=1e-14 * np.abs(tensor).max())


def test_forces_balance():
    place, medium = places(30, seed=5, depth=800.0), Medium(rigidity=1.0, poisson=0.3)

    def tensor(at):
        return stress(gradient_field(at, [TRIANGLE], [SLIP], poisson=0.3)[1], medium=medium).reshape(-1, 9)

    slopes = differences(tensor, place).reshape(-1, 3, 3, 3)
    force = np.einsum("nijj->ni", slopes)
    np.testing.assert_allclose(force, 0.0, rtol=0, atol=1e-7 * np.abs(slopes).max())


@pytest.mark.parametrize("dip", [3.0, 60.0, 85.0, 89.95])
def test_two_triangles_are_a_rectangle(dip):
    row = np.array([300.0, -200.0, -700.0, 35.0, dip, 8e3, 6e3])
    strike, fall = np.radians(35.0), np.radians(dip)
    along = np.array([np.sin(strike), np.cos(strike), 0.0])
    down = 6e3 * np.array([np.cos(strike) * np.cos(fall), -np.sin(strike) * np.cos(fall), -np.sin(fall)])
    a, b = row[:3] - 4e3 * along, row[:3] + 4e3 * along
    two = np.array([[a, b, b + down], [a, b + down, a + down]])
    place = places(100, seed=6)
    place[::4, 2] = 0.0
    for ours, theirs in zip(gradient_field(place, two, [SLIP, SLIP]), gradient_field(place, [row], [SLIP])):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_points_on_a_triangle_give_nan_and_points_on_extensions_do_not():
    on = np.vstack([TRIANGLE, TRIANGLE.mean(axis=0)])
    assert all(np.isnan(part).all() for part in gradient_field(on, [TRIANGLE], [SLIP]))
    beside = np.array([TRIANGLE[0] + s * (TRIANGLE[1] - TRIANGLE[0]) for s in (-0.5, 1.01, 1.5)])
    gradient, near = (gradient_field(at, [TRIANGLE], [SLIP])[1] for at in (beside, beside - [0, 0, 1e-7]))
    np.testing.assert_allclose(gradient, near, rtol=0, atol=1e-6 * np.abs(gradient).max())


@needs_the_jit
@pytest.mark.parametrize("plunge", [2.0, 45.0, 78.0, 79.0, 89.0, 89.9, 89.99, 89.9999, 89.9999999, 90.0])
def test_thirty_digits_agree_at_every_plunge_of_an_edge(plunge):
    triangle, place = precise_triangle.with_plunging_edge(plunge, seed=11)
    _, got = gradient_field(place, [triangle], [SLIP], poisson=0.2)
    burgers = SLIP @ triangle_bases([triangle])[0]
    expected = precise_triangle.half_space_gradient(place, triangle, burgers, 0.2)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12 * np.abs(expected).max())


def expected_slip(triangle, slip):
    """Slip as the original code means it: its normal follows the order of the vertices, and dip slip with it."""
    a, b, c = np.asarray(triangle, dtype=float)
    return np.array(slip) * ([1, 1, 1] if np.cross(b - a, c - a)[2] >= 0 else [1, -1, 1])


def against(table, tensor):
    """Compare tensors with columns xx, yy, zz, xy, xz, yz wherever both are finite."""
    columns = np.stack([tensor[:, i, j] for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))], axis=1)
    sound = np.isfinite(columns).all(axis=1) & np.isfinite(table).all(axis=1)
    assert sound.mean() > 0.97
    np.testing.assert_allclose(columns[sound], table[sound], rtol=0, atol=1e-8)


TABLES = {
    "result_simple": ([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [1, 0, 0]),
    "result_complex": ([[0, 0.1, 0.1], [1, -0.2, -0.2], [1, 1, 0.3]], [1.3, 1.4, 1.5]),
    "result_fullspace_horizontal": ([[-1, 0, -1], [1, 0, -1], [0, 1, -1]], [1, 0.5, -0.3]),
    "result_halfspace": ([[0, 0.1, -0.1], [1, -0.2, -0.2], [1, 1, -0.3]], [1.3, 1.4, 1.5]),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_the_original_code(reference_folder, name):
    triangle, slip = TABLES[name]
    data = loadmat(reference_folder / "tde_nikkhoo_walter_cutde" / f"{name}.mat")
    x, z, y = np.meshgrid(*[np.linspace(-3, 3, 11)] * 3)
    half = name == "result_halfspace"
    place = np.column_stack([x.ravel(), y.ravel(), z.ravel() - (3.0 if half else 0.0)])
    field = gradient_field if half else full_space_gradient
    _, gradient = field(place, [triangle], [expected_slip(triangle, slip)])
    against(data["Strain"], strain(gradient))
    against(data["Stress"], stress(gradient, medium=Medium(rigidity=1.0, poisson=0.25)))


@pytest.mark.parametrize("name", ["FS_simple", "FS_complex", "HS_simple"])
def test_tables_of_another_project(reference_folder, name):
    data = np.load(reference_folder / "geodef_reference" / f"{name}.npz")
    slip = [expected_slip(data["tri"], data["slip"])]
    field = full_space_gradient if name.startswith("FS") else gradient_field
    _, gradient = field(data["obs"], [data["tri"]], slip, poisson=float(data["nu"]))
    against(data["Strain"], strain(gradient))
    against(data["Stress"], stress(gradient, medium=Medium(rigidity=1.0, poisson=float(data["nu"]))))


def test_values_of_strain_in_the_half_space():
    # as printed for the original code; cutde too finds xz to be -0.0159311101
    triangle = [[-1.0, -1, -5], [1, -1, -5], [-1, 1, -4]]
    _, gradient = gradient_field([[-1 / 3, -1 / 3, -3.0]], [triangle], [[1.0, -1.0, 2.0]])
    tensor = strain(gradient)
    got = [tensor[0, i, j] for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))]
    printed = [0.0481047005, 0.0503940481, -0.1405405815, 0.0106080876, -0.0159311201, 0.0077715080]
    np.testing.assert_allclose(got, printed, rtol=0, atol=1e-8)


@needs_the_jit
@pytest.mark.parametrize("poisson", [0.1, 0.25, 0.45])
def test_an_independent_code_agrees(poisson):
    halfspace = pytest.importorskip("cutde.halfspace")
    rng = np.random.default_rng(12)
    triangles = rng.normal(scale=3e3, size=(20, 3, 3))
    triangles[:, :, 2] = -np.abs(triangles[:, :, 2]) - 300.0
    upward = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])[:, 2] > 0
    triangles[~upward] = triangles[~upward][:, [0, 2, 1]]
    slip, place = rng.normal(size=(20, 3)), places(200, seed=13)
    place[::2, 2] = 0.0
    _, gradient = gradient_field(place, triangles, slip, poisson=poisson)
    other = np.einsum("nkms,ms->nk", halfspace.strain_matrix(place, triangles, poisson), slip)
    tensor = strain(gradient)
    columns = np.stack([tensor[:, i, j] for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))], axis=1)
    np.testing.assert_allclose(columns, other, rtol=0, atol=1e-9 * np.abs(other).max())


def test_the_published_error_table_keeps_its_bounds():
    page = Path(__file__).parents[2] / "docs" / "triangle_accuracy.md"
    rows = [line.strip("| ").split(" | ") for line in page.read_text().splitlines() if line.startswith("| ")]
    worst = {}
    for dip, *errors in (row for row in rows if row[0] != "dip"):
        worst[dip] = max(worst.get(dip, 0.0), *map(float, errors[:-1]))  # the last column is another code's
    assert {"0", "89", "89.9", "89.99", "89.9999", "90"} <= set(worst)
    assert len(rows) == 2 * (1 + len(worst))  # displacement and gradients
    assert all(error < (1e-9 if float(dip) <= 89.9 or dip == "90" else 1e-7) for dip, error in worst.items())
