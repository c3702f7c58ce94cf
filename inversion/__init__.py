"""Estimates: Green's matrices, bounded least squares, regularisation and its strength."""

from geoslip.inversion.azimuth import rakes_of_azimuths
from geoslip.inversion.bounds.box import BoundedSolution
from geoslip.inversion.bounds.constraints import Constraints, ParameterSpace
from geoslip.inversion.bounds.least_squares import minimise_bounded
from geoslip.inversion.choices.comparison import comparable_abic
from geoslip.inversion.choices.crossvalidation import CrossValidation, cross_validate
from geoslip.inversion.choices.folds import Folds, dataset_folds, spatial_folds
from geoslip.inversion.choices.strength import StrengthChoice, StrengthCurve, strength_curve
from geoslip.inversion.choices.variance_components import VarianceComponents, redundancy, variance_components
from geoslip.inversion.errors import ConstraintError, ConvergenceError, CovarianceError, SingularProblemError
from geoslip.inversion.estimate import Estimate
from geoslip.inversion.forward import model_displacement, model_gradient
from geoslip.inversion.greens import greens_matrix
from geoslip.inversion.motion.components import Decomposition, North, decompose
from geoslip.inversion.motion.creep import CreepFit, creep_profile, creep_slope, fit_creep
from geoslip.inversion.motion.offset_profile import OffsetProfile, offset_profile
from geoslip.inversion.motion.reference import Reference, reference_tracks
from geoslip.inversion.motion.resample import resample_field
from geoslip.inversion.motion.rotation import BlockFit, fit_block, search_block
from geoslip.inversion.motion.scattered import ScatteredMotion, motion_at
from geoslip.inversion.motion.slope_frame import SlopeFrame, quadrant_shares, slope_components, slope_frame
from geoslip.inversion.motion.strain import SurfaceStrain, gradient_of_vectors, surface_strain
from geoslip.inversion.motion.strain_model import StrainField, strain_model
from geoslip.inversion.nuisance import Nuisance, nuisance_columns
from geoslip.inversion.problem import Block, Problem
from geoslip.inversion.smoothing.lengths import correlation_lengths
from geoslip.inversion.smoothing.linear_prior import LinearPrior, moment_prior
from geoslip.inversion.smoothing.norms import NormOperator, sparsity, total_variation
from geoslip.inversion.smoothing.operators import Operator, laplacian
from geoslip.inversion.smoothing.priors import damping, first_difference, matern, von_karman, von_karman_correlation
from geoslip.inversion.smoothing.relative import relative_strengths
from geoslip.inversion.smoothing.stress_prior import stress_drop_operator, stress_matrix
from geoslip.inversion.smoothing.toward import toward
from geoslip.inversion.solver import solve
from geoslip.inversion.system import System
from geoslip.inversion.trust.ensemble import Ensemble, bootstrap, leave_one_out, monte_carlo
from geoslip.inversion.trust.fit import DatasetFit, variance_reduction
from geoslip.inversion.trust.prediction_error import ModelUncertainty, prediction_error, with_prediction_error
from geoslip.inversion.trust.resolution import (
    Recovery,
    checkerboard,
    model_resolution,
    recover,
    sensitivity,
    spikes,
    spread_length,
)
from geoslip.inversion.trust.uncertainty import FormalUncertainty
from geoslip.inversion.whitening import Whitener

__all__ = [
    "Block",
    "BlockFit",
    "BoundedSolution",
    "ConstraintError",
    "Constraints",
    "ConvergenceError",
    "CovarianceError",
    "CreepFit",
    "CrossValidation",
    "DatasetFit",
    "Decomposition",
    "Ensemble",
    "Estimate",
    "Folds",
    "FormalUncertainty",
    "LinearPrior",
    "ModelUncertainty",
    "NormOperator",
    "North",
    "Nuisance",
    "OffsetProfile",
    "Operator",
    "ParameterSpace",
    "Problem",
    "Recovery",
    "Reference",
    "ScatteredMotion",
    "SingularProblemError",
    "SlopeFrame",
    "StrainField",
    "StrengthChoice",
    "StrengthCurve",
    "SurfaceStrain",
    "System",
    "VarianceComponents",
    "Whitener",
    "bootstrap",
    "checkerboard",
    "comparable_abic",
    "correlation_lengths",
    "creep_profile",
    "creep_slope",
    "cross_validate",
    "damping",
    "dataset_folds",
    "decompose",
    "first_difference",
    "fit_block",
    "fit_creep",
    "gradient_of_vectors",
    "greens_matrix",
    "laplacian",
    "leave_one_out",
    "matern",
    "minimise_bounded",
    "model_displacement",
    "model_gradient",
    "model_resolution",
    "moment_prior",
    "monte_carlo",
    "motion_at",
    "nuisance_columns",
    "offset_profile",
    "prediction_error",
    "quadrant_shares",
    "rakes_of_azimuths",
    "recover",
    "redundancy",
    "reference_tracks",
    "relative_strengths",
    "resample_field",
    "search_block",
    "sensitivity",
    "slope_components",
    "slope_frame",
    "solve",
    "sparsity",
    "spatial_folds",
    "spikes",
    "spread_length",
    "strain_model",
    "strength_curve",
    "stress_drop_operator",
    "stress_matrix",
    "surface_strain",
    "total_variation",
    "toward",
    "variance_components",
    "variance_reduction",
    "von_karman",
    "von_karman_correlation",
    "with_prediction_error",
]
