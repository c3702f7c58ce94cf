"""Ensembles of estimates: what noise, the choice of data, and each data set do to slip, bounds kept.

| kind          | a member is the estimate of                                  | its spread says                     |
|---------------|--------------------------------------------------------------|-------------------------------------|
| monte_carlo   | what the estimate predicts, with new noise of the covariance | what the stated noise does          |
| bootstrap     | blocks of ground drawn with replacement                      | what the misfit does, stated or not |
| leave_one_out | all data sets but one                                        | how much the answer hangs on one    |

(Bootstrap: Efron & Tibshirani 1993, An Introduction to the Bootstrap, section 8.6.)

Operator, strength, bounds and data weights are those of the estimate; the strength is not chosen anew, so that what
smoothing hides stays hidden: spreads are those of the smoothed slip, not of the truth about it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.bounds.least_squares import minimise_many
from geoslip.inversion.choices.folds import Folds, dataset_folds, spatial_folds
from geoslip.inversion.choices.heldout import HeldOut, held_out
from geoslip.inversion.errors import SingularProblemError
from geoslip.inversion.smoothing.linear_prior import summed
from geoslip.inversion.smoothing.norms import NormOperator
from geoslip.inversion.solver import solve_system
from geoslip.inversion.whitening import Whitener

if TYPE_CHECKING:
    from geoslip.inversion.estimate import Estimate
    from geoslip.inversion.problem import Problem
    from geoslip.inversion.system import System

Array = NDArray[np.float64]

TOLERANCE = 1e-8


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Estimates that differ by their data.

    Attributes
    ----------
    kind : {"monte_carlo", "bootstrap", "leave_one_out"}
    estimate : Estimate
        The one they vary.
    slips : (m, p) array
        Slip components of each member, m.
    names : tuple of m str
        Of the members.
    """

    kind: str
    estimate: Estimate
    slips: Array
    names: tuple[str, ...]

    @cached_property
    def tables(self) -> Array:
        """Strike slip, dip slip and opening of each member (m, n_patches, 3), m."""
        from geoslip.inversion.bounds.constraints import slip_table

        problem = self.estimate.problem
        n, components = problem.fault.n_patches, problem.components
        return np.array([slip_table(one, n_patches=n, components=components) for one in self.slips])

    @property
    def mean(self) -> Array:
        """Mean slip of each component (n_patches, 3), m."""
        return np.asarray(self.tables.mean(axis=0))

    @property
    def spread(self) -> Array:
        """Standard deviation of each component (n_patches, 3), m."""
        return np.asarray(self.tables.std(axis=0, ddof=1))

    @property
    def size_spread(self) -> Array:
        """Standard deviation of the size of shear slip (n_patches,), m."""
        return np.asarray(np.hypot(self.tables[..., 0], self.tables[..., 1]).std(axis=0, ddof=1))

    @property
    def moments(self) -> Array:
        """Scalar moment of each member (m,), N m."""
        weight = self.estimate.system.constraints.rigidity * self.estimate.problem.fault.areas
        return np.asarray(np.hypot(self.tables[..., 0], self.tables[..., 1]) @ weight)

    @property
    def peaks(self) -> Array:
        """Largest shear slip of each member (m,), m."""
        return np.asarray(np.hypot(self.tables[..., 0], self.tables[..., 1]).max(axis=1))


def monte_carlo(
    estimate: Estimate, *, draws: int = 200, seed: int = 0, progress: Callable[[float], None] | None = None
) -> Ensemble:
    """Estimate again from what the estimate predicts plus noise drawn from the data's covariance.

    One factorisation serves most draws; 200 draws of 1200 unknowns take some ten seconds.

    Parameters
    ----------
    estimate : Estimate
    draws : int
        At least 2.
    seed : int
    progress : callable, optional
        Called with the finished fraction.

    Returns
    -------
    Ensemble

    Raises
    ------
    ValueError
        Fewer than two draws.
    """
    if draws < 2:
        raise ValueError(f"{draws} draws have no spread: ask for at least 2")
    system = estimate.system
    space, problem = system.space, system.problem
    rights = np.tile(space.basis.T @ _expected(problem, estimate.slip_vector), (draws, 1))
    rng = np.random.default_rng(seed)
    for block in problem.blocks:
        white = block.whitener.whiten(np.asarray(block.greens @ space.basis))
        nuisance = np.linalg.qr(block.whitener.whiten(block.nuisance.matrix))[0]
        white -= nuisance @ (nuisance.T @ white)
        rights += np.sqrt(problem.weight(block)) * (rng.standard_normal((draws, block.n_data)) @ white)
    return Ensemble("monte_carlo", estimate, _solved(estimate, rights, progress), _numbered(draws))


def _expected(problem: Problem, slip: Array) -> Array:
    """Right-hand side (p,) of data that slip predicts without noise; priors keep their values."""
    parts = [problem.weight(block) * (block.normal @ slip) for block in problem.blocks]
    return np.asarray(np.sum([*parts, *(prior.right for prior in problem.priors)], axis=0))


def _solved(estimate: Estimate, rights: Array, progress: Callable[[float], None] | None) -> Array:
    """Slip vectors (m, p) of other right-hand sides (m, q)."""
    system = estimate.system
    constraints = system.constraints
    slips = []
    capped = any(x is not None for x in (constraints.moment_at_most, constraints.moment_at_least, constraints.maximum))
    if not (capped or isinstance(system.operator, NormOperator)):
        # what draws the smoothing toward its target is the same in every draw
        rights = rights + (system.right_at(estimate.strength) - system.right)
        found = minimise_many(
            system.regularised(estimate.strength), rights, lower=system.space.lower, upper=system.space.upper,
            start=estimate.state, tolerance=TOLERANCE,
        )  # fmt: skip
        for number, one in enumerate(found, start=1):
            slips.append(system.space.slip_vector(one.x))
            if progress is not None:
                progress(number / len(rights))
        return np.array(slips)
    for number, right in enumerate(rights, start=1):
        other = system.with_data(system.normal, right=right)
        slips.append(solve_system(other, estimate.strength, start=estimate.state, tolerance=TOLERANCE).slip_vector)
        if progress is not None:
            progress(number / len(rights))
    return np.array(slips)


def bootstrap(
    estimate: Estimate,
    *,
    draws: int = 100,
    blocks: int = 20,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Ensemble:
    """Estimate from blocks of ground drawn with replacement; a block that is drawn twice counts twice.

    Blocks are those of spatial_folds. Correlation within a block is kept, that between blocks is not, so that with
    every block drawn once the estimate is that of data which are correlated within blocks only. Needs memory for a
    normal matrix a block.

    Parameters
    ----------
    estimate : Estimate
    draws : int
        At least 2.
    blocks : int
        How many blocks the ground is cut into; no more than there are places.
    seed : int
    progress : callable, optional

    Returns
    -------
    Ensemble

    Raises
    ------
    ValueError
        Fewer than two draws, or more blocks than places.
    """
    if draws < 2:
        raise ValueError(f"{draws} draws have no spread: ask for at least 2")
    system = estimate.system
    known, drawn_to, _ = summed(system.problem.priors, n_slip=system.problem.n_slip)
    known, drawn_to = system.space.shrink(known), system.space.basis.T @ drawn_to
    normals, rights = _own_normals(system, spatial_folds(system.problem, folds=blocks, seed=seed), blocks)
    rng = np.random.default_rng(seed)
    slips = []
    for number in range(draws):
        counts = rng.multinomial(blocks, np.full(blocks, 1.0 / blocks)).astype(float)
        normal, right = np.tensordot(counts, normals, axes=1), counts @ rights
        normal, right = _reduced(normal, right, system.space.n)
        slips.append(_changed(system, normal + known, right + drawn_to, estimate))
        if progress is not None:
            progress((number + 1) / draws)
    return Ensemble("bootstrap", estimate, np.array(slips), _numbered(draws))


def _own_normals(system: System, folds: Folds, count: int) -> tuple[Array, Array]:
    """Normal matrices (f, q + k, q + k) and right-hand sides (f, q + k) of each fold's data alone, nuisance behind."""
    problem, q = system.problem, system.space.n
    normals = np.zeros((count, q + problem.n_nuisance, q + problem.n_nuisance))
    rights = np.zeros((count, q + problem.n_nuisance))
    first = q
    for block in problem.blocks:
        last = first + len(block.nuisance)
        index = np.concatenate([np.arange(q), np.arange(first, last)])
        rows = np.column_stack([np.asarray(block.greens @ system.space.basis), block.nuisance.matrix])
        for number in np.unique(folds.labels[block.name]):
            which = np.flatnonzero(folds.labels[block.name] == number)
            covariance = block.observations.covariance[np.ix_(which, which)]
            whitener = Whitener.of(covariance, name=block.name)
            white, data = whitener.whiten(rows[which]), whitener.whiten(block.observations.values[which])
            normals[number][np.ix_(index, index)] += problem.weight(block) * (white.T @ white)
            rights[number, index] += problem.weight(block) * (white.T @ data)
        first = last
    return normals, rights


def _reduced(normal: Array, right: Array, q: int) -> tuple[Array, Array]:
    """Normal equations of the first q parameters, the others fitted."""
    if len(right) == q:
        return normal, right
    fitted = normal[:q, q:] @ np.linalg.pinv(normal[q:, q:], hermitian=True)
    return normal[:q, :q] - fitted @ normal[q:, :q], right[:q] - fitted @ right[q:]


def leave_one_out(estimate: Estimate) -> Ensemble:
    """Estimate without each data set in turn.

    Returns
    -------
    Ensemble
        Members are named for the data set that is left out.

    Raises
    ------
    ValueError
        A single data set.
    """
    system = estimate.system
    folds = dataset_folds(system.problem)
    slips = []
    for name, part in zip(folds.names, held_out(system, folds)):
        try:
            slips.append(_without(system, part, estimate))
        except SingularProblemError as error:
            raise SingularProblemError(f"without {name!r}: {error}") from error
    return Ensemble("leave_one_out", estimate, np.array(slips), folds.names)


def _without(system: System, part: HeldOut, estimate: Estimate) -> Array:
    return _changed(system, system.normal - part.normal, system.right - part.right, estimate)


def _changed(system: System, normal: Array, right: Array, estimate: Estimate) -> Array:
    other = system.with_data(normal, right=right)
    return solve_system(other, estimate.strength, start=estimate.state, tolerance=TOLERANCE).slip_vector


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"draw {number + 1}" for number in range(count))
