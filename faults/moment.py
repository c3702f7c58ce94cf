"""Seismic moment, magnitude and moment tensors."""

import numpy as np
from numpy.typing import ArrayLike

#: rigidity that moments are computed with unless another is given, Pa
DEFAULT_RIGIDITY = 30e9


def magnitude_of_moment(moment: ArrayLike) -> np.ndarray:
    """Moment magnitude Mw = (2/3)(log10 M0 - 9.1) of moments in N m; -inf where the moment is zero."""
    with np.errstate(divide="ignore"):
        return (np.log10(np.asarray(moment, dtype=float)) - 9.1) / 1.5


def moment_of_magnitude(magnitude: ArrayLike) -> np.ndarray:
    """Moment in N m of moment magnitudes (IASPEI 2005: M0 = 10^(1.5 Mw + 9.1))."""
    return 10.0 ** (1.5 * np.asarray(magnitude, dtype=float) + 9.1)


def tensor_moment(tensor: ArrayLike) -> np.ndarray:
    """Scalar moment ||M|| / sqrt(2) in N m of moment tensors (..., 3, 3) (Silver & Jordan 1982)."""
    return np.sqrt(0.5 * np.sum(np.asarray(tensor, dtype=float) ** 2, axis=(-2, -1)))


def patch_moment_tensors(
    normals: np.ndarray, slip_vectors: np.ndarray, areas: np.ndarray, *, rigidity: ArrayLike, poisson: float = 0.25
) -> np.ndarray:
    """Moment tensors (n, 3, 3) in N m, in the axes of the vectors (east, north, up).

    M = A [lambda (s . n) I + mu (s n^T + n s^T)] (Aki & Richards 2002, eq. 3.20), with s the slip vector (n, 3) in m
    of the side n points to, A the area in m^2, mu the rigidity in Pa (a number or one per patch), and
    lambda = 2 mu nu / (1 - 2 nu).
    """
    mu = np.broadcast_to(np.asarray(rigidity, dtype=float), areas.shape)
    outer = np.einsum("ni,nj->nij", slip_vectors, normals)
    opening = np.einsum("ni,ni->n", slip_vectors, normals)
    lame = 2.0 * mu * poisson / (1.0 - 2.0 * poisson)
    isotropic = (lame * opening)[:, None, None] * np.eye(3)
    return areas[:, None, None] * (isotropic + mu[:, None, None] * (outer + np.swapaxes(outer, 1, 2)))
