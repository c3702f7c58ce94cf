"""The size of shear slip and its moment, as functions of a system's parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from geoslip.inversion.system import System

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CappedSolution:
    """A minimum under bounds and caps.

    Attributes
    ----------
    x : (q,) array
    state : (q,) int8 array
        -1 at the lower bound, 0 free, 1 at the upper.
    kkt : float
        Largest violation of the optimality conditions, relative to the largest right-hand side.
    moment_multiplier : float
        How much chi-square + strength^2 roughness would fall per N m of a larger moment.
    """

    x: Array
    state: NDArray[np.int8]
    kkt: float
    moment_multiplier: float


def moment_weight(system: System) -> Array:
    """Moment of one metre of slip on each patch (n_patches,), N m."""
    return system.constraints.rigidity * system.problem.fault.areas


def slip_size(system: System, x: Array) -> Array:
    """Size of the shear slip of each patch (n_patches,), m."""
    return np.hypot(*(part @ x for part in shear_parts(system)))


def shear_parts(system: System) -> list:
    """Rows of the basis that give strike and dip slip of each patch; empty rows where not estimated."""
    n, basis, names = system.space.n_patches, system.space.basis, system.space.components
    return [
        basis[names.index(name) * n : (names.index(name) + 1) * n] if name in names else 0.0 * basis[:n]
        for name in ("strike", "dip")
    ]


def is_tied(system: System) -> bool:
    """Whether patches share parameters of shear slip."""
    return any(np.diff(abs(part).tocsc().indptr).max(initial=0) > 1 for part in shear_parts(system))


def caps_and_bounds(system: System, largest: Array | None) -> tuple[Array, Array, Array]:
    """Caps on the size of each patch's slip (n_patches,), inf where there is none, and the bounds (q,) beside them.

    The bounds are without those that a cap implies: doubled rules would have no single multipliers.
    """
    space = system.space
    ceiling = np.full(space.n_patches, np.inf) if largest is None else largest
    shear = sum(np.asarray(abs(part).sum(axis=0)).ravel() for part in shear_parts(system)) > 0.0
    implied = shear & np.isfinite(ceiling)[space.patch]
    lower = np.where(implied & (space.lower < 0.0), -np.inf, space.lower)
    return ceiling, lower, np.where(implied, np.inf, space.upper)
