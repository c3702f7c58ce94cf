"""The twin study that the tests of the inversion share, as fixtures."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from geoslip.faults import neighbours
from geoslip.inversion import Problem, laplacian


def _beside(name):
    """A module that lies beside the tests."""
    spec = importlib.util.spec_from_file_location(f"inversion_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_twin = _beside("twin")


@pytest.fixture(scope="session")
def twin():
    """The helpers of twin.py."""
    return _twin


def build(*, noise=1.0, seed=0, zero_edges=("bottom", "sides"), **choices):
    """Two tracks with ramps (one with correlated noise) and GNSS over two segments; the truth beside the problem."""
    fault = _twin.two_segments(**choices)
    rng = np.random.default_rng(seed)
    ascending = _twin.observations("ascending", "los", seed=1)
    descending = _twin.observations("descending", "los", seed=2, look=(0.6, -0.15, 0.78))
    covariance = _twin.correlated(descending.points)
    descending = _twin.observations("descending", "los", seed=2, look=(0.6, -0.15, 0.78), covariance=covariance)
    gnss = _twin.observations("gnss", "gnss", n=40, sigma=0.004, seed=3)
    slip = _twin.true_slip(fault)
    ramps = {"ascending": (0.03, 0.002, -0.001), "descending": (-0.02, -0.003, 0.0015), "gnss": ()}
    data, greens = [], {}
    for one in (ascending, descending, gnss):
        greens[one.name] = _twin.stand_in_greens(one.points, one.directions, fault)
        values = greens[one.name] @ slip
        if ramps[one.name]:
            places = 1e-3 * (one.points[:, :2] - one.points[:, :2].mean(axis=0))
            values = values + np.column_stack([np.ones(len(values)), places]) @ ramps[one.name]
        values = values + noise * np.linalg.cholesky(one.covariance) @ rng.standard_normal(len(values))
        data.append(_twin.with_values(one, values))
    problem = Problem.build(data, fault, greens=greens)
    adjacency = neighbours(fault)
    operator = laplacian(fault, adjacency, zero_edges=zero_edges)
    return SimpleNamespace(
        fault=fault, problem=problem, operator=operator, adjacency=adjacency, slip=slip, ramps=ramps, data=data,
        greens=greens,
    )  # fmt: skip


@pytest.fixture(scope="session")
def study():
    """A noisy twin."""
    return build()


@pytest.fixture(scope="session")
def build_study():
    """The maker of twins."""
    return build


@pytest.fixture(scope="session")
def by_cvxpy():
    """The independent solver of by_cvxpy.py."""
    return _beside("by_cvxpy").minimise
