"""Twins of small earthquakes: slip weighed by the catalogue has its magnitude, and the crack its stress drop."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

STUDY = Path(__file__).parents[2] / "cases" / "small2017" / "source.py"


@pytest.fixture(scope="module")
def source():
    """The study's module, which belongs to no package."""
    spec = importlib.util.spec_from_file_location("small_twins_source", STUDY)
    sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_slip_of_the_integrated_gaussian_weighs_out_to_the_catalogues_magnitude(source):
    known = source.Catalogue(np.zeros(2), 5.4, 80.0)
    slip = known.source().slip.std * np.random.default_rng(4).standard_normal((200_000, 2))
    weights = np.exp(known.log_ratio(slip))
    weights /= weights.sum()
    side = source.crack_side(known.magnitude)
    magnitude = (np.log10(source.RIGIDITY * side**2 * np.hypot(*slip.T)) - 9.1) / 1.5
    mean = weights @ magnitude
    assert mean == pytest.approx(5.4, abs=0.002)
    assert np.sqrt(weights @ (magnitude - mean) ** 2) == pytest.approx(source.MAGNITUDE_ERROR, rel=0.02)
    # every rake is as likely
    assert np.abs(weights @ (slip / np.hypot(*slip.T)[:, None])).max() < 0.01


def test_a_twin_has_its_magnitude_and_the_cracks_stress_drop(source):
    event = source.EVENTS[0]
    moment = source.RIGIDITY * event.side**2 * np.hypot(*event.slip)
    assert (np.log10(moment) - 9.1) / 1.5 == pytest.approx(event.magnitude, abs=1e-12)
    radius = event.side / np.sqrt(np.pi)
    assert 7.0 / 16.0 * moment / radius**3 == pytest.approx(source.STRESS_DROP, rel=1e-12)


def test_a_square_lies_about_its_middle(source):
    place = np.array([1e3, -2e3, 9e3, 30.0, 40.0])
    east, north, up, strike, dip, length, width = source.rectangle(place, 4e3)[0]
    s, d = np.deg2rad([strike, dip])
    down = 0.5 * width * np.array([np.cos(d) * np.cos(s), -np.cos(d) * np.sin(s), -np.sin(d)])
    np.testing.assert_allclose(np.array([east, north, up]) + down, [1e3, -2e3, -9e3], atol=1e-9)
    assert length == width == 4e3


def test_weight_on_one_place_still_gives_a_distribution_to_draw_from(source):
    rng = np.random.default_rng(2)
    places = rng.standard_normal((500, 5))
    around = source._around(places, -0.5 * 1e4 * ((places - places[7]) ** 2).sum(axis=1), rng)
    assert np.linalg.eigvalsh(around.shape).min() > 0.0
    # where weights have a volume they are left as they are
    np.testing.assert_allclose(
        source._around(places, np.zeros(500), rng).shape, source.WIDER**2 * np.cov(places.T, bias=True), rtol=1e-10
    )
