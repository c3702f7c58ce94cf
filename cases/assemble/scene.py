"""From a scene of the case to observations: read, mask, find its noise, cut it into cells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geoslip.cases.assemble.cells import cut_scene
from geoslip.cases.assemble.masks import keep_points
from geoslip.cases.casefile.data import Dataset, Look
from geoslip.cases.library.find import resolve
from geoslip.downsample import (
    Cells,
    NoiseModel,
    Observations,
    Scene,
    cell_observations,
    compare_noise,
    read_scene,
    remove_trend,
)
from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame

FAR_FIELD = 1.0
"""The noise is estimated from pixels farther from the faults than this many fault lengths, or as far as there are."""


def scene_options(entry: Dataset, roots: Sequence[Path]) -> dict[str, Any]:
    """Give the reader's options for a data set of the case."""
    positive = {"along": "toward", "against": "away"}.get(entry.positive or "", entry.positive)
    options: dict[str, Any] = {
        "format": entry.format,
        "unit": entry.unit,
        "positive": positive,
        "wavelength": entry.wavelength,
        "nodata": entry.nodata,
        "name": entry.name,
        "kind": entry.kind,
        **reader_options(entry, roots),
    }
    if entry.crs is not None:
        options["crs"] = None if entry.crs == "local" else entry.crs
    if entry.look is not None:
        options |= look_options(entry.look, roots)
    elif entry.heading is not None:
        options["azimuth"] = entry.heading
    return options


def reader_options(entry: Dataset, roots: Sequence[Path]) -> dict[str, Any]:
    """Give the options that belong to the format's own reader, and what it is to mask."""
    return {key: _found(value, roots) for key, value in (entry.options | entry.mask.reader_options).items()}


def _found(value: Any, roots: Sequence[Path]) -> Any:
    """Give an option of a reader; text that looks like a file is sought in the data folders."""
    if isinstance(value, list | tuple):
        return [_found(part, roots) for part in value]
    return resolve(value, roots) if isinstance(value, str) and "." in value else value


def look_options(look: Look, roots: Sequence[Path]) -> dict[str, Any]:
    """Give the reader's options for a look block: numbers, or grids found in the data folders."""

    def number_or_grid(value: float | str | None) -> Any:
        return resolve(value, roots) if isinstance(value, str) else value

    if look.vector is not None:
        return {"look": look.vector}
    if look.east is not None:
        return {"look": tuple(number_or_grid(part) for part in (look.east, look.north, look.up))}
    return {
        "incidence": number_or_grid(look.incidence),
        "azimuth": number_or_grid(look.heading),
        "convention": look.convention,
    }


def read_dataset_scene(
    entry: Dataset, frame: LocalFrame, fault: Fault, roots: Sequence[Path]
) -> tuple[Scene, list[str]]:
    """Read a scene of the case and mask it.

    Returns
    -------
    Scene
        With masked pixels set to NaN.
    list of str
        Notes on what was masked.

    Raises
    ------
    ValueError
        If the file is no such scene, or the mask leaves nothing.
    """
    scene = read_scene(resolve(entry.paths[0], roots), **scene_options(entry, roots))
    mask = entry.mask
    if mask.drop or mask.stations:
        raise ValueError("mask.drop and mask.stations are for tables; mask a grid by distance or by polygons")
    rows, columns = np.nonzero(scene.valid)
    longitude, latitude = scene.geographic(scene.x[columns], scene.y[rows], frame=frame)
    east, north = frame.to_local(longitude, latitude)
    keep, notes = keep_points(np.column_stack([east, north]), mask, frame, fault)
    if not keep.any():
        raise ValueError("no pixel is left: the mask removes all of them; loosen it")
    if not keep.all():
        remove = np.zeros(scene.values.shape, dtype=bool)
        remove[rows[~keep], columns[~keep]] = True
        scene = scene.mask(remove)
    if entry.detrend != "none":
        scene = remove_trend(scene, kind=entry.detrend, mask=far_field(scene, frame, fault))
    read = [f"{entry.name}: {note}" for note in scene.notes]
    return scene, read + [note.replace("{name}", entry.name).replace("points", "pixels") for note in notes]


def scene_noise(scene: Scene, entry: Dataset, frame: LocalFrame, fault: Fault) -> tuple[NoiseModel, tuple[str, ...]]:
    """Give the noise of a scene, as the case says or estimated from its far field, and what is doubtful about it.

    Raises
    ------
    ValueError
        If the far field does not tell, or the case describes the noise in a way that a grid does not have.
    """
    wanted, given = entry.noise, entry.noise.given()
    said: tuple[str, ...] = ()
    if wanted.source == "estimate":
        families = None if wanted.model == "best" else [wanted.model]
        near = far_field(scene, frame, fault)
        best = compare_noise(scene, mask=near, families=families, anisotropic=wanted.anisotropic, draws=wanted.draws)[0]
        given, said = best.noise, best.warnings
        if best.errors:
            said = (*said, f"{best.spread}: fits to {wanted.draws} scenes simulated with it")
    elif wanted.source == "residuals":
        given = NoiseModel(0.0, 1.0, 1.0)  # stands in until a first fit has been made
    elif given is None:
        raise ValueError(
            "the noise of a grid is 'estimate', 'residuals' or {sigma: ..., length: ..., nugget: ...}: columns and"
            " covariance files belong to tables of points"
        )
    return given.scaled(wanted.scale**2), said


def far_field(scene: Scene, frame: LocalFrame, fault: Fault) -> np.ndarray:
    """Give the pixels (ny, nx) to be left out when the noise is estimated: those near the faults.

    Near means within one fault length, at least 20 km, of the faults' map view; where that leaves less than a fifth of
    the valid pixels, the nearest four fifths are left out.
    """
    trace = fault.trace[:, :, :2]
    length = float(np.ptp(trace.reshape(-1, 2), axis=0).max())
    rows, columns = np.nonzero(scene.valid)
    longitude, latitude = scene.geographic(scene.x[columns], scene.y[rows], frame=frame)
    east, north = frame.to_local(longitude, latitude)
    centre = fault.centroids[:, :2]
    low, high = centre.min(axis=0), centre.max(axis=0)
    beyond = np.maximum(np.maximum(low - np.column_stack([east, north]), np.column_stack([east, north]) - high), 0.0)
    distance = np.hypot(beyond[:, 0], beyond[:, 1])
    limit = min(max(FAR_FIELD * length, 20e3), float(np.quantile(distance, 0.8)))
    near = np.zeros(scene.values.shape, dtype=bool)
    close = distance < limit
    near[rows[close], columns[close]] = True
    return near


def observe_scene(
    scene: Scene, entry: Dataset, frame: LocalFrame, fault: Fault, *, others: dict[str, Cells], roots: Sequence[Path]
) -> tuple[Observations, NoiseModel, Cells, tuple[str, ...]]:
    """Cut a scene into cells and give them as observations with the covariance of their means.

    Returns
    -------
    tuple
        Observations, noise of a pixel, cells, and notes that do not belong to the cells.
    """
    noise, said = scene_noise(scene, entry, frame, fault)
    wanted = entry.downsample
    if wanted.cells is not None and wanted.cells not in others:
        wanted = wanted.model_copy(update={"cells": str(resolve(wanted.cells, roots))})
    cells = cut_scene(scene, wanted, frame=frame, fault=fault, others=others)
    return cell_observations(scene, cells, frame=frame, noise=noise), noise, cells, said
