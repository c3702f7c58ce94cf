"""The covariance of what an uncertain model misses: against models drawn at random, and in its limits."""

import numpy as np
import pytest

import geoslip.okada as okada
from geoslip.faults import Fault, Plane, cut_uniform
from geoslip.inversion import ModelUncertainty, prediction_error, with_prediction_error

STRIKE, DIP, DEPTH = 30.0, 50.0, 3e3


def fault(*, east=0.0, north=0.0, depth=DEPTH, strike=STRIKE, dip=DIP):
    plane = Plane.from_top_centre((east, north), strike=strike, dip=dip, length=12e3, width=8e3, depth=depth)
    return Fault((cut_uniform(plane, "one", patch_length=3e3, patch_width=2e3),))


@pytest.fixture(scope="module")
def data(twin):
    return twin.observations("los", "los", n=25, seed=3)


@pytest.fixture(scope="module")
def slip():
    return np.column_stack([0.4 * np.ones(16), np.linspace(0.5, 1.5, 16), np.zeros(16)])


def predicted(data, one, slip, poisson=0.25):
    return np.einsum(
        "ni,ni->n", okada.displacement_field(data.points, one.sources, slip, poisson=poisson), data.directions
    )


@pytest.mark.parametrize(
    ("name", "size"), [("dip", 1.0), ("strike", 1.0), ("east", 300.0), ("north", 300.0), ("depth", 200.0)]
)
def test_each_column_is_what_a_moved_fault_predicts(data, slip, name, size):
    found = prediction_error(data, fault(), slip, uncertainty=ModelUncertainty(**{name: size}))
    base = {"dip": DIP, "strike": STRIKE, "east": 0.0, "north": 0.0, "depth": DEPTH}[name]
    change = 0.5 * (
        predicted(data, fault(**{name: base + size}), slip) - predicted(data, fault(**{name: base - size}), slip)
    )
    expected = np.outer(change, change)
    np.testing.assert_allclose(found, expected, atol=0.03 * np.abs(expected).max())
    assert np.linalg.matrix_rank(found, tol=1e-8 * np.abs(found).max()) == 1


def test_it_is_the_covariance_of_models_drawn_at_random(data, slip):
    uncertainty = ModelUncertainty(dip=2.0, east=200.0, depth=150.0, poisson=0.02)
    found = prediction_error(data, fault(), slip, uncertainty=uncertainty)
    generator = np.random.default_rng(1)
    drawn = []
    for _ in range(600):
        dip, east, depth, poisson = generator.standard_normal(4) * (2.0, 200.0, 150.0, 0.02)
        one = fault(dip=DIP + dip, east=east, depth=DEPTH + depth)
        drawn.append(predicted(data, one, slip, poisson=0.25 + poisson))
    np.testing.assert_allclose(found, np.cov(np.array(drawn).T), atol=0.2 * np.abs(found).max())
    assert np.linalg.eigvalsh(found).min() > -1e-12 * np.abs(found).max()


def test_it_grows_with_the_square_of_slip_and_rigidity_adds_nothing(data, slip):
    one = prediction_error(data, fault(), slip, uncertainty=ModelUncertainty(dip=2.0))
    np.testing.assert_allclose(
        prediction_error(data, fault(), 3.0 * slip, uncertainty=ModelUncertainty(dip=2.0)), 9.0 * one
    )
    assert not prediction_error(data, fault(), slip, uncertainty=ModelUncertainty(rigidity=0.2)).any()


def test_at_the_ground_depth_changes_one_way_only(data, slip):
    found = prediction_error(data, fault(depth=0.0), slip, uncertainty=ModelUncertainty(depth=100.0))
    change = predicted(data, fault(depth=100.0), slip) - predicted(data, fault(depth=0.0), slip)
    np.testing.assert_allclose(found, np.outer(change, change), atol=1e-9 * np.abs(found).max())


def test_it_is_added_to_the_noise(data, slip):
    found = prediction_error(data, fault(), slip, uncertainty=ModelUncertainty(dip=2.0))
    more = with_prediction_error(data, found)
    np.testing.assert_allclose(more.covariance, data.covariance + found)
    with pytest.raises(ValueError, match="find it for this data set"):
        with_prediction_error(data, found[:3, :3])


def test_what_makes_no_sense_is_refused(data, slip):
    with pytest.raises(ValueError, match="dip is uncertain by -1"):
        ModelUncertainty(dip=-1.0)
    with pytest.raises(ValueError, match="needed is"):
        prediction_error(data, fault(), slip[:4], uncertainty=ModelUncertainty(dip=1.0))
