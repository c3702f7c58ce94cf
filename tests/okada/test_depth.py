"""Displacement and gradients at depth: physics, tables, fifty digits, an independent code."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from cutde import halfspace

from geoslip.okada import displacement_field, point_gradient
from geoslip.okada.depth import (
    BLOCK,
    SCRATCH,
    depth_displacement_block,
    depth_displacement_sum_block,
    depth_gradient_block,
    depth_gradient_sum_block,
)

_spec = importlib.util.spec_from_file_location("precise_depth", Path(__file__).with_name("precise_depth.py"))
assert _spec is not None and _spec.loader is not None
precise_depth = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(precise_depth)

DIPS = (0.0, 1e-6, 1e-3, 1.0, 30.0, 70.0, 85.0, 86.41, 86.42, 89.0, 89.9, 89.99, 89.9999, 90.0)


def field(points, rectangle, *, poisson=0.25, components=7):
    """Blocks put together: (3, 12, n)."""
    points = np.atleast_2d(np.asarray(points, dtype=np.float64))
    row, scratch = np.asarray(rectangle, dtype=np.float64), np.empty(SCRATCH)
    out = np.zeros((3, 12, len(points)))
    for start in range(0, len(points), BLOCK):
        east, north, up = (np.ascontiguousarray(column) for column in points[start : start + BLOCK].T)
        block = np.zeros((3, 12, len(east)))
        depth_gradient_block(east, north, up, row, poisson, scratch, block, components)
        out[:, :, start : start + BLOCK] = block
    return out


def stress(values, poisson):
    """Stress over the rigidity, (..., 3, 3), from the last axis of twelve."""
    gradient = values[..., 3:].reshape(*values.shape[:-1], 3, 3)
    strain = 0.5 * (gradient + np.swapaxes(gradient, -1, -2))
    trace = np.trace(strain, axis1=-2, axis2=-1)[..., None, None]
    return 2.0 * strain + 2.0 * poisson / (1.0 - 2.0 * poisson) * trace * np.eye(3)


def relative_error(result, truth):
    """Largest error of displacement and of gradient, each of its largest value, by component."""
    error, size = np.abs(result - truth), np.abs(truth)
    return np.array(
        [[error[k, part].max() / size[k, part].max() for part in (slice(0, 3), slice(3, 12))] for k in range(3)]
    )


def precise(points, rectangle, **options):
    return np.stack([precise_depth.rectangle_field(point, rectangle, **options) for point in points], axis=-1)


@pytest.mark.parametrize("dip", DIPS)
def test_fifty_digits_at_every_dip(dip):
    rng = np.random.default_rng(int(dip * 10))
    rectangle = [0.3, -0.2, -0.5, 37.0, dip, 3.0, 2.0]
    points = rng.uniform(-4.0, 4.0, (6, 3))
    points[:, 2] = -np.abs(points[:, 2])
    points[0, 2] = 0.0
    error = relative_error(field(points, rectangle, poisson=0.31), precise(points, rectangle, poisson=0.31))
    assert error.max() < 1e-12


@pytest.mark.parametrize("dip", [0.5, 20.0, 86.42, 89.99, 90.0])
def test_fifty_digits_surface_breaking(dip):
    rng = np.random.default_rng(5)
    rectangle = [0.0, 0.0, 0.0, 110.0, dip, 2.0, 1.5]
    points = rng.uniform(-2.0, 2.0, (5, 3))
    points[:, 2] = -np.abs(points[:, 2])
    points[:2, 2] = 0.0
    error = relative_error(field(points, rectangle, poisson=0.2), precise(points, rectangle, poisson=0.2))
    assert error.max() < 1e-11


def test_both_doors_agree_with_the_gradient_block():
    rng = np.random.default_rng(3)
    rectangle = np.array([0.3, -0.2, -0.5, 37.0, 50.0, 3.0, 2.0])
    points = rng.uniform(-4.0, 4.0, (BLOCK - 3, 3))
    points[:, 2] = -np.abs(points[:, 2])
    east, north, up = (np.ascontiguousarray(column) for column in points.T)
    full, scratch = field(points, rectangle), np.empty(SCRATCH)
    plain = np.zeros((3, 3, len(points)))
    depth_displacement_block(east, north, up, rectangle, 0.25, scratch, plain)
    assert plain == pytest.approx(full[:, :3], abs=1e-15)
    slip = np.array([0.3, -1.2, 0.7])
    total, short = np.ones((12, len(points))), np.ones((3, len(points)))
    depth_gradient_sum_block(east, north, up, rectangle, 0.25, slip, scratch, total)
    depth_displacement_sum_block(east, north, up, rectangle, 0.25, slip, scratch, short)
    assert total - 1.0 == pytest.approx(np.tensordot(slip, full, 1), abs=1e-14)
    assert short - 1.0 == pytest.approx(np.tensordot(slip, plain, 1), abs=1e-14)


def test_components_not_wanted_are_left_alone():
    rectangle = [0.3, -0.2, -0.5, 37.0, 50.0, 3.0, 2.0]
    every = field([[1.0, 2.0, -3.0]], rectangle)
    for mask in (1, 2, 4):
        some = field([[1.0, 2.0, -3.0]], rectangle, components=mask)
        for component in range(3):
            wanted = bool(mask >> component & 1)
            assert some[component].tolist() == (every[component] if wanted else 0.0 * every[component]).tolist()


# Strike along x, lower edge at depth 4, 3 long, 2 wide, dip 70. The printed numbers come from Okada's DC3D, which takes
# its arguments and gives its results in single precision and computes in double: alpha = 2/3 became 0.66666669, and
# nine decimals are printed of numbers that hold seven digits. So the printed digits are reproduced by doing the same.
_LOWER = 4.0
_SINE, _COSINE = np.sin(np.radians(70.0)), np.cos(np.radians(70.0))
PRINTED = [1.5, 2.0 * _COSINE, -(_LOWER - 2.0 * _SINE), 90.0, 70.0, 3.0, 2.0]
POISSON_OF_DC3D = 1.0 - 0.5 / float(np.float32(2.0 / 3.0))
GRADIENTS = {
    (-2.0, 0): ((-0.000937243, -0.020727221, -0.003739629), (0.012433636, 0.006045889, 0.001091219),
                (0.008282112, 0.004741875, -0.002148184)),
    (-2.0, 1): ((-0.009388959, 0.008784211, 0.003884865), (0.00325522, 0.033461697, 0.011627313),
                (0.000109999, 0.003123143, -0.011490293)),
    (-5.0, 0): ((-0.00146906, -0.015094942, 0.009219222), (0.007954955, 0.003236155, -0.003338191),
                (-0.007494033, -0.004211481, 0.000532214)),
}  # fmt: skip


def as_dc3d_prints(values):
    return np.round(np.asarray(values).astype(np.float32).astype(float), 9)


@pytest.mark.parametrize(("up", "component"), GRADIENTS)
def test_every_printed_digit_of_the_gradients(up, component):
    for result in (
        field([[2.0, 3.0, up]], PRINTED, poisson=POISSON_OF_DC3D)[component, :, 0],
        precise_depth.rectangle_field([2.0, 3.0, up], PRINTED, poisson=POISSON_OF_DC3D)[component],
    ):
        gradient = as_dc3d_prints(result[3:].reshape(3, 3).T)
        np.testing.assert_allclose(gradient, GRADIENTS[up, component], rtol=0, atol=1e-15)


@pytest.mark.parametrize(("key", "up"), [("okada92_nu.25_x2_y3_c4_dip70_L0-3_W0-2_z-2", -2.0), ("okada92_z-5", -5.0)])
def test_every_printed_digit_of_the_displacement(reference_folder, key, up):
    table = json.loads((reference_folder / "values.json").read_text())[key]
    printed = [table[name] for name in ("strike", "dip", "tensile")]
    ours = field([[2.0, 3.0, up]], PRINTED, poisson=POISSON_OF_DC3D)[:, :3, 0]
    np.testing.assert_allclose(as_dc3d_prints(ours), printed, rtol=0, atol=1e-15)
    # At Poisson's ratio 0.25 itself the printed values are off by up to two of their last digits, and we are not.
    exact = precise_depth.rectangle_field([2.0, 3.0, up], PRINTED, poisson=0.25)[:, :3]
    assert 5e-10 < np.abs(exact - printed).max() < 2.1e-9
    np.testing.assert_allclose(field([[2.0, 3.0, up]], PRINTED)[:, :3, 0], exact, rtol=0, atol=1e-15)


@pytest.mark.parametrize("case", ["dipping", "vertical", "shallow_dip"])
def test_golden_displacement_and_gradient(reference_folder, case):
    with np.load(reference_folder / "geodef_reference" / "okada92_scalar_golden.npz") as golden:
        depth, strike, dip, length, width = (
            float(golden[f"{case}_{name}"]) for name in ("depth", "strike", "dip", "length", "width")
        )
        points = np.column_stack([golden["X"], golden["Y"], golden["Z"]])
        expected = {name: golden[f"{case}_{name}"] for name in ("ss_disp", "ss_strain", "ds_disp", "ds_strain")}
    # The tabulated depth is that of the centre, which lies below the origin.
    half, angle = 0.5 * width * np.cos(np.radians(dip)), np.radians(strike)
    top = [-half * np.cos(angle), half * np.sin(angle), -(depth - 0.5 * width * np.sin(np.radians(dip)))]
    result = field(points, [*top, strike, dip, length, width])
    for component, name in enumerate(("ss", "ds")):
        u, gradient = result[component, :3].T, result[component, 3:].T.reshape(-1, 3, 3)
        # What is tabulated as strain is the gradient, with the derivative as the first index.
        assert np.abs(u - expected[f"{name}_disp"]).max() < 1e-13 * np.abs(u).max()
        assert np.abs(np.swapaxes(gradient, 1, 2) - expected[f"{name}_strain"]).max() < 2e-13 * np.abs(gradient).max()


@pytest.mark.parametrize("dip", [0.0, 35.0, 89.99, 90.0])
def test_surface_is_free_of_traction(dip):
    rng = np.random.default_rng(8)
    points = np.column_stack([rng.uniform(-4.0, 4.0, (40, 2)), np.zeros(40)])
    values = np.moveaxis(field(points, [0.3, -0.2, -0.5, 37.0, dip, 3.0, 2.0], poisson=0.3), 1, -1)
    tensor = stress(values, 0.3)
    assert np.abs(tensor[..., 2]).max() < 1e-12 * max(1.0, np.abs(tensor).max())


@pytest.mark.parametrize("dip", [0.0, 35.0, 89.99, 90.0])
def test_equilibrium_and_gradients(dip):
    rng = np.random.default_rng(9)
    rectangle, poisson, step = [0.0, 0.0, -1.0, 60.0, dip, 3.0, 2.0], 0.22, 2e-3
    points = rng.uniform(-5.0, 5.0, (20, 3))
    points[:, 2] = -6.0 + 0.3 * points[:, 2]
    centre = np.moveaxis(field(points, rectangle, poisson=poisson), 1, -1)
    gradient = centre[..., 3:].reshape(3, 20, 3, 3)
    divergence = np.zeros((3, 20, 3))
    for axis in range(3):
        near = [
            np.moveaxis(field(points + k * step * np.eye(3)[axis], rectangle, poisson=poisson), 1, -1)
            for k in (-2, -1, 1, 2)
        ]
        slope = (8.0 * (near[2] - near[1]) - (near[3] - near[0])) / (12.0 * step)
        assert np.abs(slope[..., :3] - gradient[..., axis]).max() < 1e-11
        divergence += _stress_slope(near, poisson, step)[..., axis]
    assert np.abs(divergence).max() < 1e-10


def _stress_slope(near, poisson, step):
    tensors = [stress(values, poisson) for values in near]
    return (8.0 * (tensors[2] - tensors[1]) - (tensors[3] - tensors[0])) / (12.0 * step)


@pytest.mark.parametrize("dip", [10.0, 55.0, 90.0])
def test_reciprocity_with_a_point_dislocation(dip):
    # Betti: the rectangle's stress on a point dislocation does the work of the point's stress on the rectangle.
    rectangle = np.array([0.2, 0.1, -0.7, 20.0, dip, 1.0, 0.6])
    source = np.array([[1.5, -0.8, -1.9, 200.0, 25.0]])
    amounts = np.array([0.3, 0.5, 0.7])

    def axes(strike, slope):
        strike, slope = np.radians(strike), np.radians(slope)
        along = np.array([np.sin(strike), np.cos(strike), 0.0])
        updip = np.array([-np.cos(strike) * np.cos(slope), np.sin(strike) * np.cos(slope), np.sin(slope)])
        return along, updip, np.cross(along, updip)

    frame, other = axes(rectangle[3], dip), axes(source[0, 3], source[0, 4])
    nodes, weights = np.polynomial.legendre.leggauss(12)
    along, down = np.meshgrid(0.5 * nodes * rectangle[5], 0.5 * (nodes - 1.0) * rectangle[6], indexing="ij")
    area = np.outer(weights, weights).ravel() * rectangle[5] * rectangle[6] / 4.0
    points = rectangle[:3] + along.reshape(-1, 1) * frame[0] + down.reshape(-1, 1) * frame[1]
    _, gradient = point_gradient(points, source, amounts[None], poisson=0.25)
    tensor = stress(np.concatenate([np.zeros((len(points), 3)), gradient.reshape(-1, 9)], axis=1), 0.25)
    one = area @ np.einsum("nij,j,i->n", tensor, frame[2], amounts @ np.array(frame))
    values = np.tensordot(amounts, field(source[:, :3], rectangle), 1).T
    two = other[2] @ stress(values, 0.25)[0] @ (amounts @ np.array(other))
    assert one == pytest.approx(two, rel=1e-10)


@pytest.mark.parametrize("dip", [0.0, 40.0, 89.99, 90.0])
def test_displacement_jumps_by_the_slip(dip):
    strike = 25.0
    rectangle = np.array([0.4, -0.3, -1.0, strike, dip, 2.0, 1.5])
    s, c, ss, cs = (
        np.sin(np.radians(dip)),
        np.cos(np.radians(dip)),
        np.sin(np.radians(strike)),
        np.cos(np.radians(strike)),
    )
    frame = np.array([[ss, cs, 0.0], [-cs * c, ss * c, s], [s * cs, -s * ss, c]])
    inside = rectangle[:3] + 0.3 * frame[0] - 0.6 * frame[1]
    beside = rectangle[:3] + 1.3 * frame[0] - 0.6 * frame[1]
    small = 1e-9 * frame[2]
    above, below = (
        field([inside + small, beside + small], rectangle),
        field([inside - small, beside - small], rectangle),
    )
    jump = above[:, :3] - below[:, :3]
    assert jump[..., 0] == pytest.approx(frame, abs=1e-7)
    assert jump[..., 1] == pytest.approx(0.0 * frame, abs=1e-7)


def test_far_away_it_is_a_point_dislocation():
    size = 0.01
    for dip in (0.0, 30.0, 90.0):
        s, c = np.sin(np.radians(dip)), np.cos(np.radians(dip))
        rectangle = [0.5 * size * c * -1.0, 0.0, -2.0 + 0.5 * size * s, 0.0, dip, size, size]
        points = np.array([[1.0, 2.0, -0.5], [-2.0, 0.3, -4.0], [1.5, -1.0, 0.0]])
        result = field(points, rectangle)
        for component in range(3):
            u, g = point_gradient(points, [[0.0, 0.0, -2.0, 0.0, dip]], size**2 * np.eye(3)[component][None])
            assert np.abs(result[component, :3].T - u).max() < 3e-5 * np.abs(u).max()
            assert np.abs(result[component, 3:].T.reshape(-1, 3, 3) - g).max() < 1e-4 * np.abs(g).max()


def test_decay_in_the_far_field():
    distance = np.array([1e2, 1e3, 1e4])
    points = distance[:, None] * np.array([0.6, 0.5, -0.4])
    result = np.abs(field(points, [0.0, 0.0, -1.0, 30.0, 40.0, 1.0, 1.0]))
    u, gradient = result[:, :3].max(axis=1) * distance**2, result[:, 3:].max(axis=1) * distance**3
    assert u[:, 1] == pytest.approx(u[:, 2], rel=0.01)
    assert gradient[:, 1] == pytest.approx(gradient[:, 2], rel=0.02)


@pytest.mark.parametrize("dip", [0.0, 30.0, 89.99, 90.0])
def test_edge_extensions_and_straight_above(dip):
    # Exactly on the lines that extend the edges, where single terms are singular, and straight above and below edges.
    strike, length, width = 90.0, 2.0, 1.5
    rectangle = [0.0, 0.0, -1.0, strike, dip, length, width]
    s, c = np.sin(np.radians(dip)), np.cos(np.radians(dip))
    if dip == 90.0:
        s, c = 1.0, 0.0
    updip = np.array([0.0, c, s])
    top = np.array([0.0, 0.0, -1.0])
    points = [top + [x, 0.0, 0.0] for x in (-2.5, 1.75)]
    points += [top - width * updip + [x, 0.0, 0.0] for x in (-1.25, 3.0)]
    points += [top + [x, 0.0, 0.0] + a * updip for x in (-1.0, 1.0) for a in (0.5, -2.25)]
    points += [[1.0, 0.0, 0.0], [0.0, 0.0, -0.25], [1.0, 0.0, -3.5], [0.25, 0.0, 0.0], [5.0, 0.0, 0.0]]
    result = field(points, rectangle)
    assert np.isfinite(result).all()
    with precise_depth.mp.workdps(150):
        nudged = [[precise_depth.mp.mpf(float(v)) + precise_depth.mp.mpf(10) ** -20 for v in p] for p in points]
        for point in nudged:
            point[2] = min(point[2], precise_depth.mp.mpf(0))
    truth = precise(nudged, rectangle, poisson=0.25, digits=150)
    assert relative_error(result, truth).max() < 1e-10


def test_nan_on_the_dislocation_only():
    rectangle = [100.0, 200.0, -1000.0, 30.0, 60.0, 2000.0, 1500.0]
    strike, s, c = np.radians(30.0), np.sin(np.radians(60.0)), np.cos(np.radians(60.0))
    along = np.array([np.sin(strike), np.cos(strike), 0.0])
    updip = np.array([-np.cos(strike) * c, np.sin(strike) * c, s])
    normal = np.cross(along, updip)
    top = np.array(rectangle[:3])
    on = [top + x * along - w * updip for x in (-1000.0, 0.0, 333.0, 1000.0) for w in (0.0, 750.0, 1500.0)]
    off = [point + 1e-6 * normal for point in on] + [top + 1001.0 * along, top + 1e-6 * updip]
    assert np.isnan(field(on, rectangle)).all()
    assert np.isfinite(field(off, rectangle)).all()


def test_trace_of_a_surface_breaking_fault_is_nan():
    rectangle = [0.0, 0.0, 0.0, 90.0, 50.0, 2.0, 1.0]
    result = field([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.1, 0.0, 0.0], [0.0, 1e-6, 0.0], [-7.0, 0.0, 0.0]], rectangle)
    assert np.isnan(result[..., :2]).all()
    assert np.isfinite(result[..., 2:]).all()


@pytest.mark.parametrize("dip", [0.0, 20.0, 89.0, 90.0])
def test_surface_kernel_agrees_at_the_surface(dip):
    rng = np.random.default_rng(11)
    rectangle = [0.3, -0.2, -0.5, 37.0, dip, 3.0, 2.0]
    points = np.column_stack([rng.uniform(-4.0, 4.0, (50, 2)), np.zeros(50)])
    result = field(points, rectangle)
    for component in range(3):
        u = displacement_field(points, [rectangle], np.eye(3)[component][None])
        assert np.abs(result[component, :3].T - u).max() < 1e-13


@pytest.mark.parametrize(("dip", "tolerance"), [(30.0, 1e-12), (75.0, 1e-11), (90.0, 1e-12)])
def test_two_triangles_of_an_independent_code(dip, tolerance):
    # cutde after Nikkhoo & Walter (2015); its own free-surface term loses digits near, not at, vertical edges.
    rng = np.random.default_rng(12)
    rectangle = np.array([0.3, -0.2, -0.5, 37.0, dip, 3.0, 2.0])
    strike, s, c = np.radians(37.0), np.sin(np.radians(dip)), np.cos(np.radians(dip))
    s, c = (1.0, 0.0) if dip == 90.0 else (s, c)
    along = 1.5 * np.array([np.sin(strike), np.cos(strike), 0.0])
    down = -2.0 * np.array([-np.cos(strike) * c, np.sin(strike) * c, s])
    a, b = rectangle[:3] - along, rectangle[:3] + along
    triangles = np.array([[a, b + down, b], [a, a + down, b + down]])
    points = rng.uniform(-4.0, 4.0, (60, 3))
    points[:, 2] = -np.abs(points[:, 2])
    result = field(points, rectangle)
    for component in range(3):
        slips = np.tile(np.eye(3)[component], (2, 1))
        u, six = (door(points, triangles, slips, 0.25) for door in (halfspace.disp_free, halfspace.strain_free))
        gradient = result[component, 3:].reshape(3, 3, -1)
        strain = 0.5 * (gradient + np.swapaxes(gradient, 0, 1))
        ours = np.stack([strain[k] for k in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))], axis=-1)
        assert np.abs(u - result[component, :3].T).max() < tolerance * np.abs(u).max()
        assert np.abs(six - ours).max() < 10.0 * tolerance * np.abs(six).max()
