"""Leaving a station out: no bias, stated errors that are the scatter, and nothing of its own vector."""

from dataclasses import replace

import numpy as np

from geoslip.cases.ridgecrest2019.components import Field, Stations, leave_out, ratio, table
from geoslip.cases.ridgecrest2019.rupture import NEAREST, REACH, places_beside
from geoslip.downsample import NoiseModel, flight_direction, look_vector

COUNT = 9
LOOKS = (look_vector(43.0, -10.0), look_vector(36.0, -10.5), look_vector(40.0, -169.0), flight_direction(-10.75))
NOISES = (0.02, 0.03, 0.02, 0.08)


def draw(rng):
    """Stations and fields with planes of their own and correlated noise."""
    places = rng.uniform(-4e4, 4e4, (COUNT, 2))
    motion = rng.normal(size=(COUNT, 3)) * 0.1
    sigma = np.full((COUNT, 3), 0.004)
    stations = Stations(
        tuple("ABCDEFGHI"), places, motion + sigma * rng.normal(size=(COUNT, 3)), sigma
    )  # fmt: skip
    fields = []
    for look, noise in zip(LOOKS, NOISES):
        distance = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
        covariance = noise**2 * np.exp(-distance / 10e3)
        columns = [np.ones(COUNT)] if look[2] == 0.0 else [np.ones(COUNT), *(1e-4 * places.T)]
        plane = np.column_stack(columns)
        values = motion @ look + plane @ rng.normal(size=plane.shape[1])
        values = values + np.linalg.cholesky(covariance) @ rng.normal(size=COUNT)
        inside = np.arange(COUNT) < 3
        fields.append(
            Field("f", values, covariance, np.tile(look, (COUNT, 1)), plane, inside, NoiseModel(noise**2, 10e3))
        )
    return fields, stations


def test_predicted_errors_are_the_scatter():
    rng = np.random.default_rng(1)
    scores = []
    for _ in range(80):
        fields, stations = draw(rng)
        found = leave_out(0, fields, stations)
        scores.append(found.difference / found.predicted)
    assert np.abs(np.mean(scores, axis=0)).max() < 0.4
    np.testing.assert_allclose(np.std(scores, axis=0), 1.0, atol=0.25)


def test_its_own_vector_has_no_part():
    fields, stations = draw(np.random.default_rng(2))
    found = leave_out(2, fields, stations)
    moved = stations.vectors.copy()
    moved[2] += 5.0
    again = leave_out(2, fields, replace(stations, vectors=moved))
    np.testing.assert_allclose(again.difference, found.difference - 5.0, atol=1e-9)
    np.testing.assert_allclose(again.predicted, found.predicted)
    other = leave_out(3, fields, replace(stations, vectors=moved))
    assert np.abs(other.difference - leave_out(3, fields, stations).difference).max() > 0.1


def test_the_table_says_what_the_stations_say():
    fields, stations = draw(np.random.default_rng(3))
    left = [leave_out(k, fields, stations) for k in range(COUNT)]
    rms, median = ratio(left, 1)
    line = f"| all 9 | north | {1e3 * rms:.1f} | {1e3 * median:.1f} | {rms / median:.2f} |"
    assert line in table(fields, left)
    assert sum("north from slip" in row for row in table(fields, left).splitlines()) == COUNT - 3


def test_places_lie_on_both_sides_of_a_bent_line():
    line = np.array([[0.0, 0.0], [0.0, 10e3], [6e3, 18e3]])
    places = places_beside(line)
    assert len(places) == 20 * 2 * 7
    straight = places[: 9 * 14]
    assert np.abs(straight[:, 0]).min() >= NEAREST - 1.0 and np.abs(straight[:, 0]).max() <= REACH + 1.0
    assert (straight[:, 0] > 0.0).sum() == (straight[:, 0] < 0.0).sum()
