"""Where a source's displacement is taken for a datum that is the mean over a cell.

At the middle of a cell it differs from the mean over the cell by about side^2 / 24 of its curvature, which for a source
no deeper than a few sides is as much as the noise and makes it look deeper than it is. Four points a cell (2 x 2 Gauss
points of a rectangle; of a triangle the three of second order) leave an error of the fourth order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from geoslip.downsample import Observations

Array = NDArray[np.float64]

DEGREE = 111_195.0
"""Metres a degree of latitude; a per cent of a cell's side does not matter here."""
POINTS = 4


def cell_points(observations: Observations) -> tuple[Array, Array]:
    """Points (4, n, 3) and their weights (4, n) for each datum; itself, once, for what is no cell of 3 or 4 corners.

    Parameters
    ----------
    observations : Observations
        Cells are known by their outlines.
    """
    n = len(observations)
    points = np.repeat(observations.points[None], POINTS, axis=0)
    weights = np.zeros((POINTS, n))
    weights[0] = 1.0
    for row, outline in enumerate(observations.outlines or ()):
        corners = outline[:-1] if np.array_equal(outline[0], outline[-1]) else outline
        if len(corners) not in (3, 4):
            continue
        offset = DEGREE * (corners - corners.mean(axis=0))
        offset[:, 0] *= np.cos(np.deg2rad(observations.latitude[row]))
        share = np.sqrt(1.0 / 3.0) if len(corners) == 4 else 0.5
        points[: len(corners), row, :2] += share * offset
        weights[:, row] = np.where(np.arange(POINTS) < len(corners), 1.0 / len(corners), 0.0)
    return points, weights
