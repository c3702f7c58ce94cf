"""Smoothing toward given slip, stress drops and moments: closed forms, equivalence to shifted data, two meshes."""

import numpy as np
import pytest

from geoslip.faults import Fault, neighbours
from geoslip.inversion import (
    ConstraintError,
    Constraints,
    LinearPrior,
    Problem,
    System,
    bootstrap,
    comparable_abic,
    damping,
    first_difference,
    laplacian,
    moment_prior,
    monte_carlo,
    solve,
    strength_curve,
    stress_drop_operator,
    stress_matrix,
    toward,
    von_karman,
)
from geoslip.inversion.trust.profiles import stress_drop


def table_of(vector):
    n = len(vector) // 2
    return np.column_stack([vector[:n], vector[n:], np.zeros(n)])


def plane(twin, size, *, extent=16e3, top=2e3):
    n = int(extent / size)
    return Fault((twin.segment("plane", rows=n, columns=n, size=size, dip=50.0, top=top),))


def test_damping_toward_slip_has_its_closed_form(study):
    """(N + a^2 A)^-1 (b + a^2 A m0), A the areas of the patches."""
    given = 0.5 * study.slip + 0.1
    estimate = solve(study.problem, toward(damping(study.fault), table_of(given)), strength=1e-3)
    weight = 1e-6 * np.tile(study.fault.areas, 2)
    expected = np.linalg.solve(
        study.problem.normal + np.diag(weight), study.problem.right + weight * given
    )  # fmt: skip
    np.testing.assert_allclose(estimate.slip_vector, expected, atol=1e-9)
    assert estimate.roughness == pytest.approx(float(weight @ (expected - given) ** 2) / 1e-6, rel=1e-9)


@pytest.mark.parametrize("make", ["laplacian", "von_karman", "first_difference"])
def test_smoothing_toward_slip_is_smoothing_what_the_data_say_beyond_it(study, build_study, make):
    """Curve, ABIC and GCV are those of data less what the given slip predicts, for slip less the given slip."""
    operator = {
        "laplacian": lambda: study.operator,
        "von_karman": lambda: von_karman(study.fault, lengths=(8e3, 8e3)),
        "first_difference": lambda: first_difference(study.fault, study.adjacency, zero_edges=("bottom", "sides")),
    }[make]()
    given = 0.7 * study.slip
    drawn = toward(operator, table_of(given), name="a published model")
    assert drawn.note.endswith("toward a published model")
    strengths = np.geomspace(0.3, 300.0, 6) * np.sqrt(np.trace(study.problem.normal) / operator.gram.trace())
    curve = strength_curve(study.problem, drawn, strengths=strengths)
    left = [_less(one, study.greens[one.name] @ given) for one in study.data]
    plain = strength_curve(Problem.build(left, study.fault, greens=study.greens), operator, strengths=strengths)
    np.testing.assert_allclose(curve.abic, plain.abic, rtol=1e-6)
    np.testing.assert_allclose(curve.gcv, plain.gcv, rtol=1e-6)
    np.testing.assert_allclose(curve.misfit, plain.misfit, rtol=1e-6)
    for one, other in zip(curve.estimates, plain.estimates):
        np.testing.assert_allclose(one.slip_vector, other.slip_vector + given, atol=1e-6)
    one, other = (System(p.problem, p.system.operator, Constraints()) for p in (curve.estimates[2], plain.estimates[2]))
    assert comparable_abic(one, strengths[2:3]) == pytest.approx(comparable_abic(other, strengths[2:3]), rel=1e-6)


def _less(data, predicted):
    from dataclasses import replace

    return replace(data, values=data.values - predicted)


def test_strong_damping_leaves_the_given_slip_within_the_bounds(study):
    given = table_of(study.slip) * np.array([1.0, -1.0, 1.0])
    estimate = solve(
        study.problem, toward(damping(study.fault), given), strength=1e5, constraints=Constraints(rake=(0.0, 90.0))
    )  # fmt: skip
    np.testing.assert_allclose(estimate.slip[:, 0], given[:, 0], atol=1e-6)
    np.testing.assert_allclose(estimate.slip[:, 1], 0.0, atol=1e-6)
    assert estimate.kkt < 1e-8


def test_draws_scatter_about_the_estimate_that_is_drawn_toward_slip(study):
    operator = toward(study.operator, table_of(study.slip))
    constraints = Constraints(rake=(0.0, 90.0))
    problem = study.problem.with_priors(moment_prior(study.fault, constraints, moment=3e18, sigma=3e17))
    estimate = solve(problem, operator, strength=1e5, constraints=constraints)
    drawn = monte_carlo(estimate, draws=20)
    assert np.abs(drawn.mean - estimate.slip).max() < 4.0 * drawn.spread.max() / np.sqrt(20)
    blocks = bootstrap(estimate, draws=4, blocks=5)
    assert np.abs(blocks.mean - estimate.slip).max() < 0.3 * np.abs(estimate.slip).max()


def test_slip_of_the_wrong_size_is_refused(study):
    with pytest.raises(ValueError, match=r"shape \(4, 3\), the operator acts on 48 patches: give \(48, 3\)"):
        toward(damping(study.fault), np.zeros((4, 3)))
    with pytest.raises(ValueError, match="not finite: give zero"):
        toward(damping(study.fault), np.full((48, 3), np.nan))


def test_stress_matrix_gives_the_stress_drop_of_slip(twin):
    fault = twin.two_segments(rows=3, columns=3, top=1e3)
    slip = np.random.default_rng(0).uniform(0.5, 1.0, (18, 3)) * np.array([1.0, 1.0, 0.0])
    matrix = stress_matrix(fault, rigidity=32e9)
    both = (matrix @ slip[:, :2].T.ravel()).reshape(2, -1)
    along = np.sum(both.T * slip[:, :2], axis=1) / np.hypot(slip[:, 0], slip[:, 1])
    np.testing.assert_allclose(along, stress_drop(fault, slip, rigidity=32e9)[0], rtol=1e-9)


def test_the_roughness_of_stress_drop_is_its_integral_on_any_mesh(twin):
    """Slip (1 - r^2)^(3/2), which fades smoothly: the integral of its squared stress drop hardly knows the mesh."""
    found = []
    for size in (2e3, 1e3):
        fault = plane(twin, size)
        away = (fault.centroids - fault.centroids.mean(axis=0)) / 7e3
        slip = np.maximum(1.0 - np.sum(away**2, axis=1), 0.0) ** 1.5
        operator = stress_drop_operator(fault, components=("dip",))
        drop = stress_matrix(fault, components=("dip",))[fault.n_patches :] @ slip
        assert operator.roughness(slip) == pytest.approx(float(fault.areas @ drop**2), rel=1e-12)
        found.append(operator.roughness(slip))
    assert found[0] == pytest.approx(found[1], rel=0.1)


def test_a_strong_prior_of_stress_drop_gives_slip_of_that_stress_drop(study):
    operator = stress_drop_operator(study.fault, drop=3e6, rake=60.0)
    estimate = solve(study.problem, operator, strength=1e3)
    drop = (stress_matrix(study.fault) @ estimate.slip_vector).reshape(2, -1)
    np.testing.assert_allclose(drop[0], 3e6 * np.cos(np.pi / 3), rtol=1e-3)
    np.testing.assert_allclose(drop[1], 3e6 * np.sin(np.pi / 3), rtol=1e-3)
    small = solve(study.problem, stress_drop_operator(study.fault), strength=1e3)
    assert np.abs(small.slip).max() < 1e-4


def test_a_stress_drop_without_direction_or_sense_is_refused(study):
    with pytest.raises(ValueError, match="needs the rake along which"):
        stress_drop_operator(study.fault, drop=1e6)
    with pytest.raises(ValueError, match="stress drop -1"):
        stress_drop_operator(study.fault, drop=-1.0)
    with pytest.raises(ValueError, match="regularises shear slip"):
        stress_drop_operator(study.fault, components=("opening",))


def test_a_moment_prior_draws_the_moment_by_its_weight(study):
    """One more datum: the estimate is that of normal equations with its row, and a tight one is the constraint."""
    constraints = Constraints(rake=60.0)
    free = solve(study.problem, study.operator, strength=1e4, constraints=constraints)
    wanted = 2.0 * free.moment
    moments = []
    for sigma in (1e3, 0.02, 1e-6):
        prior = moment_prior(study.fault, constraints, moment=wanted, sigma=sigma * wanted)
        found = solve(study.problem.with_priors(prior), study.operator, strength=1e4, constraints=constraints)
        moments.append(found.moment / wanted)
        assert found.problem.n_data == study.problem.n_data + 1
        assert found.chi2 == pytest.approx(found.problem.chi_square(found.slip_vector), rel=1e-6)
    assert moments[0] == pytest.approx(0.5, rel=1e-4)
    assert 0.5 < moments[1] < 1.0
    held = solve(
        study.problem, study.operator, strength=1e4,
        constraints=Constraints(rake=60.0, moment_at_least=wanted, moment_at_most=wanted),
    )  # fmt: skip
    assert moments[2] == pytest.approx(1.0, rel=1e-4)
    np.testing.assert_allclose(found.slip, held.slip, atol=1e-3 * held.slip.max())


def test_priors_that_do_not_fit_are_refused(study, twin):
    constraints = Constraints(rake=60.0)
    small = Fault((twin.segment("plane"),))
    prior = moment_prior(small, constraints, moment=1e18, sigma=1e17)
    with pytest.raises(ValueError, match="prior 'moment' acts on 48 slip components, the problem has 96"):
        study.problem.with_priors(prior)
    with pytest.raises(ConstraintError, match="rake of segment 'south' is free: give it a rake"):
        moment_prior(study.fault, Constraints(), moment=1e18, sigma=1e17)
    with pytest.raises(ValueError, match="moment -1"):
        moment_prior(study.fault, constraints, moment=-1.0, sigma=1e17)
    with pytest.raises(ValueError, match=r"standard deviations .* must be positive"):
        moment_prior(study.fault, constraints, moment=1e18, sigma=0.0)
    with pytest.raises(ConstraintError, match="needs the dip component"):
        moment_prior(study.fault, constraints, moment=1e18, sigma=1e17, components=("strike",))
    with pytest.raises(ValueError, match=r"must have the shapes \(k, p\), \(k,\) and \(k,\)"):
        LinearPrior("sum", np.ones((2, 96)), np.zeros(1), np.ones(2))
    with pytest.raises(ValueError, match="not finite"):
        LinearPrior("sum", np.ones((1, 96)), np.array([np.nan]), np.ones(1))


def test_smoothing_toward_slip_keeps_its_strength_on_another_mesh(twin):
    """The roughness of one departure is the same integral on two meshes, and vanishes at the slip itself."""
    found = []
    for size in (500.0, 250.0):
        fault = plane(twin, size)
        place = (fault.centroids - fault.centroids.mean(axis=0)) / 4e3
        given = np.column_stack([np.exp(-np.sum(place**2, axis=1)), np.zeros((fault.n_patches, 2))])
        operator = toward(laplacian(fault, neighbours(fault)), given)
        assert operator.roughness(given[:, :2].T.ravel()) == pytest.approx(0.0, abs=1e-20)
        slip = np.concatenate([np.zeros(fault.n_patches), np.exp(-2.0 * np.sum(place**2, axis=1))])
        found.append(operator.roughness(slip))
    assert found[0] == pytest.approx(found[1], rel=0.02)
