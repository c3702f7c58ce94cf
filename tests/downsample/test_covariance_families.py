"""Covariance of means over cells of any shape, for every family of noise, against all pixel pairs."""

import numpy as np
import pytest

from geoslip.downsample import (
    Cells,
    DataError,
    NoiseModel,
    Scene,
    SingularCovariance,
    cell_covariance,
    cell_observations,
    families,
    made_positive_definite,
    uniform_cells,
)
from geoslip.faults.frame import LocalFrame


def make_scene(values, *, spacing=100.0):
    """Rows run south, as in most products."""
    x, y = spacing * np.arange(values.shape[1]), -spacing * np.arange(values.shape[0])
    return Scene(name="S", values=values, x=x, y=y, look=np.array([-0.6, 0.0, 0.8]), crs=None)


def gapped_scene(side=200):
    rng = np.random.default_rng(5)
    values = np.zeros((side, side))
    values[rng.random(values.shape) < 0.15] = np.nan
    values[20:60, 120:150] = np.nan
    return make_scene(values)


def square_cells(scene):
    """Squares of 12 and of 24 pixels."""
    rows, columns = np.indices(scene.values.shape)
    half = columns < 96
    labels = np.where(half, rows // 12 * 8 + columns // 12, 200 + rows // 24 * 5 + (columns - 96) // 24)
    return as_cells(scene, labels)


def triangle_cells(scene, divisions=8):
    rows, columns = np.indices(scene.values.shape)
    v, u = rows / scene.values.shape[0] * divisions, columns / scene.values.shape[1] * divisions
    return as_cells(scene, 2 * (v.astype(int) * divisions + u.astype(int)) + ((v % 1) > (u % 1)))


def as_cells(scene, labels):
    labels = np.where(scene.valid, labels, -1)
    _, number = np.unique(labels, return_inverse=True)
    number = number.reshape(labels.shape) - 1
    return Cells(labels=number, outlines=(np.zeros((4, 2)),) * (int(number.max()) + 1))


def all_pairs(cells, scene, noise, chosen):
    """Covariances of a few cells with each other, over every pair of their pixels."""
    result = np.empty((len(chosen), len(chosen)))
    places = []
    for cell in chosen:
        rows, columns = np.nonzero(cells.labels == cell)
        places.append(np.column_stack([scene.x[columns], scene.y[rows]]))
    for i, first in enumerate(places):
        for j, second in enumerate(places):
            offset = first[:, None] - second[None]
            result[i, j] = noise.correlated_at(offset[..., 0], offset[..., 1]).mean()
        result[i, i] += noise.nugget / len(first)
    return result


@pytest.mark.parametrize("family", families())
@pytest.mark.parametrize("make_cells", [square_cells, triangle_cells])
@pytest.mark.parametrize(("length", "turned"), [(400.0, {}), (4000.0, {}), (1500.0, {"ratio": 0.5, "azimuth": 25.0})])
def test_cell_covariance_is_the_sum_over_all_pixel_pairs(family, make_cells, length, turned):
    scene, wavelength = gapped_scene(), 7.0 * length if family == "exponential_cosine" else None
    noise = NoiseModel(1.0, length, 0.05, family, wavelength, **turned)
    cells = make_cells(scene)
    ours = cell_covariance(cells, scene, noise=noise)
    chosen = np.random.default_rng(3).choice(cells.n, 6, replace=False)
    chosen = np.unique([*chosen, chosen[0] + 1 if chosen[0] + 1 < cells.n else chosen[0] - 1])
    expected = all_pairs(cells, scene, noise, chosen)
    assert np.abs(ours[np.ix_(chosen, chosen)] - expected).max() < 1e-3 * noise.sill
    np.linalg.cholesky(ours)


def test_singular_noise_is_changed_by_a_stated_amount_and_no_covariance_is_refused():
    scene = gapped_scene(64)
    cells, smooth = uniform_cells(scene, size=400.0, valid_fraction=0.1), NoiseModel(1e-4, 1e5, family="gaussian")
    with pytest.raises(SingularCovariance, match="nugget") as refused:
        cell_covariance(cells, scene, noise=smooth)
    found = made_positive_definite(refused.value.matrix, what="S")
    assert 0.0 < found.share < 1e-4
    np.testing.assert_allclose(found.matrix - refused.value.matrix, found.added * np.eye(cells.n), atol=1e-18)
    assert np.linalg.eigvalsh(found.matrix).min() > 0.5e-6 * 1e-4
    data = cell_observations(scene, cells, frame=LocalFrame(30.0, 40.0), noise=smooth)
    assert any("was added to every cell" in note for note in data.notes)
    healthy = cell_covariance(cells, scene, noise=NoiseModel(1e-4, 1e3, 1e-5))
    assert made_positive_definite(healthy, what="S").added == 0.0
    with pytest.raises(DataError, match="this is no covariance"):
        made_positive_definite(np.array([[1.0, 2.0], [2.0, 1.0]]), what="S")
    with pytest.raises(DataError, match="variances are positive"):
        made_positive_definite(-np.eye(2), what="S")
