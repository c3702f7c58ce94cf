"""Thessaly 2021 and Ridgecrest 2019 with the cells of every sampler: how far the slip moves.

    python cases/samplers/studies.py --data DIR --pages cases

Thessaly's interferogram is cut into as many cells as the study takes, by each sampler in turn, and all else follows its
case file. Ridgecrest's tracks came as some 1900 points each, not as grids: the points are put on a grid of PIXEL and
cut into POINTS cells a track, and the study's own answer, from all points, is what the slip moves from.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.assemble.cells import cut_scene
from geoslip.cases.assemble.data import DatasetReading
from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.read import read_case
from geoslip.cases.casefile.sampling import Downsample
from geoslip.cases.library.find import find_case
from geoslip.cases.library.published import keep_figures
from geoslip.cases.output.folder import write_block
from geoslip.cases.pipeline.run import StudyRun
from geoslip.cases.pipeline.study import PreparedStudy, prepare_case, solve_study
from geoslip.downsample import NoiseModel, Observations, Scene, cell_observations
from geoslip.faults.frame import LocalFrame
from geoslip.inversion import greens_matrix, nuisance_columns

PIXEL, POINTS = 500.0, 500
SPARSE = 1e-6
"""Share of pixels with data that is enough for a cell of scattered points: a single one."""
NAMES = ("uniform", "variance", "curvature", "gradient", "distance", "resolution", "resolution, triangles", "model")
STUDIES = {"thessaly2021": "variance", "ridgecrest2019": "all points"}
"""What the slip of every other sampler is compared with: the study's own way."""


def wanted(name: str, own: Downsample, **changes: Any) -> Downsample:
    """The study's own block with another sampler."""
    method, _, shape = name.partition(", ")
    changes |= {"method": method, "residual": "plane", "shape": shape or "squares"}
    if method == "uniform":
        changes |= {"minimum": None, "maximum": None}
    return own.model_copy(update=changes)


def gridded(data: Observations, *, frame: LocalFrame) -> Scene:
    """Points as a grid: the mean of those in a pixel, and no data elsewhere."""
    place = np.rint(data.points[:, :2] / PIXEL).astype(int)
    first = place.min(axis=0)
    nx, ny = place.max(axis=0) - first + 1
    number = (place[:, 1] - first[1]) * nx + place[:, 0] - first[0]
    count = np.bincount(number, minlength=nx * ny).astype(float)
    count[count == 0.0] = np.nan
    look = frame.rotate_from_frame(data.directions, data.longitude, data.latitude)
    means = [np.bincount(number, part, minlength=nx * ny) / count for part in (data.values, *look.T)]
    vectors = np.array(means[1:]) / np.linalg.norm(means[1:], axis=0)
    x, y = (PIXEL * (start + np.arange(size, dtype=float)) for start, size in zip(first, (nx, ny)))
    return Scene(
        name=data.name, values=means[0].reshape(ny, nx), x=x, y=y, look=vectors.reshape(3, ny, nx), crs=None
    )  # fmt: skip


def with_sampler(case: Case, name: str) -> Case:
    """The case with another sampler for every data set that is a scene, or is made one."""
    grids = case.name == "thessaly2021"
    changes = {} if grids else {"points": POINTS, "valid_fraction": SPARSE}
    entries = [
        entry.model_copy(update={"downsample": wanted(name, entry.downsample, **changes)})
        if entry.kind == "los"
        else entry
        for entry in case.data
    ]
    return case.model_copy(update={"data": tuple(entries)})


def cut_points(study: PreparedStudy) -> PreparedStudy:
    """The study with its tracks' points put on grids and cut into cells."""
    readings = list(study.readings)
    white = NoiseModel(0.0, 1.0, 0.01**2)
    for k, (entry, reading) in enumerate(zip(study.case.data, readings)):
        if entry.kind == "los" and reading.scene is None:
            scene = gridded(reading.observations, frame=study.frame)
            cells = cut_scene(scene, entry.downsample, frame=study.frame, fault=study.fault)
            observations = cell_observations(scene, cells, frame=study.frame, noise=white)
            readings[k] = DatasetReading(observations, scene, white, cells, observations.notes)
    return replace(study, readings=readings)


def explained(run: StudyRun, full: list[DatasetReading]) -> float:
    """Share of all tracks' points, or of all pixels, that the slip explains, a nuisance fitted anew."""
    if run.grid_scores:
        return float(np.mean(list(run.grid_scores.values())))
    left = total = 0.0
    for entry, reading in zip(run.case.data, full):
        if entry.kind == "los":
            data = reading.observations
            matrix = nuisance_columns(data, entry.nuisance_kind).matrix
            slip = run.estimate.slip[:, :2].T.ravel()
            residual = data.values - greens_matrix(data, run.fault) @ slip
            residual = residual - matrix @ np.linalg.lstsq(matrix, residual, rcond=None)[0]
            left, total = left + float(residual @ residual), total + float(data.values @ data.values)
    return 1.0 - left / total


def solve(case: Case, name: str, *, data: Path | None) -> dict[str, Any]:
    """Slip and what is said of it, by the cells of one sampler."""
    start = time.process_time()
    if name == "all points":
        study = prepare_case(case, data=data)
        full = study.readings
    else:
        study = prepare_case(with_sampler(case, name), data=data)
        full = study.readings
        study = cut_points(study)
    run = solve_study(study)
    model = run.model
    sizes = [len(o) for o, entry in zip(run.observations, case.data) if entry.kind == "los"]
    return {
        "cells": sizes,
        "slip": model.slip[:, :2].tolist(),
        "areas": model.fault.areas.tolist(),
        "mw": float(model.mw),
        "peak": float(model.peak_slip),
        "centroid": np.asarray(model.centroid, dtype=float).tolist(),
        "explained": explained(run, full),
        "seconds": time.process_time() - start,
    }


def runs(study: str, known: dict[str, Any], *, data: Path | None) -> Iterator[dict[str, Any]]:
    """Yield all answers after each new one."""
    case = read_case(find_case(study))
    own = () if STUDIES[study] in NAMES else (STUDIES[study],)
    for name in (*own, *NAMES):
        if name not in known:
            known = known | {name: solve(case, name, data=data)}
            yield known


def moved(entry: dict[str, Any], own: dict[str, Any]) -> tuple[float, float]:
    """Root mean square of the slip's change over that of the slip, and the centroid's way, km."""
    slip, other = np.array(entry["slip"]), np.array(own["slip"])
    areas = np.array(own["areas"])
    size: Callable[[NDArray[np.float64]], float] = lambda part: float(np.sqrt((part**2).sum(axis=1) @ areas))  # noqa: E731
    away = np.subtract(entry["centroid"], own["centroid"])
    return size(slip - other) / size(other), 1e-3 * float(np.linalg.norm(away))


def table(found: dict[str, Any], own: str) -> list[str]:
    """Rows of the page, in the samplers' order."""
    head = "| sampler | cells | Mw | peak slip (m) | slip moved by | centroid moved by (km) | explained |"
    rows = [head, "|" + "---|" * 7]
    for name in (own, *(name for name in NAMES if name != own)):
        if name in found:
            entry = found[name]
            share, way = moved(entry, found[own])
            by = ["", ""] if name == own else [f"{100 * share:.0f} %", f"{way:.1f}"]
            cells = " + ".join(str(size) for size in entry["cells"])
            rows.append(
                f"| {name} | {cells} | {entry['mw']:.3f} | {entry['peak']:.2f} | {by[0]} | {by[1]} |"
                f" {100 * entry['explained']:.1f} % |"
            )
    return rows


def figures(kept: dict[str, Any]) -> dict[str, Any]:
    """What `published.yml` holds: least and largest magnitude of a study over its samplers."""
    found = {name: [entry["mw"] for entry in answers.values()] for name, answers in kept.items()}
    return {name: {"mw_least": min(each), "mw_most": max(each), "n": len(each)} for name, each in found.items()}


def main() -> None:
    """Run both studies with every sampler and write their pages' tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="thessaly2021, ridgecrest2019; both if none is named")
    parser.add_argument("--data", type=Path, help="folder of the data files (default: GEOSLIP_DATA)")
    parser.add_argument("--keep", type=Path, help="JSON of every answer; those in it are not sought again")
    parser.add_argument("--figures", type=Path, help="studies.json, for the scoreboard")
    parser.add_argument("--pages", type=Path, help="folder of the studies' pages, whose tables are to be written anew")
    options = parser.parse_args()
    kept = json.loads(options.keep.read_text()) if options.keep and options.keep.exists() else {}
    for study in options.names or STUDIES:
        for found in runs(study, kept.get(study, {}), data=options.data):
            kept[study] = found
            if options.keep:
                options.keep.write_text(json.dumps(kept))
        rows = table(kept[study], STUDIES[study])
        print(f"\n## {study}\n\n" + "\n".join(rows), flush=True)
        print({name: round(entry["seconds"]) for name, entry in kept[study].items()}, "processor seconds")
        if options.pages is not None:
            write_block(options.pages / study / "README.md", "samplers", text="\n".join(rows))
    if options.figures:
        keep_figures(options.figures, figures(kept), by="make samplers")


if __name__ == "__main__":
    main()
