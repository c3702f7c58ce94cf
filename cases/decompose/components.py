"""East, north and up from the scenes of a case: read, reference, bring to one grid, solve, write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoslip.cases.assemble.data import is_scene, read_gnss_dataset
from geoslip.cases.assemble.fault import build_fault
from geoslip.cases.assemble.scene import read_dataset_scene, scene_noise
from geoslip.cases.casefile.case import Case
from geoslip.cases.casefile.data import Dataset
from geoslip.cases.casefile.decompose import Profile
from geoslip.cases.decompose.derived import COMPONENTS, traces_of, with_profiles, with_strain
from geoslip.cases.errors import CaseError
from geoslip.cases.library.find import data_roots, resolve
from geoslip.cases.progress import Reporter
from geoslip.downsample import NoiseModel, Observations, Scene
from geoslip.faults.fault import Fault
from geoslip.faults.frame import LocalFrame
from geoslip.inversion import (
    North,
    OffsetProfile,
    Reference,
    StrainField,
    decompose,
    reference_tracks,
    resample_field,
    strain_model,
)


@dataclass(frozen=True, eq=False)
class ThreeComponents:
    """A decomposed case.

    Attributes
    ----------
    case : Case
    frame : LocalFrame
    grid : Scene
        Whose pixels the results lie on.
    values, sigma : (3, ny, nx) array
        East, north, up and their standard deviations, m.
    covariance : (3, ny, nx) array
        en, eu, nu, m^2.
    extra : dict of str to (ny, nx) array
        Condition number and noise of the fields, by name.
    reduced_chi2 : float
        NaN where there are no more data than unknowns, and for windows.
    gnss : dict
        What the GNSS says of each component: stations, rms of the differences (m), their median predicted error (m).
    reference : Reference or None
    names : tuple of str
        Of the fields.
    gradient : StrainField or None
        Of the components, where windows were solved or strain is asked for.
    profiles : tuple of (Profile, OffsetProfile)
        The case's profiles.
    notes : tuple of str
    """

    case: Case
    frame: LocalFrame
    grid: Scene
    values: NDArray[np.float32]
    sigma: NDArray[np.float32]
    covariance: NDArray[np.float32]
    extra: dict[str, NDArray[Any]]
    reduced_chi2: float
    gnss: dict[str, Any]
    reference: Reference | None
    names: tuple[str, ...]
    notes: tuple[str, ...]
    gradient: StrainField | None = None
    profiles: tuple[tuple[Profile, OffsetProfile], ...] = ()


def decompose_case(case: Case, *, data: str | Path | None = None, reporter: Reporter | None = None) -> ThreeComponents:
    """Decompose the scenes of a case as its ``decompose:`` block says.

    Raises
    ------
    CaseError
        If a scene cannot be read, or the scenes cannot be decomposed; the message says why.
    """
    reporter = reporter or Reporter()
    frame = LocalFrame(*case.origin)
    fault = build_fault(case, frame)
    roots = data_roots(case, data)
    entries = [
        (index, entry)
        for index, entry in enumerate(case.data)
        if entry.kind in ("los", "azimuth", "offset") and is_scene(entry, resolve(entry.paths[0], roots))
    ]
    scenes, noises, notes = [], [], []
    with reporter.step("read scenes"):
        for index, entry in entries:
            try:
                scene, said = read_dataset_scene(entry, frame, fault, roots)
                noise, doubts = scene_noise(scene, entry, frame, fault)
            except CaseError:
                raise
            except ValueError as error:
                raise CaseError(case.mistake(("data", index), f"data set '{entry.name}': {error}")) from error
            scenes.append(scene)
            noises.append(noise)
            notes += [*said, *doubts]
    try:
        result = _solve(case, frame, fault, roots, scenes, noises, notes, reporter)
    except CaseError:
        raise
    except ValueError as error:
        raise CaseError(case.mistake(("decompose",), str(error))) from error
    with reporter.step("strain and profiles"):
        return with_profiles(with_strain(result, fault), fault)


def _solve(
    case: Case,
    frame: LocalFrame,
    fault: Fault,
    roots: Sequence[Path],
    scenes: list[Scene],
    noises: list[NoiseModel],
    notes: list[str],
    reporter: Reporter,
) -> ThreeComponents:
    wanted = case.decompose
    grid = _chosen_grid(scenes, wanted.grid)
    with reporter.step("bring to one grid"):
        fields, sigmas = _on_one_grid(scenes, noises, grid, frame)
    gnss = _gnss(case, frame, fault, roots)
    reference = None
    if wanted.reference != "none":
        with reporter.step("reference tracks"):
            means = [float(np.nanmean(sigma)) for sigma in sigmas]
            reference = reference_tracks(fields, means, kind=wanted.reference, gnss=gnss, frame=frame)
        fields = list(reference.fields)
        notes = notes + _reference_notes(reference, fields, wanted.reference)
    extra: dict[str, NDArray[Any]] = {}
    windows: StrainField | None = None
    with reporter.step("decompose"):
        if wanted.method == "windows":
            assert wanted.window is not None
            means = [float(np.nanmean(sigma)) for sigma in sigmas]
            if wanted.gnss_decay is not None:
                if gnss is None:
                    raise ValueError("gnss_decay: there is no GNSS among the data that could join the windows")
                notes = [*notes, f"{gnss.name} is among the data of the windows: it does not check them"]
            windows = strain_model(
                fields,
                means,
                radius=wanted.window,
                traces=traces_of(fault, frame),
                frame=frame,
                gnss=None if wanted.gnss_decay is None else gnss,
                gnss_decay=wanted.gnss_decay,
            )
            values, sigma, covariance = windows.components, windows.sigma, windows.covariance
            reduced = float("nan")
            extra |= {f"noise_{field.name}": part for field, part in zip(fields, windows.field_sigma)}
        else:
            north = North(treatment=wanted.north, value=0.0, sigma=wanted.north_sigma)
            found = decompose(
                fields, sigmas, north=north, most_condition=wanted.most_condition, most_sigma=wanted.most_sigma
            )
            values, sigma, covariance = found.components, found.sigma, found.covariance[3:]
            reduced = found.reduced_chi2
            extra["condition"] = found.condition
            notes = notes + list(found.notes)
    return ThreeComponents(
        case,
        frame,
        grid,
        values,
        sigma,
        covariance,
        extra,
        reduced,
        {} if gnss is None else _against_gnss(grid, values, sigma, gnss, frame),
        reference,
        tuple(field.name for field in fields),
        tuple(notes),
        windows,
    )


def _chosen_grid(scenes: list[Scene], name: str | None) -> Scene:
    if name is None:
        if not scenes:
            raise ValueError("no scene is among the data: a decomposition needs grids of lines of sight or offsets")
        return max(scenes, key=lambda scene: scene.spacing.x * scene.spacing.y)
    for scene in scenes:
        if scene.name == name:
            return scene
    raise ValueError(f"grid: no scene is called '{name}'; there are {', '.join(scene.name for scene in scenes)}")


def _on_one_grid(
    scenes: list[Scene], noises: list[NoiseModel], grid: Scene, frame: LocalFrame
) -> tuple[list[Scene], list[NDArray[np.float32]]]:
    fields, sigmas = [], []
    for scene, noise in zip(scenes, noises):
        if scene is grid:
            fields.append(scene)
            sigmas.append(np.full(scene.values.shape, np.sqrt(noise.variance), np.float32))
            continue
        field, sigma = resample_field(scene, grid, noise=noise, frame=frame)
        fields.append(field)
        sigmas.append(np.where(np.isfinite(sigma), sigma, np.float32(np.sqrt(noise.variance))))
    return fields, sigmas


def _gnss(case: Case, frame: LocalFrame, fault: Fault, roots: Sequence[Path]) -> Observations | None:
    """Give the case's first set of GNSS vectors."""
    entry: Dataset | None = next((entry for entry in case.data if entry.kind == "gnss"), None)
    return None if entry is None else read_gnss_dataset(entry, frame, fault, roots)


def _reference_notes(reference: Reference, fields: list[Scene], kind: str) -> list[str]:
    notes = []
    for field, row, sigma in zip(fields, reference.coefficients, reference.standard_deviations):
        doubt = (
            "not determined by anything but the smallest change" if np.isnan(sigma[0]) else f"+- {1e3 * sigma[0]:.1f}"
        )
        notes.append(f"{field.name}: {kind} of {1e3 * row[0]:.1f} mm taken out ({doubt})")
    if reference.undetermined:
        notes.append(
            f"{reference.undetermined} combinations of the tracks' {kind}s are determined by nothing: add GNSS"
        )
    return notes


def _against_gnss(
    grid: Scene, values: NDArray[Any], sigma: NDArray[Any], gnss: Observations, frame: LocalFrame
) -> dict[str, Any]:
    """Compare each component at the stations' pixels with their vectors; sigma is that of the difference."""
    names = np.array(gnss.station, dtype=object).astype(str)
    differences: dict[str, list[float]] = {component: [] for component in COMPONENTS}
    predicted: dict[str, list[float]] = {component: [] for component in COMPONENTS}
    for station in dict.fromkeys(gnss.station or ()):
        rows = np.flatnonzero(names == station)
        place = float(gnss.longitude[rows[0]]), float(gnss.latitude[rows[0]])
        x, y = grid.coordinates(*place, frame=frame)
        column = round(float((x - grid.x[0]) / (grid.x[1] - grid.x[0])))
        row = round(float((y - grid.y[0]) / (grid.y[1] - grid.y[0])))
        if not (0 <= row < grid.y.size and 0 <= column < grid.x.size):
            continue
        axes = frame.rotate_from_frame(gnss.directions[rows], *(np.full(rows.size, part) for part in place))
        for number, component in enumerate(COMPONENTS):
            seen = np.flatnonzero(axes[:, number] > 0.999)
            if seen.size and np.isfinite(values[number, row, column]):
                differences[component].append(float(values[number, row, column] - gnss.values[rows[seen[0]]]))
                predicted[component].append(float(np.hypot(sigma[number, row, column], gnss.sigma[rows[seen[0]]])))
    return {
        component: {
            "stations": len(found),
            "rms_m": float(np.sqrt(np.mean(np.square(found)))),
            "median_sigma_m": float(np.median(predicted[component])),
        }
        for component, found in differences.items()
        if found
    }
