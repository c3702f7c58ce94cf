"""Posteriors so small that a test samples them in a moment: slip within bounds, geometry, and both together."""

import numpy as np

import geoslip.okada as okada
from geoslip.downsample import Observations
from geoslip.faults import Fault, Plane, cut_uniform
from geoslip.inversion import Constraints, Problem, damping
from geoslip.inversion.posterior import (
    BoundedGaussian,
    DataTerm,
    JointTarget,
    LogUniform,
    Rectangle,
    Uniform,
    UniformSource,
    sample_geometry,
    sample_joint,
)

WIDE = LogUniform(0.1, 10.0)
PLANE = UniformSource(
    parts=(
        Rectangle(
            east=0.0, north=0.0, depth=Uniform(1e3, 8e3), strike=20.0, dip=Uniform(15.0, 75.0), length=6e3, width=3e3
        ),
    )
)


def bounded(seed=0, *, noise=WIDE):
    """Five positive numbers, their noise scale and strength."""
    rng = np.random.default_rng(seed)
    matrix, data = rng.standard_normal((20, 5)), rng.standard_normal(20)
    term = DataTerm("data", matrix.T @ matrix, matrix.T @ data, float(data @ data), 20, noise)
    names = tuple(f"x{i}" for i in range(5))
    return BoundedGaussian((term,), np.eye(5), np.zeros(5), np.full(5, np.inf), LogUniform(0.01, 100.0), names)


def track():
    """Points seen from the west, with the field of a small fault."""
    generator = np.random.default_rng(0)
    points = np.column_stack([generator.uniform(-12e3, 12e3, (25, 2)), np.zeros(25)])
    looks = np.tile([0.6, -0.1, np.sqrt(0.63)], (25, 1))
    true = PLANE.rectangles(np.array([[3e3, 40.0]]))[0]
    values = okada.greens_matrix(points, looks, true) @ [0.1, 0.3] + 5e-3 * generator.standard_normal(25)
    zero = np.zeros(25)
    return Observations(
        name="track", kind="los", longitude=zero, latitude=zero, points=points, values=values, directions=looks,
        covariance=2.5e-5 * np.eye(25),
    )  # fmt: skip


def geometry(data, *, source=PLANE, sampler="emcee", seed=3, **choices):
    lengths = {"emcee": {"draws": 10, "warmup": 20}, "metropolis": {"draws": 40}, "smc": {"draws": 40, "walkers": 2}}
    return sample_geometry(
        [data], source, nuisance={"track": "offset"}, sampler=sampler, generations=2, seed=seed, **lengths[sampler],
        **choices,
    )  # fmt: skip


def together(data, *, rake=90.0, slips=16, **choices):
    plane = Plane.from_top_centre((0.0, 0.0), strike=20.0, dip=42.0, length=6e3, width=4e3, depth=1.5e3)
    fault = Fault((cut_uniform(plane, "plane", columns=2, rows=1),))
    target = JointTarget(
        Problem.build([data], fault), damping(fault), {"dip": Uniform(-20.0, 20.0)},
        constraints=Constraints(rake=rake), strength=3e-4,
    )  # fmt: skip
    return sample_joint(target, draws=16, warmup=10, walkers=8, generations=1, slips=slips, seed=2, **choices)
