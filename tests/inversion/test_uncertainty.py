"""Formal covariance and resolution: the posterior identity, coverage over noise draws, bounds, rakes."""

import numpy as np
import pytest

from geoslip.faults import neighbours
from geoslip.inversion import Constraints, Problem, laplacian, solve


def test_without_bounds_it_is_the_gaussian_posterior_covariance(study):
    """(G' C^-1 G + strength^2 L'L)^-1 with the nuisance marginalised, written out with all unknowns."""
    strength = 3e3
    estimate = solve(study.problem, study.operator, strength=strength)
    total, n = study.problem.n_slip + study.problem.n_nuisance, study.problem.n_slip
    precision = np.zeros((total, total))
    column = n
    for block in study.problem.blocks:
        matrix = np.zeros((block.n_data, total))
        matrix[:, :n] = block.greens
        matrix[:, column : column + len(block.nuisance)] = block.nuisance.matrix
        column += len(block.nuisance)
        precision += matrix.T @ np.linalg.solve(block.observations.covariance, matrix)
    precision[:n, :n] += strength**2 * study.operator.gram.toarray()
    expected = np.linalg.inv(precision)[:n, :n]
    np.testing.assert_allclose(estimate.covariance, expected, atol=1e-8 * expected.max())
    resolution = expected @ study.problem.normal
    np.testing.assert_allclose(estimate.uncertainty.resolution, np.diag(resolution), atol=1e-7)
    assert estimate.dof == pytest.approx(study.problem.n_data - study.problem.n_nuisance - np.trace(resolution))


def test_stated_errors_cover_slip_drawn_from_the_prior(study):
    """Slip from the prior that the smoothing stands for, data with noise: 68 % and 95 % of errors within 1 and 2 sd."""
    rng = np.random.default_rng(0)
    strength = 3e3
    estimate = solve(study.problem, study.operator, strength=strength)
    deviations = estimate.uncertainty.standard_deviations
    precision = strength**2 * study.operator.gram.toarray()
    prior = np.linalg.cholesky(np.linalg.inv(precision))
    noise = {block.name: np.linalg.cholesky(block.observations.covariance) for block in study.problem.blocks}
    inverse = np.linalg.inv(study.problem.normal + precision)
    scores = []
    for _ in range(300):
        slip = prior @ rng.standard_normal(study.problem.n_slip)
        right = np.zeros(study.problem.n_slip)
        for block in study.problem.blocks:
            values = block.greens @ slip + noise[block.name] @ rng.standard_normal(block.n_data)
            values += block.nuisance.matrix @ np.full(len(block.nuisance), 0.02)
            columns = block.whitener.whiten(np.column_stack([values, block.greens, block.nuisance.matrix]))
            basis = np.linalg.qr(columns[:, 1 + block.greens.shape[1] :])[0]
            columns -= basis @ (basis.T @ columns)
            right += columns[:, 1 : 1 + block.greens.shape[1]].T @ columns[:, 0]
        scores.append((inverse @ right - slip) / deviations)
    scores = np.abs(np.array(scores))
    assert np.mean(scores < 1.0) == pytest.approx(0.683, abs=0.02)
    assert np.mean(scores < 2.0) == pytest.approx(0.954, abs=0.01)


def test_what_a_bound_holds_has_no_formal_uncertainty(study):
    estimate = solve(study.problem, study.operator, strength=1e3, constraints=Constraints(rake=90.0))
    held = estimate.state != 0
    assert held.any()
    assert (~held).any()
    deviations = estimate.standard_deviations
    np.testing.assert_array_equal(np.isnan(deviations[:, 1]), held)
    assert np.isnan(deviations[:, 0]).all()
    assert np.isnan(deviations[:, 2]).all()
    assert (deviations[~held, 1] > 0.0).all()
    assert (estimate.patch_resolution[held] == 0.0).all()
    assert (np.diag(estimate.covariance)[study.fault.n_patches :][held] == 0.0).all()


def test_a_fixed_rake_correlates_its_components_fully(study):
    estimate = solve(study.problem, study.operator, strength=1e5, constraints=Constraints(rake=45.0))
    patch = int(np.argmax(estimate.slip[:, 0]))
    n = study.fault.n_patches
    covariance = estimate.covariance[np.ix_([patch, n + patch], [patch, n + patch])]
    np.testing.assert_allclose(covariance / covariance[0, 0], np.ones((2, 2)), rtol=1e-10)


def test_resolution_lies_between_nought_and_one_and_falls_with_strength(study):
    weak, strong = (solve(study.problem, study.operator, strength=value) for value in (1e1, 1e5))
    for estimate in (weak, strong):
        assert (estimate.resolution[:, :2] > -0.05).all()
        assert (estimate.resolution[:, :2] < 1.05).all()
    assert weak.uncertainty.effective_parameters > strong.uncertainty.effective_parameters


def test_all_held_leaves_nothing_to_be_uncertain_about(study):
    opposite = Constraints(rake=(-135.0, -125.0))
    estimate = solve(study.problem, study.operator, strength=1e7, constraints=opposite)
    assert not estimate.free.any()
    assert (estimate.covariance == 0.0).all()
    assert estimate.dof == study.problem.n_data - study.problem.n_nuisance


def test_the_slip_model_carries_slip_and_covariance(study):
    estimate = solve(study.problem, study.operator, strength=1e4, constraints=Constraints(rake=(0.0, 90.0)))
    model = estimate.model(rigidity=32e9)
    np.testing.assert_array_equal(model.slip, estimate.slip)
    assert model.moment == pytest.approx(estimate.moment * 32 / 30)
    np.testing.assert_array_equal(model.covariance, estimate.covariance)


def test_fit_counts_the_nuisance_as_model(study):
    estimate = solve(study.problem, study.operator, strength=1e4)
    fit = estimate.fit("ascending")
    observed = study.problem.block("ascending").observations.values
    assert fit.variance_reduction == pytest.approx(1 - np.sum(fit.residual**2) / np.sum(observed**2))
    np.testing.assert_allclose(fit.predicted + fit.residual, observed, atol=1e-15)
    assert fit.rms == pytest.approx(np.sqrt(np.mean(fit.residual**2)))
    assert set(estimate.fit("gnss").by_direction) == {"east", "north"}
    assert estimate.chi2 == pytest.approx(sum(one.chi2 for one in estimate.fits))
    assert set(estimate.predicted) == set(estimate.residual) == set(study.ramps)
    with pytest.raises(ValueError, match="no data set is called"):
        estimate.fit("track")


def test_one_component_can_be_estimated_alone(study, twin):
    data = study.data[2]
    half = study.greens["gnss"][:, study.fault.n_patches :]
    problem = Problem.build([data], study.fault, components=("dip",), greens={"gnss": half})
    operator = laplacian(study.fault, neighbours(study.fault), components=("dip",), zero_edges=("bottom",))
    estimate = solve(problem, operator, strength=1e4, constraints=Constraints(rake=90.0))
    assert (estimate.slip[:, [0, 2]] == 0.0).all()
    assert np.isnan(estimate.standard_deviations[:, 0]).all()
    assert estimate.model().covariance is None
