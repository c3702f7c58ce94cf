"""The posterior: samplers, what they are given, and proof that they have converged."""

from geoslip.inversion.posterior.chains import Chains
from geoslip.inversion.posterior.diagnostics import autocorrelation_time, ess_bulk, ess_tail, r_hat

__all__ = ["Chains", "autocorrelation_time", "ess_bulk", "ess_tail", "r_hat"]
