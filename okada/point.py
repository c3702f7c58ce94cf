"""Point dislocations in a half-space: displacement and gradients (Okada 1992, equations 1 to 5).

Okada's field of a point force is written here through derivatives of three functions of the vector R from the source
(or its image) to the point: R itself, 1/R, and chi = R3 ln(R + R3) - R, whose second derivatives along z are 1/R:

    8 pi mu A_ij = 2 delta_ij/R - alpha R,ij
    4 pi mu B_ij = 2 delta_ij/R - R,ij + (1 - alpha)/alpha (2 delta_j3 - 1) chi,ij
    4 pi mu C_ij = (2 delta_i3 - 1) [(2 - alpha) (delta_j3 (1/R),i - delta_i3 (1/R),j) + alpha xi3 (1/R),ij]

A dislocation of potency (area times slip) is the moment tensor mu (s n + n s) + lambda (s.n) I, and its field the
derivative of these along the source's coordinates; gradients take one derivative more. So nothing is needed but
derivatives of the three functions up to the fourth.
"""

import itertools

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.rectangles import as_points, as_poisson, sine_cosine

POINT_COLUMNS = ("east", "north", "up", "strike", "dip")
"""Columns of a table of point sources: place (m, up < 0), strike and dip (deg)."""

_MIRROR = np.array([1.0, 1.0, -1.0])  # dR/dx for the image, whose R3 is -(x3 + xi3); and 1 - 2 delta_i3

_Tensors = list[NDArray[np.float64]]


def point_displacement(
    points: ArrayLike, sources: ArrayLike, potency: ArrayLike, *, poisson: float = 0.25
) -> NDArray[np.float64]:
    """Displacement due to point dislocations.

    Parameters
    ----------
    points, sources, potency, poisson
        As for `point_gradient`.

    Returns
    -------
    ndarray, shape (n, 3)
        East, north, up displacement in metres; NaN at a source.

    Raises
    ------
    ValueError
        As for `point_gradient`.
    """
    return point_gradient(points, sources, potency, poisson=poisson)[0]


def point_gradient(
    points: ArrayLike, sources: ArrayLike, potency: ArrayLike, *, poisson: float = 0.25
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Displacement and displacement gradients due to point dislocations.

    Parameters
    ----------
    points : array_like, shape (n, 3)
        East, north, up in metres, up <= 0.
    sources : array_like, shape (m, 5)
        Columns as in `POINT_COLUMNS`.
    potency : array_like, shape (m, 3) or (m, 4)
        Area times strike slip (left-lateral), dip slip (reverse) and opening in m^3; a fourth column is an expansion,
        three equal openings at right angles, each of that potency.
    poisson : float, optional
        Poisson's ratio, 0 <= poisson < 0.5.

    Returns
    -------
    displacement : ndarray, shape (n, 3)
        East, north, up in metres; NaN at a source.
    gradient : ndarray, shape (n, 3, 3)
        du_i/dx_j.

    Raises
    ------
    ValueError
        If a shape, a point or source above ground, or Poisson's ratio is unfit.
    """
    place, ratio = as_points(points), as_poisson(poisson)
    table = np.asarray(sources, dtype=np.float64)
    amounts = np.asarray(potency, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != len(POINT_COLUMNS) or not np.isfinite(table).all():
        raise ValueError(
            f"sources have shape {table.shape}, but a point source is a row of {len(POINT_COLUMNS)} finite numbers; "
            f"give columns {', '.join(POINT_COLUMNS)}"
        )
    if (table[:, 2] > 0).any():
        raise ValueError(f"a source has up = {table[:, 2].max():g} m, but the half-space ends at up = 0; lower it")
    if amounts.shape not in ((len(table), 3), (len(table), 4)):
        raise ValueError(
            f"potency has shape {amounts.shape}, but there are {len(table)} sources; "
            "give strike, dip, opening (and expansion) per source in m^3"
        )
    displacement, gradient = np.zeros((len(place), 3)), np.zeros((len(place), 3, 3))
    for row, moment in zip(table, _moments(table, amounts, ratio)):
        u, g = _moment_field(place, row[:3], moment, 0.5 / (1.0 - ratio))
        displacement += u
        gradient += g
    return displacement, gradient


def _moments(table: NDArray[np.float64], potency: NDArray[np.float64], poisson: float) -> NDArray[np.float64]:
    """Moment tensors over the rigidity (m, 3, 3) in m^3."""
    (ss, sd), (cs, cd) = zip(*(sine_cosine(table[:, k]) for k in (3, 4)))
    normal = np.stack([sd * cs, -sd * ss, cd], axis=-1)
    strike, updip = np.stack([ss, cs, 0.0 * ss], axis=-1), np.stack([-cs * cd, ss * cd, sd], axis=-1)
    slip = potency[:, :1] * strike + potency[:, 1:2] * updip + potency[:, 2:3] * normal
    pairs = slip[:, :, None] * normal[:, None, :]
    lame = 2.0 * poisson / (1.0 - 2.0 * poisson)
    isotropic = lame * potency[:, 2]
    if potency.shape[1] == 4:
        isotropic = isotropic + (3.0 * lame + 2.0) * potency[:, 3]
    return pairs + np.swapaxes(pairs, 1, 2) + isotropic[:, None, None] * np.eye(3)


def _moment_field(
    points: NDArray[np.float64], source: NDArray[np.float64], moment: NDArray[np.float64], alpha: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Displacement and gradients of one moment tensor over the rigidity (Okada 1992, equation 1)."""
    x3, xi3 = points[:, 2], float(source[2])
    image = points - source
    image[:, 2] = -x3 - xi3
    with np.errstate(divide="ignore", invalid="ignore"):
        real_a = _whole_space(_inverse(points - source), _radius(points - source), moment, alpha)
        inverse, radius, chi = _inverse(image), _radius(image), _chi(image)
        image_a = _whole_space(inverse, radius, moment, alpha)
        image_b = _surface(inverse, radius, chi, moment, (1.0 - alpha) / alpha)
        image_c = _deep(inverse, moment, alpha, xi3)
    displacement = real_a[0] - image_a[0] + image_b[0] + x3[:, None] * image_c[0]
    gradient = real_a[1] + (image_b[1] - image_a[1] + x3[:, None, None] * image_c[1]) * _MIRROR
    gradient[:, :, 2] += image_c[0]
    at_source = (points == source).all(axis=1)
    displacement[at_source], gradient[at_source] = np.nan, np.nan
    return displacement, gradient


def _whole_space(inverse: _Tensors, radius: _Tensors, moment: NDArray[np.float64], alpha: float) -> _Tensors:
    """-M_jk A_ij,k and its derivatives along R."""
    value = 2.0 * np.einsum("nk,ik->ni", inverse[1], moment) - alpha * np.einsum("nijk,jk->ni", radius[3], moment)
    slope = 2.0 * np.einsum("nkl,ik->nil", inverse[2], moment) - alpha * np.einsum("nijkl,jk->nil", radius[4], moment)
    return [value / (-8.0 * np.pi), slope / (-8.0 * np.pi)]


def _surface(inverse: _Tensors, radius: _Tensors, chi: _Tensors, moment: NDArray[np.float64], beta: float) -> _Tensors:
    """-M_jk B_ij,k and its derivatives along R."""
    signed = -beta * moment * _MIRROR[:, None]
    value = 2.0 * np.einsum("nk,ik->ni", inverse[1], moment) - np.einsum("nijk,jk->ni", radius[3], moment)
    slope = 2.0 * np.einsum("nkl,ik->nil", inverse[2], moment) - np.einsum("nijkl,jk->nil", radius[4], moment)
    value += np.einsum("nijk,jk->ni", chi[0], signed)
    slope += np.einsum("nijkl,jk->nil", chi[1], signed)
    return [value / (-4.0 * np.pi), slope / (-4.0 * np.pi)]


def _deep(inverse: _Tensors, moment: NDArray[np.float64], alpha: float, xi3: float) -> _Tensors:
    """M_jk times the derivative of C_ij along xi_k, xi3 in C included, and its derivatives along R."""
    tensors = []
    for order, rest in ((2, ""), (3, "l")):
        term = (2.0 - alpha) * np.einsum(f"nik{rest},k->ni{rest}", inverse[order], moment[2])
        term[:, 2] -= (2.0 - alpha) * np.einsum(f"njk{rest},jk->n{rest}", inverse[order], moment)
        term += alpha * xi3 * np.einsum(f"nijk{rest},jk->ni{rest}", inverse[order + 1], moment)
        term -= alpha * np.einsum(f"nij{rest},j->ni{rest}", inverse[order], moment[:, 2])
        term[:, 2] *= -1.0
        tensors.append(term / (4.0 * np.pi))
    return tensors


def _inverse(vectors: NDArray[np.float64]) -> _Tensors:
    """1/R and its derivatives up to the fourth."""
    r = np.sqrt(np.einsum("ni,ni->n", vectors, vectors))
    return [1.0 / r, *_radial(vectors, -(r**-3), 3.0 * r**-5, -15.0 * r**-7, 105.0 * r**-9)]


def _radius(vectors: NDArray[np.float64]) -> _Tensors:
    """R and its derivatives up to the fourth."""
    r = np.sqrt(np.einsum("ni,ni->n", vectors, vectors))
    return [r, *_radial(vectors, 1.0 / r, -(r**-3), 3.0 * r**-5, -15.0 * r**-7)]


def _chi(vectors: NDArray[np.float64]) -> _Tensors:
    """Third and fourth derivatives of chi = R3 ln(R + R3) - R.

    Horizontally chi and its derivative ln(R + R3) along R3 depend on R only; two derivatives along R3 leave 1/R.
    """
    z, r = vectors[:, 2], np.sqrt(np.einsum("ni,ni->n", vectors, vectors))
    d, flat = r + z, vectors[:, :2]
    plain = _radial(flat, -1.0 / d, 1.0 / (r * d**2), -(3.0 * r + z) / (r * d) ** 3,
                    3.0 * (5.0 * r**2 + 4.0 * r * z + z**2) / (r**5 * d**4))  # fmt: skip
    once = _radial(flat, 1.0 / (r * d), -(2.0 * r + z) / (r**3 * d**2),
                   (8.0 * r**2 + 9.0 * r * z + 3.0 * z**2) / (r**5 * d**3), None)  # fmt: skip
    inverse = _inverse(vectors)
    tensors = []
    for order in (3, 4):
        tensor = np.empty((len(vectors), *(3,) * order))
        for index in itertools.product(range(3), repeat=order):
            level = [k for k in index if k < 2]
            ups = order - len(level)
            family = (plain, once)[ups][len(level) - 1] if ups < 2 else inverse[order - 2]
            take: tuple[slice | int, ...] = (slice(None), *level, *(2,) * (ups - 2))
            put: tuple[slice | int, ...] = (slice(None), *index)
            tensor[put] = family[take]
        tensors.append(tensor)
    return tensors


def _radial(
    vectors: NDArray[np.float64],
    f1: NDArray[np.float64],
    f2: NDArray[np.float64],
    f3: NDArray[np.float64],
    f4: NDArray[np.float64] | None,
) -> _Tensors:
    """Derivatives of f(R) up to the third or fourth, where f1 = f'/R, f2 = f1'/R and so on."""
    unit = np.eye(vectors.shape[1])
    one = f1[:, None] * vectors
    pair = np.einsum("ni,nj->nij", vectors, vectors)
    two = f1[:, None, None] * unit + f2[:, None, None] * pair
    mixed = np.einsum("ij,nk->nijk", unit, vectors)
    mixed = mixed + np.einsum("nijk->nikj", mixed) + np.einsum("nijk->nkji", mixed)
    triple = np.einsum("nij,nk->nijk", pair, vectors)
    three = f2[:, None, None, None] * mixed + f3[:, None, None, None] * triple
    if f4 is None:
        return [one, two, three]
    units = np.einsum("ij,kl->ijkl", unit, unit)
    units = units + np.einsum("ijkl->ikjl", units) + np.einsum("ijkl->ilkj", units)
    crossed = np.einsum("nijk,nl->nijkl", mixed, vectors)
    last = np.einsum("nij,kl->nijkl", pair, unit)
    crossed = crossed + last + np.einsum("nijkl->nikjl", last) + np.einsum("nijkl->nkjil", last)
    four = f2[:, None, None, None, None] * units + f3[:, None, None, None, None] * crossed
    return [one, two, three, four + f4[:, None, None, None, None] * np.einsum("nijk,nl->nijkl", triple, vectors)]
