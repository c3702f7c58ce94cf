"""How well an estimate explains each data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from geoslip.inversion.problem import Block

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DatasetFit:
    """Observed against predicted, the co-estimated nuisance counted as part of the prediction.

    Attributes
    ----------
    name, kind : str
    n : int
        Number of data.
    predicted, residual : (n,) array
        m; residual = observed - predicted.
    rms : float
        Root mean square of the residual, m.
    variance_reduction : float
        1 - sum residual^2 / sum observed^2.
    by_direction : dict of str to float
        Variance reduction of the rows that measure east, north and up (GNSS only).
    chi2 : float
        Residual weighed by the inverse covariance, scale included.
    scale : float
        Factor of the standard deviations.
    nuisance : dict of str to float
        Coefficients, with offset in m at the mean position of the data and slopes in m/km.
    units : dict of str to str
        Of the coefficients.
    """

    name: str
    kind: str
    n: int
    predicted: Array
    residual: Array
    rms: float
    variance_reduction: float
    by_direction: dict[str, float]
    chi2: float
    scale: float
    nuisance: dict[str, float]
    units: dict[str, str]


def variance_reduction(observed: ArrayLike, residual: ArrayLike) -> float:
    """1 - sum residual^2 / sum observed^2; NaN where nothing was observed but zeros."""
    energy = float(np.sum(np.square(observed)))
    return 1.0 - float(np.sum(np.square(residual))) / energy if energy > 0.0 else float("nan")


def dataset_fit(block: Block, slip: Array, *, scale: float = 1.0) -> DatasetFit:
    """Score one data set.

    Parameters
    ----------
    block : Block
    slip : (p,) array
        Slip components, m.
    scale : float
        Factor of the data set's standard deviations.

    Returns
    -------
    DatasetFit
    """
    data = block.observations
    coefficients = block.fit_nuisance(slip)
    predicted = block.greens @ slip + block.nuisance.matrix @ coefficients
    residual = data.values - predicted
    white = block.whitener.whiten(residual) / scale
    return DatasetFit(
        name=data.name,
        kind=data.kind,
        n=block.n_data,
        predicted=predicted,
        residual=residual,
        rms=float(np.sqrt(np.mean(residual**2))),
        variance_reduction=variance_reduction(data.values, residual),
        by_direction=_by_direction(block, residual) if data.kind == "gnss" else {},
        chi2=float(white @ white),
        scale=scale,
        nuisance=dict(zip(block.nuisance.names, map(float, coefficients))),
        units=dict(zip(block.nuisance.names, block.nuisance.units)),
    )


def _by_direction(block: Block, residual: Array) -> dict[str, float]:
    scores = {}
    for axis, name in enumerate(("east", "north", "up")):
        rows = np.abs(block.observations.directions[:, axis]) > 0.9
        if rows.any():
            scores[name] = variance_reduction(block.observations.values[rows], residual[rows])
    return scores
