"""A small twin study that the tests of the inversion share: two tracks and GNSS over two segments that touch.

The Green's matrix is a stand-in that is smooth in position and direction and needs no physics, so that the algebra is
tested by itself; tests of the binding to okada build theirs with it.
"""

import numpy as np

from geoslip.downsample import Observations
from geoslip.faults import Fault, RectangularSegment


def segment(name, *, start=(0.0, 0.0), strike=30.0, dip=60.0, rows=4, columns=6, size=2e3, top=0.0):
    """A uniform plane of square patches whose top edge starts at `start`."""
    along = np.array([np.sin(np.deg2rad(strike)), np.cos(np.deg2rad(strike)), 0.0])
    lean = np.deg2rad(dip)
    down = np.array([along[1] * np.cos(lean), -along[0] * np.cos(lean), -np.sin(lean)])
    row, column = (index.ravel() for index in np.mgrid[:rows, :columns])
    centre = np.array([*start, -top]) + np.outer((column + 0.5) * size, along) + np.outer(row * size, down)
    table = np.column_stack([centre, np.full(row.size, strike), np.full(row.size, dip), np.full((row.size, 2), size)])
    return RectangularSegment(name, table, row, column)


def two_segments(**choices):
    """Two planes of one dip that continue each other along strike."""
    strike = choices.get("strike", 30.0)
    columns, size = choices.get("columns", 6), choices.get("size", 2e3)
    end = columns * size * np.array([np.sin(np.deg2rad(strike)), np.cos(np.deg2rad(strike))])
    return Fault((segment("south", **choices), segment("north", start=end, **choices)))


def stand_in_greens(points, directions, fault):
    """A smooth matrix (n, 2 p) that looks like a Green's matrix and has no physics."""
    apart = points[:, None, :] - fault.centroids[None]
    distance = np.linalg.norm(apart, axis=2)
    pull = 4e6 / (distance**2 + 4e6)
    along = np.einsum("ni,pi->np", directions, fault.strike_vectors)
    up = np.einsum("ni,nji->nj", directions, apart) / distance
    return np.hstack([pull * along, pull * up])


def observations(name, kind, *, n=80, sigma=0.01, seed=0, look=(-0.6, -0.15, 0.78), covariance=None):
    """Observations of zeros at random places on the ground."""
    rng = np.random.default_rng(seed)
    points = np.column_stack([rng.uniform(-15e3, 25e3, (n, 2)), np.zeros(n)])
    directions = np.tile(np.asarray(look) / np.linalg.norm(look), (n, 1))
    station = None
    if kind == "gnss":
        points = np.repeat(points[: n // 2], 2, axis=0)
        directions = np.tile(np.eye(3)[:2], (n // 2, 1))
        station = tuple(f"S{number // 2:03d}" for number in range(n))
    covariance = sigma**2 * np.eye(n) if covariance is None else covariance
    zero = np.zeros(n)
    return Observations(
        name=name, kind=kind, longitude=zero, latitude=zero, points=points, values=zero, directions=directions,
        covariance=covariance, station=station,
    )  # fmt: skip


def with_values(data, values):
    """The same observations with other values."""
    from dataclasses import replace

    return replace(data, values=values)


def true_slip(fault):
    """Smooth slip (2 p,): strike slip and reverse slip that fade toward the fault's ends."""
    centre = fault.centroids - fault.centroids.mean(axis=0)
    fade = np.exp(-np.sum(centre**2, axis=1) / (2 * 5e3**2))
    return np.concatenate([0.8 * fade, 1.2 * fade])


def correlated(points, *, sigma=0.01, length=6e3, nugget=0.003):
    """Exponential covariance with a nugget, m^2."""
    distance = np.linalg.norm(points[:, None, :2] - points[None, :, :2], axis=2)
    return sigma**2 * np.exp(-distance / length) + nugget**2 * np.eye(len(points))
