"""Strain and stress from displacement gradients.

| quantity | symbol | unit |
|---|---|---|
| gradient[i, j] | du_i/dx_j | 1 |
| strain | (gradient + transpose) / 2 | 1 |
| stress | lambda trace(strain) I + 2 mu strain, tension positive | Pa |
| traction | stress . normal | Pa |
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.medium import Medium


def strain(gradient: ArrayLike) -> NDArray[np.float64]:
    """Infinitesimal strain.

    Parameters
    ----------
    gradient : array_like, shape (..., 3, 3)
        du_i/dx_j.

    Returns
    -------
    ndarray, shape (..., 3, 3)
        Symmetric; extension positive.

    Raises
    ------
    ValueError
        If the last two axes are not 3 by 3.
    """
    tensor = _tensor(gradient, "gradient")
    return 0.5 * (tensor + np.swapaxes(tensor, -1, -2))


def stress(gradient: ArrayLike, *, medium: Medium | None = None) -> NDArray[np.float64]:
    """Stress by Hooke's law.

    Parameters
    ----------
    gradient : array_like, shape (..., 3, 3)
        du_i/dx_j.
    medium : Medium, optional
        Elastic constants; by default rigidity 30 GPa and Poisson's ratio 0.25.

    Returns
    -------
    ndarray, shape (..., 3, 3)
        In Pa; tension positive.

    Raises
    ------
    ValueError
        If the last two axes are not 3 by 3.
    """
    medium = Medium() if medium is None else medium
    tensor = strain(gradient)
    dilatation = np.trace(tensor, axis1=-2, axis2=-1)[..., None, None]
    return 2.0 * medium.rigidity * tensor + medium.lame * dilatation * np.eye(3)


def traction(stress: ArrayLike, normal: ArrayLike) -> NDArray[np.float64]:
    """Traction on a plane.

    Parameters
    ----------
    stress : array_like, shape (..., 3, 3)
        In Pa.
    normal : array_like, shape (..., 3)
        Unit normal of the plane; the traction is that of the side it points to on the other.

    Returns
    -------
    ndarray, shape (..., 3)
        In Pa.

    Raises
    ------
    ValueError
        If the last axes are not 3 by 3 and 3.
    """
    tensor, axis = _tensor(stress, "stress"), np.asarray(normal, dtype=np.float64)
    if axis.shape[-1:] != (3,):
        raise ValueError(f"normal has shape {axis.shape}, but must be (..., 3); give east, north, up components")
    return np.einsum("...ij,...j->...i", tensor, axis)


def invariants(tensor: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """What of a strain or stress does not depend on the axes.

    Parameters
    ----------
    tensor : array_like, shape (..., 3, 3)
        Symmetric.

    Returns
    -------
    trace : ndarray, shape (...)
        Of a strain the dilatation, of a stress three times the mean.
    second : ndarray, shape (...)
        Second invariant of the deviator, J2 = d:d / 2.
    shear : ndarray, shape (...)
        Half the difference of the largest and the smallest principal value.

    Raises
    ------
    ValueError
        If the last two axes are not 3 by 3.
    """
    values = _tensor(tensor, "tensor")
    trace = np.trace(values, axis1=-2, axis2=-1)
    deviator = values - trace[..., None, None] / 3.0 * np.eye(3)
    sound = np.asarray(np.isfinite(values).all(axis=(-2, -1)))
    principal = np.linalg.eigvalsh(np.where(sound[..., None, None], values, 0.0))
    shear = np.where(sound, 0.5 * (principal[..., 2] - principal[..., 0]), np.nan)
    return trace, 0.5 * np.einsum("...ij,...ij->...", deviator, deviator), shear


def _tensor(values: ArrayLike, name: str) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.shape[-2:] != (3, 3):
        raise ValueError(f"{name} has shape {array.shape}, but must be (..., 3, 3); give [i, j] in east, north, up")
    return array
