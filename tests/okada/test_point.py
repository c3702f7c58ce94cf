"""Point dislocations: closed forms, equilibrium, reciprocity, printed values, and small rectangles in fifty digits."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from geoslip.okada.medium import Medium
from geoslip.okada.point import point_displacement, point_gradient
from geoslip.okada.stress import stress, traction

_spec = importlib.util.spec_from_file_location("precise_depth", Path(__file__).with_name("precise_depth.py"))
assert _spec is not None and _spec.loader is not None
precise_depth = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(precise_depth)

SOURCE = np.array([[0.1, -0.3, -2.0, 37.0, 40.0]])
POINTS = np.array([[1.0, 2.0, -0.5], [0.3, -0.2, -4.0], [2.0, 1.0, 0.0]])


def test_expansion_is_the_mogi_source():
    poisson = 0.3
    medium = Medium(poisson=poisson)
    points = np.array([[1.0, 0.0, 0.0], [0.0, -5.0, 0.0], [2.0, 3.0, 0.0]])
    u = point_displacement(points, [[0, 0, -2.0, 0, 0]], [[0, 0, 0, 1.0]], poisson=poisson)
    volume = (3 * medium.lame + 2 * medium.rigidity) / (medium.lame + 2 * medium.rigidity)
    away = points - [0, 0, -2.0]
    distance = np.linalg.norm(away, axis=1)[:, None]
    assert u == pytest.approx((1 - poisson) * volume / np.pi * away / distance**3, rel=1e-13)


def test_expansion_is_three_openings():
    potency = [[0, 0, 1.0], [0, 0, 1.0], [0, 0, 1.0]]
    openings = [[0.1, -0.3, -2.0, 37.0, 0.0], [0.1, -0.3, -2.0, 37.0, 90.0], [0.1, -0.3, -2.0, 127.0, 90.0]]
    u, g = point_gradient(POINTS, openings, potency)
    u_one, g_one = point_gradient(POINTS, SOURCE, [[0, 0, 0, 1.0]])
    assert u == pytest.approx(u_one, rel=1e-12, abs=1e-16)
    assert g == pytest.approx(g_one, rel=1e-12, abs=1e-16)


@pytest.mark.parametrize("component", range(4))
def test_gradients_are_differences_of_displacement(component):
    potency = np.eye(4)[component][None]
    step = 1e-3
    _, gradient = point_gradient(POINTS[:2], SOURCE, potency)
    for axis in range(3):
        shift = step * np.eye(3)[axis]
        near = [point_displacement(POINTS[:2] + k * shift, SOURCE, potency) for k in (-2, -1, 1, 2)]
        slope = (8 * (near[2] - near[1]) - (near[3] - near[0])) / (12 * step)
        assert slope == pytest.approx(gradient[:, :, axis], abs=1e-10)


@pytest.mark.parametrize("component", range(4))
def test_surface_is_free_of_traction(component):
    _, gradient = point_gradient([[2.0, 1.0, 0.0], [-3.0, 0.5, 0.0]], SOURCE, np.eye(4)[component][None], poisson=0.2)
    medium = Medium(rigidity=1.0, poisson=0.2)
    assert np.abs(traction(stress(gradient, medium=medium), [0, 0, 1.0])).max() < 1e-15


def test_reciprocity_of_two_dislocations():
    # Work of the stress of one on the opening of the other is the same both ways (Betti).
    first, second = np.array([[0.0, 0.0, -1.0, 30.0, 60.0]]), np.array([[1.0, 2.0, -3.0, 200.0, 25.0]])
    medium = Medium(rigidity=1.0)

    def work(source, receiver, receiver_normal, receiver_slip):
        _, gradient = point_gradient(receiver[:, :3], source, [[0.3, 0.5, 0.7]], poisson=medium.poisson)
        return traction(stress(gradient[0], medium=medium), receiver_normal) @ receiver_slip

    def axes(source):
        strike, dip = np.radians(source[0, 3:])
        along = np.array([np.sin(strike), np.cos(strike), 0.0])
        up = np.array([-np.cos(strike) * np.cos(dip), np.sin(strike) * np.cos(dip), np.sin(dip)])
        normal = np.cross(along, up)
        return normal, 0.3 * along + 0.5 * up + 0.7 * normal

    assert work(first, second, *axes(second)) == pytest.approx(work(second, first, *axes(first)), rel=1e-12)


@pytest.mark.parametrize(
    ("component", "printed"),
    [
        (0, (-0.000945, -0.001023, -0.000742)),
        (1, (-0.001172, -0.002082, -0.002532)),
        (2, (-0.000357, 0.000353, -0.000201)),
    ],
)
def test_printed_values_at_the_surface(component, printed):
    # Strike along x, so east is x and north is y.
    u = point_displacement([[2.0, 3.0, 0.0]], [[0, 0, -4.0, 90.0, 70.0]], np.eye(3)[component][None])
    assert u[0] == pytest.approx(printed, abs=0.5e-6)


@pytest.mark.parametrize("dip", [0.0, 40.0, 90.0])
def test_small_rectangles_in_fifty_digits(dip):
    size, strike = 1e-6, 37.0
    source = np.array([0.1, -0.3, -2.0, strike, dip])
    s, c = (1.0, 0.0) if dip == 90 else (np.sin(np.radians(dip)), np.cos(np.radians(dip)))
    up = np.array([-np.cos(np.radians(strike)) * c, np.sin(np.radians(strike)) * c, s])
    rectangle = [*(source[:3] + 0.5 * size * up), strike, dip, size, size]
    for point in POINTS:
        truth = precise_depth.rectangle_field(point, rectangle, poisson=0.3) / size**2
        for component in range(3):
            u, g = point_gradient([point], [source], np.eye(3)[component][None], poisson=0.3)
            assert np.abs(u[0] - truth[component, :3]).max() < 1e-11 * np.abs(truth[component, :3]).max()
            assert np.abs(g[0].ravel() - truth[component, 3:]).max() < 1e-11 * np.abs(truth[component, 3:]).max()


def test_nan_at_the_source_only():
    u, g = point_gradient([[0.1, -0.3, -2.0], [0.1, -0.3, -2.5], [0.1, -0.3, 0.0]], SOURCE, [[1.0, 0, 0]])
    assert np.isnan(u[0]).all() and np.isnan(g[0]).all()
    assert np.isfinite(u[1:]).all() and np.isfinite(g[1:]).all()


@pytest.mark.parametrize(
    ("sources", "potency", "message"),
    [
        ([[0, 0, -1.0]], [[1.0, 0, 0]], "columns east, north, up, strike, dip"),
        ([[0, 0, 1.0, 0, 0]], [[1.0, 0, 0]], "up = 1 m"),
        ([[0, 0, -1.0, 0, 0]], [[1.0, 0]], "potency has shape"),
    ],
)
def test_bad_sources_are_refused(sources, potency, message):
    with pytest.raises(ValueError, match=message):
        point_displacement(POINTS, sources, potency)
