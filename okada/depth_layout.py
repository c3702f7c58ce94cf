"""Slots of the scratch array that the depth kernels share.

The scratch array is flat. Each slot holds one number a point of the block, and slots lie at fixed distances, so that
the compiler knows that they do not overlap and turns every loop over a block into vector instructions. The offsets
are unsigned, because a signed index costs a test for a negative one. What one loop reads and writes stays in cache.

Names of sums: `r3` is Chinnery's difference of 1/R^3 over the four corners, `xr3` that of xi/R^3, `er3` of eta/R^3,
`xer3` of xi eta/R^3, `eer3` of eta^2/R^3; likewise with X11, X32, X53, Y11, Y32, Y53 of Okada (1992, tables 6 to 9).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

BLOCK = 64
"""Points a block at most; every slot is this long."""

_SLOTS = 81

SCRATCH = _SLOTS * BLOCK
"""Length of the scratch array (float64) that a thread hands to the depth kernels."""

Array = NDArray[np.float64]
Slots = tuple[np.uint64, ...]
Angle = tuple[float, float]  # sine and cosine
Size = tuple[float, float, float]  # depth of the top edge, half the length, width (m)

_offsets: Iterator[np.uint64] = (np.uint64(BLOCK * k) for k in range(_SLOTS))


def _take(count: int) -> Slots:
    return tuple(next(_offsets) for _ in range(count))


# The point in the fault's frame: x along strike from the middle, y to its left from the top edge, z up.
X, Y, Z = _take(3)
# q of the real and of the image source.
Q_REAL, Q_IMAGE = _take(2)
# Sums of the real source, and of the image: r1 x11 ex11 y11 xy11 r3 xr3 er3 xer3 x32 ex32 y32 xy32.
REAL = _take(13)
IMAGE = _take(13)
# Sums of the image: r5 xr5 er5 xer5 eer5 y53 xy53 x53 ex53.
FIFTH = _take(9)
# Sums of the free-surface functions: J2 J3 J5 J6, and I1 I2 I3 (sin dip I4) xi/V y/V.
SURFACE_GRADIENT = _take(4)
SURFACE_VALUE = _take(6)
# Sum of the angles of both sources; image less real of ln(R + xi), and of ln(R + eta).
THETA, LOG_XI, LOG_ETA = _take(3)
# Distances R of the corners of the image.
DISTANCE = _take(4)
# Products for logarithms and angle: over and under of ln(R + xi), of ln(R + eta), imaginary and real part.
WORK_REAL = _take(6)
WORK_IMAGE = _take(6)
# Result in east, north, up: u, then du_i/dx_j row by row; one for a sum or opening, two for unit strike and dip slip.
RESULT = WORK_REAL + WORK_IMAGE
SECOND = _take(12)
