"""Logarithm of a ratio and arctangent over blocks, in forms that the compiler turns into vector instructions.

The library functions are called one number at a time, which would cost more than the rest of a kernel. The
coefficients are polynomial interpolants at Chebyshev nodes; both functions hold 2e-16 of the larger of one and the
result, which is all that differences over the corners of a rectangle can use.
"""

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.compiled import kernel

_LN2_HIGH = 0.6931471803691238  # the upper bits of ln 2, so that k * _LN2_HIGH is exact
_LN2_LOW = 1.9082149292705877e-10
_EXPONENT_SHIFT = np.uint64(52)
# Half a unit of the exponent, to round, and an offset of 1024 to keep the difference of two exponents positive.
_ROUNDING_OFFSET = np.uint64((1024 << 52) + (1 << 51))
_OFFSET_AND_ONE = np.uint64(1024 + 1023)
# Exponent bits of 2**52: the low bits of such a number are an integer, which spares a conversion AVX2 lacks.
_INTEGER_BITS = np.uint64(0x4330000000000000)
_INTEGER_BASE = 4503599627370496.0 + 1024.0
_TAN_EIGHTH = 0.41421356237309503
_QUARTER_PI = 0.7853981633974483
_HALF_PI = 1.5707963267948966


@kernel
def log_ratio_block(tops: NDArray[np.float64], bottoms: NDArray[np.float64], result: NDArray[np.float64]) -> None:
    """Logarithm of ratios.

    Parameters
    ----------
    tops, bottoms : ndarray, shape (n,)
        Positive numbers whose ratios stay within 1e-300 and 1e300.
    result : ndarray, shape (n,)
        Receives ln(tops / bottoms); it may be one of the others.
    """
    for i in range(result.size):
        top = tops[i]
        bottom = bottoms[i]
        bits = np.float64(top).view(np.uint64) + _ROUNDING_OFFSET - np.float64(bottom).view(np.uint64)
        shifted = bits >> _EXPONENT_SHIFT
        exponent = np.uint64(shifted | _INTEGER_BITS).view(np.float64) - _INTEGER_BASE
        top = top * np.uint64((_OFFSET_AND_ONE - shifted) << _EXPONENT_SHIFT).view(np.float64)
        s = (top - bottom) / (top + bottom)
        z = s * s
        tail = 0.07641851876201573 + z * 0.07559243554362285
        tail = 0.11111091388337241 + z * (0.09092305123147032 + z * tail)
        tail = 0.3333333333333347 + z * (0.19999999999667778 + z * (0.14285714418022774 + z * tail))
        result[i] = exponent * _LN2_HIGH + (exponent * _LN2_LOW + (s + s) * (1.0 + z * tail))


@kernel
def arctangent_block(sines: NDArray[np.float64], cosines: NDArray[np.float64], result: NDArray[np.float64]) -> None:
    """Angles of vectors.

    Parameters
    ----------
    sines, cosines : ndarray, shape (n,)
        Components of the vectors, not both zero.
    result : ndarray, shape (n,)
        Receives the angles in [-pi, pi]; it may be one of the others.
    """
    for i in range(result.size):
        y = sines[i]
        x = cosines[i]
        height, base = abs(y), abs(x)
        small = base if height > base else height
        large = height if height > base else base
        wide = small > _TAN_EIGHTH * large
        t = (small - large if wide else small) / (small + large if wide else large)
        z = t * t
        tail = 0.057362969593526145 + z * (-0.04483218628995374 + z * 0.022748939747779046)
        tail = -0.09090852527088297 + z * (0.07691054614825647 + z * (-0.06649607953399717 + z * tail))
        tail = 0.19999999999898324 + z * (-0.1428571426608229 + z * (0.11111109635603796 + z * tail))
        angle = t + t * z * (-0.3333333333333325 + z * tail)
        angle = angle + _QUARTER_PI if wide else angle
        angle = _HALF_PI - angle if height > base else angle
        angle = 2.0 * _HALF_PI - angle if x < 0.0 else angle
        result[i] = -angle if y < 0.0 else angle
