"""The part of a triangle's displacement that vanishes at the surface, z uC of Okada (1992), and its gradients.

Differentiating z uC = (D/2 pi) (T1, T2, -T3) of `triangle_depth`, D = -z, gives T itself and, per edge,

    d_m T_i = b3 (eps_imk t_k J0 - 3 c_i r_m) - a3 (3 Q_im - delta_im J0) - 2 (1 - alpha) delta_i3 P_m + alpha E_im
    E_im = -J0 (delta_im a3 + a_i delta_m3 + a_m delta_i3) + 3 (delta_im b.c k + a_i V_m + a_m V_i)
           + 3 b.c (delta_i3 r_m + delta_m3 r_i) + 3 a3 Q_im - 15 b.c S_im
    P = grad(b.grad Omega) = a J0 - 3 b.c r

with r = int R / R^5, k and V = int (1, R) (R3 - D) / R^5, Q = int R R / R^5 and S = int R R (R3 - D) / R^7.
"""

import numpy as np
from numpy.typing import NDArray

from geoslip.okada.compiled import inlined, inner
from geoslip.okada.triangle_edges import edge_integrals
from geoslip.okada.triangle_layout import FIELD, GRADIENT, STRIDE

_OVER_TWO_PI = 0.15915494309189535


_Vector = tuple[float, float, float]


@inlined
def _symmetric(
    a: _Vector,
    w: _Vector,
    t: _Vector,
    r: _Vector,
    n: _Vector,
    v: _Vector,
    k: _Vector,
    m: tuple[float, float, float, float],
    rest: tuple[float, float, float, float],
    alpha: float,
) -> tuple[float, float, float, float, float, float]:
    """What is symmetric in d_m T_i, but for J0 (a_i delta_m3 + a_m delta_i3) and b.c (delta_i3 r_m + delta_m3 r_i).

    The elements 11, 22, 33, 12, 13, 23; `rest` holds R3 - D at tau = 0, b.c, 3 (alpha - 1) a3, (1 - alpha) a3 J0.
    """
    u, bc, three_a3, same = rest
    f, e = -15.0 * alpha * bc, 3.0 * alpha
    # S_im = s_i w_m + q_i t_m.
    l0, l1, l2 = u * m[0] + t[2] * m[1], u * m[1] + t[2] * m[2], u * m[2] + t[2] * m[3]
    s1, s2, s3 = l0 * w[0] + l1 * t[0], l0 * w[1] + l1 * t[1], l0 * w[2] + l1 * t[2]
    q1, q2, q3 = l1 * w[0] + l2 * t[0], l1 * w[1] + l2 * t[1], l1 * w[2] + l2 * t[2]
    same += e * bc * (u * k[0] + t[2] * k[1])
    x11 = three_a3 * (r[0] * w[0] + n[0] * t[0]) + f * (s1 * w[0] + q1 * t[0]) + 2.0 * e * a[0] * v[0]
    x22 = three_a3 * (r[1] * w[1] + n[1] * t[1]) + f * (s2 * w[1] + q2 * t[1]) + 2.0 * e * a[1] * v[1]
    x33 = three_a3 * (r[2] * w[2] + n[2] * t[2]) + f * (s3 * w[2] + q3 * t[2]) + 2.0 * e * a[2] * v[2]
    x12 = three_a3 * (r[0] * w[1] + n[0] * t[1]) + f * (s1 * w[1] + q1 * t[1]) + e * (a[0] * v[1] + a[1] * v[0])
    x13 = three_a3 * (r[0] * w[2] + n[0] * t[2]) + f * (s1 * w[2] + q1 * t[2]) + e * (a[0] * v[2] + a[2] * v[0])
    x23 = three_a3 * (r[1] * w[2] + n[1] * t[2]) + f * (s2 * w[2] + q2 * t[2]) + e * (a[1] * v[2] + a[2] * v[1])
    return x11 + same, x22 + same, x33 + same, x12, x13, x23


@inner
def add_depth_gradient(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    up: NDArray[np.float64],
    vertices: tuple[NDArray[np.float64], NDArray[np.float64]],
    tangent: NDArray[np.float64],
    distances: tuple[NDArray[np.float64], NDArray[np.float64]],
    burgers: tuple[float, float, float],
    poisson: float,
    scratch: NDArray[np.float64],
) -> None:
    """Add one edge's part of z uC and its gradient.

    Parameters
    ----------
    east, north, up : ndarray, shape (n,)
        Mirror images of the points, up >= 0, m.
    vertices, tangent : ndarray
        Ends of the edge and the unit vector from the first to the second.
    distances : tuple of ndarray, shape (n,)
        From the ends to the places.
    burgers : tuple of float
        East, north, up components of the slip, m.
    poisson : float
        Poisson's ratio.
    scratch : ndarray, shape (SCRATCH,)
        FIELD and GRADIENT are added to.
    """
    xa, ya, za = vertices[0][0], vertices[0][1], vertices[0][2]
    xb, yb, zb = vertices[1][0], vertices[1][1], vertices[1][2]
    tx, ty, tz = tangent[0], tangent[1], tangent[2]
    first, last = distances
    b1, b2, b3 = burgers
    a1, a2, a3 = ty * b3 - tz * b2, tz * b1 - tx * b3, tx * b2 - ty * b1
    alpha = 0.5 / (1.0 - poisson)
    beta_half, three_a3 = 1.0 - alpha, 3.0 * (alpha - 1.0) * a3
    beta = 2.0 * beta_half
    for i in range(east.size):
        depth = up[i]
        start = (east[i] - xa, north[i] - ya, depth - za)
        end = (east[i] - xb, north[i] - yb, depth - zb)
        c, w, j, k, m, _ = edge_integrals(start, end, first[i], last[i], (tx, ty, tz))
        g1, g2, g3 = w[0] * j[0] + tx * j[1], w[1] * j[0] + ty * j[1], w[2] * j[0] + tz * j[1]
        bc, u = b1 * c[0] + b2 * c[1] + b3 * c[2], w[2] - depth
        r1, r2, r3 = k[0] * w[0] + k[1] * tx, k[0] * w[1] + k[1] * ty, k[0] * w[2] + k[1] * tz
        n1, n2, n3 = k[1] * w[0] + k[2] * tx, k[1] * w[1] + k[2] * ty, k[1] * w[2] + k[2] * tz
        v1, v2, v3 = u * r1 + tz * n1, u * r2 + tz * n2, u * r3 + tz * n3
        p1, p2, p3 = a1 * j[0] - 3.0 * bc * r1, a2 * j[0] - 3.0 * bc * r2, a3 * j[0] - 3.0 * bc * r3
        # T without its sign for the third component, and what D inside T adds to its derivative along z.
        h1 = 3.0 * bc * v1 - (a1 * g3 + a3 * g1)
        h2 = 3.0 * bc * v2 - (a2 * g3 + a3 * g2)
        h3 = 3.0 * bc * v3 - (a3 * g3 + a3 * g3) - bc * j[0]
        o1, o2, o3 = g2 * tz - g3 * ty, g3 * tx - g1 * tz, g1 * ty - g2 * tx
        bo = b1 * o1 + b2 * o2 + b3 * o3
        t1 = b3 * o1 + a3 * g1 + alpha * (h1 + depth * a1 * j[0])
        t2 = b3 * o2 + a3 * g2 + alpha * (h2 + depth * a2 * j[0])
        t3 = b3 * o3 + a3 * g3 + alpha * (h3 + depth * a3 * j[0]) - beta * bo

        rest = (u, bc, three_a3, a3 * j[0] * beta_half)
        x11, x22, x33, x12, x13, x23 = _symmetric(
            (a1, a2, a3), w, (tx, ty, tz), (r1, r2, r3), (n1, n2, n3), (v1, v2, v3), k, m, rest, alpha
        )
        x13 += alpha * (3.0 * bc * r1 - a1 * j[0])
        x23 += alpha * (3.0 * bc * r2 - a2 * j[0])
        x33 += 2.0 * alpha * (3.0 * bc * r3 - a3 * j[0])
        y, bj = 3.0 * b3, b3 * j[0]
        d = depth * _OVER_TWO_PI
        scratch[FIELD + i] += d * t1
        scratch[FIELD + STRIDE + i] += d * t2
        scratch[FIELD + 2 * STRIDE + i] -= d * t3
        scratch[GRADIENT + i] += d * (x11 - y * c[0] * r1)
        scratch[GRADIENT + STRIDE + i] += d * (x12 - y * c[0] * r2 + bj * tz)
        scratch[GRADIENT + 3 * STRIDE + i] += d * (x12 - y * c[1] * r1 - bj * tz)
        scratch[GRADIENT + 4 * STRIDE + i] += d * (x22 - y * c[1] * r2)
        scratch[GRADIENT + 6 * STRIDE + i] -= d * (x13 - y * c[2] * r1 + bj * ty - beta * p1)
        scratch[GRADIENT + 7 * STRIDE + i] -= d * (x23 - y * c[2] * r2 - bj * tx - beta * p2)
        d13 = x13 - y * c[0] * r3 - bj * ty + alpha * p1
        d23 = x23 - y * c[1] * r3 + bj * tx + alpha * p2
        d33 = x33 - y * c[2] * r3 - beta * p3 + alpha * p3
        scratch[GRADIENT + 2 * STRIDE + i] -= _OVER_TWO_PI * (t1 + depth * d13)
        scratch[GRADIENT + 5 * STRIDE + i] -= _OVER_TWO_PI * (t2 + depth * d23)
        scratch[GRADIENT + 8 * STRIDE + i] += _OVER_TWO_PI * (t3 + depth * d33)
