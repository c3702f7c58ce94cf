"""Noise: covariogram against all pairs, fits against known noise, synthetic noise against its covariance."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from geoslip.downsample import (
    DataError,
    NoiseModel,
    Scene,
    cell_means,
    cell_observations,
    covariogram,
    fit_exponential,
    point_covariance,
    synthetic_noise,
    uniform_cells,
)
from geoslip.faults.frame import LocalFrame


def make_scene(values, spacing=100.0):
    x, y = spacing * np.arange(values.shape[1]), spacing * np.arange(values.shape[0])
    return Scene(name="S", values=values, x=x, y=y, look=np.array([-0.6, 0.0, 0.8]), crs=None)


def with_gaps(values, rng):
    values = values.copy()
    values[rng.random(values.shape) < 0.2] = np.nan
    rows, columns = values.shape
    values[rows // 3 : rows // 2, columns // 4 : columns // 2] = np.nan
    return values


def test_the_semivariogram_equals_the_sum_over_all_pairs():
    rng = np.random.default_rng(7)
    scene = make_scene(with_gaps(1.0 + 0.01 * rng.normal(size=(26, 31)), rng))
    found = covariogram(scene, trend="mean", maximum_lag=1200.0)
    rows, columns = np.nonzero(scene.valid)
    distance = pdist(np.column_stack([100.0 * rows, 100.0 * columns]))
    half_squares = 0.5 * pdist(scene.values[scene.valid][:, None], "sqeuclidean")
    for lag, gamma, pairs in zip(found.lag[:8], found.semivariance[:8], found.pairs[:8]):
        near = np.abs(distance - lag) < 50.0
        inside = (distance > 100 * (round(lag / 100) - 0.5)) & (distance <= 100 * (round(lag / 100) + 0.5))
        assert near.any()
        assert pairs == inside.sum()
        assert gamma == pytest.approx(half_squares[inside].mean(), rel=1e-9)
    assert found.covariance[0] == pytest.approx(found.variance - found.semivariance[0])


def test_a_plane_is_removed_and_a_mask_is_heeded():
    rows, columns = np.mgrid[:60, :70]
    values = 0.01 * rows - 0.02 * columns + 1e-3 * np.random.default_rng(3).normal(size=rows.shape)
    near = np.hypot(rows - 30, columns - 30) < 15
    found = covariogram(make_scene(values + 5.0 * near), mask=near)
    np.testing.assert_allclose(found.semivariance, 1e-6, rtol=0.1)


def test_tiles_give_the_same_answer(monkeypatch):
    rng = np.random.default_rng(11)
    values = synthetic_noise((200, 220), spacing=(100.0, 100.0), noise=NoiseModel(1e-5, 500.0, 1e-6), rng=rng)
    scene = make_scene(values)
    whole = covariogram(scene, maximum_lag=1500.0)
    monkeypatch.setattr("geoslip.downsample.noise.variogram._TILE", 64)
    tiled = covariogram(scene, maximum_lag=1500.0)
    assert tiled.pairs.sum() < whole.pairs.sum()
    np.testing.assert_allclose(tiled.semivariance, whole.semivariance, rtol=0.05)


@pytest.mark.parametrize("truth", [NoiseModel(1e-5, 1000.0, 2e-6), NoiseModel(9e-6, 2000.0, 2e-5)])
def test_fits_recover_the_noise_of_a_scene_with_gaps(truth):
    rng = np.random.default_rng(23)
    fits = []
    for _ in range(6):
        values = synthetic_noise((300, 320), spacing=(100.0, 100.0), noise=truth, rng=rng)
        fits.append(fit_exponential(covariogram(make_scene(with_gaps(values, rng)))))
    assert np.median([fit.sill for fit in fits]) == pytest.approx(truth.sill, rel=0.1)
    assert np.median([fit.length for fit in fits]) == pytest.approx(truth.length, rel=0.15)
    assert np.median([fit.nugget for fit in fits]) == pytest.approx(truth.nugget, rel=0.1)


def test_noise_without_nugget_and_pure_nugget():
    rng = np.random.default_rng(5)
    smooth = make_scene(synthetic_noise((200, 200), spacing=(100.0, 100.0), noise=NoiseModel(1e-5, 1500.0), rng=rng))
    assert fit_exponential(covariogram(smooth)).nugget < 2e-7
    assert fit_exponential(covariogram(smooth), nugget=False).nugget == 0.0
    white = make_scene(1e-3 * rng.normal(size=(200, 200)))
    assert fit_exponential(covariogram(white)).variance == pytest.approx(1e-6, rel=0.1)


def test_synthetic_noise_has_its_covariance():
    truth, rng = NoiseModel(4e-6, 600.0, 1e-6), np.random.default_rng(31)
    shape, spacing = (6, 5), (200.0, 150.0)
    draws = np.array([synthetic_noise(shape, spacing=spacing, noise=truth, rng=rng).ravel() for _ in range(3000)])
    rows, columns = np.indices(shape)
    expected = point_covariance(np.column_stack([columns.ravel() * 150.0, rows.ravel() * 200.0]), noise=truth)
    # A sample covariance of N draws scatters by about C sqrt(2 / N) = 2.6 %; five of those.
    np.testing.assert_allclose(draws.T @ draws / len(draws), expected, atol=0.13 * truth.variance)
    assert np.mean(draws**2) == pytest.approx(truth.variance, rel=0.02)


def test_synthetic_noise_comes_from_its_seed():
    options = {"spacing": (100.0, 100.0), "noise": NoiseModel(1e-6, 500.0, 1e-7)}
    first = synthetic_noise((20, 30), rng=np.random.default_rng(1), **options)
    np.testing.assert_array_equal(first, synthetic_noise((20, 30), rng=np.random.default_rng(1), **options))


def test_whitened_cell_means_of_simulated_scenes_have_unit_variance():
    truth, rng, frame = NoiseModel(4e-6, 800.0, 2e-6), np.random.default_rng(17), LocalFrame(20.0, 40.0)
    gaps = with_gaps(np.zeros((64, 64)), rng)
    scene = make_scene(gaps)
    cells = uniform_cells(scene, size=800.0, valid_fraction=0.1)
    factor = np.linalg.cholesky(cell_observations(scene, cells, frame=frame, noise=truth).covariance)
    squares = []
    for _ in range(200):
        values = gaps + synthetic_noise((64, 64), spacing=(100.0, 100.0), noise=truth, rng=rng)
        squares.append(np.mean(np.linalg.solve(factor, cell_means(make_scene(values), cells).value) ** 2))
    assert np.mean(squares) == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ((-1.0, 1e3, 0.0), "not negative"),
        ((0.0, 1e3, 0.0), "not both zero"),
        ((1.0, 0.0, 0.0), "length must be positive"),
        ((1.0, np.nan, 0.0), "finite"),
    ],
)
def test_noise_that_cannot_be_is_refused(parameters, message):
    with pytest.raises(DataError, match=message):
        NoiseModel(*parameters)


def test_messages():
    rng = np.random.default_rng(1)
    scene = make_scene(rng.normal(size=(30, 30)) * 1e-3)
    with pytest.raises(DataError, match="pixels are left"):
        covariogram(scene, mask=np.ones((30, 30), dtype=bool))
    with pytest.raises(DataError, match="three pixels"):
        covariogram(scene, maximum_lag=150.0)
    with pytest.raises(DataError, match="'plane' or 'mean'"):
        covariogram(scene, trend="quadratic")
    with pytest.raises(DataError, match="no two pixels differ"):
        fit_exponential(
            covariogram(
                make_scene(np.full((30, 30), 0.5)),
            )
        )
    with pytest.raises(DataError, match="distance classes"):
        fit_exponential(covariogram(scene, maximum_lag=300.0))
    with pytest.raises(DataError, match="coarser pixels"):
        synthetic_noise((10, 10), spacing=(1.0, 1.0), noise=NoiseModel(1.0, 1e6), rng=rng)
