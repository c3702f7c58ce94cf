"""Sums over the edges of a triangle seen from a block of places: solid angle and line integrals.

For a place x, with r = x - vertex, t along an edge, tau = r.t and w = r - tau t, the integrals along the edge are

    Lambda = int dl / R,    g = int (x - xi) / R^3 dl = w J0 + t J1,

J0 and J1 being those of 1 / R^3 and tau / R^3. They are written with R + sigma tau, sigma = sign(tau_A + tau_B), so
that nothing cancels where a place lies on the extension of an edge.
"""

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.compiled import inlined, inner, spliced
from geoslip.okada.elementary import arctangent_block, log_ratio_block
from geoslip.okada.triangle_layout import (
    AREA,
    BASIS,
    DISTANCE,
    EDGE_LOG,
    INWARD,
    LAMBDA,
    NEAR,
    OMEGA,
    OUTER,
    POTENTIAL,
    STRIDE,
    TANGENT,
    TINY,
    VERTEX,
    WORK_A,
    WORK_B,
)
from geoslip.okada.triangle_surface_terms import add_potential_block


@inlined
def edge_reciprocals(
    ra: float, rb: float, tau_a: float, tau_b: float, ww: float
) -> tuple[float, float, float, float, float, float]:
    """1/R and Y = 1/(R (R + tau)) at both ends, and numerator and denominator of the ratio of their R + tau.

    R + tau is w^2 / (R - tau) where tau is negative; one division serves all.
    """
    plain_a, plain_b = ra + abs(tau_a), rb + abs(tau_b)
    behind = ww + TINY
    da, na = plain_a if tau_a >= 0.0 else behind, 1.0 if tau_a >= 0.0 else plain_a
    db, nb = plain_b if tau_b >= 0.0 else behind, 1.0 if tau_b >= 0.0 else plain_b
    rda, rdb = ra * da, rb * db
    both = 1.0 / (rda * rdb)
    fa, fb = both * rdb, both * rda
    return fa * da, fb * db, fa * na, fb * nb, da * nb, db * na


@inlined
def edge_integrals(
    a: tuple[float, float, float],
    b: tuple[float, float, float],
    ra: float,
    rb: float,
    t: tuple[float, float, float],
) -> tuple[
    tuple[float, float, float],
    tuple[float, float, float],
    tuple[float, float],
    tuple[float, float, float],
    tuple[float, float, float, float],
    tuple[float, float],
]:
    """Integrals along an edge of powers of tau over R^3, R^5 and R^7, from the vectors a, b from its ends.

    Returns c = w x t; w; J0, J1; K0, K1, K2; M0 to M3; numerator and denominator of
    exp(Lambda). Y11, Y32 and Y53 are Okada's (1992).
    """
    tau_a, tau_b = a[0] * t[0] + a[1] * t[1] + a[2] * t[2], b[0] * t[0] + b[1] * t[1] + b[2] * t[2]
    cx, cy, cz = a[1] * t[2] - a[2] * t[1], a[2] * t[0] - a[0] * t[2], a[0] * t[1] - a[1] * t[0]
    ww = cx * cx + cy * cy + cz * cz
    sigma = 1.0 if tau_a + tau_b >= 0.0 else -1.0
    ia, ib, ya, yb, top, bottom = edge_reciprocals(ra, rb, sigma * tau_a, sigma * tau_b, ww)
    a2, b2 = ia * ia, ib * ib
    a3, b3 = a2 * ia, b2 * ib
    j0 = sigma * (yb - ya)
    k0 = sigma * (yb * (yb + b2) - ya * (ya + a2)) * 0.3333333333333333
    y53_a, y53_b = ya * (3.0 * a2 * (a2 + ya) + 2.0 * ya * ya), yb * (3.0 * b2 * (b2 + yb) + 2.0 * yb * yb)
    m0 = sigma * (y53_b - y53_a) * 0.06666666666666667
    k1, m1 = (b3 - a3) * 0.3333333333333333, (b3 * b2 - a3 * a2) * 0.2
    w = (t[1] * cz - t[2] * cy, t[2] * cx - t[0] * cz, t[0] * cy - t[1] * cx)
    return (
        (cx, cy, cz),
        w,
        (j0, ib - ia),
        (k0, k1, j0 - ww * k0),
        (m0, m1, k0 - ww * m0, k1 - ww * m1),
        (top if sigma > 0.0 else bottom, bottom if sigma > 0.0 else top),
    )


@spliced
def triangle_sums_block(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    constants: NDArray[np.float64],
    scratch: NDArray[np.float64],
    surface: bool,
) -> None:
    """Distances, solid angle, Lambda and the sum of g c over the edges, c = w x t.

    Parameters
    ----------
    east, north, up : ndarray, shape (n,)
        Places, n <= BLOCK, m.
    constants : ndarray, shape (55,)
        A row of `triangle_constants`.
    scratch : ndarray, shape (SCRATCH,)
        Receives the slots DISTANCE, OMEGA, LAMBDA and OUTER, with `surface` also POTENTIAL.
    surface : bool
        Whether the places are mirror images, up >= 0, and the potential of the free surface is wanted too.
    """
    count = east.size
    solid_angle_block(east, north, up, constants, scratch)
    for i in range(LAMBDA, POTENTIAL + 5 * STRIDE):
        scratch[i] = 0.0
    for edge in range(3):
        after = (edge + 1) % 3
        start, end = DISTANCE + edge * STRIDE, DISTANCE + after * STRIDE
        vertices = constants[VERTEX + 3 * edge : VERTEX + 3 * edge + 3], constants[VERTEX + 3 * after :]
        tangent = constants[TANGENT + 3 * edge : TANGENT + 3 * edge + 3]
        distances = scratch[start : start + count], scratch[end : end + count]
        _edge_terms(east, north, up, vertices, tangent, distances, scratch)
        log_ratio_block(
            scratch[WORK_A : WORK_A + count], scratch[WORK_B : WORK_B + count], scratch[EDGE_LOG : EDGE_LOG + count]
        )
        for i in range(count):
            log = scratch[EDGE_LOG + i]
            scratch[LAMBDA + i] += tangent[0] * log
            scratch[LAMBDA + STRIDE + i] += tangent[1] * log
            scratch[LAMBDA + 2 * STRIDE + i] += tangent[2] * log
        if surface:
            add_potential_block(east, north, up, constants, edge, scratch)


@inner
def solid_angle_block(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    constants: NDArray[np.float64],
    scratch: NDArray[np.float64],
) -> None:
    """Distances to the vertices and the solid angle (van Oosterom and Strackee 1983), positive where the normal is.

    Parameters
    ----------
    east, north, up, constants
        As for `triangle_sums_block`.
    scratch : ndarray, shape (SCRATCH,)
        Receives the slots DISTANCE and OMEGA.
    """
    xa, ya, za = constants[VERTEX], constants[VERTEX + 1], constants[VERTEX + 2]
    xb, yb, zb = constants[VERTEX + 3], constants[VERTEX + 4], constants[VERTEX + 5]
    xc, yc, zc = constants[VERTEX + 6], constants[VERTEX + 7], constants[VERTEX + 8]
    nx, ny, nz = constants[AREA], constants[AREA + 1], constants[AREA + 2]
    count = east.size
    for i in range(count):
        ax, ay, az = east[i] - xa, north[i] - ya, up[i] - za
        bx, by, bz = east[i] - xb, north[i] - yb, up[i] - zb
        cx, cy, cz = east[i] - xc, north[i] - yc, up[i] - zc
        ra = np.sqrt(ax * ax + ay * ay + az * az)
        rb = np.sqrt(bx * bx + by * by + bz * bz)
        rc = np.sqrt(cx * cx + cy * cy + cz * cz)
        ab, bc, ca = ax * bx + ay * by + az * bz, bx * cx + by * cy + bz * cz, cx * ax + cy * ay + cz * az
        scratch[DISTANCE + i], scratch[DISTANCE + STRIDE + i], scratch[DISTANCE + 2 * STRIDE + i] = ra, rb, rc
        scratch[WORK_A + i] = nx * ax + ny * ay + nz * az
        scratch[WORK_B + i] = ra * rb * rc + ab * rc + bc * ra + ca * rb + TINY
    arctangent_block(scratch[WORK_A : WORK_A + count], scratch[WORK_B : WORK_B + count], scratch[OMEGA : OMEGA + count])
    for i in range(count):
        scratch[OMEGA + i] *= 2.0


@inner
def _edge_terms(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    vertices: tuple[NDArray[np.float64], NDArray[np.float64]],
    tangent: NDArray[np.float64],
    distances: tuple[NDArray[np.float64], NDArray[np.float64]],
    scratch: NDArray[np.float64],
) -> None:
    """Add g c of one edge, and leave numerator and denominator of exp(Lambda)."""
    xa, ya, za = vertices[0][0], vertices[0][1], vertices[0][2]
    xb, yb, zb = vertices[1][0], vertices[1][1], vertices[1][2]
    tx, ty, tz = tangent[0], tangent[1], tangent[2]
    first, last = distances
    for i in range(east.size):
        ax, ay, az = east[i] - xa, north[i] - ya, up[i] - za
        bx, by, bz = east[i] - xb, north[i] - yb, up[i] - zb
        ra, rb = first[i], last[i]
        tau_a, tau_b = ax * tx + ay * ty + az * tz, bx * tx + by * ty + bz * tz
        cx, cy, cz = ay * tz - az * ty, az * tx - ax * tz, ax * ty - ay * tx
        wx, wy, wz = ty * cz - tz * cy, tz * cx - tx * cz, tx * cy - ty * cx
        ww = cx * cx + cy * cy + cz * cz
        sigma = 1.0 if tau_a + tau_b >= 0.0 else -1.0
        ia, ib, yya, yyb, top, bottom = edge_reciprocals(ra, rb, sigma * tau_a, sigma * tau_b, ww)
        scratch[WORK_A + i] = top if sigma > 0.0 else bottom
        scratch[WORK_B + i] = bottom if sigma > 0.0 else top
        j0, j1 = sigma * (yyb - yya), ib - ia
        gx, gy, gz = wx * j0 + tx * j1, wy * j0 + ty * j1, wz * j0 + tz * j1
        scratch[OUTER + i] += gx * cx
        scratch[OUTER + STRIDE + i] += gx * cy
        scratch[OUTER + 2 * STRIDE + i] += gx * cz
        scratch[OUTER + 3 * STRIDE + i] += gy * cx
        scratch[OUTER + 4 * STRIDE + i] += gy * cy
        scratch[OUTER + 5 * STRIDE + i] += gy * cz
        scratch[OUTER + 6 * STRIDE + i] += gz * cx
        scratch[OUTER + 7 * STRIDE + i] += gz * cy
        scratch[OUTER + 8 * STRIDE + i] += gz * cz


@inner
def mark_dislocation(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    constants: NDArray[np.float64],
    values: NDArray[np.float64],
) -> None:
    """Make all of some slots NaN where a point lies on the triangle.

    Parameters
    ----------
    east, north, up, constants
        As for `triangle_sums_block`.
    values : ndarray, shape (k * STRIDE,)
        Slots of the scratch array.
    """
    count, near = east.size, constants[NEAR]
    nx, ny, nz = constants[BASIS + 6], constants[BASIS + 7], constants[BASIS + 8]
    for i in range(count):
        x, y, z = east[i] - constants[VERTEX], north[i] - constants[VERTEX + 1], up[i] - constants[VERTEX + 2]
        if abs(nx * x + ny * y + nz * z) <= near:
            inside = True
            for edge in range(3):
                k = 3 * edge
                x, y, z = (
                    east[i] - constants[VERTEX + k],
                    north[i] - constants[VERTEX + k + 1],
                    up[i] - constants[VERTEX + k + 2],
                )
                across = x * constants[INWARD + k] + y * constants[INWARD + k + 1] + z * constants[INWARD + k + 2]
                inside = inside and across >= -near
            if inside:
                for place in range(i, values.size, STRIDE):
                    values[place] = np.nan
