"""Convergence diagnostics against closed forms: autoregressive chains, shifted chains, chains of differing width."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.signal import lfilter
from scipy.special import ndtr, ndtri
from scipy.stats import multivariate_normal, norm

from geoslip.inversion.posterior import Chains, autocorrelation_time, ess_bulk, ess_tail, r_hat


def autoregressive(phi, *, chains=4, draws=20_000, parameters=1, seed=0):
    """Stationary Gaussian chains of unit variance whose correlation at lag k is phi^k."""
    noise = np.random.default_rng(seed).standard_normal((chains, draws, parameters))
    noise[:, 1:] *= np.sqrt(1.0 - phi**2)
    return lfilter([1.0], [1.0, -phi], noise, axis=1)


@pytest.mark.parametrize("phi", [-0.5, 0.0, 0.5, 0.9])
def test_bulk_size_of_an_autoregressive_chain(phi):
    draws = autoregressive(phi, parameters=8)
    expected = draws.shape[0] * draws.shape[1] * (1.0 - phi) / (1.0 + phi)
    # a chain that alternates is worth more than its draws
    np.testing.assert_allclose(ess_bulk(draws).mean(), expected, rtol=0.05)
    np.testing.assert_allclose(autocorrelation_time(draws).mean(), (1.0 + phi) / (1.0 - phi), rtol=0.05)


@pytest.mark.parametrize("phi", [0.0, 0.8])
def test_tail_size_of_an_autoregressive_chain(phi):
    draws = autoregressive(phi, parameters=8)
    cut = ndtri(0.05)
    time = 1.0
    for lag in range(1, 60):
        together = multivariate_normal.cdf([cut, cut], cov=[[1.0, phi**lag], [phi**lag, 1.0]])
        time += 2.0 * (together - 0.05**2) / (0.05 * 0.95)
    # the smaller of two estimates lies a little below
    size = ess_tail(draws).mean()
    assert 0.88 < size / (draws.shape[0] * draws.shape[1] / time) < 1.02


def test_r_hat_of_shifted_chains():
    shift = 0.5
    draws = np.random.default_rng(1).standard_normal((2, 50_000, 1))
    draws[0] -= shift
    draws[1] += shift

    def score(x):
        return ndtri(0.5 * (ndtr(x - shift) + ndtr(x + shift)))

    mean = quad(lambda x: norm.pdf(x - shift) * score(x), -6, 6)[0]
    within = quad(lambda x: norm.pdf(x - shift) * (score(x) - mean) ** 2, -6, 6)[0]
    # four halves, two at -mean and two at +mean
    expected = np.sqrt(1.0 + mean**2 * 4.0 / 3.0 / within)
    np.testing.assert_allclose(r_hat(draws), expected, rtol=0.005)


def test_r_hat_sees_width_and_drift_and_rests_at_one():
    good = autoregressive(0.3, draws=4000, seed=2)
    np.testing.assert_allclose(r_hat(good), 1.0, atol=0.005)
    wide = good.copy()
    wide[0] *= 3.0
    assert r_hat(wide) > 1.1
    drifting = good[:1] + np.linspace(0.0, 3.0, 4000)[None, :, None]
    assert r_hat(drifting) > 1.3


def test_heavy_tails_and_monotone_maps_do_not_matter():
    draws = autoregressive(0.6, draws=2000, seed=3)
    np.testing.assert_allclose(r_hat(np.sinh(10 * draws)), r_hat(draws), atol=0.002)
    np.testing.assert_allclose(ess_bulk(np.sinh(10 * draws)), ess_bulk(draws), rtol=1e-12)


def test_many_parameters_are_those_of_each_alone():
    draws = autoregressive(0.5, draws=101, parameters=70, seed=4)
    draws[:, :, 3] = 1.5
    for measure in (r_hat, ess_bulk, ess_tail):
        alone = [measure(draws[:, :, [number]])[0] for number in range(70)]
        np.testing.assert_allclose(measure(draws), alone, rtol=1e-12)
        assert np.isnan(measure(draws)[3]) and np.isnan(measure(draws)).sum() == 1


def test_chains_that_stand_still_apart_are_infinitely_far_from_converged():
    draws = np.repeat(np.arange(3.0)[:, None, None], 50, axis=1)
    assert r_hat(draws) > 100


def test_chains_say_what_is_wrong_with_them():
    good = Chains(autoregressive(0.2, draws=1000, parameters=2, seed=5), ("slip", "strength"))
    assert good.converged and good.warnings == ()
    np.testing.assert_array_equal(good.of("strength").ravel(), good.flat[:, 1])
    bad = good.draws.copy()
    bad[0, :, 1] += 2.0
    warnings = Chains(bad, good.names).warnings
    assert "R-hat of strength" in warnings[0] and not Chains(bad, good.names).converged
    few = Chains(good.draws[:, :50], good.names)
    assert any("too few draws" in text for text in few.warnings)


def test_bad_draws_are_refused():
    with pytest.raises(ValueError, match="at least 8"):
        r_hat(np.zeros((4, 5, 1)))
    with pytest.raises(ValueError, match="one name a parameter"):
        Chains(np.zeros((4, 10, 2)), ("one",))
    with pytest.raises(ValueError, match="no parameter is called 'depth'"):
        Chains(np.zeros((4, 10, 1)), ("slip",)).of("depth")


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_arviz_finds_the_same():
    arviz = pytest.importorskip("arviz")
    draws = autoregressive(0.7, draws=500, parameters=6, seed=4)
    draws[1, :, 2] += 0.4
    draws[:, :, 3] = np.exp(3.0 * draws[:, :, 3])
    draws[2, :, 4] *= 3.0
    for column in range(6):
        one = draws[:, :, column]
        np.testing.assert_allclose(r_hat(draws)[column], arviz.rhat(one), rtol=1e-6)
        np.testing.assert_allclose(ess_bulk(draws)[column], arviz.ess(one, method="bulk"), rtol=0.01)
        np.testing.assert_allclose(ess_tail(draws)[column], arviz.ess(one, method="tail"), rtol=0.01)
