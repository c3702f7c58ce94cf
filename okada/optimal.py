"""Optimally oriented planes in a regional stress plus a change of stress (King, Stein and Lin 1994).

Of the total stress, sigma1 being its most compressive and sigma3 its least compressive principal stress, the two planes
on which shear + mu normal is largest hold sigma2 and lie at beta = atan(1/mu)/2 to either side of sigma1. The change is
then resolved on those planes, in the direction in which the total stress would make them slip.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.coulomb import CoulombChange, Friction
from geoslip.okada.receivers import plane_angles


@dataclass(frozen=True)
class OptimalPlanes:
    """The two optimal planes at every point, that with the larger Coulomb change first.

    Parameters
    ----------
    strike, dip : ndarray, shape (n, 2)
        In degrees.
    change : CoulombChange
        Resolved change of stress and rake, arrays of shape (n, 2).
    total : ndarray, shape (n,)
        Coulomb stress of the total stress, alike on both planes, Pa.
    """

    strike: NDArray[np.float64]
    dip: NDArray[np.float64]
    change: CoulombChange
    total: NDArray[np.float64]


def regional_stress(
    principal: ArrayLike,
    *,
    trends: ArrayLike,
    plunges: ArrayLike,
    gradients: ArrayLike = (0.0, 0.0, 0.0),
    depth: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Stress tensor from principal stresses, which may grow with depth.

    Parameters
    ----------
    principal : array_like, shape (3,)
        Principal stresses at the ground in Pa, tension positive.
    trends, plunges : array_like, shape (3,)
        Of their axes: degrees clockwise from north, and below the horizontal.
    gradients : array_like, shape (3,)
        What a metre of depth adds, Pa/m.
    depth : array_like, shape (n,) or ()
        In metres, positive down.

    Returns
    -------
    ndarray, shape (n, 3, 3) or (3, 3)
        In Pa, axes east, north, up.

    Raises
    ------
    ValueError
        If there are not three of each, a number is not finite, or the axes are not at right angles (within 1 degree).
    """
    rows = [np.asarray(values, dtype=np.float64) for values in (principal, trends, plunges, gradients)]
    if any(row.shape != (3,) or not np.isfinite(row).all() for row in rows):
        raise ValueError(
            "principal stresses, trends, plunges and gradients must be three finite numbers each; check them"
        )
    values, azimuth, plunge, slope = rows[0], np.radians(rows[1]), np.radians(rows[2]), rows[3]
    axes = np.stack([np.cos(plunge) * np.sin(azimuth), np.cos(plunge) * np.cos(azimuth), -np.sin(plunge)], axis=1)
    cosines = np.abs(axes @ axes.T - np.eye(3))
    if cosines.max() > np.sin(np.radians(1.0)):
        i, j = np.unravel_index(int(cosines.argmax()), (3, 3))
        angle = np.degrees(np.arccos(min(1.0, abs(float(axes[i] @ axes[j])))))
        raise ValueError(
            f"the axes of principal stresses {i + 1} and {j + 1} meet at {angle:.1f} degrees, but must be at right "
            "angles; correct a trend or a plunge"
        )
    # Axes read from a table are rounded: the nearest orthogonal ones are taken.
    left, _, right = np.linalg.svd(axes)
    axes = left @ right
    amounts = values + slope * np.asarray(depth, dtype=np.float64)[..., None]
    return np.einsum("...k,ki,kj->...ij", amounts, axes, axes)


def optimal_planes(change: ArrayLike, regional: ArrayLike, *, friction: Friction | None = None) -> OptimalPlanes:
    """Optimal planes of any orientation.

    Parameters
    ----------
    change : array_like, shape (n, 3, 3)
        Change of stress in Pa, tension positive.
    regional : array_like, shape (n, 3, 3) or (3, 3)
        Regional stress, as `regional_stress` gives it.
    friction : Friction, optional
        By default effective friction 0.4.

    Returns
    -------
    OptimalPlanes

    Raises
    ------
    ValueError
        If a shape is wrong.
    """
    tensor, total, friction = _checked(change, regional, friction)
    sound = np.asarray(np.isfinite(total).all(axis=(1, 2)))
    _, axes = np.linalg.eigh(np.where(sound[:, None, None], total, np.eye(3)))
    return _resolved(tensor, total, axes[:, :, 0], axes[:, :, 2], friction, sound)


def optimal_strike_slip(change: ArrayLike, regional: ArrayLike, *, friction: Friction | None = None) -> OptimalPlanes:
    """Optimal planes among the vertical ones that slip horizontally: the two-dimensional problem in the map.

    Parameters
    ----------
    change, regional, friction
        As for `optimal_planes`.

    Returns
    -------
    OptimalPlanes

    Raises
    ------
    ValueError
        If a shape is wrong.
    """
    tensor, total, friction = _checked(change, regional, friction)
    sound = np.asarray(np.isfinite(total).all(axis=(1, 2)))
    # theta is the angle from east of the least compressive level axis (King et al. 1994, eq. 6, tension positive).
    theta = 0.5 * np.arctan2(2.0 * total[:, 0, 1], total[:, 0, 0] - total[:, 1, 1])
    level = np.zeros_like(theta)
    least = np.stack([np.cos(theta), np.sin(theta), level], axis=1)
    most = np.stack([-np.sin(theta), np.cos(theta), level], axis=1)
    return _resolved(tensor, total, most, least, friction, sound)


def _checked(
    change: ArrayLike, regional: ArrayLike, friction: Friction | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], Friction]:
    tensor, far = np.asarray(change, dtype=np.float64), np.asarray(regional, dtype=np.float64)
    if tensor.ndim != 3 or tensor.shape[1:] != (3, 3) or far.shape not in ((3, 3), tensor.shape):
        raise ValueError(
            f"change has shape {tensor.shape} and regional {far.shape}, but must be (n, 3, 3) and the same or (3, 3); "
            "give [i, j] in east, north, up"
        )
    return tensor, tensor + far, Friction() if friction is None else friction


def _resolved(
    change: NDArray[np.float64],
    total: NDArray[np.float64],
    most: NDArray[np.float64],
    least: NDArray[np.float64],
    friction: Friction,
    sound: NDArray[np.bool_],
) -> OptimalPlanes:
    """Both planes at beta from the most compressive axis towards the least compressive one."""
    beta = 0.5 * np.arctan2(1.0, friction.effective)
    found = []
    for side in (1.0, -1.0):
        # The plane holds cos(beta) most + sin(beta) least; on the side of its normal the total stress drives slip.
        normal = side * (np.cos(beta) * least) - np.sin(beta) * most
        along = np.cos(beta) * most + side * (np.sin(beta) * least)
        drive = np.einsum("ni,nij,nj->n", along, total, normal)
        slip = np.where(drive < 0.0, -1.0, 1.0)[:, None] * along
        strike, dip, rake = plane_angles(normal, slip)
        shear, pull = (np.einsum("ni,nij,nj->n", axis, change, normal) for axis in (slip, normal))
        whole = friction.coulomb(np.abs(drive), np.einsum("ni,nij,nj->n", normal, total, normal), total)
        found.append((strike, dip, shear, pull, friction.coulomb(shear, pull, change), rake, whole))
    table = np.array(found)
    table[:, :, ~sound] = np.nan
    second = table[1, 4] > table[0, 4]
    first, other = np.where(second, table[1], table[0]), np.where(second, table[0], table[1])
    strike, dip, shear, pull, coulomb, rake, whole = np.stack([first, other], axis=2)
    return OptimalPlanes(strike, dip, CoulombChange(shear, pull, coulomb, rake), whole[:, 0])
