"""The free-surface functions I, J and K of Okada (1992), summed over the corners, for gentle and for steep rectangles.

The published forms divide by cos(dip) up to twice, which costs digits as the rectangle becomes vertical. A rectangle
within four degrees of vertical therefore takes forms in which that division has been carried out; they
hold at 90 degrees without a case of their own. All others take the published forms, applied to the sums.

With T = R + eta, V = R + d, s and c sine and cosine of the dip: w = eta c/(1+s) + q is such that V = T - c w.
"""

import math

from geoslip.okada.depth_layout import (
    DISTANCE,
    IMAGE,
    LOG_ETA,
    Q_IMAGE,
    SURFACE_GRADIENT,
    SURFACE_VALUE,
    WORK_IMAGE,
    X,
    Y,
    Z,
    inlined,
    kernel,
)

STEEP_COSINE = 1.0 / 16.0
"""Rectangles whose cosine of the dip is smaller take the forms without division: dips above 86.4 degrees."""


@inlined
def _difference(f11, f12, f21, f22):
    return (f11 - f12) - (f21 - f22)


@inlined
def _log_remainder(x):
    """(log(1 - x) + x) / x^2 for |x| < 0.08."""
    tail = 1.0 / 12.0 + x * (1.0 / 13.0 + x * (1.0 / 14.0 + x * (1.0 / 15.0 + x / 16.0)))
    tail = 1.0 / 8.0 + x * (1.0 / 9.0 + x * (1.0 / 10.0 + x * (1.0 / 11.0 + x * tail)))
    tail = 1.0 / 4.0 + x * (1.0 / 5.0 + x * (1.0 / 6.0 + x * (1.0 / 7.0 + x * tail)))
    return -(0.5 + x * (1.0 / 3.0 + x * tail))


@inlined
def _atan_remainder(u):
    """(1 - atan(u)/u) / u^2 for |u| < 0.08."""
    z = u * u
    return 1.0 / 3.0 - z * (
        1.0 / 5.0 - z * (1.0 / 7.0 - z * (1.0 / 9.0 - z * (1.0 / 11.0 - z * (1.0 / 13.0 - z / 15.0))))
    )


@inlined
def _gradient_corner(xi, eta, y, q, r, v, s, c):
    """J2, J3, J5, J6 of one corner of a steep rectangle."""
    k = 1.0 / (1.0 + s)
    t, w = r + eta, eta * c * k + q
    shared = 1.0 / (r * t * v)
    over_v = shared * r * t
    d11_v = shared * t * over_v  # 1/(R V^2)
    scale = shared * over_v
    h = t * ((q - eta * c) * k - s * w)
    g = q * eta * (2.0 * s * s - k) + s * eta * eta * c - q * q * c * (1.0 + s + s * s) * k
    j3 = xi * scale * (t * (t - s * s * eta + s * q * c) * k - (t * c * k + s * w) * w)
    j6 = scale * (t * (h + g) - w * (c * h - q * w))
    return xi * y * d11_v, j3, xi * xi * d11_v - over_v, j6


@inlined
def _value_corner(xi, eta, q, r, v, s, c):
    """I1, I3 without -ln T/(1+s), ln(V/T), 1/V of one corner of a steep rectangle."""
    k = 1.0 / (1.0 + s)
    t, x = r + eta, math.sqrt(xi * xi + q * q)
    w, reach = eta * c * k + q, x + q * c
    over_v, over_t = 1.0 / v, 1.0 / t
    d = eta * reach + x * (r + x) * s
    n = d * (x * (1.0 + s) + q * c) + xi * xi * c * c * (r + x)
    over_tn = over_t / (n if n > 0.0 else 1.0)
    ratio = xi * reach * x * (x + t) * over_tn
    m = (x * c * k + q) * (x * (r + x) * s - eta * reach) - xi * xi * c * (r + x)
    m = t * m - 2.0 * s * x * reach * (x + t) * w
    i1 = xi * m * over_tn * over_v - 2.0 * s * c * ratio**3 * _atan_remainder(c * ratio)
    u = w * over_t
    square = u * u * _log_remainder(c * u)
    i3 = eta * over_v - s * eta * k * over_t + q * s * u * over_v + s * square
    return i1, i3, c * (c * square - u), over_v


@kernel
def sum_steep(scratch, depth, sine, cosine, half_length, width, count):
    """Free-surface sums of a rectangle near vertical, without a division by cos(dip).

    Parameters
    ----------
    scratch : ndarray, shape (SCRATCH,)
        Reads X, Y, Z, Q_IMAGE, DISTANCE, IMAGE and, in LOG_ETA, the sum of ln(R + eta) of the image; writes
        SURFACE_GRADIENT and SURFACE_VALUE.
    depth, sine, cosine, half_length, width, count
        As for `sum_image`.
    """
    for i in range(count):
        y2, d2, q = scratch[i + Y], depth - scratch[i + Z], scratch[i + Q_IMAGE]
        y1, d1, eta2 = y2 + width * cosine, d2 + width * sine, y2 * cosine + d2 * sine
        eta1, xi1, xi2 = eta2 + width, scratch[i + X] + half_length, scratch[i + X] - half_length
        r11, r12, r21, r22 = (
            scratch[i + DISTANCE[0]],
            scratch[i + DISTANCE[1]],
            scratch[i + DISTANCE[2]],
            scratch[i + DISTANCE[3]],
        )
        v11, v12, v21, v22 = r11 + d1, r12 + d2, r21 + d1, r22 + d2
        a11, b11, e11, f11 = _gradient_corner(xi1, eta1, y1, q, r11, v11, sine, cosine)
        a12, b12, e12, f12 = _gradient_corner(xi1, eta2, y2, q, r12, v12, sine, cosine)
        a21, b21, e21, f21 = _gradient_corner(xi2, eta1, y1, q, r21, v21, sine, cosine)
        a22, b22, e22, f22 = _gradient_corner(xi2, eta2, y2, q, r22, v22, sine, cosine)
        j2, j3 = _difference(a11, a12, a21, a22), _difference(b11, b12, b21, b22)
        j5, j6 = _difference(e11, e12, e21, e22), _difference(f11, f12, f21, f22)
        k1, k3 = cosine * j3 + sine * j2, cosine * j6 + sine * j5
        _store_gradient(scratch, i, (j2, j3, j5, j6, k1, k3))
        scratch[i + SURFACE_GRADIENT[6]] = cosine * k1 + sine * scratch[i + IMAGE[4]]
        scratch[i + SURFACE_GRADIENT[7]] = q * scratch[i + IMAGE[3]] - cosine * k3
        a11, b11, e11, f11 = _value_corner(xi1, eta1, q, r11, v11, sine, cosine)
        a12, b12, e12, f12 = _value_corner(xi1, eta2, q, r12, v12, sine, cosine)
        a21, b21, e21, f21 = _value_corner(xi2, eta1, q, r21, v21, sine, cosine)
        a22, b22, e22, f22 = _value_corner(xi2, eta2, q, r22, v22, sine, cosine)
        log_t = scratch[i + LOG_ETA]
        i1 = _difference(a11, a12, a21, a22)
        i3 = _difference(b11, b12, b21, b22) - log_t / (1.0 + sine)
        log_v = _difference(e11, e12, e21, e22) + log_t
        _store_value(scratch, i, i1, i3, log_v, xi1 * (f11 - f12) - xi2 * (f21 - f22), sine, cosine)
        scratch[i + SURFACE_VALUE[5]] = y1 * (f11 - f21) - y2 * (f12 - f22)


@inlined
def _store_gradient(scratch, i, values):
    scratch[i + SURFACE_GRADIENT[0]], scratch[i + SURFACE_GRADIENT[1]] = values[0], values[1]
    scratch[i + SURFACE_GRADIENT[2]], scratch[i + SURFACE_GRADIENT[3]] = values[2], values[3]
    scratch[i + SURFACE_GRADIENT[4]], scratch[i + SURFACE_GRADIENT[5]] = values[4], values[5]


@inlined
def _store_value(scratch, i, i1, i3, log_v, x_v, s, c):
    scratch[i + SURFACE_VALUE[0]], scratch[i + SURFACE_VALUE[1]] = i1, log_v + s * i3
    scratch[i + SURFACE_VALUE[2]], scratch[i + SURFACE_VALUE[3]] = i3, -(i1 + c * x_v)
    scratch[i + SURFACE_VALUE[4]] = x_v


@inlined
def _half_angle_product(xi, eta1, eta2, q, r1, r2, s, c):
    """Product whose argument is the difference in eta of the arctangent in I4 (Okada 1992, table 6)."""
    x = math.sqrt(xi * xi + q * q)
    reach = x + q * c if q >= 0.0 else (xi * xi + q * q * s * s) / (x - q * c)
    num1, den1 = eta1 * reach + x * (r1 + x) * s, abs(xi) * (r1 + x) * c
    num2, den2 = eta2 * reach + x * (r2 + x) * s, abs(xi) * (r2 + x) * c
    re, im = den1 * den2 + num1 * num2, num1 * den2 - den1 * num2
    re = re if x > 0.0 else 1.0
    return re, im if xi > 0.0 else -im


@kernel
def sum_gentle(scratch, depth, sine, cosine, half_length, width, count):
    """Free-surface sums of a rectangle that is not near vertical, gradients complete, values prepared.

    Parameters
    ----------
    scratch : ndarray, shape (SCRATCH,)
        Reads X, Y, Z, Q_IMAGE, DISTANCE, IMAGE; writes SURFACE_GRADIENT, the sums of xi/V and y/V, and in the first
        four slots of WORK_IMAGE the products for the sum of ln V (over, under) and of the arctangents (imaginary,
        real part).
    depth, sine, cosine, half_length, width, count
        As for `sum_image`.
    """
    for i in range(count):
        y2, d2, q = scratch[i + Y], depth - scratch[i + Z], scratch[i + Q_IMAGE]
        y1, d1, eta2 = y2 + width * cosine, d2 + width * sine, y2 * cosine + d2 * sine
        eta1, xi1, xi2 = eta2 + width, scratch[i + X] + half_length, scratch[i + X] - half_length
        r11, r12, r21, r22 = (
            scratch[i + DISTANCE[0]],
            scratch[i + DISTANCE[1]],
            scratch[i + DISTANCE[2]],
            scratch[i + DISTANCE[3]],
        )
        v11, v12, v21, v22 = r11 + d1, r12 + d2, r21 + d1, r22 + d2
        e11, e12, e21, e22 = 1.0 / (r11 * v11), 1.0 / (r12 * v12), 1.0 / (r21 * v21), 1.0 / (r22 * v22)
        f11, f12, f21, f22 = r11 * e11, r12 * e12, r21 * e21, r22 * e22
        g11, g12, g21, g22 = e11 * f11, e12 * f12, e21 * f21, e22 * f22
        j2 = xi1 * (y1 * g11 - y2 * g12) - xi2 * (y1 * g21 - y2 * g22)
        j5 = xi1 * xi1 * (g11 - g12) - xi2 * xi2 * (g21 - g22) - _difference(f11, f12, f21, f22)
        x_d11, y_d11 = xi1 * (e11 - e12) - xi2 * (e21 - e22), y1 * (e11 - e21) - y2 * (e12 - e22)
        k1 = (x_d11 - sine * scratch[i + IMAGE[4]]) / cosine
        k3 = (q * scratch[i + IMAGE[3]] - y_d11) / cosine
        j3, j6 = (k1 - sine * j2) / cosine, (k3 - sine * j5) / cosine
        _store_gradient(scratch, i, (j2, j3, j5, j6, k1, k3))
        scratch[i + SURFACE_GRADIENT[6]], scratch[i + SURFACE_GRADIENT[7]] = x_d11, y_d11
        scratch[i + SURFACE_VALUE[4]] = xi1 * (f11 - f12) - xi2 * (f21 - f22)
        scratch[i + SURFACE_VALUE[5]] = y1 * (f11 - f21) - y2 * (f12 - f22)
        scratch[i + WORK_IMAGE[0]], scratch[i + WORK_IMAGE[1]] = v11 * v22, v12 * v21
        near_re, near_im = _half_angle_product(xi1, eta1, eta2, q, r11, r12, sine, cosine)
        far_re, far_im = _half_angle_product(xi2, eta1, eta2, q, r21, r22, sine, cosine)
        scratch[i + WORK_IMAGE[2]] = near_im * far_re - near_re * far_im
        scratch[i + WORK_IMAGE[3]] = near_re * far_re + near_im * far_im


@kernel
def finish_gentle(scratch, sine, cosine, count):
    """Free-surface values of a rectangle that is not near vertical.

    Parameters
    ----------
    scratch : ndarray, shape (SCRATCH,)
        Reads the sum of ln(R + eta) in LOG_ETA, of ln V in WORK_IMAGE[0], of the arctangents in WORK_IMAGE[2], and
        xi/V, y/V; writes the rest of SURFACE_VALUE.
    sine, cosine : float
        Of the dip.
    count : unsigned int
        Number of points.
    """
    over = 1.0 / cosine
    for i in range(count):
        x_v, y_v = scratch[i + SURFACE_VALUE[4]], scratch[i + SURFACE_VALUE[5]]
        log_v = scratch[i + WORK_IMAGE[0]]
        i3 = (cosine * y_v - scratch[i + LOG_ETA] + sine * log_v) * over * over
        i1 = -over * x_v - 2.0 * sine * over * over * scratch[i + WORK_IMAGE[2]]
        _store_value(scratch, i, i1, i3, log_v, x_v, sine, cosine)
