"""What estimating the noise costs: errors of depth over their stated standard deviation, noise known or estimated.

    python cases/catalogue2022/noise_cost.py --page cases/catalogue2022/README.md

Some events of the catalogue, their prediction made linear about the truth, so that draws take no search: each makes
the noise of both tracks, fits a covariance to its far field as a case file's ``noise: estimate`` does, and solves for
the rectangle and a plane a track under the catalogue's priors (as normal ones of the same standard deviation). With
the estimated covariance a noise scale a track is held or estimated as well, as the catalogue samples one.
"""

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path

import make_events as events
import numpy as np
from catalogue import COUNT, SEED
from numpy.typing import NDArray
from scipy.linalg import block_diag, cho_factor, cho_solve

from geoslip.cases.assemble.fault import build_fault
from geoslip.cases.assemble.scene import far_field
from geoslip.cases.casefile.read import parse_case
from geoslip.cases.output.folder import write_block
from geoslip.downsample import (
    Cells,
    NoiseModel,
    Scene,
    cell_observations,
    covariogram,
    fit_exponential,
    look_vector,
    model_quadtree,
    synthetic_noise,
)
from geoslip.faults import LocalFrame, Plane
from geoslip.inversion.posterior.cell_points import cell_points
from geoslip.okada import displacement_field

DRAWN = NoiseModel(events.SIGMA**2, 6e3, 1e-3**2)
CHOSEN = (3, 9, 15, 25, 31)
"""Numbers of the events, shallow and deep."""
ROUNDS = 4
"""Passes of the noise scales."""
WAYS = {
    "known": ("known", False),
    "estimated, scale held": ("estimated", False),
    "estimated, scale found": ("estimated", True),
}
"""What is known of the noise: which covariance, and whether a scale a track is found beside it."""
DEPTH, FREE = 2, 9
"""Place of the depth among the numbers of a rectangle: east, north, depth, strike, dip, log size (2), slip (2)."""


@dataclass(frozen=True, eq=False)
class Track:
    """A scene without noise, its cells, where its noise is not estimated from, and the slopes (n, 12) of its data."""

    scene: Scene
    cells: Cells
    near: NDArray
    slopes: NDArray
    frame: LocalFrame

    def draw(self, rng: np.random.Generator) -> tuple[NDArray, dict[str, NDArray]]:
        """Noise of the cells and its covariance, known and estimated."""
        step = self.scene.spacing
        values = synthetic_noise(self.scene.values.shape, spacing=(step.y, step.x), noise=DRAWN, rng=rng)
        scene = replace(self.scene, values=values)
        known = cell_observations(scene, self.cells, frame=self.frame, noise=DRAWN)
        fitted = fit_exponential(covariogram(scene, mask=self.near))
        estimated = cell_observations(scene, self.cells, frame=self.frame, noise=fitted)
        return known.values, {"known": known.covariance, "estimated": estimated.covariance}


def numbers_of(truth: events.Source, frame: LocalFrame) -> tuple[NDArray, NDArray]:
    """The rectangle's numbers (9,) and small steps of them."""
    east, north = frame.to_local(truth.lon, truth.lat)
    rake = np.deg2rad(truth.rake)
    size = np.log([truth.length, truth.width])
    numbers = [float(east), float(north), truth.depth, truth.strike, truth.dip, *size]
    slip = truth.slip * np.array([np.cos(rake), np.sin(rake)])
    small = 0.01 * truth.slip
    return np.array([*numbers, *slip]), np.array([20.0, 20.0, 20.0, 0.5, 0.5, 0.02, 0.02, small, small])


def displacement(numbers: NDArray, points: NDArray, look: NDArray) -> NDArray:
    """Along the look vector at points (..., 3), metres."""
    east, north, depth, strike, dip = numbers[:5]
    length, width = np.exp(numbers[5:7])
    plane = Plane.from_centre((east, north), strike=strike, dip=dip, length=length, width=width, depth=depth)
    row = np.array([[*plane.top_centre, strike, dip, length, width]])
    field = displacement_field(points.reshape(-1, 3), row, np.array([[*numbers[7:], 0.0]]))
    return np.asarray(field @ look).reshape(points.shape[:-1])


def tracks_of(truth: events.Source, entry: events.Source) -> list[Track]:
    """Both tracks over an event, as its case file has them, with the cells of the true field."""
    case = parse_case(json.dumps(events.case_of(truth, entry, seed=0, fades=False, stated=False)))
    frame = LocalFrame(*case.origin)
    fault = build_fault(case, frame, roots=())
    numbers, steps = numbers_of(truth, frame)
    half = events.REACH + 1.5 * events.crack_side(entry.mw)
    axis = 2.0 * half / events.PIXELS * (np.arange(events.PIXELS) - 0.5 * (events.PIXELS - 1))
    found = []
    for name, heading in events.HEADINGS.items():
        look = look_vector(float(np.mean(events.INCIDENCE)), heading)
        blank = Scene(name=name, values=np.zeros((axis.size, axis.size)), x=axis, y=-axis, look=look, crs=None)
        grid = np.stack([*np.meshgrid(axis, -axis), np.zeros((axis.size, axis.size))], axis=-1)
        cells = model_quadtree(blank, predicted=displacement(numbers, grid, look), count=events.CELLS)
        data = cell_observations(blank, cells, frame=frame, noise=DRAWN)
        points, weights = cell_points(data)
        slopes = [
            (weights * (displacement(numbers + move, points, look) - displacement(numbers - move, points, look))).sum(0)
            / (2.0 * move.max())
            for move in np.diag(steps)
        ]
        plane = [np.ones(len(data)), *(1e-4 * data.points[:, :2].T)]
        found.append(Track(blank, cells, far_field(blank, frame, fault), np.column_stack([*slopes, *plane]), frame))
    return found


def prior_precision(entry: events.Source) -> NDArray:
    """Of the rectangle's numbers (9,): normal priors as wide as those of the case file."""
    side = events.crack_side(entry.mw)
    slip = events.PRIOR_SLIP * float(events.moment_of_magnitude(entry.mw)) / (events.RIGIDITY * side**2)
    widths = [2.0 * events.PRIOR_PLACE] * 2 + [float(np.ptp(events.PRIOR_DEPTH)), 360.0, 85.0]
    widths += [2.0 * np.log(events.PRIOR_SIZE)] * 2
    return np.array([*(np.array(widths) / np.sqrt(12.0)), slip, slip]) ** -2


def depth_error(
    tracks: list[Track], values: list[NDArray], covariances: list[NDArray], *, prior: NDArray, start: NDArray,
    scaled: bool,
) -> float:  # fmt: skip
    """Error of depth over its standard deviation; `start` (9,) is the prior's mean less the truth."""
    size = FREE + 3 * len(tracks)
    scales = np.ones(len(tracks))
    normals, rights, energies = [], [], []
    for number, (track, noise, covariance) in enumerate(zip(tracks, values, covariances)):
        columns = np.zeros((len(noise), size))
        columns[:, :FREE] = track.slopes[:, :FREE]
        columns[:, FREE + 3 * number : FREE + 3 * number + 3] = track.slopes[:, FREE:]
        solved = cho_solve(cho_factor(covariance), np.column_stack([columns, noise]))
        normals.append(columns.T @ solved[:, :-1])
        rights.append(columns.T @ solved[:, -1])
        energies.append(float(noise @ solved[:, -1]))
    first = block_diag(np.diag(prior), np.zeros((size - FREE, size - FREE)))
    for _ in range(ROUNDS if scaled else 1):
        total = first + sum(normal / scale for normal, scale in zip(normals, scales))
        unit = 1.0 / np.sqrt(np.diagonal(total))
        covariance = np.linalg.inv(total * np.outer(unit, unit)) * np.outer(unit, unit)
        right = sum(part / scale for part, scale in zip(rights, scales))
        found = covariance @ (right + np.append(prior * start, np.zeros(size - FREE)))
        for number, (normal, part, energy) in enumerate(zip(normals, rights, energies) if scaled else ()):
            misfit = energy - 2.0 * part @ found + found @ normal @ found
            free = len(values[number]) - np.trace(covariance @ normal) / scales[number]
            scales[number] = misfit / free
    return float(found[DEPTH] / np.sqrt(covariance[DEPTH, DEPTH]))


def pulls(number: int, draws: int) -> tuple[float, dict[str, NDArray]]:
    """True depth (m) of an event, and errors of depth over their standard deviations, for each of WAYS."""
    truth, entry = events.draw_events(COUNT, SEED)[number - 1]
    rng = np.random.default_rng((SEED, number))
    tracks, prior = tracks_of(truth, entry), prior_precision(entry)
    found: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(draws):
        start = rng.standard_normal(FREE) / np.sqrt(prior)
        made = [track.draw(rng) for track in tracks]
        values = [noise for noise, _ in made]
        for name, (which, scaled) in WAYS.items():
            covariances = [covariance[which] for _, covariance in made]
            found[name].append(depth_error(tracks, values, covariances, prior=prior, start=start, scaled=scaled))
    return truth.depth, {name: np.array(errors) for name, errors in found.items()}


def main() -> None:
    """Make the draws and write the page's table between its marks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=60)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    heads = ["event", "true depth (km)", "draws", *(f"noise {name}: rms, within 1.96" for name in WAYS)]
    text = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    together: dict[str, list[NDArray]] = {name: [] for name in WAYS}

    def line(name: str, depth: str, found: dict[str, NDArray]) -> str:
        cells = [f"{np.sqrt(np.mean(e**2)):.2f}, {100 * np.mean(np.abs(e) < 1.96):.0f} %" for e in found.values()]
        return f"| {name} | {depth} | {len(found['known'])} | {' | '.join(cells)} |"

    for number in CHOSEN:
        depth, found = pulls(number, options.draws)
        text.append(line(f"event{number:02d}", f"{1e-3 * depth:.2f}", found))
        print(text[-1], flush=True)
        for name, errors in found.items():
            together[name].append(errors)
    text.append(line("all", "", {name: np.concatenate(errors) for name, errors in together.items()}))
    print(text[-1])
    if options.page:
        write_block(options.page, "noise", text="\n".join(text))


if __name__ == "__main__":
    main()
