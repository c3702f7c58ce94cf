"""Okada (1992) in fifty digits: the published tables 6 to 9, written once more for mpmath as the oracle of the tests.

The formulas are the printed ones, divisions by cos(dip) included: with enough digits those divisions do no harm.
Lengths are in any one unit, angles in degrees, and results are in the frame east, north, up.
"""

import mpmath as mp
import numpy as np


class _Corner:
    """One corner (xi, eta) of Chinnery's difference, with the abbreviations under table 5 to 9 of Okada (1992)."""

    def __init__(self, xi, eta, q, z, sine, cosine, *, alpha):
        self.xi, self.eta, self.q, self.z, self.s, self.c = xi, eta, q, z, sine, cosine
        self.a1, self.a2, self.a3, self.a4, self.a5 = (1 - alpha) / 2, alpha / 2, (1 - alpha) / alpha, 1 - alpha, alpha
        r = self.R = mp.sqrt(xi**2 + eta**2 + q**2)
        self.y, self.d = eta * cosine + q * sine, eta * sine - q * cosine
        self.theta = mp.atan(xi * eta / (q * r)) if q != 0 else mp.mpf(0)
        rx, re = r + xi, r + eta
        self.lx, self.le = mp.log(rx), mp.log(re)
        self.X11, self.Y11 = 1 / (r * rx), 1 / (r * re)
        self.X32, self.Y32 = (2 * r + xi) / (r**3 * rx**2), (2 * r + eta) / (r**3 * re**2)
        self.X53 = (8 * r**2 + 9 * r * xi + 3 * xi**2) / (r**5 * rx**3)
        self.Y53 = (8 * r**2 + 9 * r * eta + 3 * eta**2) / (r**5 * re**3)

    def table_a(self):
        """f_A: rows strike, dip, opening; columns value, d/dx, d/dy, d/dz."""
        xi, et, q, s, c, y, d, R = self.xi, self.eta, self.q, self.s, self.c, self.y, self.d, self.R
        a1, a2, t, X11, X32, Y11, Y32 = self.a1, self.a2, self.theta / 2, self.X11, self.X32, self.Y11, self.Y32
        R3, half = R**3, mp.mpf(1) / 2
        E, E_ = s / R - y * q / R3, c / R + d * q / R3
        F, F_ = d / R3 + xi**2 * Y32 * s, y / R3 + xi**2 * Y32 * c
        G, G_ = 2 * X11 * s - y * q * X32, 2 * X11 * c + d * q * X32
        H, H_ = d * q * X32 + xi * q * Y32 * s, y * q * X32 + xi * q * Y32 * c
        return [
            [
                [t + a2 * xi * q * Y11, a2 * q / R, a1 * self.le - a2 * q**2 * Y11],
                [-a1 * q * Y11 - a2 * xi**2 * q * Y32, -a2 * xi * q / R3, a1 * xi * Y11 + a2 * xi * q**2 * Y32],
                [a1 * xi * Y11 * s + a2 * xi * F + d / 2 * X11, a2 * E, a1 * (c / R + q * Y11 * s) - a2 * q * F],
                [a1 * xi * Y11 * c + a2 * xi * F_ + y / 2 * X11, a2 * E_, -a1 * (s / R - q * Y11 * c) - a2 * q * F_],
            ],
            [
                [a2 * q / R, t + a2 * et * q * X11, a1 * self.lx - a2 * q**2 * X11],
                [-a2 * xi * q / R3, -q * Y11 / 2 - a2 * et * q / R3, a1 / R + a2 * q**2 / R3],
                [a2 * E, a1 * d * X11 + xi * half * Y11 * s + a2 * et * G, a1 * y * X11 - a2 * q * G],
                [a2 * E_, a1 * y * X11 + xi * half * Y11 * c + a2 * et * G_, -a1 * d * X11 - a2 * q * G_],
            ],
            [
                [-a1 * self.le - a2 * q**2 * Y11, -a1 * self.lx - a2 * q**2 * X11, t - a2 * q * (et * X11 + xi * Y11)],
                [-a1 * xi * Y11 + a2 * xi * q**2 * Y32, -a1 / R + a2 * q**2 / R3, -a1 * q * Y11 - a2 * q**3 * Y32],
                [
                    -a1 * (c / R + q * Y11 * s) - a2 * q * F,
                    -a1 * y * X11 - a2 * q * G,
                    a1 * (d * X11 + xi * Y11 * s) + a2 * q * H,
                ],
                [
                    a1 * (s / R - q * Y11 * c) - a2 * q * F_,
                    a1 * d * X11 - a2 * q * G_,
                    a1 * (y * X11 + xi * Y11 * c) + a2 * q * H_,
                ],
            ],
        ]  # fmt: skip

    def _free_surface_functions(self):
        """I1..I4, J1..J6, K1..K4 as published, with the printed special case of a vertical fault."""
        xi, et, q, s, c, y, d, R = self.xi, self.eta, self.q, self.s, self.c, self.y, self.d, self.R
        V, Y11 = R + d, self.Y11
        D11 = 1 / (R * V)
        J2, J5 = xi * y / V * D11, -(d + y * y / V) * D11
        if c != 0:
            X = mp.sqrt(xi**2 + q**2)
            angle = mp.atan((et * (X + q * c) + X * (R + X) * s) / (xi * (R + X) * c)) if xi != 0 else mp.mpf(0)
            I3 = (y * c / V - self.le + s * mp.log(V)) / c**2
            I4 = (xi / V * s * c + 2 * angle) / c**2 if xi != 0 else mp.mpf(0)
            K1, K3 = xi * (D11 - Y11 * s) / c, (q * Y11 - y * D11) / c
            J3, J6 = (K1 - J2 * s) / c, (K3 - J5 * s) / c
        else:
            I3, I4 = (et / V + y * q / V**2 - self.le) / 2, xi * y / V**2 / 2
            K1, K3 = xi * q / V * D11, s / V * (xi**2 * D11 - 1)
            J3, J6 = -xi / V**2 * (q**2 * D11 - mp.mpf(1) / 2), -y / V**2 * (xi**2 * D11 - mp.mpf(1) / 2)
        K2, K4 = 1 / R + K3 * s, xi * Y11 * c - K1 * s
        J1, J4 = J5 * c - J6 * s, -xi * Y11 - J2 * c + J3 * s
        I1, I2 = -xi / V * c - I4 * s, mp.log(V) + I3 * s
        return (I1, I2, I3, I4), (J1, J2, J3, J4, J5, J6), (K1, K2, K3, K4)

    def table_b(self):
        """f_B, laid out as table_a."""
        xi, et, q, s, c, y, d, R = self.xi, self.eta, self.q, self.s, self.c, self.y, self.d, self.R
        X11, X32, Y11, Y32, t = self.X11, self.X32, self.Y11, self.Y32, self.theta
        (I1, I2, I3, I4), (J1, J2, J3, J4, J5, J6), (K1, K2, K3, K4) = self._free_surface_functions()
        R3, V = R**3, R + d
        D11 = 1 / (R * V)
        E, E_ = s / R - y * q / R3, c / R + d * q / R3
        F, F_ = d / R3 + xi**2 * Y32 * s, y / R3 + xi**2 * Y32 * c
        G, G_ = 2 * X11 * s - y * q * X32, 2 * X11 * c + d * q * X32
        H, H_ = d * q * X32 + xi * q * Y32 * s, y * q * X32 + xi * q * Y32 * c
        b, m, n = self.a3 * s, self.a3 * s * c, self.a3 * s * s
        return [
            [
                [-xi * q * Y11 - t - b * I1, -q / R + b * y / V, q**2 * Y11 - b * I2],
                [xi**2 * q * Y32 - b * J1, xi * q / R3 - b * J2, -xi * q**2 * Y32 - b * J3],
                [-xi * F - d * X11 + b * (xi * Y11 + J4), -E + b * (1 / R + J5), q * F - b * (q * Y11 - J6)],
                [-xi * F_ - y * X11 + b * K1, -E_ + b * y * D11, q * F_ + b * K2],
            ],
            [
                [-q / R + m * I3, -et * q * X11 - t - m * xi / V, q**2 * X11 + m * I4],
                [xi * q / R3 + m * J4, et * q / R3 + q * Y11 + m * J5, -(q**2) / R3 + m * J6],
                [-E + m * J1, -et * G - xi * Y11 * s + m * J2, q * G + m * J3],
                [-E_ - m * K3, -et * G_ - xi * Y11 * c - m * xi * D11, q * G_ - m * K4],
            ],
            [
                [q**2 * Y11 - n * I3, q**2 * X11 + n * xi / V, q * (et * X11 + xi * Y11) - t - n * I4],
                [-xi * q**2 * Y32 - n * J4, -(q**2) / R3 - n * J5, q**3 * Y32 - n * J6],
                [q * F - n * J1, q * G - n * J2, -q * H - n * J3],
                [q * F_ + n * K3, q * G_ + n * xi * D11, -q * H_ + n * K4],
            ],
        ]

    def table_c(self):
        """f_C, laid out as table_a."""
        xi, et, q, s, c, y, d, R = self.xi, self.eta, self.q, self.s, self.c, self.y, self.d, self.R
        z, a4, a5 = self.z, self.a4, self.a5
        X11, X32, X53, Y11, Y32, Y53 = self.X11, self.X32, self.X53, self.Y11, self.Y32, self.Y53
        R3, R5 = R**3, R**5
        C, h = d + z, q * c - z
        Z32, Z53 = s / R3 - h * Y32, 3 * s / R5 - h * Y53
        Y0, Z0 = Y11 - xi**2 * Y32, Z32 - xi**2 * Z53
        P, P_ = c / R3 + q * Y32 * s, s / R3 - q * Y32 * c
        Q = z * Y32 + Z32 + Z0
        Qy, Qz = 3 * C * d / R5 - Q * s, 3 * C * y / R5 - Q * c + q * Y32
        qr, cdr, yy0 = 3 * q / R5, (C + d) / R3, y / R3 - Y0 * c
        dip_y = C * ((d + 2 * q * c) * X32 - y * et * q * X53)
        dip_z = C * ((y - 2 * q * s) * X32 + d * et * q * X53)
        open_y = C * ((y + 2 * q * s) * X32 - y * q**2 * X53)
        open_z = C * ((d - 2 * q * c) * X32 - d * q**2 * X53)
        return [
            [
                [
                    a4 * xi * Y11 * c - a5 * xi * q * Z32,
                    a4 * (c / R + 2 * q * Y11 * s) - a5 * C * q / R3,
                    a4 * q * Y11 * c - a5 * (C * et / R3 - z * Y11 + xi**2 * Z32),
                ],
                [
                    a4 * Y0 * c - a5 * q * Z0,
                    -a4 * xi * (c / R3 + 2 * q * Y32 * s) + a5 * C * xi * qr,
                    -a4 * xi * q * Y32 * c + a5 * xi * (3 * C * et / R5 - Q),
                ],
                [
                    -a4 * xi * P * c - a5 * xi * Qy,
                    a4 * 2 * (d / R3 - Y0 * s) * s - y / R3 * c - a5 * (cdr * s - et / R3 - C * y * qr),
                    -a4 * q / R3 + yy0 * s + a5 * (cdr * c + C * d * qr - (Y0 * c + q * Z0) * s),
                ],
                [
                    a4 * xi * P_ * c - a5 * xi * Qz,
                    a4 * 2 * (y / R3 - Y0 * c) * s + d / R3 * c - a5 * (cdr * c + C * d * qr),
                    yy0 * c - a5 * (cdr * s - C * y * qr - Y0 * s**2 + q * Z0 * c),
                ],
            ],
            [
                [
                    a4 * c / R - q * Y11 * s - a5 * C * q / R3,
                    a4 * y * X11 - a5 * C * et * q * X32,
                    -d * X11 - xi * Y11 * s - a5 * C * (X11 - q**2 * X32),
                ],
                [
                    -a4 * xi / R3 * c + a5 * C * xi * qr + xi * q * Y32 * s,
                    -a4 * y / R3 + a5 * C * et * qr,
                    d / R3 - Y0 * s + a5 * C / R3 * (1 - 3 * q**2 / R**2),
                ],
                [
                    -a4 * et / R3 + Y0 * s**2 - a5 * (cdr * s - C * y * qr),
                    a4 * (X11 - y * y * X32) - a5 * dip_y,
                    xi * P * s + y * d * X32 + a5 * open_y,
                ],
                [
                    -q / R3 + Y0 * s * c - a5 * (cdr * c + C * d * qr),
                    a4 * y * d * X32 - a5 * dip_z,
                    -xi * P_ * s + X11 - d * d * X32 - a5 * open_z,
                ],
            ],
            [
                [
                    -a4 * (s / R + q * Y11 * c) - a5 * (z * Y11 - q**2 * Z32),
                    a4 * 2 * xi * Y11 * s + d * X11 - a5 * C * (X11 - q**2 * X32),
                    a4 * (y * X11 + xi * Y11 * c) + a5 * q * (C * et * X32 + xi * Z32),
                ],
                [
                    a4 * xi / R3 * s + xi * q * Y32 * c + a5 * xi * (3 * C * et / R5 - 2 * Z32 - Z0),
                    a4 * 2 * Y0 * s - d / R3 + a5 * C / R3 * (1 - 3 * q**2 / R**2),
                    -a4 * yy0 - a5 * (C * et * qr - q * Z0),
                ],
                [
                    a4 * (q / R3 + Y0 * s * c) + a5 * (z / R3 * c + C * d * qr - q * Z0 * s),
                    -a4 * 2 * xi * P * s - y * d * X32 + a5 * open_y,
                    -a4 * (xi * P * c - X11 + y * y * X32) + a5 * (dip_y + xi * Qy),
                ],
                [
                    -et / R3 + Y0 * c**2 - a5 * (z / R3 * s - C * y * qr - Y0 * s**2 + q * Z0 * c),
                    a4 * 2 * xi * P_ * s - X11 + d * d * X32 - a5 * open_z,
                    a4 * (xi * P_ * c + y * d * X32) + a5 * (dip_z + xi * Qz),
                ],
            ],
        ]


def _turn(rows, s, c, *, sign=1):
    """From fault-parallel components (1, 2, 3) to x, y, z, where sign = -1 mirrors z (as for z f_C)."""
    return [[a, b * c - e * s, sign * (b * s + e * c)] for a, b, e in rows]


def _add(total, tables, factor):
    for component in range(3):
        for row in range(4):
            for k in range(3):
                total[component][row][k] += factor * tables[component][row][k]


def rectangle_field(point, rectangle, *, poisson, digits=50):
    """Displacement and gradients of unit strike, dip and opening slip on one rectangle, in `digits` digits.

    Parameters
    ----------
    point : sequence of 3
        East, north, up (up <= 0); taken as exact binary numbers.
    rectangle : sequence of 7
        East, north, up of the top-edge centre, strike and dip in degrees, length, width.
    poisson : float
        Poisson's ratio.
    digits : int
        Working precision; points on the extension of an edge need more, because singular parts cancel.

    Returns
    -------
    ndarray (3, 12), float64
        Rows strike, dip, opening; columns u_e, u_n, u_u, then du_i/dx_j row by row.
    """
    with mp.workdps(digits):
        px, py, pz = (mp.mpf(float(value)) if not isinstance(value, mp.mpf) else value for value in point)
        east, north, up, strike, dip, length, width = (mp.mpf(float(value)) for value in rectangle)
        ss, cs = mp.sin(mp.radians(strike)), mp.cos(mp.radians(strike))
        s, c = (mp.mpf(1), mp.mpf(0)) if dip == 90 else (mp.sin(mp.radians(dip)), mp.cos(mp.radians(dip)))
        if dip == 0:
            s, c = mp.mpf(0), mp.mpf(1)
        alpha = 1 / (2 * (1 - mp.mpf(float(poisson))))
        x = (px - east) * ss + (py - north) * cs + length / 2
        y = -(px - east) * cs + (py - north) * ss + width * c  # from the lower edge, to the left of strike
        depth = -up + width * s
        total = [[[mp.mpf(0)] * 3 for _ in range(4)] for _ in range(3)]
        for image in (False, True):
            d = depth - pz if image else depth + pz
            p, q = y * c + d * s, y * s - d * c
            for xi, eta, sign in ((x, p, 1), (x, p - width, -1), (x - length, p, -1), (x - length, p - width, 1)):
                corner = _Corner(xi, eta, q, pz, s, c, alpha=alpha)
                _add(total, _corner_sum(corner, s, c, pz, image=image), sign / (2 * mp.pi))
        return _to_east_north_up(total, ss, cs)


def _corner_sum(corner, s, c, z, *, image):
    """One corner of the real source (-f_A) or of the image (f_A + f_B + z f_C), rows value, d/dx, d/dy, d/dz."""
    a = corner.table_a()
    if not image:
        turned = [_turn(rows, s, c) for rows in a]
        return [[[-v for v in row] if k < 3 else list(row) for k, row in enumerate(rows)] for rows in turned]
    b, table_c = corner.table_b(), corner.table_c()
    result = []
    for rows_a, rows_b, rows_c in zip(a, b, table_c):
        plain = _turn([[u + v for u, v in zip(p, q)] for p, q in zip(rows_a, rows_b)], s, c)
        mirrored = _turn(rows_c, s, c, sign=-1)
        rows = [[u + z * v for u, v in zip(p, q)] for p, q in zip(plain, mirrored)]
        rows[3] = [u + v for u, v in zip(rows[3], mirrored[0])]
        result.append(rows)
    return result


def _to_east_north_up(total, ss, cs):
    out = np.empty((3, 12))
    rotation = mp.matrix([[ss, -cs, 0], [cs, ss, 0], [0, 0, 1]])
    for component in range(3):
        u = rotation * mp.matrix(total[component][0])
        derivative = mp.matrix(3, 3)  # [i, j] = du_i/dx_j in the fault's frame
        for j in range(3):
            for i in range(3):
                derivative[i, j] = total[component][1 + j][i]
        g = rotation * derivative * rotation.T
        out[component, :3] = [float(u[i]) for i in range(3)]
        out[component, 3:] = [float(g[i, j]) for i in range(3) for j in range(3)]
    return out
