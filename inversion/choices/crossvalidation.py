"""Cross-validation of the smoothing strength: predict the data of each fold from all others, bounds kept.

Let F F' = C be a data set's covariance, Q the projector off its whitened nuisance columns, and V an orthonormal basis
of the columns of Q F^-1 that belong to the data held out. Then

    |Q F^-1 (d - G m)|^2 = |V' Q F^-1 (d - G m)|^2 + chi-square of the data that are kept, their nuisance fitted,

exactly, for any covariance and nuisance (a datum is left out where a parameter of its own absorbs it). So the normal
equations of the kept data are those of all less (V' G)' (V' G), and the first term is the chi-square of the held-out
data as predicted from the kept ones: errors of the slip, of the nuisance and of correlated noise all counted as the
covariance has them. One whitening serves all folds, and every fold starts from the bounds that hold the full solution.

A long curve is not solved everywhere: outward from what ABIC chooses, in strides that double, until the score has risen
on both sides, and then between the best and its neighbours until the best is known to the step. Between them scores are
interpolated, beyond them they are not known (NaN).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from geoslip.inversion.choices.folds import Folds
from geoslip.inversion.choices.heldout import HeldOut, held_out
from geoslip.inversion.errors import SingularProblemError
from geoslip.inversion.solver import solve_system

if TYPE_CHECKING:
    from geoslip.inversion.choices.strength import StrengthCurve
    from geoslip.inversion.system import System

Array = NDArray[np.float64]

SHORT = 12
"""Strengths up to which every one is solved."""
RISEN = 1.05
"""Factor over the best score at which the search turns back."""
LEAST_LEFT = 1e-10
"""Share of what data and smoothing know of some slip that the kept data must leave."""
TOLERANCE = 1e-8
"""Violation of the optimality conditions that a prediction may have."""


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """How well each strength predicts what it has not seen.

    Attributes
    ----------
    folds : Folds
    size : (f,) array
        Numbers each fold holds out: its data less the nuisance coefficients that only it determines.
    fold_scores : (f, k) array
        Chi-square of each fold's prediction at each strength, over its size; NaN beyond those that were solved.
    solved : (k,) bool array, optional
        Strengths at which it was computed and not interpolated; all if not given.
    """

    folds: Folds
    size: Array
    fold_scores: Array
    solved: NDArray[np.bool_] | None = None

    @property
    def score(self) -> Array:
        """Mean over all data at each strength (k,); 1 where predictions miss by the data's own noise, NaN beyond."""
        return np.asarray(self.size @ self.fold_scores / self.size.sum())

    @property
    def beyond_chance(self) -> NDArray[np.bool_]:
        """Strengths (k,) that predict worse than the best by more than the standard error of their difference.

        The difference is taken fold by fold, so that what makes a fold hard for every strength does not count.
        """
        best = int(np.nanargmin(self.score))
        share = self.size / self.size.sum()
        gap = self.fold_scores - self.fold_scores[:, best : best + 1]
        mean = share @ gap
        error = np.sqrt(share**2 @ (gap - mean) ** 2 * len(self.size) / (len(self.size) - 1))
        return np.asarray(mean > np.maximum(error, 1e-9 * self.score[best]))


def cross_validate(
    curve: StrengthCurve, *, folds: Folds, every: bool = False, progress: Callable[[float], None] | None = None
) -> StrengthCurve:
    """Add the cross-validated error to a curve, for its choose() to use.

    Time: less than a quarter of the curve's for every fold.

    Parameters
    ----------
    curve : StrengthCurve
    folds : Folds
        From spatial_folds or dataset_folds, or labels of one's own.
    every : bool
        Whether to solve at every strength of a long curve too.
    progress : callable, optional
        Called with the finished fraction.

    Returns
    -------
    StrengthCurve
        The same with one more entry in `cross_validation`, under the folds' criterion.

    Raises
    ------
    ValueError
        Folds that do not fit the problem, or a fold without data.
    SingularProblemError
        Without a fold, data and smoothing leave some slip undetermined.
    """
    system = curve.estimates[0].system
    folds.check(system.problem)
    parts, trainings = held_out(system, folds), []
    for name, part in zip(folds.names, parts):
        training = system.with_data(system.normal - part.normal, right=system.right - part.right)
        if _least_left(system, part) < LEAST_LEFT:
            raise SingularProblemError(
                f"without {name!r} some slip is seen neither by the data nor by the smoothing: make more folds, or add "
                "zero-slip edges"
            )
        trainings.append(training)
    size = np.array([part.size for part in parts], dtype=float)
    count = len(curve.strengths)
    scores = np.full((len(parts), count), np.nan)
    first = curve.choose("abic" if "abic" in curve.criteria else "lcurve").index
    for done, place in enumerate(_search(scores, size, first=first, every=every), start=1):
        strength = float(curve.strengths[place])
        for number, (part, training) in enumerate(zip(parts, trainings)):
            x = _without(training, strength, curve.estimates[place].state)
            scores[number, place] = part.chi_square(x) / max(part.size, 1)
        if progress is not None:
            # how many it will be is not known on a long curve: ever closer to the end
            progress(done / count if every or count <= SHORT else 1.0 - 0.8**done)
    solved = np.isfinite(scores[0])
    found = CrossValidation(folds, size, _between(curve.strengths, scores), solved)
    return replace(curve, cross_validation={**curve.cross_validation, folds.criterion: found})


def _search(scores: Array, size: Array, *, first: int, every: bool) -> Iterator[int]:
    """Places of the curve to solve, each known when the next is asked for."""
    count = scores.shape[1]
    if every or count <= SHORT:
        # from strong to weak, as the curve itself, for what a fold changes carries over to its next strength
        yield from reversed(range(count))
        return
    yield first
    for side in (1, -1):
        place, stride = first, side
        while 0 < place < count - 1:
            place = int(np.clip(place + stride, 0, count - 1))
            yield place
            total = size @ scores
            if total[place] > RISEN * np.nanmin(total):
                break
            stride *= 2
    while True:
        known = np.flatnonzero(np.isfinite(scores[0]))
        best = int(np.argmin((size @ scores)[known]))
        around = [known[max(best - 1, 0)], known[best], known[min(best + 1, len(known) - 1)]]
        middles = [int(low + high) // 2 for low, high in pairwise(around) if high - low > 1]
        if not middles:
            return
        yield from reversed(middles)


def _between(strengths: Array, scores: Array) -> Array:
    """Scores with those between the computed ones interpolated in logarithms."""
    known = np.isfinite(scores[0])
    if known.all():
        return scores
    place = np.log(strengths)
    logs = np.log(np.maximum(scores[:, known], np.finfo(float).tiny))
    spline = PchipInterpolator(place[known], logs, axis=1, extrapolate=False)
    return np.where(known, scores, np.exp(spline(place)))


def _least_left(system: System, part: HeldOut) -> float:
    """Smallest share of N + c H, of any slip, that is left without a fold; or a lower bound of it that is enough."""
    least = float(system.spectrum.smoothing[0])
    if least >= LEAST_LEFT:
        # the smoothing alone leaves so much, whatever is held out
        return least
    joint = system.normal + system.spectrum.scale * system.gram
    try:
        factor = cho_factor(joint - part.normal, check_finite=False)
    except LinAlgError:
        return 0.0
    vector, share = np.ones(len(joint)) + 0.1 * np.cos(np.arange(len(joint))), 1.0
    for _ in range(6):
        grown = cho_solve(factor, joint @ vector, check_finite=False)
        share = float(vector @ (joint @ vector)) / float(vector @ (joint @ grown))
        vector = grown / np.linalg.norm(grown)
    return share


def _without(training: System, strength: float, start: NDArray[np.int8]) -> Array:
    """Parameters (q,) that the kept data ask for."""
    return solve_system(training, strength, start=start, tolerance=TOLERANCE).x
