"""Ridgecrest in three dimensions at GNSS stations, each left out in turn.

``python -m geoslip.cases.ridgecrest2019.components [--page PAGE]`` prints the tables of the study's page, or writes
them there between its marks.

The rule, set before the first score: slip from the four radar tracks alone (`los.yml`) gives the shape of the field;
what each field has left over, correlated as its own semivariogram says, is interpolated to the stations by kriging and
put back. T64, T65, T66, T71 and the azimuth offsets then give east, north and up at a station by least squares,
together with a plane a track and one offset of the azimuth offsets, which the GNSS of the other stations fixes. The
station's own vector has no part in it. Stations are those within the convex hull of T71 and of an ascending track;
those that lie within the hull of the azimuth offsets too have a north that is measured, the others one that the slip
model predicts, with the error that kriging states for a place far from data.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag, cho_factor, cho_solve
from scipy.spatial import Delaunay
from scipy.spatial.distance import cdist

from geoslip.cases.assemble.data import read_gnss_dataset
from geoslip.cases.casefile.read import read_case
from geoslip.cases.library.find import data_roots
from geoslip.cases.output.folder import write_block
from geoslip.cases.pipeline.study import prepare_case, run_case
from geoslip.downsample import Observations, fit_exponential, point_covariogram
from geoslip.downsample.noise.model import NoiseModel, point_covariance
from geoslip.faults import SlipModel
from geoslip.inversion import greens_matrix, nuisance_columns

Array = NDArray[np.float64]
HERE = Path(__file__).parent
COMPONENTS = ("east", "north", "up")
TRACKS = ("T64", "T65", "T66", "T71")


@dataclass(frozen=True)
class Stations:
    """GNSS of both shocks: places (k, 2), vectors and standard deviations (k, 3) in the local frame, m."""

    names: tuple[str, ...]
    places: Array
    vectors: Array
    sigma: Array


@dataclass(frozen=True)
class Field:
    """A line of sight at the stations: values (k,), covariance (k, k), directions (k, 3), columns of its plane."""

    name: str
    values: Array
    covariance: Array
    directions: Array
    plane: Array
    inside: NDArray[np.bool_]
    noise: NoiseModel


@dataclass(frozen=True)
class LeftOut:
    """A station that was left out: place in km, what was found less its vector, and the predicted error, m."""

    name: str
    place: Array
    difference: Array
    predicted: Array
    measured_north: bool


def slip_of_tracks(data: Path | None) -> tuple[SlipModel, list[tuple[Observations, Array]], Stations]:
    """Slip from the tracks alone; each field with what the slip leaves of it; and the stations."""
    run = run_case(read_case(HERE / "los.yml"), data=data)
    fields = [(entry, run.estimate.fit(entry.name).residual) for entry in run.observations]
    case = read_case(HERE / "case.yml")
    study = prepare_case(case, data=data)
    azimuth = next(one.observations for one in study.readings if one.observations.name == "MAI")
    left = azimuth.values - predicted(run.model, azimuth)
    fields.append((azimuth, left - left.mean()))
    entry = next(entry for entry in case.data if entry.kind == "gnss").model_copy(update={"components": COMPONENTS})
    return run.model, fields, stations_of(read_gnss_dataset(entry, run.frame, run.fault, data_roots(case, data)))


def predicted(model: SlipModel, data: Observations) -> Array:
    """What slip predicts of data, m."""
    matrix = greens_matrix(data, model.fault, components=("strike", "dip"))
    return np.asarray(matrix @ model.slip[:, :2].T.ravel())


def stations_of(gnss: Observations) -> Stations:
    """Gather rows station by station; those whose vectors are exactly zero were not measured."""
    names = np.array(gnss.station, dtype=object).astype(str)
    kept = [name for name in dict.fromkeys(names) if (names == name).sum() == 3 and gnss.values[names == name].any()]
    rows = [np.flatnonzero(names == name) for name in kept]
    return Stations(
        tuple(kept),
        np.array([gnss.points[row[0], :2] for row in rows]),
        np.array([np.linalg.solve(gnss.directions[row], gnss.values[row]) for row in rows]),
        np.array([gnss.sigma[row] for row in rows]),
    )


def at_stations(entry: Observations, left: Array, model: SlipModel, stations: Stations) -> Field:
    """Restore slip's prediction at the stations, and krige what it left over."""
    noise = fit_exponential(point_covariogram(entry.points, left))
    places = np.column_stack([stations.places, np.zeros(len(stations.places))])
    distance = cdist(entry.points[:, :2], stations.places)
    factor = cho_factor(point_covariance(entry.points, noise=noise), lower=True)
    shared = noise.sill * np.exp(-distance / noise.length)
    weights = cho_solve(factor, shared)
    own = noise.sill * np.exp(-cdist(stations.places, stations.places) / noise.length)
    nearest = distance.argmin(axis=0)
    ghost = Observations(
        name=entry.name,
        kind=entry.kind,
        longitude=entry.longitude[nearest],
        latitude=entry.latitude[nearest],
        points=places,
        values=np.zeros(len(places)),
        directions=entry.directions[nearest],
        covariance=np.eye(len(places)),
    )
    return Field(
        entry.name,
        predicted(model, ghost) + left @ weights,
        own - shared.T @ weights,
        ghost.directions,
        nuisance_columns(ghost, "plane" if entry.kind == "los" else "offset").matrix,
        Delaunay(entry.points[:, :2]).find_simplex(stations.places) >= 0,
        noise,
    )


def leave_out(number: int, fields: list[Field], stations: Stations) -> LeftOut:
    """East, north and up at a station, the fields' planes fixed by all others."""
    count = len(stations.names)
    directions = np.vstack([field.directions for field in fields])
    station = np.tile(np.arange(count), len(fields))
    held = station != number
    values = np.concatenate([field.values for field in fields])
    values = values - np.where(held, (directions * stations.vectors[station]).sum(axis=1), 0.0)
    covariance = block_diag(*[field.covariance for field in fields])
    same = (station[:, None] == station) & held & held[:, None]
    covariance += np.where(same, (directions * stations.sigma[station] ** 2) @ directions.T, 0.0)
    matrix = np.hstack([np.where(held[:, None], 0.0, directions), block_diag(*[field.plane for field in fields])])
    whitened = np.linalg.solve(np.linalg.cholesky(covariance), np.column_stack([matrix, values]))
    inverse = np.linalg.inv(whitened[:, :-1].T @ whitened[:, :-1])
    found = (inverse @ whitened[:, :-1].T @ whitened[:, -1])[:3]
    error = np.sqrt(np.diagonal(inverse)[:3] + stations.sigma[number] ** 2)
    return LeftOut(
        stations.names[number],
        1e-3 * stations.places[number],
        found - stations.vectors[number],
        error,
        bool(fields[-1].inside[number]),
    )


def score(data: Path | None = None) -> tuple[list[Field], list[LeftOut]]:
    """Go the whole way for every station within T71 and an ascending track."""
    model, parts, stations = slip_of_tracks(data)
    fields = [at_stations(entry, left, model, stations) for entry, left in parts]
    by_name = {field.name: field.inside for field in fields}
    seen = np.flatnonzero(by_name["T71"] & (by_name["T64"] | by_name["T65"] | by_name["T66"]))
    stations = Stations(
        tuple(stations.names[k] for k in seen), stations.places[seen], stations.vectors[seen], stations.sigma[seen]
    )
    fields = [at_stations(entry, left, model, stations) for entry, left in parts]
    return fields, [leave_out(k, fields, stations) for k in range(len(seen))]


def ratio(left: list[LeftOut], component: int | None = None) -> tuple[float, float]:
    """Root mean square of differences and the median predicted error, m; of one component or of all."""
    part = slice(None) if component is None else slice(component, component + 1)
    differences = np.array([one.difference[part] for one in left])
    errors = np.array([one.predicted[part] for one in left])
    return float(np.sqrt(np.mean(differences**2))), float(np.median(errors))


def table(fields: list[Field], left: list[LeftOut]) -> str:
    """The tables of the page."""
    lines = ["| stations | component | rms difference (mm) | median predicted error (mm) | rms over median |"]
    lines += ["|---|---|---|---|---|"]
    for words, group in (
        (f"{sum(one.measured_north for one in left)} with north measured", [one for one in left if one.measured_north]),
        (f"all {len(left)}", left),
    ):
        for component in (0, 1, 2, None):
            rms, median = ratio(group, component)
            name = "all three" if component is None else COMPONENTS[component]
            lines.append(f"| {words} | {name} | {1e3 * rms:.1f} | {1e3 * median:.1f} | {rms / median:.2f} |")
    lines += ["", "| field | left over, correlated (mm) | length (km) | a datum's own (mm) |", "|---|---|---|---|"]
    for field in fields:
        noise = field.noise
        sizes = f"{1e3 * noise.sill**0.5:.1f} | {1e-3 * noise.length:.1f} | {1e3 * noise.nugget**0.5:.1f}"
        lines.append(f"| {field.name} | {sizes} |")
    lines += ["", "| station | east of the origin (km) | north (km) | east (mm) | north (mm) | up (mm) |"]
    lines += ["|---|---|---|---|---|---|"]
    for one in left:
        cells = [f"{1e3 * d:+.1f} ({1e3 * e:.1f})" for d, e in zip(one.difference, one.predicted)]
        name = one.name + ("" if one.measured_north else " (north from slip)")
        lines.append(f"| {name} | {one.place[0]:.1f} | {one.place[1]:.1f} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Print the tables, or write them into a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the data files (default: GEOSLIP_DATA)")
    parser.add_argument("--page", type=Path, help="page whose block is to be written anew")
    options = parser.parse_args()
    text = table(*score(options.data))
    print(text)
    if options.page is not None:
        write_block(options.page, "components", text=text)


if __name__ == "__main__":
    main()
