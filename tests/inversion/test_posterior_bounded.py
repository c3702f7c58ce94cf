"""The truncated Gaussian: every sampler against the analytic Gaussian, quadrature, rejection sampling."""

import numpy as np
import pytest
from scipy.stats import gamma, kstest, truncnorm

from geoslip.inversion.errors import SingularProblemError
from geoslip.inversion.posterior import BoundedGaussian, DataTerm, sample_bounded
from geoslip.inversion.posterior.gibbs import truncated_gamma, truncated_normal
from geoslip.inversion.posterior.reflection import reflect
from geoslip.inversion.posterior.sampler import METHODS


def gaussian(precision, mean, *, lower=-np.inf, upper=np.inf):
    """A Gaussian of this precision and mean between bounds, its scales held."""
    q = len(mean)
    term = DataTerm("data", precision, precision @ mean)
    bounds = (np.broadcast_to(np.asarray(bound, float), (q,)).copy() for bound in (lower, upper))
    return BoundedGaussian((term,), np.zeros((q, q)), *bounds, 0.0, tuple(f"x{i}" for i in range(q)))


def assert_moments(chains, mean, deviation):
    """Means within 0.05 standard deviations, standard deviations within 5 %, from chains that converged."""
    assert chains.converged, chains.warnings
    np.testing.assert_allclose((chains.flat.mean(axis=0) - mean) / deviation, 0.0, atol=0.05)
    np.testing.assert_allclose(chains.flat.std(axis=0) / deviation, 1.0, atol=0.05)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (-np.inf, np.inf), (0.0, np.inf), (-np.inf, 0.3), (-0.2, 0.4), (0.3, 1.1), (0.3, 4.0), (2.0, 2.5),
        (5.0, np.inf), (-9.0, -6.0), (30.0, 31.0), (-np.inf, -40.0), (-0.1, 8.0),
    ],
)  # fmt: skip
def test_normal_number_between_bounds(low, high):
    generator = np.random.default_rng(3)
    drawn = np.array([truncated_normal(low, high, generator) for _ in range(4000)])
    assert (drawn >= low).all() and (drawn <= high).all()
    assert kstest(drawn, truncnorm(low, high).cdf).pvalue > 1e-3


def test_normal_number_far_beyond_every_table():
    generator = np.random.default_rng(4)
    step = np.array([truncated_normal(1e6, np.inf, generator) for _ in range(4000)]) - 1e6
    # there it is exponential of rate 1e6
    np.testing.assert_allclose(step.mean(), 1e-6, rtol=0.06)


@pytest.mark.parametrize(
    ("shape", "rate", "low", "high"), [(3.0, 2.0, 0.1, 9.0), (3.0, 2.0, 6.0, 9.0), (0.5, 0.0, 1.0, 4.0)]
)
def test_gamma_number_between_bounds(shape, rate, low, high):
    generator, drawn, now = np.random.default_rng(5), np.empty(20_000), low
    for number in range(drawn.size):
        drawn[number] = now = truncated_gamma(shape, rate, low, high, now, generator)
    if rate > 0.0:
        law = gamma(shape, scale=1.0 / rate)
        expected = (law.cdf(drawn) - law.cdf(low)) / (law.cdf(high) - law.cdf(low))
    else:
        expected = (drawn**shape - low**shape) / (high**shape - low**shape)
    # a slice is correlated from draw to draw, so every tenth is judged
    assert kstest(expected[::10], "uniform").pvalue > 1e-3


def correlated_precision(q, *, seed, condition=300.0):
    """A precision matrix with eigenvalues spread over `condition`."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.standard_normal((q, q)))[0]
    return (turn * np.geomspace(1.0, condition, q)) @ turn.T


@pytest.mark.parametrize("method", METHODS)
def test_without_bounds_it_is_the_analytic_gaussian(method):
    precision = correlated_precision(6, seed=0)
    mean = np.linspace(-2.0, 3.0, 6)
    chains = sample_bounded(gaussian(precision, mean), method=method, draws=1300, seed=1)
    assert_moments(chains, mean, np.sqrt(np.diagonal(np.linalg.inv(precision))))
    np.testing.assert_allclose(np.cov(chains.flat.T) @ precision, np.eye(6), atol=0.3)


def quadrature(precision, mean, *, lower, upper, nodes=60):
    """Mean and standard deviation of a truncated Gaussian by Gauss-Legendre quadrature over a finite box."""
    places, weights = np.polynomial.legendre.leggauss(nodes)
    axes = [0.5 * (h - w) * places + 0.5 * (h + w) for w, h in zip(lower, upper)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(mean))
    weight = np.prod(np.stack(np.meshgrid(*[weights] * len(mean), indexing="ij"), axis=-1), axis=-1).ravel()
    away = grid - mean
    weight = weight * np.exp(-0.5 * np.einsum("ni,ij,nj->n", away, precision, away))
    first = weight @ grid / weight.sum()
    return first, np.sqrt(weight @ (grid - first) ** 2 / weight.sum())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("mean", "lower", "upper"),
    [
        ((-1.0, 0.5), (0.0, 0.0), (np.inf, np.inf)),
        ((0.3, -0.4), (-0.5, -np.inf), (0.5, 0.2)),
        ((-2.0, 0.1, 0.6), (0.0, 0.0, 0.0), (np.inf, np.inf, np.inf)),
        ((0.0, 3.0, -0.2), (-0.3, -1.0, -np.inf), (0.3, 1.0, 0.1)),
    ],
)
def test_between_bounds_it_is_the_quadrature(method, mean, lower, upper):
    mean, lower, upper = np.array(mean), np.array(lower), np.array(upper)
    precision = correlated_precision(len(mean), seed=len(mean), condition=8.0)
    far = np.clip(lower, -7.0, None), np.clip(upper, None, 7.0)
    expected = quadrature(precision, mean, lower=far[0], upper=far[1], nodes=90 if len(mean) == 3 else 200)
    chains = sample_bounded(gaussian(precision, mean, lower=lower, upper=upper), method=method, draws=1300, seed=2)
    assert_moments(chains, *expected)
    assert (chains.flat >= lower).all() and (chains.flat <= upper).all()


@pytest.mark.parametrize("method", METHODS)
def test_in_ten_dimensions_it_is_rejection_sampling(method):
    rng = np.random.default_rng(7)
    precision, mean = correlated_precision(10, seed=3, condition=30.0), np.full(10, 0.3)
    drawn = mean + np.linalg.solve(np.linalg.cholesky(precision).T, rng.standard_normal((10, 400_000))).T
    drawn = drawn[(drawn >= 0.0).all(axis=1) & (drawn[:, 0] <= 0.3)]
    assert len(drawn) > 3000
    upper = np.where(np.arange(10) == 0, 0.3, np.inf)
    chains = sample_bounded(gaussian(precision, mean, lower=0.0, upper=upper), method=method, draws=1300, seed=3)
    assert_moments(chains, drawn.mean(axis=0), drawn.std(axis=0))


def test_a_needle_along_two_walls_is_for_trajectories():
    # correlation 0.999999 at a corner: sweeps crawl, trajectories do not
    precision = np.linalg.inv(np.array([[1.0, 1.0 - 1e-6], [1.0 - 1e-6, 1.0]]))
    target = gaussian(precision, np.zeros(2), lower=0.0)
    hybrid = sample_bounded(target, draws=2000, seed=4)
    half_normal = np.sqrt(2.0 / np.pi), np.sqrt(1.0 - 2.0 / np.pi)
    assert_moments(hybrid, *half_normal)
    assert sample_bounded(target, method="gibbs", draws=2000, seed=4).ess_bulk.max() < 0.05 * hybrid.ess_bulk.min()


def test_a_trajectory_keeps_its_energy_and_comes_back():
    rng = np.random.default_rng(8)
    precision = correlated_precision(12, seed=9)
    covariance = np.linalg.inv(precision)
    low, high = np.full(12, -0.2), np.full(12, 0.3)
    start, push = rng.uniform(-0.2, 0.3, 12), np.linalg.cholesky(covariance) @ rng.standard_normal(12)

    def energy(offset, velocity):
        return offset @ precision @ offset + velocity @ precision @ velocity

    offset, velocity = start.copy(), push.copy()
    bounces = reflect(offset, velocity, covariance, low, high, 0.5 * np.pi, 1000)
    assert bounces > 3
    np.testing.assert_allclose(energy(offset, velocity), energy(start, push), rtol=1e-11)
    assert not np.allclose(offset, start, atol=1e-2)
    velocity *= -1.0
    assert reflect(offset, velocity, covariance, low, high, 0.5 * np.pi, 1000) == bounces
    np.testing.assert_allclose(offset, start, atol=1e-9)
    np.testing.assert_allclose(velocity, -push, atol=1e-9)
    assert reflect(start.copy(), push.copy(), covariance, low, high, 0.5 * np.pi, bounces - 1) == -1


def test_equal_seeds_give_equal_draws_and_progress_ends_at_one():
    target, told = gaussian(correlated_precision(3, seed=1), np.zeros(3), lower=0.0), []
    first = sample_bounded(target, draws=50, seed=5, progress=told.append)
    np.testing.assert_array_equal(first.draws, sample_bounded(target, draws=50, seed=5).draws)
    assert not np.array_equal(first.draws, sample_bounded(target, draws=50, seed=6).draws)
    assert not np.array_equal(first.draws[0], first.draws[1])
    assert told[-1] == 1.0 and told == sorted(told)


def test_a_held_parameter_stays():
    lower, upper = np.array([0.0, 0.7, -np.inf]), np.array([np.inf, 0.7, np.inf])
    chains = sample_bounded(gaussian(correlated_precision(3, seed=1), np.zeros(3), lower=lower, upper=upper), draws=50,
                            method="gibbs")  # fmt: skip
    assert (chains.of("x1") == 0.7).all() and np.ptp(chains.of("x0")) > 0.0


def test_what_cannot_be_sampled_is_refused():
    target = gaussian(np.eye(2), np.zeros(2))
    with pytest.raises(ValueError, match="method 'metropolis' is unknown"):
        sample_bounded(target, method="metropolis")
    with pytest.raises(ValueError, match="needed are at least 1 chain"):
        sample_bounded(target, draws=3)
    with pytest.raises(ValueError, match="bounds of x1, 2 to 1, leave nothing"):
        gaussian(np.eye(2), np.zeros(2), lower=(0.0, 2.0), upper=1.0)
    with pytest.raises(SingularProblemError, match="not positive definite"):
        sample_bounded(gaussian(np.ones((2, 2)), np.zeros(2), lower=0.0), draws=10)
