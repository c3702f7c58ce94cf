"""From the sums over corners to displacement: along given directions, or added up in east, north, up."""

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.compiled import inner
from geoslip.okada.surface_layout import (
    HALF_THETA,
    I1,
    I2,
    I3,
    I4,
    I5,
    SUM_D_Z,
    SUM_R,
    SUM_XI_Y,
    SUM_Y,
    SUM_Y_Z,
    Q,
)

_OVER_TWO_PI = 0.15915494309189535


@inner
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
        along = (east[i] * sin_strike + north[i] * cos_strike) * _OVER_TWO_PI
        left = (north[i] * sin_strike - east[i] * cos_strike) * _OVER_TWO_PI
        upward = up[i] * _OVER_TWO_PI
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


@inner
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
    strike, dip, opening = -slip[0] * _OVER_TWO_PI, -slip[1] * _OVER_TWO_PI, slip[2] * _OVER_TWO_PI
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
