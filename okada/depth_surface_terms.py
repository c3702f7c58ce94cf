"""The free-surface functions I, J and K of Okada (1992), summed over the corners, for gentle and for steep rectangles.

The published forms divide by cos(dip) up to twice, which costs digits as the rectangle becomes vertical. A rectangle
within four degrees of vertical therefore takes forms in which that division has been carried out; they
hold at 90 degrees without a case of their own. All others take the published forms, applied to the sums.

With T = R + eta, V = R + d, s and c sine and cosine of the dip: w = eta c/(1+s) + q is such that V = T - c w.
"""

import math
from typing import NamedTuple

import numpy as np

from geoslip.okada.compiled import inlined, inner
from geoslip.okada.depth_layout import (
    DISTANCE,
    IMAGE,
    LOG_ETA,
    Q_IMAGE,
    SURFACE_GRADIENT,
    SURFACE_VALUE,
    WORK_IMAGE,
    Angle,
    Array,
    Size,
    X,
    Y,
    Z,
)

STEEP_COSINE = 1.0 / 16.0
"""Rectangles whose cosine of the dip is smaller take the forms without division: dips above 86.4 degrees."""


class _Corners(NamedTuple):
    """Limits of xi, eta, y and d; distances R at (xi1, eta1), (xi1, eta2), (xi2, eta1), (xi2, eta2); q."""

    xi1: float
    xi2: float
    eta1: float
    eta2: float
    y1: float
    y2: float
    d1: float
    d2: float
    q: float
    ra: float
    rb: float
    rc: float
    rd: float


@inlined
def _corners(scratch: Array, i: np.uint64, size: Size, dip: Angle) -> _Corners:
    x, y, d, width = scratch[i + X], scratch[i + Y], size[0] - scratch[i + Z], size[2]
    eta = y * dip[1] + d * dip[0]
    return _Corners(
        x + size[1], x - size[1], eta + width, eta, y + width * dip[1], y, d + width * dip[0], d, scratch[i + Q_IMAGE],
        scratch[i + DISTANCE[0]], scratch[i + DISTANCE[1]], scratch[i + DISTANCE[2]], scratch[i + DISTANCE[3]],
    )  # fmt: skip


@inlined
def _difference(a: float, b: float, c: float, d: float) -> float:
    return (a - b) - (c - d)


@inlined
def _reciprocals(a: float, b: float, c: float, d: float) -> tuple[float, float, float, float]:
    """Reciprocals of four numbers by one division."""
    near, far = a * b, c * d
    shared = 1.0 / (near * far)
    near, far = shared * far, shared * near
    return near * b, near * a, far * d, far * c


@inlined
def _log_remainder(x: float) -> float:
    """(log(1 - x) + x) / x^2 for |x| < 0.08."""
    tail = 1.0 / 12.0 + x * (1.0 / 13.0 + x * (1.0 / 14.0 + x * (1.0 / 15.0 + x / 16.0)))
    tail = 1.0 / 8.0 + x * (1.0 / 9.0 + x * (1.0 / 10.0 + x * (1.0 / 11.0 + x * tail)))
    tail = 1.0 / 4.0 + x * (1.0 / 5.0 + x * (1.0 / 6.0 + x * (1.0 / 7.0 + x * tail)))
    return -(0.5 + x * (1.0 / 3.0 + x * tail))


@inlined
def _atan_remainder(u: float) -> float:
    """(1 - atan(u)/u) / u^2 for |u| < 0.06."""
    z = u * u
    return 1.0 / 3.0 - z * (1.0 / 5.0 - z * (1.0 / 7.0 - z * (1.0 / 9.0 - z * (1.0 / 11.0 - z / 13.0))))


@inlined
def _steep_gradient(
    xi: float, eta: float, y: float, q: float, r: float, shared: float, dip: Angle
) -> tuple[float, float, float, float]:
    """J2, J3, J5, J6 of one corner of a steep rectangle, where shared = 1/(R T V)."""
    s, c = dip
    k = 1.0 / (1.0 + s)
    t, w = r + eta, eta * c * k + q
    over_v = shared * r * t
    d11_v = shared * t * over_v  # 1/(R V^2)
    scale = shared * over_v
    h = t * ((q - eta * c) * k - s * w)
    g = q * eta * (2.0 * s * s - k) + s * eta * eta * c - q * q * c * (1.0 + s + s * s) * k
    j3 = xi * scale * (t * (t - s * s * eta + s * q * c) * k - (t * c * k + s * w) * w)
    j6 = scale * (t * (h + g) - w * (c * h - q * w))
    return xi * y * d11_v, j3, xi * xi * d11_v - over_v, j6


@inlined
def _steep_value(
    xi: float, eta: float, d: float, q: float, r: float, x: float, dip: Angle
) -> tuple[float, float, float, float]:
    """I1, I3 without -ln T/(1+s), ln(V/T), 1/V of one corner of a steep rectangle, where x = sqrt(xi^2 + q^2)."""
    s, c = dip
    k = 1.0 / (1.0 + s)
    t, v = r + eta, r + d
    w, reach, far = eta * c * k + q, x + q * c, r + x
    lift = eta * reach + x * far * s
    n = lift * (x * (1.0 + s) + q * c) + xi * xi * c * c * far
    n = n if n > 0.0 else 1.0
    shared = 1.0 / (t * v * n)
    over_v, over_t, over_tn = shared * t * n, shared * v * n, shared * v
    turn = x * reach * (x + t)
    ratio = xi * turn * over_tn
    m = t * ((x * c * k + q) * (x * far * s - eta * reach) - xi * xi * c * far) - 2.0 * s * turn * w
    i1 = xi * m * shared - 2.0 * s * c * ratio * ratio * ratio * _atan_remainder(c * ratio)
    u = w * over_t
    square = u * u * _log_remainder(c * u)
    i3 = eta * over_v - s * eta * k * over_t + q * s * u * over_v + s * square
    return i1, i3, c * (c * square - u), over_v


@inner
def steep_gradients(scratch: Array, size: Size, dip: Angle, count: np.uint64) -> None:
    """Free-surface sums of the gradients, for a rectangle near vertical: no division by cos(dip).

    Parameters
    ----------
    scratch : ndarray, shape (SCRATCH,)
        Reads X, Y, Z, Q_IMAGE, DISTANCE; writes SURFACE_GRADIENT.
    size : tuple of float
        Depth of the top edge, half the length, and the width, in metres.
    dip : tuple of float
        Sine and cosine.
    count : unsigned int
        Number of points.
    """
    for i in range(count):
        k = _corners(scratch, i, size, dip)
        a, b, c, d = _reciprocals(
            k.ra * (k.ra + k.eta1) * (k.ra + k.d1), k.rb * (k.rb + k.eta2) * (k.rb + k.d2),
            k.rc * (k.rc + k.eta1) * (k.rc + k.d1), k.rd * (k.rd + k.eta2) * (k.rd + k.d2),
        )  # fmt: skip
        a2, a3, a5, a6 = _steep_gradient(k.xi1, k.eta1, k.y1, k.q, k.ra, a, dip)
        b2, b3, b5, b6 = _steep_gradient(k.xi1, k.eta2, k.y2, k.q, k.rb, b, dip)
        c2, c3, c5, c6 = _steep_gradient(k.xi2, k.eta1, k.y1, k.q, k.rc, c, dip)
        d2, d3, d5, d6 = _steep_gradient(k.xi2, k.eta2, k.y2, k.q, k.rd, d, dip)
        scratch[i + SURFACE_GRADIENT[0]] = _difference(a2, b2, c2, d2)
        scratch[i + SURFACE_GRADIENT[1]] = _difference(a3, b3, c3, d3)
        scratch[i + SURFACE_GRADIENT[2]] = _difference(a5, b5, c5, d5)
        scratch[i + SURFACE_GRADIENT[3]] = _difference(a6, b6, c6, d6)


@inner
def steep_values(scratch: Array, size: Size, dip: Angle, count: np.uint64) -> None:
    """Free-surface sums of the displacement, for a rectangle near vertical: no division by cos(dip).

    Parameters
    ----------
    scratch : ndarray, shape (SCRATCH,)
        Reads X, Y, Z, Q_IMAGE, DISTANCE and, in LOG_ETA, the sum of ln(R + eta) of the image; writes SURFACE_VALUE.
    size, dip, count
        As for `steep_gradients`.
    """
    for i in range(count):
        k = _corners(scratch, i, size, dip)
        near, far = math.sqrt(k.xi1 * k.xi1 + k.q * k.q), math.sqrt(k.xi2 * k.xi2 + k.q * k.q)
        a1, a3, al, av = _steep_value(k.xi1, k.eta1, k.d1, k.q, k.ra, near, dip)
        b1, b3, bl, bv = _steep_value(k.xi1, k.eta2, k.d2, k.q, k.rb, near, dip)
        c1, c3, cl, cv = _steep_value(k.xi2, k.eta1, k.d1, k.q, k.rc, far, dip)
        d1, d3, dl, dv = _steep_value(k.xi2, k.eta2, k.d2, k.q, k.rd, far, dip)
        log_t = scratch[i + LOG_ETA]
        log_v, i3 = _difference(al, bl, cl, dl) + log_t, _difference(a3, b3, c3, d3) - log_t / (1.0 + dip[0])
        i1, x_v = _difference(a1, b1, c1, d1), k.xi1 * (av - bv) - k.xi2 * (cv - dv)
        scratch[i + SURFACE_VALUE[0]], scratch[i + SURFACE_VALUE[1]] = i1, log_v + dip[0] * i3
        scratch[i + SURFACE_VALUE[2]], scratch[i + SURFACE_VALUE[3]] = i3, -(i1 + dip[1] * x_v)
        scratch[i + SURFACE_VALUE[4]], scratch[i + SURFACE_VALUE[5]] = x_v, k.y1 * (av - cv) - k.y2 * (bv - dv)


@inner
def gentle_gradients(scratch: Array, size: Size, dip: Angle, count: np.uint64) -> None:
    """Free-surface sums of the gradients, for a rectangle that is not near vertical.

    Parameters
    ----------
    scratch : ndarray, shape (SCRATCH,)
        Reads X, Y, Z, Q_IMAGE, DISTANCE, IMAGE; writes SURFACE_GRADIENT.
    size, dip, count
        As for `steep_gradients`.
    """
    sine, over_cosine = dip[0], 1.0 / dip[1]
    for i in range(count):
        k = _corners(scratch, i, size, dip)
        va, vb, vc, vd = k.ra + k.d1, k.rb + k.d2, k.rc + k.d1, k.rd + k.d2
        a, b, c, d = _reciprocals(k.ra * va, k.rb * vb, k.rc * vc, k.rd * vd)
        x_d11, y_d11 = k.xi1 * (a - b) - k.xi2 * (c - d), k.y1 * (a - c) - k.y2 * (b - d)
        fa, fb, fc, fd = k.ra * a, k.rb * b, k.rc * c, k.rd * d
        a, b, c, d = a * fa, b * fb, c * fc, d * fd
        j2 = k.xi1 * (k.y1 * a - k.y2 * b) - k.xi2 * (k.y1 * c - k.y2 * d)
        j5 = k.xi1 * k.xi1 * (a - b) - k.xi2 * k.xi2 * (c - d) - _difference(fa, fb, fc, fd)
        k1 = (x_d11 - sine * scratch[i + IMAGE[4]]) * over_cosine
        k3 = (k.q * scratch[i + IMAGE[3]] - y_d11) * over_cosine
        scratch[i + SURFACE_GRADIENT[0]], scratch[i + SURFACE_GRADIENT[1]] = j2, (k1 - sine * j2) * over_cosine
        scratch[i + SURFACE_GRADIENT[2]], scratch[i + SURFACE_GRADIENT[3]] = j5, (k3 - sine * j5) * over_cosine


@inlined
def _half_angle(xi: float, eta1: float, eta2: float, q: float, r1: float, r2: float, dip: Angle) -> tuple[float, float]:
    """Product whose argument is the difference in eta of the arctangent in I4 (Okada 1992, table 6)."""
    s, c = dip
    qq = q * q
    x = math.sqrt(xi * xi + qq)
    reach = x + q * c if q >= 0.0 else (xi * xi + qq * s * s) / (x - q * c)
    far1, far2, flat = x * (r1 + x), x * (r2 + x), abs(xi) * c
    num1, num2 = eta1 * reach + far1 * s, eta2 * reach + far2 * s
    den1, den2 = flat * (r1 + x), flat * (r2 + x)
    re, im = den1 * den2 + num1 * num2, num1 * den2 - den1 * num2
    return 1.0 if (re == 0.0) & (im == 0.0) else re, im if xi > 0.0 else -im


@inner
def gentle_values(scratch: Array, size: Size, dip: Angle, count: np.uint64) -> None:
    """Prepare the free-surface sums of the displacement, for a rectangle that is not near vertical.

    Parameters
    ----------
    scratch : ndarray, shape (SCRATCH,)
        Reads X, Y, Z, Q_IMAGE, DISTANCE; writes the sums of xi/V and y/V, and in the first four slots of WORK_IMAGE
        the products for the sum of ln V (over, under) and of the arctangents (imaginary, real part).
    size, dip, count
        As for `steep_gradients`.
    """
    for i in range(count):
        k = _corners(scratch, i, size, dip)
        va, vb, vc, vd = k.ra + k.d1, k.rb + k.d2, k.rc + k.d1, k.rd + k.d2
        a, b, c, d = _reciprocals(va, vb, vc, vd)
        scratch[i + SURFACE_VALUE[4]] = k.xi1 * (a - b) - k.xi2 * (c - d)
        scratch[i + SURFACE_VALUE[5]] = k.y1 * (a - c) - k.y2 * (b - d)
        scratch[i + WORK_IMAGE[0]], scratch[i + WORK_IMAGE[1]] = va * vd, vb * vc
        near_re, near_im = _half_angle(k.xi1, k.eta1, k.eta2, k.q, k.ra, k.rb, dip)
        far_re, far_im = _half_angle(k.xi2, k.eta1, k.eta2, k.q, k.rc, k.rd, dip)
        scratch[i + WORK_IMAGE[2]] = near_im * far_re - near_re * far_im
        scratch[i + WORK_IMAGE[3]] = near_re * far_re + near_im * far_im


@inner
def finish_gentle_values(scratch: Array, dip: Angle, count: np.uint64) -> None:
    """Free-surface sums of the displacement, for a rectangle that is not near vertical.

    Parameters
    ----------
    scratch : ndarray, shape (SCRATCH,)
        Reads the sum of ln(R + eta) in LOG_ETA, of ln V in WORK_IMAGE[0], of the arctangents in WORK_IMAGE[2], and
        xi/V, y/V; writes the rest of SURFACE_VALUE.
    dip, count
        As for `steep_gradients`.
    """
    sine, cosine = dip
    over = 1.0 / cosine
    for i in range(count):
        x_v, y_v, log_v = scratch[i + SURFACE_VALUE[4]], scratch[i + SURFACE_VALUE[5]], scratch[i + WORK_IMAGE[0]]
        i3 = (cosine * y_v - scratch[i + LOG_ETA] + sine * log_v) * over * over
        i1 = -over * x_v - 2.0 * sine * over * over * scratch[i + WORK_IMAGE[2]]
        scratch[i + SURFACE_VALUE[0]], scratch[i + SURFACE_VALUE[1]] = i1, log_v + sine * i3
        scratch[i + SURFACE_VALUE[2]], scratch[i + SURFACE_VALUE[3]] = i3, -(i1 + cosine * x_v)
