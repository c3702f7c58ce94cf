"""The summed field: superposition, decay, moment, on-fault rule, and agreement of the two kernels."""

import numba
import numpy as np
import pytest

from geoslip.okada import displacement_field, gradient_field
from geoslip.okada.surface import BLOCK

needs_the_jit = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="too many pairs for uncompiled kernels")

WHOLE = np.array([300.0, -200.0, -50.0, 35.0, 55.0, 8000.0, 6000.0])


def ground(count, *, seed, scale=1e4):
    return np.column_stack([np.random.default_rng(seed).normal(scale=scale, size=(count, 2)), np.zeros(count)])


def cut(row, n_along, n_down):
    """The same rectangle as n_along x n_down smaller ones."""
    east, north, up, strike, dip, length, width = row
    s, c = np.sin(np.radians([strike, dip])), np.cos(np.radians([strike, dip]))
    pieces = []
    for i in range(n_along):
        for j in range(n_down):
            along, down = length * ((i + 0.5) / n_along - 0.5), width * j / n_down
            pieces.append(
                [
                    *(east + along * s[0] + down * c[1] * c[0], north + along * c[0] - down * c[1] * s[0]),
                    *(up - down * s[1], strike, dip, length / n_along, width / n_down),
                ]
            )
    return np.array(pieces)


@pytest.mark.parametrize("dip", [0.0, 30.0, 85.0, 90.0])
def test_pieces_add_up_to_the_whole(dip):
    row = WHOLE.copy()
    row[4] = dip
    place, slip = ground(60, seed=1), np.array([1.0, -2.0, 0.5])
    pieces = cut(row, 4, 3)
    np.testing.assert_allclose(
        displacement_field(place, pieces, np.tile(slip, (12, 1))),
        displacement_field(place, [row], [slip]),
        rtol=0,
        atol=1e-13,
    )


def test_the_field_is_linear_in_slip():
    place, sources = ground(40, seed=2), cut(WHOLE, 3, 2)
    rng = np.random.default_rng(3)
    first, second = rng.normal(size=(2, 6, 3))
    together = displacement_field(place, sources, 2.0 * first - second)
    apart = 2.0 * displacement_field(place, sources, first) - displacement_field(place, sources, second)
    np.testing.assert_allclose(together, apart, rtol=0, atol=1e-14)


def test_turning_everything_turns_the_displacement():
    place, slip = ground(30, seed=4), [[1.0, 2.0, 3.0]]
    angle = np.radians(73.0)
    turn = np.array([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    turned = WHOLE.copy()
    turned[:3] = turn @ WHOLE[:3]
    turned[3] += 73.0
    u = displacement_field(place, [WHOLE], slip)
    np.testing.assert_allclose(displacement_field(place @ turn.T, [turned], slip), u @ turn.T, rtol=0, atol=1e-14)


@pytest.mark.parametrize("slip", [[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]])
def test_far_away_the_displacement_falls_with_the_square_of_distance(slip):
    direction = np.array([0.6, 0.8, 0.0])
    near, far = displacement_field([1e6 * direction, 2e6 * direction], [WHOLE], [slip])
    assert np.linalg.norm(far) > 0
    assert np.linalg.norm(near) / np.linalg.norm(far) == pytest.approx(4.0, rel=0.02)


def test_surface_and_depth_kernels_meet_at_the_ground():
    place = ground(BLOCK, seed=6)
    sources = np.vstack([cut(WHOLE, 2, 2), [[0.0, 0.0, 0.0, 120.0, 90.0, 5000.0, 3000.0]]])
    slip = np.random.default_rng(7).normal(size=(5, 3))
    surface = displacement_field(place, sources, slip)
    depth, gradient = gradient_field(place, sources, slip)
    np.testing.assert_allclose(surface, depth, rtol=0, atol=1e-13)
    assert gradient.shape == (BLOCK, 3, 3)
    below = displacement_field(place - [0.0, 0.0, 1e-6], sources, slip)
    np.testing.assert_allclose(below, surface, rtol=0, atol=1e-8)


def test_gradient_is_du_over_dx():
    place = ground(5, seed=8) - [0.0, 0.0, 2000.0]
    slip, step = [[1.0, 0.5, -0.3]], 1.0
    _, gradient = gradient_field(place, [WHOLE], slip)
    for axis in range(3):
        shift = step * np.eye(3)[axis]
        up, down = displacement_field(place + shift, [WHOLE], slip), displacement_field(place - shift, [WHOLE], slip)
        np.testing.assert_allclose(gradient[:, :, axis], (up - down) / (2 * step), atol=1e-9)


def test_a_point_on_the_trace_is_nan_and_its_neighbours_are_not():
    fault = [[0.0, 0.0, 0.0, 0.0, 60.0, 1000.0, 500.0]]
    slip = [[1.0, 0.0, 0.0]]
    on = [[0.0, 0.0, 0.0], [0.0, 500.0, 0.0], [0.0, -500.0, 0.0], [1e-10, 100.0, 0.0]]
    off = [[1e-6, 0.0, 0.0], [-1e-6, 0.0, 0.0], [0.0, 501.0, 0.0], [0.0, -1e5, 0.0]]
    assert np.isnan(displacement_field(on, fault, slip)).all()
    u = displacement_field(off, fault, slip)
    assert np.isfinite(u).all()
    # Slip is the hanging wall's motion relative to the footwall: the fault dips east, so the east side moves north.
    assert u[0, 1] - u[1, 1] == pytest.approx(1.0, abs=1e-6)


def test_a_source_without_slip_leaves_no_trace():
    fault = [[0.0, 0.0, 0.0, 0.0, 60.0, 1000.0, 500.0], WHOLE]
    still = displacement_field([[0.0, 0.0, 0.0]], fault, [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    np.testing.assert_array_equal(still, displacement_field([[0.0, 0.0, 0.0]], [WHOLE], [[1.0, 0.0, 0.0]]))
    assert not displacement_field([[0.0, 0.0, 0.0]], fault, np.zeros((2, 3))).any()


@needs_the_jit
@pytest.mark.parametrize("field", [displacement_field, gradient_field])
def test_an_interruption_ends_the_computation(field):
    place = ground(3000, seed=9) - [0.0, 0.0, 10.0]

    def interrupt(fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        field(place, cut(WHOLE, 30, 30), np.ones((900, 3)), progress=interrupt)


@needs_the_jit
def test_threads_do_not_change_the_field():
    place, sources, seen = ground(3000, seed=10), cut(WHOLE, 5, 4), []
    place[::3, 2] = -100.0
    one = displacement_field(place, sources, np.ones((20, 3)), threads=1, progress=seen.append)
    np.testing.assert_array_equal(displacement_field(place, sources, np.ones((20, 3)), threads=2), one)
    assert seen[-1] == 1.0


def test_unfit_slip_is_refused():
    with pytest.raises(ValueError, match="there are 1 sources"):
        displacement_field([[0.0, 0.0, 0.0]], [WHOLE], [[1.0, 0.0]])
    with pytest.raises(ValueError, match="use 0 for no slip"):
        displacement_field([[0.0, 0.0, 0.0]], [WHOLE], [[1.0, np.nan, 0.0]])
