"""Minima of one quadratic form over changing sets of free parameters.

The sets that an active-set method visits differ in few parameters. The Cholesky factor of one set (the base) serves its
neighbours: a parameter added to the set borders the system with its row, a parameter taken out borders it with the
condition that it be zero, and the Schur complement of the border is as small as the change. With N = U' U on the base
and B the border's columns, the rows of (U'^-1 B)' are kept until the base changes: half the work of N^-1 B, and all
that the complement C - B' N^-1 B needs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from geoslip.inversion.errors import SingularProblemError

Array = NDArray[np.float64]

FACTOR_FAILED = (
    "the normal equations of {n} free parameters are not positive definite: data and the regularisation together must "
    "determine every parameter; raise the smoothing strength, add zero-slip edges or lock patches"
)
WIDEST_BORDER = 8
"""A border of more than one parameter in so many costs as much as a new factor."""


class FaceSolver:
    """min x' N x - 2 b' x over the parameters of a set, the others held.

    Parameters
    ----------
    normal : (n, n) array
        N, symmetric positive definite on every set asked for.
    right : (n,) array
        b.

    Attributes
    ----------
    factorisations : int
        Cholesky factorisations done.
    """

    def __init__(self, normal: Array, right: Array) -> None:
        self.normal, self.right = normal, right
        self.factorisations = 0
        self.forget()

    def forget(self) -> None:
        """Drop the base, so that the next set gets a factor of its own."""
        self.base: NDArray[np.int64] = np.zeros(0, np.int64)
        self.position = np.full(self.right.size, -1)
        self.factor: Array = np.zeros((0, 0))
        self.added = self.removed = self.base
        self._clear()

    def _clear(self) -> None:
        """Drop what belongs to the base that was."""
        self.wings: Array = np.zeros((0, self.base.size))
        self.place = np.full(self.right.size, -1)

    def minimum(self, free: NDArray[np.bool_], held: Array, *, refine: bool = True) -> Array:
        """The minimum over the free parameters, refined once unless a guess will do.

        Parameters
        ----------
        free : (n,) bool array
        held : (n,) array
            Values of the parameters that are not free; the others are not looked at.

        Returns
        -------
        (n,) array
            The minimum, with the held values where not free.

        Raises
        ------
        SingularProblemError
            N is not positive definite on the set.
        """
        self._prepare(free)
        x = np.where(free, 0.0, held)
        load = self.right - self.normal @ x if x.any() else self.right
        x = x + self._step(free, load)
        return self.refined(x, free) if refine else x

    def refined(self, x: Array, free: NDArray[np.bool_]) -> Array:
        """Minimum of the set asked for last, one step of refinement better."""
        return x + self._step(free, self.right - self.normal @ x)

    @property
    def is_bordered(self) -> bool:
        """Whether the last set was reached from the factor of another."""
        return bool(self.added.size or self.removed.size)

    def _prepare(self, free: NDArray[np.bool_]) -> None:
        in_base = self.position >= 0
        self.added, self.removed = np.flatnonzero(free & ~in_base), np.flatnonzero(~free & in_base)
        if WIDEST_BORDER * (self.added.size + self.removed.size) >= self.base.size:
            self._factorise(np.flatnonzero(free))
            self.added = self.removed = np.zeros(0, np.int64)
            return
        self._extend(np.concatenate([self.added, self.removed]))
        self._complement()

    def _factorise(self, index: NDArray[np.int64]) -> None:
        block = self.normal.take(index, axis=0).take(index, axis=1)
        factor, info = lapack.dpotrf(block.T, lower=0, overwrite_a=1, clean=0)
        self.factorisations += 1
        if info > 0:
            raise SingularProblemError(FACTOR_FAILED.format(n=index.size))
        self.base, self.factor = index, factor
        self.position = np.full(self.right.size, -1)
        self.position[index] = np.arange(index.size)
        self._clear()

    def _extend(self, border: NDArray[np.int64]) -> None:
        """Solve for the rows of the border that are not kept yet."""
        new = border[self.place[border] < 0]
        if not new.size:
            return
        load = np.zeros((self.base.size, new.size), order="F")
        inside = self.position[new] >= 0
        load[self.position[new[inside]], np.flatnonzero(inside)] = 1.0
        load.T[~inside] = self.normal[new[~inside]].take(self.base, axis=1)
        solved = lapack.dtrtrs(self.factor, load, lower=0, trans=1, overwrite_b=1)[0]
        self.place[new] = len(self.wings) + np.arange(new.size)
        self.wings = np.concatenate([self.wings, solved.T])

    def _complement(self) -> None:
        """Build and factorise the Schur complement of the border, [N_qq, 0; 0, 0] - B' N^-1 B."""
        border = np.concatenate([self.added, self.removed])
        if not border.size:
            return
        self.wing = self.wings.take(self.place[border], axis=0)
        middle = -(self.wing @ self.wing.T)
        k = self.added.size
        middle[:k, :k] += self.normal[np.ix_(self.added, self.added)]
        self.middle, self.pivots, info = lapack.dgetrf(middle)
        if info > 0:
            raise SingularProblemError(FACTOR_FAILED.format(n=self.base.size + k - self.removed.size))

    def _step(self, free: NDArray[np.bool_], load: Array) -> Array:
        """Solve N_ff s_f = load_f, with s zero elsewhere; shape (n,)."""
        step = np.zeros(self.right.size)
        if not free.any():
            return step
        half = lapack.dtrtrs(self.factor, load[self.base], lower=0, trans=1, overwrite_b=1)[0]
        if self.is_bordered:
            gap = np.concatenate([load[self.added], np.zeros(self.removed.size)]) - self.wing @ half
            outer = lapack.dgetrs(self.middle, self.pivots, gap)[0]
            half = half - outer @ self.wing
            step[self.added] = outer[: self.added.size]
        inner = lapack.dtrtrs(self.factor, half, lower=0, trans=0, overwrite_b=1)[0]
        step[self.base] = inner
        step[self.removed] = 0.0
        return step
