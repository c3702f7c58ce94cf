"""Slip sampled with a mean beforehand: closed forms without bounds, and orthants of two patches under bounds."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from geoslip.inversion import Constraints, System, solve, toward
from geoslip.inversion.posterior import LogUniform, sample_slip


def table_of(vector):
    n = len(vector) // 2
    return np.column_stack([vector[:n], vector[n:], np.zeros(n)])


def moments_on(grid, height):
    """Mean and standard deviation of a density on an even grid, known up to a factor by its logarithm."""
    weight = np.exp(height - height.max())
    mean = float(weight @ grid / weight.sum())
    return mean, float(np.sqrt(weight @ (grid - mean) ** 2 / weight.sum()))


@pytest.fixture(scope="module")
def small(build_study):
    return build_study(rows=2, columns=2, size=5e3)


def test_without_bounds_it_is_the_estimate_and_its_formal_covariance(small):
    given = table_of(1.5 * small.slip + 0.3)
    operator = toward(small.operator, given)
    strength = 3e4
    estimate = solve(small.problem, operator, strength=strength)
    plain = solve(small.problem, small.operator, strength=strength)
    posterior = sample_slip(small.problem, operator, strength=strength, draws=1500, seed=2)
    deviation = estimate.standard_deviations[:, :2]
    np.testing.assert_allclose((posterior.mean - estimate.slip)[:, :2] / deviation, 0.0, atol=0.08)
    np.testing.assert_allclose(posterior.standard_deviations[:, :2] / deviation, 1.0, atol=0.06)
    assert np.abs((plain.slip - estimate.slip)[:, :2] / deviation).max() > 1.0


def test_the_strength_follows_the_evidence_about_the_mean(small):
    """ln p(d | a) = 1/2 (ln det a^2 H - ln det A + r' A^-1 r), A = N + a^2 H, r = b - N m0."""
    given, strengths = 1.5 * small.slip + 0.3, LogUniform(1e2, 1e6)
    operator = toward(small.operator, table_of(given))
    posterior = sample_slip(
        small.problem, operator, strength=strengths, sample_noise=False, draws=1500, seed=3
    )  # fmt: skip
    gram, normal = operator.gram.toarray(), small.problem.normal
    right = small.problem.right - normal @ given
    grid, height = np.linspace(np.log(1e2), np.log(1e6), 801), []
    for number in grid:
        prior = np.exp(2.0 * number) * gram
        total = normal + prior
        fit = right @ np.linalg.solve(total, right)
        height.append(0.5 * (np.linalg.slogdet(prior)[1] - np.linalg.slogdet(total)[1] + fit))
    mean, deviation = moments_on(grid, np.array(height))
    drawn = np.log(posterior.strength)
    assert drawn.mean() == pytest.approx(mean, abs=0.1 * deviation)
    assert drawn.std() == pytest.approx(deviation, rel=0.1)


def test_under_bounds_the_normaliser_of_the_shifted_prior_counts(build_study):
    """Two patches: p(a | d) is a ratio of two orthants, each a Gaussian's share where slip is not negative."""
    pair = build_study(rows=1, columns=1, size=8e3)
    problem = pair.problem.with_scales({block.name: 40.0 for block in pair.problem.blocks})
    constraints = Constraints(rake=60.0)
    operator = toward(pair.operator, np.tile([-0.1, -0.2, 0.0], (2, 1)))
    system = System(problem, operator, constraints)
    even = float(np.sqrt(np.trace(system.normal) / np.trace(system.gram)))
    strengths = LogUniform(0.05 * even, 20.0 * even)
    posterior = sample_slip(
        problem, operator, constraints=constraints, strength=strengths, sample_noise=False, draws=800, seed=4
    )  # fmt: skip
    assert posterior.samples[:, :, :2].min() >= 0.0

    def log_orthant(middle, precision):
        cover = np.linalg.inv(precision)
        share = multivariate_normal(np.zeros(2), cover, allow_singular=True).cdf(middle)
        return float(np.log(share) + 0.5 * np.linalg.slogdet(cover)[1])

    grid = np.linspace(np.log(strengths.low), np.log(strengths.high), 201)
    right, with_share, without = system.right - system.normal @ system.rest, [], []
    for number in grid:
        prior = np.exp(2.0 * number) * system.gram
        total = system.normal + prior
        away = np.linalg.solve(total, right)
        top = log_orthant(system.rest + away, total) + 0.5 * right @ away
        with_share.append(top - log_orthant(system.rest, prior))
        without.append(top + 0.5 * np.linalg.slogdet(prior)[1])
    mean, deviation = moments_on(grid, np.array(with_share))
    drawn = np.log(posterior.strength)
    assert drawn.mean() == pytest.approx(mean, abs=0.12 * deviation)
    assert drawn.std() == pytest.approx(deviation, rel=0.12)
    # a normaliser that forgets the bounds would be found out
    assert abs(moments_on(grid, np.array(without))[0] - mean) > 0.3 * deviation
