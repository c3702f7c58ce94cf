"""The small studies of three components: closed forms, twins, and what the public fields can be held to."""

import numpy as np
import pytest

from geoslip.cases.three_components.blocks import ANGLE, RADIUS, twin
from geoslip.cases.three_components.disc_load import decomposed, disc_displacement
from geoslip.cases.three_components.hovsgol import against_own_track, east_up
from geoslip.cases.three_components.published_fields import kaikoura_sources, published_sources


def test_disc_against_the_sum_of_points_and_its_limits():
    # Boussinesq's points on a fine grid over the disc; E = 1, nu = 0.3, p = 1, radius 1.
    poisson, radius = 0.3, 1.0
    axis = np.linspace(-1.0, 1.0, 801)
    x, y = (part.ravel() for part in np.meshgrid(axis, axis))
    inside = np.hypot(x, y) <= radius
    x, y, area = x[inside], y[inside], (axis[1] - axis[0]) ** 2
    middle = 2.0 * (1.0 - poisson**2)
    # Half-way between grid lines, where the grid's error next to the place cancels.
    for place in (0.50125, 1.50125, 4.00125):
        distance = np.hypot(place - x, y)
        up = -(1.0 - poisson**2) / np.pi * (area / distance).sum()
        outward = -(1.0 - 2.0 * poisson) * (1.0 + poisson) / (2.0 * np.pi) * (area * (place - x) / distance**2).sum()
        radial, vertical = disc_displacement(place, radius=radius, middle=middle, poisson=poisson)
        assert vertical == pytest.approx(up, rel=5e-3)
        assert radial == pytest.approx(outward, rel=5e-3)
    _, middle_and_edge = disc_displacement([0.0, 1.0], radius=1.0, middle=1.0, poisson=0.25)
    np.testing.assert_allclose(middle_and_edge, [-1.0, -2.0 / np.pi], rtol=1e-9)


def test_two_tracks_over_a_disc_give_its_edge_and_state_their_errors():
    truth, found, sigma, distance = decomposed(seed=3)
    edge = np.abs(distance - 27.5e3) < 1e3
    assert found[2][edge].mean() == pytest.approx(truth[2][edge].mean(), abs=4e-4)
    score = ((found - truth) / sigma)[[0, 2]]
    assert 0.85 < score.std() < 1.15


def test_a_disc_that_turns_in_sheared_ground():
    radius, off, fit = twin(seed=1)
    assert radius == RADIUS and np.hypot(*off) == 0.0
    assert fit.angle == pytest.approx(ANGLE, rel=0.01) and fit.turns_as_a_block()


def test_hovsgol_is_its_own_inverse_and_near_the_public_track(data_folder):
    folder = data_folder / "2021_hovsgol"
    rows = np.loadtxt(folder / "derived_asc_desc_los_cm.csv", delimiter=",", skiprows=1)
    found, _ = east_up(1e-2 * rows[:500, 2], 1e-2 * rows[:500, 3])
    public = [np.loadtxt(folder / name)[:500, 2] for name in ("EW_def.out", "vertical_def.out")]
    np.testing.assert_allclose(1e2 * found, public, atol=0.02)
    first, second = against_own_track(rows, np.loadtxt(folder / "mengu2021DT04_downsampled.txt"))
    assert np.corrcoef(first, second)[0, 1] > 0.95


def test_published_models_move_the_ground_by_metres(data_folder):
    for sources in published_sources(data_folder):
        east, north = sources.grid(9)
        motion = sources.motion(np.column_stack([east.ravel(), north.ravel()]))
        assert 0.3 < np.nanmax(np.linalg.norm(motion, axis=1)) < 15.0, sources.name
    # Its table gives the middles of patches: the moment is that of its description, Mw 7.91 at 30 GPa.
    path = data_folder / "slipmodels_kaikoura_hamling" / "hamling_coseismic_crustal_fault_only.dat"
    kaikoura = kaikoura_sources(path)[0]
    potency = (np.linalg.norm(kaikoura.slip, axis=1) * kaikoura.rectangles[:, 5] * kaikoura.rectangles[:, 6]).sum()
    assert (np.log10(30e9 * potency) - 9.1) / 1.5 == pytest.approx(7.91, abs=0.01)
