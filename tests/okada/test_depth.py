"""Displacement and gradients at depth: physics, tables, fifty digits, an independent code."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from geoslip.okada.depth import (
    BLOCK,
    SCRATCH,
    depth_gradient_block,
)

_spec = importlib.util.spec_from_file_location("precise_depth", Path(__file__).with_name("precise_depth.py"))
assert _spec is not None and _spec.loader is not None
precise_depth = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(precise_depth)

DIPS = (0.0, 1e-6, 1e-3, 1.0, 30.0, 70.0, 85.0, 86.41, 86.42, 89.0, 89.9, 89.99, 89.9999, 90.0)


def field(points, rectangle, *, poisson=0.25, components=7):
    """Blocks put together: (3, 12, n)."""
    points = np.atleast_2d(np.asarray(points, dtype=np.float64))
    row, scratch = np.asarray(rectangle, dtype=np.float64), np.empty(SCRATCH)
    out = np.zeros((3, 12, len(points)))
    for start in range(0, len(points), BLOCK):
        east, north, up = (np.ascontiguousarray(column) for column in points[start : start + BLOCK].T)
        block = np.zeros((3, 12, len(east)))
        depth_gradient_block(east, north, up, row, poisson, scratch, block, components)
        out[:, :, start : start + BLOCK] = block
    return out


def stress(values, poisson):
    """Stress over the rigidity, (..., 3, 3), from the last axis of twelve."""
    gradient = values[..., 3:].reshape(*values.shape[:-1], 3, 3)
    strain = 0.5 * (gradient + np.swapaxes(gradient, -1, -2))
    trace = np.trace(strain, axis1=-2, axis2=-1)[..., None, None]
    return 2.0 * strain + 2.0 * poisson / (1.0 - 2.0 * poisson) * trace * np.eye(3)


def relative_error(result, truth):
    """Largest error of displacement and of gradient, each of its largest value, by component."""
    error, size = np.abs(result - truth), np.abs(truth)
    return np.array(
        [[error[k, part].max() / size[k, part].max() for part in (slice(0, 3), slice(3, 12))] for k in range(3)]
    )


def precise(points, rectangle, **options):
    return np.stack([precise_depth.rectangle_field(point, rectangle, **options) for point in points], axis=-1)


@pytest.mark.kernel
@pytest.mark.parametrize("dip", DIPS)
def test_fifty_digits_at_every_dip(dip):
    rng = np.random.default_rng(int(dip * 10))
    rectangle = [0.3, -0.2, -0.5, 37.0, dip, 3.0, 2.0]
    points = rng.uniform(-4.0, 4.0, (6, 3))
    points[:, 2] = -np.abs(points[:, 2])
    points[0, 2] = 0.0
    error = relative_error(field(points, rectangle, poisson=0.31), precise(points, rectangle, poisson=0.31))
    assert error.max() < 1e-12


@pytest.mark.parametrize("dip", [0.5, 20.0, 86.42, 89.99, 90.0])
def test_fifty_digits_surface_breaking(dip):
    rng = np.random.default_rng(5)
    rectangle = [0.0, 0.0, 0.0, 110.0, dip, 2.0, 1.5]
    points = rng.uniform(-2.0, 2.0, (5, 3))
    points[:, 2] = -np.abs(points[:, 2])
    points[:2, 2] = 0.0
    error = relative_error(field(points, rectangle, poisson=0.2), precise(points, rectangle, poisson=0.2))
    assert error.max() < 1e-11
