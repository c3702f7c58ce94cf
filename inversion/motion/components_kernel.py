"""The pixel's normal equations: three components from the lines of sight that see it."""

import math

from numba import njit

COVARIANCE = ("ee", "nn", "uu", "en", "eu", "nu")
"""Order of the six elements of a symmetric 3 x 3 matrix."""


@njit(cache=True, nogil=True, error_model="numpy")
def largest_and_smallest(a: float, b: float, c: float, d: float, e: float, f: float) -> tuple[float, float]:
    """Eigenvalues of [[a, d, e], [d, b, f], [e, f, c]], the largest and the smallest (trigonometric form)."""
    mean = (a + b + c) / 3.0
    p = math.sqrt(((a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2 + 2.0 * (d * d + e * e + f * f)) / 6.0)
    if p < 1e-15:
        return mean, mean
    aa, bb, cc, dd, ee, ff = (a - mean) / p, (b - mean) / p, (c - mean) / p, d / p, e / p, f / p
    half = 0.5 * (aa * (bb * cc - ff * ff) - dd * (dd * cc - ff * ee) + ee * (dd * ff - bb * ee))
    angle = math.acos(min(1.0, max(-1.0, half))) / 3.0
    return mean + 2.0 * p * math.cos(angle), mean + 2.0 * p * math.cos(angle + 2.0 * math.pi / 3.0)


@njit(cache=True, nogil=True, error_model="numpy")
def three_components(values, look, weights, prior, prior_weight, out, covariance, condition, chi2, count):  # type: ignore[no-untyped-def]
    """Solve every pixel of a block for east, north and up.

    Parameters
    ----------
    values : (k, n) array
        Displacement along each field's direction, m; NaN where it has none.
    look : (k, 3, n) array
        Directions.
    weights : (k, n) array
        1 / sigma^2.
    prior, prior_weight : (n,) arrays
        What is known of north besides: its value and 1 / sigma^2; a weight of 0 says nothing.
    out : (3, n) array
    covariance : (6, n) array
        In the order of `COVARIANCE`.
    condition, chi2 : (n,) arrays
        Of the directions without weights; weighted sum of squared residuals.
    count : (n,) array
        Fields that see the pixel.
    """
    for i in range(values.shape[1]):
        nee, nnn, nuu, nen, neu, nnu = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        be, bn, bu, power = 0.0, 0.0, 0.0, 0.0
        gee, gnn, guu, gen, geu, gnu = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        seen = 0
        for k in range(values.shape[0]):
            d = values[k, i]
            e, n, u, w = look[k, 0, i], look[k, 1, i], look[k, 2, i], weights[k, i]
            if not (math.isfinite(d) and w > 0.0 and math.isfinite(e)):
                continue
            seen += 1
            gee += e * e
            gnn += n * n
            guu += u * u
            gen += e * n
            geu += e * u
            gnu += n * u
            nee += w * e * e
            nnn += w * n * n
            nuu += w * u * u
            nen += w * e * n
            neu += w * e * u
            nnu += w * n * u
            be += w * e * d
            bn += w * n * d
            bu += w * u * d
            power += w * d * d
        extra = prior_weight[i]
        if extra > 0.0:
            gnn += 1.0
            nnn += extra
            bn += extra * prior[i]
            power += extra * prior[i] * prior[i]
        count[i] = seen
        needed = 2 if extra > 0.0 else 3
        c_ee = nnn * nuu - nnu * nnu
        c_en = neu * nnu - nen * nuu
        c_eu = nen * nnu - nnn * neu
        determinant = nee * c_ee + nen * c_en + neu * c_eu
        high, low = largest_and_smallest(gee, gnn, guu, gen, geu, gnu)
        if seen < needed or not low > 1e-12 * high or not determinant > 0.0:
            condition[i] = math.inf
            chi2[i] = math.nan
            for j in range(3):
                out[j, i] = math.nan
            for j in range(6):
                covariance[j, i] = math.nan
            continue
        condition[i] = math.sqrt(high / low)
        inverse = 1.0 / determinant
        vee, ven, veu = c_ee * inverse, c_en * inverse, c_eu * inverse
        vnn = (nee * nuu - neu * neu) * inverse
        vuu = (nee * nnn - nen * nen) * inverse
        vnu = (nen * neu - nee * nnu) * inverse
        east = vee * be + ven * bn + veu * bu
        north = ven * be + vnn * bn + vnu * bu
        up = veu * be + vnu * bn + vuu * bu
        out[0, i], out[1, i], out[2, i] = east, north, up
        covariance[0, i], covariance[1, i], covariance[2, i] = vee, vnn, vuu
        covariance[3, i], covariance[4, i], covariance[5, i] = ven, veu, vnu
        chi2[i] = max(power - east * be - north * bn - up * bu, 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def east_and_up(values, look, weights, north, north_sigma, out, covariance, condition, chi2, count):  # type: ignore[no-untyped-def]
    """Solve every pixel of a block for east and up with north held at a value; its error goes into the covariance.

    Parameters as in `three_components`; `north` and `north_sigma` are (n,) in m.
    """
    for i in range(values.shape[1]):
        nee, nuu, neu, be, bu, power, le, lu = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        gee, guu, geu = 0.0, 0.0, 0.0
        seen = 0
        for k in range(values.shape[0]):
            e, n, u, w = look[k, 0, i], look[k, 1, i], look[k, 2, i], weights[k, i]
            d = values[k, i] - n * north[i]
            if not (math.isfinite(d) and w > 0.0 and math.isfinite(e)):
                continue
            seen += 1
            gee += e * e
            guu += u * u
            geu += e * u
            nee += w * e * e
            nuu += w * u * u
            neu += w * e * u
            be += w * e * d
            bu += w * u * d
            le += w * e * n
            lu += w * u * n
            power += w * d * d
        count[i] = seen
        determinant = nee * nuu - neu * neu
        half = 0.5 * math.sqrt((gee - guu) ** 2 + 4.0 * geu * geu)
        low, high = 0.5 * (gee + guu) - half, 0.5 * (gee + guu) + half
        if seen < 2 or not low > 1e-12 * high or not determinant > 0.0:
            condition[i] = math.inf
            chi2[i] = math.nan
            for j in range(3):
                out[j, i] = math.nan
            for j in range(6):
                covariance[j, i] = math.nan
            continue
        condition[i] = math.sqrt(high / low)
        vee, vuu, veu = nuu / determinant, nee / determinant, -neu / determinant
        east, up = vee * be + veu * bu, veu * be + vuu * bu
        # What a metre of north would add to east and up.
        leak_e, leak_u = -(vee * le + veu * lu), -(veu * le + vuu * lu)
        vnn = north_sigma[i] ** 2
        out[0, i], out[1, i], out[2, i] = east, north[i], up
        covariance[0, i], covariance[1, i] = vee + leak_e * leak_e * vnn, vnn
        covariance[2, i], covariance[3, i] = vuu + leak_u * leak_u * vnn, leak_e * vnn
        covariance[4, i], covariance[5, i] = veu + leak_e * leak_u * vnn, leak_u * vnn
        chi2[i] = max(power - east * be - up * bu, 0.0)
