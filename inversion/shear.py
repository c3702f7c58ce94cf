"""The size of shear slip and its moment, as functions of a system's parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from geoslip.inversion.system import System

Array = NDArray[np.float64]


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


def bounds_beside_caps(system: System, capped: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Bounds without those that a cap on the size of slip implies: doubled rules would spoil the solver's duals."""
    space = system.space
    shear = sum(np.asarray(abs(part).sum(axis=0)).ravel() for part in shear_parts(system)) > 0.0
    implied = shear & capped[space.patch]
    lower = np.where(implied & (space.lower < 0.0), -np.inf, space.lower)
    return lower, np.where(implied, np.inf, space.upper)
