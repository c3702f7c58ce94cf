"""Slots of the scratch array that the depth kernels share, and how those kernels are compiled.

The scratch array is flat. Each slot holds one number a point of the block, and slots lie at fixed distances, so that
the compiler knows that they do not overlap and turns every loop over a block into vector instructions. The offsets
are unsigned, because a signed index costs a test for a negative one.

Names of sums: `R3` is Chinnery's difference of 1/R^3 over the four corners, `xR3` that of xi/R^3, `eR3` of eta/R^3,
`xeR3` of xi eta/R^3, `eeR3` of eta^2/R^3; likewise with X11, X32, X53, Y11, Y32, Y53 of Okada (1992, tables 6 to 9).
"""

from collections.abc import Iterator

import numpy as np
from numba import njit

BLOCK = 128
"""Points a block at most; every slot is this long."""

_SLOTS = 96

SCRATCH = _SLOTS * BLOCK
"""Length of the scratch array (float64) that a thread hands to the depth kernels."""

kernel = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
inlined = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz"}, forceinline=True)

_offsets: Iterator[np.uint64] = (np.uint64(BLOCK * k) for k in range(_SLOTS))


def _take(count: int) -> tuple[np.uint64, ...]:
    return tuple(next(_offsets) for _ in range(count))


# The point in the fault's frame: x along strike from the middle, y to its left from the top edge, z up; NaN or 0.
X, Y, Z, BLANK = _take(4)
# q of the real and of the image source.
Q_REAL, Q_IMAGE = _take(2)
# Sums of the real source, and of the image: R1 X11 eX11 Y11 xY11 R3 xR3 eR3 xeR3 X32 eX32 Y32 xY32.
REAL = _take(13)
IMAGE = _take(13)
# Sums of the image: R5 xR5 eR5 xeR5 eeR5 Y53 xY53 X53 eX53.
FIFTH = _take(9)
# Sums of the free-surface functions: J2 J3 J5 J6 K1 K3 xiD11 yD11.
SURFACE_GRADIENT = _take(8)
# Sums of the free-surface functions: I1 I2 I3 (sin dip I4) xi/V y/V.
SURFACE_VALUE = _take(6)
# Sum of the angles of both sources; image less real of ln(R + xi), and of ln(R + eta).
THETA, LOG_XI, LOG_ETA = _take(3)
# Distances R of the corners of the image.
DISTANCE = _take(4)
# Products for the angle and the logarithms, of the real and of the image source.
WORK_REAL = _take(6)
WORK_IMAGE = _take(6)
# Result of one component in east, north, up: u, then du_i/dx_j row by row.
RESULT = _take(12)
