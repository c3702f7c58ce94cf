"""How rough may slip be: the L-curve of twenty strengths of smoothing, and what each criterion would choose."""

import sys

import numpy as np

from geoslip.cases.figures.strength import figure_strength
from geoslip.downsample import Observations
from geoslip.faults import Fault, Plane, cut_uniform, neighbours
from geoslip.inversion import Constraints, Problem, greens_matrix, laplacian, strength_curve

rng = np.random.default_rng(5)
plane = Plane(east=0.0, north=0.0, up=0.0, strike=0.0, dip=70.0, length=24e3, width=14e3)
fault = Fault((cut_uniform(plane, "fault", columns=12, rows=7),))
away = fault.centroids - fault.centroids[2 * 12 + 6]
truth = np.concatenate([1.5 * np.exp(-np.sum(away**2, axis=1) / (2 * 4e3**2)), np.zeros(84)])

n, sigma = 300, 0.005
points = np.column_stack([rng.uniform(-25e3, 25e3, (n, 2)), np.zeros(n)])
rest = {"name": "track", "kind": "los", "longitude": np.zeros(n), "latitude": np.zeros(n), "points": points}
rest |= {"directions": np.tile([0.6, -0.1, 0.7937], (n, 1)), "covariance": sigma**2 * np.eye(n)}
greens = greens_matrix(Observations(**rest, values=np.zeros(n)), fault)
data = Observations(**rest, values=greens @ truth + sigma * rng.standard_normal(n))
operator = laplacian(fault, neighbours(fault), zero_edges=("bottom", "sides"))
problem = Problem.build([data], fault, greens={"track": greens})
curve = strength_curve(problem, operator, constraints=Constraints(rake=(-45.0, 45.0)))
figure_strength(curve, chosen=curve.choose("abic").strength).savefig(sys.argv[1], dpi=110)
