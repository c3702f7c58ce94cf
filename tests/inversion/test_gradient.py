"""Slopes of a line of sight as data: Green's matrix against differences, and a slip that comes back from them."""

from dataclasses import replace

import numpy as np
import pytest

from geoslip.downsample import DataError, Observations, look_vector, read_points
from geoslip.faults import Fault, Plane, cut_uniform, neighbours
from geoslip.faults.frame import LocalFrame
from geoslip.inversion import Problem, greens_matrix, laplacian, nuisance_columns, solve

FRAME = LocalFrame(30.0, 40.0)


@pytest.fixture(scope="module")
def fault():
    plane = Plane.from_top_centre((0.0, 0.0), strike=25.0, dip=70.0, length=12e3, width=8e3, depth=500.0)
    return Fault((cut_uniform(plane, "main", rows=2, columns=3),))


def slopes(n=40, *, axis=60.0, seed=1):
    rng = np.random.default_rng(seed)
    east, north = rng.uniform(-15e3, 15e3, (2, n))
    longitude, latitude = FRAME.to_geographic(east, north)
    angle = np.deg2rad(axis)
    return Observations(
        name="slope",
        kind="gradient",
        longitude=longitude,
        latitude=latitude,
        points=np.column_stack([east, north, np.zeros(n)]),
        values=np.zeros(n),
        directions=np.tile(look_vector(37.0, -12.0), (n, 1)),
        covariance=1e-10 * np.eye(n),
        gradient_axis=np.tile([np.sin(angle), np.cos(angle), 0.0], (n, 1)),
    )


@pytest.mark.parametrize("axis", [0.0, 90.0, 60.0])
def test_against_differences_of_the_displacement(fault, axis):
    data = slopes(axis=axis)
    step = 2.0
    ahead, behind = (
        replace(data, kind="los", gradient_axis=None, points=data.points + sign * step * data.gradient_axis)
        for sign in (0.5, -0.5)
    )
    components = ("strike", "dip", "opening")
    matrix = greens_matrix(data, fault, components=components)
    difference = greens_matrix(ahead, fault, components=components) - greens_matrix(
        behind, fault, components=components
    )
    np.testing.assert_allclose(matrix, difference / step, atol=1e-6 * np.abs(matrix).max())


def test_slip_comes_back_from_slopes_alone(fault):
    data = [slopes(150, axis=90.0, seed=2), slopes(150, axis=0.0, seed=3)]
    truth = np.array([[1.0, 0.2], [2.0, 0.0], [0.5, 0.4], [0.3, 0.0], [0.8, 0.1], [0.0, 0.2]])
    rng = np.random.default_rng(4)
    noisy = []
    for part in data:
        values = greens_matrix(part, fault) @ truth.T.ravel() + 2e-6 + 1e-7 * rng.normal(size=len(part))
        noisy.append(replace(part, name=str(len(noisy)), values=values, covariance=1e-14 * np.eye(len(part))))
    assert nuisance_columns(noisy[0]).kind == "offset"
    problem = Problem.build(noisy, fault)
    found = solve(problem, laplacian(fault, neighbours(fault)), strength=1e-3)
    np.testing.assert_allclose(found.slip[:, :2], truth, atol=0.02)


def test_a_table_of_slopes(tmp_path):
    (tmp_path / "g.txt").write_text("30.1 40.1 -0.6 -0.1 0.793725 -0.5\n30.2 40.0 -0.6 -0.1 0.793725 0.25\n")
    names = ["longitude", "latitude", "look_east", "look_north", "look_up", "value"]
    options = {"frame": FRAME, "columns": names, "sigma": 1e-5, "kind": "gradient"}
    data = read_points(tmp_path / "g.txt", unit="mm", axis="east", **options)
    np.testing.assert_allclose(data.values, [-5e-4, 2.5e-4])
    turn = np.deg2rad(FRAME.meridian_convergence(30.1, 40.1))
    np.testing.assert_allclose(data.gradient_axis[0], [np.cos(turn), np.sin(turn), 0.0], atol=1e-9)
    phase = read_points(tmp_path / "g.txt", unit="rad", wavelength=0.0555, axis=0.0, **options)
    np.testing.assert_allclose(phase.values, [0.5 * 0.0555 / (4 * np.pi), -0.25 * 0.0555 / (4 * np.pi)])
    assert data.select([1]).gradient_axis.shape == (1, 3)
    with pytest.raises(DataError, match="belongs to kind gradient, which needs it"):
        read_points(tmp_path / "g.txt", unit="mm", **options)
    with pytest.raises(DataError, match="write east, north, or degrees"):
        read_points(tmp_path / "g.txt", unit="mm", axis="up", **options)


def test_a_slope_needs_its_direction():
    data = slopes(3)
    with pytest.raises(DataError, match="gradient_axis belongs to data of kind gradient"):
        replace(data, gradient_axis=None)
