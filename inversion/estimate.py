"""The answer: slip and nuisance at one smoothing strength, its fit and its formal uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoslip.faults import SlipModel
from geoslip.inversion.bounds.box import FREE
from geoslip.inversion.bounds.constraints import slip_table
from geoslip.inversion.bounds.minimise_norms import face_uncertainty
from geoslip.inversion.smoothing.norms import NormOperator
from geoslip.inversion.trust.fit import DatasetFit, dataset_fit, variance_reduction
from geoslip.inversion.trust.uncertainty import FormalUncertainty, formal_uncertainty

if TYPE_CHECKING:
    from geoslip.faults import LocalFrame
    from geoslip.inversion.problem import Problem
    from geoslip.inversion.system import System

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Estimate:
    """Slip that minimises chi-square + strength^2 roughness under the constraints.

    What costs time (fit, covariance, resolution) is computed when asked for, once.

    Attributes
    ----------
    system : System
        Problem, operator and constraints.
    strength : float
    x : (q,) array
        Parameters of the constraints' space.
    state : (q,) int8 array
        -1 at the lower bound, 0 free, 1 at the upper.
    kkt : float
        Violation of the optimality conditions, relative to the largest right-hand side.
    engine : "bounded" or "lagrangian"
        What found it: exchanges at the bounds, or the augmented Lagrangian of caps and norms.
    """

    system: System
    strength: float
    x: Array
    state: NDArray[np.int8]
    kkt: float
    engine: str = "bounded"

    @property
    def problem(self) -> Problem:
        """The problem that was solved."""
        return self.system.problem

    @cached_property
    def slip_vector(self) -> Array:
        """Slip components (p,), all of the first component first, m."""
        return self.system.space.slip_vector(self.x)

    @cached_property
    def slip(self) -> Array:
        """Strike slip, dip slip and opening of each patch (n_patches, 3), m."""
        return self._table(self.slip_vector, missing=0.0)

    @property
    def free(self) -> NDArray[np.bool_]:
        """Parameters away from their bounds (q,)."""
        return self.state == FREE

    @cached_property
    def fits(self) -> tuple[DatasetFit, ...]:
        """The fit of each data set, in the problem's order."""
        problem = self.problem
        return tuple(dataset_fit(b, self.slip_vector, scale=problem.scales.get(b.name, 1.0)) for b in problem.blocks)

    def fit(self, name: str) -> DatasetFit:
        """The fit of the data set of this name."""
        self.problem.block(name)
        return next(fit for fit in self.fits if fit.name == name)

    @property
    def predicted(self) -> dict[str, Array]:
        """Predicted values by data set, nuisance included, m."""
        return {fit.name: fit.predicted for fit in self.fits}

    @property
    def residual(self) -> dict[str, Array]:
        """Observed less predicted values by data set, m."""
        return {fit.name: fit.residual for fit in self.fits}

    @property
    def nuisance(self) -> dict[str, dict[str, float]]:
        """Nuisance coefficients by data set and name (m, m/km)."""
        return {fit.name: fit.nuisance for fit in self.fits}

    @property
    def variance_reduction(self) -> float:
        """1 - sum residual^2 / sum observed^2 over all data, nuisance counted as model."""
        observed = np.concatenate([block.observations.values for block in self.problem.blocks])
        return variance_reduction(observed, np.concatenate([fit.residual for fit in self.fits]))

    @property
    def chi2(self) -> float:
        """Weighted misfit of all data, and to priors."""
        return sum(fit.chi2 for fit in self.fits) + sum(p.misfit(self.slip_vector) for p in self.problem.priors)

    @property
    def dof(self) -> float:
        """Data less nuisance coefficients less effective (resolved) slip parameters."""
        return self.problem.n_data - self.problem.n_nuisance - self.uncertainty.effective_parameters

    @property
    def roughness(self) -> float:
        """Squared norm of L m."""
        return self.system.operator.roughness(self.slip_vector)

    @cached_property
    def uncertainty(self) -> FormalUncertainty:
        """Formal covariance and resolution of the free parameters."""
        if isinstance(self.system.operator, NormOperator):
            return face_uncertainty(self.system, self.strength, self.x, free=self.free)
        return formal_uncertainty(self.system, self.strength, free=self.free)

    @property
    def covariance(self) -> Array:
        """Formal covariance (p, p) of the slip components, m^2; zero rows where a bound or the rake holds them."""
        return self.uncertainty.covariance

    @property
    def standard_deviations(self) -> Array:
        """Formal standard deviations (n_patches, 3), m; NaN where a bound holds the component or none is estimated."""
        return self._table(self.uncertainty.standard_deviations, missing=np.nan)

    @property
    def resolution(self) -> Array:
        """Diagonal of the model resolution (n_patches, 3), 0 to 1; NaN as in standard_deviations."""
        return self._table(self.uncertainty.resolution, missing=np.nan)

    @property
    def patch_resolution(self) -> Array:
        """Mean resolution of each patch's free shear components (n_patches,); 0 where none is free."""
        table = self.resolution[:, :2]
        known = np.isfinite(table)
        return np.where(known, table, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)

    @property
    def moment(self) -> float:
        """Scalar moment with the constraints' rigidity, N m."""
        shear = np.hypot(self.slip[:, 0], self.slip[:, 1])
        return float(self.system.constraints.rigidity * self.problem.fault.areas @ shear)

    def model(self, *, frame: LocalFrame | None = None, rigidity: float | None = None) -> SlipModel:
        """Give the slip model, with the formal covariance where strike and dip slip were estimated.

        Parameters
        ----------
        frame : LocalFrame, optional
            Where on Earth the local frame lies.
        rigidity : float, optional
            Pa; that of the constraints if not given.
        """
        rigidity = self.system.constraints.rigidity if rigidity is None else rigidity
        full = self.problem.components in (("strike", "dip"), ("strike", "dip", "opening"))
        covariance = self.covariance if full else None
        return SlipModel(self.problem.fault, self.slip, frame=frame, rigidity=rigidity, covariance=covariance)

    def _table(self, vector: Array, *, missing: float) -> Array:
        problem = self.problem
        table = slip_table(vector, n_patches=problem.fault.n_patches, components=problem.components)
        for number, name in enumerate(("strike", "dip", "opening")):
            if name not in problem.components:
                table[:, number] = missing
        return table
