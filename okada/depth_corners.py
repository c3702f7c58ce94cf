"""Sums over the four corners of a rectangle, of the powers that the depth solution of Okada (1992) is made of.

The tables of Okada (1992) are linear in a few functions of each corner (xi, eta), times powers of xi and eta. They are
summed over the corners first (Chinnery's difference), so that the long coefficients are applied once a point.

Where both corners of an edge have xi < 0, X11 = 1/(R (R + xi)) is nearly singular although the field is not: the
singular part is free of xi and drops out of the difference. The mirrored form -1/(R (R - xi)) differs from it by
-2/(eta^2 + q^2), which is free of xi, and is regular; so xi is mirrored where the middle of the edge has xi < 0, and
eta likewise. One corner that still has xi < 0 takes R + xi = (eta^2 + q^2)/(R - xi).
"""

import math
from typing import NamedTuple

import numpy as np

from geoslip.okada.compiled import inlined, inner
from geoslip.okada.depth_layout import (
    DISTANCE,
    FIFTH,
    IMAGE,
    Q_IMAGE,
    Q_REAL,
    REAL,
    WORK_IMAGE,
    WORK_REAL,
    Angle,
    Array,
    Size,
    Slots,
    X,
    Y,
    Z,
)


class _Corner(NamedTuple):
    """One corner: R, and R + xi and R + eta of the mirrored corner as fractions over/under."""

    r: float
    x_over: float
    x_under: float
    e_over: float
    e_under: float


class _Quad(NamedTuple):
    """A function of the corners (xi1, eta1), (xi1, eta2), (xi2, eta1), (xi2, eta2)."""

    a: float
    b: float
    c: float
    d: float


class _Box(NamedTuple):
    """Limits of xi and eta, and the signs with which they are mirrored."""

    xi1: float
    xi2: float
    eta1: float
    eta2: float
    turn_x: float
    turn_e: float


class _Corners(NamedTuple):
    """The functions of the corners that higher orders start from: R, 1/R^2, |X11|, |Y11|."""

    r: _Quad
    square: _Quad
    x11: _Quad
    y11: _Quad


@inlined
def _box(xi1: float, xi2: float, eta1: float, eta2: float) -> _Box:
    return _Box(xi1, xi2, eta1, eta2, 1.0 if xi1 + xi2 >= 0.0 else -1.0, 1.0 if eta1 + eta2 >= 0.0 else -1.0)


@inlined
def _corner(xi: float, eta: float, qq: float, box: _Box) -> _Corner:
    r = math.sqrt(xi * xi + eta * eta + qq)
    far_x, far_e = r + abs(xi), r + abs(eta)
    plain_x, plain_e = box.turn_x * xi >= 0.0, box.turn_e * eta >= 0.0
    x_over, x_under = far_x if plain_x else eta * eta + qq, 1.0 if plain_x else far_x
    e_over, e_under = far_e if plain_e else xi * xi + qq, 1.0 if plain_e else far_e
    return _Corner(r, x_over, x_under, e_over, e_under)


@inlined
def _inverses(k: _Corner, over: float, inverse: float) -> tuple[float, float, float]:
    """1/R, |X11| and |Y11| from 1/(R over), where over is the product of both numerators."""
    return inverse * over, inverse * k.e_over * k.x_under, inverse * k.x_over * k.e_under


@inlined
def _moments(f: _Quad, box: _Box) -> tuple[float, float, float, float]:
    """Chinnery's differences of f, xi f, eta f and xi eta f."""
    near, far = f.a - f.b, f.c - f.d
    near_e, far_e = box.eta1 * f.a - box.eta2 * f.b, box.eta1 * f.c - box.eta2 * f.d
    return near - far, box.xi1 * near - box.xi2 * far, near_e - far_e, box.xi1 * near_e - box.xi2 * far_e


@inlined
def _eta_moments(f: _Quad, box: _Box) -> tuple[float, float]:
    """Chinnery's differences of f and eta f, for a function that was mirrored in xi."""
    first, second = box.turn_x * (f.a - f.c), box.turn_x * (f.b - f.d)
    return first - second, box.eta1 * first - box.eta2 * second


@inlined
def _xi_moments(f: _Quad, box: _Box) -> tuple[float, float]:
    """Chinnery's differences of f and xi f, for a function that was mirrored in eta."""
    near, far = box.turn_e * (f.a - f.b), box.turn_e * (f.c - f.d)
    return near - far, box.xi1 * near - box.xi2 * far


@inlined
def _angle_product(q: float, r: _Quad, box: _Box) -> tuple[float, float]:
    """Imaginary and real part of a product whose argument is the sum of atan(xi eta / (|q| R)), up to a full turn."""
    q = abs(q)
    a, b, c, d = q * r.a, q * r.b, q * r.c, q * r.d
    near, far = box.xi1 * box.eta2, box.xi2 * box.eta1
    first, last = box.xi1 * box.eta1, box.xi2 * box.eta2
    near_re, near_im = a * b + first * near, first * b - a * near
    far_re, far_im = c * d + far * last, far * d - c * last
    re, im = near_re * far_re + near_im * far_im, near_im * far_re - near_re * far_im
    return im, 1.0 if (im == 0.0) & (re == 0.0) else re


@inlined
def _first_order(scratch: Array, i: np.uint64, q: float, box: _Box, sums: Slots, work: Slots) -> _Corners:
    """Write r1, x11, ex11, y11, xy11 and the products for logarithms and angle."""
    qq = q * q
    k, m = _corner(box.xi1, box.eta1, qq, box), _corner(box.xi1, box.eta2, qq, box)
    n, p = _corner(box.xi2, box.eta1, qq, box), _corner(box.xi2, box.eta2, qq, box)
    k_over, m_over, n_over, p_over = k.x_over * k.e_over, m.x_over * m.e_over, n.x_over * n.e_over, p.x_over * p.e_over
    # One division serves all corners: products of lengths to the fifth power stay far from the limits of float64.
    near, far = (k.r * k_over) * (m.r * m_over), (n.r * n_over) * (p.r * p_over)
    shared = 1.0 / (near * far)
    near, far = shared * far, shared * near
    k_inv, k_x, k_y = _inverses(k, k_over, near * (m.r * m_over))
    m_inv, m_x, m_y = _inverses(m, m_over, near * (k.r * k_over))
    n_inv, n_x, n_y = _inverses(n, n_over, far * (p.r * p_over))
    p_inv, p_x, p_y = _inverses(p, p_over, far * (n.r * n_over))
    x11, y11 = _Quad(k_x, m_x, n_x, p_x), _Quad(k_y, m_y, n_y, p_y)
    scratch[i + sums[0]] = (k_inv - m_inv) - (n_inv - p_inv)
    scratch[i + sums[1]], scratch[i + sums[2]] = _eta_moments(x11, box)
    scratch[i + sums[3]], scratch[i + sums[4]] = _xi_moments(y11, box)
    over, under = k.x_over * p.x_over * m.x_under * n.x_under, k.x_under * p.x_under * m.x_over * n.x_over
    scratch[i + work[0]] = over if box.turn_x > 0.0 else under
    scratch[i + work[1]] = under if box.turn_x > 0.0 else over
    over, under = k.e_over * p.e_over * m.e_under * n.e_under, k.e_under * p.e_under * m.e_over * n.e_over
    scratch[i + work[2]] = over if box.turn_e > 0.0 else under
    scratch[i + work[3]] = under if box.turn_e > 0.0 else over
    r = _Quad(k.r, m.r, n.r, p.r)
    scratch[i + work[4]], scratch[i + work[5]] = _angle_product(q, r, box)
    square = _Quad(k_inv * k_inv, m_inv * m_inv, n_inv * n_inv, p_inv * p_inv)
    return _Corners(r, square, x11, y11)


@inlined
def _x32(x: _Quad, square: _Quad) -> _Quad:
    """X32 from X11 and 1/R^2, or Y32 from Y11."""
    return _Quad(x.a * (x.a + square.a), x.b * (x.b + square.b), x.c * (x.c + square.c), x.d * (x.d + square.d))


@inlined
def _x53(x: float, square: float) -> float:
    """X53 from X11 and 1/R^2, or Y53 from Y11."""
    return x * (2.0 * x * x + 3.0 * square * (x + square))


@inlined
def _cube(corners: _Corners) -> _Quad:
    """1/R^3."""
    r, s = corners.r, corners.square
    return _Quad(r.a * s.a * s.a, r.b * s.b * s.b, r.c * s.c * s.c, r.d * s.d * s.d)


@inlined
def _third_order(scratch: Array, i: np.uint64, corners: _Corners, box: _Box, sums: Slots) -> None:
    """Write r3, xr3, er3, xer3, x32, ex32, y32, xy32."""
    plain, along, across, both = _moments(_cube(corners), box)
    scratch[i + sums[5]], scratch[i + sums[6]], scratch[i + sums[7]], scratch[i + sums[8]] = plain, along, across, both
    scratch[i + sums[9]], scratch[i + sums[10]] = _eta_moments(_x32(corners.x11, corners.square), box)
    scratch[i + sums[11]], scratch[i + sums[12]] = _xi_moments(_x32(corners.y11, corners.square), box)


@inlined
def _fifth_order(scratch: Array, i: np.uint64, corners: _Corners, box: _Box) -> None:
    """Write r5, xr5, er5, xer5, eer5, y53, xy53, x53, ex53."""
    s, f, x, y = corners.square, _cube(corners), corners.x11, corners.y11
    f = _Quad(f.a * s.a, f.b * s.b, f.c * s.c, f.d * s.d)
    scratch[i + FIFTH[0]], scratch[i + FIFTH[1]], scratch[i + FIFTH[2]], scratch[i + FIFTH[3]] = _moments(f, box)
    scratch[i + FIFTH[4]] = box.eta1 * box.eta1 * (f.a - f.c) - box.eta2 * box.eta2 * (f.b - f.d)
    y = _Quad(_x53(y.a, s.a), _x53(y.b, s.b), _x53(y.c, s.c), _x53(y.d, s.d))
    scratch[i + FIFTH[5]], scratch[i + FIFTH[6]] = _xi_moments(y, box)
    x = _Quad(_x53(x.a, s.a), _x53(x.b, s.b), _x53(x.c, s.c), _x53(x.d, s.d))
    scratch[i + FIFTH[7]], scratch[i + FIFTH[8]] = _eta_moments(x, box)


@inner
def place(
    east: Array, north: Array, up: Array, top: tuple[float, float], size: Size, strike: Angle, dip: Angle,
    tolerance: float, scratch: Array,
) -> None:  # fmt: skip
    """Points of a block in the fault's frame, NaN where they lie on the fault.

    Parameters
    ----------
    east, north, up : ndarray, shape (n,)
        The points in metres, n <= BLOCK.
    top : tuple of float
        East and north of the top-edge centre.
    size : tuple of float
        Depth of the top edge, half the length, and the width, in metres.
    strike, dip : tuple of float
        Sine and cosine.
    tolerance : float
        A point closer than this (m) to the rectangle lies on it.
    scratch : ndarray, shape (SCRATCH,)
        Receives X, Y, Z, Q_REAL, Q_IMAGE.
    """
    depth, reach, width = size
    sine, cosine = dip
    for i in range(np.uint64(len(east))):
        e, n, z = east[i] - top[0], north[i] - top[1], up[i]
        x, y = e * strike[0] + n * strike[1], n * strike[0] - e * strike[1]
        eta, q = y * cosine + (depth + z) * sine, y * sine - (depth + z) * cosine
        on_fault = (abs(q) <= tolerance) & (abs(x) <= reach + tolerance)
        on_fault = on_fault & (eta <= tolerance) & (eta >= -width - tolerance)
        scratch[i + X], scratch[i + Y], scratch[i + Z] = math.nan if on_fault else x, y, z
        scratch[i + Q_REAL], scratch[i + Q_IMAGE] = q, y * sine - (depth - z) * cosine


@inlined
def _real_box(scratch: Array, i: np.uint64, size: Size, dip: Angle) -> _Box:
    x, eta = scratch[i + X], scratch[i + Y] * dip[1] + (size[0] + scratch[i + Z]) * dip[0]
    return _box(x + size[1], x - size[1], eta + size[2], eta)


@inlined
def _image_box(scratch: Array, i: np.uint64, size: Size, dip: Angle) -> _Box:
    x, eta = scratch[i + X], scratch[i + Y] * dip[1] + (size[0] - scratch[i + Z]) * dip[0]
    return _box(x + size[1], x - size[1], eta + size[2], eta)


@inlined
def _store_distances(scratch: Array, i: np.uint64, r: _Quad) -> None:
    scratch[i + DISTANCE[0]], scratch[i + DISTANCE[1]] = r.a, r.b
    scratch[i + DISTANCE[2]], scratch[i + DISTANCE[3]] = r.c, r.d


@inner
def sum_values(scratch: Array, size: Size, dip: Angle, count: np.uint64) -> None:
    """Sums over the corners that displacement needs, of the real and of the image source.

    Parameters
    ----------
    scratch : ndarray, shape (SCRATCH,)
        Reads X, Y, Z, Q_REAL, Q_IMAGE; writes REAL up to first order, IMAGE, DISTANCE, WORK_REAL and WORK_IMAGE.
    size, dip : tuple of float
        As for `place`.
    count : unsigned int
        Number of points.
    """
    for i in range(count):
        _first_order(scratch, i, scratch[i + Q_REAL], _real_box(scratch, i, size, dip), REAL, WORK_REAL)
    for i in range(count):
        box = _image_box(scratch, i, size, dip)
        corners = _first_order(scratch, i, scratch[i + Q_IMAGE], box, IMAGE, WORK_IMAGE)
        _third_order(scratch, i, corners, box, IMAGE)
        _store_distances(scratch, i, corners.r)


@inner
def sum_gradients(scratch: Array, size: Size, dip: Angle, count: np.uint64) -> None:
    """Sums over the corners that displacement and its gradients need, of the real and of the image source.

    Parameters
    ----------
    scratch : ndarray, shape (SCRATCH,)
        Reads X, Y, Z, Q_REAL, Q_IMAGE; writes REAL, IMAGE, FIFTH, DISTANCE, WORK_REAL and WORK_IMAGE.
    size, dip, count
        As for `sum_values`.
    """
    for i in range(count):
        box = _real_box(scratch, i, size, dip)
        corners = _first_order(scratch, i, scratch[i + Q_REAL], box, REAL, WORK_REAL)
        _third_order(scratch, i, corners, box, REAL)
    for i in range(count):
        box = _image_box(scratch, i, size, dip)
        corners = _first_order(scratch, i, scratch[i + Q_IMAGE], box, IMAGE, WORK_IMAGE)
        _third_order(scratch, i, corners, box, IMAGE)
        _fifth_order(scratch, i, corners, box)
        _store_distances(scratch, i, corners.r)
