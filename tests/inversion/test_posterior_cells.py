"""Data that are means over cells: a shallow source is seen through the mean, not through the cell's middle."""

import numpy as np
import pytest

from geoslip.downsample import Observations
from geoslip.faults import LocalFrame
from geoslip.inversion.posterior.cell_points import cell_points
from geoslip.inversion.posterior.geometry import WhiteData
from geoslip.okada import greens_matrix

FRAME, SIDE = LocalFrame(90.0, 35.0), 900.0
LOOK = np.array([0.6, -0.1, np.sqrt(0.63)])
SOURCE = np.array([[200.0, 100.0, -900.0, 40.0, 50.0, 1000.0, 1000.0]])
SQUARE = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])


def cells(shape):
    """Cells of this shape (corners in sides) on a grid over the source, and dense points (n, m, 3) inside each."""
    middle = SIDE * (np.arange(8) - 3.5)
    centres = np.column_stack([part.ravel() for part in np.meshgrid(middle, middle)])
    share = (np.arange(30) + 0.5) / 30
    s, t = (part.ravel()[:, None] for part in np.meshgrid(share, share))
    inside = shape[0] + s * (shape[1] - shape[0]) + t * (shape[-1] - shape[0])
    if len(shape) == 3:
        inside = inside[(s + t)[:, 0] < 1.0]
    dense = centres[:, None] + SIDE * (inside - shape.mean(axis=0))
    corners = centres[:, None] + SIDE * (shape - shape.mean(axis=0))
    lon, lat = FRAME.to_geographic(*centres.T)
    outlines = tuple(np.column_stack(FRAME.to_geographic(*one.T)) for one in corners)
    n = len(centres)
    data = Observations(
        name="track", kind="los", longitude=lon, latitude=lat, points=np.column_stack([centres, np.zeros(n)]),
        values=np.zeros(n), directions=np.tile(LOOK, (n, 1)), covariance=np.eye(n), outlines=outlines,
    )  # fmt: skip
    return data, np.concatenate([dense, np.zeros((*dense.shape[:2], 1))], axis=2)


@pytest.mark.parametrize("shape", [SQUARE, SQUARE[[0, 1, 3]]])
def test_four_points_a_cell_stand_for_its_mean(shape):
    data, dense = cells(shape)
    looks = np.tile(LOOK, (dense.shape[0] * dense.shape[1], 1))
    exact = greens_matrix(dense.reshape(-1, 3), looks, SOURCE).reshape(*dense.shape[:2], 2).mean(axis=1)
    points, weights = cell_points(data)
    few = greens_matrix(points.reshape(-1, 3), np.tile(LOOK, (points[..., 0].size, 1)), SOURCE).reshape(
        *weights.shape, 2
    )
    found = (weights[:, :, None] * few).sum(axis=0)
    middle = greens_matrix(data.points, data.directions, SOURCE)
    most = np.abs(exact).max()
    assert np.abs(found - exact).max() < 0.25 * np.abs(middle - exact).max()
    assert np.abs(middle - exact).max() > 0.1 * most and np.abs(found - exact).max() < 0.05 * most


def test_the_posterior_takes_them():
    data, _ = cells(SQUARE)
    points, weights = cell_points(data)
    few = greens_matrix(points.reshape(-1, 3), np.tile(LOOK, (points[..., 0].size, 1)), SOURCE).reshape(
        *weights.shape, 2
    )
    mean = (weights[:, :, None] * few).sum(axis=0)
    normal, _ = WhiteData.build(data, "none").normal_equations(SOURCE[None], components=("strike", "dip"), poisson=0.25)
    np.testing.assert_allclose(normal[0], mean.T @ mean, rtol=1e-12)
