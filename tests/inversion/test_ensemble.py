"""Ensembles: noise spreads slip as the linear theory says, blocks drawn once are the estimate, tracks are left out."""

import numpy as np
import pytest

from geoslip.inversion import Constraints, Problem, bootstrap, leave_one_out, minimise_bounded, monte_carlo, solve
from geoslip.inversion.bounds.least_squares import minimise_many

WINDOW = Constraints(rake=(0.0, 90.0))


@pytest.fixture(scope="module")
def estimate(study):
    return solve(study.problem, study.operator, strength=1e4, constraints=WINDOW)


def test_without_bounds_the_spread_is_that_of_linear_theory(study):
    """Slip S G' C^-1 d has the covariance S N S."""
    free = solve(study.problem, study.operator, strength=1e4)
    expected = np.sqrt(np.diagonal(free.covariance @ study.problem.normal @ free.covariance))
    found = monte_carlo(free, draws=600, seed=1)
    ratio = found.slips.std(axis=0, ddof=1) / expected
    assert ratio.mean() == pytest.approx(1.0, abs=0.02)
    assert np.abs(ratio - 1.0).max() < 0.15
    assert np.abs(
        (found.slips.mean(axis=0) - free.covariance @ study.problem.normal @ free.slip_vector) / expected
    ).max() < 5.0 / np.sqrt(600)


def test_every_draw_keeps_the_bounds_and_a_seed_repeats(estimate):
    found = monte_carlo(estimate, draws=8, seed=3)
    assert found.slips.min() >= 0.0
    np.testing.assert_array_equal(found.slips, monte_carlo(estimate, draws=8, seed=3).slips)
    assert np.any(found.slips != monte_carlo(estimate, draws=8, seed=4).slips)
    assert found.spread.shape == found.mean.shape == estimate.slip.shape
    assert found.moments.shape == found.peaks.shape == (8,)
    weight = 30e9 * estimate.problem.fault.areas
    assert found.moments[2] == pytest.approx(weight @ np.hypot(*found.tables[2, :, :2].T))


def test_many_problems_of_one_matrix_are_those_one_by_one():
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((80, 50))
    normal, rights = matrix.T @ matrix, rng.standard_normal((6, 50)) * 10.0
    for found, right in zip(minimise_many(normal, rights), rights, strict=True):
        alone = minimise_bounded(normal, right)
        np.testing.assert_allclose(found.x, alone.x, atol=1e-10)
        assert found.kkt < 1e-8


def test_a_cap_bounds_every_draw(study):
    capped = solve(study.problem, study.operator, strength=1e4, constraints=Constraints(rake=(0.0, 90.0), maximum=0.8))
    assert monte_carlo(capped, draws=2).peaks.max() <= 0.8 * (1.0 + 1e-6)


def test_without_a_data_set_it_is_the_problem_without_it(study, estimate):
    found = leave_one_out(estimate)
    assert found.names == ("ascending", "descending", "gnss")
    kept = Problem.build(study.data[1:], study.fault, greens={d.name: study.greens[d.name] for d in study.data[1:]})
    alone = solve(kept, study.operator, strength=1e4, constraints=WINDOW)
    np.testing.assert_allclose(found.slips[0], alone.slip_vector, atol=1e-6)


def test_the_bootstrap_varies_about_the_estimate_as_much_as_noise_does(estimate):
    """The stated noise is true here: what blocks of ground disagree about is of its size."""
    resampled = bootstrap(estimate, draws=40, blocks=20)
    noise = monte_carlo(estimate, draws=40)
    ratio = np.sqrt(np.mean(resampled.size_spread**2) / np.mean(noise.size_spread**2))
    assert 0.5 < ratio < 2.5
    assert np.abs(resampled.mean - estimate.slip).max() < 3.0 * resampled.size_spread.max()
    np.testing.assert_array_equal(resampled.slips[:3], bootstrap(estimate, draws=3, blocks=20).slips)


def test_too_few_draws_and_blocks_are_refused(estimate):
    with pytest.raises(ValueError, match="1 draws have no spread"):
        monte_carlo(estimate, draws=1)
    with pytest.raises(ValueError, match="0 draws have no spread"):
        bootstrap(estimate, draws=0)
    with pytest.raises(ValueError, match="1 folds of data"):
        bootstrap(estimate, draws=2, blocks=1)
