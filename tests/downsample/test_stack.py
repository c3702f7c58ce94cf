"""The coseismic step of a time series: weights in closed form, errors against simulation, networks, gaps."""

import numpy as np
import pytest

from geoslip.downsample import DataError, NoiseModel, Scene, date_spread, pair_weights, stack_step, step_weights
from geoslip.downsample import synthetic_noise as draw

EVENT = 2017.71


def make_scene(shape=(40, 50)):
    x, y = 200.0 * np.arange(shape[1]), -200.0 * np.arange(shape[0])
    return Scene(name="S", values=np.zeros(shape), x=x, y=y, look=np.array([-0.6, 0.0, 0.8]), crs=None)


def dates(before, after):
    step = 12.0 / 365.25
    return EVENT + step * (np.concatenate([np.arange(-before, 0), np.arange(1, after + 1)]) - 0.4)


def test_without_terms_it_is_mean_after_less_mean_before():
    weights = step_weights(dates(20, 10), event=EVENT)
    np.testing.assert_allclose(weights, np.repeat([-1 / 20, 1 / 10], [20, 10]), atol=1e-14)
    sigma = np.linspace(0.01, 0.03, 30)
    weights = step_weights(dates(20, 10), event=EVENT, sigma=sigma)
    inverse = sigma**-2
    np.testing.assert_allclose(weights[20:], inverse[20:] / inverse[20:].sum(), atol=1e-14)
    np.testing.assert_allclose(weights[:20], -inverse[:20] / inverse[:20].sum(), atol=1e-14)


@pytest.mark.parametrize("terms", [("rate",), ("yearly",), ("rate", "yearly", "postseismic")])
def test_the_other_terms_leave_no_trace_in_the_step(terms):
    t = dates(60, 60)
    weights = step_weights(t, event=EVENT, terms=terms, sigma=np.random.default_rng(1).uniform(0.5, 2.0, t.size))
    away = {
        "rate": [t],
        "yearly": [np.sin(2 * np.pi * t), np.cos(2 * np.pi * t)],
        "postseismic": [np.log1p(np.maximum(t - EVENT, 0.0) / 0.05)],
    }
    for series in [np.ones(t.size), *(part for term in terms for part in away[term])]:
        assert abs(weights @ series) < 1e-10 * np.abs(series).max()
    assert weights @ (t > EVENT) == pytest.approx(1.0)


def test_twenty_and_twenty_dates_of_twelve_millimetres_leave_less_than_four():
    rng, t, scene = np.random.default_rng(7), dates(20, 20), make_scene()
    truth = np.where(np.arange(50) < 25, 0.0, 0.01) * np.ones((40, 1))
    noise, left = NoiseModel(0.012**2, 500.0), []
    for _ in range(6):
        drawn = [draw((40, 50), spacing=(200.0, 200.0), noise=noise, rng=rng) for _ in t]
        series = np.array(drawn) + truth * (t > EVENT)[:, None, None]
        stack = stack_step(series, times=t, event=EVENT, scene=scene, sigma=0.012)
        np.testing.assert_allclose(stack.error, 0.012 * np.sqrt(0.1), rtol=1e-12)
        left.append(np.mean((stack.step.values - truth) ** 2))
    assert np.sqrt(np.mean(left)) == pytest.approx(0.012 * np.sqrt(0.1), rel=0.04)
    assert np.sqrt(np.mean(left)) < 0.004


def test_loud_dates_are_found_and_count_less():
    rng, t = np.random.default_rng(2), dates(15, 15)
    sigma = np.where(np.arange(30) % 5 == 0, 0.04, 0.008)
    series = rng.normal(size=(30, 40, 50)) * sigma[:, None, None] + 1e-4 * np.arange(50)
    series -= series[3].copy()
    np.testing.assert_allclose(date_spread(series), sigma, rtol=0.2)
    stack = stack_step(series, times=t, event=EVENT, scene=make_scene())
    assert np.abs(stack.weights[sigma > 0.02]).max() < 0.1 * np.abs(stack.weights[sigma < 0.02]).min()
    assert stack.step.values.std() == pytest.approx(stack.error.mean(), rel=0.1)
    plain = stack_step(series, times=t, event=EVENT, scene=make_scene(), sigma=1.0)
    assert stack.step.values.std() < 0.7 * plain.step.values.std()


def test_pixels_without_some_dates_get_their_own_weights_and_error():
    rng, t = np.random.default_rng(4), dates(8, 8)
    series = rng.normal(size=(16, 6, 7))
    series[:5, 0, 0] = np.nan
    series[8:, 1, 1] = np.nan
    scene = make_scene((6, 7))
    stack = stack_step(series, times=t, event=EVENT, scene=scene, sigma=1.0)
    assert stack.step.values[0, 0] == pytest.approx(series[8:, 0, 0].mean() - series[5:8, 0, 0].mean())
    assert stack.error[0, 0] == pytest.approx(np.sqrt(1 / 3 + 1 / 8))
    assert np.isnan(stack.step.values[1, 1]) and np.isnan(stack.error[1, 1])
    assert stack.error[3, 3] == pytest.approx(np.sqrt(1 / 4))


def test_interferograms_give_the_step_of_their_dates():
    t, rng = dates(6, 6), np.random.default_rng(3)
    weights = step_weights(t, event=EVENT)
    pairs = np.array([(i, j) for i in range(12) for j in (i + 1, i + 2) if j < 12])
    phases = rng.normal(size=12)
    of_pairs = pair_weights(pairs, weights=weights)
    assert of_pairs @ (phases[pairs[:, 1]] - phases[pairs[:, 0]]) == pytest.approx(weights @ phases)
    with pytest.raises(DataError, match="do not join all dates"):
        pair_weights(pairs[(pairs[:, 0] >= 6) | (pairs[:, 1] < 6)], weights=weights)
    with pytest.raises(DataError, match="two numbers of dates"):
        pair_weights([[0, 12]], weights=weights)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"event": 2030.0}, "0 of them after the event"),
        ({"terms": ("cubic",)}, "use some of rate"),
        ({"sigma": 0.0}, "standard deviation above 0"),
        ({"times": dates(3, 3)[:5]}, "needed is"),
        ({"sigma": None, "quiet": np.zeros((6, 7), dtype=bool)}, "too few for the dates' noise"),
    ],
)
def test_stacks_that_cannot_be(options, message):
    given = {"times": dates(3, 3), "event": EVENT, "scene": make_scene((6, 7)), "sigma": 1.0, **options}
    with pytest.raises(DataError, match=message):
        stack_step(np.zeros((6, 6, 7)), **given)


def test_a_series_of_nothing():
    with pytest.raises(DataError, match="no pixel has dates enough"):
        stack_step(np.full((6, 6, 7), np.nan), times=dates(3, 3), event=EVENT, scene=make_scene((6, 7)), sigma=1.0)
