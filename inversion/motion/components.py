"""East, north and up, pixel by pixel, from any number of directions: weighted least squares.

At each pixel d_k = l_k . u + e_k with e_k of standard deviation sigma_k; u = (G^T P G)^-1 G^T P d with covariance
(G^T P G)^-1 (Wright et al. 2004; Fialko et al. 2001 with offsets). A line of sight, an azimuth or range offset, a burst
overlap and an optical offset differ only in l.

Near-polar orbits hardly see north, so how it was treated is always said:

=========  =========================================================================================================
north      meaning
=========  =========================================================================================================
estimated  a third unknown: needs three directions that do not lie near one plane
prior      unknown, with a value and a standard deviation known from elsewhere (GNSS, a slip model) as one more datum
held       fixed at a value (0: neglected), whose standard deviation goes into the covariance of east and up
=========  =========================================================================================================
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.downsample.errors import DataError
from geoslip.inversion.motion.components_kernel import COVARIANCE, east_and_up, three_components

if TYPE_CHECKING:
    from geoslip.downsample import Scene

TREATMENTS = ("estimated", "prior", "held")
_ROWS = 32
"""Rows of a block: what one thread works on at a time."""


@dataclass(frozen=True, kw_only=True)
class North:
    """How north is treated, see the table of this module.

    Parameters
    ----------
    treatment : {"estimated", "prior", "held"}
    value : float or array (ny, nx)
        Metres; where it is NaN the pixel is left out.
    sigma : float or array (ny, nx)
        Metres; needed above 0 for a prior.
    """

    treatment: str = "estimated"
    value: float | NDArray[np.floating] = 0.0
    sigma: float | NDArray[np.floating] = 0.0

    def __post_init__(self) -> None:
        if self.treatment not in TREATMENTS:
            raise DataError(f"north is {self.treatment!r}; it can be {', '.join(TREATMENTS)}")
        sigma = np.asarray(self.sigma)
        if (sigma < 0.0).any() or (self.treatment == "prior" and not (sigma > 0.0).any()):
            raise DataError("a prior of north needs its standard deviation above 0 m; one of 0 is treatment 'held'")


@dataclass(frozen=True, eq=False, kw_only=True)
class Decomposition:
    """Displacement in three components on a grid.

    Attributes
    ----------
    x, y, crs
        As in `Scene`.
    components : (3, ny, nx) array
        East, north, up, m; NaN where they could not be told apart.
    covariance : (6, ny, nx) array
        m^2, in the order ee, nn, uu, en, eu, nu.
    condition : (ny, nx) array
        Of the directions at each pixel: largest over smallest singular value.
    chi2 : (ny, nx) array
        Weighted sum of squared residuals.
    count : (ny, nx) array
        Fields that see the pixel.
    unknowns : int
        Three, or two where north was held.
    notes : tuple of str
        How north was treated and what was masked.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    crs: str | None
    components: NDArray[np.float32]
    covariance: NDArray[np.float32]
    condition: NDArray[np.float32]
    chi2: NDArray[np.float32]
    count: NDArray[np.uint8]
    unknowns: int
    extra: int
    notes: tuple[str, ...]

    @property
    def sigma(self) -> NDArray[np.float32]:
        """Standard deviations (3, ny, nx), m."""
        return np.sqrt(self.covariance[:3])

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Where all three components are known."""
        return np.isfinite(self.components[0])

    @property
    def reduced_chi2(self) -> float:
        """Chi-square per degree of freedom over all pixels with more data than unknowns; NaN if there are none."""
        freedom = self.count.astype(int) + self.extra - self.unknowns
        used = self.valid & (freedom > 0)
        total = int(freedom[used].sum())
        return float(self.chi2[used].sum(dtype=float) / total) if total else float("nan")


def decompose(
    fields: Sequence[Scene],
    sigmas: Sequence[ArrayLike],
    *,
    north: North | None = None,
    most_condition: float = 10.0,
    most_sigma: float | None = None,
    threads: int | None = None,
) -> Decomposition:
    """Solve for east, north and up at every pixel that enough fields see.

    Parameters
    ----------
    fields : sequence of Scene
        On one grid (`geoslip.inversion.resample_field` brings others there); NaN is passed over.
    sigmas : sequence of float or array (ny, nx)
        Standard deviation of each field's pixels, m.
    north : North, optional
        Default: estimated.
    most_condition : float
        Pixels whose directions have a larger condition number are left out: they lie near one plane.
    most_sigma : float, optional
        Pixels with a component of a larger standard deviation (m) are left out.
    threads : int, optional
        Default: all processors.

    Returns
    -------
    Decomposition

    Raises
    ------
    DataError
        If grids differ, a sigma is not positive, or no pixel can be solved; the message says why.
    """
    north = North() if north is None else north
    fields = list(fields)
    require_common_grid(fields, len(list(sigmas)), 3 if north.treatment == "estimated" else 2)
    shape = fields[0].values.shape
    spreads = [_spread(field, sigma) for field, sigma in zip(fields, sigmas)]
    result = _Arrays(shape)
    blocks = [slice(start, min(start + _ROWS, shape[0])) for start in range(0, shape[0], _ROWS)]

    def work(rows: slice) -> None:
        _solve_rows(fields, spreads, north, rows, result)

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        list(pool.map(work, blocks))
    notes = [_north_note(north), *_mask(result, most_condition, most_sigma)]
    if not np.isfinite(result.components[0]).any():
        raise DataError(_why_nothing(fields, result, north, most_condition))
    return Decomposition(
        x=fields[0].x,
        y=fields[0].y,
        crs=fields[0].crs,
        components=result.components,
        covariance=result.covariance,
        condition=result.condition,
        chi2=result.chi2,
        count=result.count,
        unknowns=2 if north.treatment == "held" else 3,
        extra=int(north.treatment == "prior"),
        notes=tuple(notes),
    )


class _Arrays:
    """What the blocks write into."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.components = np.empty((3, *shape), np.float32)
        self.covariance = np.empty((len(COVARIANCE), *shape), np.float32)
        self.condition = np.empty(shape, np.float32)
        self.chi2 = np.empty(shape, np.float32)
        self.count = np.empty(shape, np.uint8)


def _solve_rows(fields: list[Scene], spreads: list[NDArray], north: North, rows: slice, result: _Arrays) -> None:
    n = result.count[rows].size
    values = np.stack([field.values[rows].ravel() for field in fields]).astype(np.float64)
    look = np.empty((len(fields), 3, n))
    weights = np.empty((len(fields), n))
    for k, (field, spread) in enumerate(zip(fields, spreads)):
        look[k] = field.look[:, None] if field.look.ndim == 1 else field.look[:, rows].reshape(3, n)
        weights[k] = 1.0 / np.square(spread if spread.ndim == 0 else spread[rows].ravel(), dtype=float)
    known, spread_north = (_rows_of(part, rows, result.count.shape) for part in (north.value, north.sigma))
    components, covariance = np.empty((3, n)), np.empty((len(COVARIANCE), n))
    condition, chi2, count = np.empty(n), np.empty(n), np.empty(n, np.uint8)
    outputs = (components, covariance, condition, chi2, count)
    if north.treatment == "held":
        east_and_up(values, look, weights, known, spread_north, *outputs)
    else:
        prior_weight = np.zeros(n)
        if north.treatment == "prior":
            there = np.isfinite(known) & (spread_north > 0.0)
            prior_weight[there] = 1.0 / spread_north[there] ** 2
        three_components(values, look, weights, np.nan_to_num(known), prior_weight, *outputs)
    width = result.count.shape[1]
    targets: list[NDArray] = [result.components, result.covariance, result.condition, result.chi2, result.count]
    parts: list[NDArray] = list(outputs)
    for target, part in zip(targets, parts):
        target[..., rows, :] = part.reshape(*part.shape[:-1], -1, width)


def _rows_of(part: float | NDArray, rows: slice, shape: tuple[int, int]) -> NDArray[np.float64]:
    return np.broadcast_to(np.asarray(part, dtype=float), shape)[rows].ravel() + 0.0


def _mask(result: _Arrays, most_condition: float, most_sigma: float | None) -> list[str]:
    notes = []
    solved = np.isfinite(result.components[0])
    # A condition number that is infinite marks pixels without enough data, which were never solved.
    bad = solved & (result.condition > most_condition)
    if bad.any():
        notes.append(
            f"{int(bad.sum())} pixels left out: the condition number of their directions exceeds {most_condition:g}"
        )
    if most_sigma is not None:
        with np.errstate(invalid="ignore"):
            wide = solved & ~bad & (result.covariance[:3].max(axis=0) > most_sigma**2)
        if wide.any():
            notes.append(f"{int(wide.sum())} pixels left out: a standard deviation exceeds {most_sigma:g} m")
        bad |= wide
    result.components[:, bad] = np.nan
    result.covariance[:, bad] = np.nan
    return notes


def _north_note(north: North) -> str:
    if north.treatment == "estimated":
        return "north is estimated from the fields"
    where = "a map" if np.ndim(north.value) else f"{float(np.asarray(north.value)):g} m"
    sigma = float(np.nanmean(north.sigma))
    if north.treatment == "held":
        if sigma == 0.0:
            return (
                f"north is held at {where} as if it were known: state its standard deviation (north_sigma), or the"
                " errors of east and up leave out what neglecting it does"
            )
        return f"north is held at {where}; its standard deviation ({sigma:g} m on average) is part of the covariance"
    return f"north has a prior at {where} with a standard deviation of {sigma:g} m on average"


def require_common_grid(fields: list[Scene], n_sigmas: int, needed: int) -> None:
    """Refuse fields on different grids, too few of them, or another number of standard deviations."""
    if len(fields) != n_sigmas:
        raise DataError(f"{len(fields)} fields but {n_sigmas} standard deviations; give one for each")
    if len(fields) < needed:
        names = ", ".join(field.name for field in fields) or "none"
        raise DataError(
            f"{len(fields)} field{'' if len(fields) == 1 else 's'} ({names}), but {needed} components are sought: add "
            "a track or offsets" + ("" if needed == 2 else ", or hold north at a value (north: held)")
        )
    first = fields[0]
    for other in fields[1:]:
        same = other.values.shape == first.values.shape and other.crs == first.crs
        if same:
            steps = [
                (abs(axis[1] - axis[0]), axis, theirs) for axis, theirs in ((first.x, other.x), (first.y, other.y))
            ]
            same = all(np.abs(axis - theirs).max() < 0.05 * step for step, axis, theirs in steps)
        if not same:
            raise DataError(
                f"{other.name} ({other.values.shape}, {other.crs}) is not on the grid of {first.name} "
                f"({first.values.shape}, {first.crs}): bring it there with resample_field"
            )


def _spread(field: Scene, sigma: ArrayLike) -> NDArray[np.floating]:
    spread = np.asarray(sigma)
    if spread.shape not in ((), field.values.shape):
        raise DataError(f"{field.name}: sigma of shape {spread.shape} for pixels of shape {field.values.shape}")
    if not (spread[field.valid] > 0.0).all() if spread.ndim else not spread > 0.0:
        raise DataError(f"{field.name}: a standard deviation that is not above 0; every pixel with data needs one")
    return spread


def _why_nothing(fields: list[Scene], result: _Arrays, north: North, most_condition: float) -> str:
    needed = 3 if north.treatment == "estimated" else 2
    most = int(result.count.max())
    if most < needed:
        return (
            f"no pixel is seen by {needed} of the {len(fields)} fields (at most {most} overlap): check that they cover "
            "the same ground, or hold north at a value"
        )
    least = float(np.nanmin(np.where(np.isfinite(result.condition), result.condition, np.nan), initial=np.inf))
    return (
        f"the directions of the fields lie near one plane everywhere (condition number at least {least:.3g}, allowed "
        f"{most_condition:g}): add azimuth offsets or another pass, or hold north at a value"
    )
