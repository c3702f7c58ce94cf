"""Fewer data that say nearly the same: means over groups of neighbours, with the covariance of the means.

For the global stage of a search, where thousands of evaluations matter more than the last detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from geoslip.downsample import Observations


def averaged(observations: Sequence[Observations], *, most: int) -> list[Observations]:
    """Data sets with neighbours averaged so that about `most` data are left in all; GNSS stays as it is.

    Groups come from halving the points at the median along their longer side, so that each holds about as many.
    """
    scenes = [data for data in observations if data.kind != "gnss"]
    room = most - sum(len(data) for data in observations if data.kind == "gnss")
    total = sum(len(data) for data in scenes)
    if total <= max(room, 0):
        return list(observations)
    size = total / max(room, 30 * len(scenes))
    return [data if data.kind == "gnss" else _mean_of(data, _groups(data.points[:, :2], size)) for data in observations]


def _groups(points: NDArray[np.float64], size: float) -> list[NDArray[np.int64]]:
    """Rows of neighbours, about `size` in each group."""
    pending, done = [np.arange(len(points))], []
    while pending:
        rows = pending.pop()
        if len(rows) < 1.5 * size:
            done.append(rows)
            continue
        axis = int(np.argmax(np.ptp(points[rows], axis=0)))
        order = rows[np.argsort(points[rows, axis], kind="stable")]
        pending += [order[: len(order) // 2], order[len(order) // 2 :]]
    return done


def _mean_of(data: Observations, groups: list[NDArray[np.int64]]) -> Observations:
    mean = np.zeros((len(groups), len(data)))
    for number, rows in enumerate(groups):
        mean[number, rows] = 1.0 / len(rows)
    directions = mean @ data.directions
    covariance = mean @ data.covariance @ mean.T
    return replace(
        data,
        longitude=mean @ data.longitude,
        latitude=mean @ data.latitude,
        points=mean @ data.points,
        values=mean @ data.values,
        directions=_unit(directions),
        covariance=0.5 * (covariance + covariance.T),
        station=None,
        sample_count=None,
        outlines=None,
        gradient_axis=None if data.gradient_axis is None else _unit(mean @ data.gradient_axis),
    )


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return vectors / np.linalg.norm(vectors, axis=1)[:, None]
