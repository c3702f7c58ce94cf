"""Displacement at chosen places from scattered data of several directions: the strain model without a grid.

Around each place all data within a radius share one displacement and one horizontal gradient, d = l . (u + H dx)
(Guglielmino et al. 2011); each data set's variance is found from all places together by Helmert's components. Cells of
a downsampled track, offsets and GNSS rows count alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geoslip.downsample.errors import DataError
from geoslip.inversion.motion.strain import across_trace

if TYPE_CHECKING:
    from geoslip.downsample import Observations

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class ScatteredMotion:
    """Displacement at k places in the axes of the local frame.

    Attributes
    ----------
    components : (k, 3) array
        m; NaN where the data around a place do not tell.
    covariance : (k, 3, 3) array
        m^2.
    sigma : dict of str to float
        Standard deviation of each data set as found, m.
    counts : (k,) array
        Data used.
    """

    components: Array
    covariance: Array
    sigma: dict[str, float]
    counts: NDArray[np.int64]


def motion_at(
    data: Sequence[Observations],
    places: ArrayLike,
    *,
    radius: float,
    traces: Sequence[Array] = (),
    most_sigma_ratio: float = 30.0,
    rounds: int = 10,
) -> ScatteredMotion:
    """Estimate displacement at places from the data around them.

    Parameters
    ----------
    data : sequence of Observations
        Three directions at least, referenced to each other; their covariances give first variances.
    places : array_like, shape (k, 2)
        East and north in the local frame, m.
    radius : float
        Data nearer than this are used, m.
    traces : sequence of arrays (s, 2)
        East and north of ruptures that are not reached across, m.
    most_sigma_ratio : float
        Places whose worst component is known this much worse than a single datum are left out.
    rounds : int
        Most rounds of the variance components.

    Returns
    -------
    ScatteredMotion

    Raises
    ------
    DataError
        If no place has data enough.
    """
    wanted = np.asarray(places, dtype=float)
    systems = [_system(data, place, radius, traces) for place in wanted]
    sigma = np.array([float(np.median(entry.sigma)) for entry in data])
    if all(len(matrix) < 12 for matrix, _, _ in systems):
        raise DataError(f"no place has twelve data within {radius:g} m: widen the radius")
    for _ in range(rounds):
        squares, freedom = np.zeros(len(data)), np.zeros(len(data))
        for matrix, values, owner in systems:
            solved = _solve(matrix, values, sigma[owner] if len(owner) else np.zeros(0), most_sigma_ratio)
            if solved is None:
                continue
            found, covariance = solved
            residual = values - matrix @ found
            leverage = np.einsum("ij,jk,ik->i", matrix, covariance, matrix) / sigma[owner] ** 2
            squares += np.bincount(owner, residual**2, minlength=len(data))
            freedom += np.bincount(owner, 1.0 - leverage, minlength=len(data))
        fresh = np.where(freedom > 3.0, np.sqrt(squares / np.maximum(freedom, 1e-9)), sigma)
        change = float(np.abs(fresh / sigma - 1.0).max())
        sigma = np.maximum(fresh, 1e-6)
        if change < 1e-3:
            break
    components, covariances = np.full((len(wanted), 3), np.nan), np.full((len(wanted), 3, 3), np.nan)
    for k, (matrix, values, owner) in enumerate(systems):
        solved = _solve(matrix, values, sigma[owner] if len(owner) else np.zeros(0), most_sigma_ratio)
        if solved is not None:
            components[k], covariances[k] = solved[0][:3], solved[1][:3, :3]
    if np.isnan(components).all():
        raise DataError(
            "no place can be solved: the directions around each lie near one plane, or the data are too few"
        )
    return ScatteredMotion(
        components=components,
        covariance=covariances,
        sigma={entry.name: float(value) for entry, value in zip(data, sigma)},
        counts=np.array([len(owner) for _, _, owner in systems]),
    )


def _system(
    data: Sequence[Observations], place: Array, radius: float, traces: Sequence[Array]
) -> tuple[Array, Array, NDArray[np.int64]]:
    """Rows (l, dx l, dy l) of the data around a place, their values, and the data set each belongs to."""
    rows, values, owner = [], [], []
    for number, entry in enumerate(data):
        near = np.array(cKDTree(entry.points[:, :2]).query_ball_point(place, radius), dtype=int)
        for trace in traces:
            if near.size:
                near = near[~across_trace(place, entry.points[near, :2], np.asarray(trace, dtype=float))]
        if near.size == 0:
            continue
        offset = (entry.points[near, :2] - place) / radius
        look = entry.directions[near]
        rows.append(np.hstack([look, offset[:, :1] * look, offset[:, 1:] * look]))
        values.append(entry.values[near])
        owner.append(np.full(near.size, number))
    if not rows:
        return np.zeros((0, 9)), np.zeros(0), np.zeros(0, dtype=np.int64)
    return np.vstack(rows), np.concatenate(values), np.concatenate(owner)


def _solve(matrix: Array, values: Array, sigma: Array, most: float) -> tuple[Array, Array] | None:
    if len(matrix) < 12:
        return None
    whitened = matrix / sigma[:, None]
    _, singular, right = np.linalg.svd(whitened, full_matrices=False)
    if singular[-1] <= 1e-6 * singular[0]:
        return None
    covariance = (right.T / singular**2) @ right
    if np.sqrt(np.diagonal(covariance)[:3].max()) > most * sigma.min():
        return None
    return covariance @ (whitened.T @ (values / sigma)), covariance
