"""The posterior: samplers, what they are given, and proof that they have converged."""

from geoslip.inversion.posterior.chains import Chains
from geoslip.inversion.posterior.checkpoint import Checkpoint, CheckpointError
from geoslip.inversion.posterior.diagnostics import autocorrelation_time, ess_bulk, ess_tail, r_hat
from geoslip.inversion.posterior.distributions import LogUniform, Normal, Prior, Uniform, VonMises
from geoslip.inversion.posterior.ensemble import sample_ensemble
from geoslip.inversion.posterior.geometry import GeometryTarget
from geoslip.inversion.posterior.geometry_posterior import GeometryPosterior, sample_geometry
from geoslip.inversion.posterior.joint import JointTarget
from geoslip.inversion.posterior.joint_posterior import JointPosterior, sample_joint
from geoslip.inversion.posterior.metropolis import sample_metropolis
from geoslip.inversion.posterior.mixture import Mixture, log_evidence
from geoslip.inversion.posterior.modes import Mode, SearchResult
from geoslip.inversion.posterior.normaliser import log_normaliser
from geoslip.inversion.posterior.pool import Pool
from geoslip.inversion.posterior.predictive import PredictiveCheck, predictive_checks
from geoslip.inversion.posterior.sampler import sample_bounded
from geoslip.inversion.posterior.samplers import SAMPLERS
from geoslip.inversion.posterior.search import search_geometry
from geoslip.inversion.posterior.slip import SlipPosterior, sample_slip
from geoslip.inversion.posterior.target import BoundedGaussian, DataTerm
from geoslip.inversion.posterior.tempering import sample_tempered
from geoslip.inversion.posterior.uniform_source import (
    Bend,
    IntegratedSlip,
    Rectangle,
    SampledComponents,
    SampledSlip,
    UniformSource,
)

__all__ = [
    "SAMPLERS",
    "Bend",
    "BoundedGaussian",
    "Chains",
    "Checkpoint",
    "CheckpointError",
    "DataTerm",
    "GeometryPosterior",
    "GeometryTarget",
    "IntegratedSlip",
    "JointPosterior",
    "JointTarget",
    "LogUniform",
    "Mixture",
    "Mode",
    "Normal",
    "Pool",
    "PredictiveCheck",
    "Prior",
    "Rectangle",
    "SampledComponents",
    "SampledSlip",
    "SearchResult",
    "SlipPosterior",
    "Uniform",
    "UniformSource",
    "VonMises",
    "autocorrelation_time",
    "ess_bulk",
    "ess_tail",
    "log_evidence",
    "log_normaliser",
    "predictive_checks",
    "r_hat",
    "sample_bounded",
    "sample_ensemble",
    "sample_geometry",
    "sample_joint",
    "sample_metropolis",
    "sample_slip",
    "sample_tempered",
    "search_geometry",
]
