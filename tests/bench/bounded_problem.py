"""The problem that both sides of the bounded L-curve solve: 600 patches, reverse and left-lateral, 4000 data."""

import numpy as np

from geoslip.downsample import Observations
from geoslip.faults import Fault, Plane, cut_uniform, neighbours
from geoslip.inversion import Constraints, Problem, laplacian
from geoslip.inversion.choices.strength import automatic_strengths
from geoslip.inversion.system import System

SIGMA = 0.01


def make():
    """The Problem, its operator, the constraints and 20 strengths from the problem's own range."""
    plane = Plane(east=0.0, north=0.0, up=-1e3, strike=30.0, dip=45.0, length=60e3, width=40e3)
    fault = Fault((cut_uniform(plane, "plane", columns=30, rows=20),))
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(-60e3, 60e3, (4000, 2)), np.zeros(4000)])
    look = np.array([-0.613191, -0.141566, 0.777146])
    data = Observations(
        name="track", kind="los", longitude=np.zeros(4000), latitude=np.zeros(4000), points=points,
        values=np.zeros(4000), directions=np.tile(look, (4000, 1)), covariance=SIGMA**2 * np.eye(4000),
    )  # fmt: skip
    problem = Problem.build([data], fault, nuisance={"track": "none"})
    block = problem.blocks[0]
    away = fault.centroids - fault.centroids[200]
    fade = np.exp(-np.sum(away**2, axis=1) / (2 * 9e3**2))
    values = block.greens @ np.concatenate([0.6 * fade, 2.0 * fade]) + SIGMA * rng.standard_normal(4000)
    problem = Problem.build(
        [Observations(**{**vars(data), "values": values})], fault, nuisance={"track": "none"},
        greens={"track": block.greens},
    )  # fmt: skip
    operator = laplacian(fault, neighbours(fault), zero_edges=("bottom", "sides"))
    constraints = Constraints(rake=(0.0, 90.0))
    strengths = automatic_strengths(System(problem, operator, constraints))
    return problem, operator, constraints, strengths


def rows(problem, operator):
    """Whitened data and smoothing rows of the same problem: (4000, 1200), (4000,) and sparse (1200, 1200)."""
    block = problem.blocks[0]
    return block.whitener.whiten(block.greens), block.whitener.whiten(block.observations.values), operator.matrix


def three_tracks(problem):
    """The same data as three data sets of 1800, 1800 and 400, and the rows of the Green's matrix by name."""
    block = problem.blocks[0]
    bounds = {"first": slice(0, 1800), "second": slice(1800, 3600), "third": slice(3600, 4000)}
    data = block.observations
    parts = [
        Observations(
            name=name, kind="los", longitude=data.longitude[rows], latitude=data.latitude[rows],
            points=data.points[rows], values=data.values[rows], directions=data.directions[rows],
            covariance=SIGMA**2 * np.eye(rows.stop - rows.start),
        )
        for name, rows in bounds.items()
    ]  # fmt: skip
    return parts, {name: block.greens[rows] for name, rows in bounds.items()}
