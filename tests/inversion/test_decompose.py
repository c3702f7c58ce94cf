"""Decomposition into east, north and up: unbiased, with the errors it states, and refusals."""

import numpy as np
import pytest

from geoslip.downsample import DataError, Scene, flight_direction, look_vector
from geoslip.inversion import North, decompose
from geoslip.okada import displacement_field

ASCENDING, DESCENDING = look_vector(39.0, -13.0), look_vector(39.0, -167.0)
ALONG = flight_direction(-13.0), flight_direction(-167.0)
LOOKS = (ASCENDING, DESCENDING, *ALONG)
SIGMAS = (0.01, 0.01, 0.1, 0.1)
SHAPE = (120, 100)


def motion(shape=SHAPE):
    """What oblique slip of two metres on a buried fault does to the pixels."""
    row, column = np.mgrid[: shape[0], : shape[1]]
    points = np.column_stack([90.0 * column.ravel(), -90.0 * row.ravel(), np.zeros(row.size)])
    fault = [45.0 * shape[1], -45.0 * shape[0], -1500.0, 20.0, 60.0, 6e3, 4e3]
    return displacement_field(points, [fault], [[1.6, 1.2, 0.0]], threads=1).T.reshape(3, *shape)


def scene(values, look, *, name="f", kind="offset", crs=None):
    ny, nx = values.shape
    return Scene(
        name=name, values=values, x=90.0 * np.arange(nx), y=-90.0 * np.arange(ny), look=look, crs=crs, kind=kind
    )


def fields(u, rng, looks=LOOKS, sigmas=SIGMAS):
    return [
        scene(np.einsum("i,ijk->jk", look, u) + sigma * rng.normal(size=u.shape[1:]), look, name=f"f{k}")
        for k, (look, sigma) in enumerate(zip(looks, sigmas))
    ]


def test_unbiased_with_the_errors_it_states():
    u, rng = motion(), np.random.default_rng(1)
    found = decompose(fields(u, rng), SIGMAS)
    # Wright et al. geometry: 1.15, 7.26 and 1.60 cm.
    np.testing.assert_allclose(100.0 * found.sigma[:, 0, 0], [1.15, 7.26, 1.60], atol=6e-3)
    score = (found.components - u) / found.sigma
    n = score[0].size
    assert np.abs(score.mean(axis=(1, 2))).max() < 4.0 / np.sqrt(n)
    np.testing.assert_allclose(score.std(axis=(1, 2)), 1.0, atol=4.0 / np.sqrt(2 * n))
    assert 0.95 < found.reduced_chi2 < 1.05
    error = (found.components - u).reshape(3, -1)
    sample, stated = np.cov(error), found.covariance[:, 0, 0]
    pairs = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
    for value, (a, b) in zip(stated, pairs):
        assert abs(sample[a, b] - value) < 5.0 * np.sqrt(2.0 * sample[a, a] * sample[b, b] / n)


def test_against_a_plain_least_squares_at_random_pixels():
    rng = np.random.default_rng(2)
    u = motion((20, 30))
    data = []
    for k in range(5):
        look = rng.normal(size=(3, 20, 30))
        look[2] = np.abs(look[2]) + 0.2
        look /= np.linalg.norm(look, axis=0)
        values = (look * u).sum(axis=0) + 0.01 * rng.normal(size=(20, 30))
        values[rng.random((20, 30)) < 0.2] = np.nan
        data.append(scene(values, look, name=str(k), kind="los"))
    sigmas = [0.01 + 0.05 * rng.random((20, 30)) for _ in data]
    found = decompose(data, sigmas, most_condition=1e6)
    for row, column in ((0, 0), (7, 11), (19, 29), (3, 25)):
        rows = [k for k in range(5) if np.isfinite(data[k].values[row, column])]
        weight = np.array([1.0 / sigmas[k][row, column] for k in rows])
        matrix = np.array([data[k].look[:, row, column] for k in rows]) * weight[:, None]
        values = np.array([data[k].values[row, column] for k in rows]) * weight
        if len(rows) < 3:
            assert not found.valid[row, column]
            continue
        expected, residual, _, singular = np.linalg.lstsq(matrix, values)
        np.testing.assert_allclose(found.components[:, row, column], expected, rtol=1e-4, atol=1e-5)
        covariance = np.linalg.inv(matrix.T @ matrix)
        np.testing.assert_allclose(found.covariance[:3, row, column], np.diag(covariance), rtol=1e-4)
        assert found.condition[row, column] == pytest.approx(np.linalg.cond(matrix / weight[:, None]), rel=1e-4)
        if len(rows) > 3:
            assert found.chi2[row, column] == pytest.approx(residual[0], rel=1e-3)
        assert len(singular) == 3


def test_two_lines_of_sight_with_north_neglected():
    u = np.zeros((3, 10, 10))
    u[1] = 1.0
    data = fields(u, np.random.default_rng(3), looks=LOOKS[:2], sigmas=(1e-12, 1e-12))
    found = decompose(data, (0.01, 0.01), north=North(treatment="held", value=0.0, sigma=0.5))
    # A metre of north that is not there adds -0.182 m to up and nothing to east.
    np.testing.assert_allclose(found.components[0], 0.0, atol=1e-6)
    np.testing.assert_allclose(found.components[2], -0.182, atol=5e-4)
    assert found.sigma[2, 0, 0] > 0.5 * 0.182
    right = decompose(data, (0.01, 0.01), north=North(treatment="held", value=np.ones((10, 10))))
    np.testing.assert_allclose(right.components[2], 0.0, atol=1e-6)
    assert any("north is held at a map" in note for note in right.notes)


def test_a_prior_of_north_is_one_more_datum():
    u, rng = motion(), np.random.default_rng(4)
    data = fields(u, rng, looks=LOOKS[:2], sigmas=SIGMAS[:2])
    known = u[1] + 0.05 * rng.normal(size=SHAPE)
    found = decompose(data, SIGMAS[:2], north=North(treatment="prior", value=known, sigma=0.05))
    assert found.sigma[1, 0, 0] == pytest.approx(0.05, rel=1e-3)
    score = (found.components - u) / found.sigma
    np.testing.assert_allclose(score.std(axis=(1, 2)), 1.0, atol=0.03)
    gaps = np.where(np.arange(SHAPE[1]) < 50, np.nan, known)
    part = decompose(data, SIGMAS[:2], north=North(treatment="prior", value=gaps, sigma=0.05))
    assert not part.valid[:, :50].any() and part.valid[:, 50:].all()


def test_masks_by_condition_and_by_sigma():
    u, rng = motion(), np.random.default_rng(5)
    near = look_vector(33.0, -12.0)
    data = fields(u, rng, looks=(ASCENDING, DESCENDING, near), sigmas=SIGMAS[:3])
    with pytest.raises(DataError, match=r"lie near one plane everywhere \(condition number at least"):
        decompose(data, (0.01,) * 3)
    loose = decompose(data, (0.01,) * 3, most_condition=1e3)
    assert loose.condition.min() > 10.0 and loose.sigma[1].min() > 0.05
    data[2].values[:60] = np.nan
    offsets = fields(u, rng)
    some = decompose([*data[:2], offsets[2]], (0.01, 0.01, 0.1), most_sigma=0.2)
    assert some.valid.all()
    with pytest.raises(DataError, match=r"condition number"):
        decompose([*data[:2], offsets[2]], (0.01, 0.01, 0.1), most_condition=1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: ([f[0]], [0.01]), "1 field .f0., but 3 components are sought: add a track"),
        (lambda f: (f[:2], SIGMAS[:2]), "hold north at a value"),
        (lambda f: (f, SIGMAS[:3]), "4 fields but 3 standard deviations"),
        (lambda f: (f, (0.01, 0.0, 0.1, 0.1)), "a standard deviation that is not above 0"),
        (lambda f: (f, (0.01, np.ones((3, 3)), 0.1, 0.1)), r"sigma of shape \(3, 3\)"),
        (lambda f: ([*f[:3], scene(f[3].values[:50], f[3].look)], SIGMAS), "is not on the grid of f0"),
        (lambda f: ([*f[:3], scene(f[3].values, f[3].look, crs="EPSG:32611")], SIGMAS), "resample_field"),
    ],
)
def test_refusals(change, message):
    given, sigmas = change(fields(motion(), np.random.default_rng(6)))
    with pytest.raises(DataError, match=message):
        decompose(given, sigmas)


def test_fields_that_do_not_overlap():
    data = fields(motion(), np.random.default_rng(7))
    for k, field in enumerate(data):
        field.values[:, np.arange(SHAPE[1]) // 25 != k] = np.nan
    with pytest.raises(DataError, match="at most 1 overlap"):
        decompose(data, SIGMAS)


def test_north_must_make_sense():
    with pytest.raises(DataError, match="estimated, prior, held"):
        North(treatment="ignored")
    with pytest.raises(DataError, match="needs its standard deviation above 0"):
        North(treatment="prior", value=0.0)
