"""Covariance of cell means: closed values, all pixel pairs, cells of any shape, positive definite."""

import numpy as np
import pytest
from scipy.fft import irfft2, rfft2
from scipy.spatial.distance import cdist

from geoslip.downsample import (
    Cells,
    NoiseModel,
    Scene,
    SingularCovariance,
    cell_covariance,
    cell_observations,
    variance_quadtree,
)
from geoslip.faults.frame import LocalFrame


def make_scene(shape=(90, 100), *, spacing=(100.0, 80.0), seed=5):
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    values = 0.3 * np.exp(-((rows - 40.0) ** 2 + (columns - 50.0) ** 2) / 200.0) + 2e-3 * rng.normal(size=shape)
    values[rng.random(shape) < 0.15] = np.nan
    values[10:30, 60:75] = np.nan
    x, y = spacing[1] * np.arange(shape[1]), spacing[0] * np.arange(shape[0])
    return Scene(name="S", values=values, x=x, y=y, look=np.array([-0.6, 0.0, 0.8]), crs=None)


def triangle_cells(scene, divisions=5):
    """Each of divisions^2 boxes cut along its diagonal."""
    rows, columns = np.indices(scene.values.shape)
    v, u = rows / scene.values.shape[0] * divisions, columns / scene.values.shape[1] * divisions
    labels = 2 * (v.astype(int) * divisions + u.astype(int)) + ((v % 1) > (u % 1))
    labels[~scene.valid] = -1
    corners = np.zeros((3, 2))
    return Cells(labels=labels, outlines=(corners,) * (2 * divisions**2), method="triangles")


def all_pairs(cells, scene, noise):
    rows, columns = np.nonzero(cells.labels >= 0)
    order = np.argsort(cells.labels[rows, columns], kind="stable")
    labels = cells.labels[rows, columns][order]
    places = np.column_stack([columns * scene.spacing.x, rows * scene.spacing.y])[order]
    starts = np.searchsorted(labels, np.arange(cells.n))
    count = np.bincount(labels)
    result = np.empty((cells.n, cells.n))
    for cell in range(cells.n):
        sums = noise.correlated(cdist(places[labels == cell], places)).sum(axis=0)
        result[cell] = np.add.reduceat(sums, starts) / count / count[cell]
    result[np.diag_indices_from(result)] += noise.nugget / count
    return result


@pytest.mark.parametrize("length", [250.0, 1500.0, 40e3])
@pytest.mark.parametrize("shape", ["squares", "triangles"])
def test_it_equals_the_sum_over_all_pixel_pairs(length, shape):
    scene = make_scene()
    noise = NoiseModel(sill=3e-6, length=length, nugget=2e-6)
    cells = triangle_cells(scene) if shape == "triangles" else variance_quadtree(scene, count=120)
    ours, theirs = cell_covariance(cells, scene, noise=noise), all_pairs(cells, scene, noise)
    assert np.abs(ours - theirs).max() < 1e-3 * noise.sill
    np.testing.assert_array_equal(ours, ours.T)
    lowest, expected = np.linalg.eigvalsh(ours)[0], np.linalg.eigvalsh(theirs)[0]
    assert lowest == pytest.approx(expected, rel=0.1)


def by_convolution(cells, scene, noise):
    """The same sum over all pixel pairs: each cell's pixels convolved with the covariance, periods twice the scene."""
    ny, nx = scene.values.shape
    rows, columns = (np.fft.fftfreq(2 * n, 1.0 / (2 * n)) for n in (ny, nx))
    distance = np.hypot(rows[:, None] * scene.spacing.y, columns * scene.spacing.x)
    kernel = rfft2(noise.correlated(distance))
    used, count = cells.labels >= 0, np.bincount(cells.labels[cells.labels >= 0])
    result = np.empty((cells.n, cells.n))
    for cell in range(cells.n):
        field = irfft2(rfft2((cells.labels == cell) / count[cell], (2 * ny, 2 * nx)) * kernel)[:ny, :nx]
        result[cell] = np.bincount(cells.labels[used], field[used]) / count
    result[np.diag_indices_from(result)] += noise.nugget / count
    return result


@pytest.mark.parametrize("shape", ["squares", "triangles"])
def test_a_scene_of_200_by_200_pixels_with_gaps(shape):
    noise = NoiseModel(sill=3e-6, length=1500.0, nugget=2e-6)
    small = make_scene((50, 90))
    cells = variance_quadtree(small, count=30)
    np.testing.assert_allclose(by_convolution(cells, small, noise), all_pairs(cells, small, noise), rtol=1e-9)
    scene = make_scene((200, 200))
    cells = triangle_cells(scene, 8) if shape == "triangles" else variance_quadtree(scene, count=150)
    ours, theirs = cell_covariance(cells, scene, noise=noise), by_convolution(cells, scene, noise)
    assert np.abs(ours - theirs).max() < 1e-3 * noise.sill


@pytest.mark.parametrize(("ratio", "printed"), [(0.2, 0.902), (1.0, 0.612), (3.0, 0.271)])
def test_printed_values_of_a_square_cell(ratio, printed):
    n, length = 64, 1000.0
    step = ratio * length / n
    coordinate = step * np.arange(n)
    scene = Scene(
        name="S", values=np.zeros((n, n)), x=coordinate, y=coordinate, look=np.array([-0.6, 0, 0.8]), crs=None
    )
    cells = Cells(labels=np.zeros((n, n), dtype=np.int32), outlines=(np.zeros((4, 2)),))
    variance = cell_covariance(cells, scene, noise=NoiseModel(1.0, length))[0, 0]
    assert variance == pytest.approx(printed, abs=1e-3)


def test_limits_of_long_and_short_correlation():
    scene = make_scene()
    cells = variance_quadtree(scene, count=60)
    count = np.bincount(cells.labels[cells.labels >= 0])
    white = cell_covariance(cells, scene, noise=NoiseModel(0.0, 1.0, 4e-6))
    np.testing.assert_allclose(white, np.diag(4e-6 / count), atol=1e-20)
    common = cell_covariance(cells, scene, noise=NoiseModel(1.0, 1e9, 1e-4))
    np.testing.assert_allclose(common, np.ones_like(common) + np.diag(1e-4 / count), atol=1e-4)


def test_cells_that_cannot_be_told_apart_are_refused():
    scene = make_scene((6, 6))
    labels = np.where(scene.valid, np.cumsum(scene.valid).reshape(6, 6) - 1, -1)
    cells = Cells(labels=labels, outlines=(np.zeros((4, 2)),) * int(scene.valid.sum()))
    with pytest.raises(SingularCovariance, match="nugget"):
        cell_covariance(cells, scene, noise=NoiseModel(1.0, 1e21))


def test_observations_of_cells_carry_everything():
    rng = np.random.default_rng(2)
    scene = make_scene()
    look = np.moveaxis(np.broadcast_to([-0.6, 0.0, 0.8], (*scene.values.shape, 3)), -1, 0)
    longitude, latitude = 20.0 + 1e-3 * np.arange(100), 40.0 - 1e-3 * np.arange(90)
    scene = Scene(name="S", values=scene.values, x=longitude, y=latitude, look=look, crs="EPSG:4326")
    cells = variance_quadtree(scene, count=int(rng.integers(80, 120)))
    frame = LocalFrame(20.05, 39.95)
    observations = cell_observations(scene, cells, frame=frame, noise=NoiseModel(1e-6, 2e3, 1e-6))
    assert len(observations) == cells.n == len(observations.outlines)
    assert observations.sample_count.sum() == (cells.labels >= 0).sum()
    back = frame.to_geographic(observations.points[:, 0], observations.points[:, 1])
    np.testing.assert_allclose(back, (observations.longitude, observations.latitude), atol=1e-9)
    np.testing.assert_allclose(observations.directions, np.tile([-0.6, 0, 0.8], (cells.n, 1)), atol=2e-3)
    np.testing.assert_allclose(np.linalg.norm(observations.directions, axis=1), 1.0, atol=1e-12)
    for place, outline in zip(zip(observations.longitude, observations.latitude), observations.outlines):
        assert (outline.min(axis=0) <= place).all() and (place <= outline.max(axis=0)).all()
    np.linalg.cholesky(observations.covariance)
