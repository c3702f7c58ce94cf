"""Slots of the scratch array that the surface kernels share, and the numbers they take of a rectangle."""

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.rectangles import sine_cosine

BLOCK = 256
"""Most points one call of `surface_sums_block` takes."""

STEEP_COSINE = 0.2
"""Rectangles whose dip has a smaller cosine (steeper than 78.5 degrees) take the forms free of its reciprocal."""

TINY = 1e-140
"""Added to what may vanish together with its numerator: far below all else, it makes 0 of 0/0."""

# Slots are a little longer than a block: at a power of two all would fall on the same lines of the first cache.
_STRIDE = BLOCK + 8

# The eleven sums over corners.
SUM_R = 0 * _STRIDE  # 1 / R
SUM_Y = 1 * _STRIDE  # 1 / (R (R + eta)), less what Chinnery's difference removes
SUM_XI_Y = 2 * _STRIDE  # xi / (R (R + eta))
SUM_Y_Z = 3 * _STRIDE  # y~ / (R (R + xi))
SUM_D_Z = 4 * _STRIDE  # d~ / (R (R + xi))
HALF_THETA = 5 * _STRIDE  # half of atan(xi eta / (q R))
I1 = 6 * _STRIDE  # Okada 1985, eq. 28 and 29
I2 = 7 * _STRIDE
I3 = 8 * _STRIDE
I4 = 9 * _STRIDE
I5 = 10 * _STRIDE
# What one pass over a block leaves for the next.
Q = 11 * _STRIDE
ALONG = 12 * _STRIDE
ETA2 = 13 * _STRIDE
Y2 = 14 * _STRIDE
R11 = 15 * _STRIDE
R12 = 16 * _STRIDE
R21 = 17 * _STRIDE
R22 = 18 * _STRIDE
X1 = 19 * _STRIDE
X2 = 20 * _STRIDE
LOG_T = 21 * _STRIDE
WORK_A = 22 * _STRIDE
WORK_B = 23 * _STRIDE
WORK_C = 24 * _STRIDE
WORK_D = 27 * _STRIDE
SUM_XI_V = 25 * _STRIDE
SUM_Y_V = 26 * _STRIDE
SCRATCH = 28 * _STRIDE
"""Length of the scratch array (float64) that a thread hands to the surface kernels."""

SUM_SLOTS = tuple(k * _STRIDE for k in range(11))
"""The slots of the eleven sums."""


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
