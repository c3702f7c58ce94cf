"""Observations: selection and refusals."""

import numpy as np
import pytest

from geoslip.downsample import DataError, Observations, require_positive_definite


def some(n=5, **changes):
    rng = np.random.default_rng(1)
    root = rng.normal(size=(n, n))
    fields = {
        "name": "T1",
        "kind": "los",
        "longitude": np.arange(n) * 0.1,
        "latitude": np.arange(n) * 0.2,
        "points": rng.normal(size=(n, 3)) * [1.0, 1.0, 0.0],
        "values": rng.normal(size=n),
        "directions": np.tile([0.6, 0.0, 0.8], (n, 1)),
        "covariance": root @ root.T + np.eye(n),
        "station": tuple("abcde"[:n]),
        "sample_count": np.arange(n) + 1,
    }
    return Observations(**(fields | changes))


def test_selection_by_mask_and_by_rows_agree():
    observations = some()
    by_mask = observations.select(np.array([True, False, True, False, True]))
    by_rows = observations.select([0, 2, 4])
    for field in ("values", "points", "directions", "covariance", "sample_count"):
        np.testing.assert_array_equal(getattr(by_mask, field), getattr(by_rows, field))
    assert by_mask.station == ("a", "c", "e")
    np.testing.assert_array_equal(by_mask.sigma, observations.sigma[[0, 2, 4]])
    assert len(by_mask) == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "sar"}, "los, azimuth, gnss, offset"),
        ({"values": np.array([1.0, np.nan, 0.0, 0.0, 0.0])}, "not finite"),
        ({"values": np.full(5, 2e3)}, "check the unit"),
        ({"points": np.zeros((4, 3))}, "points has shape"),
        ({"covariance": np.zeros((5, 5))}, "variance of row 1"),
        ({"covariance": np.eye(5) + np.eye(5, k=1)}, "not symmetric"),
        ({"station": ("a",)}, "station has 1 entries"),
    ],
)
def test_what_cannot_be_is_refused(changes, message):
    with pytest.raises(DataError, match=message):
        some(**changes)


def test_no_row_left_is_refused():
    with pytest.raises(DataError, match="no datum is left"):
        some().select(np.zeros(5, dtype=bool))


@pytest.mark.parametrize(
    "matrix", [np.ones((3, 3)), np.diag([1.0, 0.0, 1.0]), np.array([[1.0, 2.0], [2.0, 1.0]]), np.ones((2, 3))]
)
def test_singular_covariances_are_refused(matrix):
    with pytest.raises(DataError, match="covariance"):
        require_positive_definite(matrix, what="T1")


def test_a_good_covariance_passes_whatever_its_scale():
    require_positive_definite(1e-18 * np.diag([1.0, 1e6]), what="T1")
