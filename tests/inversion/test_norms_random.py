"""Every random problem with sums of lengths holds its optimality conditions, and cvxpy finds nothing better."""

import numpy as np
import pytest
from scipy.spatial import Delaunay

from geoslip.faults import Fault, TriangularSegment, neighbours
from geoslip.inversion import Constraints, ConvergenceError, Problem, System, solve, sparsity, total_variation
from geoslip.inversion.solver import solve_system

RULES = (
    {}, {"rake": 60.0}, {"rake": (0.0, 90.0)}, {"rake": (30.0, 80.0)}, {"rake": (45.0, 180.0)},
    {"rake": 60.0, "maximum": 0.8}, {"rake": 60.0, "minimum": 0.1}, {"rake": (0.0, 90.0), "maximum": 50.0},
)  # fmt: skip
ZERO_EDGES = ((), ("bottom",), ("bottom", "sides"))


def triangles(rng, *, rows, columns):
    """Two triangulated planes that meet along a line down dip, their inner points shaken."""
    row, column = np.divmod(np.arange(rows * columns), columns)
    points = np.column_stack([column + 0.5 * (row % 2), row * np.sqrt(0.75)]) * 2e3
    inside = (row > 0) & (row < rows - 1) & (column > 0) & (column < columns - 1)
    points[inside] += rng.uniform(-400.0, 400.0, (inside.sum(), 2))
    corners = Delaunay(points).simplices
    vertices = np.column_stack([points[:, 0], 0.6 * points[:, 1], -1e3 - 0.8 * points[:, 1]])
    left = points[corners].mean(axis=1)[:, 0] < points[:, 0].mean()
    return Fault(
        (TriangularSegment("left", vertices, corners[left]), TriangularSegment("right", vertices, corners[~left]))
    )


def drawn(twin, seed):
    """A system and a strength: planes or triangles, one segment or two, any bounds, edges and strengths."""
    rng = np.random.default_rng(seed)
    rows, columns, kind = int(rng.integers(3, 7)), int(rng.integers(4, 10)), rng.integers(3)
    if kind == 0:
        fault = Fault((twin.segment("one", rows=rows, columns=columns, dip=rng.uniform(30.0, 90.0)),))
    elif kind == 1:
        fault = twin.two_segments(rows=rows, columns=columns // 2 + 1)
    else:
        fault = triangles(rng, rows=rows, columns=max(columns - 2, 3))
    apart = np.linalg.norm(fault.centroids - fault.centroids.mean(axis=0), axis=1)
    slip = np.outer((0.8, 1.2), apart < 6e3 if rng.uniform() < 0.5 else np.exp(-((apart / 7e3) ** 2))).ravel()
    data, greens = [], {}
    for name, look in (("ascending", (-0.6, -0.15, 0.78)), ("descending", (0.6, -0.15, 0.78))):
        one = twin.observations(name, "los", seed=int(rng.integers(1e6)), look=look, sigma=rng.choice([0.002, 0.01]))
        greens[name] = twin.stand_in_greens(one.points, one.directions, fault)
        values = greens[name] @ slip + np.sqrt(np.diag(one.covariance)) * rng.standard_normal(80)
        data.append(twin.with_values(one, values))
    problem = Problem.build(data, fault, greens=greens)
    edges, rules = ZERO_EDGES[rng.integers(3)], RULES[rng.integers(len(RULES))]
    if rng.uniform() < 0.7:
        operator = total_variation(fault, neighbours(fault), zero_edges=edges)
    else:
        operator = sparsity(fault)
    system = System(problem, operator, Constraints(**rules))
    strongest = 2.0 * np.abs(system.right).max() / np.abs(operator.matrix).sum(axis=0).max()
    return system, float(np.sqrt(strongest) * 10.0 ** rng.uniform(-2.5, 0.5))


@pytest.mark.parametrize("seeds", [range(25), (90, 106, 194)])
def test_every_random_problem_holds_its_conditions(twin, seeds):
    """In the latter three an exchange of which lengths are zero goes round."""
    for seed in seeds:
        system, strength = drawn(twin, seed)
        found = solve_system(system, strength)
        assert found.kkt <= 1e-8, (seed, found.kkt)
        assert np.all((found.x >= system.space.lower) & (found.x <= system.space.upper))


def test_cvxpy_finds_nothing_better(twin):
    cvxpy = pytest.importorskip("cvxpy")
    for seed in range(6):
        system, strength = drawn(twin, seed)
        found, space, operator = solve_system(system, strength), system.space, system.operator
        x = cvxpy.Variable(space.n)
        rows = cvxpy.reshape((operator.matrix @ space.basis) @ x, (len(operator.matrix @ found.slip_vector)
                             // operator.n_groups, operator.n_groups), order="C")  # fmt: skip
        root = np.linalg.cholesky(system.normal + 1e-13 * np.trace(system.normal) * np.eye(space.n)).T
        unit = float(system.right @ found.x)
        cost = cvxpy.sum_squares(root @ x) - 2.0 * system.right @ x
        cost += strength**2 * cvxpy.sum(cvxpy.norm(rows, 2, axis=0))
        low, high = np.isfinite(space.lower), np.isfinite(space.upper)
        rules = [x[one] * sign >= bound[one] * sign for one, bound, sign in
                 ((low, space.lower, 1.0), (high, space.upper, -1.0)) if one.any()]  # fmt: skip
        cvxpy.Problem(cvxpy.Minimize(cost / unit), rules).solve(solver=cvxpy.CLARABEL)
        theirs = np.clip(x.value, space.lower, space.upper)
        ours, other = (
            float(one @ system.normal @ one - 2.0 * system.right @ one)
            + strength**2 * operator.roughness(space.slip_vector(one))
            for one in (found.x, theirs)
        )
        assert ours <= other + 1e-12 * abs(other), seed
        assert ours == pytest.approx(other, rel=1e-5), seed


def test_conditions_that_do_not_hold_are_no_solution(twin, monkeypatch):
    system, strength = drawn(twin, 0)
    monkeypatch.setattr("geoslip.inversion.bounds.norm_lagrangian.TURNS", 2)
    with pytest.raises(ConvergenceError, match=r"hold to .* only \(accepted: 1e-08\): raise the smoothing strength"):
        solve_system(system, strength)


def test_no_strength_is_plain_bounded_least_squares(study):
    rules = Constraints(rake=(0.0, 90.0))
    found = solve(study.problem, sparsity(study.fault), strength=0.0, constraints=rules)
    plain = solve(study.problem, study.operator, strength=0.0, constraints=rules)
    np.testing.assert_allclose(found.x, plain.x, atol=1e-9)
