"""The Green's matrix binds observations and faults to okada: order of columns, segments, directions."""

import numpy as np
import pytest

import geoslip.okada as okada
from geoslip.faults import Fault, neighbours
from geoslip.inversion import Constraints, Problem, greens_matrix, laplacian, solve


def test_columns_are_the_projected_displacement_of_unit_slip(twin):
    fault = twin.two_segments(rows=2, columns=3)
    data = twin.observations("track", "los", n=12)
    matrix = greens_matrix(data, fault)
    n = fault.n_patches
    assert matrix.shape == (12, 2 * n)
    for patch in (0, 4, n - 1):
        for component in (0, 1):
            slip = np.zeros((n, 3))
            slip[patch, component] = 1.0
            moved = okada.displacement_field(data.points, fault.sources, slip)
            expected = np.sum(moved * data.directions, axis=1)
            np.testing.assert_allclose(matrix[:, component * n + patch], expected, atol=1e-12)


def test_segments_stand_in_the_order_of_the_fault(twin):
    fault = twin.two_segments(rows=2, columns=3)
    data = twin.observations("net", "gnss", n=10)
    matrix = greens_matrix(data, fault, components=("dip", "opening"))
    for number, segment in enumerate(fault.segments):
        alone = greens_matrix(data, Fault((segment,)), components=("dip", "opening"))
        for component in (0, 1):
            whole = matrix[:, component * 12 + number * 6 : component * 12 + number * 6 + 6]
            np.testing.assert_array_equal(whole, alone[:, component * 6 : component * 6 + 6])


def test_poisson_reaches_the_physics(twin):
    fault, data = Fault((twin.segment("plane"),)), twin.observations("track", "los", n=10)
    assert np.abs(greens_matrix(data, fault) - greens_matrix(data, fault, poisson=0.4)).max() > 1e-5


def test_a_problem_computes_its_own_matrices_and_tells_progress(twin):
    fault = twin.two_segments(rows=2, columns=3)
    tracks = [twin.observations("one", "los", n=12), twin.observations("two", "los", n=9, seed=4)]
    seen = []
    problem = Problem.build(tracks, fault, nuisance={"two": "none"}, progress=seen.append)
    np.testing.assert_array_equal(problem.block("two").greens, greens_matrix(tracks[1], fault))
    assert problem.n_nuisance == 3
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_datum_on_the_fault_is_named(twin):
    fault = Fault((twin.segment("plane"),))
    data = twin.observations("track", "los", n=10)
    points = data.points.copy()
    points[3] = fault.segments[0].rectangles[2, :3]
    object.__setattr__(data, "points", points)
    with pytest.raises(ValueError, match="track: 1 data lie on the fault itself, the first at east"):
        greens_matrix(data, fault)


@pytest.mark.parametrize("components", [(), ("strike", "strike"), ("rake",)])
def test_components_must_be_known_and_different(twin, components):
    with pytest.raises(ValueError, match="must be some of"):
        greens_matrix(twin.observations("track", "los"), twin.two_segments(), components=components)


def test_slip_and_opening_come_back_from_their_own_displacement(twin):
    """Three components on two segments, through okada and back, with a window, a positive opening and a ramp."""
    fault = twin.two_segments(rows=2, columns=2, size=4e3)
    tracks = [
        twin.observations("ascending", "los", n=120),
        twin.observations("descending", "los", n=120, seed=5, look=(0.6, -0.15, 0.78)),
        twin.observations("net", "gnss", n=120, seed=6),
    ]
    n = fault.n_patches
    slip = np.column_stack([np.linspace(0.2, 1.0, n), np.linspace(0.8, 0.1, n), np.linspace(0.0, 0.3, n)])
    components = ("strike", "dip", "opening")
    data = []
    for track in tracks:
        moved = np.sum(okada.displacement_field(track.points, fault.sources, slip) * track.directions, axis=1)
        ramp = 0.02 + 1e-6 * track.points[:, 0] if track.kind == "los" else 0.0
        data.append(twin.with_values(track, moved + ramp))
    problem = Problem.build(data, fault, components=components)
    operator = laplacian(fault, neighbours(fault), components=components)
    estimate = solve(problem, operator, strength=0.0, constraints=Constraints(rake=(0.0, 90.0)))
    np.testing.assert_allclose(estimate.slip, slip, atol=1e-6)
    assert estimate.nuisance["ascending"]["east"] == pytest.approx(1e-3, abs=1e-8)
    assert estimate.model().covariance.shape == (3 * n, 3 * n)
