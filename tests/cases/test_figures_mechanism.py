"""Beachballs: polarities of known mechanisms, on the lower hemisphere."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from geoslip.cases.figures import style
from geoslip.cases.figures.beachball import fill_beachball, radiation
from geoslip.cases.figures.strength import short
from geoslip.faults import mechanism_tensor


def polarity(tensor: np.ndarray, *, azimuth: float, plunge: float) -> float:
    """Sign of the first motion of the ray that leaves downward along an axis (degrees)."""
    radius = np.sqrt(2.0) * np.sin(np.radians(90.0 - plunge) / 2.0)
    x, y = radius * np.sin(np.radians(azimuth)), radius * np.cos(np.radians(azimuth))
    return float(np.sign(np.round(radiation(tensor, x=np.array(x), y=np.array(y)), 12)))


def test_explosion_pushes_everywhere() -> None:
    disc = np.linspace(-0.7, 0.7, 9)
    np.testing.assert_allclose(radiation(np.eye(3), x=disc, y=disc), 1.0, rtol=1e-12)


def test_strike_slip_has_four_quadrants() -> None:
    tensor = mechanism_tensor(0.0, 90.0, 0.0)
    signs = [polarity(tensor, azimuth=azimuth, plunge=20.0) for azimuth in (45.0, 135.0, 225.0, 315.0)]
    # left-lateral on a north-south plane: its east side moves north, so the north-east is pushed
    assert signs == [1.0, -1.0, 1.0, -1.0]


@pytest.mark.parametrize(("rake", "centre"), [(90.0, 1.0), (-90.0, -1.0)])
def test_thrust_is_dark_and_normal_fault_white_in_the_middle(rake: float, centre: float) -> None:
    tensor = mechanism_tensor(30.0, 45.0, rake)
    assert polarity(tensor, azimuth=0.0, plunge=90.0) == centre


def test_picture_is_dark_where_the_ground_is_pushed() -> None:
    figure = style.new_figure(2.0, 2.0)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    fill_beachball(axes, mechanism_tensor(0.0, 90.0, 0.0))
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3] / 255.0  # type: ignore[attr-defined]
    height, width = pixels.shape[:2]
    north_east = pixels[int(0.3 * height), int(0.7 * width)]
    np.testing.assert_allclose(north_east, to_rgb(style.ACCENT), atol=0.02)
    np.testing.assert_allclose(pixels[int(0.3 * height), int(0.3 * width)], 1.0, atol=0.02)


@pytest.mark.parametrize(("value", "text"), [(4938.0, "4900"), (0.01234, "0.012"), (250000.0, "2.5e+05"), (55.0, "55")])
def test_strengths_are_printed_short(value: float, text: str) -> None:
    assert short(value) == text
