"""Observations in: scenes, readers, noise covariance, quadtrees."""

from geoslip.downsample.cells import CellMeans, Cells, cell_means
from geoslip.downsample.cells_file import cells_on, read_cells, write_cells
from geoslip.downsample.checks import (
    GnssComparison,
    check_jumps,
    check_orbit,
    check_sign_against_gnss,
    compare_with_gnss,
)
from geoslip.downsample.correlations import families
from geoslip.downsample.covariance import SingularCovariance, cell_covariance
from geoslip.downsample.detrend import remove_trend
from geoslip.downsample.errors import DataError
from geoslip.downsample.farfield import deforming_area
from geoslip.downsample.look import flight_direction, look_vector
from geoslip.downsample.mask import distance_to_polylines, inside_polygon, near_polylines
from geoslip.downsample.noise import NoiseModel, point_covariance
from geoslip.downsample.noise_choice import NoiseFit, compare_noise, noise_uncertainty, restricted_likelihood
from geoslip.downsample.noise_fit import fit_exponential, fit_noise, length_at_end
from geoslip.downsample.observations import Observations, require_positive_definite
from geoslip.downsample.phase_gradient import PhaseGradient, fault_shear_rate, phase_gradient, stack_gradients
from geoslip.downsample.point_variogram import point_covariogram
from geoslip.downsample.positive import PositiveDefinite, made_positive_definite
from geoslip.downsample.readers import read_gnss, read_points, read_scene, readers
from geoslip.downsample.resolution import data_importance, data_resolution
from geoslip.downsample.sample_curvature import curvature_quadtree
from geoslip.downsample.sample_distance import distance_quadtree
from geoslip.downsample.sample_gradient import gradient_quadtree
from geoslip.downsample.sample_model import changed_share, model_quadtree
from geoslip.downsample.sample_resolution import resolution_quadtree
from geoslip.downsample.sample_uniform import uniform_cells
from geoslip.downsample.sample_variance import variance_quadtree
from geoslip.downsample.samplers import samplers
from geoslip.downsample.sampling import cell_observations
from geoslip.downsample.scene import Scene
from geoslip.downsample.scene_checks import (
    check_against_track,
    check_angles,
    check_ramp,
    check_rows_against_gnss,
)
from geoslip.downsample.spectrum import spectral_noise, troposphere_spectrum
from geoslip.downsample.stack import StepStack, date_spread, pair_weights, stack_step, step_weights
from geoslip.downsample.synthetic import synthetic_noise
from geoslip.downsample.variogram import Covariogram, covariogram

__all__ = [
    "CellMeans",
    "Cells",
    "Covariogram",
    "DataError",
    "GnssComparison",
    "NoiseFit",
    "NoiseModel",
    "Observations",
    "PhaseGradient",
    "PositiveDefinite",
    "Scene",
    "SingularCovariance",
    "StepStack",
    "cell_covariance",
    "cell_means",
    "cell_observations",
    "cells_on",
    "changed_share",
    "check_against_track",
    "check_angles",
    "check_jumps",
    "check_orbit",
    "check_ramp",
    "check_rows_against_gnss",
    "check_sign_against_gnss",
    "compare_noise",
    "compare_with_gnss",
    "covariogram",
    "curvature_quadtree",
    "data_importance",
    "data_resolution",
    "date_spread",
    "deforming_area",
    "distance_quadtree",
    "distance_to_polylines",
    "families",
    "fault_shear_rate",
    "fit_exponential",
    "fit_noise",
    "flight_direction",
    "gradient_quadtree",
    "inside_polygon",
    "length_at_end",
    "look_vector",
    "made_positive_definite",
    "model_quadtree",
    "near_polylines",
    "noise_uncertainty",
    "pair_weights",
    "phase_gradient",
    "point_covariance",
    "point_covariogram",
    "read_cells",
    "read_gnss",
    "read_points",
    "read_scene",
    "readers",
    "remove_trend",
    "require_positive_definite",
    "resolution_quadtree",
    "restricted_likelihood",
    "samplers",
    "spectral_noise",
    "stack_gradients",
    "stack_step",
    "step_weights",
    "synthetic_noise",
    "troposphere_spectrum",
    "uniform_cells",
    "variance_quadtree",
    "write_cells",
]
