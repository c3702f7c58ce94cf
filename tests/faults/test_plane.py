"""Planes: every way of saying where a fault is gives the same plane, and each keeps to its right-hand rule."""

import numpy as np
import pytest

from geoslip.faults import Plane, normal_vector, planes_along_trace, strike_vector, updip_vector

PLANE = Plane(east=1e3, north=-2e3, up=-1500.0, strike=137.0, dip=62.0, length=24e3, width=11e3)


def same(plane, other, tolerance=1e-6):
    np.testing.assert_allclose(plane.outline, other.outline, atol=tolerance)


def test_axes_are_orthonormal_and_right_handed():
    rng = np.random.default_rng(5)
    strike, dip = rng.uniform(-180, 540, 100), rng.uniform(0, 90, 100)
    axes = np.stack([strike_vector(strike), updip_vector(strike, dip), normal_vector(strike, dip)], axis=1)
    np.testing.assert_allclose(axes @ axes.transpose(0, 2, 1), np.broadcast_to(np.eye(3), (100, 3, 3)), atol=1e-14)
    np.testing.assert_allclose(np.cross(axes[:, 0], axes[:, 1]), axes[:, 2], atol=1e-14)


def test_a_north_striking_fault_dips_east():
    plane = Plane.from_top_centre((0.0, 0.0), strike=0.0, dip=45.0, length=10.0, width=np.sqrt(2.0))
    np.testing.assert_allclose(plane.outline, [[0, -5, 0], [0, 5, 0], [1, 5, -1], [1, -5, -1]], atol=1e-12)
    np.testing.assert_allclose(plane.normal, [np.sqrt(0.5), 0, np.sqrt(0.5)], atol=1e-12)
    assert plane.bottom_depth == pytest.approx(1.0)


@pytest.mark.parametrize("dip", [0.0, 30.0, 89.99, 90.0])
def test_all_constructors_agree(dip):
    plane = Plane(east=1e3, north=-2e3, up=-1500.0, strike=137.0, dip=dip, length=24e3, width=11e3)
    size = {"strike": 137.0, "dip": dip, "length": 24e3, "width": 11e3}
    same(plane, Plane.from_centre(plane.centre, **size))
    same(plane, Plane.from_centre(plane.centre[:2], depth=-plane.centre[2], **size))
    same(plane, Plane.from_top_centre((1e3, -2e3), depth=1500.0, **size))
    same(plane, Plane.from_top_corner(plane.outline[0], **size))
    same(plane, Plane.from_top_corner(plane.outline[1], corner="end", **size))
    same(plane, Plane.from_corners(plane.outline))


def test_corners_in_any_order_give_one_plane_that_dips_right():
    rng = np.random.default_rng(6)
    for _ in range(24):
        same(PLANE, Plane.from_corners(PLANE.outline[rng.permutation(4)]))


def test_corners_that_make_no_rectangle_are_refused():
    bent = PLANE.outline.copy()
    bent[2] += [900.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="miss the nearest rectangle"):
        Plane.from_corners(bent)
    tilted = PLANE.outline @ np.array([[1, 0, 0.1], [0, 1, 0], [0, 0, 1]]).T
    with pytest.raises(ValueError, match=r"miss the nearest rectangle"):
        Plane.from_corners(tilted - [0, 0, 5e3])
    with pytest.raises(ValueError, match=r"miss the nearest rectangle"):
        Plane.from_corners(np.zeros((4, 3)) + [[0], [0], [0], [1]] * np.array([0.0, 0.0, -1.0]))


def test_a_straight_trace_is_the_ground_line_of_its_plane():
    trace = np.array([[0.0, 0.0], [3e3, 3e3], [10e3, 10e3]])
    plane = Plane.from_trace(trace, dip=50.0, width=8e3)
    assert plane.strike == pytest.approx(45.0)
    np.testing.assert_allclose(plane.outline[:2], [[0, 0, 0], [10e3, 10e3, 0]], atol=1e-6)
    buried = Plane.from_trace(trace, dip=50.0, width=8e3, top_depth=2e3)
    assert buried.top_depth == 2e3
    np.testing.assert_allclose((buried.outline - plane.outline[0]) @ plane.normal, 0.0, atol=1e-6)
    assert Plane.from_trace(trace[::-1], dip=50.0, width=8e3).strike == pytest.approx(225.0)


def test_the_best_plane_of_a_trace_does_not_follow_its_dense_part():
    dense = np.column_stack([np.linspace(0, 10e3, 101), np.zeros(101)])
    wiggle = np.vstack([dense, [[20e3, 200.0], [30e3, -200.0], [40e3, 0.0]]])
    sparse = np.vstack([dense[[0, -1]], wiggle[-3:]])
    one, other = (Plane.from_trace(t, dip=80.0, width=5e3) for t in (wiggle, sparse))
    assert one.strike == pytest.approx(other.strike, abs=1e-9)
    assert one.length == pytest.approx(40e3, rel=1e-3)


def test_a_plane_for_each_leg():
    trace = [[0.0, 0.0], [0.0, 5e3], [4e3, 8e3]]
    first, second = planes_along_trace(trace, dip=[90.0, 70.0], width=10e3)
    assert (first.strike, first.dip, second.dip) == (0.0, 90.0, 70.0)
    assert second.length == pytest.approx(5e3)
    np.testing.assert_allclose(first.outline[1], second.outline[0], atol=1e-9)
    with pytest.raises(ValueError, match="3 dips for a trace of 2 legs"):
        planes_along_trace(trace, dip=[1, 2, 3], width=1e3)


def test_extended_moves_each_side_by_what_was_asked():
    grown = PLANE.extended(start=1e3, end=2e3, up_dip=500.0, down_dip=3e3)
    assert (grown.length, grown.width) == (27e3, 14.5e3)
    along, up_dip = strike_vector(137.0), updip_vector(137.0, 62.0)
    np.testing.assert_allclose(grown.outline[0], PLANE.outline[0] - 1e3 * along + 500.0 * up_dip, atol=1e-6)
    np.testing.assert_allclose(grown.outline[2], PLANE.outline[2] + 2e3 * along - 3e3 * up_dip, atol=1e-6)
    surface = PLANE.to_depths(top=0.0, bottom=15e3)
    assert surface.top_depth == pytest.approx(0.0, abs=1e-9) and surface.bottom_depth == pytest.approx(15e3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"up": 10.0}, "10 m above ground"),
        ({"dip": 91.0}, r"dip 91 is outside 0\.\.90"),
        ({"dip": -1.0}, r"dip -1 is outside"),
        ({"width": 0.0}, "width 0 m"),
        ({"length": -5.0}, "length -5 m"),
        ({"strike": np.nan}, "strike of the plane is nan"),
    ],
)
def test_impossible_planes_are_refused(change, message):
    good = {"east": 0.0, "north": 0.0, "up": 0.0, "strike": 0.0, "dip": 45.0, "length": 1e3, "width": 1e3}
    with pytest.raises(ValueError, match=message):
        Plane(**(good | change))


def test_a_centre_too_shallow_for_the_width_is_above_ground():
    with pytest.raises(ValueError, match=r"3000 m above ground.*lower the plane"):
        Plane.from_centre((0.0, 0.0), depth=2e3, strike=0.0, dip=90.0, length=1e4, width=1e4)


@pytest.mark.parametrize("points", [[[0, 0]], [[0, 0], [0, 0]], [[0, 0], [np.nan, 1]], [0, 1]])
def test_a_trace_without_extent_is_refused(points):
    with pytest.raises(ValueError, match="trace"):
        Plane.from_trace(points, dip=90.0, width=1e3)


def test_a_dip_of_ninety_stays_ninety():
    assert Plane.from_corners(Plane.from_trace([[0, 0], [7, 9]], dip=90, width=3).outline).dip == 90.0


def test_corners_of_a_horizontal_plane_given_counterclockwise():
    square = [[0.0, 0.0, -5.0], [4.0, 0.0, -5.0], [4.0, 2.0, -5.0], [0.0, 2.0, -5.0]]
    plane = Plane.from_corners(square)
    assert (plane.dip, plane.strike, plane.length, plane.width) == (0.0, 270.0, 4.0, 2.0)
    assert plane.top_depth == 5.0 and {tuple(c) for c in plane.outline.round(9)} == {tuple(c) for c in square}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Plane.from_top_centre((0, 0, -5), depth=3.0, strike=0, dip=1, length=1, width=1), "leave depth 3 out"),
        (lambda: Plane.from_top_centre((0,), strike=0, dip=1, length=1, width=1), r"point has shape \(1,\)"),
        (lambda: Plane.from_top_corner((0, 0), corner="left", strike=0, dip=1, length=1, width=1), "corner 'left'"),
        (lambda: Plane.from_centre((0, 0), depth=9.0, strike=0, dip=95, length=1, width=1), "dip 95 is outside"),
        (lambda: Plane.from_centre((0, 0), depth=9.0, strike=np.inf, dip=5, length=1, width=1), "strike inf"),
        (lambda: Plane.from_corners(np.zeros((3, 3))), "four finite corners"),
        (lambda: Plane.from_trace([[0, 0], [1, 0]], dip=0, width=1, top_depth=2.0), "never meets its surface trace"),
        (lambda: Plane.from_trace([[0, 0], [1, 0]], dip=50, width=1, top_depth=-2.0), "top_depth -2 m is above"),
        (lambda: Plane(east=0, north=0, up=-1, strike=0, dip=0, length=1, width=1).to_depths(top=0), "keeps one depth"),
    ],
)
def test_unclear_planes_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
