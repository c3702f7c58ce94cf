"""Strain and rotation of the ground from gradients of its motion, with their errors.

With H_ij = du_i/dx_j over east and north, counted in m / m:

==============  =====================================================
dilatation      e_ee + e_nn
shear           largest shear, sqrt((e_ee - e_nn)^2 / 4 + e_en^2)
rotation        (H_ne - H_en) / 2, radians, anticlockwise positive
principal       dilatation / 2 +- shear: the larger is the most extension
azimuth         of the most extension, degrees clockwise from north
invariant       sqrt(e_ee^2 + e_nn^2 + 2 e_en^2)
==============  =====================================================

Errors are propagated to first order, which for shear and invariant is right where they exceed their error; near zero
they cannot be negative and are biased upward by about it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoslip.downsample.errors import DataError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class SurfaceStrain:
    """Strain of the surface; every array has the shape (...) of the gradients it came from.

    Attributes
    ----------
    dilatation, shear, rotation, invariant
        As in the table of this module.
    principal : array (2, ...)
        Most extension first.
    azimuth : array (...)
        Degrees, 0 to 180.
    sigma : dict of str to array
        Standard deviations of dilatation, shear, rotation, invariant; empty without a covariance.
    """

    dilatation: Array
    shear: Array
    rotation: Array
    invariant: Array
    principal: Array
    azimuth: Array
    sigma: dict[str, Array]


def surface_strain(gradient: ArrayLike, *, covariance: ArrayLike | None = None) -> SurfaceStrain:
    """Take gradients apart into strain and rotation.

    Parameters
    ----------
    gradient : array_like, shape (2, 2, ...)
        du_i/dx_j of east and north motion along east and north; further components and axes are not taken.
    covariance : array_like, shape (4, 4, ...), optional
        Of (H_ee, H_en, H_ne, H_nn).

    Returns
    -------
    SurfaceStrain

    Raises
    ------
    DataError
        If a shape is unfit.
    """
    h = np.asarray(gradient, dtype=float)
    if h.ndim < 2 or h.shape[0] < 2 or h.shape[1] < 2:
        raise DataError(f"gradients of shape {h.shape}; the first two axes are component and direction, 2 x 2 at least")
    ee, nn, en, turn = h[0, 0], h[1, 1], 0.5 * (h[0, 1] + h[1, 0]), 0.5 * (h[1, 0] - h[0, 1])
    dilatation, half = ee + nn, 0.5 * (ee - nn)
    shear = np.hypot(half, en)
    invariant = np.sqrt(ee**2 + nn**2 + 2.0 * en**2)
    # The axis of most extension, from east anticlockwise, then from north clockwise.
    azimuth = np.mod(90.0 - 0.5 * np.rad2deg(np.arctan2(en, half)), 180.0)
    sigma: dict[str, Array] = {}
    if covariance is not None:
        given = np.asarray(covariance, dtype=float)
        if given.shape != (4, 4, *h.shape[2:]):
            raise DataError(f"a covariance of shape {given.shape}; needed is (4, 4) and the shape of the gradients")
        one, zero = np.ones_like(ee), np.zeros_like(ee)
        with np.errstate(divide="ignore", invalid="ignore"):
            slopes = {
                "dilatation": (one, zero, zero, one),
                "rotation": (zero, -0.5 * one, 0.5 * one, zero),
                "shear": (0.5 * half / shear, 0.5 * en / shear, 0.5 * en / shear, -0.5 * half / shear),
                "invariant": (ee / invariant, en / invariant, en / invariant, nn / invariant),
            }
        for name, slope in slopes.items():
            row = np.stack(slope)
            sigma[name] = np.sqrt(np.einsum("i...,ij...,j...->...", row, given, row))
    return SurfaceStrain(
        dilatation=dilatation,
        shear=shear,
        rotation=turn,
        invariant=invariant,
        principal=np.stack([0.5 * dilatation + shear, 0.5 * dilatation - shear]),
        azimuth=azimuth,
        sigma=sigma,
    )


def gradient_of_vectors(
    points: ArrayLike,
    motion: ArrayLike,
    *,
    at: ArrayLike,
    radius: float,
    sigma: ArrayLike = 1.0,
    traces: tuple[Array, ...] = (),
) -> tuple[Array, Array, Array]:
    """Fit a plane to scattered vectors around places: motion and its gradient.

    Parameters
    ----------
    points : array_like, shape (n, 2)
        East and north, m.
    motion : array_like, shape (n, c)
        c components, m.
    at : array_like, shape (k, 2)
        Where the gradient is wanted, m.
    radius : float
        Vectors nearer than this are used, m.
    sigma : array_like, shape () or (n,)
        Standard deviation of a component, m.
    traces : tuple of arrays (s, 2)
        East and north of ruptures: vectors across one, seen from the place, are not used.

    Returns
    -------
    motion : ndarray, shape (c, k)
    gradient : ndarray, shape (c, 2, k)
    covariance : ndarray, shape (2, 2, k)
        Of a component's two derivatives; the components are independent. All NaN where fewer than three vectors, or
        vectors on one line, are near.

    Raises
    ------
    DataError
        If shapes are unfit or no place has three vectors near it.
    """
    place, vectors, wanted = (np.asarray(part, dtype=float) for part in (points, motion, at))
    if place.ndim != 2 or place.shape[1] != 2 or vectors.ndim != 2 or len(vectors) != len(place):
        raise DataError(f"points of shape {place.shape} and motion of shape {vectors.shape}; needed are (n, 2), (n, c)")
    spread = np.broadcast_to(np.asarray(sigma, dtype=float), len(place))
    values = np.full((vectors.shape[1], len(wanted)), np.nan)
    gradient = np.full((vectors.shape[1], 2, len(wanted)), np.nan)
    covariance = np.full((2, 2, len(wanted)), np.nan)
    for k, middle in enumerate(wanted):
        near = np.hypot(*(place - middle).T) <= radius
        for trace in traces:
            near[near] &= ~across_trace(middle, place[near], np.asarray(trace, dtype=float))
        if near.sum() < 3:
            continue
        matrix = np.column_stack([np.ones(near.sum()), (place[near] - middle) / radius]) / spread[near][:, None]
        if np.linalg.cond(matrix) > 1e6:
            continue
        inverse = np.linalg.inv(matrix.T @ matrix)
        found = inverse @ matrix.T @ (vectors[near] / spread[near][:, None])
        values[:, k], gradient[:, :, k] = found[0], found[1:].T / radius
        covariance[:, :, k] = inverse[1:, 1:] / radius**2
    if np.isnan(covariance).all():
        raise DataError(f"no place has three vectors within {radius:g} m that are not on one line: widen the radius")
    return values, gradient, covariance


def across_trace(middle: Array, places: Array, trace: Array) -> NDArray[np.bool_]:
    """Tell which places (n, 2) have a segment to the middle (2,) that meets the trace (s, 2)."""

    def side(a: Array, b: Array, c: Array) -> Array:
        return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])

    start, end = trace[None, :-1], trace[None, 1:]
    here, there = middle[None, None], places[:, None]
    split_by_trace = side(start, end, here) * side(start, end, there) <= 0.0
    split_by_sight = side(here, there, start) * side(here, there, end) <= 0.0
    return np.asarray((split_by_trace & split_by_sight).any(axis=1))
