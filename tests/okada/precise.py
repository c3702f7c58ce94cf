"""Okada (1985) displacement of the ground with 50 digits, written straight from the paper's equations 24 to 30."""

from typing import Any

import mpmath as mp
import numpy as np
from numpy.typing import NDArray

mp.mp.dps = 50


def precise_surface(point: Any, rectangle: Any, poisson: float = 0.25) -> NDArray[np.float64]:
    """Displacement (3 components, 3) in east, north, up per unit strike, dip and opening slip.

    The numbers given are taken as they are; every digit of the result is right, also for dips next to 90 degrees.
    """
    east, north = mp.mpf(float(point[0])), mp.mpf(float(point[1]))
    east0, north0, up0, strike, dip, length, width = (mp.mpf(float(value)) for value in rectangle)
    sin_strike, cos_strike, s, c = _sine(strike), _sine(strike + 90), _sine(dip), _sine(90 - dip)
    de, dn = east - east0, north - north0
    x = de * sin_strike + dn * cos_strike + length / 2
    d = -up0 + width * s
    y = dn * sin_strike - de * cos_strike + width * c
    p, q = y * c + d * s, y * s - d * c
    alpha = 1 - 2 * mp.mpf(float(poisson))
    total = [[mp.mpf(0)] * 3 for _ in range(3)]
    for xi, eta, sign in ((x, p, 1), (x, p - width, -1), (x - length, p, -1), (x - length, p - width, 1)):
        for into, term in zip(total, _corner(xi, eta, q, s, c, alpha)):
            for axis in range(3):
                into[axis] += sign * term[axis] / (2 * mp.pi)
    local = [[-v for v in total[0]], [-v for v in total[1]], total[2]]
    return np.array(
        [
            [float(u * sin_strike - v * cos_strike), float(u * cos_strike + v * sin_strike), float(w)]
            for u, v, w in local
        ]
    )


def _sine(degrees: Any) -> Any:
    return mp.mpf(0) if degrees % 180 == 0 else mp.sin(degrees * mp.pi / 180)


def _corner(xi: Any, eta: Any, q: Any, s: Any, c: Any, alpha: Any) -> Any:
    """The terms between Chinnery's bars of eq. 25, 26 and 27."""
    r, big_x = mp.sqrt(xi**2 + eta**2 + q**2), mp.sqrt(xi**2 + q**2)
    y, d = eta * c + q * s, eta * s - q * c
    theta = mp.atan(xi * eta / (q * r)) if q != 0 else mp.mpf(0)
    over_eta = 1 / (r + eta) if r + eta != 0 else mp.mpf(0)
    over_xi = 1 / (r + xi) if r + xi != 0 else mp.mpf(0)
    log_eta = mp.log(r + eta) if r + eta != 0 else -mp.log(r - eta)
    if c != 0:
        i5 = mp.mpf(0)
        if xi != 0:
            i5 = 2 * alpha / c * mp.atan((eta * (big_x + q * c) + big_x * (r + big_x) * s) / (xi * (r + big_x) * c))
        i4 = alpha / c * (mp.log(r + d) - s * log_eta)
        i3 = alpha * (y / (c * (r + d)) - log_eta) + s / c * i4
        i1 = -alpha * xi / (c * (r + d)) - s / c * i5
    else:
        i5, i4 = -alpha * xi * s / (r + d), -alpha * q / (r + d)
        i3 = alpha / 2 * (eta / (r + d) + y * q / (r + d) ** 2 - log_eta)
        i1 = -alpha / 2 * xi * q / (r + d) ** 2
    i2 = -alpha * log_eta - i3
    bracket = xi * q / r * over_eta - theta
    return (
        (
            xi * q / r * over_eta + theta + i1 * s,
            (y / r * q + q * c) * over_eta + i2 * s,
            (d / r * q + q * s) * over_eta + i4 * s,
        ),
        (
            q / r - i3 * s * c,
            y * q / r * over_xi + c * theta - i1 * s * c,
            d * q / r * over_xi + s * theta - i5 * s * c,
        ),
        (
            q**2 / r * over_eta - i3 * s**2,
            -d * q / r * over_xi - s * bracket - i1 * s**2,
            y * q / r * over_xi + c * bracket - i5 * s**2,
        ),
    )
