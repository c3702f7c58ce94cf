"""Draws instead of one answer: slip and its spread, given the data, with the smoothing sampled too."""

import sys

import numpy as np

from geoslip.cases.figures.slip_posterior import figure_ensemble
from geoslip.downsample import Observations
from geoslip.faults import Fault, Plane, SlipModel, cut_uniform, neighbours
from geoslip.inversion import Constraints, Problem, greens_matrix, laplacian
from geoslip.inversion.posterior import sample_slip

rng = np.random.default_rng(6)
plane = Plane(east=0.0, north=0.0, up=-500.0, strike=20.0, dip=60.0, length=20e3, width=12e3)
fault = Fault((cut_uniform(plane, "fault", columns=10, rows=6),))
away = fault.centroids - fault.centroids[2 * 10 + 4]
truth = np.concatenate([1.2 * np.exp(-np.sum(away**2, axis=1) / (2 * 4e3**2)), np.zeros(60)])

n, sigma = 200, 0.006
points = np.column_stack([rng.uniform(-20e3, 20e3, (n, 2)), np.zeros(n)])
rest = {"name": "track", "kind": "los", "longitude": np.zeros(n), "latitude": np.zeros(n), "points": points}
rest |= {"directions": np.tile([0.6, -0.1, 0.7937], (n, 1)), "covariance": sigma**2 * np.eye(n)}
greens = greens_matrix(Observations(**rest, values=np.zeros(n)), fault)
data = Observations(**rest, values=greens @ truth + sigma * rng.standard_normal(n))
operator = laplacian(fault, neighbours(fault), zero_edges=("bottom", "sides", "top"))
problem = Problem.build([data], fault, greens={"track": greens})
posterior = sample_slip(problem, operator, constraints=Constraints(rake=(-30.0, 30.0)), draws=200, seed=1)
model = SlipModel(fault, posterior.mean)
figure_ensemble(model, mean=posterior.mean, spread=posterior.sizes.std(axis=0)).savefig(sys.argv[1], dpi=110)
