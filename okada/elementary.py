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
def log_ratio_block(scratch: NDArray[np.float64], numerator: int, denominator: int, result: int, count: int) -> None:
    """Logarithm of one slot of a scratch array over another.

    Parameters
    ----------
    scratch : ndarray, shape (n,)
        Flat array of slots; every slot is named by the index of its first number.
    numerator, denominator : int
        Slots of positive numbers whose ratio stays within 1e-300 and 1e300.
    result : int
        Slot for ln(numerator / denominator); it may be one of the others.
    count : int
        How many numbers of each slot to work on.
    """
    tops, bottoms = scratch[numerator : numerator + count], scratch[denominator : denominator + count]
    logarithms = scratch[result : result + count]
    for i in range(count):
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
        logarithms[i] = exponent * _LN2_HIGH + (exponent * _LN2_LOW + (s + s) * (1.0 + z * tail))


@kernel
def arctangent_block(scratch: NDArray[np.float64], sine: int, cosine: int, result: int, count: int) -> None:
    """Angle of a vector given by two slots of a scratch array.

    Parameters
    ----------
    scratch : ndarray, shape (n,)
        Flat array of slots; every slot is named by the index of its first number.
    sine, cosine : int
        Slots with the components of the vector, not both zero.
    result : int
        Slot for the angle in [-pi, pi]; it may be one of the others.
    count : int
        How many numbers of each slot to work on.
    """
    sines, cosines, angles = (
        scratch[sine : sine + count],
        scratch[cosine : cosine + count],
        scratch[result : result + count],
    )
    for i in range(count):
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
        angles[i] = -angle if y < 0.0 else angle
