"""Gradients of what the free surface adds along the edges of a triangle: third derivatives of its potential.

Terms as in `triangle_surface_terms`. Along an edge, u being its upward direction, u.grad of an integral is the
difference of the integrand over the ends, whence every derivative along y1 follows from one along Z by a division by
c: the plain forms. For steep edges the division is carried out by hand, with w = tau c/(1 + s) + q, V = T - c w. The
derivatives across the edge follow from Laplace's equation.
"""

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.compiled import inlined, inner
from geoslip.okada.triangle_edges import edge_integrals
from geoslip.okada.triangle_layout import GRADIENT, PLUNGE, STEEP_COSINE, STRIDE, TANGENT, VERTEX

_OVER_TWO_PI = 0.15915494309189535


@inlined
def _plain_end(y1: float, y2: float, z: float, r: float) -> tuple[float, float, float, float]:
    """Derivatives 1 and 2 of ln V, and 11 and 12 of Z ln V - R, at one end."""
    over = 1.0 / (r + z)
    p = over / r
    x1 = y1 * p
    return x1, y2 * p, (y1 * x1 - 1.0) * over, x1 * y2 * over


@inlined
def _steep_end(y1: float, y2: float, z: float, r: float, s: float, c: float) -> tuple[float, float, float, float]:
    """One end's part of the derivatives 11 and 12 of Psi (that of ln V), and 111 and 112 of X."""
    tau, q = c * y1 + s * z, s * y1 - c * z
    t, v, c_one = r + tau, r + z, c / (1.0 + s)
    w = tau * c_one + q
    big_a, tv = t * c_one + s * w, t * v
    p = 1.0 / (r * tv)
    rest = c * q - s * tau
    psi11 = s * q * t * c_one + tau * t + s * s * q * w - s * tv
    x112 = t * (tau * (1.0 + s - s * s) + s * c * q - s * t) / (1.0 + s) + s * big_a * w
    x111 = tv * (tau * c_one - c * t - s * s * w) + t * tau * (c * tau + 2.0 * s * q)
    x111 += s * s * q * (t * (rest - v) / (1.0 + s) + s * w * w)
    over = p / v
    return psi11 * p, y2 * big_a * p, x111 * over, y2 * x112 * over


@inner
def add_potential_gradient(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    constants: NDArray[np.float64],
    edge: int,
    distances: tuple[NDArray[np.float64], NDArray[np.float64]],
    burgers: tuple[float, float, float],
    poisson: float,
    scratch: NDArray[np.float64],
) -> None:
    """Add the gradient of one edge's part of (1 - 2 nu)/(2 pi) grad(b1 d2 X - b2 d1 X).

    Parameters
    ----------
    east, north, up : ndarray, shape (n,)
        Mirror images of the points, up >= 0, m.
    constants : ndarray, shape (55,)
        A row of `triangle_constants`.
    edge : int
        Which edge.
    distances : tuple of ndarray, shape (n,)
        From the ends to the places.
    burgers : tuple of float
        East, north, up components of the slip, m.
    poisson : float
        Poisson's ratio.
    scratch : ndarray, shape (SCRATCH,)
        GRADIENT is added to.
    """
    k, n = VERTEX + 3 * edge, VERTEX + 3 * ((edge + 1) % 3)
    xa, ya, za, xb, yb, zb = (
        constants[k],
        constants[k + 1],
        constants[k + 2],
        constants[n],
        constants[n + 1],
        constants[n + 2],
    )
    k, n = TANGENT + 3 * edge, PLUNGE + 5 * edge
    tx, ty, tz = constants[k], constants[k + 1], constants[k + 2]
    s, c, e1, e2, sign = constants[n], constants[n + 1], constants[n + 2], constants[n + 3], constants[n + 4]
    if s == 0.0:
        return
    steep, over_c = c < STEEP_COSINE, 1.0 / max(c, 0.5 * STEEP_COSINE)
    factor = s * (1.0 - 2.0 * poisson) * _OVER_TWO_PI
    along, across = burgers[0] * e2 - burgers[1] * e1, burgers[0] * e1 + burgers[1] * e2
    along, across = along * factor, across * factor
    first, last = distances
    for i in range(east.size):
        start, end = (east[i] - xa, north[i] - ya, up[i] - za), (east[i] - xb, north[i] - yb, up[i] - zb)
        ra, rb = first[i], last[i]
        _, w, j, _, _, _ = edge_integrals(start, end, ra, rb, (tx, ty, tz))
        a1, b1, y2 = start[0] * e1 + start[1] * e2, end[0] * e1 + end[1] * e2, start[1] * e1 - start[0] * e2
        # Derivatives of Lambda of the upward edge.
        gx, gy = -sign * (w[0] * j[0] + tx * j[1]), -sign * (w[1] * j[0] + ty * j[1])
        l1, l2, lz = gx * e1 + gy * e2, gy * e1 - gx * e2, -sign * (w[2] * j[0] + tz * j[1])
        if steep:
            fa, fb = _steep_end(a1, y2, start[2], ra, s, c), _steep_end(b1, y2, end[2], rb, s, c)
            psi11, psi12, x111, x112 = fa[0] - fb[0], fa[1] - fb[1], fa[2] - fb[2], fa[3] - fb[3]
        else:
            fa, fb = _plain_end(a1, y2, start[2], ra), _plain_end(b1, y2, end[2], rb)
            psi11, psi12 = over_c * (fa[0] - fb[0] - s * l1), over_c * (fa[1] - fb[1] - s * l2)
            x111, x112 = over_c * (fa[2] - fb[2] - s * psi11), over_c * (fa[3] - fb[3] - s * psi12)
        psi22, x122, x222 = -psi11 - lz, -x111 - l1, -x112 - l2
        n11, n12, n22 = along * x111 + across * x112, along * x112 + across * x122, along * x122 + across * x222
        n1z, n2z, nzz = along * psi11 + across * psi12, along * psi12 + across * psi22, along * l1 + across * l2
        cross = 2.0 * e1 * e2 * n12
        xy = e1 * e2 * (n11 - n22) + (e1 * e1 - e2 * e2) * n12
        xz, yz = e1 * n1z - e2 * n2z, e2 * n1z + e1 * n2z
        scratch[GRADIENT + i] += e1 * e1 * n11 - cross + e2 * e2 * n22
        scratch[GRADIENT + STRIDE + i] += xy
        scratch[GRADIENT + 2 * STRIDE + i] -= xz
        scratch[GRADIENT + 3 * STRIDE + i] += xy
        scratch[GRADIENT + 4 * STRIDE + i] += e2 * e2 * n11 + cross + e1 * e1 * n22
        scratch[GRADIENT + 5 * STRIDE + i] -= yz
        scratch[GRADIENT + 6 * STRIDE + i] += xz
        scratch[GRADIENT + 7 * STRIDE + i] += yz
        scratch[GRADIENT + 8 * STRIDE + i] -= nzz
