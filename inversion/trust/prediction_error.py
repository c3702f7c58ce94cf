"""What the data would miss if the fault were not quite where it is put: the prediction error and its covariance.

After Duputel, Agram, Simons, Minson & Beck (2014, GJI 197, 464-482): with K the derivatives of the predicted data in
each uncertain number of the model and s its standard deviation, the prediction error has the covariance
Cp = K diag(s^2) K' (their eq. 11 with independent numbers), to be added to that of the noise. It needs a slip model, so
it is found for a first one and renewed if that changes much.

In a uniform half-space the displacement by given slip does not depend on rigidity, so an uncertain rigidity adds
nothing to Cp; it widens the moment alone, by its own relative size.

The numbers are the moves of geoslip.inversion.trust.moves, and Poisson's ratio.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import geoslip.okada as okada
from geoslip.inversion.trust.moves import moved_rectangles, rectangles_of

if TYPE_CHECKING:
    from geoslip.downsample import Observations
    from geoslip.faults import Fault

Array = NDArray[np.float64]

STEPS = {"dip": 0.5, "strike": 0.5, "east": 100.0, "north": 100.0, "depth": 100.0, "poisson": 0.005}
"""Half widths of the central differences."""


@dataclass(frozen=True, kw_only=True)
class ModelUncertainty:
    """Standard deviations of what the model takes as known.

    Attributes
    ----------
    dip, strike : float
        Degrees, the same error for all segments.
    east, north, depth : float
        m.
    poisson : float
    rigidity : float
        Share of the rigidity; adds nothing to the displacement of a uniform half-space, only to the moment.
    """

    dip: float = 0.0
    strike: float = 0.0
    east: float = 0.0
    north: float = 0.0
    depth: float = 0.0
    poisson: float = 0.0
    rigidity: float = 0.0

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            if not 0.0 <= value < np.inf:
                raise ValueError(
                    f"{entry.name} is uncertain by {value!r}: a standard deviation is finite and not below 0"
                )


def prediction_error(
    observations: Observations,
    fault: Fault,
    slip: Array,
    *,
    uncertainty: ModelUncertainty,
    poisson: float = 0.25,
) -> Array:
    """Covariance of what a data set misses because the model is uncertain.

    Parameters
    ----------
    observations : Observations
        n data.
    fault : Fault
        Rectangular segments, p patches.
    slip : (p, 3) array
        Strike slip, dip slip, opening of a first model, m.
    uncertainty : ModelUncertainty
    poisson : float

    Returns
    -------
    (n, n) array
        m^2, positive semi-definite, of rank up to the number of uncertain numbers. What it says of two data sets
        together is lost where each has a covariance of its own.

    Raises
    ------
    ValueError
        A segment of triangles, slip of another shape, or a fault that the uncertainty lifts above ground.
    """
    rectangles = rectangles_of(fault)
    table = np.asarray(slip, float)
    if table.shape != (len(rectangles), 3):
        raise ValueError(f"slip has shape {table.shape}, needed is ({len(rectangles)}, 3): one row a patch")

    def predicted(sources: Array, ratio: float) -> Array:
        field = okada.displacement_field(observations.points, sources, table, poisson=ratio)
        return np.asarray(np.einsum("ni,ni->n", field, observations.directions))

    total = np.zeros((len(observations), len(observations)))
    for name, step in STEPS.items():
        deviation = getattr(uncertainty, name)
        if deviation > 0.0:
            column = deviation * _slope(name, step, rectangles, fault, poisson=poisson, predicted=predicted)
            total += np.outer(column, column)
    return total


def with_prediction_error(observations: Observations, covariance: Array) -> Observations:
    """Give the data set with the covariance of the prediction error (n, n) added to that of its noise."""
    if covariance.shape != observations.covariance.shape:
        raise ValueError(
            f"{observations.name}: a prediction error of shape {covariance.shape} for {len(observations)} data: "
            "find it for this data set"
        )
    return replace(observations, covariance=observations.covariance + covariance)


def _slope(
    name: str, step: float, rectangles: Array, fault: Fault, *, poisson: float,
    predicted: Callable[[Array, float], Array],
) -> Array:  # fmt: skip
    """Derivative (n,) of the predicted data in one number of the model; one-sided where the ground or 0.5 is near."""
    values, places = [], []
    for way in (1.0, -1.0):
        ratio = poisson + way * step if name == "poisson" else poisson
        there = rectangles
        if name != "poisson":
            there = moved_rectangles(rectangles, fault.slices.values(), changes={name: way * step})
        if there[:, 2].max() > 0.0 or not 0.0 <= ratio < 0.5 or there[:, 4].max() > 90.0 or there[:, 4].min() < 0.0:
            there, ratio, way = rectangles, poisson, 0.0
        values.append(predicted(there, ratio))
        places.append(way * step)
    if places[0] == places[1]:
        raise ValueError(f"{name} cannot change at all without leaving the half-space: hold it")
    return (values[0] - values[1]) / (places[0] - places[1])
