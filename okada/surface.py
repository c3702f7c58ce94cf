"""Displacement of the ground by rectangular dislocations (Okada 1985), in blocks of points for vector instructions.

The displacement is a sum over the four corners of a rectangle (Okada 1985, eq. 24 to 30, Chinnery's notation). Here
only eleven sums are kept, from which all nine displacements follow with coefficients that are the same for the whole
block. Where a term of the paper is singular on the extension of an edge, the difference over the two corners is not:
the sums are written so that the singular part has gone before anything is computed.

The paper divides by the cosine of the dip. For dips whose cosine is below `STEEP_COSINE` that division is carried out
by hand (functions with steep in their name), elsewhere it is harmless; both ways hold at every dip between.

Terms: x along strike, y to its left (up-dip), both from the top-edge centre; xi1, xi2 = x + L/2, x - L/2; y1, y2 the
distances from the projections of the lower and upper edge, d1, d2 their depths; eta1, eta2, q as in the paper.
The second index of a corner counts edges: r12 is the distance from the corner (xi1, eta2).
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geoslip.okada.elementary import arctangent_block, log_ratio_block
from geoslip.okada.rectangles import ON_FAULT_TOLERANCE, sine_cosine

BLOCK = 256
"""Most points one call of `surface_sums_block` takes."""

STEEP_COSINE = 0.2
"""Rectangles whose dip has a smaller cosine (steeper than 78.5 degrees) take the forms free of its reciprocal."""

# The eleven sums over corners, and the slots of the scratch array they live in.
SUM_R = 0 * BLOCK  # 1 / R
SUM_Y = 1 * BLOCK  # 1 / (R (R + eta)), less what Chinnery's difference removes
SUM_XI_Y = 2 * BLOCK  # xi / (R (R + eta))
SUM_Y_Z = 3 * BLOCK  # y~ / (R (R + xi))
SUM_D_Z = 4 * BLOCK  # d~ / (R (R + xi))
HALF_THETA = 5 * BLOCK  # half of atan(xi eta / (q R))
I1 = 6 * BLOCK  # Okada 1985, eq. 28 and 29
I2 = 7 * BLOCK
I3 = 8 * BLOCK
I4 = 9 * BLOCK
I5 = 10 * BLOCK
# What one pass over a block leaves for the next.
Q = 11 * BLOCK
ALONG = 12 * BLOCK
ETA2 = 13 * BLOCK
Y2 = 14 * BLOCK
R11 = 15 * BLOCK
R12 = 16 * BLOCK
R21 = 17 * BLOCK
R22 = 18 * BLOCK
X1 = 19 * BLOCK
X2 = 20 * BLOCK
LOG_T = 21 * BLOCK
WORK_A = 22 * BLOCK
WORK_B = 23 * BLOCK
WORK_C = 24 * BLOCK
SUM_XI_V = 25 * BLOCK
SUM_Y_V = 26 * BLOCK
SCRATCH = 27 * BLOCK
"""Numbers in the scratch array of `surface_sums_block`."""

_KERNEL: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"contract", "nsz"}}
_TWO_PI = 6.283185307179586


def surface_constants(rectangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn checked rectangles into the rows of numbers the kernels take.

    Parameters
    ----------
    rectangles : ndarray, shape (n, 7)
        Columns as in `RECTANGLE_COLUMNS`.

    Returns
    -------
    ndarray, shape (n, 9)
        East, north of the top-edge centre, depth of the top edge, sine and cosine of strike and of dip,
        half length, width.
    """
    sin_strike, cos_strike = sine_cosine(rectangles[:, 3])
    sin_dip, cos_dip = sine_cosine(rectangles[:, 4])
    columns = (
        *(rectangles[:, 0], rectangles[:, 1], -rectangles[:, 2]),
        *(sin_strike, cos_strike, sin_dip, cos_dip),
        *(0.5 * rectangles[:, 5], rectangles[:, 6]),
    )
    return np.ascontiguousarray(np.stack(columns, axis=1))


@njit(**_KERNEL)
def surface_sums_block(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    constants: NDArray[np.float64],
    alpha: float,
    scratch: NDArray[np.float64],
) -> None:
    """Sums over the corners of one rectangle for a block of points on the ground.

    Parameters
    ----------
    east, north : ndarray, shape (n,)
        Points, n <= BLOCK, m.
    constants : ndarray, shape (9,)
        A row of `surface_constants`.
    alpha : float
        mu / (lambda + mu) = 1 - 2 nu.
    scratch : ndarray, shape (SCRATCH,)
        Receives the eleven sums in the slots SUM_R to I5.
    """
    count = east.size
    steep = constants[6] < STEEP_COSINE
    _shared_terms(east, north, constants, scratch)
    arctangent_block(scratch, WORK_A, WORK_B, HALF_THETA, count)
    if steep:
        _steep_sums(constants, alpha, count, scratch)
    else:
        _gentle_terms(constants, count, scratch)
        arctangent_block(scratch, WORK_A, WORK_B, I5, count)
        log_ratio_block(scratch, WORK_C, I4, I4, count)
        _gentle_sums(constants, alpha, count, scratch)
    if constants[2] <= ON_FAULT_TOLERANCE * (2.0 * constants[7] + constants[8]):
        _mark_dislocation(constants, count, scratch)


@njit(**_KERNEL)
def _shared_terms(
    east: NDArray[np.float64], north: NDArray[np.float64], constants: NDArray[np.float64], scratch: NDArray[np.float64]
) -> None:
    """Rational sums, ln(R + eta) and the angle Theta's sine and cosine: alike for every dip."""
    east0, north0, d2, sin_strike, cos_strike, s, c, half, width = constants
    d1 = d2 + width * s
    for i in range(east.size):
        de, dn = east[i] - east0, north[i] - north0
        x = de * sin_strike + dn * cos_strike
        y2 = dn * sin_strike - de * cos_strike
        xi1, xi2, y1 = x + half, x - half, y2 + width * c
        q, eta2 = y2 * s - d2 * c, y2 * c + d2 * s
        eta1 = eta2 + width
        ee1, ee2 = y1 * y1 + d1 * d1, y2 * y2 + d2 * d2
        xx1, xx2 = xi1 * xi1 + q * q, xi2 * xi2 + q * q
        r11, r12 = np.sqrt(xi1 * xi1 + ee1), np.sqrt(xi1 * xi1 + ee2)
        r21, r22 = np.sqrt(xi2 * xi2 + ee1), np.sqrt(xi2 * xi2 + ee2)
        x1, x2, e1, e2 = np.sqrt(xx1), np.sqrt(xx2), np.sqrt(ee1), np.sqrt(ee2)
        scratch[ALONG + i], scratch[ETA2 + i], scratch[Q + i], scratch[Y2 + i] = x, eta2, q, y2
        scratch[R11 + i], scratch[R12 + i], scratch[R21 + i], scratch[R22 + i] = r11, r12, r21, r22
        scratch[X1 + i], scratch[X2 + i] = x1, x2

        both1, both2 = 1.0 / (r11 * r12), 1.0 / (r21 * r22)
        i11, i12, i21, i22 = r12 * both1, r11 * both1, r22 * both2, r21 * both2
        scratch[SUM_R + i] = i11 - i12 - i21 + i22
        # 1/(R (R + eta)) = (1 - eta/R) / X^2, whose first part has no eta; where X = 0 the difference is 0 too.
        safe1, safe2 = xx1 if xx1 > 0.0 else 1.0, xx2 if xx2 > 0.0 else 1.0
        both1 = 1.0 / (safe1 * safe2)
        g1 = (eta2 * i12 - eta1 * i11) * (safe2 * both1)
        g2 = (eta2 * i22 - eta1 * i21) * (safe1 * both1)
        scratch[SUM_Y + i] = g1 - g2
        scratch[SUM_XI_Y + i] = xi1 * g1 - xi2 * g2
        sound1, sound2 = ee1 if ee1 > 0.0 else 1.0, ee2 if ee2 > 0.0 else 1.0
        both1 = 1.0 / (sound1 * sound2)
        h1 = (xi2 * i21 - xi1 * i11) * (sound2 * both1)
        h2 = (xi2 * i22 - xi1 * i12) * (sound1 * both1)
        scratch[SUM_Y_Z + i] = y1 * h1 - y2 * h2
        scratch[SUM_D_Z + i] = d1 * h1 - d2 * h2

        # R + eta = X^2 / (R - eta) keeps its digits for eta < 0; a ratio needs no division for it.
        t11, t21, t12, t22 = r11 + abs(eta1), r21 + abs(eta1), r12 + abs(eta2), r22 + abs(eta2)
        scratch[LOG_T + i] = (t11 if eta1 >= 0.0 else safe1 * t21) * (t22 if eta2 >= 0.0 else safe2 * t12)
        scratch[WORK_C + i] = (t21 if eta1 >= 0.0 else safe2 * t11) * (t12 if eta2 >= 0.0 else safe1 * t22)

        # Half of each angle, so that the sum of four stays within one turn: |q R + i xi eta| = X E.
        size = abs(q)
        a11, a12, a21, a22 = x1 * e1 + size * r11, x1 * e2 + size * r12, x2 * e1 + size * r21, x2 * e2 + size * r22
        b11, b12, b21, b22 = xi1 * eta1, xi1 * eta2, xi2 * eta1, xi2 * eta2
        real1, imag1 = a11 * a12 + b11 * b12, b11 * a12 - a11 * b12
        real2, imag2 = a21 * a22 + b21 * b22, b21 * a22 - a21 * b22
        real1 = 1.0 if abs(real1) + abs(imag1) == 0.0 else real1
        real2 = 1.0 if abs(real2) + abs(imag2) == 0.0 else real2
        imag = imag1 * real2 - real1 * imag2
        scratch[WORK_A + i] = imag if q >= 0.0 else -imag
        scratch[WORK_B + i] = real1 * real2 + imag1 * imag2
    log_ratio_block(scratch, LOG_T, WORK_C, LOG_T, east.size)


@njit(**_KERNEL)
def _gentle_terms(constants: NDArray[np.float64], count: int, scratch: NDArray[np.float64]) -> None:
    """Sums with 1/(R + d~), the ratio for ln(R + d~), and sine and cosine of the angle in I5."""
    d2, s, c, half, width = constants[2], constants[5], constants[6], constants[7], constants[8]
    d1 = d2 + width * s
    for i in range(count):
        x, eta2, q, y2 = scratch[ALONG + i], scratch[ETA2 + i], scratch[Q + i], scratch[Y2 + i]
        r11, r12, r21, r22 = scratch[R11 + i], scratch[R12 + i], scratch[R21 + i], scratch[R22 + i]
        x1, x2 = scratch[X1 + i], scratch[X2 + i]
        xi1, xi2, eta1, y1 = x + half, x - half, eta2 + width, y2 + width * c
        v11, v12, v21, v22 = r11 + d1, r12 + d2, r21 + d1, r22 + d2
        top, bottom = v11 * v22, v12 * v21
        scratch[WORK_C + i], scratch[I4 + i] = top, bottom
        both = 1.0 / (top * bottom)
        top, bottom = top * both, bottom * both
        i11, i22, i12, i21 = v22 * bottom, v11 * bottom, v21 * top, v12 * top
        scratch[SUM_XI_V + i] = xi1 * (i11 - i12) - xi2 * (i21 - i22)
        scratch[SUM_Y_V + i] = y1 * (i11 - i21) - y2 * (i12 - i22)

        # I5 as -(2 alpha / c) times an angle in [0, pi/2) that a term free of eta separates from the paper's.
        w1, w2, s11, s12, s21, s22 = x1 + q * c, x2 + q * c, r11 + x1, r12 + x1, r21 + x2, r22 + x2
        sine1 = xi1 * w1 * (eta1 * s12 - eta2 * s11)
        sine2 = xi2 * w2 * (eta1 * s22 - eta2 * s21)
        xc1, xc2, xs1, xs2 = xi1 * c, xi2 * c, x1 * s, x2 * s
        cosine1 = xc1 * xc1 * (s11 * s12) + (eta1 * w1 + xs1 * s11) * (eta2 * w1 + xs1 * s12)
        cosine2 = xc2 * xc2 * (s21 * s22) + (eta1 * w2 + xs2 * s21) * (eta2 * w2 + xs2 * s22)
        cosine1, cosine2 = 1.0 if cosine1 == 0.0 else cosine1, 1.0 if cosine2 == 0.0 else cosine2
        scratch[WORK_A + i] = c * (sine2 * cosine1 - sine1 * cosine2)
        scratch[WORK_B + i] = cosine1 * cosine2 + c * c * sine1 * sine2


@njit(**_KERNEL)
def _gentle_sums(constants: NDArray[np.float64], alpha: float, count: int, scratch: NDArray[np.float64]) -> None:
    """I1 to I5 after Okada 1985, eq. 28."""
    s, c = constants[5], constants[6]
    for i in range(count):
        log_t = scratch[LOG_T + i]
        i5 = -2.0 * alpha / c * scratch[I5 + i]
        i4 = alpha / c * (scratch[I4 + i] - s * log_t)
        i3 = alpha * (scratch[SUM_Y_V + i] / c - log_t) + s / c * i4
        scratch[I5 + i], scratch[I4 + i], scratch[I3 + i] = i5, i4, i3
        scratch[I2 + i] = -alpha * log_t - i3
        scratch[I1 + i] = -alpha / c * scratch[SUM_XI_V + i] - s / c * i5


@njit(inline="always", error_model="numpy")
def _steep_corner(
    xi: float, eta: float, q: float, r: float, x: float, d: float, s: float, c: float
) -> tuple[float, float, float, float]:
    """One corner's part of I1, I3 and I5 over alpha, and the t of the logarithm."""
    one = 1.0 + s
    big_t, v, w, ss = r + eta, r + d, eta * c / one + q, r + x
    g, xg = x + q * c, x * (x + r + eta)
    dd, xic = eta * g + x * ss * s, xi * xi * c * ss
    n = dd * (x * one + q * c) + xic * c
    n = 1.0 if n == 0.0 else n
    m = big_t * ((x * c / one + q) * (x * ss * s - eta * g) - xic) - 2.0 * s * g * xg * w
    shared = 1.0 / (big_t * n * v)
    over_t, over_v = n * v * shared, big_t * n * shared
    ratio = xi * g * xg * v * shared
    z = c * c * ratio * ratio
    k = 0.06666666666666667 + z * (-0.058823529411764705 + z * 0.05263157894736842)
    k = 0.1111111111111111 + z * (-0.09090909090909091 + z * (0.07692307692307693 - z * k))
    cube = ratio * ratio * ratio * (0.3333333333333333 + z * (-0.2 + z * (0.14285714285714285 - z * k)))
    t = w * over_t
    i1 = xi * m * shared - 2.0 * s * c * cube
    i3 = (eta + q * s * t) * over_v - s / one * eta * over_t
    return i1, i3, ratio - c * c * cube, t


@njit(**_KERNEL)
def _steep_sums(constants: NDArray[np.float64], alpha: float, count: int, scratch: NDArray[np.float64]) -> None:
    """I1 to I5 with the division by the cosine of the dip carried out.

    ln(R + d~) = ln(R + eta) + ln(1 - c t), t = (eta c/(1 + s) + q)/(R + eta), leaves in I3 and I4 the sum of
    ln(1 - c t) over c and of (ln(1 - c t) + c t) over c^2. Both follow from 2 atanh(c h), c h being the difference of
    the products of 1 - c t at opposite corners over their sum.
    """
    d2, s, c, half, width = constants[2], constants[5], constants[6], constants[7], constants[8]
    d1, one = d2 + width * s, 1.0 + s
    for i in range(count):
        x, eta2, q = scratch[ALONG + i], scratch[ETA2 + i], scratch[Q + i]
        xi1, xi2, eta1 = x + half, x - half, eta2 + width
        i1a, i3a, i5a, t11 = _steep_corner(xi1, eta1, q, scratch[R11 + i], scratch[X1 + i], d1, s, c)
        i1b, i3b, i5b, t12 = _steep_corner(xi1, eta2, q, scratch[R12 + i], scratch[X1 + i], d2, s, c)
        i1c, i3c, i5c, t21 = _steep_corner(xi2, eta1, q, scratch[R21 + i], scratch[X2 + i], d1, s, c)
        i1d, i3d, i5d, t22 = _steep_corner(xi2, eta2, q, scratch[R22 + i], scratch[X2 + i], d2, s, c)
        log_t = scratch[LOG_T + i]
        sum_t = t11 - t12 - t21 + t22
        plus, minus = t11 * t22, t12 * t21
        over = 1.0 / (2.0 - c * (t11 + t12 + t21 + t22) + c * c * (plus + minus))
        h = (c * (plus - minus) - sum_t) * over
        z = c * c * h * h
        f = 0.07692307692307693 + z * (0.06666666666666667 + z * (0.058823529411764705 + z * 0.05263157894736842))
        f = 0.14285714285714285 + z * (0.1111111111111111 + z * (0.09090909090909091 + z * f))
        f = 0.3333333333333333 + z * (0.2 + z * f)
        squares = (t12 * t12 - t11 * t11) + (t21 * t21 - t22 * t22)
        second = (squares + c * (plus + minus) * sum_t) * over + 2.0 * c * h * h * h * f
        i3 = alpha * (i3a - i3b - i3c + i3d + s * second - log_t / one)
        scratch[I1 + i] = alpha * (i1a - i1b - i1c + i1d)
        scratch[I2 + i] = -alpha * log_t - i3
        scratch[I3 + i] = i3
        scratch[I4 + i] = alpha * (2.0 * h * (1.0 + z * f) + c / one * log_t)
        scratch[I5 + i] = -2.0 * alpha * (i5a - i5b - i5c + i5d)


@njit(**_KERNEL)
def _mark_dislocation(constants: NDArray[np.float64], count: int, scratch: NDArray[np.float64]) -> None:
    """Make every sum NaN where a point lies on the rectangle itself."""
    half, width = constants[7], constants[8]
    near = ON_FAULT_TOLERANCE * (2.0 * half + width)
    for i in range(count):
        eta2 = scratch[ETA2 + i]
        across = abs(scratch[Q + i]) <= near and eta2 <= near and eta2 + width >= -near
        if across and abs(scratch[ALONG + i]) <= half + near:
            for slot in range(SUM_R, Q, BLOCK):
                scratch[slot + i] = np.nan


@njit(**_KERNEL)
def project_block(
    component: int,
    constants: NDArray[np.float64],
    directions: NDArray[np.float64],
    scratch: NDArray[np.float64],
    result: NDArray[np.float64],
) -> None:
    """Displacement per metre of one slip component along given directions, from the sums of a block.

    Parameters
    ----------
    component : int
        0 strike, 1 dip, 2 opening (Okada 1985, eq. 25 to 27).
    constants : ndarray, shape (9,)
        A row of `surface_constants`.
    directions : ndarray, shape (3, n)
        East, north, up components of the directions.
    scratch : ndarray, shape (SCRATCH,)
        As `surface_sums_block` left it.
    result : ndarray, shape (n,)
        Receives the displacement, m per m.
    """
    sin_strike, cos_strike, s, c = constants[3], constants[4], constants[5], constants[6]
    east, north, up = directions[0], directions[1], directions[2]
    for i in range(result.size):
        along = (east[i] * sin_strike + north[i] * cos_strike) / _TWO_PI
        left = (north[i] * sin_strike - east[i] * cos_strike) / _TWO_PI
        upward = up[i] / _TWO_PI
        q, theta = scratch[Q + i], 2.0 * scratch[HALF_THETA + i]
        if component == 0:
            common = q * scratch[SUM_R + i]
            common_y = q * q * scratch[SUM_Y + i]
            x = q * scratch[SUM_XI_Y + i] + theta + s * scratch[I1 + i]
            y = c * common + s * common_y + s * scratch[I2 + i]
            z = s * common - c * common_y + s * scratch[I4 + i]
            result[i] = -(along * x + left * y + upward * z)
        elif component == 1:
            x = q * scratch[SUM_R + i] - s * c * scratch[I3 + i]
            y = q * scratch[SUM_Y_Z + i] + c * theta - s * c * scratch[I1 + i]
            z = q * scratch[SUM_D_Z + i] + s * theta - s * c * scratch[I5 + i]
            result[i] = -(along * x + left * y + upward * z)
        else:
            common = q * scratch[SUM_XI_Y + i] - theta
            x = q * q * scratch[SUM_Y + i] - s * s * scratch[I3 + i]
            y = -q * scratch[SUM_D_Z + i] - s * common - s * s * scratch[I1 + i]
            z = q * scratch[SUM_Y_Z + i] + c * common - s * s * scratch[I5 + i]
            result[i] = along * x + left * y + upward * z


@njit(**_KERNEL)
def add_displacement_block(
    slip: NDArray[np.float64],
    constants: NDArray[np.float64],
    scratch: NDArray[np.float64],
    total: NDArray[np.float64],
) -> None:
    """Add the displacement by one rectangle's slip, from the sums of a block.

    Parameters
    ----------
    slip : ndarray, shape (3,)
        Strike slip, dip slip, opening, m.
    constants : ndarray, shape (9,)
        A row of `surface_constants`.
    scratch : ndarray, shape (SCRATCH,)
        As `surface_sums_block` left it.
    total : ndarray, shape (3, n)
        East, north, up displacement, m, added to.
    """
    sin_strike, cos_strike, s, c = constants[3], constants[4], constants[5], constants[6]
    strike, dip, opening = -slip[0] / _TWO_PI, -slip[1] / _TWO_PI, slip[2] / _TWO_PI
    east, north, up = total[0], total[1], total[2]
    over_strike, over_dip, over_opening = s * strike, -s * c * dip, -s * s * opening
    for i in range(east.size):
        q, theta = scratch[Q + i], 2.0 * scratch[HALF_THETA + i]
        sum_r, sum_y = q * scratch[SUM_R + i], q * q * scratch[SUM_Y + i]
        sum_xi_y, sum_y_z, sum_d_z = q * scratch[SUM_XI_Y + i], q * scratch[SUM_Y_Z + i], q * scratch[SUM_D_Z + i]
        i1, i2, i3, i4, i5 = scratch[I1 + i], scratch[I2 + i], scratch[I3 + i], scratch[I4 + i], scratch[I5 + i]
        x = strike * (sum_xi_y + theta) + dip * sum_r + opening * sum_y + over_strike * i1
        x += (over_dip + over_opening) * i3
        y = strike * (c * sum_r + s * sum_y) + dip * (sum_y_z + c * theta)
        y += opening * (s * (theta - sum_xi_y) - sum_d_z) + over_strike * i2 + (over_dip + over_opening) * i1
        z = strike * (s * sum_r - c * sum_y) + dip * (sum_d_z + s * theta)
        z += opening * (sum_y_z + c * (sum_xi_y - theta)) + over_strike * i4 + (over_dip + over_opening) * i5
        east[i] += x * sin_strike - y * cos_strike
        north[i] += x * cos_strike + y * sin_strike
        up[i] += z
