"""Displacement and its nine gradients inside a half-space, from rectangular dislocations (Okada 1992).

The kernels work on blocks of at most `BLOCK` points and one rectangle, and know nothing of units, checks or threads.
A point closer to the rectangle than `ON_FAULT_TOLERANCE` times (length + width), edges included, gives NaN in all
values. Every other point with up <= 0 gives finite values, also on the extension of an edge and above or below it.

Source: Okada, Y. (1992), Bull. Seismol. Soc. Am. 82, 1018-1040: equations 20 to 23 and tables 6 to 9.
"""

import math

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.depth_corners import place, sum_image, sum_real
from geoslip.okada.depth_layout import (
    BLANK,
    BLOCK,
    IMAGE,
    LOG_ETA,
    LOG_XI,
    Q_IMAGE,
    Q_REAL,
    REAL,
    RESULT,
    SCRATCH,
    THETA,
    WORK_IMAGE,
    WORK_REAL,
    X,
    Y,
    Z,
    inlined,
    kernel,
)
from geoslip.okada.depth_surface_terms import STEEP_COSINE, finish_gentle, sum_gentle, sum_steep
from geoslip.okada.depth_tables import (
    depth_dip,
    depth_opening,
    depth_parts,
    depth_parts_across,
    depth_strike,
    surface_dip,
    surface_strike,
    whole_space_dip,
    whole_space_opening,
    whole_space_parts,
    whole_space_strike,
)
from geoslip.okada.elementary import arctangent_block, log_ratio_block
from geoslip.okada.rectangles import ON_FAULT_TOLERANCE

__all__ = ["BLOCK", "SCRATCH", "depth_displacement_block", "depth_gradient_block", "depth_gradient_sum_block"]

_TWO_PI = 2.0 * math.pi


@inlined
def _sine_cosine(degrees):
    """Sine and cosine of an angle in degrees, exact at 0 and 90."""
    if degrees == 90.0:
        return 1.0, 0.0
    if degrees == 0.0:
        return 0.0, 1.0
    return math.sin(math.radians(degrees)), math.cos(math.radians(degrees))


@kernel
def _finish_angles(scratch, half_length, depth, sine, cosine, width, count):
    """Sum the angles atan(xi eta/(q R)) of both sources, which are the solid angles of the rectangles."""
    for i in range(count):
        x, y, z = scratch[i + X], scratch[i + Y], scratch[i + Z]
        inside_x = abs(x) <= half_length
        eta_real, eta_image = y * cosine + (depth + z) * sine, y * cosine + (depth - z) * sine
        real, image = scratch[i + WORK_REAL[4]], scratch[i + WORK_IMAGE[4]]
        inside = inside_x & (eta_real <= 0.0) & (eta_real >= -width)
        real = real + _TWO_PI if (inside & (real < 0.0)) | (real < -1.5) else real
        inside = inside_x & (eta_image <= 0.0) & (eta_image >= -width)
        image = image + _TWO_PI if (inside & (image < 0.0)) | (image < -1.5) else image
        real = real if scratch[i + Q_REAL] >= 0.0 else -real
        image = image if scratch[i + Q_IMAGE] >= 0.0 else -image
        scratch[i + THETA] = real + image


@kernel
def _join_logarithms(scratch, count):
    """Bring numerators and denominators of ln(R + xi), image over real, together."""
    for i in range(count):
        scratch[i + WORK_REAL[0]], scratch[i + WORK_REAL[1]] = (
            scratch[i + WORK_IMAGE[0]] * scratch[i + WORK_REAL[1]],
            scratch[i + WORK_IMAGE[1]] * scratch[i + WORK_REAL[0]],
        )


@kernel
def _subtract(scratch, count):
    """Leave image less real of ln(R + eta) in LOG_ETA."""
    for i in range(count):
        scratch[i + LOG_ETA] = scratch[i + LOG_ETA] - scratch[i + WORK_REAL[2]]


@kernel
def _prepare(east, north, up, rectangle, scratch):
    """All sums over the corners, for one rectangle; returns sine and cosine of strike and dip."""
    count = np.uint64(len(east))
    n = len(east)
    strike_sine, strike_cosine = _sine_cosine(rectangle[3])
    sine, cosine = _sine_cosine(rectangle[4])
    depth, half_length, width = -rectangle[2], 0.5 * rectangle[5], rectangle[6]
    tolerance = ON_FAULT_TOLERANCE * (rectangle[5] + width)
    place(east, north, up, rectangle, strike_sine, strike_cosine, scratch)
    sum_real(scratch, depth, sine, cosine, half_length, width, tolerance, count)
    sum_image(scratch, depth, sine, cosine, half_length, width, count)
    _join_logarithms(scratch, count)
    log_ratio_block(scratch, int(WORK_REAL[0]), int(WORK_REAL[1]), int(LOG_XI), n)
    log_ratio_block(scratch, int(WORK_REAL[2]), int(WORK_REAL[3]), int(WORK_REAL[2]), n)
    log_ratio_block(scratch, int(WORK_IMAGE[2]), int(WORK_IMAGE[3]), int(LOG_ETA), n)
    arctangent_block(scratch, int(WORK_REAL[4]), int(WORK_REAL[5]), int(WORK_REAL[4]), n)
    arctangent_block(scratch, int(WORK_IMAGE[4]), int(WORK_IMAGE[5]), int(WORK_IMAGE[4]), n)
    _finish_angles(scratch, half_length, depth, sine, cosine, width, count)
    if cosine < STEEP_COSINE:
        sum_steep(scratch, depth, sine, cosine, half_length, width, count)
    else:
        sum_gentle(scratch, depth, sine, cosine, half_length, width, count)
        log_ratio_block(scratch, int(WORK_IMAGE[0]), int(WORK_IMAGE[1]), int(WORK_IMAGE[0]), n)
        arctangent_block(scratch, int(WORK_IMAGE[2]), int(WORK_IMAGE[3]), int(WORK_IMAGE[2]), n)
        finish_gentle(scratch, sine, cosine, count)
    _subtract(scratch, count)
    return strike_sine, strike_cosine, sine, cosine


@inlined
def _turn(scratch, i, real, image, surface, deep, z, s, c, ss, cs):
    """From f_A, f_B, f_C of one component to east, north, up (Okada 1992, equation 20 and below)."""
    scale = 1.0 / _TWO_PI
    blank = scratch[i + BLANK]
    image = _add(image, surface)
    ux, uy, uz = _to_axes(image, real, deep, 0, z, s, c, -1.0)
    gxx, gyx, gzx = _to_axes(image, real, deep, 3, z, s, c, -1.0)
    gxy, gyy, gzy = _to_axes(image, real, deep, 6, z, s, c, -1.0)
    gxz, gyz, gzz = _to_axes(image, real, deep, 9, z, s, c, 1.0)
    gxz, gyz, gzz = gxz + deep[0], gyz + c * deep[1] - s * deep[2], gzz - s * deep[1] - c * deep[2]
    scratch[i + RESULT[0]] = scale * (ss * ux - cs * uy) + blank
    scratch[i + RESULT[1]] = scale * (cs * ux + ss * uy) + blank
    scratch[i + RESULT[2]] = scale * uz + blank
    square, cross, both = ss * ss, ss * cs, gxy + gyx
    scratch[i + RESULT[3]] = scale * (square * gxx - cross * both + cs * cs * gyy) + blank
    scratch[i + RESULT[4]] = scale * (cross * (gxx - gyy) + square * gxy - cs * cs * gyx) + blank
    scratch[i + RESULT[5]] = scale * (ss * gxz - cs * gyz) + blank
    scratch[i + RESULT[6]] = scale * (cross * (gxx - gyy) + square * gyx - cs * cs * gxy) + blank
    scratch[i + RESULT[7]] = scale * (cs * cs * gxx + cross * both + square * gyy) + blank
    scratch[i + RESULT[8]] = scale * (cs * gxz + ss * gyz) + blank
    scratch[i + RESULT[9]] = scale * (ss * gzx - cs * gzy) + blank
    scratch[i + RESULT[10]] = scale * (cs * gzx + ss * gzy) + blank
    scratch[i + RESULT[11]] = scale * gzz + blank


@inlined
def _add(a, b):
    return (
        a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4], a[5] + b[5],
        a[6] + b[6], a[7] + b[7], a[8] + b[8], a[9] + b[9], a[10] + b[10], a[11] + b[11],
    )  # fmt: skip


@inlined
def _to_axes(image, real, deep, k, z, s, c, sign):
    """One row, image + sign real + z f_C, from (strike, up dip, normal) to x, y, z; z f_C has its z mirrored."""
    first = image[k] + sign * real[k] + z * deep[k]
    second, third = image[k + 1] + sign * real[k + 1], image[k + 2] + sign * real[k + 2]
    mirrored_2, mirrored_3 = z * deep[k + 1], z * deep[k + 2]
    return (
        first,
        (second + mirrored_2) * c - (third + mirrored_3) * s,
        (second - mirrored_2) * s + (third - mirrored_3) * c,
    )


@kernel
def _strike_result(scratch, alpha, s, c, ss, cs, count):
    """Strike slip, from the sums to RESULT."""
    a1, a2, a3 = 0.5 * (1.0 - alpha), 0.5 * alpha, (1.0 - alpha) / alpha
    for i in range(count):
        q_real, q, z, theta = scratch[i + Q_REAL], scratch[i + Q_IMAGE], scratch[i + Z], scratch[i + THETA]
        parts = whole_space_parts(scratch, i, REAL, q_real, s, c)
        real = whole_space_strike(parts, q_real, s, c, a1, a2, 0.5, 0.0, 0.0)
        parts = whole_space_parts(scratch, i, IMAGE, q, s, c)
        image = whole_space_strike(parts, q, s, c, a1, a2 - 1.0, -0.5, theta, scratch[i + LOG_ETA])
        surface = surface_strike(scratch, i, parts, q, s, c, a3)
        deep = depth_parts(scratch, i, parts, q, z, s, c)
        deep = depth_strike(parts, deep, q, z, s, c, 1.0 - alpha, alpha)
        _turn(scratch, i, real, image, surface, deep, z, s, c, ss, cs)


@kernel
def _dip_result(scratch, alpha, s, c, ss, cs, count):
    """Dip slip, from the sums to RESULT."""
    a1, a2, a3 = 0.5 * (1.0 - alpha), 0.5 * alpha, (1.0 - alpha) / alpha
    for i in range(count):
        q_real, q, z, theta = scratch[i + Q_REAL], scratch[i + Q_IMAGE], scratch[i + Z], scratch[i + THETA]
        parts = whole_space_parts(scratch, i, REAL, q_real, s, c)
        real = whole_space_dip(parts, q_real, s, c, a1, a2, 0.5, 0.0, 0.0)
        parts = whole_space_parts(scratch, i, IMAGE, q, s, c)
        image = whole_space_dip(parts, q, s, c, a1, a2 - 1.0, -0.5, theta, scratch[i + LOG_XI])
        surface = surface_dip(scratch, i, parts, s, c, a3 * c)
        deep, across = depth_parts(scratch, i, parts, q, z, s, c), depth_parts_across(scratch, i, parts, q, z, s, c)
        deep = depth_dip(parts, deep, across, q, z, s, c, 1.0 - alpha, alpha)
        _turn(scratch, i, real, image, surface, deep, z, s, c, ss, cs)


@kernel
def _opening_result(scratch, alpha, s, c, ss, cs, count):
    """Opening, from the sums to RESULT."""
    a1, a2, a3 = 0.5 * (1.0 - alpha), 0.5 * alpha, (1.0 - alpha) / alpha
    for i in range(count):
        q_real, q, z, theta = scratch[i + Q_REAL], scratch[i + Q_IMAGE], scratch[i + Z], scratch[i + THETA]
        log_xi, log_eta = scratch[i + LOG_XI], scratch[i + LOG_ETA]
        parts = whole_space_parts(scratch, i, REAL, q_real, s, c)
        real = whole_space_opening(parts, q_real, s, c, a1, a2, 0.5, 0.0, 0.0, 0.0)
        parts = whole_space_parts(scratch, i, IMAGE, q, s, c)
        image = whole_space_opening(parts, q, s, c, a1, a2 - 1.0, -0.5, theta, log_xi, log_eta)
        surface = surface_dip(scratch, i, parts, s, c, -a3 * s)
        deep, across = depth_parts(scratch, i, parts, q, z, s, c), depth_parts_across(scratch, i, parts, q, z, s, c)
        deep = depth_opening(parts, deep, across, q, z, s, c, 1.0 - alpha, alpha)
        _turn(scratch, i, real, image, surface, deep, z, s, c, ss, cs)


@kernel
def _results(component, scratch, poisson, s, c, ss, cs, count):
    alpha = 0.5 / (1.0 - poisson)
    if component == 0:
        _strike_result(scratch, alpha, s, c, ss, cs, count)
    elif component == 1:
        _dip_result(scratch, alpha, s, c, ss, cs, count)
    else:
        _opening_result(scratch, alpha, s, c, ss, cs, count)


@kernel
def depth_gradient_block(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    rectangle: NDArray[np.float64],
    poisson: float,
    scratch: NDArray[np.float64],
    out: NDArray[np.float64],
    components: int = 7,
) -> None:
    """Displacement and its gradients for unit slip of one rectangle, at a block of points.

    Parameters
    ----------
    east, north, up : ndarray, shape (n,)
        Points in metres, contiguous, n <= `BLOCK`, up <= 0.
    rectangle : ndarray, shape (7,)
        East, north, up of the top-edge centre (m), strike, dip (deg), length, width (m).
    poisson : float
        Poisson's ratio.
    scratch : ndarray, shape (`SCRATCH`,)
        Work space of this thread.
    out : ndarray, shape (3, 12, n)
        Receives, for unit strike slip, dip slip and opening, u_e, u_n, u_u and du_i/dx_j row by row (1/m).
    components : int, optional
        Sum of 1 for strike slip, 2 for dip slip, 4 for opening; rows of others are left alone.
    """
    count = np.uint64(len(east))
    ss, cs, s, c = _prepare(east, north, up, rectangle, scratch)
    for component in range(3):
        if (components >> component) & 1:
            _results(component, scratch, poisson, s, c, ss, cs, count)
            for k in range(12):
                for i in range(count):
                    out[component, k, i] = scratch[i + RESULT[k]]


@kernel
def depth_displacement_block(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    rectangle: NDArray[np.float64],
    poisson: float,
    scratch: NDArray[np.float64],
    out: NDArray[np.float64],
    components: int = 7,
) -> None:
    """Displacement for unit slip of one rectangle, at a block of points.

    Parameters
    ----------
    east, north, up, rectangle, poisson, scratch, components
        As for `depth_gradient_block`.
    out : ndarray, shape (3, 3, n)
        Receives, for unit strike slip, dip slip and opening, u_e, u_n, u_u.
    """
    count = np.uint64(len(east))
    ss, cs, s, c = _prepare(east, north, up, rectangle, scratch)
    for component in range(3):
        if (components >> component) & 1:
            _results(component, scratch, poisson, s, c, ss, cs, count)
            for k in range(3):
                for i in range(count):
                    out[component, k, i] = scratch[i + RESULT[k]]


@kernel
def depth_gradient_sum_block(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    rectangle: NDArray[np.float64],
    poisson: float,
    slip: NDArray[np.float64],
    scratch: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Add displacement and gradients for given slip on one rectangle, at a block of points.

    Parameters
    ----------
    east, north, up, rectangle, poisson, scratch
        As for `depth_gradient_block`.
    slip : ndarray, shape (3,)
        Strike slip, dip slip and opening in metres; components that are 0 cost nothing.
    out : ndarray, shape (12, n)
        u_e, u_n, u_u (m), then du_i/dx_j row by row; added to what is there.
    """
    count = np.uint64(len(east))
    ss, cs, s, c = _prepare(east, north, up, rectangle, scratch)
    for component in range(3):
        if slip[component] != 0.0:
            _results(component, scratch, poisson, s, c, ss, cs, count)
            for k in range(12):
                for i in range(count):
                    out[k, i] += slip[component] * scratch[i + RESULT[k]]
