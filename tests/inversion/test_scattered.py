"""Displacement at places from scattered data: closed motion, stated errors, ruptures and GNSS as further rows."""

import numpy as np
import pytest

import geoslip.okada as okada
from geoslip.downsample import DataError, Observations, flight_direction, look_vector
from geoslip.faults.frame import LocalFrame
from geoslip.inversion import motion_at

FRAME = LocalFrame(30.0, 40.0)
LOOKS = {
    "asc": (look_vector(39.0, -13.0), 0.004),
    "des": (look_vector(39.0, -167.0), 0.012),
    "az": (flight_direction(-13.0), 0.03),
}
GRADIENT = np.array([[2e-5, -1e-5], [3e-5, 4e-5], [-2e-5, 1e-5]])


def observe(name, look, points, values, sigma):
    longitude, latitude = FRAME.to_geographic(points[:, 0], points[:, 1])
    n = len(points)
    return Observations(
        name=name,
        kind="offset",
        longitude=longitude,
        latitude=latitude,
        points=np.column_stack([points, np.zeros(n)]),
        values=values,
        directions=np.tile(look, (n, 1)),
        covariance=sigma**2 * np.eye(n),
    )


def tracks(motion, rng, n=900, guess=None):
    data = []
    for name, (look, sigma) in LOOKS.items():
        points = rng.uniform(-6e3, 6e3, (n, 2))
        values = motion(points) @ look + sigma * rng.normal(size=n)
        data.append(observe(name, look, points, values, guess or sigma))
    return data


def test_errors_are_those_it_states_and_variances_are_found():
    rng = np.random.default_rng(1)
    places = np.stack(np.meshgrid(np.arange(-4e3, 5e3, 2e3), np.arange(-4e3, 5e3, 2e3)), axis=-1).reshape(-1, 2)
    scores, sigmas = [], []
    for _ in range(12):
        data = tracks(lambda points: points @ GRADIENT.T + [0.1, -0.2, 0.05], rng, guess=0.01)
        found = motion_at(data, places, radius=950.0)
        error = found.components - (places @ GRADIENT.T + [0.1, -0.2, 0.05])
        scores.append(error / np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2)))
        sigmas.append([found.sigma[name] for name in LOOKS])
    assert 0.9 < np.std(scores) < 1.1
    np.testing.assert_allclose(np.mean(sigmas, axis=0), [sigma for _, sigma in LOOKS.values()], rtol=0.05)


def test_a_rupture_is_not_reached_across():
    source = np.array([[0.0, 0.0, 0.0, 0.0, 90.0, 40e3, 12e3]])

    def motion(points):
        return okada.displacement_field(np.column_stack([points, np.zeros(len(points))]), source, [[-2.0, 0.0, 0.0]])

    data = tracks(motion, np.random.default_rng(2))
    places = np.array([[300.0, 0.0], [-300.0, 1e3]])
    trace = np.array([[0.0, -9e3], [0.0, 9e3]])
    found = motion_at(data, places, radius=1.2e3, traces=[trace])
    np.testing.assert_allclose(found.components[:, 1], motion(places)[:, 1], atol=0.04)
    across = motion_at(data, places, radius=1.2e3)
    assert np.abs(across.components[:, 1] - motion(places)[:, 1]).max() > 0.3


def test_gnss_rows_add_what_the_tracks_do_not_see():
    rng = np.random.default_rng(3)
    data = tracks(lambda points: np.tile([0.1, -0.2, 0.05], (len(points), 1)), rng)[:2]
    places = np.array([[0.0, 0.0]])
    with pytest.raises(DataError, match="lie near one plane"):
        motion_at(data, places, radius=1.5e3, most_sigma_ratio=1.0)
    stations = rng.uniform(-1e3, 1e3, (8, 2))
    north = observe("GNSS north", (0.0, 1.0, 0.0), stations, -0.2 + 0.002 * rng.normal(size=8), 0.002)
    found = motion_at([*data, north], places, radius=1.5e3)
    np.testing.assert_allclose(found.components[0], [0.1, -0.2, 0.05], atol=0.01)


def test_too_few_data():
    data = tracks(lambda points: np.zeros((len(points), 3)), np.random.default_rng(4), n=30)
    with pytest.raises(DataError, match="no place has twelve data within 100 m"):
        motion_at(data, [[0.0, 0.0]], radius=100.0)
