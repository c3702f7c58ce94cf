"""The vectorised logarithm and arctangent against the library's, over their whole range."""

import numpy as np
import pytest

from geoslip.okada.elementary import arctangent_block, log_ratio_block

COUNT = 300


@pytest.mark.parametrize("spread", [1e-12, 1e-3, 1.0, 200.0])
def test_logarithm_of_a_ratio(spread):
    rng = np.random.default_rng(1)
    top = np.exp(rng.normal(scale=20, size=COUNT))
    ratio = np.exp(rng.uniform(-spread, spread, COUNT))
    scratch = np.concatenate([top * ratio, top, np.zeros(COUNT)])
    log_ratio_block(scratch[:COUNT], scratch[COUNT : 2 * COUNT], scratch[2 * COUNT :])
    exact = np.log(np.longdouble(1) * scratch[:COUNT] / scratch[COUNT : 2 * COUNT].astype(np.longdouble))
    np.testing.assert_allclose(scratch[2 * COUNT :], exact.astype(float), rtol=3e-16, atol=3e-16)


def test_angle_of_a_vector_in_every_direction():
    rng = np.random.default_rng(2)
    sine = rng.normal(size=COUNT) * 10.0 ** rng.integers(-8, 8, COUNT)
    cosine = rng.normal(size=COUNT)
    sine[:4], cosine[:4] = [0.0, 0.0, 1.0, -1.0], [1.0, -1.0, 0.0, 0.0]
    scratch = np.concatenate([sine, cosine, np.zeros(COUNT)])
    arctangent_block(scratch[:COUNT], scratch[COUNT : 2 * COUNT], scratch[2 * COUNT :])
    np.testing.assert_allclose(scratch[2 * COUNT :], np.arctan2(sine, cosine), rtol=3e-16, atol=5e-16)


def test_a_result_may_replace_its_argument_and_nothing_else_changes():
    scratch = np.arange(1.0, 13.0)
    before = scratch.copy()
    log_ratio_block(scratch[:3], scratch[4:7], scratch[4:7])
    np.testing.assert_allclose(scratch[4:7], np.log(before[:3] / before[4:7]), rtol=1e-15)
    np.testing.assert_array_equal(np.delete(scratch, [4, 5, 6]), np.delete(before, [4, 5, 6]))


def test_nan_stays_nan():
    scratch = np.array([np.nan, 1.0, np.nan, np.nan])
    arctangent_block(scratch[:1], scratch[1:2], scratch[2:3])
    assert np.isnan(scratch[2])
