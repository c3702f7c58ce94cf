"""Tables 6 to 9 of Okada (1992), applied to sums over the corners.

Every table function takes the sums of one point and gives twelve numbers for slip in one component: value, derivative
along x, along y and along z, each of the three fault-parallel components (along strike, up the dip, normal), in the
frame in which Okada's f_A, f_B and f_C are printed. Constants carry the slip and 1/(2 pi) with them: `a1` to `a5` are
those times (1 - alpha)/2, alpha/2, (1 - alpha)/alpha, 1 - alpha and alpha; `half` is that times 1/2, `unit` times 1.
Names are those of his tables: E, F, G, H, P with a trailing `_` for the primed ones, a leading x or e for a factor xi
or eta, a leading c for his c = d + z.

The image's f_A + f_B without its free-surface functions is f_A with alpha/2 - 1 for alpha/2, and -1/2 for 1/2.
"""

from typing import NamedTuple

import numpy as np

from geoslip.okada.compiled import inlined
from geoslip.okada.depth_layout import (
    FIFTH,
    SURFACE_GRADIENT,
    SURFACE_VALUE,
    Array,
    Slots,
)

Terms = tuple[float, float, float, float, float, float, float, float, float, float, float, float]


class Whole(NamedTuple):
    """Sums of one source, and the abbreviations of tables 6 to 8 that f_A needs."""

    q: float
    s: float
    c: float
    r1: float
    x11: float
    ex11: float
    y11: float
    xy11: float
    r3: float
    xr3: float
    er3: float
    xer3: float
    x32: float
    ex32: float
    y32: float
    xy32: float
    yr3: float
    dr3: float
    xxy32: float
    xxxy32: float
    eex32: float
    e: float
    e_: float
    f: float
    f_: float
    xf: float
    xf_: float
    g: float
    g_: float
    eg: float
    eg_: float
    h: float
    h_: float
    yx11: float
    dx11: float


class Deep(NamedTuple):
    """Abbreviations of table 9 that f_C of all components needs."""

    z: float
    h: float
    z32: float
    xz32: float
    y0: float
    z0: float
    cr3: float
    cr5: float
    cer5: float
    cxr5: float
    xp: float
    xq: float
    xqy: float
    xqz: float
    cyr5: float
    cdr5: float
    cdr3: float
    yy0: float


class Across(NamedTuple):
    """Abbreviations of table 9 that f_C of dip slip and opening needs: those with X11, X32 and X53."""

    cxq: float
    cex32: float
    yyx32: float
    ddx32: float
    ydx32: float
    dip_y: float
    dip_z: float
    open_y: float
    open_z: float


class Surface(NamedTuple):
    """Free-surface functions, gradients and values."""

    j1: float
    j2: float
    j3: float
    j4: float
    j5: float
    j6: float
    k1: float
    k3: float
    k4: float
    xd11: float
    yd11: float
    i1: float
    i2: float
    i3: float
    si4: float
    x_v: float
    y_v: float


@inlined
def whole(scratch: Array, i: np.uint64, sums: Slots, q: float, s: float, c: float) -> Whole:
    """Read the sums of a source and make the abbreviations of tables 6 to 8."""
    r1, x11, ex11, y11, xy11 = (
        scratch[i + sums[0]], scratch[i + sums[1]], scratch[i + sums[2]], scratch[i + sums[3]], scratch[i + sums[4]],
    )  # fmt: skip
    r3, xr3, er3, xer3 = scratch[i + sums[5]], scratch[i + sums[6]], scratch[i + sums[7]], scratch[i + sums[8]]
    x32, ex32, y32, xy32 = scratch[i + sums[9]], scratch[i + sums[10]], scratch[i + sums[11]], scratch[i + sums[12]]
    qq, qs, qc = q * q, q * s, q * c
    yr3, dr3 = c * er3 + qs * r3, s * er3 - qc * r3
    xxy32, xxxy32 = 2.0 * y11 - er3 - qq * y32, 2.0 * xy11 - xer3 - qq * xy32
    eex32 = 2.0 * x11 - xr3 - qq * x32
    yx32, dx32 = c * ex32 + qs * x32, s * ex32 - qc * x32
    x2, ex2 = 2.0 * x11, 2.0 * ex11
    return Whole(
        q, s, c, r1, x11, ex11, y11, xy11, r3, xr3, er3, xer3, x32, ex32, y32, xy32, yr3, dr3, xxy32, xxxy32, eex32,
        s * r1 - q * yr3, c * r1 + q * dr3,
        dr3 + s * xxy32, yr3 + c * xxy32,
        s * (xer3 + xxxy32) - qc * xr3, c * (xer3 + xxxy32) + qs * xr3,
        s * x2 - q * yx32, c * x2 + q * dx32,
        s * ex2 - q * (c * eex32 + qs * ex32), c * ex2 + q * (s * eex32 - qc * ex32),
        q * (dx32 + s * xy32), q * (yx32 + c * xy32),
        c * ex11 + qs * x11, s * ex11 - qc * x11,
    )  # fmt: skip


@inlined
def whole_strike(w: Whole, a1: float, a2: float, half: float, theta: float, log_eta: float) -> Terms:
    """f_A of strike slip."""
    b2, b1 = a2 * w.q, a1 * w.q
    return (
        half * theta + b2 * w.xy11, b2 * w.r1, a1 * log_eta - b2 * w.q * w.y11,
        -b1 * w.y11 - b2 * w.xxy32, -b2 * w.xr3, a1 * w.xy11 + b2 * w.q * w.xy32,
        a1 * w.s * w.xy11 + a2 * w.xf + half * w.dx11, a2 * w.e, a1 * w.c * w.r1 + b1 * w.s * w.y11 - b2 * w.f,
        a1 * w.c * w.xy11 + a2 * w.xf_ + half * w.yx11, a2 * w.e_, b1 * w.c * w.y11 - a1 * w.s * w.r1 - b2 * w.f_,
    )  # fmt: skip


@inlined
def whole_dip(w: Whole, a1: float, a2: float, half: float, theta: float, log_xi: float) -> Terms:
    """f_A of dip slip."""
    b2 = a2 * w.q
    return (
        b2 * w.r1, half * theta + b2 * w.ex11, a1 * log_xi - b2 * w.q * w.x11,
        -b2 * w.xr3, -half * w.q * w.y11 - b2 * w.er3, a1 * w.r1 + b2 * w.q * w.r3,
        a2 * w.e, a1 * w.dx11 + half * w.s * w.xy11 + a2 * w.eg, a1 * w.yx11 - b2 * w.g,
        a2 * w.e_, a1 * w.yx11 + half * w.c * w.xy11 + a2 * w.eg_, -a1 * w.dx11 - b2 * w.g_,
    )  # fmt: skip


@inlined
def whole_opening(w: Whole, a1: float, a2: float, half: float, theta: float, log_xi: float, log_eta: float) -> Terms:
    """f_A of opening."""
    q, s, c, b2 = w.q, w.s, w.c, a2 * w.q
    return (
        -a1 * log_eta - b2 * q * w.y11, -a1 * log_xi - b2 * q * w.x11, half * theta - b2 * (w.ex11 + w.xy11),
        -a1 * w.xy11 + b2 * q * w.xy32, -a1 * w.r1 + b2 * q * w.r3, -a1 * q * w.y11 - b2 * q * q * w.y32,
        -a1 * (c * w.r1 + q * s * w.y11) - b2 * w.f, -a1 * w.yx11 - b2 * w.g, a1 * (w.dx11 + s * w.xy11) + b2 * w.h,
        a1 * (s * w.r1 - q * c * w.y11) - b2 * w.f_, a1 * w.dx11 - b2 * w.g_, a1 * (w.yx11 + c * w.xy11) + b2 * w.h_,
    )  # fmt: skip


@inlined
def surface(scratch: Array, i: np.uint64, w: Whole) -> Surface:
    """Read the free-surface functions and make those that follow from them."""
    j2, j3 = scratch[i + SURFACE_GRADIENT[0]], scratch[i + SURFACE_GRADIENT[1]]
    j5, j6 = scratch[i + SURFACE_GRADIENT[2]], scratch[i + SURFACE_GRADIENT[3]]
    k1, k3 = w.c * j3 + w.s * j2, w.c * j6 + w.s * j5
    return Surface(
        w.c * j5 - w.s * j6, j2, j3, w.s * j3 - w.c * j2 - w.xy11, j5, j6, k1, k3, w.c * w.xy11 - w.s * k1,
        w.c * k1 + w.s * w.xy11, w.q * w.y11 - w.c * k3,
        scratch[i + SURFACE_VALUE[0]], scratch[i + SURFACE_VALUE[1]], scratch[i + SURFACE_VALUE[2]],
        scratch[i + SURFACE_VALUE[3]], scratch[i + SURFACE_VALUE[4]], scratch[i + SURFACE_VALUE[5]],
    )  # fmt: skip


@inlined
def surface_strike(w: Whole, f: Surface, a3: float) -> Terms:
    """Free-surface part of f_B of strike slip."""
    b = a3 * w.s
    return (
        -b * f.i1, b * f.y_v, -b * f.i2,
        -b * f.j1, -b * f.j2, -b * f.j3,
        b * (w.xy11 + f.j4), b * (w.r1 + f.j5), -b * (w.q * w.y11 - f.j6),
        b * f.k1, b * f.yd11, b * (w.r1 + w.s * f.k3),
    )  # fmt: skip


@inlined
def surface_dip(w: Whole, f: Surface, factor: float) -> Terms:
    """Free-surface part of f_B of dip slip (factor a3 cos) and of opening (factor -a3 sin)."""
    b = factor * w.s
    return (
        b * f.i3, -b * f.x_v, factor * f.si4,
        b * f.j4, b * f.j5, b * f.j6,
        b * f.j1, b * f.j2, b * f.j3,
        -b * f.k3, -b * f.xd11, -b * f.k4,
    )  # fmt: skip


@inlined
def deep(scratch: Array, i: np.uint64, w: Whole, z: float) -> Deep:
    """Read the sums of fifth order and make the abbreviations of table 9 without X11, X32, X53."""
    r5, xr5, er5 = scratch[i + FIFTH[0]], scratch[i + FIFTH[1]], scratch[i + FIFTH[2]]
    xer5, eer5, y53, xy53 = scratch[i + FIFTH[3]], scratch[i + FIFTH[4]], scratch[i + FIFTH[5]], scratch[i + FIFTH[6]]
    q, s, c = w.q, w.s, w.c
    qq, h, q3 = q * q, q * c - z, 3.0 * q  # Okada's c is eta s - h
    z32, xz32, y0 = s * w.r3 - h * w.y32, s * w.xr3 - h * w.xy32, w.y11 - w.xxy32
    xxy53, xxxy53 = 4.0 * w.y32 - 3.0 * er5 - qq * y53, 4.0 * w.xy32 - 3.0 * xer5 - qq * xy53
    z0 = z32 - 3.0 * s * (w.r3 - qq * r5 - eer5) + h * xxy53
    cr3, cr5, cer5, cxr5 = s * w.er3 - h * w.r3, s * er5 - h * r5, s * eer5 - h * er5, s * xer5 - h * xr5
    xp = 3.0 * (s * (w.xr3 - qq * xr5) - h * xer5) - xz32 - h * xxxy53  # xi (3 c eta/R^5 - Z0)
    xq = xp - z * w.xy32 - xz32
    xqy, xqz = s * xq - q3 * c * cxr5, c * xq + q3 * s * cxr5 + q * w.xy32
    cyr5, cdr5 = q3 * (c * cer5 + q * s * cr5), q3 * (s * cer5 - q * c * cr5)  # times 3 q
    return Deep(
        z, h, z32, xz32, y0, z0, cr3, cr5, cer5, cxr5, xp, xq, xqy, xqz, cyr5, cdr5, cr3 + w.dr3, w.yr3 - c * y0
    )


@inlined
def across(scratch: Array, i: np.uint64, w: Whole, k: Deep) -> Across:
    """Make the abbreviations of table 9 with X11, X32, X53."""
    xr5, xer5, x53, ex53 = scratch[i + FIFTH[1]], scratch[i + FIFTH[3]], scratch[i + FIFTH[7]], scratch[i + FIFTH[8]]
    q, s, c, h = w.q, w.s, w.c, k.h
    qq, qs, qc = q * q, q * s, q * c
    eex53 = 4.0 * w.x32 - 3.0 * xr5 - qq * x53
    eeex53 = 4.0 * w.ex32 - 3.0 * xer5 - qq * ex53
    cx11, cx32, cex32 = s * w.ex11 - h * w.x11, s * w.ex32 - h * w.x32, s * w.eex32 - h * w.ex32
    yx32, dx32 = c * w.ex32 + qs * w.x32, s * w.ex32 - qc * w.x32
    eyx32, edx32 = c * w.eex32 + qs * w.ex32, s * w.eex32 - qc * w.ex32
    cx53, cex53, ceex53 = s * ex53 - h * x53, s * eex53 - h * ex53, s * eeex53 - h * eex53
    return Across(
        cx11 - qq * cx32, cex32, c * eyx32 + qs * yx32, s * edx32 - qc * dx32, s * eyx32 - qc * yx32,
        s * cex32 + qc * cx32 - q * (c * ceex53 + qs * cex53), c * cex32 - qs * cx32 + q * (s * ceex53 - qc * cex53),
        c * cex32 + 3.0 * qs * cx32 - qq * (c * cex53 + qs * cx53),
        s * cex32 - 3.0 * qc * cx32 - qq * (s * cex53 - qc * cx53),
    )  # fmt: skip


@inlined
def deep_strike(w: Whole, k: Deep, unit: float, a4: float, a5: float) -> Terms:
    """f_C of strike slip."""
    q, s, c, b5 = w.q, w.s, w.c, a5 * w.q
    cer3 = s * (w.r1 - q * q * w.r3) - k.h * (w.er3 + w.xxy32)  # c eta/R^3 + xi^2 Z32
    p, p_ = c * w.xr3 + q * s * w.xy32, s * w.xr3 - q * c * w.xy32
    return (
        a4 * c * w.xy11 - b5 * k.xz32, a4 * (c * w.r1 + 2.0 * q * s * w.y11) - b5 * k.cr3,
        a4 * q * c * w.y11 - a5 * (cer3 - k.z * w.y11),
        a4 * c * k.y0 - b5 * k.z0, -a4 * (p + q * s * w.xy32) + 3.0 * b5 * k.cxr5, -a4 * q * c * w.xy32 + a5 * k.xq,
        -a4 * c * p - a5 * k.xqy,
        2.0 * a4 * s * (w.dr3 - s * k.y0) - unit * c * w.yr3 - a5 * (s * k.cdr3 - w.er3 - k.cyr5),
        -a4 * q * w.r3 + unit * s * k.yy0 + a5 * (c * k.cdr3 + k.cdr5 - s * (c * k.y0 + q * k.z0)),
        a4 * c * p_ - a5 * k.xqz,
        2.0 * a4 * s * k.yy0 + unit * c * w.dr3 - a5 * (c * k.cdr3 + k.cdr5),
        unit * c * k.yy0 - a5 * (s * (k.cdr3 - s * k.y0) - k.cyr5 + q * c * k.z0),
    )  # fmt: skip


@inlined
def deep_dip(w: Whole, k: Deep, m: Across, unit: float, a4: float, a5: float) -> Terms:
    """f_C of dip slip."""
    q, s, c, b5 = w.q, w.s, w.c, a5 * w.q
    p, p_ = c * w.xr3 + q * s * w.xy32, s * w.xr3 - q * c * w.xy32
    return (
        a4 * c * w.r1 - unit * q * s * w.y11 - b5 * k.cr3, a4 * w.yx11 - b5 * m.cex32,
        -unit * (w.dx11 + s * w.xy11) - a5 * m.cxq,
        unit * q * s * w.xy32 - a4 * c * w.xr3 + 3.0 * b5 * k.cxr5, 3.0 * b5 * k.cer5 - a4 * w.yr3,
        unit * (w.dr3 - s * k.y0) + a5 * k.cr3 - 3.0 * b5 * q * k.cr5,
        unit * s * s * k.y0 - a4 * w.er3 - a5 * (s * k.cdr3 - k.cyr5), a4 * (w.x11 - m.yyx32) - a5 * m.dip_y,
        unit * (s * p + m.ydx32) + a5 * m.open_y,
        unit * (s * c * k.y0 - q * w.r3) - a5 * (c * k.cdr3 + k.cdr5), a4 * m.ydx32 - a5 * m.dip_z,
        unit * (w.x11 - s * p_ - m.ddx32) - a5 * m.open_z,
    )  # fmt: skip


@inlined
def deep_opening(w: Whole, k: Deep, m: Across, unit: float, a4: float, a5: float) -> Terms:
    """f_C of opening."""
    q, s, c, b5 = w.q, w.s, w.c, a5 * w.q
    p, p_ = c * w.xr3 + q * s * w.xy32, s * w.xr3 - q * c * w.xy32
    return (
        -a4 * (s * w.r1 + q * c * w.y11) - a5 * k.z * w.y11 + b5 * q * k.z32,
        2.0 * a4 * s * w.xy11 + unit * w.dx11 - a5 * m.cxq, a4 * (w.yx11 + c * w.xy11) + b5 * (m.cex32 + k.xz32),
        a4 * s * w.xr3 + unit * q * c * w.xy32 + a5 * (k.xp - 2.0 * k.xz32),
        2.0 * a4 * s * k.y0 - unit * w.dr3 + a5 * k.cr3 - 3.0 * b5 * q * k.cr5,
        -a4 * k.yy0 - b5 * (3.0 * k.cer5 - k.z0),
        a4 * (q * w.r3 + s * c * k.y0) + a5 * (k.z * c * w.r3 + k.cdr5 - q * s * k.z0),
        a5 * m.open_y - 2.0 * a4 * s * p - unit * m.ydx32,
        a4 * (w.x11 - c * p - m.yyx32) + a5 * (m.dip_y + k.xqy),
        unit * (c * c * k.y0 - w.er3) - a5 * (k.z * s * w.r3 - k.cyr5 - s * s * k.y0 + q * c * k.z0),
        2.0 * a4 * s * p_ - unit * (w.x11 - m.ddx32) - a5 * m.open_z,
        a4 * (c * p_ + m.ydx32) + a5 * (m.dip_z + k.xqz),
    )  # fmt: skip
