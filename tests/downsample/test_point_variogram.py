"""The semivariogram of scattered values: against all pairs, against a known noise, and what it refuses."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from geoslip.downsample import DataError, NoiseModel, fit_exponential, point_covariance, point_covariogram


def test_it_equals_the_sum_over_all_pairs():
    rng = np.random.default_rng(4)
    points, values = rng.uniform(0.0, 10e3, (700, 2)), rng.normal(size=700)
    found = point_covariogram(points, values, maximum_lag=3e3)
    distance, squared = pdist(points), 0.5 * pdist(values[:, None], "sqeuclidean")
    inside = distance <= 3e3
    assert found.pairs.sum() == inside.sum()
    assert (found.pairs * found.lag).sum() == pytest.approx(distance[inside].sum())
    assert (found.pairs * found.semivariance).sum() == pytest.approx(squared[inside].sum())
    assert np.all(np.diff(found.lag) > 0.0)


def test_a_known_noise_comes_back():
    rng = np.random.default_rng(8)
    truth = NoiseModel(4e-4, 2e3, 1e-4)
    points = rng.uniform(0.0, 40e3, (900, 2))
    factor = np.linalg.cholesky(point_covariance(points, noise=truth))
    fits = [fit_exponential(point_covariogram(points, factor @ rng.normal(size=900))) for _ in range(20)]
    assert np.median([fit.sill + fit.nugget for fit in fits]) == pytest.approx(5e-4, rel=0.1)
    assert np.median([fit.length for fit in fits]) == pytest.approx(2e3, rel=0.25)
    assert np.median([fit.nugget for fit in fits]) == pytest.approx(1e-4, abs=5e-5)


@pytest.mark.parametrize(
    ("points", "values", "limit", "text"),
    [
        (np.eye(20, 2), np.ones(20), None, "20 points are too few"),
        (np.ones((40, 2)), np.ones(40), None, "points must differ"),
        (np.random.default_rng(1).uniform(size=(40, 2)), np.ones(39), None, "39 values for 40 points"),
        (np.random.default_rng(1).uniform(size=(40, 2)), np.ones(40), 1e-3, "raise maximum_lag"),
    ],
)
def test_what_cannot_be_read_is_refused(points, values, limit, text):
    with pytest.raises(DataError, match=text):
        point_covariogram(points, values, maximum_lag=limit)
