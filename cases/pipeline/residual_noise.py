"""Noise from what a fault model leaves over: the two-pass rule behind ``noise: residuals``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoslip.cases.assemble.data import DatasetReading
from geoslip.cases.casefile.data import Dataset
from geoslip.downsample.noise.fit import fit_exponential
from geoslip.downsample.noise.model import point_covariance
from geoslip.downsample.noise.point_variogram import point_covariogram
from geoslip.downsample.observations import Observations

if TYPE_CHECKING:
    from geoslip.inversion import Estimate, Problem
    from geoslip.inversion.bounds.constraints import Constraints
    from geoslip.inversion.smoothing.operators import Operator

START = 0.1
"""White noise of the first pass, as a share of the data's standard deviation."""


def starting_noise(observations: Observations) -> Observations:
    """Give the observations the first pass's white noise: a tenth of their own standard deviation.

    The L-curve that smooths the first pass does not depend on this number where one data set stands alone; it only
    weighs data sets against each other.
    """
    sigma = START * float(observations.values.std())
    return replace(observations, covariance=sigma**2 * np.eye(len(observations)))


def first_fit(
    problem: Problem, operator: Operator, constraints: Constraints, *, progress: Callable[[float], None]
) -> Estimate:
    """Fit under white noise, smoothed by the L-curve: the criterion that does not ask how large the noise is."""
    from geoslip.inversion import strength_curve

    curve = strength_curve(problem, operator, constraints=constraints, progress=progress)
    return curve.choose("lcurve").estimate


def with_residual_noise(reading: DatasetReading, entry: Dataset, estimate: Estimate) -> DatasetReading:
    """Give a data set the noise that the first fit left over.

    Parameters
    ----------
    reading : DatasetReading
        With the first pass's noise.
    entry : Dataset
        For the scale and the floor of its noise.
    estimate : Estimate
        The first fit.

    Returns
    -------
    DatasetReading
        Its covariance is the exponential model with nugget fitted to the semivariogram of the residuals, between the
        mean positions of the data.

    Raises
    ------
    ValueError
        If the residuals are too few for a semivariogram.
    """
    observations = reading.observations
    try:
        found = point_covariogram(observations.points, estimate.fit(observations.name).residual)
    except ValueError as error:
        raise ValueError(f"{observations.name}: noise from residuals: {error}") from error
    model = fit_exponential(found)
    scale = entry.noise.scale**2
    model = replace(model, sill=model.sill * scale, nugget=model.nugget * scale + entry.noise.floor**2)
    covariance = point_covariance(observations.points, noise=model)
    return replace(reading, observations=replace(observations, covariance=covariance), noise=model)
