"""Observations in: scenes, readers, noise covariance, quadtrees."""

from geoslip.downsample.cells.cells import CellMeans, Cells, cell_means
from geoslip.downsample.cells.data_resolution import data_importance, data_resolution
from geoslip.downsample.cells.file import cells_on, read_cells, write_cells
from geoslip.downsample.cells.observed import cell_observations
from geoslip.downsample.correlations import families
from geoslip.downsample.errors import DataError
from geoslip.downsample.noise.choice import NoiseFit, compare_noise, noise_uncertainty, restricted_likelihood
from geoslip.downsample.noise.covariance import SingularCovariance, cell_covariance
from geoslip.downsample.noise.fit import fit_exponential, fit_noise, length_at_end
from geoslip.downsample.noise.model import NoiseModel, point_covariance
from geoslip.downsample.noise.point_variogram import point_covariogram
from geoslip.downsample.noise.positive import PositiveDefinite, made_positive_definite
from geoslip.downsample.noise.spectrum import spectral_noise, troposphere_spectrum
from geoslip.downsample.noise.synthetic import synthetic_noise
from geoslip.downsample.noise.variogram import Covariogram, covariogram
from geoslip.downsample.observations import Observations, require_positive_definite
from geoslip.downsample.readers import read_gnss, read_points, read_scene, readers
from geoslip.downsample.sampling.by_name import samplers
from geoslip.downsample.sampling.curvature import curvature_quadtree
from geoslip.downsample.sampling.distance import distance_quadtree
from geoslip.downsample.sampling.gradient import gradient_quadtree
from geoslip.downsample.sampling.model import changed_share, model_quadtree
from geoslip.downsample.sampling.resolution import resolution_quadtree
from geoslip.downsample.sampling.uniform import uniform_cells
from geoslip.downsample.sampling.variance import variance_quadtree
from geoslip.downsample.scenes.detrend import remove_trend
from geoslip.downsample.scenes.farfield import deforming_area
from geoslip.downsample.scenes.geometry import (
    GnssComparison,
    check_jumps,
    check_orbit,
    check_sign_against_gnss,
    compare_with_gnss,
)
from geoslip.downsample.scenes.look import flight_direction, look_vector
from geoslip.downsample.scenes.mask import distance_to_polylines, inside_polygon, near_polylines
from geoslip.downsample.scenes.phase_gradient import PhaseGradient, fault_shear_rate, phase_gradient, stack_gradients
from geoslip.downsample.scenes.scene import Scene
from geoslip.downsample.scenes.stack import StepStack, date_spread, pair_weights, stack_step, step_weights
from geoslip.downsample.scenes.understood import (
    check_against_track,
    check_angles,
    check_ramp,
    check_rows_against_gnss,
)

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
