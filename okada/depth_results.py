"""From sums over the corners to displacement and gradients in east, north, up: Okada (1992), equations 20 and below.

u = u_A(real source) - u_A(image) + u_B + z u_C, each turned from fault-parallel components to the axes. Tables are
linear in their constants, so slip and 1/(2 pi) are folded into those, and strike and dip slip of a given vector are
added before anything is turned.
"""

import math
from typing import NamedTuple

import numpy as np

from geoslip.okada.compiled import inlined, inner
from geoslip.okada.depth_layout import (
    IMAGE,
    LOG_ETA,
    LOG_XI,
    Q_IMAGE,
    Q_REAL,
    REAL,
    RESULT,
    SECOND,
    THETA,
    Angle,
    Array,
    Slots,
    Z,
)
from geoslip.okada.depth_tables import (
    Across,
    Deep,
    Surface,
    Terms,
    Whole,
    across,
    deep,
    deep_dip,
    deep_opening,
    deep_strike,
    surface,
    surface_dip,
    surface_strike,
    whole,
    whole_dip,
    whole_opening,
    whole_strike,
)


class _Constants(NamedTuple):
    """The constants of the tables, times slip/(2 pi)."""

    a1: float
    a2: float
    a3: float
    a4: float
    a5: float
    unit: float


class _Parts(NamedTuple):
    """f_A of the real source, f_A + f_B of the image, f_C."""

    real: Terms
    image: Terms
    deep: Terms


class _Point(NamedTuple):
    """Everything the tables need at one point."""

    real: Whole
    image: Whole
    surface: Surface
    deep: Deep
    across: Across
    theta: float
    log_xi: float
    log_eta: float


@inlined
def _constants(poisson: float, slip: float) -> _Constants:
    alpha, unit = 0.5 / (1.0 - poisson), slip / (2.0 * math.pi)
    return _Constants(
        0.5 * (1.0 - alpha) * unit, 0.5 * alpha * unit, (1.0 - alpha) / alpha * unit,
        (1.0 - alpha) * unit, alpha * unit, unit,
    )  # fmt: skip


@inlined
def _add(a: Terms, b: Terms) -> Terms:
    return (
        a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4], a[5] + b[5],
        a[6] + b[6], a[7] + b[7], a[8] + b[8], a[9] + b[9], a[10] + b[10], a[11] + b[11],
    )  # fmt: skip


@inlined
def _point(scratch: Array, i: np.uint64, dip: Angle) -> _Point:
    real = whole(scratch, i, REAL, scratch[i + Q_REAL], dip[0], dip[1])
    image = whole(scratch, i, IMAGE, scratch[i + Q_IMAGE], dip[0], dip[1])
    down = deep(scratch, i, image, scratch[i + Z])
    return _Point(
        real, image, surface(scratch, i, image), down, across(scratch, i, image, down),
        scratch[i + THETA], scratch[i + LOG_XI], scratch[i + LOG_ETA],
    )  # fmt: skip


@inlined
def _strike(p: _Point, k: _Constants) -> _Parts:
    # Angle and logarithms of both sources come together, with the image.
    image = whole_strike(p.image, k.a1, k.a2 - k.unit, -0.5 * k.unit, p.theta, p.log_eta)
    return _Parts(
        whole_strike(p.real, k.a1, k.a2, 0.5 * k.unit, 0.0, 0.0),
        _add(image, surface_strike(p.image, p.surface, k.a3)),
        deep_strike(p.image, p.deep, k.unit, k.a4, k.a5),
    )


@inlined
def _dip(p: _Point, k: _Constants) -> _Parts:
    image = whole_dip(p.image, k.a1, k.a2 - k.unit, -0.5 * k.unit, p.theta, p.log_xi)
    return _Parts(
        whole_dip(p.real, k.a1, k.a2, 0.5 * k.unit, 0.0, 0.0),
        _add(image, surface_dip(p.image, p.surface, k.a3 * p.image.c)),
        deep_dip(p.image, p.deep, p.across, k.unit, k.a4, k.a5),
    )


@inlined
def _opening(p: _Point, k: _Constants) -> _Parts:
    image = whole_opening(p.image, k.a1, k.a2 - k.unit, -0.5 * k.unit, p.theta, p.log_xi, p.log_eta)
    return _Parts(
        whole_opening(p.real, k.a1, k.a2, 0.5 * k.unit, 0.0, 0.0, 0.0),
        _add(image, surface_dip(p.image, p.surface, -k.a3 * p.image.s)),
        deep_opening(p.image, p.deep, p.across, k.unit, k.a4, k.a5),
    )


@inlined
def _both(a: _Parts, b: _Parts) -> _Parts:
    return _Parts(_add(a.real, b.real), _add(a.image, b.image), _add(a.deep, b.deep))


@inlined
def _to_axes(parts: _Parts, row: int, sign: float, z: float, dip: Angle) -> tuple[float, float, float]:
    """One row, image + sign real + z f_C, from (strike, up dip, normal) to x, y, z; z f_C has its z mirrored."""
    s, c = dip
    first = parts.image[row] + sign * parts.real[row] + z * parts.deep[row]
    up, out = parts.image[row + 1] + sign * parts.real[row + 1], parts.image[row + 2] + sign * parts.real[row + 2]
    deep_up, deep_out = z * parts.deep[row + 1], z * parts.deep[row + 2]
    return first, (up + deep_up) * c - (out + deep_out) * s, (up - deep_up) * s + (out - deep_out) * c


@inlined
def _store_value(scratch: Array, i: np.uint64, parts: _Parts, strike: Angle, dip: Angle, slots: Slots) -> None:
    """Write u in east, north, up."""
    x, y, up = _to_axes(parts, 0, -1.0, scratch[i + Z], dip)
    scratch[i + slots[0]], scratch[i + slots[1]] = strike[0] * x - strike[1] * y, strike[1] * x + strike[0] * y
    scratch[i + slots[2]] = up


@inlined
def _store(scratch: Array, i: np.uint64, parts: _Parts, strike: Angle, dip: Angle, slots: Slots) -> None:
    """Write u and du_i/dx_j in east, north, up."""
    z, f = scratch[i + Z], parts.deep
    _store_value(scratch, i, parts, strike, dip, slots)
    xx, yx, zx = _to_axes(parts, 3, -1.0, z, dip)
    xy, yy, zy = _to_axes(parts, 6, -1.0, z, dip)
    xz, yz, zz = _to_axes(parts, 9, 1.0, z, dip)  # the real source has d = c + z, the image d = c - z
    xz, yz, zz = xz + f[0], yz + dip[1] * f[1] - dip[0] * f[2], zz - dip[0] * f[1] - dip[1] * f[2]
    s, c = strike
    ss, sc, cc = s * s, s * c, c * c
    turned, spread = sc * (xy + yx), sc * (xx - yy)
    scratch[i + slots[3]], scratch[i + slots[4]] = ss * xx - turned + cc * yy, spread + ss * xy - cc * yx
    scratch[i + slots[5]], scratch[i + slots[6]] = s * xz - c * yz, spread + ss * yx - cc * xy
    scratch[i + slots[7]], scratch[i + slots[8]] = cc * xx + turned + ss * yy, c * xz + s * yz
    scratch[i + slots[9]], scratch[i + slots[10]] = s * zx - c * zy, c * zx + s * zy
    scratch[i + slots[11]] = zz


@inner
def shear_gradients(scratch: Array, poisson: float, strike: Angle, dip: Angle, count: np.uint64) -> None:
    """Displacement and gradients of unit strike slip, into RESULT, and of unit dip slip, into SECOND.

    Parameters
    ----------
    scratch : ndarray, shape (SCRATCH,)
        Holds all sums.
    poisson : float
        Poisson's ratio.
    strike, dip : tuple of float
        Sine and cosine.
    count : unsigned int
        Number of points.
    """
    constants = _constants(poisson, 1.0)
    for i in range(count):
        point = _point(scratch, i, dip)
        _store(scratch, i, _strike(point, constants), strike, dip, RESULT)
        _store(scratch, i, _dip(point, constants), strike, dip, SECOND)


@inner
def shear_values(scratch: Array, poisson: float, strike: Angle, dip: Angle, count: np.uint64) -> None:
    """Displacement of unit strike slip, into RESULT, and of unit dip slip, into SECOND; as `shear_gradients`."""
    constants = _constants(poisson, 1.0)
    for i in range(count):
        point = _point(scratch, i, dip)
        _store_value(scratch, i, _strike(point, constants), strike, dip, RESULT)
        _store_value(scratch, i, _dip(point, constants), strike, dip, SECOND)


@inner
def sum_shear_gradients(
    scratch: Array, poisson: float, slip: Angle, strike: Angle, dip: Angle, count: np.uint64
) -> None:
    """Displacement and gradients of given strike and dip slip, into RESULT; otherwise as `shear_gradients`."""
    along, down = _constants(poisson, slip[0]), _constants(poisson, slip[1])
    for i in range(count):
        point = _point(scratch, i, dip)
        _store(scratch, i, _both(_strike(point, along), _dip(point, down)), strike, dip, RESULT)


@inner
def sum_shear_values(scratch: Array, poisson: float, slip: Angle, strike: Angle, dip: Angle, count: np.uint64) -> None:
    """Displacement of given strike and dip slip, into RESULT; otherwise as `shear_gradients`."""
    along, down = _constants(poisson, slip[0]), _constants(poisson, slip[1])
    for i in range(count):
        point = _point(scratch, i, dip)
        _store_value(scratch, i, _both(_strike(point, along), _dip(point, down)), strike, dip, RESULT)


@inner
def opening_gradients(
    scratch: Array, poisson: float, opening: float, strike: Angle, dip: Angle, count: np.uint64
) -> None:
    """Displacement and gradients of given opening, into RESULT; otherwise as `shear_gradients`."""
    constants = _constants(poisson, opening)
    for i in range(count):
        _store(scratch, i, _opening(_point(scratch, i, dip), constants), strike, dip, RESULT)


@inner
def opening_values(scratch: Array, poisson: float, opening: float, strike: Angle, dip: Angle, count: np.uint64) -> None:
    """Displacement of given opening, into RESULT; otherwise as `shear_gradients`."""
    constants = _constants(poisson, opening)
    for i in range(count):
        _store_value(scratch, i, _opening(_point(scratch, i, dip), constants), strike, dip, RESULT)
