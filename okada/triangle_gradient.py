"""Displacement and its gradients by given slip on triangular dislocations, in blocks of points for vector instructions.

The terms of `triangle` and `triangle_depth`, differentiated once more. Derivatives are along R = x - xi, or x' - xi
for the mirror image x' of the point, where a derivative along z changes its sign. With a = t x b, b.c and the
integrals of `edge_integrals`, every edge adds (grad Omega = sum g x t, F = b.curl L)

    d_m (b x Lambda)_i = a_i g_m
    d_m d_i F = -(delta_im b.c J0 + a_i g_m + a_m g_i) + 3 b.c Q_im,    Q_im = int R_i R_m / R^5
"""

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.compiled import inner, spliced
from geoslip.okada.elementary import log_ratio_block
from geoslip.okada.triangle_depth_gradient import add_depth_gradient
from geoslip.okada.triangle_edges import edge_integrals, mark_dislocation, solid_angle_block
from geoslip.okada.triangle_layout import (
    BASIS,
    DISTANCE,
    EDGE_LOG,
    FIELD,
    GRADIENT,
    LAMBDA,
    MIRRORED,
    OMEGA,
    POTENTIAL,
    STRIDE,
    TANGENT,
    VERTEX,
    WORK_A,
    WORK_B,
)
from geoslip.okada.triangle_potential_gradient import add_potential_gradient
from geoslip.okada.triangle_surface_terms import add_potential_block

_OVER_FOUR_PI = 0.07957747154594767
_OVER_TWO_PI = 0.15915494309189535


@spliced
def triangle_gradient_block(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    constants: NDArray[np.float64],
    slip: NDArray[np.float64],
    poisson: float,
    half_space: bool,
    scratch: NDArray[np.float64],
) -> None:
    """Displacement and gradients at a block of points by one triangle's slip.

    Parameters
    ----------
    east, north, up : ndarray, shape (n,)
        Points, n <= BLOCK, m.
    constants : ndarray, shape (55,)
        A row of `triangle_constants`.
    slip : ndarray, shape (3,)
        Strike slip, dip slip, opening, m.
    poisson : float
        Poisson's ratio.
    half_space : bool
        Whether the ground at up = 0 bounds the medium.
    scratch : ndarray, shape (SCRATCH,)
        Receives FIELD and GRADIENT.
    """
    count = east.size
    b1 = slip[0] * constants[BASIS] + slip[1] * constants[BASIS + 3] + slip[2] * constants[BASIS + 6]
    b2 = slip[0] * constants[BASIS + 1] + slip[1] * constants[BASIS + 4] + slip[2] * constants[BASIS + 7]
    b3 = slip[0] * constants[BASIS + 2] + slip[1] * constants[BASIS + 5] + slip[2] * constants[BASIS + 8]
    burgers = (b1, b2, b3)
    hessian = _OVER_FOUR_PI / (2.0 * (1.0 - poisson))
    for i in range(FIELD, FIELD + 12 * STRIDE):
        scratch[i] = 0.0
    mirror = scratch[MIRRORED : MIRRORED + count]
    for i in range(count):
        mirror[i] = -up[i]
    for image in range(2 if half_space else 1):
        weights = _OVER_FOUR_PI, _OVER_TWO_PI - hessian if image else hessian, -1.0 if image else 1.0
        _add_place(east, north, mirror if image else up, constants, burgers, poisson, weights, scratch)
    mark_dislocation(east, north, up, constants, scratch[FIELD : FIELD + 12 * STRIDE])


@spliced
def _add_place(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    constants: NDArray[np.float64],
    burgers: tuple[float, float, float],
    poisson: float,
    weights: tuple[float, float, float],
    scratch: NDArray[np.float64],
) -> None:
    """Add everything seen from the points, or from their mirror images where the last weight is negative."""
    count, mirrored = east.size, weights[2] < 0.0
    solid_angle_block(east, north, up, constants, scratch)
    for i in range(3 * STRIDE):
        scratch[LAMBDA + i] = 0.0
    for i in range(5 * STRIDE):
        scratch[POTENTIAL + i] = 0.0
    for edge in range(3):
        after = (edge + 1) % 3
        start, end = DISTANCE + edge * STRIDE, DISTANCE + after * STRIDE
        vertices = constants[VERTEX + 3 * edge : VERTEX + 3 * edge + 3], constants[VERTEX + 3 * after :]
        tangent = constants[TANGENT + 3 * edge : TANGENT + 3 * edge + 3]
        distances = scratch[start : start + count], scratch[end : end + count]
        _add_sums(east, north, up, vertices, tangent, distances, burgers, weights, scratch)
        log_ratio_block(
            scratch[WORK_A : WORK_A + count], scratch[WORK_B : WORK_B + count], scratch[EDGE_LOG : EDGE_LOG + count]
        )
        for i in range(count):
            log = scratch[EDGE_LOG + i]
            scratch[LAMBDA + i] += tangent[0] * log
            scratch[LAMBDA + STRIDE + i] += tangent[1] * log
            scratch[LAMBDA + 2 * STRIDE + i] += tangent[2] * log
        if mirrored:
            add_depth_gradient(east, north, up, vertices, tangent, distances, burgers, poisson, scratch)
            add_potential_gradient(east, north, up, constants, edge, distances, burgers, poisson, scratch)
            add_potential_block(east, north, up, constants, edge, scratch)
    factor = (1.0 - 2.0 * poisson) * _OVER_TWO_PI if mirrored else 0.0
    _add_displacement(burgers, weights[0], weights[0] - weights[1], factor, count, scratch)


@inner
def _add_displacement(
    burgers: tuple[float, float, float],
    plain: float,
    skew: float,
    factor: float,
    count: int,
    scratch: NDArray[np.float64],
) -> None:
    """Add plain b Omega + skew b x Lambda + factor grad(b1 d2 X - b2 d1 X); the edges have added their g (b.c)."""
    b1, b2, b3 = burgers
    for i in range(count):
        omega = plain * scratch[OMEGA + i]
        x, y, z = scratch[LAMBDA + i], scratch[LAMBDA + STRIDE + i], scratch[LAMBDA + 2 * STRIDE + i]
        p11, p12, p22 = scratch[POTENTIAL + i], scratch[POTENTIAL + STRIDE + i], scratch[POTENTIAL + 2 * STRIDE + i]
        p1z, p2z = scratch[POTENTIAL + 3 * STRIDE + i], scratch[POTENTIAL + 4 * STRIDE + i]
        scratch[FIELD + i] += b1 * omega + skew * (b2 * z - b3 * y) + factor * (b1 * p12 - b2 * p11)
        scratch[FIELD + STRIDE + i] += b2 * omega + skew * (b3 * x - b1 * z) + factor * (b1 * p22 - b2 * p12)
        scratch[FIELD + 2 * STRIDE + i] += b3 * omega + skew * (b1 * y - b2 * x) + factor * (b1 * p2z - b2 * p1z)


@inner
def _add_sums(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    vertices: tuple[NDArray[np.float64], NDArray[np.float64]],
    tangent: NDArray[np.float64],
    distances: tuple[NDArray[np.float64], NDArray[np.float64]],
    burgers: tuple[float, float, float],
    weights: tuple[float, float, float],
    scratch: NDArray[np.float64],
) -> None:
    """Add one edge's plain (b grad Omega + grad(b x Lambda)) + hessian grad grad F, with the sign of d/dz."""
    xa, ya, za = vertices[0][0], vertices[0][1], vertices[0][2]
    xb, yb, zb = vertices[1][0], vertices[1][1], vertices[1][2]
    tx, ty, tz = tangent[0], tangent[1], tangent[2]
    first, last = distances
    b1, b2, b3 = burgers
    a1, a2, a3 = ty * b3 - tz * b2, tz * b1 - tx * b3, tx * b2 - ty * b1
    plain, hessian, mirror = weights
    rest = plain - hessian
    for i in range(east.size):
        start = (east[i] - xa, north[i] - ya, up[i] - za)
        end = (east[i] - xb, north[i] - yb, up[i] - zb)
        c, w, j, k, _, ratio = edge_integrals(start, end, first[i], last[i], (tx, ty, tz))
        g1, g2, g3 = w[0] * j[0] + tx * j[1], w[1] * j[0] + ty * j[1], w[2] * j[0] + tz * j[1]
        o1 = plain * (g2 * tz - g3 * ty)
        o2 = plain * (g3 * tx - g1 * tz)
        o3 = plain * (g1 * ty - g2 * tx)
        scratch[WORK_A + i], scratch[WORK_B + i] = ratio
        bc = hessian * (b1 * c[0] + b2 * c[1] + b3 * c[2])
        m, n1, n2, n3 = 3.0 * bc, k[1] * w[0] + k[2] * tx, k[1] * w[1] + k[2] * ty, k[1] * w[2] + k[2] * tz
        r1, r2, r3 = k[0] * w[0] + k[1] * tx, k[0] * w[1] + k[1] * ty, k[0] * w[2] + k[1] * tz
        bj = bc * j[0]
        scratch[FIELD + i] -= bc * g1
        scratch[FIELD + STRIDE + i] -= bc * g2
        scratch[FIELD + 2 * STRIDE + i] -= bc * g3
        f12 = m * (r1 * w[1] + n1 * ty)
        f13 = m * (r1 * w[2] + n1 * tz)
        f23 = m * (r2 * w[2] + n2 * tz)
        # hessian (a_i g_m + a_m g_i) is taken from plain a_i g_m.
        scratch[GRADIENT + i] += b1 * o1 + (rest - hessian) * a1 * g1 + m * (r1 * w[0] + n1 * tx) - bj
        scratch[GRADIENT + STRIDE + i] += b1 * o2 + rest * a1 * g2 - hessian * a2 * g1 + f12
        scratch[GRADIENT + 3 * STRIDE + i] += b2 * o1 + rest * a2 * g1 - hessian * a1 * g2 + f12
        scratch[GRADIENT + 4 * STRIDE + i] += b2 * o2 + (rest - hessian) * a2 * g2 + m * (r2 * w[1] + n2 * ty) - bj
        scratch[GRADIENT + 6 * STRIDE + i] += b3 * o1 + rest * a3 * g1 - hessian * a1 * g3 + f13
        scratch[GRADIENT + 7 * STRIDE + i] += b3 * o2 + rest * a3 * g2 - hessian * a2 * g3 + f23
        z1 = b1 * o3 + rest * a1 * g3 - hessian * a3 * g1 + f13
        z2 = b2 * o3 + rest * a2 * g3 - hessian * a3 * g2 + f23
        z3 = b3 * o3 + (rest - hessian) * a3 * g3 + m * (r3 * w[2] + n3 * tz) - bj
        scratch[GRADIENT + 2 * STRIDE + i] += mirror * z1
        scratch[GRADIENT + 5 * STRIDE + i] += mirror * z2
        scratch[GRADIENT + 8 * STRIDE + i] += mirror * z3


@inner
def add_triangle_gradient_block(scratch: NDArray[np.float64], total: NDArray[np.float64]) -> None:
    """Add the displacement and gradients of a block.

    Parameters
    ----------
    scratch : ndarray, shape (SCRATCH,)
        As `triangle_gradient_block` left it.
    total : ndarray, shape (12, n)
        Displacement (3 rows) and gradients (row 3 + 3 i + j: component i along axis j), added to.
    """
    for place in range(12):
        row, slot = total[place], FIELD + place * STRIDE
        for i in range(row.size):
            row[i] += scratch[slot + i]
