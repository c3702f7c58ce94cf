"""From the ``data:`` block to observations: read, mask, downsample; every mistake with its place in the case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.assemble.masks import masked_rows
from geoslip.cases.assemble.scene import observe_scene, read_dataset_scene, reader_options
from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.data import Dataset
from geoslip.cases.errors import CaseError, Mistake
from geoslip.cases.library.find import resolve
from geoslip.downsample.cells.cells import Cells
from geoslip.downsample.noise.model import NoiseModel
from geoslip.downsample.observations import Observations
from geoslip.downsample.readers import read_gnss, read_points, readers
from geoslip.downsample.scenes.scene import Scene
from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame

Report = Callable[[float], None]


@dataclass(frozen=True)
class DatasetReading:
    """One data set of the case, read.

    Parameters
    ----------
    observations : Observations
        What is inverted.
    scene : Scene or None
        The full grid, masked, where the data came as one.
    noise : NoiseModel or None
        What the noise was estimated or said to be, for a scene.
    cells : Cells or None
        Of a scene.
    cell_notes : tuple of str
        Those of the observations' notes that speak of these cells.
    """

    observations: Observations
    scene: Scene | None = None
    noise: NoiseModel | None = None
    cells: Cells | None = None
    cell_notes: tuple[str, ...] = ()


def read_datasets(
    case: Case, frame: LocalFrame, fault: Fault, *, roots: Sequence[Path], report: Report
) -> list[DatasetReading]:
    """Read every data set of the case.

    Parameters
    ----------
    case : Case
        Validated case.
    frame : LocalFrame
        Its frame.
    fault : Fault
        Its fault, for masks by distance.
    roots : sequence of Path
        Folders for relative names of files.
    report : callable
        Takes the fraction done.

    Raises
    ------
    CaseError
        With one mistake for each data set that cannot be read.
    """
    readings: list[DatasetReading] = []
    mistakes: list[Mistake] = []
    cells: dict[str, Cells] = {}
    for index, entry in enumerate(case.data):
        try:
            readings.append(_read(entry, frame, fault, roots, cells))
            if readings[-1].cells is not None:
                cells[entry.name] = readings[-1].cells
        except CaseError as error:
            mistakes += error.mistakes
        except ValueError as error:
            mistakes.append(case.mistake(("data", index), f"data set '{entry.name}': {error}"))
        report((index + 1) / len(case.data))
    if mistakes:
        raise CaseError(mistakes)
    return readings


def is_scene(entry: Dataset, path: Path) -> bool:
    """Tell whether a data set is a grid rather than a table of points."""
    if entry.kind == "gnss":
        return False
    if entry.format != "auto":
        return entry.format in readers("scene")
    if any(reader.recognises(path) for reader in readers("points").values()):
        return False
    return any(reader.recognises(path) for reader in readers("scene").values())


def _read(
    entry: Dataset, frame: LocalFrame, fault: Fault, roots: Sequence[Path], others: dict[str, Cells]
) -> DatasetReading:
    path = resolve(entry.paths[0], roots)
    if is_scene(entry, path):
        scene, notes = read_dataset_scene(entry, frame, fault, roots)
        observations, noise, cells, said = observe_scene(scene, entry, frame, fault, others=others, roots=roots)
        return DatasetReading(observations.with_notes([*notes, *said]), scene, noise, cells, observations.notes)
    if entry.kind == "gnss":
        return DatasetReading(read_gnss_dataset(entry, frame, fault, roots))
    return DatasetReading(_masked(_read_table(entry, path, frame, roots), entry, frame, fault))


def read_gnss_dataset(entry: Dataset, frame: LocalFrame, fault: Fault, roots: Sequence[Path]) -> Observations:
    """Read and mask the vectors of a GNSS data set, with notes on what was left out."""
    return _masked(_read_gnss(entry, frame, roots), entry, frame, fault)


def _masked(observations: Observations, entry: Dataset, frame: LocalFrame, fault: Fault) -> Observations:
    observations = _with_floor(observations, entry)
    keep, notes = masked_rows(observations, entry.mask, frame, fault)
    if not keep.any():
        raise ValueError("no datum is left: the mask removes every row; loosen it")
    observations = observations if keep.all() else observations.select(keep)
    return observations.with_notes(notes)


def _read_gnss(entry: Dataset, frame: LocalFrame, roots: Sequence[Path]) -> Observations:
    if entry.unit == "rad":
        raise ValueError("GNSS offsets are lengths: unit is m, cm or mm")
    return read_gnss(
        [resolve(name, roots) for name in entry.paths],
        format=entry.format,
        frame=frame,
        unit=entry.unit,
        name=entry.name,
        columns=_columns(entry),
        components=entry.components,
        drop=entry.mask.drop or None,
        sigma=entry.noise.sigma,
        **reader_options(entry, roots),
    )


def _read_table(entry: Dataset, path: Path, frame: LocalFrame, roots: Sequence[Path]) -> Observations:
    if entry.noise.source == "estimate":
        raise ValueError(
            "the noise of a table of points cannot be estimated from its far field: give noise: {sigma: ...},"
            " with a length where it is correlated, or a covariance file"
        )
    positive = {"along": "toward", "against": "away"}.get(entry.positive or "", entry.positive)
    noise: dict[str, Any] = {}
    if entry.noise.covariance is not None:
        noise["covariance"] = resolve(entry.noise.covariance, roots)
    elif entry.noise.length is not None:
        noise["noise"] = entry.noise.given()
    elif entry.noise.sigma is not None:
        noise["sigma"] = float(np.hypot(entry.noise.sigma, entry.noise.nugget))
    elif entry.noise.source == "residuals":
        noise["sigma"] = 1.0  # stands in until a first fit has been made
    return read_points(
        path,
        format=entry.format,
        frame=frame,
        unit=entry.unit,
        name=entry.name,
        kind=entry.kind,
        columns=_columns(entry),
        positive=positive,
        wavelength=entry.wavelength,
        drop=entry.mask.drop or None,
        **({} if entry.axis is None else {"axis": entry.axis}),
        **reader_options(entry, roots),
        **noise,
        **_table_look(entry),
    )


def _columns(entry: Dataset) -> Any:
    return list(entry.columns) if isinstance(entry.columns, tuple) else entry.columns


def _table_look(entry: Dataset) -> dict[str, Any]:
    """Give the constants of the whole file, where the case has them."""
    if entry.kind == "azimuth":
        return {} if entry.heading is None else {"azimuth": entry.heading}
    look = entry.look
    if look is None:
        return {}
    if look.vector is not None:
        return {"look": look.vector}
    if isinstance(look.incidence, str) or isinstance(look.heading, str) or look.east is not None:
        raise ValueError("a table carries its look vectors in columns: name them under columns:, not as grids")
    return {"incidence": look.incidence, "azimuth": look.heading, "convention": look.convention}


def _with_floor(observations: Observations, entry: Dataset) -> Observations:
    """Scale the noise and add the floor in quadrature, as the case asks."""
    if entry.noise.scale == 1.0 and entry.noise.floor == 0.0:
        return observations
    floor: NDArray[np.float64] = np.eye(len(observations)) * entry.noise.floor**2
    return replace(observations, covariance=entry.noise.scale**2 * observations.covariance + floor)
