"""The posterior of slip on the twin study: the formal covariance without bounds, the truth within, and refusals."""

import numpy as np
import pytest

from geoslip.faults import magnitude_of_moment
from geoslip.inversion import ConstraintError, Constraints, SingularProblemError, laplacian, solve
from geoslip.inversion.posterior import LogUniform, sample_slip

REVERSE = Constraints(rake=(0.0, 90.0))


@pytest.fixture(scope="module")
def small(build_study):
    return build_study(rows=3, columns=3, size=4e3)


@pytest.fixture(scope="module")
def sampled(small):
    return sample_slip(small.problem, small.operator, constraints=REVERSE, draws=1500, seed=1)


@pytest.mark.parametrize("method", ["hybrid", "reflection"])
def test_without_bounds_it_is_the_estimate_and_its_formal_covariance(small, method):
    strength = 30.0
    estimate = solve(small.problem, small.operator, strength=strength)
    posterior = sample_slip(small.problem, small.operator, strength=strength, method=method, draws=1500, seed=2)
    assert posterior.warnings == ()
    deviation = estimate.standard_deviations[:, :2]
    np.testing.assert_allclose((posterior.mean - estimate.slip)[:, :2] / deviation, 0.0, atol=0.08)
    np.testing.assert_allclose(posterior.standard_deviations[:, :2] / deviation, 1.0, atol=0.06)
    assert np.isnan(posterior.standard_deviations[:, 2]).all() and (posterior.mean[:, 2] == 0.0).all()


def test_a_data_set_given_twice_as_noisy_is_sampled_as_such(small):
    problem = small.problem.with_scales({block.name: 2.0 for block in small.problem.blocks})
    posterior = sample_slip(problem, small.operator, strength=30.0, draws=1500, seed=3)
    estimate = solve(problem, small.operator, strength=30.0)
    ratio = posterior.standard_deviations[:, :2] / estimate.standard_deviations[:, :2]
    np.testing.assert_allclose(ratio, 1.0, atol=0.06)
    assert posterior.noise_scales["gnss"].tolist() == [2.0] and posterior.strength.tolist() == [30.0]


def test_slip_strength_and_noise_in_one_run(small, sampled):
    assert sampled.warnings == () and sampled.chains.converged
    assert sampled.samples.shape == (6000, small.fault.n_patches, 3) and (sampled.samples >= 0.0).all()
    for name, scale in sampled.noise_scales.items():
        low, high = np.quantile(scale, (0.001, 0.999))
        assert low < 1.0 < high and high < 1.8, name
    truth = small.slip.reshape(2, -1).T
    low, high = sampled.quantiles((0.025, 0.975))[:, :, :2]
    assert np.mean((low <= truth) & (truth <= high)) > 0.85
    np.testing.assert_allclose(sampled.mean, sampled.samples.mean(axis=0), atol=1e-12)


def test_the_moment_is_that_of_each_draw(small, sampled):
    slip = sampled.samples[17]
    moment = np.sum(30e9 * small.fault.areas * np.linalg.norm(slip[:, :2], axis=1))
    np.testing.assert_allclose(sampled.moments[17], moment)
    low, middle, high = sampled.moment_quantiles()
    truth = np.sum(30e9 * small.fault.areas * np.linalg.norm(small.slip.reshape(2, -1), axis=0))
    assert low < truth < high and low < middle < high < 1.3 * low
    np.testing.assert_allclose(sampled.magnitude_quantiles(), magnitude_of_moment(np.array([low, middle, high])))


def test_louder_data_than_stated_are_found_out(build_study):
    loud = build_study(rows=3, columns=3, size=4e3, noise=3.0)
    posterior = sample_slip(loud.problem, loud.operator, constraints=REVERSE, draws=800, seed=4)
    for name, scale in posterior.noise_scales.items():
        assert 2.4 < np.median(scale) < 3.7, name


def test_the_noise_alone_may_be_sampled_within_a_box(small):
    constraints = Constraints(rake=60.0, maximum=1.0)
    posterior = sample_slip(
        small.problem, small.operator, constraints=constraints, strength=30.0, sample_noise=True, draws=300, seed=5
    )
    size = np.linalg.norm(posterior.samples, axis=2)
    assert size.max() <= 1.0 + 1e-12 and size.max() > 0.98
    assert {len(scale) for scale in posterior.noise_scales.values()} == {1200}


def test_the_strength_may_be_sampled_within_a_box_too(small):
    strengths = LogUniform(300.0, 1e4)
    free = sample_slip(
        small.problem, small.operator, constraints=Constraints(rake=60.0), strength=strengths, draws=250, seed=5
    )
    # a maximum that no draw comes near changes nothing; one that cuts the slip down is felt
    far, near = (
        sample_slip(
            small.problem, small.operator, constraints=Constraints(rake=60.0, maximum=most), strength=strengths,
            draws=250, seed=6,
        )
        for most in (20.0, 0.8)
    )  # fmt: skip
    np.testing.assert_allclose(free.mean, free.samples.mean(axis=0), atol=1e-12)
    spread = np.log(free.strength).std()
    assert abs(np.log(far.strength).mean() - np.log(free.strength).mean()) < 0.2 * spread
    np.testing.assert_allclose(far.mean, free.mean, atol=0.1 * np.nanmax(free.standard_deviations))
    assert np.linalg.norm(near.samples, axis=2).max() <= 0.8 + 1e-12 and near.chains.converged


def test_a_scale_at_its_priors_edge_is_told(small):
    sampled = sample_slip(
        small.problem, small.operator, constraints=REVERSE, strength=LogUniform(1e-3, 1e-2), draws=100, seed=6
    )
    assert any("strength" in text and "upper edge" in text for text in sampled.warnings)


def test_the_mean_is_that_of_the_draws_in_any_window_of_rakes(small):
    window = Constraints(rake=(20.0, 130.0))
    posterior = sample_slip(small.problem, small.operator, constraints=window, strength=30.0, draws=50, seed=1)
    np.testing.assert_allclose(posterior.mean, posterior.samples.mean(axis=0), atol=1e-12)
    rake = np.rad2deg(np.arctan2(posterior.mean[:, 1], posterior.mean[:, 0]))
    assert ((rake > 20.0) & (rake < 130.0)).all()


def test_what_is_no_bound_of_parameters_is_refused(small):
    with pytest.raises(ConstraintError, match="largest moment"):
        sample_slip(small.problem, small.operator, constraints=Constraints(moment_at_most=1e19))
    with pytest.raises(ConstraintError, match="two components a patch"):
        sample_slip(small.problem, small.operator, constraints=Constraints(maximum=2.0), strength=1.0)
    free = laplacian(small.fault, small.adjacency, zero_edges=())
    with pytest.raises(SingularProblemError, match="not positive definite"):
        sample_slip(small.problem, free, constraints=REVERSE)
