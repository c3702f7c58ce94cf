"""The whole curve of estimates over smoothing strengths, and what each criterion would choose from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.inversion.bounds.constraints import Constraints
from geoslip.inversion.choices.abic import abic, noise_variance
from geoslip.inversion.choices.crossvalidation import CrossValidation
from geoslip.inversion.choices.gcv import gcv
from geoslip.inversion.choices.lcurve import corner_distance, lcurve_curvature
from geoslip.inversion.estimate import Estimate
from geoslip.inversion.problem import Problem
from geoslip.inversion.smoothing.norms import NormOperator
from geoslip.inversion.smoothing.operators import Operator
from geoslip.inversion.solver import solve_system
from geoslip.inversion.system import System

Array = NDArray[np.float64]

CRITERIA = ("lcurve", "abic", "gcv", "chi2")
"""What every curve can be chosen by; cross_validate adds others."""
FEWEST_STRENGTHS = 5
SHALLOWEST_CORNER = 0.1
"""Distance below the chord under which a curve has no corner."""
UNCLEAR_CORNER = 8.0
"""Factor between two readings of the corner beyond which it is not sharp."""
FLAT_ABIC = 2.0
"""Differences of ABIC up to this are no preference (Akaike's rule of thumb)."""
FLAT_GCV = 0.01
"""Share by which GCV must rise above its minimum somewhere on the curve to prefer anything."""


@dataclass(frozen=True, eq=False)
class StrengthChoice:
    """What a criterion chose.

    Attributes
    ----------
    criterion : str
    strength : float
    index : int
        Its place in the curve.
    estimate : Estimate
    warnings : tuple of str
        Why the choice may not be trusted.
    """

    criterion: str
    strength: float
    index: int
    estimate: Estimate
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class StrengthCurve:
    """Estimates at ascending strengths.

    Attributes
    ----------
    strengths : (k,) array
    misfit : (k,) array
        Chi-square.
    roughness : (k,) array
        Squared norm of L m.
    corner : (k,) array
        How far the L-curve lies below the chord of its ends, 0 to 1; largest at its corner.
    curvature : (k,) array
        Of the L-curve in logarithms, positive where it turns like an L; NaN where the curve rests.
    abic : (k,) array
        Up to a constant, of the unbounded problem; NaN, like the next three, where lengths are summed, not squares.
    gcv : (k,) array
        Generalised cross-validation of the unbounded problem.
    noise_scale : (k,) array
        Factor of the data's standard deviations that the unbounded problem asks for.
    effective_parameters : (k,) array
        Trace of the resolution of the unbounded problem.
    estimates : tuple of k Estimate
    cross_validation : dict of str to CrossValidation
        Errors of prediction by criterion, from geoslip.inversion.cross_validate.
    """

    strengths: Array
    misfit: Array
    roughness: Array
    corner: Array
    curvature: Array
    abic: Array
    gcv: Array
    noise_scale: Array
    effective_parameters: Array
    estimates: tuple[Estimate, ...]
    cross_validation: Mapping[str, CrossValidation] = field(default_factory=dict)

    @property
    def criteria(self) -> tuple[str, ...]:
        """What choose() can choose by; ABIC and GCV are of smoothing by squares."""
        squares = bool(np.isfinite(self.gcv).any())
        return (*(name for name in CRITERIA if squares or name not in ("abic", "gcv")), *self.cross_validation)

    def choose(self, criterion: str = "lcurve") -> StrengthChoice:
        """Choose a strength: the corner of the L-curve, the smallest ABIC, GCV or error of prediction, or a misfit.

        The corner is the point farthest from the chord between the curve's ends (geoslip.inversion.choices.lcurve says
        why it is not the largest curvature).

        Parameters
        ----------
        criterion : {"lcurve", "abic", "gcv", "chi2", "cv", "cv_datasets"}
            "chi2" is the strongest whose chi-square is no more than the noise explains, the number of data less that of
            nuisance coefficients (the discrepancy principle, Morozov 1966, Soviet Math. Dokl. 7, 414-417). The last two
            (or those of folds of one's own) once cross_validate has added them.

        Returns
        -------
        StrengthChoice
            With a warning where the criterion is flat or best at an end of the curve.
        """
        if criterion in self.cross_validation:
            index, warnings = self._best_predicted(criterion)
        elif criterion in CRITERIA and criterion not in self.criteria:
            raise ValueError(
                f"criterion {criterion!r} is of smoothing by squares, not of {self.estimates[0].system.operator.name}: "
                f"use one of {', '.join(self.criteria)} or cross-validation"
            )
        elif criterion in CRITERIA:
            ways = {"lcurve": self._corner, "abic": self._lowest_abic, "gcv": self._lowest_gcv, "chi2": self._as_noisy}
            index, warnings = ways[criterion]()
        elif criterion in ("cv", "cv_datasets"):
            raise ValueError(f"criterion {criterion!r} is not computed yet: cross_validate the curve first")
        else:
            raise ValueError(f"criterion {criterion!r} is unknown: use one of {', '.join(self.criteria)}")
        return StrengthChoice(criterion, float(self.strengths[index]), index, self.estimates[index], warnings)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings of all criteria."""
        return tuple(text for criterion in self.criteria for text in self.choose(criterion).warnings)

    def _corner(self) -> tuple[int, tuple[str, ...]]:
        if not self.corner.max() > SHALLOWEST_CORNER:
            index = len(self.strengths) // 2
            return index, ("L-curve: no corner, so its middle is taken; widen the range or use another criterion",)
        index = int(np.argmax(self.corner))
        if index in (1, len(self.strengths) - 2):
            return index, (f"L-curve: the corner lies at the {_end(index)} of the curve: widen the range of strengths",)
        bend = self.strengths[int(np.nanargmax(self.curvature))] if np.isfinite(self.curvature).any() else np.nan
        if max(bend / self.strengths[index], self.strengths[index] / bend) > UNCLEAR_CORNER:
            return index, (
                f"L-curve: the corner is not sharp: farthest from the chord at {self.strengths[index]:.3g}, but "
                f"most bent at {bend:.3g}; compare the slip of both, or use ABIC",
            )
        return index, ()

    def _lowest_abic(self) -> tuple[int, tuple[str, ...]]:
        spread = float(np.ptp(self.abic))
        if not spread > FLAT_ABIC:
            return self._middle(f"ABIC: flat, it changes by {spread:.2g} over the whole curve")
        return self._lowest(self.abic, "ABIC")

    def _lowest_gcv(self) -> tuple[int, tuple[str, ...]]:
        rise = float(np.max(self.gcv) / np.min(self.gcv)) - 1.0
        if not rise > FLAT_GCV:
            return self._middle(f"GCV: flat, it changes by {100.0 * rise:.2g} % over the whole curve")
        return self._lowest(self.gcv, "GCV")

    def _as_noisy(self) -> tuple[int, tuple[str, ...]]:
        problem = self.estimates[0].problem
        target = problem.n_data - problem.n_nuisance
        explained = np.flatnonzero(self.misfit <= target)
        if not explained.size:
            return 0, (
                f"chi2: every strength misses by more than the noise explains (chi-square {self.misfit[0]:.4g} at the "
                f"weakest, {target} asked): the noise is understated or the model too simple; use another criterion",
            )
        index = int(explained[-1])
        if index == len(self.strengths) - 1:
            return index, (
                f"chi2: every strength fits better than the noise asks (chi-square {self.misfit[-1]:.4g} at the "
                f"strongest, {target} asked): the noise is overstated, or widen the range of strengths",
            )
        return index, ()

    def _best_predicted(self, criterion: str) -> tuple[int, tuple[str, ...]]:
        found = self.cross_validation[criterion]
        if not found.beyond_chance.any():
            return self._middle(f"{criterion}: flat, no strength predicts better than another beyond chance")
        return self._lowest(found.score, criterion)

    def _middle(self, text: str) -> tuple[int, tuple[str, ...]]:
        rest = "the data do not tell the strength and the middle is taken; use another criterion"
        return len(self.strengths) // 2, (f"{text}: {rest}",)

    def _lowest(self, values: Array, name: str) -> tuple[int, tuple[str, ...]]:
        index = int(np.nanargmin(values))
        if index in (0, len(self.strengths) - 1):
            return index, (f"{name}: the minimum lies at the {_end(index)} of the curve: widen the range of strengths",)
        return index, ()


def strength_curve(
    problem: Problem,
    operator: Operator,
    *,
    strengths: ArrayLike | int = 20,
    constraints: Constraints | None = None,
    progress: Callable[[float], None] | None = None,
) -> StrengthCurve:
    """Solve at a range of strengths, each from its stronger neighbour, and evaluate the criteria.

    Time grows with the cube of the number of parameters: about two factorisations a strength, and one eigenvalue
    decomposition for all; memory with its square. A cap that bites costs some hundred times more a strength.

    Parameters
    ----------
    problem : Problem
    operator : Operator
    strengths : int or (k,) array_like
        Positive strengths, at least 5; a number asks for so many over the problem's own range (automatic_strengths).
    constraints : Constraints, optional
        Free slip if not given.
    progress : callable, optional
        Called with the finished fraction.

    Returns
    -------
    StrengthCurve
    """
    system = System(problem, operator, constraints or Constraints())
    values = chosen_strengths(system, strengths)
    estimates: list[Estimate] = []
    for number, strength in enumerate(values[::-1]):
        before = estimates[-1].state if estimates else None
        estimates.append(solve_system(system, float(strength), start=before))
        if progress is not None:
            progress((number + 1) / len(values))
    estimates.reverse()
    unbounded = _unbounded(system, values)
    misfit = np.array([problem.chi_square(estimate.slip_vector) for estimate in estimates])
    roughness = np.array([estimate.roughness for estimate in estimates])
    return StrengthCurve(
        strengths=values,
        misfit=misfit,
        roughness=roughness,
        corner=corner_distance(misfit, roughness=roughness),
        curvature=lcurve_curvature(values, misfit=misfit, roughness=roughness),
        abic=unbounded[0],
        gcv=unbounded[1],
        noise_scale=unbounded[2],
        effective_parameters=unbounded[3],
        estimates=tuple(estimates),
    )


def _unbounded(system: System, strengths: Array) -> tuple[Array, Array, Array, Array]:
    """ABIC, GCV, noise scale and effective parameters at each strength (k,) of the problem without bounds."""
    if isinstance(system.operator, NormOperator):
        nothing = np.full(len(strengths), np.nan)
        return nothing, nothing, nothing, nothing
    noise = np.sqrt([noise_variance(system, float(value)) for value in strengths])
    effective = np.array([system.spectrum.effective_parameters(float(value)) for value in strengths])
    return abic(system, strengths), gcv(system, strengths), noise, effective


def chosen_strengths(system: System, strengths: ArrayLike | int) -> Array:
    """Ascending strengths (k,): those given, or so many over the problem's own range."""
    if isinstance(strengths, int | np.integer):
        return automatic_strengths(system, count=int(strengths))
    return _checked_strengths(strengths)


def automatic_strengths(system: System, *, count: int = 20) -> Array:
    """Ascending strengths over the range in which the data and the smoothing compete.

    From the strength at which the data determine nine tenths of what they can (the smaller of their number and that
    of the parameters), but no less than a thousandth of the even balance of both, to that at which one number is left
    beyond what the smoothing does not touch.

    Parameters
    ----------
    system : System
    count : int
        At least 5.

    Returns
    -------
    (count,) array
    """
    if count < FEWEST_STRENGTHS:
        raise ValueError(f"{count} strengths make no curve: ask for at least {FEWEST_STRENGTHS}")
    spectrum, problem = system.spectrum, system.problem
    untouched = system.space.n - spectrum.rank
    most = min(system.space.n, problem.n_data - problem.n_nuisance)
    even = np.sqrt(spectrum.scale)
    grid = even * np.geomspace(1e-3, 1e6, 181)
    resolved = np.array([spectrum.effective_parameters(strength) for strength in grid])
    low = grid[max(0, int(np.count_nonzero(resolved > 0.9 * most)) - 1)]
    high = grid[min(len(grid) - 1, int(np.count_nonzero(resolved > untouched + 1.0)))]
    ends = float(low), float(max(high, 1e2 * low))
    if isinstance(system.operator, NormOperator):
        ends = _of_lengths(system, ends)
    return np.geomspace(ends[0], ends[1], count)


def _of_lengths(system: System, strengths: tuple[float, float]) -> tuple[float, float]:
    """Strengths at which a sum of lengths pulls as hard as the sum of their squares does at others.

    Where the squares are minimised, the change of c^2 sum(len^2) with the scale of slip is that of a^2 sum(len) for
    a^2 = 2 c^2 sum(len^2) / sum(len). Toward strong smoothing that tends to where the lengths leave nothing.
    """
    operator, found = system.operator, []
    assert isinstance(operator, NormOperator)
    for strength in strengths:
        slip = system.space.slip_vector(system.minimise(strength).x)
        lengths = operator.lengths(operator.matrix @ slip - (0.0 if operator.target is None else operator.target))
        found.append(strength * float(np.sqrt(2.0 * np.sum(lengths**2) / max(float(lengths.sum()), 1e-300))))
    return found[0], max(found[1], 10.0 * found[0])


def _checked_strengths(strengths: ArrayLike) -> Array:
    values = np.unique(np.asarray(strengths, dtype=float))
    if values.size < FEWEST_STRENGTHS or not (np.isfinite(values).all() and values[0] > 0.0):
        raise ValueError(
            f"strengths {np.array2string(values, precision=3, threshold=6)} make no curve: give at least "
            f"{FEWEST_STRENGTHS} different positive numbers"
        )
    return values


def _end(index: int) -> str:
    return "weak end" if index <= 1 else "strong end"
