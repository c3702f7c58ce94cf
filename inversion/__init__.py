"""Estimates: Green's matrices, bounded least squares, regularisation and its strength."""

from geoslip.inversion.azimuth import rakes_of_azimuths
from geoslip.inversion.bounded import minimise_bounded
from geoslip.inversion.box import BoundedSolution
from geoslip.inversion.comparison import comparable_abic
from geoslip.inversion.constraints import Constraints, ParameterSpace
from geoslip.inversion.creep import CreepFit, creep_profile, creep_slope, fit_creep
from geoslip.inversion.crossvalidation import CrossValidation, cross_validate
from geoslip.inversion.decompose import Decomposition, North, decompose
from geoslip.inversion.ensemble import Ensemble, bootstrap, leave_one_out, monte_carlo
from geoslip.inversion.errors import ConstraintError, ConvergenceError, CovarianceError, SingularProblemError
from geoslip.inversion.estimate import Estimate
from geoslip.inversion.fit import DatasetFit, variance_reduction
from geoslip.inversion.folds import Folds, dataset_folds, spatial_folds
from geoslip.inversion.forward import model_displacement, model_gradient
from geoslip.inversion.greens import greens_matrix
from geoslip.inversion.lengths import correlation_lengths
from geoslip.inversion.linear_prior import LinearPrior, moment_prior
from geoslip.inversion.norms import NormOperator, sparsity, total_variation
from geoslip.inversion.nuisance import Nuisance, nuisance_columns
from geoslip.inversion.offset_profile import OffsetProfile, offset_profile
from geoslip.inversion.operators import Operator, laplacian
from geoslip.inversion.prediction_error import ModelUncertainty, prediction_error, with_prediction_error
from geoslip.inversion.priors import damping, first_difference, matern, von_karman, von_karman_correlation
from geoslip.inversion.problem import Block, Problem
from geoslip.inversion.reference import Reference, reference_tracks
from geoslip.inversion.relative import relative_strengths
from geoslip.inversion.resample import resample_field
from geoslip.inversion.resolution import (
    Recovery,
    checkerboard,
    model_resolution,
    recover,
    sensitivity,
    spikes,
    spread_length,
)
from geoslip.inversion.rotation import BlockFit, fit_block, search_block
from geoslip.inversion.scattered import ScatteredMotion, motion_at
from geoslip.inversion.slope_frame import SlopeFrame, quadrant_shares, slope_components, slope_frame
from geoslip.inversion.solver import solve
from geoslip.inversion.strain import SurfaceStrain, gradient_of_vectors, surface_strain
from geoslip.inversion.strain_model import StrainField, strain_model
from geoslip.inversion.strength import StrengthChoice, StrengthCurve, strength_curve
from geoslip.inversion.stress_prior import stress_drop_operator, stress_matrix
from geoslip.inversion.system import System
from geoslip.inversion.toward import toward
from geoslip.inversion.uncertainty import FormalUncertainty
from geoslip.inversion.variance_components import VarianceComponents, redundancy, variance_components
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
