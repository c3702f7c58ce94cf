"""The free-surface sums I1 to I5 of Okada (1985) for steep and vertical dips, free of the reciprocal of the cosine.

With T = R + eta, V = R + d~, the paper's forms have 1/c and 1/c^2 before differences that vanish with c. Here those
differences are written out; c = cos(dip) = 0 needs no case of its own. Terms as in `geoslip.okada.surface`.
"""

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.compiled import inlined, inner
from geoslip.okada.elementary import log_ratio_block
from geoslip.okada.surface_layout import (
    ALONG,
    ETA2,
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
    TINY,
    WORK_D,
    X1,
    X2,
    Q,
)


@inlined
def steep_corner(
    xi: float, eta: float, q: float, r: float, x: float, d: float, s: float, c: float
) -> tuple[float, float, float, float, float]:
    """One corner's part of I1, I3 and I5 over alpha, the t of the logarithm, and R + eta."""
    c_one, s_one = c / (1.0 + s), s / (1.0 + s)
    big_t, v, w, ss = r + eta, r + d, eta * c_one + q, r + x
    g, xg, xs = x + q * c, x * (x + big_t), x * s * ss
    xic, eta_g = xi * xi * c * ss, eta * g
    n = (xs + eta_g) * (x + x * s + q * c) + xic * c + TINY
    m = big_t * ((x * c_one + q) * (xs - eta_g) - xic) - 2.0 * s * (g * xg) * w
    t_v = big_t * v
    over = 1.0 / (t_v * n)
    over_t, over_v = n * v * over, big_t * n * over
    xi_over = xi * over
    ratio = xi_over * (g * xg) * v
    rr = ratio * ratio
    z = c * c * rr
    k = 0.11111095160355897 + z * (-0.09088154749468398 + z * 0.07472396268740374)
    k = 0.33333333333333326 + z * (-0.19999999999959892 + z * (0.14285714243904976 - z * k))
    cube = ratio * rr * k
    t = w * over_t
    return (
        xi_over * m - 2.0 * s * c * cube,
        (eta + q * s * t) * over_v - s_one * eta * over_t,
        ratio - c * c * cube,
        t,
        big_t,
    )


@inner
def steep_sums(constants: NDArray[np.float64], alpha: float, count: int, scratch: NDArray[np.float64]) -> None:
    """I1 to I5 for cos(dip) < STEEP_COSINE; |c h| stays below 0.12, |c r| below 0.11, which the series allow for.

    ln(R + d~) = ln(R + eta) + ln(1 - c t), t = (eta c/(1 + s) + q)/(R + eta), leaves in I3 and I4 the sum of
    ln(1 - c t) over c and of (ln(1 - c t) + c t) over c^2. Both follow from 2 atanh(c h), c h being the difference of
    the products of 1 - c t at opposite corners over their sum.
    """
    d2, s, c, half, width = constants[2], constants[5], constants[6], constants[7], constants[8]
    d1, one = d2 + width * s, 1.0 + s
    for i in range(count):
        x, eta2, q = scratch[ALONG + i], scratch[ETA2 + i], scratch[Q + i]
        xi1, xi2, eta1 = x + half, x - half, eta2 + width
        i1a, i3a, i5a, t11, b11 = steep_corner(xi1, eta1, q, scratch[R11 + i], scratch[X1 + i], d1, s, c)
        i1b, i3b, i5b, t12, b12 = steep_corner(xi1, eta2, q, scratch[R12 + i], scratch[X1 + i], d2, s, c)
        i1c, i3c, i5c, t21, b21 = steep_corner(xi2, eta1, q, scratch[R21 + i], scratch[X2 + i], d1, s, c)
        i1d, i3d, i5d, t22, b22 = steep_corner(xi2, eta2, q, scratch[R22 + i], scratch[X2 + i], d2, s, c)
        scratch[LOG_T + i], scratch[WORK_D + i] = b11 * b22, b12 * b21
        sum_t = t11 - t12 - t21 + t22
        plus, minus = t11 * t22, t12 * t21
        over = 1.0 / (2.0 - c * (t11 + t12 + t21 + t22) + c * c * (plus + minus))
        h = (c * (plus - minus) - sum_t) * over
        z = c * c * h * h
        f = 0.11111110824493756 + z * (0.09090966626167142 + z * (0.07686390085510686 + z * 0.06967086031595844))
        f = 0.3333333333333333 + z * (0.19999999999999396 + z * (0.14285714286393514 + z * f))
        squares = (t12 * t12 - t11 * t11) + (t21 * t21 - t22 * t22)
        second = (squares + c * (plus + minus) * sum_t) * over + 2.0 * c * h * h * h * f
        scratch[I1 + i] = alpha * (i1a - i1b - i1c + i1d)
        scratch[I3 + i] = alpha * (i3a - i3b - i3c + i3d + s * second)
        scratch[I4 + i] = 2.0 * alpha * h * (1.0 + z * f)
        scratch[I5 + i] = -2.0 * alpha * (i5a - i5b - i5c + i5d)
    log_ratio_block(scratch[LOG_T : LOG_T + count], scratch[WORK_D : WORK_D + count], scratch[LOG_T : LOG_T + count])
    over_one, c_one = alpha / one, alpha * c / one
    for i in range(count):
        log_t = scratch[LOG_T + i]
        i3 = scratch[I3 + i] - over_one * log_t
        scratch[I2 + i] = -alpha * log_t - i3
        scratch[I3 + i] = i3
        scratch[I4 + i] += c_one * log_t
