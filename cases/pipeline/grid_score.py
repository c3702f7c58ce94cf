"""The score of a slip model on every pixel of the full grids, not only on the cells that were inverted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.assemble.data import DatasetReading
from geoslip.faults.slip import SlipModel

if TYPE_CHECKING:
    from geoslip.cases.pipeline.study import PreparedStudy


def grid_scores(study: PreparedStudy, model: SlipModel) -> dict[str, float]:
    """Score the model on every valid pixel of the scenes for which the case asks it.

    The nuisance is fitted anew to the grid, each pixel weighing the same; 1 - sum r^2 / sum d^2.
    """
    scores: dict[str, float] = {}
    for entry, reading in zip(study.case.data, study.readings):
        if entry.grid_score and reading.scene is not None:
            scores[entry.name] = _grid_score(study, model, reading, entry.nuisance_kind)
    return scores


def _grid_score(study: PreparedStudy, model: SlipModel, reading: DatasetReading, nuisance: str) -> float:
    from geoslip.inversion.forward import model_displacement

    assert reading.scene is not None
    pixels = reading.scene.pixels(frame=study.frame)
    poisson = study.case.elastic.poisson
    field = model_displacement(model, pixels.points, poisson=poisson)
    predicted = (field * pixels.directions).sum(axis=1)
    finite = np.isfinite(predicted)
    places = 1e-3 * pixels.points[finite, :2]
    columns: Sequence[NDArray[np.float64]] = {
        "none": [],
        "offset": [np.ones(len(places))],
        "plane": [np.ones(len(places)), places[:, 0], places[:, 1]],
    }[nuisance]
    residual = pixels.values[finite] - predicted[finite]
    if columns:
        matrix = np.column_stack(columns)
        residual = residual - matrix @ np.linalg.lstsq(matrix, residual, rcond=None)[0]
    return float(1.0 - np.sum(residual**2) / np.sum(pixels.values[finite] ** 2))
