"""Tables 6 to 9 of Okada (1992), applied to sums over the corners.

Every function takes the sums of one point and gives twelve numbers for unit slip in one component, times 2 pi: value,
derivative along x, along y and along z, each of the three fault-parallel components (along strike, up the dip, normal),
in the frame in which Okada's f_A, f_B and f_C are printed. Helper names are those under his tables: E, F, G, H, P, Q
with a trailing `_` for the primed ones, a leading x or e for a factor xi or eta, a leading c for his c = d + z.

The image's f_A + f_B without its free-surface functions is f_A with alpha/2 - 1 for alpha/2, and -1/2 for 1/2.
"""

from geoslip.okada.depth_layout import FIFTH, SURFACE_GRADIENT, SURFACE_VALUE, inlined


@inlined
def whole_space_parts(scratch, i, sums, q, s, c):
    """Abbreviations of table 6 to 8 that f_A needs, summed over the corners."""
    r1, x11, ex11, y11, xy11, r3, xr3, er3, xer3, x32, ex32, y32, xy32 = (
        scratch[i + sums[0]], scratch[i + sums[1]], scratch[i + sums[2]], scratch[i + sums[3]], scratch[i + sums[4]],
        scratch[i + sums[5]], scratch[i + sums[6]], scratch[i + sums[7]], scratch[i + sums[8]], scratch[i + sums[9]],
        scratch[i + sums[10]], scratch[i + sums[11]], scratch[i + sums[12]],
    )  # fmt: skip
    qq = q * q
    yr3, dr3 = c * er3 + s * q * r3, s * er3 - c * q * r3
    xxy32, xxxy32 = 2.0 * y11 - er3 - qq * y32, 2.0 * xy11 - xer3 - qq * xy32
    eex32 = 2.0 * x11 - xr3 - qq * x32
    e, e_ = s * r1 - q * yr3, c * r1 + q * dr3
    f, f_ = dr3 + s * xxy32, yr3 + c * xxy32
    xf, xf_ = s * xer3 - c * q * xr3 + s * xxxy32, c * xer3 + s * q * xr3 + c * xxxy32
    yx32, dx32 = c * ex32 + s * q * x32, s * ex32 - c * q * x32
    g, g_ = 2.0 * s * x11 - q * yx32, 2.0 * c * x11 + q * dx32
    eg = 2.0 * s * ex11 - q * (c * eex32 + s * q * ex32)
    eg_ = 2.0 * c * ex11 + q * (s * eex32 - c * q * ex32)
    h, h_ = q * (dx32 + s * xy32), q * (yx32 + c * xy32)
    yx11, dx11 = c * ex11 + s * q * x11, s * ex11 - c * q * x11
    return (
        r1, x11, ex11, y11, xy11, r3, xr3, er3, xer3, x32, ex32, y32, xy32,
        yr3, dr3, xxy32, xxxy32, eex32, e, e_, f, f_, xf, xf_, g, g_, eg, eg_, h, h_, yx11, dx11,
    )  # fmt: skip


@inlined
def whole_space_strike(parts, q, s, c, a1, a2, half, theta, log_eta):
    """f_A of strike slip."""
    (r1, x11, ex11, y11, xy11, r3, xr3, er3, xer3, x32, ex32, y32, xy32,
     yr3, dr3, xxy32, xxxy32, eex32, e, e_, f, f_, xf, xf_, g, g_, eg, eg_, h, h_, yx11, dx11) = parts  # fmt: skip
    b2 = a2 * q
    return (
        half * theta + b2 * xy11, b2 * r1, a1 * log_eta - b2 * q * y11,
        -a1 * q * y11 - b2 * xxy32, -b2 * xr3, a1 * xy11 + b2 * q * xy32,
        a1 * s * xy11 + a2 * xf + half * dx11, a2 * e, a1 * (c * r1 + q * s * y11) - b2 * f,
        a1 * c * xy11 + a2 * xf_ + half * yx11, a2 * e_, -a1 * (s * r1 - q * c * y11) - b2 * f_,
    )  # fmt: skip


@inlined
def whole_space_dip(parts, q, s, c, a1, a2, half, theta, log_xi):
    """f_A of dip slip."""
    (r1, x11, ex11, y11, xy11, r3, xr3, er3, xer3, x32, ex32, y32, xy32,
     yr3, dr3, xxy32, xxxy32, eex32, e, e_, f, f_, xf, xf_, g, g_, eg, eg_, h, h_, yx11, dx11) = parts  # fmt: skip
    b2 = a2 * q
    return (
        b2 * r1, half * theta + b2 * ex11, a1 * log_xi - b2 * q * x11,
        -b2 * xr3, -half * q * y11 - b2 * er3, a1 * r1 + b2 * q * r3,
        a2 * e, a1 * dx11 + half * s * xy11 + a2 * eg, a1 * yx11 - b2 * g,
        a2 * e_, a1 * yx11 + half * c * xy11 + a2 * eg_, -a1 * dx11 - b2 * g_,
    )  # fmt: skip


@inlined
def whole_space_opening(parts, q, s, c, a1, a2, half, theta, log_xi, log_eta):
    """f_A of opening."""
    (r1, x11, ex11, y11, xy11, r3, xr3, er3, xer3, x32, ex32, y32, xy32,
     yr3, dr3, xxy32, xxxy32, eex32, e, e_, f, f_, xf, xf_, g, g_, eg, eg_, h, h_, yx11, dx11) = parts  # fmt: skip
    b2 = a2 * q
    return (
        -a1 * log_eta - b2 * q * y11, -a1 * log_xi - b2 * q * x11, half * theta - b2 * (ex11 + xy11),
        -a1 * xy11 + b2 * q * xy32, -a1 * r1 + b2 * q * r3, -a1 * q * y11 - b2 * q * q * y32,
        -a1 * (c * r1 + q * s * y11) - b2 * f, -a1 * yx11 - b2 * g, a1 * (dx11 + s * xy11) + b2 * h,
        a1 * (s * r1 - q * c * y11) - b2 * f_, a1 * dx11 - b2 * g_, a1 * (yx11 + c * xy11) + b2 * h_,
    )  # fmt: skip


@inlined
def surface_strike(scratch, i, parts, q, s, c, a3):
    """Free-surface part of f_B of strike slip."""
    r1, y11, xy11 = parts[0], parts[3], parts[4]
    j2, j3, j5, j6, k1, k3, x_d11, y_d11 = _surface_gradient(scratch, i)
    b = a3 * s
    return (
        -b * scratch[i + SURFACE_VALUE[0]], b * scratch[i + SURFACE_VALUE[5]], -b * scratch[i + SURFACE_VALUE[1]],
        -b * (c * j5 - s * j6), -b * j2, -b * j3,
        b * (s * j3 - c * j2), b * (r1 + j5), -b * (q * y11 - j6),
        b * k1, b * y_d11, b * (r1 + s * k3),
    )  # fmt: skip


@inlined
def surface_dip(scratch, i, parts, s, c, factor):
    """Free-surface part of f_B of dip slip (factor alpha3 cos) and of opening (-alpha3 sin), before times sin(dip)."""
    xy11 = parts[4]
    j2, j3, j5, j6, k1, k3, x_d11, y_d11 = _surface_gradient(scratch, i)
    b = factor * s
    return (
        b * scratch[i + SURFACE_VALUE[2]], -b * scratch[i + SURFACE_VALUE[4]], factor * scratch[i + SURFACE_VALUE[3]],
        b * (s * j3 - c * j2 - xy11), b * j5, b * j6,
        b * (c * j5 - s * j6), b * j2, b * j3,
        -b * k3, -b * x_d11, b * (s * k1 - c * xy11),
    )  # fmt: skip


@inlined
def _surface_gradient(scratch, i):
    return (
        scratch[i + SURFACE_GRADIENT[0]], scratch[i + SURFACE_GRADIENT[1]],
        scratch[i + SURFACE_GRADIENT[2]], scratch[i + SURFACE_GRADIENT[3]],
        scratch[i + SURFACE_GRADIENT[4]], scratch[i + SURFACE_GRADIENT[5]],
        scratch[i + SURFACE_GRADIENT[6]], scratch[i + SURFACE_GRADIENT[7]],
    )  # fmt: skip


@inlined
def depth_parts(scratch, i, parts, q, z, s, c):
    """Abbreviations of table 9 that f_C needs, summed over the corners."""
    (r1, x11, ex11, y11, xy11, r3, xr3, er3, xer3, x32, ex32, y32, xy32,
     yr3, dr3, xxy32, xxxy32, eex32, e, e_, f, f_, xf, xf_, g, g_, eg, eg_, h, h_, yx11, dx11) = parts  # fmt: skip
    r5, xr5, er5, xer5, eer5, y53, xy53, x53, ex53 = (
        scratch[i + FIFTH[0]], scratch[i + FIFTH[1]], scratch[i + FIFTH[2]], scratch[i + FIFTH[3]],
        scratch[i + FIFTH[4]], scratch[i + FIFTH[5]], scratch[i + FIFTH[6]], scratch[i + FIFTH[7]],
        scratch[i + FIFTH[8]],
    )  # fmt: skip
    qq, hh = q * q, q * c - z  # Okada's h; his c is eta s - hh
    z32, xz32 = s * r3 - hh * y32, s * xr3 - hh * xy32
    y0 = y11 - xxy32
    xxy53, xxxy53 = 4.0 * y32 - 3.0 * er5 - qq * y53, 4.0 * xy32 - 3.0 * xer5 - qq * xy53
    z0 = z32 - 3.0 * s * (r3 - qq * r5 - eer5) + hh * xxy53
    cr3, cr5, cer5, cxr5 = s * er3 - hh * r3, s * er5 - hh * r5, s * eer5 - hh * er5, s * xer5 - hh * xr5
    xp = 3.0 * (s * (xr3 - qq * xr5) - hh * xer5) - xz32 - hh * xxxy53  # xi (3 c eta/R^5 - Z0)
    xq = xp - z * xy32 - xz32
    xqy, xqz = s * xq - 3.0 * q * c * cxr5, c * xq + 3.0 * q * s * cxr5 + q * xy32
    cyr5, cdr5 = 3.0 * q * (c * cer5 + s * q * cr5), 3.0 * q * (s * cer5 - c * q * cr5)  # times 3 q
    return z32, xz32, y0, z0, cr3, cr5, cer5, cxr5, xp, xq, xqy, xqz, cyr5, cdr5, cr3 + dr3, yr3 - c * y0


@inlined
def depth_parts_across(scratch, i, parts, q, z, s, c):
    """Abbreviations of table 9 that only f_C of dip slip and opening need: those with X11, X32 and X53."""
    (r1, x11, ex11, y11, xy11, r3, xr3, er3, xer3, x32, ex32, y32, xy32,
     yr3, dr3, xxy32, xxxy32, eex32, e, e_, f, f_, xf, xf_, g, g_, eg, eg_, h, h_, yx11, dx11) = parts  # fmt: skip
    xr5, xer5, x53, ex53 = scratch[i + FIFTH[1]], scratch[i + FIFTH[3]], scratch[i + FIFTH[7]], scratch[i + FIFTH[8]]
    qq, hh, qs, qc = q * q, q * c - z, q * s, q * c
    eex53 = 4.0 * x32 - 3.0 * xr5 - qq * x53
    eeex53 = 4.0 * ex32 - 3.0 * xer5 - qq * ex53
    cx11, cx32, cex32 = s * ex11 - hh * x11, s * ex32 - hh * x32, s * eex32 - hh * ex32
    yyx32 = c * c * eex32 + 2.0 * s * c * q * ex32 + qs * qs * x32
    ddx32 = s * s * eex32 - 2.0 * s * c * q * ex32 + qc * qc * x32
    ydx32 = s * c * eex32 + q * (s * s - c * c) * ex32 - qs * qc * x32
    cdx53, cyx53 = s * ex53 - hh * x53, s * eex53 - hh * ex53  # c X53, c eta X53
    ceey = s * eeex53 - hh * eex53
    dip_y = s * cex32 + qc * cx32 - q * (c * ceey + qs * cyx53)
    dip_z = c * cex32 - qs * cx32 + q * (s * ceey - qc * cyx53)
    open_y = c * cex32 + 3.0 * qs * cx32 - qq * (c * cyx53 + qs * cdx53)
    open_z = s * cex32 - 3.0 * qc * cx32 - qq * (s * cyx53 - qc * cdx53)
    return cx11 - qq * cx32, cex32, yyx32, ddx32, ydx32, dip_y, dip_z, open_y, open_z


@inlined
def depth_strike(parts, deep, q, z, s, c, a4, a5):
    """f_C of strike slip."""
    r1, y11, xy11, r3, xr3, er3, xy32 = parts[0], parts[3], parts[4], parts[5], parts[6], parts[7], parts[12]
    y32, yr3, dr3, xxy32 = parts[11], parts[13], parts[14], parts[15]
    z32, xz32, y0, z0, cr3, cr5, cer5, cxr5, xp, xq, xqy, xqz, cyr5, cdr5, cdr3, yy0 = deep
    hh = q * c - z
    cer3 = s * (r1 - q * q * r3) - hh * (er3 + xxy32)  # c eta/R^3 + xi^2 Z32
    return (
        a4 * c * xy11 - a5 * q * xz32, a4 * (c * r1 + 2.0 * q * s * y11) - a5 * q * cr3,
        a4 * q * c * y11 - a5 * (cer3 - z * y11),
        a4 * c * y0 - a5 * q * z0, -a4 * (c * xr3 + 2.0 * q * s * xy32) + 3.0 * a5 * q * cxr5,
        -a4 * q * c * xy32 + a5 * xq,
        -a4 * c * (c * xr3 + q * s * xy32) - a5 * xqy,
        2.0 * a4 * s * (dr3 - s * y0) - c * yr3 - a5 * (s * cdr3 - er3 - cyr5),
        -a4 * q * r3 + s * yy0 + a5 * (c * cdr3 + cdr5 - s * c * y0 - q * s * z0),
        a4 * c * (s * xr3 - q * c * xy32) - a5 * xqz,
        2.0 * a4 * s * yy0 + c * dr3 - a5 * (c * cdr3 + cdr5),
        c * yy0 - a5 * (s * cdr3 - cyr5 - s * s * y0 + q * c * z0),
    )  # fmt: skip


@inlined
def depth_dip(parts, deep, across, q, z, s, c, a4, a5):
    """f_C of dip slip."""
    r1, x11, y11, xy11, r3, xr3, er3, xy32 = (
        parts[0], parts[1], parts[3], parts[4], parts[5], parts[6], parts[7], parts[12],
    )  # fmt: skip
    yr3, dr3, yx11, dx11 = parts[13], parts[14], parts[30], parts[31]
    z32, xz32, y0, z0, cr3, cr5, cer5, cxr5, xp, xq, xqy, xqz, cyr5, cdr5, cdr3, yy0 = deep
    cxq, cex32, yyx32, ddx32, ydx32, dip_y, dip_z, open_y, open_z = across
    return (
        a4 * c * r1 - s * q * y11 - a5 * q * cr3, a4 * yx11 - a5 * q * cex32, -dx11 - s * xy11 - a5 * cxq,
        -a4 * c * xr3 + 3.0 * a5 * q * cxr5 + q * s * xy32, -a4 * yr3 + 3.0 * a5 * q * cer5,
        dr3 - s * y0 + a5 * (cr3 - 3.0 * q * q * cr5),
        -a4 * er3 + s * s * y0 - a5 * (s * cdr3 - cyr5), a4 * (x11 - yyx32) - a5 * dip_y,
        s * (c * xr3 + q * s * xy32) + ydx32 + a5 * open_y,
        -q * r3 + s * c * y0 - a5 * (c * cdr3 + cdr5), a4 * ydx32 - a5 * dip_z,
        -s * (s * xr3 - q * c * xy32) + x11 - ddx32 - a5 * open_z,
    )  # fmt: skip


@inlined
def depth_opening(parts, deep, across, q, z, s, c, a4, a5):
    """f_C of opening."""
    r1, x11, y11, xy11, r3, xr3, er3, xy32 = (
        parts[0], parts[1], parts[3], parts[4], parts[5], parts[6], parts[7], parts[12],
    )  # fmt: skip
    dr3, yx11, dx11 = parts[14], parts[30], parts[31]
    z32, xz32, y0, z0, cr3, cr5, cer5, cxr5, xp, xq, xqy, xqz, cyr5, cdr5, cdr3, yy0 = deep
    cxq, cex32, yyx32, ddx32, ydx32, dip_y, dip_z, open_y, open_z = across
    p, p_ = c * xr3 + q * s * xy32, s * xr3 - q * c * xy32
    return (
        -a4 * (s * r1 + q * c * y11) - a5 * (z * y11 - q * q * z32), 2.0 * a4 * s * xy11 + dx11 - a5 * cxq,
        a4 * (yx11 + c * xy11) + a5 * q * (cex32 + xz32),
        a4 * s * xr3 + q * c * xy32 + a5 * (xp - 2.0 * xz32),
        2.0 * a4 * s * y0 - dr3 + a5 * (cr3 - 3.0 * q * q * cr5), -a4 * yy0 - a5 * q * (3.0 * cer5 - z0),
        a4 * (q * r3 + s * c * y0) + a5 * (z * c * r3 + cdr5 - q * s * z0), -2.0 * a4 * s * p - ydx32 + a5 * open_y,
        -a4 * (c * p - x11 + yyx32) + a5 * (dip_y + xqy),
        -er3 + c * c * y0 - a5 * (z * s * r3 - cyr5 - s * s * y0 + q * c * z0),
        2.0 * a4 * s * p_ - x11 + ddx32 - a5 * open_z, a4 * (c * p_ + ydx32) + a5 * (dip_z + xqz),
    )  # fmt: skip
