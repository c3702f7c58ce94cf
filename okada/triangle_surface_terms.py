"""What the free surface adds along the edges of a triangle: second derivatives of the integral of (Z ln(R + Z) - R) dz.

Seen from the mirror image of a point, in level axes y1 along the azimuth of the upward edge and y2 to its left, with
Z upward, an edge is like the side of a rectangle that dips as the edge plunges: the integrals are the sums I1 to I5
of Okada (1985, eq. 28 and 29). The plain forms divide by the cosine of the plunge; for steep edges that division is
carried out by hand, and a vertical edge needs no case of its own.

Terms: s, c sine and cosine of plunge; tau = c y1 + s Z, q = s y1 - c Z, X^2 = y2^2 + q^2, T = R + tau, V = R + Z.
"""

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.compiled import inner, spliced
from geoslip.okada.elementary import arctangent_block, log_ratio_block
from geoslip.okada.surface_steep import steep_corner
from geoslip.okada.triangle_layout import (
    DISTANCE,
    EDGE_LOG,
    PLUNGE,
    POT_1Z,
    POT_2Z,
    POT_11,
    POT_12,
    POTENTIAL,
    STEEP_COSINE,
    STRIDE,
    TINY,
    VERTEX,
    WORK_A,
    WORK_B,
    WORK_C,
    WORK_D,
)


@spliced
def add_potential_block(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    constants: NDArray[np.float64],
    edge: int,
    scratch: NDArray[np.float64],
) -> None:
    """Add one edge's part of the second derivatives of the surface potential.

    Parameters
    ----------
    east, north, up : ndarray, shape (n,)
        Mirror images of the points, up >= 0, m.
    constants : ndarray, shape (55,)
        A row of `triangle_constants`.
    edge : int
        Which edge.
    scratch : ndarray, shape (SCRATCH,)
        Holds the distances and the edge's Lambda (EDGE_LOG) at these places; POTENTIAL is added to.
    """
    count, after = east.size, (edge + 1) % 3
    plunge = constants[PLUNGE + 5 * edge : PLUNGE + 5 * edge + 5]
    start, end = DISTANCE + edge * STRIDE, DISTANCE + after * STRIDE
    vertices = constants[VERTEX + 3 * edge : VERTEX + 3 * edge + 3], constants[VERTEX + 3 * after :]
    distances = scratch[start : start + count], scratch[end : end + count]
    if plunge[0] != 0.0:
        if plunge[1] < STEEP_COSINE:
            _steep_edge(east, north, up, vertices, plunge, distances, scratch)
        else:
            _gentle_edge(east, north, up, vertices, plunge, distances, scratch)
        _turn_potential(plunge, count, scratch)


@inner
def _turn_potential(plunge: NDArray[np.float64], count: int, scratch: NDArray[np.float64]) -> None:
    """Turn an edge's derivatives from its own level axes to east and north, and add them."""
    s, e1, e2, sign = plunge[0], plunge[2], plunge[3], plunge[4]
    for i in range(count):
        p11, p12 = scratch[POT_11 + i], scratch[POT_12 + i]
        p1z, p2z = scratch[POT_1Z + i], scratch[POT_2Z + i]
        p22 = -sign * scratch[EDGE_LOG + i] - p11
        cross = 2.0 * e1 * e2 * p12
        scratch[POTENTIAL + i] += s * (e1 * e1 * p11 - cross + e2 * e2 * p22)
        scratch[POTENTIAL + STRIDE + i] += s * (e1 * e2 * (p11 - p22) + (e1 * e1 - e2 * e2) * p12)
        scratch[POTENTIAL + 2 * STRIDE + i] += s * (e2 * e2 * p11 + cross + e1 * e1 * p22)
        scratch[POTENTIAL + 3 * STRIDE + i] += s * (e1 * p1z - e2 * p2z)
        scratch[POTENTIAL + 4 * STRIDE + i] += s * (e2 * p1z + e1 * p2z)


@inner
def _gentle_edge(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    vertices: tuple[NDArray[np.float64], NDArray[np.float64]],
    plunge: NDArray[np.float64],
    distances: tuple[NDArray[np.float64], NDArray[np.float64]],
    scratch: NDArray[np.float64],
) -> None:
    """The plain forms; the angle in I5 as the difference of the paper's over the edge, taken before it is computed."""
    xa, ya, za = vertices[0][0], vertices[0][1], vertices[0][2]
    xb, yb, zb = vertices[1][0], vertices[1][1], vertices[1][2]
    s, c, e1, e2, sign = plunge[0], plunge[1], plunge[2], plunge[3], plunge[4]
    first, last = distances
    count, over_c = east.size, 1.0 / c
    for i in range(count):
        ax, ay, ha = east[i] - xa, north[i] - ya, up[i] - za
        bx, by, hb = east[i] - xb, north[i] - yb, up[i] - zb
        ra, rb = first[i], last[i]
        a1, b1, y2 = ax * e1 + ay * e2, bx * e1 + by * e2, ay * e1 - ax * e2
        tau_a, tau_b, q = c * a1 + s * ha, c * b1 + s * hb, s * a1 - c * ha
        va, vb = ra + ha, rb + hb
        scratch[WORK_C + i], scratch[WORK_D + i] = va, vb
        over_a, over_b = 1.0 / va, 1.0 / vb
        scratch[POT_11 + i] = b1 * over_b - a1 * over_a
        scratch[POT_12 + i] = y2 * (over_b - over_a)
        x = np.sqrt(y2 * y2 + q * q)
        qc, yc, xs = q * c, y2 * c, x * s
        w = x + qc if qc >= 0.0 else (y2 * y2 + q * q * (s * s)) / (x - qc + TINY)
        sa, sb = ra + x, rb + x
        scratch[WORK_A + i] = yc * w * (tau_a * sb - tau_b * sa)
        scratch[WORK_B + i] = yc * yc * (sa * sb) + (tau_a * w + xs * sa) * (tau_b * w + xs * sb) + TINY
    arctangent_block(
        scratch[WORK_A : WORK_A + count], scratch[WORK_B : WORK_B + count], scratch[POT_2Z : POT_2Z + count]
    )
    log_ratio_block(
        scratch[WORK_C : WORK_C + count], scratch[WORK_D : WORK_D + count], scratch[POT_1Z : POT_1Z + count]
    )
    for i in range(count):
        i5 = 2.0 * over_c * scratch[POT_2Z + i]
        i4 = over_c * (scratch[POT_1Z + i] - s * sign * scratch[EDGE_LOG + i])
        scratch[POT_2Z + i], scratch[POT_1Z + i] = i5, i4
        scratch[POT_11 + i] = over_c * (scratch[POT_11 + i] - s * i4)
        scratch[POT_12 + i] = over_c * (scratch[POT_12 + i] - s * i5)


@inner
def _steep_edge(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    vertices: tuple[NDArray[np.float64], NDArray[np.float64]],
    plunge: NDArray[np.float64],
    distances: tuple[NDArray[np.float64], NDArray[np.float64]],
    scratch: NDArray[np.float64],
) -> None:
    """The forms of `surface_steep`, here for the two ends of an edge instead of the four corners of a rectangle."""
    xa, ya, za = vertices[0][0], vertices[0][1], vertices[0][2]
    xb, yb, zb = vertices[1][0], vertices[1][1], vertices[1][2]
    s, c, e1, e2, sign = plunge[0], plunge[1], plunge[2], plunge[3], plunge[4]
    first, last = distances
    over_one = 1.0 / (1.0 + s)
    for i in range(east.size):
        ax, ay, ha = east[i] - xa, north[i] - ya, up[i] - za
        bx, by, hb = east[i] - xb, north[i] - yb, up[i] - zb
        ra, rb = first[i], last[i]
        a1, b1, y2 = ax * e1 + ay * e2, bx * e1 + by * e2, ay * e1 - ax * e2
        tau_a, tau_b, q = c * a1 + s * ha, c * b1 + s * hb, s * a1 - c * ha
        x = np.sqrt(y2 * y2 + q * q)
        i1a, i3a, i5a, ta, _ = steep_corner(y2, tau_a, q, ra, x, ha, s, c)
        i1b, i3b, i5b, tb, _ = steep_corner(y2, tau_b, q, rb, x, hb, s, c)
        log_t = sign * scratch[EDGE_LOG + i]
        h = (tb - ta) / (2.0 - c * (ta + tb))
        z = c * c * h * h
        f = 0.11111110824493756 + z * (0.09090966626167142 + z * (0.07686390085510686 + z * 0.06967086031595844))
        f = 0.3333333333333333 + z * (0.19999999999999396 + z * (0.14285714286393514 + z * f))
        second = h * (ta + tb) + 2.0 * c * h * h * h * f
        scratch[POT_11 + i] = -(log_t * s * over_one) - (i3a - i3b + s * second)
        scratch[POT_12 + i] = i1a - i1b
        scratch[POT_1Z + i] = 2.0 * h * (1.0 + z * f) + c * over_one * log_t
        scratch[POT_2Z + i] = -2.0 * (i5a - i5b)
