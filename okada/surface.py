"""Displacement of the ground by rectangular dislocations (Okada 1985), in blocks of points for vector instructions.

The displacement is a sum over the four corners of a rectangle (Okada 1985, eq. 24 to 30, Chinnery's notation). Here
only eleven sums are kept, from which all nine displacements follow with coefficients that are the same for the whole
block. Where a term of the paper is singular on the extension of an edge, the difference over the two corners is not:
the sums are written so that the singular part has gone before anything is computed.

The paper divides by the cosine of the dip. For dips whose cosine is below `STEEP_COSINE` that division is carried out
by hand (`surface_steep`), elsewhere it is harmless; both ways hold at every dip between.

Terms: x along strike, y to its left (up-dip), both from the top-edge centre; xi1, xi2 = x + L/2, x - L/2; y1, y2 the
distances from the projections of the lower and upper edge, d1, d2 their depths; eta1, eta2, q as in the paper.
The second index of a corner counts edges: r12 is the distance from the corner (xi1, eta2).
"""

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.compiled import inner
from geoslip.okada.elementary import arctangent_block, log_ratio_block
from geoslip.okada.rectangles import ON_FAULT_TOLERANCE
from geoslip.okada.surface_layout import (
    ALONG,
    BLOCK,
    ETA2,
    HALF_THETA,
    I1,
    I2,
    I3,
    I4,
    I5,
    LOG_T,
    R11,
    R12,
    R21,
    R22,
    SCRATCH,
    STEEP_COSINE,
    SUM_D_Z,
    SUM_R,
    SUM_SLOTS,
    SUM_XI_V,
    SUM_XI_Y,
    SUM_Y,
    SUM_Y_V,
    SUM_Y_Z,
    TINY,
    WORK_A,
    WORK_B,
    WORK_C,
    WORK_D,
    X1,
    X2,
    Y2,
    Q,
    surface_constants,
)
from geoslip.okada.surface_results import add_displacement_block, project_block
from geoslip.okada.surface_steep import steep_sums

__all__ = [
    "BLOCK",
    "SCRATCH",
    "STEEP_COSINE",
    "add_displacement_block",
    "project_block",
    "surface_constants",
    "surface_sums_block",
]

# Below this sine of the dip R + eta loses too many digits behind the fault, where eta < 0.
_SHALLOW_SINE = 0.1


@inner
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
    arctangent_block(
        scratch[WORK_A : WORK_A + count], scratch[WORK_B : WORK_B + count], scratch[HALF_THETA : HALF_THETA + count]
    )
    if steep:
        steep_sums(constants, alpha, count, scratch)
    else:
        _gentle_terms(constants, count, scratch)
        if constants[5] < _SHALLOW_SINE:
            _shallow_ratio(constants, count, scratch)
        log_ratio_block(
            scratch[LOG_T : LOG_T + count], scratch[WORK_D : WORK_D + count], scratch[LOG_T : LOG_T + count]
        )
        arctangent_block(scratch[WORK_A : WORK_A + count], scratch[WORK_B : WORK_B + count], scratch[I5 : I5 + count])
        log_ratio_block(scratch[WORK_C : WORK_C + count], scratch[I4 : I4 + count], scratch[I4 : I4 + count])
        _gentle_sums(constants, alpha, count, scratch)
    if constants[2] <= ON_FAULT_TOLERANCE * (2.0 * constants[7] + constants[8]):
        _mark_dislocation(constants, count, scratch)


@inner
def _shared_terms(
    east: NDArray[np.float64], north: NDArray[np.float64], constants: NDArray[np.float64], scratch: NDArray[np.float64]
) -> None:
    """Distances, rational sums, and sine and cosine of half the angle Theta: alike for every dip."""
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
        xx1, xx2, ee1, ee2 = xx1 + TINY, xx2 + TINY, ee1 + TINY, ee2 + TINY
        both1 = 1.0 / (xx1 * xx2)
        g1 = (eta2 * i12 - eta1 * i11) * (xx2 * both1)
        g2 = (eta2 * i22 - eta1 * i21) * (xx1 * both1)
        scratch[SUM_Y + i] = g1 - g2
        scratch[SUM_XI_Y + i] = xi1 * g1 - xi2 * g2
        both1 = 1.0 / (ee1 * ee2)
        h1 = (xi2 * i21 - xi1 * i11) * (ee2 * both1)
        h2 = (xi2 * i22 - xi1 * i12) * (ee1 * both1)
        scratch[SUM_Y_Z + i] = y1 * h1 - y2 * h2
        scratch[SUM_D_Z + i] = d1 * h1 - d2 * h2

        # Half of each angle, so that the sum of four stays within one turn: |q R + i xi eta| = X E.
        size = abs(q)
        a11, a12, a21, a22 = x1 * e1 + size * r11, x1 * e2 + size * r12, x2 * e1 + size * r21, x2 * e2 + size * r22
        b11, b12, b21, b22 = xi1 * eta1, xi1 * eta2, xi2 * eta1, xi2 * eta2
        real1, imag1 = a11 * a12 + b11 * b12, b11 * a12 - a11 * b12
        real2, imag2 = a21 * a22 + b21 * b22, b21 * a22 - a21 * b22
        real1, real2 = real1 + TINY, real2 + TINY
        imag = imag1 * real2 - real1 * imag2
        scratch[WORK_A + i] = imag if q >= 0.0 else -imag
        scratch[WORK_B + i] = real1 * real2 + imag1 * imag2


@inner
def _gentle_terms(constants: NDArray[np.float64], count: int, scratch: NDArray[np.float64]) -> None:
    """Sums with 1/(R + d~), the ratio for ln(R + d~), and sine and cosine of the angle in I5."""
    d2, s, c, half, width = constants[2], constants[5], constants[6], constants[7], constants[8]
    d1 = d2 + width * s
    for i in range(count):
        x, eta2, q, y2 = scratch[ALONG + i], scratch[ETA2 + i], scratch[Q + i], scratch[Y2 + i]
        r11, r12, r21, r22 = scratch[R11 + i], scratch[R12 + i], scratch[R21 + i], scratch[R22 + i]
        x1, x2 = scratch[X1 + i], scratch[X2 + i]
        xi1, xi2, eta1, y1 = x + half, x - half, eta2 + width, y2 + width * c
        scratch[LOG_T + i] = (r11 + eta1) * (r22 + eta2)
        scratch[WORK_D + i] = (r12 + eta2) * (r21 + eta1)
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
        cosine1, cosine2 = cosine1 + TINY, cosine2 + TINY
        scratch[WORK_A + i] = c * (sine2 * cosine1 - sine1 * cosine2)
        scratch[WORK_B + i] = cosine1 * cosine2 + c * c * sine1 * sine2


@inner
def _shallow_ratio(constants: NDArray[np.float64], count: int, scratch: NDArray[np.float64]) -> None:
    """The ratio for ln(R + eta) with R + eta = X^2 / (R - eta) for eta < 0, which keeps its digits."""
    width = constants[8]
    for i in range(count):
        eta1, eta2 = scratch[ETA2 + i] + width, scratch[ETA2 + i]
        xx1, xx2 = scratch[X1 + i] * scratch[X1 + i] + TINY, scratch[X2 + i] * scratch[X2 + i] + TINY
        t11, t12 = scratch[R11 + i] + abs(eta1), scratch[R12 + i] + abs(eta2)
        t21, t22 = scratch[R21 + i] + abs(eta1), scratch[R22 + i] + abs(eta2)
        scratch[LOG_T + i] = (t11 if eta1 >= 0.0 else xx1 * t21) * (t22 if eta2 >= 0.0 else xx2 * t12)
        scratch[WORK_D + i] = (t21 if eta1 >= 0.0 else xx2 * t11) * (t12 if eta2 >= 0.0 else xx1 * t22)


@inner
def _gentle_sums(constants: NDArray[np.float64], alpha: float, count: int, scratch: NDArray[np.float64]) -> None:
    """I1 to I5 after Okada 1985, eq. 28."""
    s, over_c = constants[5], 1.0 / constants[6]
    tangent, alpha_c = s * over_c, alpha * over_c
    for i in range(count):
        log_t = scratch[LOG_T + i]
        i5 = -2.0 * alpha_c * scratch[I5 + i]
        i4 = alpha_c * (scratch[I4 + i] - s * log_t)
        i3 = alpha_c * scratch[SUM_Y_V + i] - alpha * log_t + tangent * i4
        scratch[I5 + i], scratch[I4 + i], scratch[I3 + i] = i5, i4, i3
        scratch[I2 + i] = -alpha * log_t - i3
        scratch[I1 + i] = -alpha_c * scratch[SUM_XI_V + i] - tangent * i5


@inner
def _mark_dislocation(constants: NDArray[np.float64], count: int, scratch: NDArray[np.float64]) -> None:
    """Make every sum NaN where a point lies on the rectangle itself."""
    half, width = constants[7], constants[8]
    near = ON_FAULT_TOLERANCE * (2.0 * half + width)
    for i in range(count):
        eta2 = scratch[ETA2 + i]
        across = abs(scratch[Q + i]) <= near and eta2 <= near and eta2 + width >= -near
        if across and abs(scratch[ALONG + i]) <= half + near:
            for slot in SUM_SLOTS:
                scratch[slot + i] = np.nan
