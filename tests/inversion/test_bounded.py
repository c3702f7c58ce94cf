"""The bounded engine: optimality conditions, closed forms, bounds of every kind, hard starts, and its messages."""

import numpy as np
import pytest
from scipy.optimize import lsq_linear, nnls

from geoslip.inversion.bounds.box import AT_LOWER, AT_UPPER, FREE
from geoslip.inversion.bounds.faces import FaceSolver
from geoslip.inversion.bounds.least_squares import minimise_bounded
from geoslip.inversion.errors import ConvergenceError, SingularProblemError


def kernel_problem(seed, *, n=60, rows=90, noise=0.01, damping=1e-3):
    """A smoothing kernel: nearly singular, so that pivoting has work to do."""
    rng = np.random.default_rng(seed)
    x, y = np.linspace(0, 1, n), np.linspace(-0.2, 1.2, rows)
    matrix = np.exp(-(((y[:, None] - x[None, :]) / 0.08) ** 2))
    truth = np.maximum(0.0, np.sin(7 * x))
    data = matrix @ truth + noise * rng.standard_normal(rows)
    stacked = np.vstack([matrix, damping * np.eye(n)])
    return stacked, np.concatenate([data, np.zeros(n)])


def test_without_bounds_it_solves_the_normal_equations():
    matrix, data = kernel_problem(0, damping=0.1)
    found = minimise_bounded(matrix.T @ matrix, matrix.T @ data, lower=-np.inf)
    np.testing.assert_allclose(found.x, np.linalg.lstsq(matrix, data)[0], rtol=1e-8, atol=1e-10)
    assert (found.state == FREE).all() and found.factorisations == 1


def test_diagonal_problem_is_the_clipped_target():
    target = np.array([-3.0, -1.0, 0.2, 0.9, 4.0])
    weight = np.array([1.0, 10.0, 0.1, 3.0, 2.0])
    found = minimise_bounded(np.diag(weight), weight * target, lower=-1.5, upper=1.0)
    np.testing.assert_allclose(found.x, np.clip(target, -1.5, 1.0), rtol=1e-14)
    np.testing.assert_array_equal(found.state, [AT_LOWER, FREE, FREE, FREE, AT_UPPER])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("damping", [1e-3, 1e-2, 1.0])
def test_nonnegative_minimum_equals_lawson_and_hanson(seed, damping):
    matrix, data = kernel_problem(seed, damping=damping)
    found = minimise_bounded(matrix.T @ matrix, matrix.T @ data)
    _, norm = nnls(matrix, data)
    assert np.sum((data - matrix @ found.x) ** 2) <= norm**2 * (1 + 1e-10)
    assert found.kkt < 1e-9 and (found.x >= 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_mixed_bounds_hold_the_optimality_conditions_and_beat_an_independent_solver(seed):
    rng = np.random.default_rng(seed)
    matrix, data = kernel_problem(seed, damping=3e-3)
    n = matrix.shape[1]
    lower = np.where(rng.random(n) < 0.3, -np.inf, -0.2 * rng.random(n))
    upper = np.where(rng.random(n) < 0.3, np.inf, 0.5 * rng.random(n))
    lower[7] = upper[7] = 0.05
    normal, right = matrix.T @ matrix, matrix.T @ data
    found = minimise_bounded(normal, right, lower=lower, upper=upper)
    gradient = normal @ found.x - right
    scale = np.abs(right).max()
    assert found.x[7] == 0.05
    inside = found.state == FREE
    inside[7] = False
    assert np.abs(gradient[inside]).max() < 1e-8 * scale
    others = np.arange(n) != 7
    assert (gradient[(found.state == AT_LOWER) & others] > -1e-8 * scale).all()
    assert (gradient[found.state == AT_UPPER] < 1e-8 * scale).all()
    free = np.arange(n) != 7
    peer = lsq_linear(matrix[:, free], data - 0.05 * matrix[:, 7], (lower[free], upper[free]), method="bvls", tol=1e-14)
    assert np.sum((data - matrix @ found.x) ** 2) <= 2 * peer.cost * (1 + 1e-10)


def test_a_warm_start_gives_the_same_point_with_less_work():
    matrix, data = kernel_problem(3)
    normal, right = matrix.T @ matrix, matrix.T @ data
    cold = minimise_bounded(normal, right)
    warm = minimise_bounded(normal, right, start=cold.state)
    np.testing.assert_allclose(warm.x, cold.x, rtol=0, atol=1e-6)
    assert warm.factorisations == 1 < cold.factorisations


def test_the_worst_start_still_arrives():
    matrix, data = kernel_problem(4, damping=3e-3)
    normal, right = matrix.T @ matrix, matrix.T @ data
    right_state = minimise_bounded(normal, right).state
    upside_down = np.where(right_state == FREE, AT_LOWER, FREE).astype(np.int8)
    found = minimise_bounded(normal, right, start=upside_down)
    np.testing.assert_array_equal(found.state, right_state)


def test_the_descent_takes_over_where_pivoting_gets_no_patience():
    matrix, data = kernel_problem(5, damping=1e-2)
    normal, right = matrix.T @ matrix, matrix.T @ data
    patient = minimise_bounded(normal, right)
    hasty = minimise_bounded(normal, right, patience=0)
    np.testing.assert_allclose(hasty.x, patient.x, rtol=0, atol=1e-8)
    assert hasty.kkt < 1e-9


def test_smoothing_so_strong_that_rounding_hides_the_gradient_is_still_solved():
    # a straight line costs nothing, so that N x is a small difference of products ten orders larger than b
    matrix, data = kernel_problem(3)
    second = np.diff(np.eye(60), n=2, axis=0)
    normal, right = matrix.T @ matrix + 1e10 * second.T @ second, matrix.T @ data
    found = minimise_bounded(normal, right, lower=-np.inf)
    assert found.kkt > 1e-9
    line = np.vander(np.linspace(0.0, 1.0, 60), 2)
    best = line @ np.linalg.lstsq(matrix @ line, data)[0]
    np.testing.assert_allclose(found.x, best, atol=1e-4 * np.abs(best).max())


def test_arguments_are_left_alone():
    matrix, data = kernel_problem(6)
    normal, right = matrix.T @ matrix, matrix.T @ data
    start = np.zeros(right.size, np.int8)
    copies = normal.copy(), right.copy(), start.copy()
    minimise_bounded(normal, right, start=start)
    for before, after in zip(copies, (normal, right, start)):
        np.testing.assert_array_equal(before, after)


def test_zero_data_give_zero():
    found = minimise_bounded(np.eye(3), np.zeros(3))
    np.testing.assert_array_equal(found.x, 0.0)


def test_a_singular_problem_says_what_to_do():
    with pytest.raises(SingularProblemError, match="raise the smoothing strength"):
        minimise_bounded(np.ones((3, 3)), np.ones(3), lower=-np.inf)


def test_crossing_bounds_are_named():
    with pytest.raises(ValueError, match="bounds of parameter 1 are 2 and 1"):
        minimise_bounded(np.eye(3), np.ones(3), lower=[0, 2, 0], upper=1.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(bad):
    with pytest.raises(ValueError, match="not finite"):
        minimise_bounded(np.eye(2), np.array([1.0, bad]))


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="must have shapes"):
        minimise_bounded(np.eye(3), np.ones(2))
    with pytest.raises(ValueError, match="start has shape"):
        minimise_bounded(np.eye(3), np.ones(3), start=np.zeros(2, np.int8))


def test_a_failure_carries_what_was_found():
    matrix, data = kernel_problem(7)
    with pytest.raises(ConvergenceError, match="optimality conditions hold to") as failure:
        minimise_bounded(matrix.T @ matrix, matrix.T @ data, tolerance=0.0, limit=3)
    assert failure.value.partial.x.shape == (60,)


def test_a_bordered_factor_gives_the_minimum_of_every_neighbouring_set():
    rng = np.random.default_rng(8)
    matrix, data = kernel_problem(8, damping=0.3)
    normal, right = matrix.T @ matrix, matrix.T @ data
    faces = FaceSolver(normal, right)
    free = rng.random(60) < 0.6
    held = 0.1 * rng.standard_normal(60)
    for _ in range(30):
        swap = rng.integers(0, 60, 2)
        free = free.copy()
        free[swap] = ~free[swap]
        x = faces.minimum(free, held)
        np.testing.assert_array_equal(x[~free], held[~free])
        np.testing.assert_allclose((normal @ x - right)[free], 0.0, atol=1e-11 * np.abs(right).max())
    assert faces.factorisations < 20


def test_a_set_without_free_parameters_is_what_is_held():
    faces = FaceSolver(np.eye(3), np.ones(3))
    np.testing.assert_array_equal(faces.minimum(np.zeros(3, bool), np.arange(3.0)), np.arange(3.0))


@pytest.mark.parametrize("seed", range(60))
def test_small_problems_full_of_ties_are_solved(seed):
    """Small integers put many parameters exactly on their bounds with no gradient, where pivoting likes to cycle."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    matrix = rng.integers(-2, 3, (n + 3, n)).astype(float)
    normal = matrix.T @ matrix + 0.5 * np.eye(n)
    right = normal @ rng.integers(-2, 3, n) * 1.0
    lower = rng.integers(-3, 1, n).astype(float)
    upper = lower + rng.integers(0, 4, n)
    found = minimise_bounded(normal, right, lower=lower, upper=upper, start=rng.integers(-1, 2, n).astype(np.int8))
    gradient = normal @ found.x - right
    scale = np.abs(right).max() or 1.0
    inside = (found.x > lower) & (found.x < upper)
    assert np.abs(gradient[inside]).max(initial=0.0) < 1e-8 * scale
    assert gradient[(found.x == lower) & (lower < upper)].min(initial=0.0) > -1e-8 * scale
    assert gradient[(found.x == upper) & (lower < upper)].max(initial=0.0) < 1e-8 * scale
    assert ((found.x >= lower) & (found.x <= upper)).all()


def test_every_face_that_the_descent_settles_on_is_lower_than_the_last():
    matrix, data = kernel_problem(9, damping=1e-3)
    normal, right = matrix.T @ matrix, matrix.T @ data
    objective = []
    for limit in range(1, 200, 10):
        try:
            found = minimise_bounded(normal, right, patience=0, limit=limit)
        except ConvergenceError as stopped:
            found = stopped.partial
        objective.append(found.objective)
    assert (np.diff(objective) <= 1e-12 * abs(objective[-1])).all()
    assert found.kkt < 1e-9
