"""Every sampler on one linear problem, whose posterior and evidence are known, and on modes far apart."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from geoslip.inversion.posterior import (
    SAMPLERS,
    BoundedGaussian,
    DataTerm,
    Mixture,
    log_evidence,
    sample_bounded,
    sample_ensemble,
    sample_metropolis,
    sample_tempered,
)

SIZE = 6
LENGTHS = {"emcee": {"draws": 500}, "metropolis": {"draws": 9000, "walkers": 32}, "smc": {"draws": 2000}}


class Linear:
    """d = G m + e with Gaussian m and correlated Gaussian e."""

    def __init__(self, *, n=SIZE, data=30, seed=4):
        generator = np.random.default_rng(seed)
        self.names = tuple(f"m{number}" for number in range(n))
        self.greens = generator.standard_normal((data, n)) @ np.diag(10.0 ** -np.linspace(0.0, 2.0, n))
        place = np.arange(data)
        self.covariance = 0.3**2 * np.exp(-np.abs(place[:, None] - place) / 4.0)
        self.deviation = np.linspace(1.0, 3.0, n)
        truth = self.deviation * generator.standard_normal(n)
        self.values = self.greens @ truth + np.linalg.cholesky(self.covariance) @ generator.standard_normal(data)
        self.white = np.linalg.inv(np.linalg.cholesky(self.covariance))
        self.constant = -0.5 * np.linalg.slogdet(2.0 * np.pi * self.covariance)[1]
        weight = np.linalg.inv(self.covariance)
        self.precision = self.greens.T @ weight @ self.greens + np.diag(self.deviation**-2.0)
        self.posterior = np.linalg.inv(self.precision)
        self.right = self.greens.T @ weight @ self.values
        self.mean = self.posterior @ self.right
        total = self.covariance + self.greens @ np.diag(self.deviation**2) @ self.greens.T
        self.evidence = multivariate_normal.logpdf(self.values, np.zeros(data), total)

    def log_prior(self, places):
        scaled = places / self.deviation
        return -0.5 * (scaled**2).sum(axis=1) - np.log(self.deviation).sum() - 0.5 * SIZE * np.log(2.0 * np.pi)

    def log_likelihood(self, places):
        residual = (self.values - places @ self.greens.T) @ self.white.T
        return self.constant - 0.5 * (residual**2).sum(axis=1)

    def draw_prior(self, generator, count):
        return self.deviation * generator.standard_normal((count, len(self.names)))

    def natural(self, places):
        return places

    work = natural


@pytest.fixture(scope="module")
def linear():
    return Linear()


def check(linear, flat, evidence):
    deviation = np.sqrt(np.diagonal(linear.posterior))
    np.testing.assert_allclose((flat.mean(axis=0) - linear.mean) / deviation, 0.0, atol=0.05)
    np.testing.assert_allclose(flat.std(axis=0) / deviation, 1.0, atol=0.05)
    assert evidence == pytest.approx(linear.evidence, abs=0.2)


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_sampler_gives_the_analytic_posterior_and_evidence(linear, name):
    chains = SAMPLERS[name](linear, seed=1, **LENGTHS[name])
    assert chains.converged, chains.warnings
    evidence = log_evidence(linear, chains.flat) if chains.log_evidence is None else chains.log_evidence
    check(linear, chains.flat, evidence)


@pytest.mark.parametrize("method", ["gibbs", "reflection", "hybrid"])
def test_so_do_the_samplers_of_bounded_slip(linear, method):
    weight = np.linalg.inv(linear.covariance)
    term = DataTerm("d", linear.greens.T @ weight @ linear.greens, linear.right)
    free = np.full(SIZE, np.inf)
    target = BoundedGaussian((term,), np.diag(linear.deviation**-2.0), -free, free, 1.0, linear.names)
    chains = sample_bounded(target, method=method, draws=4500 if method == "gibbs" else 2000, chains=4, seed=2)
    check(linear, chains.flat, log_evidence(linear, chains.flat))


class TwoPeaks(Linear):
    """Two Gaussians far apart in a box, the second three times as heavy and twice as wide."""

    def __init__(self):
        self.names = ("x", "y", "z")
        self.first, self.second = np.array([-3.0, 0.0, 1.0]), np.array([4.0, 2.0, -2.0])

    def log_prior(self, places):
        inside = (np.abs(places) <= 10.0).all(axis=1)
        return np.where(inside, -3.0 * np.log(20.0), -np.inf)

    def log_likelihood(self, places):
        logs = []
        for centre, width, share in ((self.first, 0.1, 0.25), (self.second, 0.2, 0.75)):
            chi = ((places - centre) ** 2).sum(axis=1) / width**2
            logs.append(np.log(share) - 0.5 * chi - 1.5 * np.log(2.0 * np.pi * width**2))
        return np.logaddexp(*logs)

    def draw_prior(self, generator, count):
        return generator.uniform(-10.0, 10.0, (count, 3))


def test_modes_get_their_weights_and_the_evidence_is_the_sum():
    peaks = TwoPeaks()
    start = Mixture.of(np.stack([peaks.first, peaks.second]) + 0.05, np.stack([np.eye(3) * 0.02] * 2))
    jumping = sample_ensemble(peaks, start=start, draws=600, seed=3)
    assert jumping.converged
    assert np.mean(jumping.of("x") > 0.0) == pytest.approx(0.75, abs=0.02)
    assert log_evidence(peaks, jumping.flat, mixture=start) == pytest.approx(-3.0 * np.log(20.0), abs=0.05)
    tempered = sample_tempered(peaks, draws=1000, walkers=6, seed=4)
    assert np.mean(tempered.of("x") > 0.0) == pytest.approx(0.75, abs=0.06)
    assert tempered.log_evidence == pytest.approx(-3.0 * np.log(20.0), abs=0.2)


def test_chains_in_different_modes_are_told():
    peaks = TwoPeaks()
    chains = sample_metropolis(peaks, start=np.stack([peaks.first, peaks.second]), draws=400, seed=1)
    assert not chains.converged and "the chains differ" in chains.warnings[0]


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_largest_r_hat_is_told_on_the_way_and_changes_nothing(linear, name, monkeypatch):
    monkeypatch.setattr("geoslip.inversion.posterior.watching.WATCHED_EVERY", 0.0)
    seen = []
    watched = SAMPLERS[name](linear, draws=60, seed=9, watch=seen.append)
    assert seen and all(0.99 < value < 100.0 for value in seen)
    np.testing.assert_array_equal(watched.draws, SAMPLERS[name](linear, draws=60, seed=9).draws)


@pytest.mark.parametrize(("name", "draws"), [("emcee", 20), ("metropolis", 200), ("smc", 60)])
def test_chains_go_on_until_they_have_enough(linear, name, draws):
    told = []
    short = SAMPLERS[name](linear, draws=draws, seed=6)
    assert not short.converged
    longer = SAMPLERS[name](linear, draws=draws, seed=6, enough=400.0, progress=told.append)
    assert longer.converged or longer.flat.size == 10 * short.flat.size
    assert longer.flat.size > short.flat.size and min(told) >= 0.0 and max(told) == 1.0
    if name != "smc":
        # what was drawn before is kept: it is one longer run
        assert set(map(tuple, short.flat)) <= set(map(tuple, longer.flat))
    most = SAMPLERS[name](linear, draws=draws, seed=6, enough=1e9)
    assert most.flat.size == 10 * short.flat.size


class PartlyNaN(Linear):
    def log_likelihood(self, places):
        return np.where(places[:, 0] > self.mean[0], np.nan, super().log_likelihood(places))


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_likelihood_that_is_no_number_in_part_of_the_prior_is_zero_there(name):
    chains = SAMPLERS[name](PartlyNaN(), draws=400, seed=2)
    assert chains.of("m0").max() <= PartlyNaN().mean[0]


class Nowhere(Linear):
    def log_likelihood(self, places):
        return np.full(len(places), np.nan)


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_likelihood_that_is_nowhere_a_number_is_refused(name):
    with pytest.raises(ValueError, match="number"):
        SAMPLERS[name](Nowhere(), draws=100)


def test_a_start_outside_the_prior_is_refused():
    with pytest.raises(ValueError, match=r"start 2 \(x 11, .*lies outside the prior"):
        sample_ensemble(TwoPeaks(), start=np.array([[0.0, 0.0, 0.0], [11.0, 0.0, 0.0]]))


def test_too_few_walkers_are_refused(linear):
    with pytest.raises(ValueError, match=r"11 walkers for 6 parameters.*at least 12"):
        sample_ensemble(linear, walkers=11)
    with pytest.raises(ValueError, match="at least 2 chains"):
        sample_metropolis(linear, walkers=1)
    with pytest.raises(ValueError, match="50 particles for 6 parameters"):
        sample_tempered(linear, draws=50)


def test_the_same_seed_gives_the_same_chains(linear):
    for sampler in SAMPLERS.values():
        one, other = (sampler(linear, draws=60, seed=9) for _ in range(2))
        np.testing.assert_array_equal(one.draws, other.draws)
