"""Caps on moment and size of slip where slip may turn: every optimality condition to 1e-8, and the convex minimum."""

import numpy as np
import pytest

from geoslip.inversion import Constraints, System, solve
from geoslip.inversion.bounds.polish import polished

STRENGTH = 1e4


def cone_fall(load, edges):
    """Steepest fall of -load . slip over unit slip in the cone of two edges (2, 2), by trying 20001 directions."""
    angles = np.linspace(*edges, 20001)
    return float(np.max(load[0] * np.cos(angles) + load[1] * np.sin(angles)))


def worst_condition(estimate, *, multiplier, window):
    """Largest violation of the conditions under a moment cap, patch by patch in strike and dip slip; relative."""
    problem, n = estimate.problem, estimate.problem.fault.n_patches
    normal = problem.normal + estimate.strength**2 * estimate.system.operator.gram.toarray()
    load = (problem.right - normal @ estimate.slip_vector).reshape(2, n)
    pull = 0.5 * multiplier * estimate.system.constraints.rigidity * problem.fault.areas
    slip = estimate.slip[:, :2].T
    size = np.hypot(*slip)
    worst = 0.0
    for patch in range(n):
        if size[patch] == 0.0:
            worst = max(worst, cone_fall(load[:, patch], np.deg2rad(window)) - pull[patch])
            continue
        left = load[:, patch] - pull[patch] * slip[:, patch] / size[patch]
        rake = np.rad2deg(np.arctan2(slip[1, patch], slip[0, patch]))
        inward = np.array([-slip[1, patch], slip[0, patch]]) / size[patch]
        along = abs(left @ slip[:, patch]) / size[patch]
        across = left @ inward
        if abs(rake - window[0]) < 1e-7:
            across = max(across, 0.0)
        elif abs(rake - window[1]) < 1e-7:
            across = max(-across, 0.0)
        worst = max(worst, along, abs(across))
    return worst / np.abs(problem.right).max()


@pytest.mark.parametrize("share", [0.95, 0.3])
@pytest.mark.parametrize("window", [(0.0, 90.0), (30.0, 60.0), (20.0, 140.0)])
def test_a_capped_moment_within_a_window_holds_every_condition(study, share, window):
    plain = solve(study.problem, study.operator, strength=STRENGTH, constraints=Constraints(rake=window))
    cap = share * plain.moment
    found = solve(
        study.problem, study.operator, strength=STRENGTH, constraints=Constraints(rake=window, moment_at_most=cap)
    )
    assert found.kkt < 1e-8
    assert found.moment == pytest.approx(cap, rel=1e-9)
    again = polished(found.system, STRENGTH, found.x, moment=cap)
    np.testing.assert_allclose(again.x, found.x, atol=1e-9 * found.x.max())
    assert again.moment_multiplier > 0.0
    assert worst_condition(found, multiplier=again.moment_multiplier, window=window) < 1e-8


@pytest.mark.parametrize("rake", ["free", (0.0, 90.0)])
def test_the_polished_minimum_is_that_of_the_convex_solver_and_no_worse(study, by_cvxpy, rake):
    plain = solve(study.problem, study.operator, strength=STRENGTH, constraints=Constraints(rake=rake))
    limit = 0.6 * np.hypot(plain.slip[:, 0], plain.slip[:, 1]).max()
    for choices in (
        {"moment_at_most": 0.7 * plain.moment},
        {"maximum": limit},
        {"maximum": limit, "moment_at_most": 0.7 * plain.moment},
    ):
        constraints = Constraints(rake=rake, **choices)
        found = solve(study.problem, study.operator, strength=STRENGTH, constraints=constraints)
        assert found.kkt < 1e-8, choices
        system = System(study.problem, study.operator, constraints)
        largest = constraints.largest_slip(study.fault) if "maximum" in choices else None
        other, _ = by_cvxpy(system, STRENGTH, largest=largest, moment_at_most=choices.get("moment_at_most"))
        np.testing.assert_allclose(found.x, other, atol=1e-4 * found.x.max())
        matrix = system.regularised(STRENGTH)
        cost = [x @ matrix @ x - 2.0 * system.right @ x for x in (found.x, other)]
        assert cost[0] <= cost[1] + 1e-7 * abs(cost[1])
        assert np.hypot(found.slip[:, 0], found.slip[:, 1]).max() <= choices.get("maximum", np.inf) * (1.0 + 1e-9)


def test_a_least_moment_within_a_window_is_met_and_stationary(study):
    plain = solve(study.problem, study.operator, strength=STRENGTH, constraints=Constraints(rake=(0.0, 90.0)))
    least = Constraints(rake=(0.0, 90.0), moment_at_least=1.2 * plain.moment)
    found = solve(study.problem, study.operator, strength=STRENGTH, constraints=least)
    assert found.moment == pytest.approx(1.2 * plain.moment, rel=1e-9)
    assert found.kkt < 1e-8
