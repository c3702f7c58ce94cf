"""Cells from a first model's prediction: the passes behind ``downsample: {method: model}``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from geoslip.cases.assemble.cells import cut_scene
from geoslip.cases.assemble.data import DatasetReading
from geoslip.cases.casefile.case import Case
from geoslip.downsample import Scene, cell_observations, changed_share
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel

if TYPE_CHECKING:
    from geoslip.cases.pipeline.study import PreparedStudy
    from geoslip.inversion import Estimate

SAME = 0.05
"""Share of pixels whose cell may still change when the passes end."""
_PIXELS = 160_000
"""Predictions of larger scenes are made at every k-th pixel and interpolated between."""


def rounds_wanted(case: Case) -> int:
    """Give how often cells may be made anew; 0 where no data set asks for the method."""
    asked = [entry.downsample.rounds for entry in case.data if entry.downsample.method == "model"]
    return max(asked, default=0)


def cells_found(
    study: PreparedStudy, *, invert: Callable[[PreparedStudy], Estimate]
) -> tuple[PreparedStudy, tuple[str, ...]]:
    """Invert, predict and cut until the cells stay, and give the study with its last cells.

    Parameters
    ----------
    study : PreparedStudy
        With uniform cells where the case asks for those of a model.
    invert : function
        Gives the answer to a study.

    Returns
    -------
    PreparedStudy
        The same where no data set asks for the method.
    tuple of str
        A warning where the cells still changed at the end.
    """
    case, rounds, changed = study.case, rounds_wanted(study.case), 1.0
    for _ in range(rounds):
        model = invert(study).model(frame=study.frame, rigidity=case.elastic.rigidity)
        readings, changed = cut_anew(case, study.readings, model, frame=study.frame)
        study = replace(study, readings=readings)
        if changed < SAME:
            break
    if rounds > 1 and changed >= SAME:
        return study, (
            f"cells from a model: after {rounds} passes {100 * changed:.0f} % of the pixels still changed their cell;"
            " raise rounds, or ask for fewer points",
        )
    return study, ()


def cut_anew(
    case: Case, readings: Sequence[DatasetReading], model: SlipModel, *, frame: LocalFrame
) -> tuple[list[DatasetReading], float]:
    """Cut the scenes that ask for it along what a model predicts, and average what was observed.

    Parameters
    ----------
    case : Case
    readings : sequence of DatasetReading
        With the cells of the last pass.
    model : SlipModel
        The last pass's answer.
    frame : LocalFrame

    Returns
    -------
    list of DatasetReading
        In the same order.
    float
        Largest share of pixels whose cell changed.
    """
    result, changed = list(readings), 0.0
    for index, (entry, reading) in enumerate(zip(case.data, readings)):
        if entry.downsample.method != "model" or reading.scene is None or reading.noise is None:
            continue
        scene = reading.scene
        field = predicted_field(scene, model, frame=frame, poisson=case.elastic.poisson)
        cells = cut_scene(scene, entry.downsample, frame=frame, fault=model.fault, predicted=field)
        if reading.cells is not None:
            changed = max(changed, changed_share(reading.cells, cells))
        observations = cell_observations(scene, cells, frame=frame, noise=reading.noise)
        kept = [note for note in reading.observations.notes if note not in reading.cell_notes]
        result[index] = replace(
            reading, observations=observations.with_notes(kept), cells=cells, cell_notes=observations.notes
        )
    return result, changed


def predicted_field(scene: Scene, model: SlipModel, *, frame: LocalFrame, poisson: float) -> NDArray[np.float64]:
    """Give what a slip model does along each pixel's direction, metres, shape (ny, nx).

    Pixels on the fault itself, where displacement has two values, get the mean of their surroundings' finite ones.
    """
    from geoslip.okada import displacement_field

    ny, nx = scene.values.shape
    step = max(1, int(np.ceil(np.sqrt(ny * nx / _PIXELS))))
    rows, columns = _every(ny, step), _every(nx, step)
    y, x = np.meshgrid(scene.y[rows], scene.x[columns], indexing="ij")
    longitude, latitude = (part.ravel() for part in scene.geographic(x, y, frame=frame))
    east, north = frame.to_local(longitude, latitude)
    points = np.column_stack([east, north, np.zeros(east.size)])
    field = np.zeros((east.size, 3))
    for name, where in model.fault.slices.items():
        slip = model.slip[where]
        if np.any(slip):
            field += displacement_field(points, model.fault.segment(name).sources, slip, poisson=poisson)
    motion = frame.rotate_from_frame(field, longitude, latitude)
    look = scene.look if scene.look.ndim == 1 else _filled_look(scene)[:, rows[:, None], columns].reshape(3, -1).T
    coarse = (motion * look).sum(axis=1).reshape(rows.size, columns.size)
    coarse = np.where(np.isfinite(coarse), coarse, np.nanmean(coarse))
    if step == 1:
        return coarse
    i, j = (
        np.interp(np.arange(ny), rows, np.arange(rows.size)),
        np.interp(np.arange(nx), columns, np.arange(columns.size)),
    )
    return np.asarray(map_coordinates(coarse, np.meshgrid(i, j, indexing="ij"), order=1))


def _every(number: int, step: int) -> NDArray[np.int64]:
    """0, step, 2 step ... and the last."""
    return np.unique(np.append(np.arange(0, number, step), number - 1))


def _filled_look(scene: Scene) -> NDArray[np.floating]:
    """Look vectors with the mean of the valid ones where there are none."""
    mean = np.array([part[scene.valid].mean(dtype=float) for part in scene.look])
    return np.where(np.isfinite(scene.look), scene.look, mean[:, None, None])
