"""Total variation and sparsity: closed forms, optimality conditions, integrals on two meshes, curves and refusals."""

import numpy as np
import pytest

from geoslip.faults import Fault, neighbours
from geoslip.inversion import (
    ConstraintError,
    Constraints,
    Problem,
    System,
    comparable_abic,
    cross_validate,
    monte_carlo,
    solve,
    sparsity,
    spatial_folds,
    strength_curve,
    total_variation,
    variance_components,
)
from geoslip.inversion.posterior import sample_slip
from geoslip.inversion.solver import solve_system


def with_data(study, operator, normal, right, **rules):
    """The system of a study with normal equations of one's own, and its estimate at a strength."""
    system = System(study.problem, operator, Constraints(**rules))
    return system.with_data(normal, right=right)


def objective(system, strength, x):
    slip = system.space.slip_vector(x)
    return float(x @ system.normal @ x - 2.0 * system.right @ x + strength**2 * system.operator.roughness(slip))


def test_sparsity_of_uncorrelated_data_shrinks_each_patch_by_its_closed_form(study):
    """x = b/c (1 - a^2 A / (2 len(b)))+ in every patch, for N = c I."""
    right = np.random.default_rng(0).normal(size=96)
    system = with_data(study, sparsity(study.fault), 3.0 * np.eye(96), right)
    strength = np.sqrt(2.0 / 4e6)
    found = solve_system(system, strength)
    length = np.tile(np.hypot(right[:48], right[48:]), 2)
    shrunk = np.maximum(1.0 - 1.0 / length, 0.0) * right / 3.0
    assert 10 < np.count_nonzero(shrunk == 0.0) < 90
    np.testing.assert_allclose(found.slip_vector, shrunk, atol=1e-9)
    np.testing.assert_array_equal(found.slip_vector == 0.0, shrunk == 0.0)
    assert found.kkt < 1e-9


def test_total_variation_brings_two_blocks_together_by_its_closed_form(twin, build_study):
    """Five patches at 2 and three at 1, with N = I: the means move by a^2 w / (2 n) until they meet."""
    study = build_study()
    fault = Fault((twin.segment("row", rows=1, columns=8, size=2e3),))
    operator = total_variation(fault, neighbours(fault), components=("dip",))
    data, greens = study.data[0], np.ones((len(study.data[0].values), 8))
    problem = Problem.build([data], fault, components=("dip",), greens={data.name: greens})
    level = np.repeat([2.0, 1.0], [5, 3])
    system = System(problem, operator, Constraints()).with_data(np.eye(8), right=level)
    for pull in (0.5, 1.5, 10.0):
        found = solve_system(system, float(np.sqrt(pull / 2e3)))
        apart = np.repeat([2.0 - pull / 10.0, 1.0 + pull / 6.0], [5, 3])
        expected = apart if apart[0] > apart[-1] else np.full(8, level.mean())
        np.testing.assert_allclose(found.slip_vector, expected, atol=1e-9)
        assert found.kkt < 1e-9


@pytest.mark.parametrize("rules", [{}, {"rake": 60.0}, {"rake": (0.0, 90.0)}, {"rake": 60.0, "maximum": 0.8}])
@pytest.mark.parametrize(("make", "strength"), [("total_variation", 0.03), ("sparsity", 1e-3)])
def test_optimality_conditions_hold_and_nothing_near_is_better(study, make, strength, rules):
    operator = sparsity(study.fault)
    if make == "total_variation":
        operator = total_variation(study.fault, study.adjacency, zero_edges=("bottom",))
    estimate = solve(study.problem, operator, strength=strength, constraints=Constraints(**rules))
    assert estimate.kkt < 1e-8
    rest = operator.lengths(operator.matrix @ estimate.slip_vector)
    assert np.count_nonzero(rest <= 1e-9 * rest.max()) > 3
    if rules == {"rake": 60.0} and make == "total_variation":
        blocks = np.unique(estimate.x[estimate.x > 0.0].round(9))
        assert estimate.uncertainty.effective_parameters == pytest.approx(len(blocks), abs=1e-6)
    system, rng = estimate.system, np.random.default_rng(1)
    least = objective(system, strength, estimate.x)
    for size in (1e-5, 1e-3, 1e-1):
        for _ in range(20):
            step = rng.normal(size=system.space.n) * (rng.uniform(size=system.space.n) < 0.2)
            there = np.clip(estimate.x + size * step, system.space.lower, system.space.upper)
            assert objective(system, strength, there) >= least - 1e-9 * abs(least)


def test_sparse_slip_holds_its_subgradient_conditions(study):
    """2 (N x - b) = -a^2 A u on patches that slip along u, and no longer than a^2 A on those that rest."""
    operator, strength = sparsity(study.fault), 2e-3
    estimate = solve(study.problem, operator, strength=strength)
    pull = (2.0 * (study.problem.normal @ estimate.slip_vector - study.problem.right)).reshape(2, -1)
    slip, weight = estimate.slip_vector.reshape(2, -1), strength**2 * study.fault.areas
    moving = np.hypot(*slip) > 0.0
    assert 10 < np.count_nonzero(moving) < 40
    expected = -(weight * slip / np.where(moving, np.hypot(*slip), 1.0))[:, moving]
    np.testing.assert_allclose(pull[:, moving], expected, atol=1e-7 * weight.max())
    assert np.all(np.hypot(*pull)[~moving] <= weight[~moving] * (1.0 + 1e-7))


def test_roughness_is_an_integral_on_any_mesh(twin):
    """Sum of the slopes along the sides (total variation), and potency (sparsity)."""
    for size, error in ((1e3, 0.02), (500.0, 0.01)):
        n = int(16e3 / size)
        fault = Fault((twin.segment("plane", rows=n, columns=n, size=size, dip=90.0, strike=0.0),))
        wave = 2 * np.pi / 16e3
        slip = 2.0 + np.cos(wave * fault.centroids[:, 1]) * np.cos(wave * fault.centroids[:, 2])
        variation = total_variation(fault, neighbours(fault), components=("strike",)).roughness(slip)
        # the integral of abs(sin) times abs(cos) is (4 / (2 pi))^2 of the area, for either slope
        assert variation == pytest.approx(2 * wave * (2 / np.pi) ** 2 * 16e3**2, rel=error)
        potency = sparsity(fault, components=("strike",)).roughness(slip)
        assert potency == pytest.approx(2.0 * 16e3**2, rel=1e-9)
        even = np.concatenate([3.0 * np.ones(n * n), 4.0 * np.ones(n * n)])
        assert sparsity(fault).roughness(even) == pytest.approx(5.0 * 16e3**2, rel=1e-12)
        edge = total_variation(fault, neighbours(fault), zero_edges=("bottom",)).roughness(even)
        assert edge == pytest.approx(5.0 * 16e3, rel=1e-9)


def test_a_curve_is_chosen_by_what_is_defined_and_finds_a_block(build_study, twin):
    """One block of even slip: total variation finds it better than the Laplacian does, and ABIC is refused."""
    study = build_study()
    block = ((study.fault.centroids[:, 2] > -4e3) & (study.fault.segment_index == 0)).astype(float)
    truth = np.concatenate([0.5 * block, block])
    rng = np.random.default_rng(3)
    data = [twin.with_values(one, study.greens[one.name] @ truth + 0.004 * rng.standard_normal(len(one.values)))
            for one in study.data]  # fmt: skip
    problem = Problem.build(data, study.fault, greens=study.greens)
    operator = total_variation(study.fault, study.adjacency, zero_edges=("bottom", "sides"))
    constraints = Constraints(rake=(0.0, 90.0))
    curve = strength_curve(problem, operator, strengths=9, constraints=constraints)
    assert curve.criteria == ("lcurve", "chi2")
    curve = cross_validate(curve, folds=spatial_folds(problem, folds=3))
    smooth = strength_curve(problem, study.operator, strengths=9, constraints=constraints)
    errors = [
        min(float(np.linalg.norm(one.slip_vector - truth)) for one in found.estimates) for found in (curve, smooth)
    ]
    chosen = curve.choose("cv").estimate
    assert errors[0] < 0.7 * errors[1]
    assert np.linalg.norm(chosen.slip_vector - truth) < 0.5 * errors[1]
    assert 1.0 < chosen.uncertainty.effective_parameters < 60.0
    assert monte_carlo(chosen, draws=3).spread.max() > 0.0
    with pytest.raises(ValueError, match="'abic' is of smoothing by squares, not of total_variation: use one"):
        curve.choose("abic")
    with pytest.raises(ValueError, match="compare by cross-validation"):
        comparable_abic(chosen.system, [1.0])


def test_what_lengths_cannot_do_is_refused(study, twin):
    operator = sparsity(study.fault)
    with pytest.raises(ConstraintError, match="a moment that is given or capped is not solved with sparsity"):
        solve(study.problem, operator, strength=1e-3, constraints=Constraints(moment_at_most=1e18))
    with pytest.raises(ConstraintError, match="keeps at a fixed rake only: fix the rake"):
        solve(study.problem, operator, strength=1e-4, constraints=Constraints(rake=(0.0, 90.0), maximum=0.3))
    with pytest.raises(ConstraintError, match="variance components"):
        variance_components(study.problem, operator, strength=1e-3)
    with pytest.raises(ConstraintError, match="a prior by lengths is no Gaussian"):
        sample_slip(study.problem, operator, strength=1e-3)
    one = Fault((twin.segment("one", rows=1, columns=1),))
    with pytest.raises(ConstraintError, match="single patch without zero edges"):
        total_variation(one, neighbours(one))
