"""Rake windows as exact cones, bounds, caps, and the agreement of two independent engines."""

import cvxpy
import numpy as np
import pytest

from geoslip.faults import Fault
from geoslip.inversion import ConstraintError, Constraints, System, solve
from geoslip.inversion.bounds.capped import minimise_capped


def rakes(slip):
    return np.rad2deg(np.arctan2(slip[:, 1], slip[:, 0]))


@pytest.mark.parametrize("window", [(30.0, 60.0), (20.0, 140.0), (-20.0, 30.0), (80.0, 200.0)])
def test_a_cone_never_leaves_its_window(study, window):
    slip = solve(study.problem, study.operator, strength=1e3, constraints=Constraints(rake=window)).slip
    moving = np.hypot(slip[:, 0], slip[:, 1]) > 1e-9
    assert moving.any()
    middle = np.mean(window)
    away = (rakes(slip[moving]) - middle + 180.0) % 360.0 - 180.0
    assert np.abs(away).max() <= (window[1] - window[0]) / 2 + 1e-9


def test_a_cone_is_exact_not_a_box(study):
    """The best slip in a window, found by an independent solver that knows the window as two half-planes."""
    strength, (low, high) = 3e3, np.deg2rad([25.0, 70.0])
    n = study.fault.n_patches
    m = cvxpy.Variable(2 * n)
    factor = np.linalg.cholesky(study.problem.normal + strength**2 * study.operator.gram.toarray()).T
    target = np.linalg.solve(factor.T, study.problem.right)
    size = np.linalg.norm(target)
    rules = [m[n:] * np.cos(low) >= m[:n] * np.sin(low), m[n:] * np.cos(high) <= m[:n] * np.sin(high)]
    task = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum_squares(factor / size @ m - target / size)), rules)
    task.solve(solver=cvxpy.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-13)
    found = solve(study.problem, study.operator, strength=strength, constraints=Constraints(rake=(25.0, 70.0)))
    np.testing.assert_allclose(found.slip_vector, m.value, atol=1e-5)
    ours = np.sum((factor @ found.slip_vector - target) ** 2)
    assert ours <= np.sum((factor @ m.value - target) ** 2) * (1 + 1e-10)


@pytest.mark.parametrize("strength", [3e2, 1e4])
def test_bounded_and_convex_engines_agree(study, by_cvxpy, strength):
    system = System(study.problem, study.operator, Constraints(rake=(0.0, 90.0), maximum=0.9))
    bounded = system.minimise(strength)
    convex, _ = by_cvxpy(system, strength)
    assert bounded.kkt < 1e-8
    assert {-1, 0, 1} == set(bounded.state)
    np.testing.assert_allclose(convex, bounded.x, atol=2e-5)
    matrix = system.regularised(strength)
    gap = convex @ matrix @ convex - 2 * system.right @ convex - bounded.objective
    assert -1e-12 * abs(bounded.objective) < gap < 1e-8 * abs(bounded.objective)


def test_a_fixed_rake_is_kept_and_halves_the_parameters(study):
    constraints = Constraints(rake=120.0)
    space = constraints.space(study.fault)
    assert space.n == study.fault.n_patches
    slip = solve(study.problem, study.operator, strength=1e3, constraints=constraints).slip
    moving = np.hypot(slip[:, 0], slip[:, 1]) > 1e-9
    np.testing.assert_allclose(rakes(slip[moving]), 120.0, atol=1e-9)


@pytest.mark.parametrize(("rake", "column", "sign"), [(0, 0, 1), (90, 1, 1), (180, 0, -1), (-90, 1, -1)])
def test_cardinal_rakes_have_one_component_exactly(study, rake, column, sign):
    slip = solve(study.problem, study.operator, strength=1e3, constraints=Constraints(rake=rake)).slip
    assert (slip[:, 1 - column] == 0.0).all()
    assert (sign * slip[:, column] >= 0.0).all()


def test_segments_and_patches_can_differ(study):
    n = study.fault.n_patches // 2
    per_patch = np.linspace(10.0, 80.0, n)
    constraints = Constraints(rake={"south": per_patch, "north": "free"})
    slip = solve(study.problem, study.operator, strength=1e3, constraints=constraints).slip
    moving = np.hypot(slip[:n, 0], slip[:n, 1]) > 1e-9
    np.testing.assert_allclose(rakes(slip[:n])[moving], per_patch[moving], atol=1e-9)
    assert constraints.space(study.fault).n == 3 * n


def test_locked_patches_do_not_slip_and_have_no_parameters(study):
    locked = study.fault.centroids[:, 2] < -5e3
    constraints = Constraints(locked=locked)
    estimate = solve(study.problem, study.operator, strength=1e3, constraints=constraints)
    assert (estimate.slip[locked] == 0.0).all()
    assert (estimate.slip[~locked, :2] != 0.0).all()
    assert estimate.x.size == 2 * np.count_nonzero(~locked)


def test_the_size_of_slip_is_bounded_not_only_its_components(study):
    free = solve(study.problem, study.operator, strength=1e3).slip
    limit = 0.7 * np.hypot(free[:, 0], free[:, 1]).max()
    for rake in ("free", (0.0, 90.0), (0.0, 130.0)):
        constraints = Constraints(rake=rake, maximum=limit)
        estimate = solve(study.problem, study.operator, strength=1e3, constraints=constraints)
        size = np.hypot(estimate.slip[:, 0], estimate.slip[:, 1])
        assert size.max() == pytest.approx(limit, rel=1e-6)
        assert estimate.kkt < 1e-8


def test_a_bound_that_does_not_bite_changes_nothing_and_needs_no_convex_solver(study):
    plain = solve(study.problem, study.operator, strength=1e4, constraints=Constraints(rake=(0.0, 90.0)))
    wide = Constraints(rake=(0.0, 90.0), maximum=50.0, moment_at_most=1e30)
    bounded = solve(study.problem, study.operator, strength=1e4, constraints=wide)
    assert bounded.engine == "bounded"
    np.testing.assert_allclose(bounded.slip, plain.slip, atol=1e-12)


def test_a_moment_cap_is_met_and_is_the_best_within_it(study):
    plain = solve(study.problem, study.operator, strength=1e4, constraints=Constraints(rake=(0.0, 90.0)))
    cap = 0.8 * plain.moment
    constraints = Constraints(rake=(0.0, 90.0), moment_at_most=cap)
    capped = solve(study.problem, study.operator, strength=1e4, constraints=constraints)
    assert capped.moment == pytest.approx(cap, rel=1e-9)
    assert capped.kkt < 1e-8
    # along the way back to the plain estimate the objective only falls, and any other point within the cap is worse
    objective = {}
    for name, slip in (
        ("plain", plain.slip_vector),
        ("capped", capped.slip_vector),
        ("scaled", 0.8 * plain.slip_vector),
    ):
        objective[name] = study.problem.chi_square(slip) + 1e8 * study.operator.roughness(slip)
    assert objective["plain"] < objective["capped"] < objective["scaled"]


def test_the_multiplier_of_the_cap_is_the_slope_of_the_objective(study):
    cap = 0.8 * solve(study.problem, study.operator, strength=1e4, constraints=Constraints(rake=45.0)).moment

    def at(moment):
        system = System(study.problem, study.operator, Constraints(rake=45.0, moment_at_most=moment))
        found = minimise_capped(system, 1e4, moment_at_most=moment)
        slip = system.space.slip_vector(found.x)
        return study.problem.chi_square(slip) + 1e8 * study.operator.roughness(slip), found.moment_multiplier

    step = 0.01 * cap
    slope = (at(cap + step)[0] - at(cap - step)[0]) / (2 * step)
    assert at(cap)[1] == pytest.approx(-slope, rel=1e-4)


def test_opening_stays_open_unless_both_signs_are_asked_for(study):
    components = ("strike", "dip", "opening")
    space = Constraints(rake=(0.0, 90.0), maximum=3.0).space(study.fault, components=components)
    n = study.fault.n_patches
    assert (space.lower == 0.0).all()
    assert space.basis.shape == (3 * n, 3 * n)
    table = space.slip_table(np.concatenate([np.ones(n), 2 * np.ones(n), 3 * np.ones(n)]))
    np.testing.assert_allclose(table, np.tile([1.0, 2.0, 3.0], (n, 1)), atol=1e-15)
    both = Constraints(opening="any").space(study.fault, components=components)
    assert np.isneginf(both.lower).all()


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"rake": (0.0, 180.0)}, "less than 180 degrees"),
        ({"rake": (60.0, 30.0)}, "must go up from its first to its second edge"),
        ({"rake": "right-lateral"}, "neither 'free' nor degrees"),
        ({"rake": {"east": 0.0}}, "rake is given for 'east': segments are 'south', 'north'"),
        ({"maximum": 0.0}, "must be positive"),
        ({"maximum": {"east": 1.0}}, "maximum is given for 'east'"),
        ({"locked": [True]}, r"needed is \(48,\) bool"),
        ({"locked": np.ones(48, bool)}, "every patch is locked"),
        ({"moment_at_most": -1.0}, "must be positive"),
    ],
)
def test_constraints_that_make_no_sense_say_so(study, choices, message):
    with pytest.raises(ConstraintError, match=message):
        solve(study.problem, study.operator, strength=1e3, constraints=Constraints(**choices))


def test_a_rake_that_the_components_cannot_express_is_refused(twin):
    fault = Fault((twin.segment("plane"),))
    with pytest.raises(ConstraintError, match="needs the dip component"):
        Constraints(rake=45.0).space(fault, components=("strike",))
    assert Constraints(rake=180.0).space(fault, components=("strike",)).basis.sum() == -24


def test_a_moment_of_a_fixed_rake_is_sought_on_the_bounded_engine(study, by_cvxpy):
    """A cap, a floor and an equality: met exactly, optimal, and the cap's minimum is that of the convex solver."""
    plain = solve(study.problem, study.operator, strength=1e4, constraints=Constraints(rake=45.0))
    for share, choices in (
        (0.7, {"moment_at_most": 0.7 * plain.moment}),
        (1.3, {"moment_at_least": 1.3 * plain.moment}),
        (1.3, {"moment_at_least": 1.3 * plain.moment, "moment_at_most": 1.3 * plain.moment}),
    ):
        found = solve(study.problem, study.operator, strength=1e4, constraints=Constraints(rake=45.0, **choices))
        assert found.engine == "bounded"
        assert found.moment == pytest.approx(share * plain.moment, rel=1e-9)
        assert found.kkt < 1e-8
        # optimal beside the moment: the gradient is one multiple of the weights where slip is free
        gradient = found.system.regularised(1e4) @ found.x - found.system.right
        weight = study.fault.areas[found.system.space.patch]
        multiple = (gradient / weight)[found.free]
        np.testing.assert_allclose(multiple, multiple.mean(), rtol=1e-6)
        if share < 1.0:
            other, _ = by_cvxpy(found.system, 1e4, **choices)
            np.testing.assert_allclose(found.x, other, atol=1e-5 * found.x.max())


def test_a_moment_inside_its_interval_changes_nothing(study):
    plain = solve(study.problem, study.operator, strength=1e4, constraints=Constraints(rake=(0.0, 90.0)))
    wide = Constraints(rake=(0.0, 90.0), moment_at_least=0.9 * plain.moment, moment_at_most=1.1 * plain.moment)
    np.testing.assert_array_equal(solve(study.problem, study.operator, strength=1e4, constraints=wide).x, plain.x)


def test_a_moment_is_reached_within_a_window_too(study):
    plain = solve(study.problem, study.operator, strength=1e4, constraints=Constraints(rake=(0.0, 90.0)))
    more = Constraints(rake=(0.0, 90.0), moment_at_least=1.2 * plain.moment)
    found = solve(study.problem, study.operator, strength=1e4, constraints=more)
    assert found.moment == pytest.approx(1.2 * plain.moment, rel=1e-9)
    assert found.slip[:, :2].min() >= 0.0
    scaled = 1.2 * plain.slip_vector
    cost = [study.problem.chi_square(s) + 1e8 * study.operator.roughness(s) for s in (found.slip_vector, scaled)]
    assert cost[0] < cost[1]


def test_slip_never_grows_with_depth_where_decay_is_asked_for(twin, study):
    found = solve(study.problem, study.operator, strength=1e3, constraints=Constraints(rake=(0.0, 90.0), decay=True))
    for name, where in study.fault.slices.items():
        segment = study.fault.segment(name)
        for column in np.unique(segment.column):
            inside = np.flatnonzero(segment.column == column)
            order = inside[np.argsort(segment.row[inside])]
            for component in (0, 1):
                assert np.all(np.diff(found.slip[where][order, component]) <= 1e-12)
    assert found.kkt < 1e-8
    free = solve(study.problem, study.operator, strength=1e3, constraints=Constraints(rake=(0.0, 90.0)))
    assert found.chi2 > free.chi2


def test_pairs_of_patches_slip_equally(study):
    pairs = study.adjacency.pairs[study.adjacency.across]
    assert len(pairs)
    for rake in ((0.0, 90.0), "free", 30.0):
        found = solve(study.problem, study.operator, strength=1e2, constraints=Constraints(rake=rake, equal=pairs))
        np.testing.assert_allclose(found.slip[pairs[:, 0]], found.slip[pairs[:, 1]], atol=1e-12)
        assert found.kkt < 1e-8


def test_bounds_patch_by_patch_and_from_below(study):
    largest = {study.fault.names[0]: np.linspace(0.1, 0.5, study.fault.segments[0].n_patches)}
    found = solve(study.problem, study.operator, strength=1e3, constraints=Constraints(rake=45.0, maximum=largest))
    size = np.hypot(found.slip[:, 0], found.slip[:, 1])[study.fault.slices[study.fault.names[0]]]
    assert np.all(size <= largest[study.fault.names[0]] * (1.0 + 1e-9))
    least = solve(study.problem, study.operator, strength=1e3, constraints=Constraints(rake=45.0, minimum=0.3))
    assert np.hypot(least.slip[:, 0], least.slip[:, 1]).min() == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"rake": 45.0, "minimum": 2.0, "maximum": 1.0}, "minimum slip 2 m .* contradicts its maximum of 1 m"),
        ({"minimum": 1.0}, "needs a fixed rake"),
        ({"rake": 45.0, "minimum": 1.0, "moment_at_most": 1e15}, "moment_at_most 1e.15 N m contradicts the minimum"),
        ({"rake": 45.0, "maximum": 0.1, "moment_at_least": 1e22}, "moment_at_least 1e.22 N m contradicts the maximum"),
        ({"moment_at_least": 2e19, "moment_at_most": 1e19}, "moment_at_least 2e.19 N m contradicts moment_at_most"),
        ({"decay": True}, "decay with depth contradicts a free rake"),
        ({"rake": 45.0, "decay": True, "maximum": 1.0}, "a minimum or a maximum"),
        ({"rake": 45.0, "decay": True, "equal": [[0, 1]]}, "contradicts decay with depth"),
        ({"rake": 45.0, "maximum": {"west": [1.0, 2.0]}}, "give one a patch"),
    ],
)
def test_constraints_in_conflict_are_named(study, choices, message):
    if isinstance(choices.get("maximum"), dict):
        choices = {**choices, "maximum": {study.fault.names[0]: [1.0, 2.0]}}
    with pytest.raises(ConstraintError, match=message):
        solve(study.problem, study.operator, strength=1e4, constraints=Constraints(**choices))


def test_equal_slip_needs_equal_kinds(study):
    locked = np.zeros(study.fault.n_patches, bool)
    locked[0] = True
    with pytest.raises(ConstraintError, match="patches 0 and 1 are to slip equally but have 0 and 2"):
        Constraints(rake=(0.0, 90.0), locked=locked, equal=[[0, 1]]).space(study.fault)
