"""Slip from GNSS and one radar track: known slip, what they see of it, and the estimate with its smoothing by ABIC."""

import sys

import numpy as np

from geoslip.cases.figures.slip_sections import figure_truth
from geoslip.downsample import Observations, look_vector
from geoslip.faults import Fault, Plane, SlipModel, cut_uniform, neighbours
from geoslip.inversion import Constraints, Problem, greens_matrix, laplacian, strength_curve

rng = np.random.default_rng(3)
plane = Plane(east=0.0, north=0.0, up=-500.0, strike=300.0, dip=50.0, length=30e3, width=18e3)
fault = Fault((cut_uniform(plane, "fault", columns=15, rows=9),))
away = fault.centroids - fault.centroids[3 * 15 + 5]
truth = np.concatenate([0.3 * np.ones(135), np.ones(135)]) * np.tile(2.0 * np.exp(-np.sum(away**2, 1) / 2 / 5e3**2), 2)


def seen(name: str, kind: str, places: np.ndarray, directions: np.ndarray, sigma: float) -> Observations:
    """What would be measured of the true slip, with noise."""
    n = len(places)
    rest = {"name": name, "kind": kind, "longitude": np.zeros(n), "latitude": np.zeros(n)}
    rest |= {"points": places, "directions": directions, "covariance": sigma**2 * np.eye(n)}
    clean = Observations(**rest, values=np.zeros(n))
    return Observations(**rest, values=greens_matrix(clean, fault) @ truth + sigma * rng.standard_normal(n))


radar = np.column_stack([rng.uniform(-30e3, 30e3, (400, 2)), np.zeros(400)])
stations = np.repeat(np.column_stack([rng.uniform(-30e3, 30e3, (12, 2)), np.zeros(12)]), 3, axis=0)
looks = np.tile(look_vector(39.0, -12.0), (400, 1))
data = [seen("track", "los", radar, looks, 0.006), seen("GNSS", "offset", stations, np.tile(np.eye(3), (12, 1)), 0.003)]
operator = laplacian(fault, neighbours(fault), zero_edges=("bottom", "sides"))
curve = strength_curve(Problem.build(data, fault), operator, constraints=Constraints(rake=(30.0, 120.0)))
found = SlipModel(fault, curve.choose("abic").estimate.slip)
made = SlipModel(fault, np.c_[truth.reshape(2, -1).T, np.zeros(135)])
figure_truth(found, truth=made).savefig(sys.argv[1], dpi=110)
