"""One decomposition that serves every smoothing strength of the unbounded problem.

With c = tr N / tr H and K = N + c H = R R', R lower triangular, the symmetric matrix c R^-1 H R'^-1 = U diag(t) U' has
0 <= t <= 1, and for every strength N + strength^2 H = R U diag(1 - t + t strength^2 / c) U' R'. Time grows with the
cube of the number of parameters, once; each strength then costs as many steps as there are parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky, eigh, eigh_tridiagonal, lapack, solve_triangular

from geoslip.inversion.errors import SingularProblemError

Array = NDArray[np.float64]

RANK_TOLERANCE = 1e-11
"""Share of the joint matrix below which an eigenvalue of the smoothing counts as zero."""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Joint eigenvalues of data and smoothing.

    Attributes
    ----------
    smoothing : (q,) array
        t, ascending: the share of smoothing in each joint direction, 0 where there is none, 1 where no data.
    load : (q,) array
        The right-hand side in those directions.
    scale : float
        c, in units of strength^2.
    log_determinant : float
        ln |N + c H|.
    """

    smoothing: Array
    load: Array
    scale: float
    log_determinant: float

    @classmethod
    def of(cls, normal: Array, gram: Array, *, right: Array) -> Spectrum:
        """Decompose symmetric (q, q) matrices N and H, H not zero, with the right-hand side b (q,).

        Raises
        ------
        SingularProblemError
            Some combination of parameters is seen neither by the data nor by the smoothing, or one of both sees
            nothing at all.
        """
        sizes = float(np.trace(normal)), float(np.trace(gram))
        if not min(sizes) > 0.0:
            what = "data see no slip" if sizes[0] <= 0.0 else "operator smooths nothing (one patch, no zero edge?)"
            raise SingularProblemError(f"there is no strength to choose: the {what}; solve at a strength of 0 instead")
        scale = sizes[0] / sizes[1]
        try:
            factor = cholesky(normal + scale * gram, lower=True, check_finite=False)
        except LinAlgError as error:
            raise SingularProblemError(
                "some slip is seen neither by the data nor by the smoothing operator: add zero-slip edges or data, or "
                "lock patches"
            ) from error
        whole = lapack.dsygst(scale * gram.T, factor, itype=1, lower=1, overwrite_a=1)[0]
        seen = solve_triangular(factor, right, lower=True, check_finite=False)
        values, load = _decomposed(whole, seen)
        return cls(np.clip(values, 0.0, 1.0), load, scale, 2.0 * float(np.log(np.diagonal(factor)).sum()))

    @property
    def rank(self) -> int:
        """Rank of the smoothing H."""
        return int(np.count_nonzero(self.smoothing > RANK_TOLERANCE))

    def joint(self, strength: float) -> Array:
        """Eigenvalues of N + strength^2 H relative to N + c H, (q,)."""
        return 1.0 - self.smoothing + self.smoothing * (strength**2 / self.scale)

    def effective_parameters(self, strength: float) -> float:
        """Trace of the model resolution: how many numbers the data determine at this strength, unbounded."""
        return float(np.sum((1.0 - self.smoothing) / self.joint(strength)))

    def explained(self, strength: float) -> float:
        """b' (N + strength^2 H)^-1 b: what the regularised minimum takes off the energy of the data."""
        return float(np.sum(self.load**2 / self.joint(strength)))

    def taken_off(self, strength: float) -> float:
        """2 b' x - x' N x at x = (N + strength^2 H)^-1 b: what chi-square alone loses from no slip to this estimate."""
        joint = self.joint(strength)
        return float(np.sum(self.load**2 * (2.0 - (1.0 - self.smoothing) / joint) / joint))

    def log_determinant_at(self, strength: float) -> float:
        """ln |N + strength^2 H|."""
        return self.log_determinant + float(np.log(self.joint(strength)).sum())


def _decomposed(matrix: Array, vector: Array) -> tuple[Array, Array]:
    """Eigenvalues of a symmetric matrix (lower triangle), and the vector along its eigenvectors, not formed."""
    n = len(vector)
    if n < 3:
        values, vectors = eigh(matrix, check_finite=False)
        return values, vectors.T @ vector
    room = int(lapack.dsytrd_lwork(n, lower=1)[0])
    reflectors, diagonal, beside, size, _ = lapack.dsytrd(matrix, lower=1, lwork=room, overwrite_a=1)
    turned = lapack.dormqr("L", "T", reflectors[1:, :-1], size, vector[1:, None], lwork=64)[0]
    values, inner = eigh_tridiagonal(diagonal, beside)
    return values, inner.T @ np.append(vector[0], turned[:, 0])
