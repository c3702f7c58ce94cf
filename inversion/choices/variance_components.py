"""Weights between data sets: one scale of the standard deviations for each, from what its residuals are (Helmert).

For a data set i of n data, k nuisance coefficients and weighted misfit chi2_i, at a strength, with S the formal
covariance of the free parameters, N_i the data set's normal matrix (scale counted) and H the smoothing's,

| form       | factor f_i of scale_i^2                                                                        |
|------------|------------------------------------------------------------------------------------------------|
| counted    | chi2_i / (n_i - k_i): the slip is taken for known                                               |
| simplified | chi2_i / r_i, r_i = n_i - k_i - tr(S N_i): the redundancy, what the estimate leaves of the data |
| rigorous   | sum_j h_ij f_j = chi2_i - strength^2 tr(S N_i S H), h_ij = tr(S N_i S N_j) |

with h_ii more by n_i - k_i - 2 tr(S N_i)
(Koch 1999, Parameter Estimation and Hypothesis Testing, section 3.6; simplified after Forstner 1979). The last two rest
at the same scales, chi2_i = r_i; the rigorous form goes there in fewer steps. Several data sets may share a scale.

Taken alone this is known to switch a small data set off: where the model cannot fit it as well as its noise says, its
scale grows, the estimate attends to it less, and its scale grows further. Three means against it: bounds of the scales;
a prior, `prior` data more that miss by exactly what the given noise says, f_i = (chi2_i + p / scale_i^2) / (r_i + p),
so that many data can overrule what was given and few cannot; and the redundancy instead of the number of data. A scale
outside 0.3 to 3 is reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.inversion.bounds.constraints import Constraints
from geoslip.inversion.choices.abic import abic
from geoslip.inversion.choices.gcv import gcv
from geoslip.inversion.choices.strength import StrengthChoice, StrengthCurve, chosen_strengths, strength_curve
from geoslip.inversion.errors import ConstraintError
from geoslip.inversion.smoothing.norms import NormOperator
from geoslip.inversion.solver import solve_system
from geoslip.inversion.system import System

if TYPE_CHECKING:
    from geoslip.inversion.estimate import Estimate
    from geoslip.inversion.problem import Problem
    from geoslip.inversion.smoothing.operators import Operator

Array = NDArray[np.float64]

USUAL = (0.3, 3.0)
"""Scales outside of which the noise given, or the model, is doubted."""
LEAST_REDUNDANCY = 0.5
"""Redundancy under which a data set says nothing about its noise and keeps its scale."""
CLOSE = 1e-3
"""Change of a squared scale at which the iteration rests."""
FORMS = ("counted", "simplified", "rigorous")
OUTER = 20
"""Most turns between strength and scales."""


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
    curve : StrengthCurve or None
        The curve with these scales; None where the strength was given.
    choice : StrengthChoice or None
        How the strength was chosen from it.
    """

    scales: Mapping[str, float]
    redundancy: Mapping[str, float]
    estimate: Estimate
    iterations: int
    warnings: tuple[str, ...]
    curve: StrengthCurve | None = None
    choice: StrengthChoice | None = None

    @property
    def problem(self) -> Problem:
        """The problem with these scales."""
        return self.estimate.problem


@dataclass(frozen=True)
class _Rules:
    """How scales are sought."""

    bounds: tuple[float, float]
    form: str
    prior: float
    groups: tuple[tuple[str, ...], ...]
    limit: int


def variance_components(
    problem: Problem,
    operator: Operator,
    *,
    strength: float | str = "abic",
    constraints: Constraints | None = None,
    strengths: ArrayLike | int = 20,
    bounds: tuple[float, float] = (0.2, 5.0),
    form: str = "simplified",
    prior: float = 0.0,
    groups: Mapping[str, Sequence[str]] | None = None,
    fixed: Sequence[str] = (),
    limit: int = 50,
) -> VarianceComponents:
    """Scale the data sets so that each misses by as much as its noise says.

    With a criterion for the strength, strength and scales are sought in turn, the strengths staying those of the first
    curve, until the strength rests. One common factor of all scales and of the strength's inverse changes no slip, but
    chi-square.

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
    form : {"simplified", "rigorous", "counted"}
    prior : float
        How many data the given noise is worth; 0 for none.
    groups : dict of str to sequence of str, optional
        Data sets that share one scale, by a name for the group; the others have their own.
    fixed : sequence of str
        Data sets that keep their scale, such as one that is only predicted.
    limit : int
        Most solutions for the scales at one strength.

    Returns
    -------
    VarianceComponents

    Raises
    ------
    ValueError
        Bounds that are not positive or do not ascend, an unknown form, a negative prior, or groups that name a data
        set twice or none of the problem's.
    """
    constraints = constraints or Constraints()
    if isinstance(operator, NormOperator):
        raise ConstraintError(
            f"variance components count what a smoothing by squares leaves of the data, and {operator.name} is none: "
            "take another operator, or the weights as given"
        )
    rules = _Rules(bounds, form, prior, _grouped(problem, groups or {}, fixed), limit)
    _check(rules)
    if not isinstance(strength, str):
        return _at_strength(problem, operator, strength, constraints, rules)
    start = {block.name: float(np.clip(problem.scales.get(block.name, 1.0), *bounds)) for block in problem.blocks}
    current, done, settled = problem.with_scales(start), 0, False
    chosen: list[float] = []
    while not settled and len(chosen) < OUTER:
        best, strengths = _best_strength(System(current, operator, constraints), strengths, strength)
        settled = best in chosen
        chosen.append(best)
        found = _at_strength(current, operator, best, constraints, rules)
        done, current = done + found.iterations, found.problem
    curve = strength_curve(current, operator, strengths=strengths, constraints=constraints)
    choice = curve.choose(strength)
    rests = settled and np.isclose(choice.strength, chosen[-1])
    doubts = () if rests else ("variance components: strength and scales had not come to rest together",)
    said = (*found.warnings, *doubts, *choice.warnings)
    return VarianceComponents(found.scales, found.redundancy, choice.estimate, done, said, curve, choice)


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


def _best_strength(system: System, strengths: ArrayLike | int, criterion: str) -> tuple[float, ArrayLike]:
    """What a criterion chooses, and the strengths it chose from; ABIC and GCV need no bounded solution."""
    if criterion not in ("abic", "gcv"):
        curve = strength_curve(
            system.problem, system.operator, strengths=strengths, constraints=system.constraints
        )  # fmt: skip
        return curve.choose(criterion).strength, curve.strengths
    values = chosen_strengths(system, strengths)
    scores = (abic if criterion == "abic" else gcv)(system, values)
    return float(values[int(np.argmin(scores))]), values


def _at_strength(
    problem: Problem, operator: Operator, strength: float, constraints: Constraints, rules: _Rules
) -> VarianceComponents:
    bounds = rules.bounds
    scales = {block.name: float(np.clip(problem.scales.get(block.name, 1.0), *bounds)) for block in problem.blocks}
    for names in rules.groups:
        scales.update(dict.fromkeys(names, float(np.exp(np.mean([np.log(scales[name]) for name in names])))))
    state, iteration = None, 0
    while True:
        iteration += 1
        system = System(problem.with_scales(scales), operator, constraints)
        estimate = solve_system(system, strength, start=state)
        state, left = estimate.state, redundancy(estimate)
        new = dict(scales)
        for names, factor in zip(rules.groups, _factors(estimate, left, rules)):
            if sum(left[name] for name in names) > LEAST_REDUNDANCY:
                new.update(dict.fromkeys(names, float(np.clip(scales[names[0]] * np.sqrt(factor), *bounds))))
        change = max(abs((new[name] / scales[name]) ** 2 - 1.0) for name in scales)
        if change < CLOSE or iteration >= rules.limit:
            # what is returned belongs together: not the new scales, but those of the last estimate
            break
        scales = new
    return VarianceComponents(scales, left, estimate, iteration, _doubts(scales, left, bounds, change))


def _factors(estimate: Estimate, left: Mapping[str, float], rules: _Rules) -> Array:
    """Factor of each group's squared scale (g,)."""
    problem, groups = estimate.problem, rules.groups
    chi2 = np.array([sum(estimate.fit(name).chi2 for name in names) for names in groups])
    expected = np.array([sum(left[name] for name in names) for names in groups])
    worth = np.array([rules.prior / problem.scales[names[0]] ** 2 for names in groups])
    if rules.form == "counted":
        blocks = [[problem.block(name) for name in names] for names in groups]
        expected = np.array([sum(one.n_data - len(one.nuisance) for one in group) for group in blocks], dtype=float)
    if rules.form != "rigorous":
        return np.asarray((chi2 + worth) / np.maximum(expected + rules.prior, LEAST_REDUNDANCY))
    matrix, target = _helmert(estimate, chi2, groups)
    matrix[np.diag_indices(len(groups))] += rules.prior
    factors = np.linalg.solve(matrix, target + worth)
    # far from the fixed point the equations may ask for a negative variance: the simplified step is always positive
    simplified = (chi2 + worth) / np.maximum(expected + rules.prior, LEAST_REDUNDANCY)
    return np.where(factors > 0.1 * simplified, factors, simplified)


def _helmert(estimate: Estimate, chi2: Array, groups: Sequence[tuple[str, ...]]) -> tuple[Array, Array]:
    """Helmert's equations: what the groups' misfits would be (g, g) of each other's variances, and are (g,)."""
    problem, covariance = estimate.problem, estimate.covariance
    products, counts = [], []
    for names in groups:
        blocks = [problem.block(name) for name in names]
        products.append(covariance @ sum(problem.weight(one) * one.normal for one in blocks))
        counts.append(sum(one.n_data - len(one.nuisance) for one in blocks))
    smooth = estimate.strength**2 * (covariance @ estimate.system.operator.gram.toarray())
    matrix = np.array([[float(np.sum(one * other.T)) for other in products] for one in products])
    matrix[np.diag_indices(len(groups))] += np.array(counts) - 2.0 * np.array([np.trace(one) for one in products])
    return matrix, chi2 - np.array([float(np.sum(one * smooth.T)) for one in products])


def _grouped(
    problem: Problem, groups: Mapping[str, Sequence[str]], fixed: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    """Names of the data sets that share each scale."""
    names = [block.name for block in problem.blocks]
    grouped = [*(name for members in groups.values() for name in members), *fixed]
    wrong = sorted({name for name in grouped if name not in names or grouped.count(name) > 1})
    if wrong:
        raise ValueError(f"group member {wrong[0]!r} must be a data set, and of one group only: {', '.join(names)}")
    alone = [(name,) for name in names if name not in grouped]
    return (*(tuple(members) for members in groups.values() if members), *alone)


def _check(rules: _Rules) -> None:
    if not 0.0 < rules.bounds[0] < rules.bounds[1]:
        raise ValueError(f"bounds {rules.bounds} of the scales must be positive and ascend")
    if rules.form not in FORMS:
        raise ValueError(f"form {rules.form!r} of variance components is unknown: use one of {', '.join(FORMS)}")
    if not rules.prior >= 0.0:
        raise ValueError(f"a prior worth {rules.prior!r} data makes no sense: give 0 or more")


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
