"""The twins of small earthquakes and the studies cut by every sampler: what their pages rest on."""

import sys
from pathlib import Path

import numpy as np
import pytest

from geoslip.downsample import Observations
from geoslip.faults.frame import LocalFrame

CASES = Path(__file__).parents[2] / "cases"


@pytest.fixture
def scripts(monkeypatch):
    """The folders of the scripts, where they find each other."""
    for name in ("small2017", "samplers"):
        monkeypatch.syspath_prepend(str(CASES / name))
    yield
    for name in ("source", "twin", "studies"):
        sys.modules.pop(name, None)


def test_the_least_error_falls_with_the_dates_and_is_that_of_a_linear_problem(scripts):
    import source

    event = source.EVENTS[0]
    few, many = source.least_errors(event, dates=20), source.least_errors(event, dates=80)
    np.testing.assert_allclose(few / many, 2.0, rtol=1e-6)
    needed = source.dates_needed(event)
    assert source.SHARE * source.least_errors(event, dates=needed)[0] <= source.TARGET
    assert source.SHARE * source.least_errors(event, dates=needed - 1)[0] > source.TARGET


def test_without_noise_the_posterior_holds_the_truth_and_is_as_wide_as_the_bound(scripts, monkeypatch):
    import source

    from geoslip.downsample import cell_observations, model_quadtree

    # So little noise that the posterior is nearly Gaussian and what is known beforehand hardly counts.
    event, noise = source.EVENTS[0], source.ATMOSPHERE.scaled(2.0 / 150)
    tracks = []
    for scene in source.blank_scenes():
        field = source.predicted(scene, event.place, event.side, event.slip)
        cells = model_quadtree(scene, predicted=field, count=source.CELLS)
        filled = type(scene)(name=scene.name, values=field, x=scene.x, y=scene.y, look=scene.look, crs=None)
        tracks.append(cell_observations(filled, cells, frame=source.FRAME, noise=noise))
    known = source.Catalogue(np.zeros(2), event.magnitude, event.strike)
    monkeypatch.setattr(source, "BATCHES", (16000, 2000, 2000, 2000))
    answer = source.posterior(tracks, known, np.random.default_rng(0))
    truth = np.array([event.magnitude, *event.place])
    spread, least = answer.numbers.std(axis=0), source.least_errors(event, dates=150)[:6]
    assert answer.effective > 100.0
    assert (np.abs(np.median(answer.numbers, axis=0) - truth) < 1.5 * spread).all()
    np.testing.assert_allclose(spread, least, rtol=0.35)


def test_points_on_a_grid_keep_their_values_and_directions(scripts):
    import studies

    frame, rng = LocalFrame(-117.5, 35.7), np.random.default_rng(2)
    points = np.column_stack([rng.choice(np.arange(-40, 40), 60, replace=False) * 500.0, rng.uniform(-2e4, 2e4, 60)])
    points = np.column_stack([points, np.zeros(60)])
    longitude, latitude = frame.to_geographic(points[:, 0], points[:, 1])
    true = np.tile([-0.6, 0.0, 0.8], (60, 1))
    data = Observations(
        name="T", kind="los", longitude=longitude, latitude=latitude, points=points, values=rng.normal(0.0, 0.1, 60),
        directions=frame.rotate_to_frame(true, longitude, latitude), covariance=1e-4 * np.eye(60),
    )  # fmt: skip
    scene = studies.gridded(data, frame=frame)
    assert scene.valid.sum() == 60
    pixels = scene.pixels(frame=frame)
    order, other = np.argsort(points[:, 0]), np.argsort(pixels.points[:, 0])
    np.testing.assert_allclose(pixels.values[other], data.values[order])
    np.testing.assert_allclose(pixels.directions[other], data.directions[order], atol=1e-5)
    assert np.abs(pixels.points[other, :2] - points[order, :2]).max() <= 0.5 * studies.PIXEL + 1.0


def test_how_far_slip_moved(scripts):
    import studies

    own = {"slip": [[1.0, 0.0], [0.0, 1.0]], "areas": [1.0, 3.0], "centroid": [0.0, 0.0, -5e3]}
    other = own | {"slip": [[1.0, 0.0], [0.0, 2.0]], "centroid": [3e3, 0.0, -9e3]}
    share, way = studies.moved(other, own)
    assert share == pytest.approx(np.sqrt(3.0 / 4.0))
    assert way == pytest.approx(5.0)
