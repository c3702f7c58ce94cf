"""Offsets along Ridgecrest's main rupture and east-west strain beside it, from data alone.

``python -m geoslip.cases.ridgecrest2019.rupture [--page PAGE] [--pictures FOLDER]`` prints the tables of the study's
page, or writes them there between its marks.

The rule, set before the first run: east, north and up every kilometre along the five joined segments and 1.5 to 6 km
off them, from all data of the four tracks and of the azimuth offsets within 2.5 km that no segment hides; lines on both
sides, extended to the rupture, in stripes of 4 km. Constant offsets of the fields are the same on both sides and fall
out. East-west strain comes from the slopes of both Sentinel-1 lines of sight along east at pairs of points within
300 m, with the slope of north along east neglected.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geoslip.cases.casefile.decompose import Profile
from geoslip.cases.casefile.read import read_case
from geoslip.cases.decompose.derived import rupture_line
from geoslip.cases.figures.components import draw_profile
from geoslip.cases.output.folder import write_block
from geoslip.cases.pipeline.study import prepare_case
from geoslip.downsample import Observations
from geoslip.inversion import OffsetProfile, motion_at, offset_profile

Array = NDArray[np.float64]
HERE = Path(__file__).parent
FIELDS = {"T64": 0.02, "T65": 0.02, "T66": 0.02, "T71": 0.02, "MAI": 0.06}
"""First standard deviations, m; the windows find their own."""
MAIN = ("north-west", "epicentral", "central", "south-central", "south-east")
RADIUS, NEAREST, REACH, STRIPE = 2.5e3, 1.5e3, 6e3, 4e3
PAIR = 300.0


def places_beside(line: Array) -> Array:
    """Places (k, 2) every kilometre along a line and off it on both sides."""
    lengths = np.hypot(*np.diff(line, axis=0).T)
    start = np.concatenate([[0.0], np.cumsum(lengths)])
    along = np.arange(500.0, start[-1], 1e3)
    middles = np.column_stack([np.interp(along, start, part) for part in line.T])
    part = np.minimum(np.searchsorted(start, along, side="right") - 1, lengths.size - 1)
    forward = np.diff(line, axis=0)[part] / lengths[part, None]
    rightward = np.column_stack([forward[:, 1], -forward[:, 0]])
    off = np.concatenate([sign * np.arange(NEAREST, REACH + 1.0, 750.0) for sign in (-1.0, 1.0)])
    return np.asarray((middles[:, None] + off[:, None] * rightward[:, None]).reshape(-1, 2))


def offsets(data: Path | None) -> OffsetProfile:
    """Offsets in stripes along the main rupture."""
    study = prepare_case(read_case(HERE / "case.yml"), data=data)
    read = {one.observations.name: one.observations for one in study.readings}
    fields = [
        replace(read[name], covariance=sigma**2 * np.eye(len(read[name]))) for name, sigma in FIELDS.items()
    ]  # fmt: skip
    entry = Profile.model_validate({"name": "main rupture", "faults": MAIN, "spacing": "4 km", "reach": "6 km"})
    line = rupture_line(entry, study.fault, study.frame)
    places = places_beside(line)
    traces = [edge[:, :2] for edge in study.fault.trace]
    found = motion_at(fields, places, radius=RADIUS, traces=traces)
    sigma = np.sqrt(np.nanmedian(np.diagonal(found.covariance, axis1=1, axis2=2), axis=0)).tolist()
    return offset_profile(
        places, found.components, line, spacing=STRIPE, width=STRIPE, gap=NEAREST - 1.0, reach=REACH + 1.0, sigma=sigma
    )


def east_west_strain(data: Path | None) -> tuple[Array, Array]:
    """East-west strain (n,) at pairs of slopes along east, and the places' distance from the segments, m."""
    study = prepare_case(read_case(HERE / "gradients.yml"), data=data)
    read = {one.observations.name: one.observations for one in study.readings}
    first, second = (read[f"slope east, {way}"] for way in ("ascending", "descending"))
    distance, nearest = cKDTree(second.points[:, :2]).query(first.points[:, :2])
    close = distance < PAIR
    strain = np.array([_solve(first, second, int(k), int(nearest[k])) for k in np.flatnonzero(close)])
    return strain, study.fault.distance_to_trace(first.points[close])


def _solve(first: Observations, second: Observations, k: int, j: int) -> float:
    """Slope of east along east of two slopes of lines of sight, north neglected."""
    matrix = np.array([first.directions[k, [0, 2]], second.directions[j, [0, 2]]])
    return float(np.linalg.solve(matrix, [first.values[k], second.values[j]])[0])


def table(profile: OffsetProfile, strain: Array, distance: Array) -> str:
    """The tables of the page."""
    lines = ["| along the rupture (km) | right-lateral (m) | opening (m) | right side up (m) |", "|---|---|---|---|"]
    parts = np.stack([profile.right_lateral, profile.opening, profile.vertical])
    for k, along in enumerate(profile.along):
        if np.isnan(parts[0, k]):
            lines.append(f"| {1e-3 * along:.0f} | too few data | | |")
            continue
        cells = [f"{value:+.2f} +- {error:.2f}" for value, error in zip(parts[:, k], profile.sigma[:, k])]
        lines.append(f"| {1e-3 * along:.0f} | {' | '.join(cells)} |")
    total = 1e-3 * profile.cumulative()[0, -1]
    lines += ["", f"Right-lateral offset summed along the rupture: {total:.0f} m km.", ""]
    lines += ["| distance from the segments | pairs | 5 % of east-west strain below | median | 95 % below |"]
    lines += ["|---|---|---|---|---|"]
    for low, high in ((1e3, 3e3), (3e3, 10e3), (10e3, 30e3)):
        inside = (distance >= low) & (distance < high)
        if inside.any():
            shares = " | ".join(f"{1e6 * part:+.0f}" for part in np.percentile(strain[inside], [5, 50, 95]))
            lines.append(f"| {1e-3 * low:.0f} to {1e-3 * high:.0f} km | {inside.sum()} | {shares} |")
    return "\n".join([*lines, "", "Strain in microstrain, extension positive."])


def main() -> None:
    """Print the tables, or write them into a page; draw the profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the data files (default: GEOSLIP_DATA)")
    parser.add_argument("--page", type=Path, help="page whose block is to be written anew")
    parser.add_argument("--pictures", type=Path, help="folder for the figure of the offsets")
    options = parser.parse_args()
    profile = offsets(options.data)
    text = table(profile, *east_west_strain(options.data))
    print(text)
    if options.pictures is not None:
        draw_profile(profile, "Ridgecrest, main rupture from north-west", options.pictures, name="ridgecrest_offsets")
    if options.page is not None:
        write_block(options.page, "rupture", text=text)


if __name__ == "__main__":
    main()
