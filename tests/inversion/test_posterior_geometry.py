"""The posterior of a plane: both planes of an event that cannot tell them apart, and what is said of the draws."""

import os

import numpy as np
import pytest

import geoslip.okada as okada
from geoslip.downsample import Observations
from geoslip.inversion.posterior import (
    IntegratedSlip,
    LogUniform,
    Rectangle,
    Uniform,
    UniformSource,
    VonMises,
    sample_geometry,
)

STRIKE, DIP = 20.0, 40.0


def mirrored_event(*, n=30, sigma=2e-3, seed=0):
    """A shallow reverse event seen from straight above, made the same from both sides: half for each plane, exactly."""
    generator = np.random.default_rng(seed)
    half = generator.uniform(-12e3, 12e3, (n, 2))
    points = np.column_stack([np.concatenate([half, -half]), np.zeros(2 * n)])
    upward = np.tile([0.0, 0.0, 1.0], (2 * n, 1))
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    covariance = sigma**2 * np.exp(-apart / 3e3) + (0.3 * sigma) ** 2 * np.eye(2 * n)
    values = okada.greens_matrix(points, upward, source().rectangles(np.array([[0.0, 0.0, 3e3, STRIKE, DIP]]))[0])[:, 1]
    values = 0.3 * values + np.linalg.cholesky(covariance) @ generator.standard_normal(2 * n)
    values = 0.5 * (values + np.roll(values, n))
    zero = np.zeros(2 * n)
    return Observations(
        name="above", kind="los", longitude=zero, latitude=zero, points=points, values=values, directions=upward,
        covariance=covariance,
    )  # fmt: skip


def source(strike=None, **changes):
    numbers = {
        "east": Uniform(-6e3, 6e3), "north": Uniform(-6e3, 6e3), "depth": Uniform(1e3, 8e3),
        "strike": strike or Uniform(0.0, 360.0), "dip": Uniform(15.0, 75.0), "length": 6e3, "width": 3e3, **changes,
    }  # fmt: skip
    return UniformSource(parts=(Rectangle(**numbers),), slip=IntegratedSlip(std=2.0))


def share_of_first(posterior):
    """Share of the draws whose plane dips to the true side."""
    strike = posterior.quantities["strike"]
    return float(np.mean(np.cos(np.deg2rad(strike - STRIKE)) > 0.0))


def sampled(seed, strike=None, draws=40, warmup=60):
    return sample_geometry(
        [mirrored_event()], source(strike), nuisance={"above": "none"}, noise=1.0, draws=draws, warmup=warmup,
        generations=12, seed=seed,
    )  # fmt: skip


SEEDS = 20 if os.environ.get("GEOSLIP_AT_LENGTH") else 5


@pytest.mark.parametrize("seed", range(SEEDS))
def test_both_planes_are_found_with_half_the_weight_each(seed):
    posterior = sampled(seed)
    assert len(posterior.weighing.shares) == 2
    assert share_of_first(posterior) == pytest.approx(0.5, abs=0.1)
    assert posterior.weighing.shares[0] == pytest.approx(0.5, abs=0.05)
    strikes = sorted(posterior.summary(mode)["strike"]["q50"] % 360.0 for mode in (0, 1))
    assert strikes[1] - strikes[0] == pytest.approx(180.0, abs=6.0)


@pytest.fixture(scope="module")
def posterior():
    return sampled(0, draws=200, warmup=120)


def test_a_prior_that_leans_to_one_plane_changes_the_weights_by_what_it_says(posterior):
    prior = VonMises(STRIKE, 100.0)
    strike = posterior.quantities["strike"]
    first = np.cos(np.deg2rad(strike - STRIKE)) > 0.0
    density = np.exp(prior.log_density((strike - STRIKE + 180.0) % 360.0 - 180.0 + STRIKE))
    one, other = density[first].mean(), density[~first].mean()
    leaning = sampled(1, strike=prior, draws=200, warmup=120)
    assert share_of_first(leaning) == pytest.approx(one / (one + other), abs=0.04)
    assert one / (one + other) > 0.6


def test_draws_tell_whether_they_have_converged_and_what_they_are_worth(posterior):
    assert posterior.chains.converged and posterior.warnings == ()
    assert sampled(2, draws=16).chains.warnings[0].startswith(("not converged", "too few draws"))


def test_the_truth_lies_in_the_posterior(posterior):
    summary = posterior.summary(int(np.argmin(np.abs(posterior.weighing.mixture.means[:, 3] % 360.0 - STRIKE))))
    truth = {"east": 0.0, "north": 0.0, "depth": 3e3, "strike": STRIKE, "dip": DIP, "slip": 0.3, "rake": 90.0}
    for name, value in truth.items():
        found = summary[name]
        assert abs(found["mean"] - value) < 3.0 * found["std"], name
        assert found["q05"] < found["q50"] < found["q95"]
    assert summary["top depth"]["mean"] == pytest.approx(3e3 - 1.5e3 * np.sin(np.deg2rad(DIP)), abs=600.0)
    assert summary["magnitude"]["mean"] == pytest.approx(5.4, abs=0.15)


def test_tempering_agrees_on_weights_and_evidence(posterior):
    other = sample_geometry(
        [mirrored_event()], source(), nuisance={"above": "none"}, noise=1.0, sampler="smc", draws=500, walkers=3,
        search=posterior.search, seed=5,
    )  # fmt: skip
    assert other.log_evidence == pytest.approx(posterior.log_evidence, abs=0.5)
    assert 0.15 < share_of_first(other) < 0.85  # a few runs of 500 particles weigh modes no better


def test_a_number_at_the_edge_of_its_prior_is_told():
    posterior = sample_geometry(
        [mirrored_event()], source(Uniform(-40.0, 60.0), depth=Uniform(4.5e3, 8e3), width=LogUniform(1e3, 6e3)),
        nuisance={"above": "none"}, noise=1.0, draws=60, generations=12,
    )  # fmt: skip
    assert any("depth" in text and "lower edge of its prior" in text for text in posterior.warnings)


def test_an_unknown_sampler_is_refused():
    with pytest.raises(ValueError, match="sampler 'nuts' is unknown"):
        sample_geometry([mirrored_event()], source(), sampler="nuts")
