"""Displacement by triangular dislocations, in blocks of points for vector instructions.

The field of Nikkhoo and Walter (2015), without their angular dislocations. In the unbounded medium, with the solid
angle Omega and the line integrals of `triangle_edges`, for a Burgers vector b (Burgers' equation, Hirth and Lothe
1982, eq. 4-6):

    4 pi u0 = b Omega + b x Lambda + grad(b.curl L) / (2 (1 - nu)),    grad(b.curl L) = -b x Lambda - sum g (b.c)

In the half-space, Mindlin's force in the notation of Okada (1992, eq. 1 to 3), integrated over the triangle, leaves
the same sums at the mirror image x' of the point and one more, X = the line integral of (Z ln(R + Z) - R) dz:

    u = u0(x) - u0(x') + (1/2 pi) {b Omega + b x Lambda + grad(b.curl L) + (1 - 2 nu) grad(b1 d2 X - b2 d1 X)} + z uC

At the surface x' = x: the third term is all there is. uC is rational (`triangle_depth`).
"""

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.compiled import inner
from geoslip.okada.triangle_depth import add_depth_terms_block
from geoslip.okada.triangle_edges import mark_dislocation, triangle_sums_block
from geoslip.okada.triangle_layout import (
    BASIS,
    BLOCK,
    CONSTANTS,
    LAMBDA,
    MATRIX,
    MIRRORED,
    OMEGA,
    OUTER,
    POTENTIAL,
    SCRATCH,
    STRIDE,
    triangle_constants,
)

__all__ = [
    "BLOCK",
    "CONSTANTS",
    "SCRATCH",
    "add_triangle_displacement_block",
    "project_triangle_block",
    "triangle_constants",
    "triangle_displacement_block",
]

_OVER_FOUR_PI = 0.07957747154594767
_OVER_TWO_PI = 0.15915494309189535


@inner
def triangle_displacement_block(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    constants: NDArray[np.float64],
    poisson: float,
    half_space: bool,
    scratch: NDArray[np.float64],
) -> None:
    """Displacement at a block of points for unit Burgers vectors east, north, up.

    Parameters
    ----------
    east, north, up : ndarray, shape (n,)
        Points, n <= BLOCK, m; in the half-space either all at up = 0 or all below.
    constants : ndarray, shape (55,)
        A row of `triangle_constants`.
    poisson : float
        Poisson's ratio.
    half_space : bool
        Whether the ground at up = 0 bounds the medium.
    scratch : ndarray, shape (SCRATCH,)
        Receives the displacement in MATRIX: slot 3 i + j for axis i and Burgers vector j.
    """
    count = east.size
    hessian = _OVER_FOUR_PI / (2.0 * (1.0 - poisson))
    for i in range(MATRIX, MATRIX + 9 * STRIDE):
        scratch[i] = 0.0
    for i in range(count):
        scratch[MIRRORED + i] = -up[i]
    mirror = scratch[MIRRORED : MIRRORED + count]
    deep = not half_space or up[0] < 0.0
    # At the ground a point is its own image, and what both give is taken in one.
    for image in range(0 if deep else 1, 2 if half_space else 1):
        height = mirror if image else up
        triangle_sums_block(east, north, height, constants, scratch, image == 1)
        if image and deep:
            _add_sums(_OVER_FOUR_PI, _OVER_TWO_PI - hessian, count, scratch)
            add_depth_terms_block(east, north, mirror, constants, poisson, scratch)
        else:
            _add_sums(_OVER_FOUR_PI if deep else _OVER_TWO_PI, hessian if deep else _OVER_TWO_PI, count, scratch)
        if image:
            _add_potential((1.0 - 2.0 * poisson) * _OVER_TWO_PI, count, scratch)
    mark_dislocation(east, north, up, constants, scratch[MATRIX : MATRIX + 9 * STRIDE])


@inner
def _add_sums(plain: float, hessian: float, count: int, scratch: NDArray[np.float64]) -> None:
    """Add plain (b Omega + b x Lambda) + hessian grad(b.curl L)."""
    skew = plain - hessian
    for i in range(count):
        omega = plain * scratch[OMEGA + i]
        x = skew * scratch[LAMBDA + i]
        y = skew * scratch[LAMBDA + STRIDE + i]
        z = skew * scratch[LAMBDA + 2 * STRIDE + i]
        scratch[MATRIX + i] += omega - hessian * scratch[OUTER + i]
        scratch[MATRIX + STRIDE + i] += z - hessian * scratch[OUTER + STRIDE + i]
        scratch[MATRIX + 2 * STRIDE + i] += -y - hessian * scratch[OUTER + 2 * STRIDE + i]
        scratch[MATRIX + 3 * STRIDE + i] += -z - hessian * scratch[OUTER + 3 * STRIDE + i]
        scratch[MATRIX + 4 * STRIDE + i] += omega - hessian * scratch[OUTER + 4 * STRIDE + i]
        scratch[MATRIX + 5 * STRIDE + i] += x - hessian * scratch[OUTER + 5 * STRIDE + i]
        scratch[MATRIX + 6 * STRIDE + i] += y - hessian * scratch[OUTER + 6 * STRIDE + i]
        scratch[MATRIX + 7 * STRIDE + i] += -x - hessian * scratch[OUTER + 7 * STRIDE + i]
        scratch[MATRIX + 8 * STRIDE + i] += omega - hessian * scratch[OUTER + 8 * STRIDE + i]


@inner
def _add_potential(factor: float, count: int, scratch: NDArray[np.float64]) -> None:
    """Add factor grad(b1 d2 X - b2 d1 X)."""
    for i in range(count):
        x12 = factor * scratch[POTENTIAL + STRIDE + i]
        scratch[MATRIX + i] += x12
        scratch[MATRIX + 3 * STRIDE + i] += factor * scratch[POTENTIAL + 2 * STRIDE + i]
        scratch[MATRIX + 6 * STRIDE + i] += factor * scratch[POTENTIAL + 4 * STRIDE + i]
        scratch[MATRIX + STRIDE + i] -= factor * scratch[POTENTIAL + i]
        scratch[MATRIX + 4 * STRIDE + i] -= x12
        scratch[MATRIX + 7 * STRIDE + i] -= factor * scratch[POTENTIAL + 3 * STRIDE + i]


@inner
def project_triangle_block(
    component: int,
    constants: NDArray[np.float64],
    directions: NDArray[np.float64],
    scratch: NDArray[np.float64],
    result: NDArray[np.float64],
) -> None:
    """Displacement per metre of one slip component along given directions.

    Parameters
    ----------
    component : int
        0 strike, 1 dip, 2 opening.
    constants : ndarray, shape (55,)
        A row of `triangle_constants`.
    directions : ndarray, shape (3, n)
        East, north, up components of the directions.
    scratch : ndarray, shape (SCRATCH,)
        As `triangle_displacement_block` left it.
    result : ndarray, shape (n,) or longer
        Receives the displacement, m per m.
    """
    basis = BASIS + 3 * component
    b1, b2, b3 = constants[basis], constants[basis + 1], constants[basis + 2]
    along_east, along_north, along_up = directions[0], directions[1], directions[2]
    for i in range(along_east.size):
        x = b1 * scratch[MATRIX + i] + b2 * scratch[MATRIX + STRIDE + i] + b3 * scratch[MATRIX + 2 * STRIDE + i]
        y = b1 * scratch[MATRIX + 3 * STRIDE + i] + b2 * scratch[MATRIX + 4 * STRIDE + i]
        y += b3 * scratch[MATRIX + 5 * STRIDE + i]
        z = b1 * scratch[MATRIX + 6 * STRIDE + i] + b2 * scratch[MATRIX + 7 * STRIDE + i]
        z += b3 * scratch[MATRIX + 8 * STRIDE + i]
        result[i] = along_east[i] * x + along_north[i] * y + along_up[i] * z


@inner
def add_triangle_displacement_block(
    slip: NDArray[np.float64],
    constants: NDArray[np.float64],
    scratch: NDArray[np.float64],
    total: NDArray[np.float64],
) -> None:
    """Add the displacement by one triangle's slip.

    Parameters
    ----------
    slip : ndarray, shape (3,)
        Strike slip, dip slip, opening, m.
    constants : ndarray, shape (55,)
        A row of `triangle_constants`.
    scratch : ndarray, shape (SCRATCH,)
        As `triangle_displacement_block` left it.
    total : ndarray, shape (3, n)
        East, north, up displacement, m, added to.
    """
    b1 = slip[0] * constants[BASIS] + slip[1] * constants[BASIS + 3] + slip[2] * constants[BASIS + 6]
    b2 = slip[0] * constants[BASIS + 1] + slip[1] * constants[BASIS + 4] + slip[2] * constants[BASIS + 7]
    b3 = slip[0] * constants[BASIS + 2] + slip[1] * constants[BASIS + 5] + slip[2] * constants[BASIS + 8]
    for axis in range(3):
        row, place = total[axis], MATRIX + 3 * axis * STRIDE
        for i in range(row.size):
            row[i] += b1 * scratch[place + i] + b2 * scratch[place + STRIDE + i] + b3 * scratch[place + 2 * STRIDE + i]
