"""Offsets between tracks from overlap and GNSS: what was put in comes out, and what nothing tells stays."""

import numpy as np
import pytest

from geoslip.downsample import DataError, Observations, Scene, flight_direction, look_vector
from geoslip.faults.frame import LocalFrame
from geoslip.inversion import reference_tracks

LOOKS = (look_vector(39.0, -13.0), look_vector(39.0, -167.0), look_vector(33.0, -11.0), flight_direction(-13.0))
SIGMAS = (0.005, 0.005, 0.005, 0.05)
FRAME = LocalFrame(30.0, 40.0)


def motion(x, y):
    return np.stack([0.3 * np.sin(x / 4e3), 0.2 * np.cos(y / 5e3), 0.1 * np.sin((x + y) / 6e3)])


def tracks(offsets, rng, noise=1.0, looks=LOOKS):
    x, y = 100.0 * np.arange(80) - 4e3, 3e3 - 100.0 * np.arange(60)
    u = motion(*np.meshgrid(x, y))
    return [
        Scene(
            name=f"t{k}", x=x, y=y, look=look, crs=None, kind="offset",
            values=np.einsum("i,ijk->jk", look, u) + offset + noise * sigma * rng.normal(size=u.shape[1:]),
        )
        for k, (look, offset, sigma) in enumerate(zip(looks, offsets, SIGMAS))
    ]  # fmt: skip


def stations(rng, n=12, sigma=0.002, components=3):
    east, north = rng.uniform(-3e3, 3e3, n), rng.uniform(-2e3, 2e3, n)
    longitude, latitude = FRAME.to_geographic(east, north)
    u = motion(east, north) + sigma * rng.normal(size=(3, n))
    rows = np.repeat(np.arange(n), components)
    return Observations(
        name="GNSS",
        kind="gnss",
        longitude=longitude[rows],
        latitude=latitude[rows],
        points=np.column_stack([east, north, np.zeros(n)])[rows],
        values=u[:components].T.ravel(),
        directions=np.tile(np.eye(3)[:components], (n, 1)),
        covariance=sigma**2 * np.eye(n * components),
        station=tuple(f"S{row}" for row in rows),
    )


def test_gnss_fixes_every_offset():
    rng, offsets = np.random.default_rng(1), np.array([0.03, -0.05, 0.01, 0.4])
    found = reference_tracks(tracks(offsets, rng), SIGMAS, gnss=stations(rng), frame=FRAME)
    assert found.undetermined == 0
    error = found.coefficients[:, 0] - offsets
    assert np.abs(error / found.standard_deviations[:, 0]).max() < 4.0
    assert np.abs(error[:3]).max() < 0.004 and abs(error[3]) < 0.03
    assert found.fields[0].values.mean() == pytest.approx(tracks([0] * 4, rng)[0].values.mean(), abs=5e-3)


def test_overlap_alone_fixes_what_no_motion_can_make():
    rng, offsets = np.random.default_rng(2), np.array([0.03, -0.05, 0.01, 0.4])
    found = reference_tracks(tracks(offsets, rng), SIGMAS)
    # Four fields, three components: one combination is seen, three look like a shift of the ground.
    assert found.undetermined == 3
    left = np.array([np.array(look) for look in LOOKS])
    seen = np.linalg.svd(left)[0][:, 3]
    assert seen @ found.coefficients[:, 0] == pytest.approx(seen @ offsets, abs=0.005)
    assert np.isnan(found.standard_deviations).any()


def test_planes():
    rng = np.random.default_rng(3)
    fields = tracks([0.0] * 4, rng)
    tilt = np.linspace(-0.5, 0.5, 80)[None, :] * np.ones((60, 1))
    fields[1] = Scene(
        name="t1", values=fields[1].values + 0.06 * tilt - 0.02, x=fields[1].x, y=fields[1].y, look=LOOKS[1], crs=None,
        kind="offset",
    )  # fmt: skip
    found = reference_tracks(fields, SIGMAS, kind="plane", gnss=stations(rng, n=40), frame=FRAME)
    np.testing.assert_allclose(found.coefficients[1], [-0.02, 0.06, 0.0], atol=0.012)
    np.testing.assert_allclose(found.coefficients[0], 0.0, atol=0.012)


def test_nothing_ties_them():
    rng = np.random.default_rng(4)
    with pytest.raises(DataError, match="nothing ties the fields together"):
        reference_tracks(tracks([0, 0], rng, looks=LOOKS[:2]), SIGMAS[:2])
    with pytest.raises(DataError, match="known are offset, plane"):
        reference_tracks(tracks([0] * 4, rng), SIGMAS, kind="ramp")
    with pytest.raises(DataError, match="local frame"):
        reference_tracks(tracks([0] * 4, rng), SIGMAS, gnss=stations(rng))
