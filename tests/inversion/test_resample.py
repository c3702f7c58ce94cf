"""Fields on another grid: planes exactly, errors as they come out, and refusals."""

import numpy as np
import pytest

from geoslip.downsample import DataError, NoiseModel, Scene, look_vector, synthetic_noise
from geoslip.faults.frame import LocalFrame
from geoslip.inversion import resample_field

LOOK = look_vector(39.0, -13.0)


def scene(values, *, step=90.0, shift=0.0, crs=None, look=LOOK, name="s"):
    ny, nx = values.shape
    return Scene(
        name=name,
        values=values,
        x=shift + step * np.arange(nx),
        y=-shift - step * np.arange(ny),
        look=look,
        crs=crs,
        kind="offset",
    )


def plane(field, frame=None):
    x, y = np.meshgrid(field.x, field.y)
    return 1e-4 * x - 3e-5 * y + 0.2


def test_a_plane_and_its_look_vectors_are_kept():
    field = scene(np.zeros((40, 50)))
    incidence = 30.0 + 0.002 * np.meshgrid(field.x, field.y)[0]
    field = scene(plane(field), look=np.moveaxis(look_vector(incidence, -13.0), -1, 0))
    target = scene(np.zeros((30, 30)), step=61.0, shift=200.0)
    moved, sigma = resample_field(field, target)
    np.testing.assert_allclose(moved.values, plane(target), atol=1e-12)
    wanted = look_vector(30.0 + 0.002 * np.meshgrid(target.x, target.y)[0], -13.0)
    np.testing.assert_allclose(moved.look, np.moveaxis(wanted, -1, 0), atol=1e-5)
    assert np.isnan(sigma).all()


def test_between_projections():
    frame = LocalFrame(30.0, 40.0)
    target = scene(np.zeros((30, 30)))
    first, last = frame.to_geographic([-500.0, 4500.0], [500.0, -4500.0])
    longitude, latitude = np.linspace(first[0], first[1], 80), np.linspace(last[0], last[1], 80)
    east, _ = frame.to_local(*np.meshgrid(longitude, latitude))
    field = Scene(name="g", values=1e-4 * east, x=longitude, y=latitude, look=LOOK, crs="EPSG:4326")
    moved, _ = resample_field(field, target, frame=frame)
    assert moved.crs is None
    np.testing.assert_allclose(moved.values, np.meshgrid(1e-4 * target.x, target.y)[0], atol=2e-6)
    with pytest.raises(DataError, match="give the local frame"):
        resample_field(field, target)


@pytest.mark.parametrize("noise", [NoiseModel(0.0, 1.0, 4e-4), NoiseModel(4e-4, 900.0, 1e-4)])
def test_stated_errors_are_those_of_interpolated_noise(noise):
    rng = np.random.default_rng(1)
    target = scene(np.zeros((180, 180)), shift=33.0)
    scores = []
    for _ in range(4):
        values = synthetic_noise((182, 182), spacing=(90.0, 90.0), noise=noise, rng=rng)
        moved, sigma = resample_field(scene(values), target, noise=noise)
        scores.append(moved.values / sigma)
    assert np.sqrt(np.mean(np.square(scores))) == pytest.approx(1.0, abs=0.02 if noise.sill == 0.0 else 0.12)
    assert sigma.max() < np.sqrt(noise.variance)


def test_gaps_grow_by_their_neighbours_only():
    values = np.ones((20, 20))
    values[10, 10] = np.nan
    same, _ = resample_field(scene(values), scene(np.zeros((20, 20))))
    np.testing.assert_array_equal(np.isnan(same.values), np.isnan(values))
    between, _ = resample_field(scene(values), scene(np.zeros((19, 19)), shift=30.0))
    assert np.isnan(between.values).sum() == 4


def test_refusals():
    with pytest.raises(DataError, match="none of it lies on the grid"):
        resample_field(scene(np.ones((20, 20))), scene(np.zeros((20, 20)), shift=1e5))
    with pytest.raises(DataError, match=r"its pixels are 5\.0 times smaller"):
        resample_field(scene(np.ones((20, 20))), scene(np.zeros((4, 4)), step=450.0))
