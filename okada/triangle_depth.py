"""The part of a triangle's displacement that vanishes at the surface: z uC of Okada (1992), integrated over a triangle.

Seen from the mirror image at height D above ground, with a = t x b and c = w x t of each edge, alpha = 1/(2 (1 - nu)),
grad Omega = sum g x t and the line integrals K0, K1, K2 of 1, tau, tau^2 over R^5,

    T = b3 grad Omega - 2 (1 - alpha) e3 (b.grad Omega)
        + sum {g a3 + alpha [grad d3 (b.curl L) + D grad(b.grad Omega)]},    z uC = (D/2 pi) (T1, T2, -T3)

    grad d3 (b.curl L) = -(e3 b.c J0 + a g3 + a3 g) + 3 b.c [w (w3 K0 + t3 K1) + t (w3 K1 + t3 K2)]
    grad (b.grad Omega) = a J0 - 3 b.c (w K0 + t K1)
"""

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.compiled import inner, spliced
from geoslip.okada.triangle_edges import edge_reciprocals
from geoslip.okada.triangle_layout import DISTANCE, MATRIX, STRIDE, TANGENT, VERTEX

_OVER_TWO_PI = 0.15915494309189535


@spliced
def add_depth_terms_block(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    constants: NDArray[np.float64],
    poisson: float,
    scratch: NDArray[np.float64],
) -> None:
    """Add z uC for unit Burgers vectors east, north, up.

    Parameters
    ----------
    east, north, up : ndarray, shape (n,)
        Mirror images of the points, up > 0, m.
    constants : ndarray, shape (55,)
        A row of `triangle_constants`.
    poisson : float
        Poisson's ratio.
    scratch : ndarray, shape (SCRATCH,)
        Holds the distances to these places; MATRIX is added to.
    """
    count, alpha = east.size, 0.5 / (1.0 - poisson)
    for edge in range(3):
        after = (edge + 1) % 3
        start, end = DISTANCE + edge * STRIDE, DISTANCE + after * STRIDE
        vertices = constants[VERTEX + 3 * edge : VERTEX + 3 * edge + 3], constants[VERTEX + 3 * after :]
        tangent = constants[TANGENT + 3 * edge : TANGENT + 3 * edge + 3]
        distances = scratch[start : start + count], scratch[end : end + count]
        _add_edge(east, north, up, vertices, tangent, distances, alpha, scratch)


@inner
def _add_edge(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    vertices: tuple[NDArray[np.float64], NDArray[np.float64]],
    tangent: NDArray[np.float64],
    distances: tuple[NDArray[np.float64], NDArray[np.float64]],
    alpha: float,
    scratch: NDArray[np.float64],
) -> None:
    xa, ya, za = vertices[0][0], vertices[0][1], vertices[0][2]
    xb, yb, zb = vertices[1][0], vertices[1][1], vertices[1][2]
    tx, ty, tz = tangent[0], tangent[1], tangent[2]
    first, last = distances
    for i in range(east.size):
        ax, ay, az = east[i] - xa, north[i] - ya, up[i] - za
        bx, by, bz = east[i] - xb, north[i] - yb, up[i] - zb
        ra, rb, d = first[i], last[i], up[i]
        tau_a, tau_b = ax * tx + ay * ty + az * tz, bx * tx + by * ty + bz * tz
        cx, cy, cz = ay * tz - az * ty, az * tx - ax * tz, ax * ty - ay * tx
        wx, wy, wz = ty * cz - tz * cy, tz * cx - tx * cz, tx * cy - ty * cx
        ww = cx * cx + cy * cy + cz * cz
        sigma = 1.0 if tau_a + tau_b >= 0.0 else -1.0
        ia, ib, ya1, yb1, _, _ = edge_reciprocals(ra, rb, sigma * tau_a, sigma * tau_b, ww)
        j0, j1 = sigma * (yb1 - ya1), ib - ia
        # Y32 = Y11 (Y11 + 1/R^2), Okada's 1992 notation.
        k0 = sigma * (yb1 * (yb1 + ib * ib) - ya1 * (ya1 + ia * ia)) * 0.3333333333333333
        k1 = (ib * ib * ib - ia * ia * ia) * 0.3333333333333333
        k2 = j0 - ww * k0
        gx, gy, gz = wx * j0 + tx * j1, wy * j0 + ty * j1, wz * j0 + tz * j1
        m, n = 3.0 * alpha * ((wz - d) * k0 + tz * k1), 3.0 * alpha * ((wz - d) * k1 + tz * k2)
        hx, hy, hz = wx * m + tx * n, wy * m + ty * n, wz * m + tz * n - alpha * j0
        # a = t x b, whose matrix is skew in t.
        p = alpha * (d * j0 - gz)
        ox, oy, oz = gy * tz - gz * ty, gz * tx - gx * tz, gx * ty - gy * tx
        p, q = p * (d * _OVER_TWO_PI), d * _OVER_TWO_PI
        beta = 1.0 - alpha
        scratch[MATRIX + i] += q * (cx * hx - beta * ty * gx)
        scratch[MATRIX + STRIDE + i] += q * (cy * hx + beta * tx * gx) - p * tz
        scratch[MATRIX + 2 * STRIDE + i] += q * (cz * hx + ox) + p * ty
        scratch[MATRIX + 3 * STRIDE + i] += q * (cx * hy - beta * ty * gy) + p * tz
        scratch[MATRIX + 4 * STRIDE + i] += q * (cy * hy + beta * tx * gy)
        scratch[MATRIX + 5 * STRIDE + i] += q * (cz * hy + oy) - p * tx
        scratch[MATRIX + 6 * STRIDE + i] -= q * (cx * hz - beta * ty * gz - 2.0 * beta * ox) - p * ty
        scratch[MATRIX + 7 * STRIDE + i] -= q * (cy * hz + beta * tx * gz - 2.0 * beta * oy) + p * tx
        scratch[MATRIX + 8 * STRIDE + i] -= q * (cz * hz + oz - 2.0 * beta * oz)
