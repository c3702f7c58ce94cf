"""What a fold holds out of a problem, as normal equations of its own (see geoslip.inversion.choices.crossvalidation).

With E the columns of the identity that belong to the data held out, the rows V' Q F^-1 come from the Gram matrix of
Q F^-1 E. Where the covariance is diagonal that is I - B B', B the held-out rows of the orthonormal nuisance basis, and
its inverse root is I + U diag((1 - s^2)^(-1/2) - 1) U' with B = U s W': no matrix of all the data is formed. A whole
data set needs its block's normal equations only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky, qr, solve_triangular

if TYPE_CHECKING:
    from geoslip.inversion.choices.folds import Folds
    from geoslip.inversion.problem import Block
    from geoslip.inversion.system import System

Array = NDArray[np.float64]

INDEPENDENT = 1e-9
"""Share of a whitened column that nuisance must leave for it to be a direction of its own."""
WELL_APART = 1e-3
"""Pivot of the columns' products above which they need no pivoting."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The chi-square of what a fold holds out, as a function of the parameters.

    Attributes
    ----------
    normal : (q, q) array
    right : (q,) array
    energy : float
        Chi-square of no slip.
    size : int
        Numbers held out: data less the nuisance coefficients that only the fold determines.
    """

    normal: Array
    right: Array
    energy: float
    size: int

    def chi_square(self, x: Array) -> float:
        """Misfit of parameters (q,) on what is held out."""
        return max(0.0, self.energy - 2.0 * float(self.right @ x) + float(x @ self.normal @ x))


def held_out(system: System, folds: Folds) -> list[HeldOut]:
    """What each fold holds out, whitened, nuisance and the kept data's knowledge of it taken out.

    Parameters
    ----------
    system : System
        q parameters.
    folds : Folds
        That fit the system's problem.

    Returns
    -------
    list of HeldOut
        One a fold.
    """
    parts = [_Sum(system) for _ in folds.names]
    for block in system.problem.blocks:
        labels = np.asarray(folds.labels[block.name])
        white = _Whitened(block, system)
        for number in np.unique(labels):
            parts[number].add(white, labels == number)
    return [part.held_out() for part in parts]


class _Sum:
    """Normal equations of a fold while data sets are added."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.whole: list[Array] = []
        self.rows: list[Array] = []
        self.right, self.energy, self.size = np.zeros(system.space.n), 0.0, 0

    def add(self, white: _Whitened, which: NDArray[np.bool_]) -> None:
        if which.all():
            block, space = white.block, self.system.space
            weight = self.system.problem.weight(block)
            self.whole.append(weight * space.shrink(block.normal))
            self.right += weight * (space.basis.T @ block.right)
            self.energy += weight * block.energy
            self.size += block.n_data - len(block.nuisance)
            return
        rows, values, size = white.held_out(which)
        self.rows.append(rows)
        self.right += rows.T @ values
        self.energy += float(values @ values)
        self.size += size

    def held_out(self) -> HeldOut:
        parts = self.whole
        if self.rows:
            rows = np.concatenate(self.rows)
            parts = [*parts, rows.T @ rows]
        return HeldOut(np.sum(parts, axis=0) if len(parts) > 1 else parts[0], self.right, self.energy, self.size)


class _Whitened:
    """A data set's whitened matrix and data in parameters, freed of nuisance; made when a part of it is asked for."""

    def __init__(self, block: Block, system: System) -> None:
        self.block, self.system = block, system

    @cached_property
    def nuisance(self) -> Array:
        """Orthonormal basis (n, k) of the whitened nuisance columns."""
        return np.linalg.qr(self.block.whitener.whiten(self.block.nuisance.matrix))[0]

    @cached_property
    def matrix(self) -> Array:
        """Whitened rows in parameters (n, q)."""
        scaled = self.block.whitener.whiten(np.asarray(self.block.greens @ self.system.space.basis))
        scaled *= np.sqrt(self.system.problem.weight(self.block))
        if len(self.block.nuisance):
            scaled -= self.nuisance @ (self.nuisance.T @ scaled)
        return scaled

    @cached_property
    def data(self) -> Array:
        """Whitened data (n,)."""
        white = self.block.whitener.whiten(self.block.observations.values)
        white *= np.sqrt(self.system.problem.weight(self.block))
        return white - self.nuisance @ (self.nuisance.T @ white)

    @cached_property
    def inverse_factor(self) -> Array:
        """F^-1 with columns of unit length, nuisance projected out (n, n)."""
        columns = self.block.whitener.whiten(np.eye(self.block.n_data))
        columns /= np.linalg.norm(columns, axis=0)
        return columns - self.nuisance @ (self.nuisance.T @ columns)

    def held_out(self, which: NDArray[np.bool_]) -> tuple[Array, Array, int]:
        """Rows (h, q) and values (h,) on directions that belong to the data held out, and how many these are."""
        if self.block.whitener.factor.ndim == 1:
            return self._uncorrelated(which)
        columns = self.inverse_factor[:, which]
        try:
            triangle = cholesky(columns.T @ columns, check_finite=False)
        except LinAlgError:
            triangle = np.zeros((1, 1))
        if np.diagonal(triangle).min() > WELL_APART:
            rows, values = (columns.T @ part for part in (self.matrix, self.data))
            rows, values = (solve_triangular(triangle, part, trans="T", check_finite=False) for part in (rows, values))
            return rows, values, len(values)
        basis, triangle, _ = qr(columns, mode="economic", pivoting=True, check_finite=False)
        own = basis[:, np.abs(np.diagonal(triangle)) > INDEPENDENT]
        return own.T @ self.matrix, own.T @ self.data, own.shape[1]

    def _uncorrelated(self, which: NDArray[np.bool_]) -> tuple[Array, Array, int]:
        rows, values = self.matrix[which], self.data[which]
        if not len(self.block.nuisance):
            return rows, values, len(values)
        outer, share, _ = np.linalg.svd(self.nuisance[which], full_matrices=False)
        left = 1.0 - share**2
        lost = left <= INDEPENDENT
        factor = np.where(lost, -1.0, 1.0 / np.sqrt(np.where(lost, 1.0, left)) - 1.0)
        rows = rows + outer @ (factor[:, None] * (outer.T @ rows))
        values = values + outer @ (factor * (outer.T @ values))
        return rows, values, len(values) - int(np.count_nonzero(lost))
