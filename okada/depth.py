"""Displacement and its nine gradients inside a half-space, from rectangular dislocations (Okada 1992).

The kernels work on blocks of at most `BLOCK` points and one rectangle, and know nothing of units, checks or threads.
A point closer to the rectangle than `ON_FAULT_TOLERANCE` times (length + width), edges included, gives NaN in all
values. Every other point with up <= 0 gives finite values, also on the extension of an edge and above or below it.

Source: Okada, Y. (1992), Bull. Seismol. Soc. Am. 82, 1018-1040: equations 20 to 23 and tables 6 to 9.
"""

import math

import numpy as np

from geoslip.okada.compiled import inlined, inner, kernel
from geoslip.okada.depth_corners import place, sum_gradients, sum_values
from geoslip.okada.depth_layout import (
    BLOCK,
    LOG_ETA,
    LOG_XI,
    Q_IMAGE,
    Q_REAL,
    RESULT,
    SCRATCH,
    SECOND,
    THETA,
    WORK_IMAGE,
    WORK_REAL,
    Angle,
    Array,
    Size,
    X,
    Y,
    Z,
)
from geoslip.okada.depth_results import (
    opening_gradients,
    opening_values,
    shear_gradients,
    shear_values,
    sum_shear_gradients,
    sum_shear_values,
)
from geoslip.okada.depth_surface_terms import (
    STEEP_COSINE,
    finish_gentle_values,
    gentle_gradients,
    gentle_values,
    steep_gradients,
    steep_values,
)
from geoslip.okada.elementary import arctangent_block, log_ratio_block
from geoslip.okada.rectangles import ON_FAULT_TOLERANCE

__all__ = [
    "BLOCK",
    "SCRATCH",
    "depth_displacement_block",
    "depth_displacement_sum_block",
    "depth_gradient_block",
    "depth_gradient_sum_block",
]

_TWO_PI = 2.0 * math.pi
_STRIKE, _DIP, _OPENING = 1, 2, 4
# The same slots as signed numbers, for slices.
_REAL, _IMAGE = tuple(int(slot) for slot in WORK_REAL), tuple(int(slot) for slot in WORK_IMAGE)
_LOG_XI, _LOG_ETA = int(LOG_XI), int(LOG_ETA)
_STRIDE = np.uint64(BLOCK)


@inlined
def _sine_cosine(degrees: float) -> Angle:
    """Sine and cosine of an angle in degrees, exact at 0 and 90."""
    if degrees == 90.0:
        return 1.0, 0.0
    if degrees == 0.0:
        return 0.0, 1.0
    return math.sin(math.radians(degrees)), math.cos(math.radians(degrees))


@inlined
def _frame(rectangle: Array) -> tuple[Size, Angle, Angle]:
    """Depth, half length and width of a rectangle, sine and cosine of its strike and dip."""
    size = -rectangle[2], 0.5 * rectangle[5], rectangle[6]
    return size, _sine_cosine(rectangle[3]), _sine_cosine(rectangle[4])


@inner
def _join_logarithms(scratch: Array, count: np.uint64) -> None:
    """Bring over and under of ln(R + xi), image less real, together in WORK_REAL."""
    for i in range(count):
        over, under = scratch[i + WORK_REAL[0]], scratch[i + WORK_REAL[1]]
        scratch[i + WORK_REAL[0]] = scratch[i + WORK_IMAGE[0]] * under
        scratch[i + WORK_REAL[1]] = scratch[i + WORK_IMAGE[1]] * over


@inner
def _finish(scratch: Array, size: Size, dip: Angle, count: np.uint64) -> None:
    """Sum the angles of both sources, which are solid angles and below a full turn, and subtract logarithms.

    An angle that came out negative lacks a full turn if the point lies straight above or below the rectangle.
    Elsewhere the solid angle is below pi, and a small negative one is zero but for rounding.
    """
    depth, reach, width = size
    for i in range(count):
        y, z = scratch[i + Y] * dip[1], scratch[i + Z]
        beside = abs(scratch[i + X]) > reach
        eta = y + (depth + z) * dip[0]
        least = -1.5 if beside | (eta > 0.0) | (eta < -width) else -1e-12
        real = scratch[i + WORK_REAL[4]]
        real = real + _TWO_PI if real < least else real
        eta = y + (depth - z) * dip[0]
        least = -1.5 if beside | (eta > 0.0) | (eta < -width) else -1e-12
        image = scratch[i + WORK_IMAGE[4]]
        image = image + _TWO_PI if image < least else image
        scratch[i + THETA] = math.copysign(real, scratch[i + Q_REAL]) + math.copysign(image, scratch[i + Q_IMAGE])
        scratch[i + LOG_ETA] = scratch[i + LOG_ETA] - scratch[i + WORK_REAL[2]]


@inner
def _transcendental(scratch: Array, size: Size, dip: Angle, count: np.uint64) -> None:
    """Logarithms, angles and free-surface functions that only the displacement needs."""
    n = int(np.int64(count))
    _join_logarithms(scratch, count)
    log_ratio_block(scratch[_REAL[0] : _REAL[0] + n], scratch[_REAL[1] : _REAL[1] + n], scratch[_LOG_XI : _LOG_XI + n])
    log_ratio_block(
        scratch[_REAL[2] : _REAL[2] + n], scratch[_REAL[3] : _REAL[3] + n], scratch[_REAL[2] : _REAL[2] + n]
    )
    log_ratio_block(
        scratch[_IMAGE[2] : _IMAGE[2] + n], scratch[_IMAGE[3] : _IMAGE[3] + n], scratch[_LOG_ETA : _LOG_ETA + n]
    )
    arctangent_block(
        scratch[_REAL[4] : _REAL[4] + n], scratch[_REAL[5] : _REAL[5] + n], scratch[_REAL[4] : _REAL[4] + n]
    )
    arctangent_block(
        scratch[_IMAGE[4] : _IMAGE[4] + n], scratch[_IMAGE[5] : _IMAGE[5] + n], scratch[_IMAGE[4] : _IMAGE[4] + n]
    )
    if dip[1] < STEEP_COSINE:
        steep_values(scratch, size, dip, count)
    else:
        gentle_values(scratch, size, dip, count)
        log_ratio_block(
            scratch[_IMAGE[0] : _IMAGE[0] + n], scratch[_IMAGE[1] : _IMAGE[1] + n], scratch[_IMAGE[0] : _IMAGE[0] + n]
        )
        arctangent_block(
            scratch[_IMAGE[2] : _IMAGE[2] + n], scratch[_IMAGE[3] : _IMAGE[3] + n], scratch[_IMAGE[2] : _IMAGE[2] + n]
        )
        finish_gentle_values(scratch, dip, count)
    _finish(scratch, size, dip, count)


@inner
def _place(east: Array, north: Array, up: Array, rectangle: Array, scratch: Array) -> None:
    size, strike, dip = _frame(rectangle)
    tolerance = ON_FAULT_TOLERANCE * (rectangle[5] + rectangle[6])
    place(east, north, up, (rectangle[0], rectangle[1]), size, strike, dip, tolerance, scratch)


@inner
def _prepare_values(east: Array, north: Array, up: Array, rectangle: Array, scratch: Array) -> None:
    """All sums that displacement needs."""
    size, _, dip = _frame(rectangle)
    count = np.uint64(len(east))
    _place(east, north, up, rectangle, scratch)
    sum_values(scratch, size, dip, count)
    _transcendental(scratch, size, dip, count)


@inner
def _prepare_gradients(east: Array, north: Array, up: Array, rectangle: Array, scratch: Array) -> None:
    """All sums that displacement and gradients need."""
    size, _, dip = _frame(rectangle)
    count = np.uint64(len(east))
    _place(east, north, up, rectangle, scratch)
    sum_gradients(scratch, size, dip, count)
    if dip[1] < STEEP_COSINE:
        steep_gradients(scratch, size, dip, count)
    else:
        gentle_gradients(scratch, size, dip, count)
    _transcendental(scratch, size, dip, count)


@inner
def _copy(scratch: Array, first: np.uint64, out: Array) -> None:
    for k in range(np.uint64(out.shape[0])):
        start = first + k * _STRIDE
        for i in range(np.uint64(out.shape[1])):
            out[k, i] = scratch[i + start]


@inner
def _accumulate(scratch: Array, first: np.uint64, out: Array) -> None:
    for k in range(np.uint64(out.shape[0])):
        start = first + k * _STRIDE
        for i in range(np.uint64(out.shape[1])):
            out[k, i] += scratch[i + start]


@kernel
def depth_gradient_block(
    east: Array,
    north: Array,
    up: Array,
    rectangle: Array,
    poisson: float,
    scratch: Array,
    out: Array,
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
    _, strike, dip = _frame(rectangle)
    _prepare_gradients(east, north, up, rectangle, scratch)
    if components & (_STRIKE | _DIP):
        shear_gradients(scratch, poisson, strike, dip, count)
    if components & _STRIKE:
        _copy(scratch, RESULT[0], out[0])
    if components & _DIP:
        _copy(scratch, SECOND[0], out[1])
    if components & _OPENING:
        opening_gradients(scratch, poisson, 1.0, strike, dip, count)
        _copy(scratch, RESULT[0], out[2])


@kernel
def depth_displacement_block(
    east: Array,
    north: Array,
    up: Array,
    rectangle: Array,
    poisson: float,
    scratch: Array,
    out: Array,
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
    _, strike, dip = _frame(rectangle)
    _prepare_values(east, north, up, rectangle, scratch)
    if components & (_STRIKE | _DIP):
        shear_values(scratch, poisson, strike, dip, count)
    if components & _STRIKE:
        _copy(scratch, RESULT[0], out[0])
    if components & _DIP:
        _copy(scratch, SECOND[0], out[1])
    if components & _OPENING:
        opening_values(scratch, poisson, 1.0, strike, dip, count)
        _copy(scratch, RESULT[0], out[2])


@kernel
def depth_gradient_sum_block(
    east: Array,
    north: Array,
    up: Array,
    rectangle: Array,
    poisson: float,
    slip: Array,
    scratch: Array,
    out: Array,
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
    _, strike, dip = _frame(rectangle)
    _prepare_gradients(east, north, up, rectangle, scratch)
    if slip[0] != 0.0 or slip[1] != 0.0:
        sum_shear_gradients(scratch, poisson, (slip[0], slip[1]), strike, dip, count)
        _accumulate(scratch, RESULT[0], out)
    if slip[2] != 0.0:
        opening_gradients(scratch, poisson, slip[2], strike, dip, count)
        _accumulate(scratch, RESULT[0], out)


@kernel
def depth_displacement_sum_block(
    east: Array,
    north: Array,
    up: Array,
    rectangle: Array,
    poisson: float,
    slip: Array,
    scratch: Array,
    out: Array,
) -> None:
    """Add the displacement for given slip on one rectangle, at a block of points.

    Parameters
    ----------
    east, north, up, rectangle, poisson, slip, scratch
        As for `depth_gradient_sum_block`.
    out : ndarray, shape (3, n)
        u_e, u_n, u_u (m); added to what is there.
    """
    count = np.uint64(len(east))
    _, strike, dip = _frame(rectangle)
    _prepare_values(east, north, up, rectangle, scratch)
    if slip[0] != 0.0 or slip[1] != 0.0:
        sum_shear_values(scratch, poisson, (slip[0], slip[1]), strike, dip, count)
        _accumulate(scratch, RESULT[0], out)
    if slip[2] != 0.0:
        opening_values(scratch, poisson, slip[2], strike, dip, count)
        _accumulate(scratch, RESULT[0], out)
