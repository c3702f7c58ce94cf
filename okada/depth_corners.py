"""Sums over the four corners of a rectangle, of the powers that the depth solution of Okada (1992) is made of.

The tables of Okada (1992) are linear in a few functions of each corner (xi, eta), times powers of xi and eta. They are
summed over the corners first (Chinnery's difference), so that the long coefficients are applied once a point.

Where both corners of an edge have xi < 0, X11 = 1/(R (R + xi)) is nearly singular although the field is not: the
singular part is free of xi and drops out of the difference. The mirrored form -1/(R (R - xi)) differs from it by
-2/(eta^2 + q^2), which is free of xi, and is regular; so xi is mirrored where the middle of the edge has xi < 0, and eta
likewise. One corner that still has xi < 0 takes R + xi = (eta^2 + q^2)/(R - xi).
"""

import math

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.depth_layout import (
    BLANK,
    DISTANCE,
    FIFTH,
    IMAGE,
    Q_IMAGE,
    Q_REAL,
    REAL,
    WORK_IMAGE,
    WORK_REAL,
    X,
    Y,
    Z,
    inlined,
    kernel,
)


@inlined
def _corner(xi, eta, qq, turn_x, turn_e):
    """R, 1/R, |X11|, |Y11| of the mirrored corner (turn_x xi, turn_e eta), and R + xi, R + eta as fractions."""
    r = math.sqrt(xi * xi + eta * eta + qq)
    far_x, far_e = r + abs(xi), r + abs(eta)
    plain_x, plain_e = turn_x * xi >= 0.0, turn_e * eta >= 0.0
    top_x, low_x = (far_x, 1.0) if plain_x else (eta * eta + qq, far_x)
    top_e, low_e = (far_e, 1.0) if plain_e else (xi * xi + qq, far_e)
    shared = 1.0 / (r * top_x * top_e)
    return r, shared * top_x * top_e, shared * top_e * low_x, shared * top_x * low_e, top_x, low_x, top_e, low_e


@inlined
def _moments(f11, f12, f21, f22, xi1, xi2, eta1, eta2):
    """Chinnery's differences of f, xi f, eta f and xi eta f; f12 belongs to xi1 and eta2."""
    near, far = f11 - f12, f21 - f22
    near_e, far_e = eta1 * f11 - eta2 * f12, eta1 * f21 - eta2 * f22
    return near - far, xi1 * near - xi2 * far, near_e - far_e, xi1 * near_e - xi2 * far_e


@inlined
def _eta_moments(f11, f12, f21, f22, eta1, eta2):
    """Chinnery's differences of f and eta f."""
    first, second = f11 - f21, f12 - f22
    return first - second, eta1 * first - eta2 * second


@inlined
def _xi_moments(f11, f12, f21, f22, xi1, xi2):
    """Chinnery's differences of f and xi f."""
    near, far = f11 - f12, f21 - f22
    return near - far, xi1 * near - xi2 * far


@inlined
def _angle_product(q, xi1, xi2, eta1, eta2, r11, r12, r21, r22):
    """Imaginary and real part of a product whose argument is the sum of atan(xi eta / (|q| R)), up to a full turn."""
    q = abs(q)
    b11, b12, b21, b22 = q * r11, q * r12, q * r21, q * r22
    a11, a12, a21, a22 = xi1 * eta1, xi1 * eta2, xi2 * eta1, xi2 * eta2
    near_re, near_im = b11 * b12 + a11 * a12, a11 * b12 - b11 * a12
    far_re, far_im = b21 * b22 + a21 * a22, a21 * b22 - b21 * a22
    re, im = near_re * far_re + near_im * far_im, near_im * far_re - near_re * far_im
    return im, 1.0 if (im == 0.0) & (re == 0.0) else re


@inlined
def _sum_corners(scratch, i, xi1, xi2, eta1, eta2, q, sums, work):
    """Write the 13 sums that both sources need, and six products for logarithms and angle; return 1/R, X11, Y11."""
    qq = q * q
    turn_x = 1.0 if xi1 + xi2 >= 0.0 else -1.0
    turn_e = 1.0 if eta1 + eta2 >= 0.0 else -1.0
    r11, i11, a11, b11, tx11, lx11, te11, le11 = _corner(xi1, eta1, qq, turn_x, turn_e)
    r12, i12, a12, b12, tx12, lx12, te12, le12 = _corner(xi1, eta2, qq, turn_x, turn_e)
    r21, i21, a21, b21, tx21, lx21, te21, le21 = _corner(xi2, eta1, qq, turn_x, turn_e)
    r22, i22, a22, b22, tx22, lx22, te22, le22 = _corner(xi2, eta2, qq, turn_x, turn_e)
    s11, s12, s21, s22 = i11 * i11, i12 * i12, i21 * i21, i22 * i22
    scratch[i + sums[0]] = (i11 - i12) - (i21 - i22)
    f, g = _eta_moments(a11, a12, a21, a22, eta1, eta2)
    scratch[i + sums[1]], scratch[i + sums[2]] = turn_x * f, turn_x * g
    f, g = _xi_moments(b11, b12, b21, b22, xi1, xi2)
    scratch[i + sums[3]], scratch[i + sums[4]] = turn_e * f, turn_e * g
    f, g, h, k = _moments(i11 * s11, i12 * s12, i21 * s21, i22 * s22, xi1, xi2, eta1, eta2)
    scratch[i + sums[5]], scratch[i + sums[6]], scratch[i + sums[7]], scratch[i + sums[8]] = f, g, h, k
    c11, c12, c21, c22 = a11 * (a11 + s11), a12 * (a12 + s12), a21 * (a21 + s21), a22 * (a22 + s22)
    f, g = _eta_moments(c11, c12, c21, c22, eta1, eta2)
    scratch[i + sums[9]], scratch[i + sums[10]] = turn_x * f, turn_x * g
    d11, d12, d21, d22 = b11 * (b11 + s11), b12 * (b12 + s12), b21 * (b21 + s21), b22 * (b22 + s22)
    f, g = _xi_moments(d11, d12, d21, d22, xi1, xi2)
    scratch[i + sums[11]], scratch[i + sums[12]] = turn_e * f, turn_e * g
    top, low = tx11 * tx22 * lx12 * lx21, lx11 * lx22 * tx12 * tx21
    scratch[i + work[0]] = top if turn_x > 0.0 else low
    scratch[i + work[1]] = low if turn_x > 0.0 else top
    top, low = te11 * te22 * le12 * le21, le11 * le22 * te12 * te21
    scratch[i + work[2]] = top if turn_e > 0.0 else low
    scratch[i + work[3]] = low if turn_e > 0.0 else top
    im, re = _angle_product(q, xi1, xi2, eta1, eta2, r11, r12, r21, r22)
    scratch[i + work[4]], scratch[i + work[5]] = im, re
    return turn_x, turn_e, (r11, r12, r21, r22), (s11, s12, s21, s22), (a11, a12, a21, a22), (b11, b12, b21, b22)


@inlined
def _fifth(scratch, i, xi1, xi2, eta1, eta2, turn_x, turn_e, r, s, a, b):
    """Write the sums of fifth order: 1/R^5, X53, Y53, with 1/R^2 in s, X11 in a and Y11 in b."""
    f11, f12, f21, f22 = s[0] * s[0] / r[0], s[1] * s[1] / r[1], s[2] * s[2] / r[2], s[3] * s[3] / r[3]
    f, g, h, k = _moments(f11, f12, f21, f22, xi1, xi2, eta1, eta2)
    scratch[i + FIFTH[0]], scratch[i + FIFTH[1]], scratch[i + FIFTH[2]], scratch[i + FIFTH[3]] = f, g, h, k
    scratch[i + FIFTH[4]] = eta1 * eta1 * (f11 - f21) - eta2 * eta2 * (f12 - f22)
    f, g = _xi_moments(_x53(b[0], s[0]), _x53(b[1], s[1]), _x53(b[2], s[2]), _x53(b[3], s[3]), xi1, xi2)
    scratch[i + FIFTH[5]], scratch[i + FIFTH[6]] = turn_e * f, turn_e * g
    f, g = _eta_moments(_x53(a[0], s[0]), _x53(a[1], s[1]), _x53(a[2], s[2]), _x53(a[3], s[3]), eta1, eta2)
    scratch[i + FIFTH[7]], scratch[i + FIFTH[8]] = turn_x * f, turn_x * g


@inlined
def _x53(a, s):
    """X53 (or Y53) from a = X11 (or Y11) and s = 1/R^2."""
    return a * (2.0 * a * a + 3.0 * s * (a + s))


@kernel
def place(east, north, up, rectangle, sine, cosine, scratch):
    """Points of a block in the fault's frame: x along strike from the middle, y to its left from the top edge.

    Parameters
    ----------
    east, north, up : ndarray, shape (n,)
        The points in metres, n <= BLOCK.
    rectangle : ndarray, shape (7,)
        East, north, up of the top-edge centre, strike, dip, length, width.
    sine, cosine : float
        Of the strike.
    scratch : ndarray, shape (SCRATCH,)
        Receives X, Y, Z.
    """
    east_0, north_0 = rectangle[0], rectangle[1]
    for i in range(np.uint64(len(east))):
        e, n = east[i] - east_0, north[i] - north_0
        scratch[i + X] = e * sine + n * cosine
        scratch[i + Y] = n * sine - e * cosine
        scratch[i + Z] = up[i]


@kernel
def sum_real(scratch, depth, sine, cosine, half_length, width, tolerance, count):
    """Sums over the corners of the real source, and its parts of the angle and the logarithms.

    Parameters
    ----------
    scratch : ndarray, shape (SCRATCH,)
        Reads X, Y, Z; writes REAL, Q_REAL, BLANK and the first six slots of WORK: numerators and denominators of
        ln(R + xi) and ln(R + eta), imaginary and real part of the product whose argument is the angle.
    depth : float
        Depth of the top edge in metres.
    sine, cosine : float
        Of the dip.
    half_length, width : float
        In metres.
    tolerance : float
        A point closer than this to the rectangle lies on it, and BLANK becomes NaN.
    count : unsigned int
        Number of points.
    """
    for i in range(count):
        y, d = scratch[i + Y], depth + scratch[i + Z]
        eta2, q = y * cosine + d * sine, y * sine - d * cosine
        eta1, xi1, xi2 = eta2 + width, scratch[i + X] + half_length, scratch[i + X] - half_length
        on_plane = (abs(q) <= tolerance) & (xi1 >= -tolerance) & (xi2 <= tolerance)
        scratch[i + BLANK] = math.nan if on_plane & (eta1 >= -tolerance) & (eta2 <= tolerance) else 0.0
        scratch[i + Q_REAL] = q
        _sum_corners(scratch, i, xi1, xi2, eta1, eta2, q, REAL, WORK_REAL)


@kernel
def sum_image(scratch, depth, sine, cosine, half_length, width, count):
    """Sums over the corners of the image source, mirrored at the surface, and its distances.

    Parameters
    ----------
    scratch : ndarray, shape (SCRATCH,)
        Reads X, Y, Z; writes IMAGE, FIFTH, Q_IMAGE, DISTANCE and the next six slots of WORK as `sum_real` does.
    depth, sine, cosine, half_length, width, count
        As for `sum_real`.
    """
    for i in range(count):
        y, d = scratch[i + Y], depth - scratch[i + Z]
        eta2, q = y * cosine + d * sine, y * sine - d * cosine
        eta1, xi1, xi2 = eta2 + width, scratch[i + X] + half_length, scratch[i + X] - half_length
        scratch[i + Q_IMAGE] = q
        turn_x, turn_e, r, s, a, b = _sum_corners(scratch, i, xi1, xi2, eta1, eta2, q, IMAGE, WORK_IMAGE)
        scratch[i + DISTANCE[0]], scratch[i + DISTANCE[1]] = r[0], r[1]
        scratch[i + DISTANCE[2]], scratch[i + DISTANCE[3]] = r[2], r[3]
        _fifth(scratch, i, xi1, xi2, eta1, eta2, turn_x, turn_e, r, s, a, b)
