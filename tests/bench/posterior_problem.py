"""The slip posterior that samplers are timed on: 400 patches with two positive components, 2000 data, any noise."""

import numpy as np

from geoslip.downsample import Observations
from geoslip.faults import Fault, Plane, cut_uniform, neighbours
from geoslip.inversion import Constraints, Problem, laplacian
from geoslip.inversion.posterior.slip import slip_target
from geoslip.inversion.system import System

NOISES = (0.05, 0.01, 0.001, 0.0001)
"""Standard deviations of the data, m."""


def make(noise):
    """Target of the sampler and the system it comes from: strength and noise scale are to be sampled."""
    plane = Plane(east=0.0, north=0.0, up=-1e3, strike=30.0, dip=45.0, length=40e3, width=40e3)
    fault = Fault((cut_uniform(plane, "plane", columns=20, rows=20),))
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(-60e3, 60e3, (2000, 2)), np.zeros(2000)])
    look = np.array([-0.613191, -0.141566, 0.777146])
    empty = Observations(
        name="track", kind="los", longitude=np.zeros(2000), latitude=np.zeros(2000), points=points,
        values=np.zeros(2000), directions=np.tile(look, (2000, 1)), covariance=noise**2 * np.eye(2000),
    )  # fmt: skip
    greens = Problem.build([empty], fault, nuisance={"track": "none"}).blocks[0].greens
    away = fault.centroids - fault.centroids[190]
    # an asperity of 12 km radius, with no slip at all on two patches of three: most bounds are felt
    fade = np.cos(np.minimum(np.linalg.norm(away, axis=1) / 12e3, 1.0) * 0.5 * np.pi) ** 2
    values = greens @ np.concatenate([0.6 * fade, 2.0 * fade]) + noise * rng.standard_normal(2000)
    data = Observations(**{**vars(empty), "values": values})
    problem = Problem.build([data], fault, nuisance={"track": "none"}, greens={"track": greens})
    operator = laplacian(fault, neighbours(fault), zero_edges=("bottom", "sides"))
    system = System(problem, operator, Constraints(rake=(0.0, 90.0)))
    return slip_target(system, None, sample_noise=True), system
