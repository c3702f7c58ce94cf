"""Strength and noise scales sampled along: against quadrature, by ranks of the truth, and refused where not exact."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chisquare, multivariate_normal

from geoslip.inversion.errors import ConstraintError, SingularProblemError
from geoslip.inversion.posterior import BoundedGaussian, DataTerm, LogUniform, log_normaliser, sample_bounded
from geoslip.inversion.posterior.sampler import METHODS

GRAM = np.array([[2.0, -0.8], [-0.8, 1.0]])
STRENGTH, NOISE = LogUniform(0.2, 6.0), LogUniform(0.3, 3.0)


def posterior(matrix, data, *, lower=0.0, upper=np.inf, gram=GRAM, strength=STRENGTH, noise=NOISE):
    """Slip of two parameters from unit-variance data, whose noise scale and prior strength are unknown."""
    term = DataTerm("data", matrix.T @ matrix, matrix.T @ data, float(data @ data), len(data), noise)
    q = matrix.shape[1]
    bounds = (np.broadcast_to(np.asarray(bound, float), (q,)).copy() for bound in (lower, upper))
    return BoundedGaussian((term,), gram, *bounds, strength, tuple(f"x{i}" for i in range(q)))


def nodes_between(low, high, n):
    places, weights = np.polynomial.legendre.leggauss(n)
    return 0.5 * (high - low) * places + 0.5 * (high + low), 0.5 * (high - low) * weights


def by_quadrature(matrix, data, *, low):
    """Mean and standard deviation of x0, x1, ln s, ln a on a product grid."""
    x, wx = nodes_between(low, 5.0, 70)
    log_s, ws = nodes_between(np.log(NOISE.low), np.log(NOISE.high), 40)
    log_a, wa = nodes_between(np.log(STRENGTH.low), np.log(STRENGTH.high), 40)
    pairs = np.stack(np.meshgrid(x, x, indexing="ij"), axis=-1).reshape(-1, 2)
    misfit = np.sum((data - pairs @ matrix.T) ** 2, axis=1)
    rough = np.einsum("ni,ij,nj->n", pairs, GRAM, pairs)
    noisy = np.exp(-0.5 * misfit[:, None] * np.exp(-2 * log_s) - len(data) * log_s)
    # the prior of two parameters on a cone has the normaliser a^2
    smooth = np.exp(-0.5 * rough[:, None] * np.exp(2 * log_a) + 2 * log_a)
    weight = np.outer(wx, wx).ravel()[:, None, None] * (ws * noisy)[:, :, None] * (wa * smooth)[:, None, :]
    weight /= weight.sum()
    marginals = [(pairs[:, 0], (1, 2)), (pairs[:, 1], (1, 2)), (log_s, (0, 2)), (log_a, (0, 1))]
    first = [float(weight.sum(axis=axes) @ value) for value, axes in marginals]
    second = [float(weight.sum(axis=axes) @ value**2) for value, axes in marginals]
    return np.array(first), np.sqrt(np.array(second) - np.square(first))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("low", [0.0, -np.inf])
def test_scales_and_slip_are_the_quadrature(method, low):
    rng = np.random.default_rng(0)
    matrix, data = rng.standard_normal((7, 2)), rng.standard_normal(7)
    mean, deviation = by_quadrature(matrix, data, low=max(low, -5.0))
    chains = sample_bounded(posterior(matrix, data, lower=low), method=method, draws=1500, seed=1)
    assert chains.converged, chains.warnings
    draws = chains.flat.copy()
    draws[:, 2:] = np.log(draws[:, 2:])
    np.testing.assert_allclose((draws.mean(axis=0) - mean) / deviation, 0.0, atol=0.05)
    np.testing.assert_allclose(draws.std(axis=0) / deviation, 1.0, atol=0.05)


def test_the_evidence_is_that_of_the_data_as_one_gaussian():
    rng = np.random.default_rng(3)
    matrix, data = rng.standard_normal((9, 2)), rng.standard_normal(9)
    whole = posterior(matrix, data, lower=-np.inf)
    for noise, strength in ((0.5, 0.3), (1.0, 2.0), (2.5, 5.0)):
        covariance = noise**2 * np.eye(9) + matrix @ np.linalg.inv(strength**2 * GRAM) @ matrix.T
        expected = multivariate_normal(cov=covariance).logpdf(data) + 4.5 * np.log(2.0 * np.pi)
        np.testing.assert_allclose(whole.log_evidence([noise], strength), expected, rtol=1e-12)
    with pytest.raises(ConstraintError, match="without bounds only"):
        posterior(matrix, data).log_evidence([1.0], 1.0)
    with pytest.raises(SingularProblemError, match="no normaliser"):
        posterior(matrix, data, lower=-np.inf, gram=np.diag([1.0, 0.0]), strength=1.0).log_evidence([1.0], 1.0)


def test_the_sampled_strength_follows_the_evidence():
    rng = np.random.default_rng(4)
    matrix, data = rng.standard_normal((12, 2)), rng.standard_normal(12)
    target = posterior(matrix, data, lower=-np.inf, noise=1.0)
    log_a, weight = nodes_between(np.log(STRENGTH.low), np.log(STRENGTH.high), 60)
    weight = weight * np.exp([target.log_evidence([1.0], strength) for strength in np.exp(log_a)])
    weight /= weight.sum()
    mean = weight @ log_a
    deviation = np.sqrt(weight @ (log_a - mean) ** 2)
    drawn = np.log(sample_bounded(target, draws=1400, seed=3).of("strength"))
    np.testing.assert_allclose((drawn.mean() - mean) / deviation, 0.0, atol=0.05)
    np.testing.assert_allclose(drawn.std() / deviation, 1.0, atol=0.05)


def draw_from_prior(rng):
    """Slip, noise scale and strength from the prior: the cone by rejection."""
    noise = NOISE.low * (NOISE.high / NOISE.low) ** rng.random()
    strength = STRENGTH.low * (STRENGTH.high / STRENGTH.low) ** rng.random()
    factor = np.linalg.inv(np.linalg.cholesky(GRAM)).T / strength
    while True:
        x = factor @ rng.standard_normal(2)
        if (x >= 0.0).all():
            return x, noise, strength


@pytest.mark.parametrize("method", ["hybrid", "gibbs"])
def test_the_truth_has_uniform_ranks(method):
    rng = np.random.default_rng(11)
    ranks = []
    for seed in range(240):
        x, noise, strength = draw_from_prior(rng)
        matrix = rng.standard_normal((5, 2))
        data = matrix @ x + noise * rng.standard_normal(5)
        chains = sample_bounded(posterior(matrix, data), method=method, draws=31, chains=1, warmup=20, seed=seed)
        ranks.append((chains.flat < [*x, noise, strength]).sum(axis=0))
    for name, rank in zip(chains.names, np.array(ranks).T):
        assert chisquare(np.bincount(rank // 4, minlength=8)).pvalue > 0.01, name


def test_two_data_sets_have_scales_of_their_own():
    rng = np.random.default_rng(5)
    x, terms = np.array([1.0, 2.0, 0.5]), []
    for name, scale in (("quiet", 0.5), ("loud", 4.0)):
        matrix = rng.standard_normal((400, 3))
        data = matrix @ x + scale * rng.standard_normal(400)
        normal, right = matrix.T @ matrix, matrix.T @ data
        terms.append(DataTerm(name, normal, right, float(data @ data), 400, LogUniform(0.03, 30.0)))
    target = BoundedGaussian(tuple(terms), np.eye(3), np.zeros(3), np.full(3, np.inf), 0.1, ("a", "b", "c"))
    chains = sample_bounded(target, draws=500, seed=6)
    assert chains.names[3:] == ("noise scale of quiet", "noise scale of loud") and chains.converged
    for name, scale in (("quiet", 0.5), ("loud", 4.0)):
        drawn = chains.of(f"noise scale of {name}")
        np.testing.assert_allclose(drawn.mean(), scale, rtol=0.12)
        # of 400 data: 1 / sqrt(2 n)
        np.testing.assert_allclose(drawn.std() / drawn.mean(), 800**-0.5, rtol=0.1)


def test_the_strength_is_refused_where_its_normaliser_is_unknown():
    matrix, data = np.eye(2), np.ones(2)
    for lower, upper in ((0.0, 3.0), (-1.0, np.inf), (0.0, (np.inf, 0.0))):
        with pytest.raises(ConstraintError, match="every bound is 0 or infinite"):
            posterior(matrix, data, lower=lower, upper=upper)
        assert posterior(matrix, data, lower=lower, upper=upper, strength=1.0).n == 2
    for gram in (np.array([[1.0, -1.0], [-1.0, 1.0]]), np.diag([1.0, 0.0])):
        with pytest.raises(SingularProblemError, match="not positive definite"):
            posterior(matrix, data, gram=gram)


def test_bad_scales_are_refused():
    matrix, data = np.eye(2), np.ones(2)
    with pytest.raises(ValueError, match="no distribution"):
        LogUniform(2.0, 1.0)
    with pytest.raises(ValueError, match=r"noise scale -1\.0 must be a positive number"):
        posterior(matrix, data, noise=-1.0)
    with pytest.raises(ValueError, match=r"strength -2\.0 must be a number of at least 0"):
        posterior(matrix, data, strength=-2.0)
    with pytest.raises(ValueError, match="0 data cannot tell a noise scale"):
        posterior(np.zeros((0, 2)), np.zeros(0))
    with pytest.raises(ValueError, match="of that size"):
        posterior(matrix, data, gram=np.eye(3))


BOX = np.array([0.0, -0.3]), np.array([1.2, 0.9])


def box_shares(strengths):
    """Z of the prior between the bounds of the box, at each strength, by quadrature."""
    (x, wx), (y, wy) = (nodes_between(low, high, 80) for low, high in zip(*BOX))
    pairs = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    rough = np.einsum("ni,ij,nj->n", pairs, GRAM, pairs)
    return pairs, rough, np.outer(wx, wy).ravel(), np.array(
        [np.outer(wx, wy).ravel() @ np.exp(-0.5 * rough * strength**2) for strength in strengths]
    )  # fmt: skip


@pytest.fixture(scope="module")
def table():
    return log_normaliser(GRAM, *BOX, STRENGTH, draws=600)


def test_the_normaliser_between_bounds_is_the_quadrature(table):
    strengths = np.exp(np.linspace(np.log(STRENGTH.low), np.log(STRENGTH.high), len(table)))
    expected = np.log(box_shares(strengths)[3])
    # of 1200 draws at each of 8 strengths
    np.testing.assert_allclose(table, expected - expected[0], atol=0.1)
    # on a cone it is that of the formula
    cone = log_normaliser(GRAM, np.zeros(2), np.full(2, np.inf), STRENGTH, draws=600)
    np.testing.assert_allclose(cone, -2.0 * np.log(strengths / strengths[0]), atol=0.15)


@pytest.mark.parametrize("method", METHODS)
def test_between_other_bounds_the_strength_is_the_quadrature_too(method, table):
    rng = np.random.default_rng(0)
    matrix, data = rng.standard_normal((7, 2)), rng.standard_normal(7)
    log_a, weight_a = nodes_between(np.log(STRENGTH.low), np.log(STRENGTH.high), 60)
    pairs, rough, weight_x, shares = box_shares(np.exp(log_a))
    misfit = np.sum((data - pairs @ matrix.T) ** 2, axis=1)
    weight = np.exp(-0.5 * misfit[:, None] - 0.5 * rough[:, None] * np.exp(2.0 * log_a)) / shares
    weight *= weight_x[:, None] * weight_a
    weight /= weight.sum()
    places = [pairs[:, 0], pairs[:, 1], log_a]
    marginals = [weight.sum(axis=1), weight.sum(axis=1), weight.sum(axis=0)]
    mean = np.array([part @ place for part, place in zip(marginals, places)])
    deviation = np.sqrt([part @ (place - m) ** 2 for part, place, m in zip(marginals, places, mean)])
    target = replace(
        posterior(matrix, data, lower=BOX[0], upper=BOX[1], noise=1.0, strength=1.0),
        strength=STRENGTH, normaliser=table,
    )  # fmt: skip
    draws = sample_bounded(target, method=method, draws=1300, seed=2).flat.copy()
    draws[:, 2] = np.log(draws[:, 2])
    np.testing.assert_allclose((draws.mean(axis=0) - mean) / deviation, 0.0, atol=0.05)
    np.testing.assert_allclose(draws.std(axis=0) / deviation, 1.0, atol=0.05)
    # the formula of a cone would be felt
    cone = weight * (shares * np.exp(2.0 * log_a))
    assert abs(cone.sum(axis=0) @ log_a / cone.sum() - mean[2]) > 0.2 * deviation[2]
