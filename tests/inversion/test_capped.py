"""Caps on moment and size of slip where patches share parameters: every condition to 1e-8, and cvxpy no better."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import nnls

from geoslip.faults import neighbours
from geoslip.inversion import Constraints, ConvergenceError, Problem, SingularProblemError, System, laplacian, solve
from geoslip.inversion.bounds.capped import minimise_capped
from geoslip.inversion.bounds.shear import caps_and_bounds, moment_weight, shear_parts, slip_size

FAMILIES = {
    "equal, moment": ("equal", "moment"), "equal, size": ("equal", "size"), "equal, both": ("equal", "moment", "size"),
    "equal, free rake, both": ("equal", "free", "moment", "size"), "decay, moment": ("decay", "moment"),
    "decay, fixed rake, moment": ("decay", "fixed", "moment"), "not tied, both": ("moment", "size"),
}  # fmt: skip
AROUND = np.arange(0.0, 360.0, 6.0)


def drawn(twin, seed, family):
    """A problem, an operator, a strength and rules that bind; two planes and two tracks."""
    rng, kinds = np.random.default_rng(seed), FAMILIES[family]
    fault = twin.two_segments(rows=int(rng.integers(3, 6)), columns=int(rng.integers(3, 6)))
    apart = np.linalg.norm(fault.centroids - fault.centroids.mean(axis=0), axis=1)
    slip = np.outer((0.8, 1.2), np.exp(-((apart / 7e3) ** 2))).ravel()
    data, greens = [], {}
    for name, look in (("ascending", (-0.6, -0.15, 0.78)), ("descending", (0.6, -0.15, 0.78))):
        one = twin.observations(name, "los", seed=int(rng.integers(1e6)), look=look, sigma=rng.choice([0.002, 0.01]))
        greens[name] = twin.stand_in_greens(one.points, one.directions, fault)
        values = greens[name] @ slip + np.sqrt(np.diag(one.covariance)) * rng.standard_normal(80)
        data.append(twin.with_values(one, values))
    problem, adjacency = Problem.build(data, fault, greens=greens), neighbours(fault)
    operator, strength = laplacian(fault, adjacency, zero_edges=("bottom", "sides")), 10.0 ** rng.uniform(2.5, 4.5)
    first = rng.uniform(-20.0, 60.0)
    rules = {"rake": (first, first + rng.choice([60.0, 90.0, 120.0]))}
    rules = {"rake": 60.0} if "fixed" in kinds else {} if "free" in kinds else rules
    if "equal" in kinds:
        rules["equal"] = adjacency.pairs[adjacency.across]
    rules["decay"] = "decay" in kinds
    plain = solve(problem, operator, strength=strength, constraints=Constraints(**rules))
    if "moment" in kinds:
        rules["moment_at_most"] = rng.uniform(0.3, 0.9) * plain.moment
    if "size" in kinds:
        rules["maximum"] = rng.uniform(0.3, 0.8) * np.hypot(plain.slip[:, 0], plain.slip[:, 1]).max()
    return problem, operator, strength, Constraints(**rules)


def worst_condition(estimate):
    """Largest violation of the conditions at an estimate for the best multipliers there are; relative.

    With the gradient g = K x - b that is what is left of g + sum of multipliers times outward normals, all multipliers
    at least 0: of bounds that hold, of the moment, of sizes at their caps, and of directions in which a patch at rest
    is held, whose sum is at most the moment's pull on it.
    """
    system, x = estimate.system, estimate.x
    largest, cap = system.constraints.largest_slip(system.problem.fault), system.constraints.moment_at_most
    ceiling, lower, upper = caps_and_bounds(system, largest if np.isfinite(largest).any() else None)
    parts, weight = np.array([part.toarray() for part in shear_parts(system)]), moment_weight(system)
    gradient, scale = system.regularised(estimate.strength) @ x - system.right, np.abs(system.right).max()
    vector = parts @ x
    size = np.hypot(*vector)
    rests = size <= 1e-9 * size.max()
    unit = vector / np.where(rests, 1.0, size)
    along = np.einsum("kp,kpq->pq", unit, parts) * ~rests[:, None]
    full = np.flatnonzero(size >= ceiling * (1.0 - 1e-9))
    binds = cap is not None and weight @ size >= cap * (1.0 - 1e-9)
    resting = np.flatnonzero(rests) if binds else np.zeros(0, int)
    angles = np.deg2rad(
        AROUND if isinstance(system.constraints.rake, str) else np.append(AROUND, system.constraints.rake)
    )
    held = np.einsum("kd,kpq->pdq", [np.cos(angles), np.sin(angles)], parts[:, resting]).reshape(-1, len(x))
    share = weight / weight.mean()
    normals = np.vstack([
        -np.eye(len(x))[x <= lower], np.eye(len(x))[x >= upper], along[full], binds * (share @ along)[None],
        held, np.zeros((len(resting), len(x))),
    ])  # fmt: skip
    # a row for each patch at rest: what its directions take and what is not used make the moment's pull on it
    budget = np.zeros((len(resting), len(normals)))
    first = len(normals) - len(resting) - len(held)
    budget[:, first - 1] = -share[resting]
    for number in range(len(resting)):
        budget[number, first + len(angles) * number : first + len(angles) * (number + 1)] = 1.0
        budget[number, first + len(held) + number] = 1.0
    matrix = np.vstack([normals.T, budget])
    found = nnls(matrix, np.concatenate([-gradient / scale, np.zeros(len(resting))]), maxiter=100 * len(normals))[0]
    left = matrix @ found + np.concatenate([gradient / scale, np.zeros(len(resting))])
    passed = max(0.0, np.max(size / ceiling - 1.0), 0.0 if cap is None else weight @ size / cap - 1.0)
    return max(np.abs(left).max(), passed)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_condition_holds_and_cvxpy_finds_nothing_better(twin, by_cvxpy, family):
    for seed in range(3):
        problem, operator, strength, constraints = drawn(twin, seed, family)
        found = solve(problem, operator, strength=strength, constraints=constraints)
        assert found.kkt <= 1e-8, seed
        assert worst_condition(found) <= 1e-8, seed
        largest = constraints.largest_slip(problem.fault) if constraints.maximum is not None else None
        cap, system = constraints.moment_at_most, found.system
        theirs, _ = by_cvxpy(system, strength, largest=largest, moment_at_most=cap)
        matrix = system.regularised(strength)
        ours, other = (float(x @ matrix @ x - 2.0 * system.right @ x) for x in (found.x, theirs))
        assert ours == pytest.approx(other, rel=1e-6), seed


@pytest.mark.parametrize("family", ["equal, moment", "decay, moment", "decay, fixed rake, moment"])
def test_a_least_moment_under_ties_is_stationary(twin, family):
    """Free parameters have no slope beside the moment's, and leaving a bound, at rest or not, gains nothing."""
    for seed in range(4):
        problem, operator, strength, rules = drawn(twin, seed, family)
        plain = solve(problem, operator, strength=strength, constraints=replace(rules, moment_at_most=None))
        least = replace(rules, moment_at_most=None, moment_at_least=1.2 * plain.moment)
        found = solve(problem, operator, strength=strength, constraints=least)
        assert found.moment == pytest.approx(1.2 * plain.moment, rel=1e-9)
        assert found.kkt <= 1e-8, seed
        matrix, right, x = found.system.regularised(strength), found.system.right, found.x
        gradient, slipping = matrix @ x - right, x > 0.0
        step, weight = 1e-7 * x.max(), moment_weight(found.system)
        # by differences: the moment along each parameter, one-sided at rest
        moves = np.eye(len(x)) * step
        above = np.array([weight @ slip_size(found.system, x + one) for one in moves])
        below = np.array([weight @ slip_size(found.system, x - one) for one in moves])
        slope = (above - below) / (2.0 * step)
        multiplier = -2.0 * (gradient[slipping] @ slope[slipping]) / (slope[slipping] @ slope[slipping])
        assert multiplier < 0.0
        np.testing.assert_allclose(gradient[slipping], -0.5 * multiplier * slope[slipping], atol=1e-6 * right.max())
        onward = (above - weight @ slip_size(found.system, x)) / step
        assert np.min((gradient + 0.5 * multiplier * onward)[~slipping], initial=0.0) > -1e-6 * right.max()
        cost = [one @ matrix @ one - 2.0 * right @ one for one in (x, 1.2 * plain.x)]
        assert cost[0] < cost[1]


def test_conditions_that_do_not_hold_are_no_solution(twin, monkeypatch):
    problem, operator, strength, constraints = drawn(twin, 1, "equal, size")
    monkeypatch.setattr("geoslip.inversion.bounds.norm_lagrangian.TURNS", 1)
    with pytest.raises(ConvergenceError, match=r"hold to .* only \(accepted: 1e-08\)") as caught:
        solve(problem, operator, strength=strength, constraints=constraints)
    assert caught.value.partial.kkt > 1e-8


def test_caps_that_do_not_bind_leave_the_bounded_minimum(study):
    system = System(study.problem, study.operator, Constraints(rake=(0.0, 90.0)))
    found = minimise_capped(system, 1e4, largest=np.full(48, 50.0), moment_at_most=1e30)
    np.testing.assert_allclose(found.x, system.minimise(1e4).x, atol=1e-9)
    assert found.moment_multiplier == 0.0


def test_ties_and_caps_do_not_hide_a_singular_problem(study):
    rules = Constraints(rake=(0.0, 90.0), equal=study.adjacency.pairs[study.adjacency.across], moment_at_most=1e16)
    few = study.data[0].select(np.arange(80) < 10)
    problem = Problem.build([few], study.fault, greens={few.name: study.greens[few.name][:10]})
    with pytest.raises(SingularProblemError, match="raise the smoothing strength"):
        solve(problem, study.operator, strength=0.0, constraints=rules)
