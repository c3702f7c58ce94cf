"""What is known of slip beside the data, as numbers that are linear in it: they weigh as data do, at any strength.

| quantity     | unit        | meaning                                                            |
|--------------|-------------|--------------------------------------------------------------------|
| rows R       | value per m | R m is what the prior speaks of                                    |
| values v     | value       | what R m should be                                                 |
| sigmas       | value       | standard deviation of each value                                   |
| misfit       | 1           | sum of ((R m - v) / sigma)^2, added to chi-square                  |

A moment counts along one direction a patch, for only so is it linear: at a fixed rake it is the scalar moment, in a
window of width w about that direction at least cos(w/2) of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.errors import ConstraintError
from geoslip.inversion.greens import checked_components

if TYPE_CHECKING:
    from geoslip.faults import Fault
    from geoslip.inversion.bounds.constraints import Constraints

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LinearPrior:
    """Numbers that are linear in slip, each with a value and its standard deviation; see geoslip.inversion.Problem.

    Attributes
    ----------
    name : str
    rows : (k, p) array
        R, acting on slip vectors (all of the first component first).
    values, sigmas : (k,) array

    Raises
    ------
    ValueError
        Sizes that do not fit, values that are not finite, or a standard deviation that is not positive.
    """

    name: str
    rows: Array
    values: Array
    sigmas: Array

    def __post_init__(self) -> None:
        shapes = np.shape(self.rows), np.shape(self.values), np.shape(self.sigmas)
        if len(shapes[0]) != 2 or shapes[1] != shapes[0][:1] or shapes[2] != shapes[1]:
            raise ValueError(
                f"prior {self.name!r}: rows {shapes[0]}, values {shapes[1]} and sigmas {shapes[2]} must have the "
                "shapes (k, p), (k,) and (k,)"
            )
        if not (np.isfinite(self.rows).all() and np.isfinite(self.values).all()):
            raise ValueError(f"prior {self.name!r}: rows or values are not finite: leave such numbers out")
        if not np.all((np.asarray(self.sigmas) > 0.0) & np.isfinite(self.sigmas)):
            raise ValueError(
                f"prior {self.name!r}: standard deviations {np.asarray(self.sigmas)} must be positive; what must hold "
                "exactly is a constraint"
            )

    @property
    def normal(self) -> Array:
        """R' R over the variances (p, p)."""
        white = self.rows / self.sigmas[:, None]
        return white.T @ white

    @property
    def right(self) -> Array:
        """R' v over the variances (p,)."""
        return (self.values / self.sigmas**2) @ self.rows

    @property
    def energy(self) -> float:
        """Misfit of no slip."""
        return float(np.sum((self.values / self.sigmas) ** 2))

    def misfit(self, slip: Array) -> float:
        """Sum of ((R m - v) / sigma)^2 of a slip vector (p,)."""
        return float(np.sum(((self.rows @ slip - self.values) / self.sigmas) ** 2))


def moment_prior(
    fault: Fault,
    constraints: Constraints,
    *,
    moment: float,
    sigma: float,
    components: Sequence[str] = ("strike", "dip"),
) -> LinearPrior:
    """A moment that is known to so and so much, such as a seismological one.

    Parameters
    ----------
    fault : Fault
    constraints : Constraints
        Whose rakes (the middle of a window) are the directions in which slip counts, and whose rigidity.
    moment, sigma : float
        N m.
    components : sequence of str

    Returns
    -------
    LinearPrior
        One row.

    Raises
    ------
    ConstraintError
        A free rake, or one that the components cannot express.
    ValueError
        A moment or a standard deviation that is not positive.
    """
    if not (np.isfinite(moment) and moment > 0.0):
        raise ValueError(f"moment {moment!r} N m of a prior must be positive")
    names = checked_components(components)
    free, first, second = constraints.rake_edges(fault)
    if free.any():
        segment = fault.names[int(fault.segment_index[int(np.argmax(free))])]
        raise ConstraintError(
            f"a moment prior is linear along a direction only, and the rake of segment {segment!r} is free: give it a "
            "rake or a window of rakes"
        )
    middle = np.deg2rad(0.5 * (first + second))
    shares = {"strike": np.cos(middle), "dip": np.sin(middle), "opening": np.zeros(fault.n_patches)}
    for name in ("strike", "dip"):
        if name not in names and np.any(np.abs(shares[name]) > 1e-12):
            raise ConstraintError(f"a moment prior along these rakes needs the {name} component: estimate it too")
    weight = constraints.rigidity * fault.areas
    row = np.concatenate([weight * shares[name] for name in names])
    return LinearPrior("moment", row[None], np.array([float(moment)]), np.array([float(sigma)]))


def check_priors(priors: Sequence[LinearPrior], *, n_slip: int) -> None:
    """Refuse priors for another number of slip components.

    Raises
    ------
    ValueError
    """
    for prior in priors:
        if prior.rows.shape[1] != n_slip:
            raise ValueError(
                f"prior {prior.name!r} acts on {prior.rows.shape[1]} slip components, the problem has {n_slip}: build "
                "it for the same fault and components"
            )


def summed(priors: Sequence[LinearPrior], *, n_slip: int) -> tuple[Array, Array, float]:
    """Normal matrix (p, p), right-hand side (p,) and energy of priors together."""
    normal, right, energy = np.zeros((n_slip, n_slip)), np.zeros(n_slip), 0.0
    for prior in priors:
        normal += prior.normal
        right += prior.right
        energy += prior.energy
    return normal, right, energy
