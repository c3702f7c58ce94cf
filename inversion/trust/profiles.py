"""Slip by depth and along strike, and the stress that it drops.

A patch is spread evenly from its top to its bottom over depth windows; along strike it belongs to the bin of its
centre. Means of slip are over area; the rake is that of the summed slip vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

import geoslip.okada as okada

if TYPE_CHECKING:
    from geoslip.faults import Fault

Array = NDArray[np.float64]

BESIDE_FAULT = 1e-3
"""How far from a patch, in roots of its area, its stress is computed: the field on the patch itself has two sides."""


@dataclass(frozen=True, eq=False)
class Profile:
    """Slip in windows of depth, or in bins along one segment's strike.

    Attributes
    ----------
    edges : (k + 1,) array
        Of the windows, m: depth, or distance along strike from the segment's start.
    area : (k,) array
        m^2; windows without area have NaN slip.
    slip : (..., k) array
        Mean size of shear slip, m; leading axes are those of the slip given (members of an ensemble).
    rake : (..., k) array
        Of the summed slip, degrees.
    moment : (..., k) array
        N m.
    """

    edges: Array
    area: Array
    slip: Array
    rake: Array
    moment: Array


def depth_profile(fault: Fault, slip: Array, *, edges: ArrayLike, rigidity: float = 30e9) -> Profile:
    """Slip in windows of depth.

    Parameters
    ----------
    fault : Fault
    slip : (..., n_patches, 3) array
        m; leading axes for the members of an ensemble.
    edges : (k + 1,) array_like
        Ascending depths, m.
    rigidity : float
        Pa.

    Returns
    -------
    Profile

    Raises
    ------
    ValueError
        Edges that do not ascend.
    """
    borders = _checked(edges)
    share = np.empty((fault.n_patches, len(borders) - 1))
    for patch, outline in enumerate(fault.outlines):
        depth = -np.asarray(outline)[:, 2]
        thick = max(float(np.ptp(depth)), 1e-3)
        share[patch] = np.diff(np.clip((borders - depth.min()) / thick, 0.0, 1.0))
    return _profile(fault, slip, share, borders, rigidity)


def strike_profile(fault: Fault, slip: Array, *, segment: str, step: float, rigidity: float = 30e9) -> Profile:
    """Slip along the strike of one segment, in bins of `step` m from its start.

    Parameters
    ----------
    fault : Fault
    slip : (..., n_patches, 3) array
    segment : str
    step : float
    rigidity : float

    Returns
    -------
    Profile
    """
    where = fault.slices[segment]
    strike = fault.strike_vectors[where].mean(axis=0)
    strike = strike / np.linalg.norm(strike)
    ends = np.concatenate([np.asarray(outline) @ strike for outline in fault.segment(segment).outlines])
    along = fault.centroids[where] @ strike - ends.min()
    borders = step * np.arange(max(1, int(np.ceil(np.ptp(ends) / step - 1e-9))) + 1)
    share = np.zeros((fault.n_patches, len(borders) - 1))
    share[np.arange(where.start, where.stop), np.minimum(along // step, share.shape[1] - 1).astype(int)] = 1.0
    return _profile(fault, slip, share, borders, rigidity)


def stress_drop(fault: Fault, slip: Array, *, rigidity: float = 30e9, poisson: float = 0.25) -> tuple[Array, float]:
    """Stress that slip drops on each patch, and its mean weighed by slip (Noda et al. 2013, GJI 193, 1694, eq. 7).

    The shear traction that the whole slip takes off each patch's centre, along its own slip; of slip that is even on
    each patch, so that it depends on the patch size where slip is rough.

    Parameters
    ----------
    fault : Fault
    slip : (n_patches, 3) array
        m.
    rigidity : float
        Pa.
    poisson : float

    Returns
    -------
    drop : (n_patches,) array
        Pa, positive where slip takes stress off; NaN where nothing slips.
    mean : float
        Pa: integral of drop times slip over that of slip.
    """
    points = beside_patches(fault)
    gradient = np.zeros((fault.n_patches, 3, 3))
    for name, where in fault.slices.items():
        part = np.asarray(slip)[where]
        gradient += okada.gradient_field(points, fault.segment(name).sources, part, poisson=poisson)[1]
    medium = okada.Medium(rigidity=rigidity, poisson=poisson)
    traction = np.einsum("nij,nj->ni", okada.stress(gradient, medium=medium), fault.normals)
    vector = slip[:, :1] * fault.strike_vectors + slip[:, 1:2] * fault.updip_vectors
    size = np.linalg.norm(vector, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        drop = np.where(size > 0.0, -np.sum(traction * vector, axis=1) / size, np.nan)
    weight = size * fault.areas
    mean = float(np.nansum(drop * weight) / weight.sum()) if weight.sum() > 0.0 else float("nan")
    return drop, mean


def beside_patches(fault: Fault) -> Array:
    """Middles of the patches (n_patches, 3), a thousandth of their size off the fault, where stress is one value."""
    return np.asarray(fault.centroids + BESIDE_FAULT * np.sqrt(fault.areas)[:, None] * fault.normals)


def _checked(edges: ArrayLike) -> Array:
    borders = np.asarray(edges, dtype=float)
    if borders.ndim != 1 or len(borders) < 2 or not np.all(np.diff(borders) > 0.0):
        raise ValueError(f"depth windows {borders.tolist()} must be two or more depths that go down")
    return borders


def _profile(fault: Fault, slip: NDArray, share: NDArray, borders: NDArray, rigidity: float) -> Profile:
    weight = share * fault.areas[:, None]
    area = weight.sum(axis=0)
    size = np.hypot(slip[..., 0], slip[..., 1])
    total = size @ weight
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(area > 0.0, total / area, np.nan)
    rake = np.rad2deg(np.arctan2(slip[..., 1] @ weight, slip[..., 0] @ weight))
    return Profile(borders, area, mean, np.where(total > 0.0, rake, np.nan), rigidity * total)
