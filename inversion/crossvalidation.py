"""Cross-validation of the smoothing strength: predict the data of each fold from all others, bounds kept.

Let F F' = C be a data set's covariance, Q the projector off its whitened nuisance columns, and V an orthonormal basis
of the columns of Q F^-1 that belong to the data held out. Then

    |Q F^-1 (d - G m)|^2 = |V' Q F^-1 (d - G m)|^2 + chi-square of the data that are kept, their nuisance fitted,

exactly, for any covariance and nuisance (a datum is left out where a parameter of its own absorbs it). So the normal
equations of the kept data are those of all less (V' G)' (V' G), and the first term is the chi-square of the held-out
data as predicted from the kept ones: errors of the slip, of the nuisance and of correlated noise all counted as the
covariance has them. One whitening serves all folds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky, eigvalsh, qr, solve_triangular

from geoslip.inversion.bounded import BoundedSolution
from geoslip.inversion.errors import ConvergenceError, SingularProblemError
from geoslip.inversion.folds import Folds
from geoslip.inversion.solver import solve_system

if TYPE_CHECKING:
    from geoslip.inversion.problem import Block, Problem
    from geoslip.inversion.strength import StrengthCurve
    from geoslip.inversion.system import System

Array = NDArray[np.float64]

INDEPENDENT = 1e-9
"""Share of a whitened column that nuisance must leave for it to be a direction of its own."""
WELL_APART = 1e-3
"""Pivot of the columns' products above which they need no pivoting."""
LEAST_LEFT = 1e-10
"""Share of what data and smoothing know of some slip that the kept data must leave."""
NEARLY_OPTIMAL = 1e-5
"""Violation of the optimality conditions up to which a solution without a fold is good enough to predict it."""


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """How well each strength predicts what it has not seen.

    Attributes
    ----------
    folds : Folds
    size : (f,) array
        Numbers each fold holds out: its data less the nuisance coefficients that only it determines.
    fold_scores : (f, k) array
        Chi-square of each fold's prediction at each strength, over its size.
    """

    folds: Folds
    size: Array
    fold_scores: Array

    @property
    def score(self) -> Array:
        """Mean over all data at each strength (k,); 1 where predictions miss by the data's own noise."""
        return np.asarray(self.size @ self.fold_scores / self.size.sum())

    @property
    def beyond_chance(self) -> NDArray[np.bool_]:
        """Strengths (k,) that predict worse than the best by more than the standard error of their difference.

        The difference is taken fold by fold, so that what makes a fold hard for every strength does not count.
        """
        best = int(np.argmin(self.score))
        share = self.size / self.size.sum()
        gap = self.fold_scores - self.fold_scores[:, best : best + 1]
        mean = share @ gap
        error = np.sqrt(share**2 @ (gap - mean) ** 2 * len(self.size) / (len(self.size) - 1))
        return np.asarray(mean > np.maximum(error, 1e-9 * self.score[best]))


@dataclass(frozen=True, eq=False)
class _HeldOut:
    """The whitened rows V' G and numbers V' d of what a fold holds out."""

    rows: Array
    values: Array


def cross_validate(
    curve: StrengthCurve, *, folds: Folds, progress: Callable[[float], None] | None = None
) -> StrengthCurve:
    """Add the cross-validated error to a curve, for its choose() to use.

    Time: that of the curve once more for every fold.

    Parameters
    ----------
    curve : StrengthCurve
    folds : Folds
        From spatial_folds or dataset_folds, or labels of one's own.
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
    joint = cholesky(system.normal + system.spectrum.scale * system.gram, check_finite=False)
    scores = np.zeros((len(folds.names), len(curve.strengths)))
    size = np.zeros(len(folds.names))
    for number, (name, held) in enumerate(zip(folds.names, held_out(system.problem, folds))):
        rows = held.rows @ system.space.basis
        training = system.with_data(system.normal - rows.T @ rows, right=system.right - rows.T @ held.values)
        if _least_left(rows, joint) < LEAST_LEFT:
            raise SingularProblemError(
                f"without {name!r} some slip is seen neither by the data nor by the smoothing: make more folds, or add "
                "zero-slip edges"
            )
        size[number] = len(held.values)
        before = None
        # from strong to weak, each from its stronger neighbour, as the curve itself
        for place in reversed(range(len(curve.strengths))):
            x, before = _without(training, float(curve.strengths[place]), before)
            missed = held.values - rows @ x
            scores[number, place] = float(missed @ missed) / max(len(held.values), 1)
        if progress is not None:
            progress((number + 1) / len(folds.names))
    found = CrossValidation(folds, size, scores)
    return replace(curve, cross_validation={**curve.cross_validation, folds.criterion: found})


def _least_left(rows: Array, joint: Array) -> float:
    """Smallest share of N + c H = R' R, of any slip, that is left without some rows (h, q) of the whitened matrix."""
    white = solve_triangular(joint, rows.T, trans="T", check_finite=False)
    small = white.T @ white if white.shape[1] < white.shape[0] else white @ white.T
    last = len(small) - 1
    return 1.0 - float(eigvalsh(small, subset_by_index=[last, last], check_finite=False)[0]) if last >= 0 else 1.0


def _without(training: System, strength: float, start: NDArray[np.int8] | None) -> tuple[Array, NDArray[np.int8]]:
    """Parameters (q,) that the kept data ask for, and their state."""
    try:
        found = solve_system(training, strength, start=start)
        return found.x, found.state
    except ConvergenceError as error:
        partial = error.partial
        if isinstance(partial, BoundedSolution) and partial.kkt <= NEARLY_OPTIMAL:
            return partial.x, partial.state
        raise


def held_out(problem: Problem, folds: Folds) -> list[_HeldOut]:
    """What each fold holds out of a problem, whitened, nuisance and the kept data's knowledge of it taken out."""
    parts: list[list[_HeldOut]] = [[] for _ in folds.names]
    for block in problem.blocks:
        white = _Whitened.of(block, scale=problem.scales.get(block.name, 1.0))
        labels = np.asarray(folds.labels[block.name])
        for number in np.unique(labels):
            parts[number].append(white.held_out(labels == number))
    return [_HeldOut(np.vstack([p.rows for p in part]), np.concatenate([p.values for p in part])) for part in parts]


@dataclass(frozen=True, eq=False)
class _Whitened:
    """A data set's whitened matrix and data, freed of nuisance, and its orthonormal nuisance basis."""

    block: Block
    matrix: Array
    data: Array
    nuisance: Array

    @classmethod
    def of(cls, block: Block, *, scale: float) -> _Whitened:
        whiten = block.whitener.whiten
        matrix, data = whiten(block.greens) / scale, whiten(block.observations.values) / scale
        basis = np.linalg.qr(whiten(block.nuisance.matrix))[0]
        return cls(block, matrix - basis @ (basis.T @ matrix), data - basis @ (basis.T @ data), basis)

    def held_out(self, which: NDArray[np.bool_]) -> _HeldOut:
        """Project on the directions that belong to the data that are held out (n,)."""
        columns = np.eye(len(which))[:, which]
        if not which.all():
            columns = self.block.whitener.whiten(columns)
            columns /= np.linalg.norm(columns, axis=0)
        columns -= self.nuisance @ (self.nuisance.T @ columns)
        try:
            triangle = cholesky(columns.T @ columns, check_finite=False)
        except LinAlgError:
            triangle = np.zeros((1, 1))
        if np.diagonal(triangle).min() > WELL_APART:
            rows, values = (columns.T @ part for part in (self.matrix, self.data))
            return _HeldOut(
                *(solve_triangular(triangle, part, trans="T", check_finite=False) for part in (rows, values))
            )
        basis, triangle, _ = qr(columns, mode="economic", pivoting=True, check_finite=False)
        own = basis[:, np.abs(np.diagonal(triangle)) > INDEPENDENT]
        return _HeldOut(own.T @ self.matrix, own.T @ self.data)
