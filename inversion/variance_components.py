"""Weights between data sets: one scale of the standard deviations for each, from what its residuals are (Helmert).

For a data set i of n data, k nuisance coefficients and weighted misfit chi2_i, at a strength,

    scale_i^2  <-  scale_i^2 chi2_i / r_i,     r_i = n_i - k_i - tr(S N_i / scale_i^2),

with S the formal covariance of the free parameters and N_i the data set's normal matrix: r_i, its redundancy, is what
the estimate leaves of its data for judging them (Koch 1999, Parameter Estimation and Hypothesis Testing, section 3.6;
the simplified form of Forstner 1979). At the fixed point every data set has chi2_i = r_i.

Taken alone this is known to switch a small data set off: where the model cannot fit it as well as its noise says, its
scale grows, the estimate attends to it less, and its scale grows further. So scales keep within bounds, the redundancy
and not the number of data is what a misfit is held against, and a scale outside 0.3 to 3 is reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.inversion.constraints import Constraints
from geoslip.inversion.solver import solve_system
from geoslip.inversion.strength import StrengthChoice, strength_curve
from geoslip.inversion.system import System

if TYPE_CHECKING:
    from geoslip.inversion.estimate import Estimate
    from geoslip.inversion.operators import Operator
    from geoslip.inversion.problem import Problem

Array = NDArray[np.float64]

USUAL = (0.3, 3.0)
"""Scales outside of which the noise given, or the model, is doubted."""
LEAST_REDUNDANCY = 0.5
"""Redundancy under which a data set says nothing about its noise and keeps its scale."""
CLOSE = 1e-3
"""Change of a squared scale at which the iteration rests."""


@dataclass(frozen=True, eq=False)
class VarianceComponents:
    """Scales of the data sets' standard deviations.

    Attributes
    ----------
    scales : dict of str to float
    redundancy : dict of str to float
        What the estimate leaves of each data set's data for judging them.
    estimate : Estimate
        The solution with these scales; its problem carries them.
    iterations : int
        Solutions that were needed.
    warnings : tuple of str
        Scales outside 0.3 to 3, scales at a bound, data sets without redundancy, no rest reached.
    choice : StrengthChoice or None
        How the strength was chosen with these scales; None where it was given.
    """

    scales: Mapping[str, float]
    redundancy: Mapping[str, float]
    estimate: Estimate
    iterations: int
    warnings: tuple[str, ...]
    choice: StrengthChoice | None = None

    @property
    def problem(self) -> Problem:
        """The problem with these scales."""
        return self.estimate.problem


def variance_components(
    problem: Problem,
    operator: Operator,
    *,
    strength: float | str = "abic",
    constraints: Constraints | None = None,
    strengths: ArrayLike | int = 20,
    bounds: tuple[float, float] = (0.2, 5.0),
    limit: int = 50,
) -> VarianceComponents:
    """Scale the data sets so that each misses by as much as its noise says.

    With a criterion for the strength, strength and scales are sought in turn until the strength rests. One common
    factor of all scales and of the strength's inverse changes no slip, but chi-square.

    Parameters
    ----------
    problem : Problem
        Its own scales are where the iteration starts.
    operator : Operator
    strength : float or str
        The strength, or a criterion of StrengthCurve.choose ("lcurve", "abic", "gcv") that chooses it anew for the
        scales.
    constraints : Constraints, optional
    strengths : int or (k,) array_like
        The curve's, where a criterion chooses.
    bounds : pair of float
        Smallest and largest scale.
    limit : int
        Most solutions for the scales at one strength.

    Returns
    -------
    VarianceComponents

    Raises
    ------
    ValueError
        Bounds that are not positive or do not ascend.
    """
    if not 0.0 < bounds[0] < bounds[1]:
        raise ValueError(f"bounds {bounds} of the scales must be positive and ascend")
    constraints = constraints or Constraints()
    if not isinstance(strength, str):
        return _at_strength(problem, operator, strength, constraints, bounds, limit)
    done, found, choice, settled = 0, None, None, False
    for _ in range(10):
        current = problem if found is None else found.problem
        choice = strength_curve(current, operator, strengths=strengths, constraints=constraints).choose(strength)
        settled = found is not None and abs(np.log(choice.strength / found.estimate.strength)) < 0.1
        found = _at_strength(current, operator, choice.strength, constraints, bounds, limit)
        done += found.iterations
        if settled:
            break
    assert found is not None
    doubts = () if settled else ("variance components: strength and scales had not come to rest together",)
    said = (*found.warnings, *doubts, *(choice.warnings if choice is not None else ()))
    return VarianceComponents(found.scales, found.redundancy, found.estimate, done, said, choice)


def redundancy(estimate: Estimate) -> dict[str, float]:
    """What an estimate leaves of each data set: its data less nuisance coefficients less its share of the resolution.

    The sum is the estimate's degrees of freedom.
    """
    problem, covariance = estimate.problem, estimate.covariance
    return {
        block.name: block.n_data
        - len(block.nuisance)
        - problem.weight(block) * float(np.einsum("ij,ij->", covariance, block.normal))
        for block in problem.blocks
    }


def _at_strength(
    problem: Problem,
    operator: Operator,
    strength: float,
    constraints: Constraints,
    bounds: tuple[float, float],
    limit: int,
) -> VarianceComponents:
    scales = {block.name: float(np.clip(problem.scales.get(block.name, 1.0), *bounds)) for block in problem.blocks}
    state, iteration = None, 0
    while True:
        iteration += 1
        system = System(problem.with_scales(scales), operator, constraints)
        estimate = solve_system(system, strength, start=state)
        state, left = estimate.state, redundancy(estimate)
        new = dict(scales)
        for fit in estimate.fits:
            if left[fit.name] > LEAST_REDUNDANCY:
                new[fit.name] = float(np.clip(scales[fit.name] * np.sqrt(fit.chi2 / left[fit.name]), *bounds))
        change = max(abs((new[name] / scales[name]) ** 2 - 1.0) for name in scales)
        if change < CLOSE or iteration >= limit:
            # what is returned belongs together: not the new scales, but those of the last estimate
            break
        scales = new
    return VarianceComponents(scales, left, estimate, iteration, _doubts(scales, left, bounds, change))


def _doubts(
    scales: Mapping[str, float], left: Mapping[str, float], bounds: tuple[float, float], change: float
) -> tuple[str, ...]:
    said = []
    for name, scale in scales.items():
        if left[name] <= LEAST_REDUNDANCY:
            said.append(f"{name}: the slip uses up all its data, so that they say nothing of their noise: scale kept")
        elif scale <= bounds[0] or scale >= bounds[1]:
            said.append(f"{name}: the scale of its noise stays at the bound of {scale:.3g} that it would pass")
        if scale > USUAL[1]:
            said.append(
                f"{name}: its noise would be {scale:.2g} times what was given, so it hardly counts any more: it fights "
                "the other data or the model, or its noise was understated"
            )
        elif scale < USUAL[0]:
            said.append(f"{name}: its noise would be {scale:.2g} times what was given, so it outweighs the other data")
    if change >= CLOSE:
        said.append(f"variance components: scales still change by {50.0 * change:.1f} % a step: raise the limit")
    return tuple(said)
