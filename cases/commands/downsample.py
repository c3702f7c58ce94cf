"""What ``geoslip downsample`` does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray
from pydantic import ValidationError

from geoslip.cases.assemble.cells import DEFAULT_POINTS, cut_scene
from geoslip.cases.casefile.sampling import Downsample
from geoslip.cases.commands.scene import SceneOptions, open_scene, scene_frame
from geoslip.cases.errors import CaseError, Mistake
from geoslip.cases.output.folder import whole_file
from geoslip.cases.output.results import write_table
from geoslip.cases.pipeline.model_cells import predicted_field
from geoslip.downsample import (
    Cells,
    NoiseFit,
    Observations,
    Scene,
    cell_observations,
    compare_noise,
    families,
    samplers,
    write_cells,
)
from geoslip.faults.formats import FormatError, read_slip_model
from geoslip.faults.frame import LocalFrame
from geoslip.faults.slip import SlipModel


@dataclass(frozen=True)
class Sampling:
    """How to cut a scene, as the command line gives it."""

    method: str = "variance"
    points: int | None = None
    keys: tuple[str, ...] = ()
    fault: Path | None = None
    noise: str = "exponential"
    cells: Path | None = None
    save_cells: Path | None = None

    def block(self) -> Downsample:
        """Give the block of a case file that says the same.

        Raises
        ------
        CaseError
            For an unknown sampler or key, or a value that its key does not take.
        """
        if self.method not in samplers():
            rule = f"there is no such sampler; choose from {', '.join(samplers())}"
            raise CaseError(Mistake(rule, "--method", self.method))
        given: dict[str, Any] = {} if self.cells is not None else {"method": self.method}
        if self.cells is not None:
            given["cells"] = str(self.cells)
        elif self.points is not None:
            given["points"] = self.points
        for text in self.keys:
            name, equals, value = text.partition("=")
            if not equals:
                raise CaseError(Mistake("a key is written KEY=VALUE, such as 'minimum=400 m'", "--with", text))
            given[name.strip()] = value.strip()
        try:
            wanted = Downsample.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            place = "=".join(str(part) for part in first["loc"]) or "--with"
            rule = first["msg"].removeprefix("Value error, ")
            raise CaseError(Mistake(rule, place, ", ".join(self.keys))) from error
        if not wanted.target_written:
            wanted = wanted.model_copy(update={"points": DEFAULT_POINTS})
        return wanted


def downsample_command(path: Path, options: SceneOptions, *, out: Path, sampling: Sampling) -> None:
    """Cut a scene into cells and write them with their covariance."""
    wanted = sampling.block()
    if sampling.noise not in ("best", *families()):
        rule = f"there is no such family of noise; choose best or one of {', '.join(families())}"
        raise CaseError(Mistake(rule, "--noise", sampling.noise))
    scene = open_scene(path, options)
    frame = scene_frame(scene)
    model = None if sampling.fault is None else _slip_model(sampling.fault, frame)
    if wanted.method == "model" and model is None and wanted.cells is None:
        rule = "cells from a model need that model: give its file with --fault, or write a case file, which finds one"
        raise CaseError(Mistake(rule, "--method", "model"))
    try:
        observations, noise, cells = cells_of_scene(scene, frame, wanted, model=model, family=sampling.noise)
    except ValueError as error:
        raise CaseError(Mistake(str(error), key=str(path))) from error
    if sampling.save_cells is not None:
        _save(sampling.save_cells, lambda partial: write_cells(partial, cells, scene=scene))
    covariance = _write(out, observations, frame)
    for warning in noise.warnings:
        typer.echo(f"warning: {warning}", err=True)
    typer.echo(f"{out}: {len(observations)} cells; noise {noise.noise}; covariance in {covariance}")


def cells_of_scene(
    scene: Scene, frame: LocalFrame, wanted: Downsample, *, model: SlipModel | None = None, family: str = "exponential"
) -> tuple[Observations, NoiseFit, Cells]:
    """Give observations, the noise that was estimated from the quieter half of a scene, and the cells."""
    strong = np.abs(scene.values - np.nanmedian(scene.values))
    near: NDArray[np.bool_] = strong > np.nanquantile(strong, 0.5)
    noise = compare_noise(scene, mask=near, families=None if family == "best" else [family])[0]
    predicted = None if model is None else predicted_field(scene, model, frame=frame, poisson=0.25)
    fault = None if model is None else model.fault
    cells = cut_scene(scene, wanted, frame=frame, fault=fault, predicted=predicted)
    return cell_observations(scene, cells, frame=frame, noise=noise.noise), noise, cells


def _slip_model(path: Path, frame: LocalFrame) -> SlipModel:
    try:
        return read_slip_model(path, frame=frame)
    except FormatError as error:
        raise CaseError(Mistake(str(error))) from error
    except OSError as error:
        rule = f"the slip model cannot be read: {error.strerror}; check the path"
        raise CaseError(Mistake(rule, key=str(path))) from error


def _write(out: Path, observations: Observations, frame: LocalFrame) -> Path:
    """Write the table and its covariance; give the covariance's place."""
    true = frame.rotate_from_frame(observations.directions, observations.longitude, observations.latitude)
    counts = observations.sample_count if observations.sample_count is not None else np.ones(len(observations))
    rows = zip(observations.longitude, observations.latitude, observations.values, observations.sigma, *true.T, counts)
    names = ["longitude", "latitude", "value", "sigma", "look_east", "look_north", "look_up", "pixels"]
    covariance = out.with_suffix(".npy")

    def save(partial: Path) -> None:
        with partial.open("wb") as stream:
            np.save(stream, observations.covariance)

    _save(covariance, save)
    _save(out, lambda partial: write_table(partial, names, rows))
    return covariance


def _save(path: Path, write: Any) -> None:
    try:
        with whole_file(path) as partial:
            write(partial)
    except OSError as error:
        rule = f"the file cannot be written ({error.strerror}): choose another place"
        raise CaseError(Mistake(rule, key=str(path))) from error
