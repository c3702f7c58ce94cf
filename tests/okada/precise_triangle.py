"""Displacement of triangular dislocations with many digits, from line integrals round the edges.

The half-space field follows from Mindlin's point force in the notation of Okada (1992, eq. 1 to 3): the field of the
unbounded medium at the point x and at its mirror image x', and terms with Omega = solid angle, Lambda = the line
integral of dl/R, L that of R dl and X that of (Z ln(R + Z) - R) dz, all seen from x', Z being the height above the
line:

    u = u0(x) - u0(x') + (1/2 pi) {b Omega + b x Lambda + grad(b.curl L) + (1 - 2 nu) grad(b1 d2 X - b2 d1 X)} + z uC

Every integral is taken in its plainest closed form, in mpmath's arithmetic: cancellation costs digits, so give enough.
"""

from collections.abc import Sequence

import mpmath as mp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada import triangle_bases

Vector = list


def _dot(a: Vector, b: Vector) -> mp.mpf:
    return mp.fsum(p * q for p, q in zip(a, b))


def _cross(a: Vector, b: Vector) -> Vector:
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def _minus(a: Vector, b: Vector) -> Vector:
    return [p - q for p, q in zip(a, b)]


def _scaled(a: Vector, factor: mp.mpf) -> Vector:
    return [p * factor for p in a]


def _size(a: Vector) -> mp.mpf:
    return mp.sqrt(_dot(a, a))


def _solid_angle(point: Vector, triangle: Sequence[Vector]) -> mp.mpf:
    """Positive on the side of the normal (van Oosterom and Strackee 1983)."""
    a, b, c = (_minus(vertex, point) for vertex in triangle)
    ra, rb, rc = _size(a), _size(b), _size(c)
    bottom = ra * rb * rc + _dot(a, b) * rc + _dot(b, c) * ra + _dot(c, a) * rb
    return -2 * mp.atan2(_dot(a, _cross(b, c)), bottom)


class _Edge:
    """Integrals along one edge seen from a point: of 1/R, 1/R^3, t/R^3, 1/R^5 and t/R^5."""

    def __init__(self, point: Vector, start: Vector, end: Vector) -> None:
        line = _minus(end, start)
        self.t = _scaled(line, 1 / _size(line))
        first, last = _minus(point, start), _minus(point, end)
        self.w = _minus(first, _scaled(self.t, _dot(first, self.t)))
        self.c = _cross(self.w, self.t)
        ww = _dot(self.w, self.w)
        ra, rb = _size(first), _size(last)
        ta, tb = _dot(first, self.t), _dot(last, self.t)
        self.log = mp.asinh(ta / mp.sqrt(ww)) - mp.asinh(tb / mp.sqrt(ww))
        self.j0 = (ta / ra - tb / rb) / ww
        self.j1 = 1 / rb - 1 / ra
        self.k0 = (ta / ra**3 - tb / rb**3) / (3 * ww) + 2 * self.j0 / (3 * ww)
        self.k1 = (1 / rb**3 - 1 / ra**3) / 3
        self.k2 = self.j0 - ww * self.k0
        self.g = [self.w[i] * self.j0 + self.t[i] * self.j1 for i in range(3)]


def full_space(point: Vector, triangle: Sequence[Vector], b: Vector, nu: mp.mpf) -> Vector:
    """Displacement in the unbounded medium."""
    edges = [_Edge(point, triangle[k], triangle[(k + 1) % 3]) for k in range(3)]
    omega = _solid_angle(point, triangle)
    field = [omega * b[i] / (4 * mp.pi) for i in range(3)]
    for edge in edges:
        bt = _cross(b, edge.t)
        for i in range(3):
            gradient = -edge.log * bt[i] - edge.g[i] * _dot(b, edge.c)
            field[i] += edge.log * bt[i] / (4 * mp.pi) + gradient / (8 * mp.pi * (1 - nu))
    return field


def half_space(point: Vector, triangle: Sequence[Vector], b: Vector, nu: mp.mpf) -> Vector:
    """Displacement in the half-space below z = 0."""
    mirror = [point[0], point[1], -point[2]]
    field = [p - q for p, q in zip(full_space(point, triangle, b, nu), full_space(mirror, triangle, b, nu))]
    edges = [_Edge(mirror, triangle[k], triangle[(k + 1) % 3]) for k in range(3)]
    omega = _solid_angle(mirror, triangle)
    free = [omega * b[i] for i in range(3)]
    solid, slope = [mp.mpf(0)] * 3, [mp.mpf(0)] * 3
    depth = mirror[2]
    alpha = 1 / (2 * (1 - nu))
    for k, edge in enumerate(edges):
        bc, a = _dot(b, edge.c), _cross(edge.t, b)
        potential = _surface_potential(mirror, triangle[k], triangle[(k + 1) % 3])
        turn = _cross(edge.g, edge.t)
        for i in range(3):
            free[i] += -edge.g[i] * bc + (1 - 2 * nu) * (b[0] * potential[i][1] - b[1] * potential[i][0])
            solid[i] += turn[i]
            hessian = -(bc * edge.j0 * (i == 2) + a[i] * edge.g[2] + a[2] * edge.g[i])
            hessian += 3 * bc * edge.w[i] * (edge.w[2] * edge.k0 + edge.t[2] * edge.k1)
            hessian += 3 * bc * edge.t[i] * (edge.w[2] * edge.k1 + edge.t[2] * edge.k2)
            twist = a[i] * edge.j0 - 3 * bc * (edge.w[i] * edge.k0 + edge.t[i] * edge.k1)
            slope[i] += edge.g[i] * a[2] + alpha * (hessian + depth * twist)
    for i in range(3):
        term = slope[i] + b[2] * solid[i] - (2 * (1 - alpha) * _dot(b, solid) if i == 2 else 0)
        field[i] += (free[i] + depth * (-term if i == 2 else term)) / (2 * mp.pi)
    return field


def _surface_potential(mirror: Vector, start: Vector, end: Vector) -> list[Vector]:
    """Second derivatives of the integral of (Z ln(R + Z) - R) dz along an edge."""
    sign = 1 if end[2] >= start[2] else -1
    low, high = (start, end) if sign > 0 else (end, start)
    line = _minus(high, low)
    length = _size(line)
    s = line[2] / length
    c = mp.hypot(line[0], line[1]) / length
    if s == 0:
        return [[mp.mpf(0)] * 3 for _ in range(3)]
    e = [line[0] / (c * length), line[1] / (c * length)]
    total = [mp.mpf(0)] * 5
    for vertex, side in ((low, 1), (high, -1)):
        d = _minus(mirror, vertex)
        r, z = _size(d), d[2]
        y1, y2 = d[0] * e[0] + d[1] * e[1], d[1] * e[0] - d[0] * e[1]
        tau, q = c * y1 + s * z, s * y1 - c * z
        x = mp.hypot(y2, q)
        angle = mp.atan2((tau * (x + q * c) + x * (r + x) * s), y2 * (r + x) * c)
        i5 = 2 / c * (angle - (mp.pi if y2 < 0 and angle > 0 else -mp.pi if y2 < 0 else 0)) if y2 else mp.mpf(0)
        log_t = mp.log(r + tau)
        i4 = (mp.log(r + z) - s * log_t) / c
        i3 = y1 / (c * (r + z)) - log_t + s / c * i4
        i1 = -y2 / (c * (r + z)) - s / c * i5
        for place, value in enumerate((-log_t - i3, i1, i3, i4, i5)):
            total[place] += side * value
    p11, p12, p22, p1z, p2z = (sign * s * value for value in total)
    x11 = e[0] ** 2 * p11 - 2 * e[0] * e[1] * p12 + e[1] ** 2 * p22
    x22 = e[1] ** 2 * p11 + 2 * e[0] * e[1] * p12 + e[0] ** 2 * p22
    x12 = e[0] * e[1] * (p11 - p22) + (e[0] ** 2 - e[1] ** 2) * p12
    xz = [e[0] * p1z - e[1] * p2z, e[1] * p1z + e[0] * p2z]
    return [[x11, x12], [x12, x22], xz]


def half_space_field(points: ArrayLike, triangle: ArrayLike, burgers: ArrayLike, nu: float) -> NDArray[np.float64]:
    """Displacement (n, 3) at points with up <= 0 for a Burgers vector, every digit of a float right.

    The side to which the triangle's normal points moves by +burgers/2. What the plain formulas cannot divide by (a
    vertical edge, a point on the extension of one) is moved by 1e-20 m.
    """
    with mp.workdps(100):
        exact, slip, poisson = _exact(triangle, burgers, nu)
        return np.array([[float(u) for u in half_space(row, exact, slip, poisson)] for row in _rows(points)])


def half_space_gradient(points: ArrayLike, triangle: ArrayLike, burgers: ArrayLike, nu: float) -> NDArray[np.float64]:
    """Derivatives (n, 3, 3) of component i along axis j, by differences over 1e-15 m; as `half_space_field`."""
    gradients = []
    with mp.workdps(130):
        exact, slip, poisson = _exact(triangle, burgers, nu)
        step = mp.mpf("1e-15")
        for row in _rows(points):
            columns = []
            for axis in range(3):
                ahead, back = list(row), list(row)
                ahead[axis] += step
                back[axis] -= step
                difference = _minus(*(half_space(at, exact, slip, poisson) for at in (ahead, back)))
                columns.append([float(value / (2 * step)) for value in difference])
            gradients.append(np.array(columns).T)
    return np.array(gradients)


def _exact(triangle: ArrayLike, burgers: ArrayLike, nu: float) -> tuple[list[Vector], Vector, mp.mpf]:
    a, b, c = np.asarray(triangle, dtype=float)
    if np.cross(b - a, c - a) @ triangle_bases([triangle])[0, 2] < 0:
        b, c = c, b
    vertices = [[mp.mpf(float(value)) for value in vertex] for vertex in (a, b, c)]
    for k, vertex in enumerate(vertices):
        vertex[0] += (k + 1) * mp.mpf("1e-20")
        vertex[1] += k * k * mp.mpf("1e-20")
    return vertices, [mp.mpf(float(value)) for value in np.asarray(burgers)], mp.mpf(float(nu))


def _rows(points: ArrayLike) -> list[Vector]:
    rows = [[mp.mpf(float(value)) for value in point] for point in np.asarray(points)]
    for row in rows:
        row[0] += mp.mpf("1.7e-20")
        row[1] += mp.mpf("-2.3e-20")
    return rows


def with_plunging_edge(
    plunge: float, *, seed: int, top: float = -500.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A triangle with one edge of the given plunge (deg), and points over, beside and under it, near and far.

    The points lie at the surface and at 100 m straight above vertices, centroid and an edge's middle; at random
    places at depth; and far away.
    """
    rng = np.random.default_rng(seed)
    down, turn = np.array([np.cos(np.radians(plunge)), -np.sin(np.radians(plunge))]), rng.uniform(0, 2 * np.pi)
    # The cosine of 90 degrees is 0, not 6e-17.
    level = 0.0 if plunge == 90.0 else down[0]
    start = np.array([0.0, 0.0, top])
    triangle = np.array(
        [start, start + 4e3 * np.array([level * np.cos(turn), level * np.sin(turn), down[1]]), [0, 0, 0]]
    )
    triangle[2] = [3e3, 1e3, top - 1.5e3]
    over = np.vstack([triangle, triangle.mean(axis=0), 0.5 * (triangle[0] + triangle[1])])
    ground = over * [1, 1, 0]
    points = np.vstack([ground, ground + [0, 0, 0.2 * top], rng.normal(scale=5e3, size=(8, 3)), [60e3, 1e4, 0]])
    points[:, 2] = -np.abs(points[:, 2])
    return triangle, points
