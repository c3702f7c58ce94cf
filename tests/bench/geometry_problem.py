"""A source of ten numbers seen by 600 points of correlated noise, for the jobs that time samplers of geometry."""

import json
import time

import numpy as np

import geoslip.okada as okada
from geoslip.downsample import Observations
from geoslip.inversion.posterior import (
    IntegratedSlip,
    LogUniform,
    Normal,
    Rectangle,
    SampledComponents,
    Uniform,
    UniformSource,
    ess_bulk,
    ess_tail,
)

TRUTH = {"east": 1e3, "north": -2e3, "depth": 6e3, "strike": 25.0, "dip": 55.0, "length": 12e3, "width": 8e3}
SLIP = (0.4, 0.9)
STD = 5.0


def source(*, sampled):
    """Seven numbers of geometry; slip sampled as two more, or integrated out under the same prior."""
    slip = SampledComponents(Normal(0.0, STD), Normal(0.0, STD)) if sampled else IntegratedSlip(std=STD)
    plane = Rectangle(
        east=Uniform(-20e3, 20e3), north=Uniform(-20e3, 20e3), depth=Uniform(1e3, 20e3), strike=Uniform(-60.0, 120.0),
        dip=Uniform(5.0, 90.0), length=LogUniform(2e3, 50e3), width=LogUniform(2e3, 30e3),
    )  # fmt: skip
    return UniformSource(parts=(plane,), slip=slip)


def observations(*, n=600, seed=3):
    """Half of the points seen from the west, half from the east; 8 mm of noise correlated over 6 km."""
    generator = np.random.default_rng(seed)
    points = np.column_stack([generator.uniform(-30e3, 30e3, (n, 2)), np.zeros(n)])
    look = np.where(np.arange(n)[:, None] % 2 == 0, [-0.61, -0.14, 0.78], [0.61, -0.14, 0.78])
    look = look / np.linalg.norm(look, axis=1)[:, None]
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    covariance = 8e-3**2 * np.exp(-apart / 6e3) + 2e-3**2 * np.eye(n)
    plane = source(sampled=False).rectangles(np.array([list(TRUTH.values())]))[0]
    values = okada.greens_matrix(points, look, plane) @ np.array(SLIP)
    values = values + np.linalg.cholesky(covariance) @ generator.standard_normal(n)
    zero = np.zeros(n)
    return Observations(
        name="points", kind="los", longitude=zero, latitude=zero, points=points, values=values, directions=look,
        covariance=covariance,
    )  # fmt: skip


def report(job, draws, *, seconds):
    """Print the processor seconds per 100 effective draws of the worst parameter, from draws (chains, draws, n)."""
    worst = float(min(np.nanmin(ess_bulk(draws)), np.nanmin(ess_tail(draws))))
    print(json.dumps({"job": job, "seconds": 100.0 * seconds / worst, "ess": worst, "total_s": seconds}))


def clock():
    """Processor seconds of this process."""
    return time.process_time()
