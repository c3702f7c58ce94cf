"""Blocks that turn and fields that only look so; strain against closed gradients."""

import numpy as np
import pytest

import geoslip.okada as okada
from geoslip.downsample import DataError
from geoslip.inversion import fit_block, gradient_of_vectors, search_block, surface_strain


def disc(radius=8e3, n=624, seed=1):
    rng = np.random.default_rng(seed)
    r, angle = radius * np.sqrt(rng.random(n)), 2.0 * np.pi * rng.random(n)
    return np.column_stack([r * np.cos(angle), r * np.sin(angle)]) + [3e3, -2e3], rng


def turned(points, degrees, middle=(3e3, -2e3), shift=(0.1, -0.3)):
    x, y = (points - middle).T
    return np.column_stack([shift[0] - np.deg2rad(degrees) * y, shift[1] + np.deg2rad(degrees) * x])


@pytest.mark.parametrize("degrees", [0.02, -0.02])
def test_a_small_rotation_is_recovered_within_a_percent(degrees):
    points, rng = disc()
    motion = turned(points, degrees) + 5e-3 * rng.normal(size=(624, 2))
    found = fit_block(points, motion, sigma=5e-3)
    assert found.angle == pytest.approx(degrees, rel=0.01)
    assert abs(found.angle - degrees) < 4.0 * found.angle_sigma
    assert found.rotation_p < 1e-12 and found.strain_p > 0.01
    assert found.turns_as_a_block()
    # The point that does not move, from u = 0.
    w = np.deg2rad(degrees)
    np.testing.assert_allclose(found.pole, [3e3 + 0.3 / w, -2e3 + 0.1 / w], rtol=0.05, atol=60.0)
    assert found.chi2 == pytest.approx(2 * 624, rel=0.15)
    assert found.shear_chi2 > 2.0 * found.chi2


def test_stated_error_is_the_scatter():
    points, rng = disc(n=80)
    angles = [fit_block(points, turned(points, 0.01) + 5e-3 * rng.normal(size=(80, 2)), sigma=5e-3) for _ in range(200)]
    score = np.array([(fit.angle - 0.01) / fit.angle_sigma for fit in angles])
    assert 0.85 < score.std() < 1.15


def test_shear_is_no_block():
    points, rng = disc()
    x, y = (points - points.mean(axis=0)).T
    pure = np.column_stack([2e-6 * y, 2e-6 * x]) + 5e-3 * rng.normal(size=(624, 2))
    found = fit_block(points, pure, sigma=5e-3)
    assert found.rotation_p > 0.01 and found.strain_p < 1e-6
    assert not found.turns_as_a_block()
    simple = np.column_stack([np.zeros_like(x), 4e-6 * x]) + 5e-3 * rng.normal(size=(624, 2))
    sheared = fit_block(points, simple, sigma=5e-3)
    # Simple shear turns by half its angle, but it strains as well.
    assert np.deg2rad(sheared.angle) == pytest.approx(2e-6, rel=0.1)
    assert sheared.strain_p < 1e-6 and not sheared.turns_as_a_block()
    assert sheared.shear == pytest.approx(4e-6, rel=0.1) and sheared.shear_azimuth == pytest.approx(0.0, abs=5.0)
    assert sheared.shear_chi2 < sheared.chi2


def test_the_disc_that_turns_is_found():
    rng = np.random.default_rng(3)
    points = rng.uniform(-20e3, 20e3, (1500, 2))
    inside = np.hypot(*(points - [4e3, -3e3]).T) < 8e3
    outside = np.column_stack([1e-6 * points[:, 1], 1e-6 * points[:, 0]])
    motion = np.where(inside[:, None], turned(points, -0.03, (4e3, -3e3)), outside) + 5e-3 * rng.normal(size=(1500, 2))
    grid = np.stack(np.meshgrid(np.arange(-8e3, 9e3, 2e3), np.arange(-8e3, 9e3, 2e3)), axis=-1).reshape(-1, 2) + [
        0,
        1e3,
    ]
    centre, radius, found = search_block(points, motion, centres=grid, radii=[6e3, 8e3, 10e3], sigma=5e-3)
    np.testing.assert_allclose(centre, [4e3, -3e3])
    assert radius == 8e3
    assert found.angle == pytest.approx(-0.03, rel=0.01) and found.turns_as_a_block()


def test_strain_of_a_gradient_by_hand():
    strain = surface_strain(np.array([[3e-6, 1e-6], [5e-6, -1e-6]]))
    assert strain.dilatation == pytest.approx(2e-6)
    assert strain.rotation == pytest.approx(2e-6)
    values, vectors = np.linalg.eigh(np.array([[3e-6, 3e-6], [3e-6, -1e-6]]))
    np.testing.assert_allclose(strain.principal, values[::-1])
    assert strain.shear == pytest.approx(0.5 * (values[1] - values[0]))
    axis = vectors[:, 1]
    assert strain.azimuth == pytest.approx(np.rad2deg(np.arctan2(axis[0], axis[1])) % 180.0)
    assert strain.invariant == pytest.approx(np.sqrt((values**2).sum()))


def test_stated_errors_of_strain_are_the_scatter():
    rng = np.random.default_rng(4)
    truth = np.array([3e-6, 1e-6, 5e-6, -1e-6])
    root = 1e-7 * (np.eye(4) + 0.3 * rng.normal(size=(4, 4)))
    draws = truth[:, None] + root @ rng.normal(size=(4, 5000))
    strain = surface_strain(draws.reshape(2, 2, -1))
    stated = surface_strain(truth.reshape(2, 2), covariance=root @ root.T).sigma
    for name, sigma in stated.items():
        assert getattr(strain, name).std() == pytest.approx(float(sigma), rel=0.05), name


def test_gradients_of_scattered_vectors_against_the_closed_ones():
    source = np.array([[0.0, 0.0, -2e3, 30.0, 60.0, 8e3, 6e3]])
    slip = np.array([[1.0, 0.5, 0.0]])
    at = np.array([[6e3, 4e3], [-7e3, 2e3]])
    rng = np.random.default_rng(5)
    points = np.concatenate([place + 200.0 * rng.uniform(-1, 1, (60, 2)) for place in at])
    flat = np.column_stack([points, np.zeros(len(points))])
    motion = okada.displacement_field(flat, source, slip)
    value, gradient, _ = gradient_of_vectors(points, motion, at=at, radius=400.0)
    exact, closed = okada.gradient_field(np.column_stack([at, [0.0, 0.0]]), source, slip)
    np.testing.assert_allclose(value, exact.T, rtol=2e-3, atol=1e-5)
    np.testing.assert_allclose(gradient, np.moveaxis(closed[:, :, :2], 0, -1), atol=0.03 * np.abs(closed).max())


def test_vectors_across_a_rupture_are_not_used():
    rng = np.random.default_rng(6)
    points = rng.uniform(-5e3, 5e3, (400, 2))
    motion = np.column_stack([np.zeros(400), np.sign(points[:, 0])])
    trace = np.array([[0.0, -9e3], [0.0, 9e3]])
    at = np.array([[500.0, 0.0]])
    value, gradient, covariance = gradient_of_vectors(points, motion, at=at, radius=2e3, sigma=0.01, traces=(trace,))
    np.testing.assert_allclose(value[:, 0], [0.0, 1.0], atol=1e-12)
    assert np.abs(gradient).max() < 1e-14
    assert covariance[0, 0, 0] > 0.0
    _, smeared, _ = gradient_of_vectors(points, motion, at=at, radius=2e3)
    assert abs(smeared[1, 0, 0]) > 1e-4


def test_refusals():
    points, _ = disc(n=3)
    with pytest.raises(DataError, match="at least four"):
        fit_block(points, turned(points, 1.0))
    with pytest.raises(DataError, match="in one place"):
        fit_block(np.zeros((5, 2)), np.ones((5, 2)))
    with pytest.raises(DataError, match="above 0"):
        fit_block(disc(n=9)[0], np.ones((9, 2)), sigma=0.0)
    with pytest.raises(DataError, match="widen the radius"):
        gradient_of_vectors(points, turned(points, 1.0), at=[[1e6, 0.0]], radius=10.0)
    with pytest.raises(DataError, match="no disc holds ten"):
        search_block(points, turned(points, 1.0), centres=[[0.0, 0.0]], radii=[1e3])
