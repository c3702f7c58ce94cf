"""The deforming area: found where the signal is, nowhere in pure noise, and the noise outside is right."""

import numpy as np
import pytest

from geoslip.downsample import (
    DataError,
    NoiseModel,
    Scene,
    covariogram,
    deforming_area,
    fit_exponential,
    synthetic_noise,
)

TRUTH = NoiseModel(9e-6, 1500.0, 2e-6)


def make_scene(amplitude, seed=3):
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:320, :360]
    values = synthetic_noise((320, 360), spacing=(100.0, 100.0), noise=TRUTH, rng=rng)
    values += amplitude * np.exp(-((rows - 120.0) ** 2 + (columns - 230.0) ** 2) / 35.0**2) + 1e-5 * rows
    values[rng.random(values.shape) < 0.1] = np.nan
    look = np.array([-0.6, 0.0, 0.8])
    return Scene(name="S", values=values, x=100.0 * columns[0], y=100.0 * rows[:, 0], look=look, crs=None)


def test_the_signal_is_covered_and_the_noise_outside_is_right():
    scene = make_scene(0.4)
    area = deforming_area(scene)
    assert area[120, 230]
    assert 0.05 < area.mean() < 0.5
    assert not area[:, :100].any()
    noise = fit_exponential(covariogram(scene, mask=area))
    assert noise.sill == pytest.approx(TRUTH.sill, rel=0.35)
    assert noise.nugget == pytest.approx(TRUTH.nugget, rel=0.1)
    assert fit_exponential(covariogram(scene)).sill > 20.0 * TRUTH.sill


def test_pure_noise_has_no_deforming_area_to_speak_of():
    assert deforming_area(make_scene(0.0)).mean() < 0.3


def test_enough_pixels_are_always_left():
    area = deforming_area(make_scene(0.4), margin=100.0)
    assert 0.15 < (~area).mean() < 0.25
    with pytest.raises(DataError, match="must be positive"):
        deforming_area(make_scene(0.4), margin=0.0)
