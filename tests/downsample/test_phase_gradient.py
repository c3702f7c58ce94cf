"""Slopes of wrapped phase: exact on ramps, blind to wraps, averaged by windows, stacked, and turned into shear."""

import numpy as np
import pytest

from geoslip.downsample import DataError, fault_shear_rate, look_vector, phase_gradient, stack_gradients
from geoslip.downsample.scenes.phase_gradient import window_kernel

SHAPE, SPACING = (60, 70), (90.0, 100.0)


def ramp(east, north):
    row, column = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return east * SPACING[1] * column - north * SPACING[0] * row


def wrap(phase):
    return np.angle(np.exp(1j * phase))


@pytest.mark.parametrize(("east", "north"), [(0.02, -0.015), (-0.028, 0.03)])
def test_ramps_of_many_cycles(east, north):
    found = phase_gradient(wrap(ramp(east, north)), spacing=SPACING)
    np.testing.assert_allclose(found.east, east, rtol=1e-9)
    np.testing.assert_allclose(found.north, north, rtol=1e-9)
    np.testing.assert_allclose(found.coherence, 1.0)
    south_up = phase_gradient(wrap(ramp(east, north))[::-1], spacing=SPACING, north_up=False)
    np.testing.assert_allclose(south_up.north, north, rtol=1e-9)


def test_windows_average_noise_out():
    rng = np.random.default_rng(1)
    phase = wrap(ramp(0.02, 0.0) + 0.4 * rng.normal(size=SHAPE))
    single = phase_gradient(phase, spacing=SPACING)
    many = phase_gradient(phase, spacing=SPACING, window=(2000.0, 700.0), azimuth=0.0)
    inner = (slice(12, -12), slice(5, -5))
    assert many.east[inner].mean() == pytest.approx(0.02, rel=0.01)
    # Differences share pixels, so a window does better than the root of its number of pixels.
    pixels = window_kernel(SPACING, window=(2000.0, 700.0)).sum()
    assert single.east[inner].std() / many.east[inner].std() > np.sqrt(pixels)
    assert many.coherence[inner].mean() == pytest.approx(np.exp(-(0.4**2)), abs=0.05)


def test_windows_lie_along_their_azimuth():
    kernel = window_kernel((100.0, 100.0), window=(1000.0, 200.0), azimuth=45.0)
    row, column = np.argwhere(kernel > 0.0).T - kernel.shape[0] // 2
    # North-east is up and right: rows fall as columns rise.
    assert np.corrcoef(row, column)[0, 1] < -0.9
    np.testing.assert_array_equal(window_kernel((100.0, 100.0), window=(0.0, 0.0)), [[1.0]])


def test_gaps_and_weights():
    phase = wrap(ramp(0.02, 0.0))
    phase[20:30, 30:40] = np.nan
    found = phase_gradient(phase, spacing=SPACING)
    assert np.isnan(found.east[22:28, 32:38]).all() and np.isfinite(found.east[:18]).all()
    weighted = phase_gradient(np.exp(1j * np.nan_to_num(phase)) * np.isfinite(phase), spacing=SPACING)
    np.testing.assert_allclose(weighted.east, found.east)


def test_stack_of_pairs():
    rng = np.random.default_rng(2)
    time = rng.uniform(0.1, 2.0, 30)
    pairs = [3e-6 * t + 1e-6 * rng.normal(size=(40, 40)) for t in time]
    pairs[3][:5] = np.nan
    rate, deviation = stack_gradients(pairs, time, sigma=1e-6)
    score = (rate - 3e-6) / deviation
    assert abs(score.mean()) < 0.1 and score.std() == pytest.approx(1.0, abs=0.06)
    own = stack_gradients(pairs, time)[1]
    assert np.median(own / deviation) == pytest.approx(1.0, abs=0.05)
    rate, _ = stack_gradients([pairs[3], pairs[4], pairs[5]], time[3:6])
    assert np.isnan(rate[:5]).all() and np.isfinite(rate[5:]).all()


def test_shear_along_a_fault_from_two_tracks():
    strike = 95.0
    looks = np.array([look_vector(39.0, -13.0), look_vector(39.0, -167.0)])
    s = np.array([np.sin(np.deg2rad(strike)), np.cos(np.deg2rad(strike)), 0.0])
    shear, uplift = np.array([2e-7, -1e-7]), np.array([5e-8, 1e-8])
    slopes = [(look @ s) * shear + look[2] * uplift for look in looks]
    found = fault_shear_rate(slopes, looks, strike=strike)
    np.testing.assert_allclose(found[0], shear)
    np.testing.assert_allclose(found[1], uplift)
    with pytest.raises(DataError, match="cannot tell shear from uplift"):
        fault_shear_rate(slopes, looks, strike=0.0)


def test_refusals():
    with pytest.raises(DataError, match="has been unwrapped"):
        phase_gradient(ramp(0.02, 0.0), spacing=SPACING)
    with pytest.raises(DataError, match="no pixel has a phase"):
        phase_gradient(np.full(SHAPE, np.nan), spacing=SPACING)
    with pytest.raises(DataError, match="3 x 3"):
        phase_gradient(np.zeros((2, 2)), spacing=SPACING)
    with pytest.raises(DataError, match="each pair needs its own"):
        stack_gradients([np.zeros((3, 3))], [1.0, 2.0])
    with pytest.raises(DataError, match="no pixel has 3 pairs"):
        stack_gradients([np.zeros((3, 3))], [1.0])
