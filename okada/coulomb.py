"""Coulomb stress change: what a change of stress does to a receiver plane.

All in Pa::

    shear    traction along the receiver's slip, positive where it favours slip
    normal   traction along the normal, tension (unclamping) positive
    coulomb  shear + friction * (normal less what pore pressure takes)

With Skempton's coefficient B the pore pressure of an undrained change is -B trace(stress)/3 ("isotropic"; Rice
and Cleary 1976) or -B normal ("apparent", whose effective friction is mu (1 - B); Beeler et al. 2000).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.okada.receivers import plane_axes, slip_direction

LARGEST = "largest"
"""In place of a rake: the one in which the change is largest, that of the shear traction."""


@dataclass(frozen=True)
class Friction:
    """How a receiver resists.

    Parameters
    ----------
    coefficient : float
        Effective friction where `skempton` is None, otherwise the rock's; 0 to 1.
    skempton : float, optional
        Skempton's coefficient B, 0 to 1.
    pore : {"isotropic", "apparent"}
        Which stress makes the pore pressure.

    Raises
    ------
    ValueError
        If a number is outside its range or the name is unknown.
    """

    coefficient: float = 0.4
    skempton: float | None = None
    pore: Literal["isotropic", "apparent"] = "isotropic"

    def __post_init__(self) -> None:
        if not 0.0 <= self.coefficient <= 1.0:
            raise ValueError(
                f"friction is {self.coefficient:g}, but lies between 0 and 1; rock has 0.6 to 0.85, and about 0.4 "
                "stands for it where pore pressure is left out"
            )
        if self.skempton is not None and not 0.0 <= self.skempton <= 1.0:
            raise ValueError(
                f"Skempton's coefficient is {self.skempton:g}, but lies between 0 and 1; rock has 0.5 to 0.9"
            )
        if self.pore not in ("isotropic", "apparent"):
            raise ValueError(f"pore is {self.pore!r}, but must be 'isotropic' or 'apparent'; choose one of them")

    @property
    def effective(self) -> float:
        """What multiplies the normal traction."""
        apparent = self.skempton is not None and self.pore == "apparent"
        return self.coefficient * (1.0 - self.skempton) if apparent else self.coefficient  # type: ignore[operator]

    def coulomb(
        self, shear: NDArray[np.float64], normal: NDArray[np.float64], stress: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Coulomb stress of resolved tractions.

        Parameters
        ----------
        shear, normal : ndarray, shape (...)
            In Pa, as this module says.
        stress : ndarray, shape (..., 3, 3)
            The stress they come from, whose trace makes the pore pressure in the isotropic model.

        Returns
        -------
        ndarray, shape (...)
            In Pa.
        """
        change = shear + self.effective * normal
        if self.skempton is not None and self.pore == "isotropic":
            change = change - self.coefficient * self.skempton / 3.0 * np.trace(stress, axis1=-2, axis2=-1)
        return change


@dataclass(frozen=True)
class CoulombChange:
    """Stress resolved on receivers.

    Parameters
    ----------
    shear, normal, coulomb : ndarray, shape (n,)
        In Pa, as this module says.
    rake : ndarray, shape (n,)
        Of the slip direction the shear is taken along, deg.
    """

    shear: NDArray[np.float64]
    normal: NDArray[np.float64]
    coulomb: NDArray[np.float64]
    rake: NDArray[np.float64]


def coulomb_change(
    stress: ArrayLike,
    *,
    strike: ArrayLike,
    dip: ArrayLike,
    rake: ArrayLike | Literal["largest"],
    friction: Friction | None = None,
) -> CoulombChange:
    """Resolve stress on receiver planes.

    Parameters
    ----------
    stress : array_like, shape (n, 3, 3)
        In Pa, tension positive.
    strike, dip : array_like, shape (n,) or ()
        Of the receivers, deg.
    rake : array_like, shape (n,) or (), or "largest"
        Of the slip that is looked for, deg; "largest" for that of the largest change.
    friction : Friction, optional
        By default effective friction 0.4.

    Returns
    -------
    CoulombChange

    Raises
    ------
    ValueError
        If a shape or an angle is unfit.
    """
    along, updip, normal = plane_axes(strike, dip)
    return coulomb_on_axes(stress, along, updip, normal=normal, rake=rake, friction=friction)


def coulomb_on_axes(
    stress: ArrayLike,
    along: ArrayLike,
    updip: ArrayLike,
    *,
    normal: ArrayLike,
    rake: ArrayLike | Literal["largest"],
    friction: Friction | None = None,
) -> CoulombChange:
    """Resolve stress on receivers given by their unit vectors, such as those of triangles.

    Parameters
    ----------
    stress : array_like, shape (n, 3, 3)
        In Pa, tension positive.
    along, updip, normal : array_like, shape (n, 3) or (3,)
        Unit vectors along strike, up the dip and into the hanging wall (`triangle_bases` has them in rows).
    rake, friction
        As for `coulomb_change`.

    Returns
    -------
    CoulombChange

    Raises
    ------
    ValueError
        If a shape or a rake is unfit.
    """
    tensor = np.asarray(stress, dtype=np.float64)
    if tensor.ndim != 3 or tensor.shape[1:] != (3, 3):
        raise ValueError(f"stress has shape {tensor.shape}, but must be (n, 3, 3); give [i, j] in east, north, up")
    friction = Friction() if friction is None else friction
    axes = [np.broadcast_to(np.asarray(axis, dtype=np.float64), (len(tensor), 3)) for axis in (along, updip, normal)]
    traction = np.einsum("nij,nj->ni", tensor, axes[2])
    strike_part, dip_part, pull = (np.einsum("ni,ni->n", traction, axis) for axis in axes)
    if isinstance(rake, str):
        if rake != LARGEST:
            raise ValueError(f"rake is {rake!r}, but must be degrees or {LARGEST!r}; write one of them")
        angle = np.degrees(np.arctan2(dip_part, strike_part))
        shear = np.hypot(strike_part, dip_part)
    else:
        angle = np.broadcast_to(np.asarray(rake, dtype=np.float64), (len(tensor),)).copy()
        shear = np.einsum("ni,ni->n", traction, slip_direction(axes[0], axes[1], angle))
    return CoulombChange(shear, pull, friction.coulomb(shear, pull, tensor), angle)


def slip_tendency(stress: ArrayLike, *, strike: ArrayLike, dip: ArrayLike) -> NDArray[np.float64]:
    """Ratio of shear to compressive normal traction of a total stress (Morris et al. 1996).

    Parameters
    ----------
    stress : array_like, shape (n, 3, 3)
        Total stress in Pa, tension positive.
    strike, dip : array_like, shape (n,) or ()
        Of the planes, deg.

    Returns
    -------
    ndarray, shape (n,)
        Not negative; NaN where the plane is not under compression.

    Raises
    ------
    ValueError
        If a shape or an angle is unfit.
    """
    change = coulomb_change(stress, strike=strike, dip=dip, rake="largest")
    closed = change.normal < 0.0
    return np.where(closed, change.shear / np.where(closed, -change.normal, 1.0), np.nan)
