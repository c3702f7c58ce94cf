"""The posterior: samplers, what they are given, and proof that they have converged."""

from geoslip.inversion.posterior.chains import Chains
from geoslip.inversion.posterior.diagnostics import autocorrelation_time, ess_bulk, ess_tail, r_hat
from geoslip.inversion.posterior.predictive import PredictiveCheck, predictive_checks
from geoslip.inversion.posterior.sampler import sample_bounded
from geoslip.inversion.posterior.slip import SlipPosterior, sample_slip
from geoslip.inversion.posterior.target import BoundedGaussian, DataTerm, LogUniform

__all__ = [
    "BoundedGaussian",
    "Chains",
    "DataTerm",
    "LogUniform",
    "PredictiveCheck",
    "SlipPosterior",
    "autocorrelation_time",
    "ess_bulk",
    "ess_tail",
    "predictive_checks",
    "r_hat",
    "sample_bounded",
    "sample_slip",
]
