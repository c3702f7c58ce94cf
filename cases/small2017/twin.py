"""Twins of three small Tibetan and Tian Shan earthquakes: stack, cells from a preliminary model, uniform-slip source.

    python cases/small2017/twin.py --draws 100 --page cases/small2017/README.md

Every number that decides stands in capitals below and was set before the first draw. No mechanism of these events could
be found published, so the twins' planes are made up; depths are such that the peaks along the line of sight are the
published 5 to 13 mm. A draw makes 20 + 20 dates of each track, stacks them, finds the noise in the stack's far field,
and inverts the cells of a uniform grid, of the preliminary model (in passes) and of the plain variance quadtree.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from geoslip.downsample import (
    Cells,
    NoiseModel,
    Observations,
    Scene,
    cell_observations,
    changed_share,
    covariogram,
    fit_exponential,
    look_vector,
    model_quadtree,
    stack_step,
    synthetic_noise,
    uniform_cells,
    variance_quadtree,
)
from geoslip.faults.frame import LocalFrame
from geoslip.okada import displacement_field, greens_matrix

RIGIDITY = 30e9
STRESS_DROP = 3e6
DATES, DAYS = 20, 12.0
ATMOSPHERE = NoiseModel(0.012**2, 5e3, 0.001**2)
SIDE, SPACING = 90, 400.0
HEADINGS, INCIDENCE = (-13.0, -167.0), 39.0
CELLS, ROUNDS = 120, 3
QUIET = 12e3
"""Metres from the catalogue's epicentre, which errs by EPICENTRE_ERROR, beyond which a stack is taken for noise."""
EPICENTRE_ERROR = 3e3
STRIKE_WINDOW = 60.0
"""Degrees about the seismological strike that are searched: one of the two planes is taken as known."""
RISE = 3.84
"""Stated errors are 95 % intervals: how far a number can be held while chi-square rises by this, all others free."""
METHODS = ("uniform", "variance", "model")


@dataclass(frozen=True)
class Event:
    """A twin: magnitude as published; depth (m) of the middle, strike, dip, rake (degrees) made up."""

    name: str
    magnitude: float
    depth: float
    strike: float
    dip: float
    rake: float

    @property
    def side(self) -> float:
        """Side (m) of the square of a circular crack's area, at a stress drop of 3 MPa (Eshelby 1957)."""
        return float(np.sqrt(np.pi) * (7.0 * moment(self.magnitude) / (16.0 * STRESS_DROP)) ** (1.0 / 3.0))


EVENTS = (
    Event("Kuche 2017", 5.5, 10.8e3, 80.0, 45.0, 90.0),
    Event("Nierong 2016", 5.2, 7.5e3, 30.0, 70.0, 20.0),
    Event("Zhongba 2017", 5.2, 7e3, 175.0, 50.0, -90.0),
)
FRAME = LocalFrame(83.4, 42.1)


def moment(magnitude: float) -> float:
    """Seismic moment, N m."""
    return float(10.0 ** (1.5 * magnitude + 9.1))


def true_slip(event: Event) -> NDArray:
    """Strike and dip slip (m) of a twin."""
    rake = np.deg2rad(event.rake)
    size = moment(event.magnitude) / (RIGIDITY * event.side**2)
    return size * np.array([np.cos(rake), np.sin(rake)])


def rectangle(place: NDArray, side: float) -> NDArray:
    """Row of okada's sources for a square with its middle at east, north, depth (m), strike and dip (degrees)."""
    east, north, depth, strike, dip = place
    s, d = np.deg2rad([strike, dip])
    half = 0.5 * side
    return np.array(
        [[
            east - half * np.cos(d) * np.cos(s), north + half * np.cos(d) * np.sin(s), -depth + half * np.sin(d),
            strike, dip, side, side,
        ]]
    )  # fmt: skip


def blank_scenes() -> list[Scene]:
    """Two tracks of constant look over the epicentre."""
    axis = SPACING * (np.arange(SIDE, dtype=float) - 0.5 * (SIDE - 1))
    look = [look_vector(INCIDENCE, heading) for heading in HEADINGS]
    shape = (SIDE, SIDE)
    return [
        Scene(name=f"track {k}", values=np.zeros(shape), x=axis, y=-axis, look=part, crs=None)
        for k, part in enumerate(look)
    ]


def predicted(scene: Scene, place: NDArray, side: float, slip: NDArray) -> NDArray:
    """Displacement of every pixel along its look vector, metres."""
    x, y = np.meshgrid(scene.x, scene.y)
    points = np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)])
    field = displacement_field(points, rectangle(place, side), np.array([[*slip, 0.0]]))
    return np.asarray(field @ scene.look).reshape(x.shape)


@dataclass(frozen=True)
class Fit:
    """Answer: place (east, north, depth, strike, dip), slip (strike, dip, m), standard deviations, Mw, chi-square."""

    place: NDArray
    slip: NDArray
    errors: NDArray
    magnitude: float
    chi2: float


class Search:
    """Uniform slip on a square of known size: five numbers searched, slip and a plane a track solved inside."""

    def __init__(self, tracks: list[Observations], event: Event) -> None:
        self.side, self.event = event.side, event
        self.points = np.concatenate([track.points for track in tracks])
        self.directions = np.concatenate([track.directions for track in tracks])
        sizes = [len(track) for track in tracks]
        self.white = np.zeros((sum(sizes), sum(sizes)))
        self.planes = np.zeros((sum(sizes), 3 * len(tracks)))
        first = 0
        for k, track in enumerate(tracks):
            part = slice(first, first + len(track))
            self.white[part, part] = np.linalg.inv(np.linalg.cholesky(track.covariance))
            self.planes[part, 3 * k : 3 * k + 3] = np.column_stack([np.ones(len(track)), 1e-4 * track.points[:, :2]])
            first += len(track)
        self.basis = np.linalg.qr(self.white @ self.planes)[0]
        data = self.white @ np.concatenate([track.values for track in tracks])
        self.data = data - self.basis @ (self.basis.T @ data)
        self.low = np.array([-8e3, -8e3, 0.5 * self.side, event.strike - STRIKE_WINDOW, 15.0])
        self.high = np.array([8e3, 8e3, 20e3, event.strike + STRIKE_WINDOW, 85.0])
        self.scale = np.array([1e3, 1e3, 1e3, 10.0, 10.0])

    def columns(self, places: NDArray) -> NDArray:
        """Whitened columns of strike and of dip slip for places (k, 5), free of the planes, shape (n, 2 k)."""
        sources = np.concatenate([rectangle(place, self.side) for place in np.atleast_2d(places)])
        found = self.white @ greens_matrix(self.points, self.directions, sources, threads=1)
        return np.asarray(found - self.basis @ (self.basis.T @ found))

    def slip(self, place: NDArray) -> NDArray:
        """Best slip at a place."""
        return np.asarray(np.linalg.lstsq(self.columns(place), self.data, rcond=None)[0])

    def slopes(self, place: NDArray, slip: NDArray) -> NDArray:
        """Derivatives of the whitened prediction by the five numbers in units of their scale, shape (n, 5)."""
        steps = np.diag(1e-3 * self.scale)
        found = self.columns(np.concatenate([place + steps, place - steps]))
        strike, dip = np.split(found, 2, axis=1)
        moved = slip[0] * strike + slip[1] * dip
        return (moved[:, :5] - moved[:, 5:]) / 2e-3

    def minimise(self, start: NDArray, *, held: dict[int, float] | None = None) -> tuple[float, NDArray]:
        """Least chi-square from a start, some numbers held, and where it is."""
        held = held or {}
        free = [k for k in range(5) if k not in held]
        place = start.copy()
        place[list(held)] = list(held.values())

        def at(scaled: NDArray) -> NDArray:
            moved = place.copy()
            moved[free] = scaled * self.scale[free]
            return moved

        def residual(scaled: NDArray) -> NDArray:
            return self.data - self.columns(at(scaled)) @ self.slip(at(scaled))

        def jacobian(scaled: NDArray) -> NDArray:
            # Kaufman's (1975) form: the slip follows the place to first order.
            slopes = self.slopes(at(scaled), self.slip(at(scaled)))[:, free]
            basis = np.linalg.qr(self.columns(at(scaled)))[0]
            return -(slopes - basis @ (basis.T @ slopes))

        bounds = (self.low[free] / self.scale[free], self.high[free] / self.scale[free])
        inside = np.clip(place[free] / self.scale[free], bounds[0] + 1e-3, bounds[1] - 1e-3)
        found = least_squares(residual, inside, jac=jacobian, bounds=bounds, xtol=1e-5, ftol=1e-6, max_nfev=40)
        return 2.0 * found.cost, at(found.x)

    def solve(self, starts: list[NDArray]) -> Fit:
        """Best answer from several starts, with linearised errors."""
        chi2, place = min((self.minimise(start) for start in starts), key=lambda found: found[0])
        slip = self.slip(place)
        full = np.column_stack([self.slopes(place, slip) / self.scale, self.columns(place)])
        errors = np.sqrt(np.diagonal(np.linalg.pinv(full.T @ full)))
        size = RIGIDITY * self.side**2 * float(np.hypot(*slip))
        return Fit(place, slip, errors, (np.log10(size) - 9.1) / 1.5, chi2)

    def rise(self, fit: Fit, index: int, value: float, starts: list[NDArray]) -> float:
        """How much chi-square rises where one number is held at a value."""
        return min(self.minimise(start, held={index: value})[0] for start in [fit.place, *starts]) - fit.chi2


def starts_for(event: Event) -> list[NDArray]:
    """Where the search begins: below the catalogue's epicentre, at three depths, the strike off by half its window."""
    turned = event.strike + np.array([-0.5, 0.5]) * STRIKE_WINDOW
    return [np.array([0.0, 0.0, depth, strike, 50.0]) for depth in (6e3, 10e3) for strike in turned]


def draw_stacks(event: Event, rng: np.random.Generator) -> tuple[list[Scene], float]:
    """Stacked steps of both tracks and the rms of what the atmosphere left in them, metres."""
    times = 2017.0 + DAYS / 365.25 * (np.concatenate([np.arange(-DATES, 0), np.arange(1, DATES + 1)]) - 0.5)
    truth = np.array([0.0, 0.0, event.depth, event.strike, event.dip])
    steps, left = [], []
    for scene in blank_scenes():
        field = predicted(scene, truth, event.side, true_slip(event))
        series = np.array(
            [synthetic_noise((SIDE, SIDE), spacing=(SPACING, SPACING), noise=ATMOSPHERE, rng=rng) for _ in times]
        )
        series += field * (times > 2017.0)[:, None, None]
        series -= series[0].copy()
        x, y = np.meshgrid(scene.x, scene.y)
        quiet = np.hypot(x, y) > QUIET
        step = stack_step(series, times=times, event=2017.0, scene=scene, quiet=quiet).step
        steps.append(step)
        left.append(float(np.mean((step.values - field) ** 2)))
    return steps, float(np.sqrt(np.mean(left)))


def invert(event: Event, steps: list[Scene], rng: np.random.Generator) -> dict[str, tuple[Fit, float, float]]:
    """Answers from the cells of each method, and how chi-square rises at the true depth and strike."""
    epicentre = rng.normal(0.0, EPICENTRE_ERROR / np.sqrt(2.0), 2)
    noises = []
    for step in steps:
        x, y = np.meshgrid(step.x - epicentre[0], step.y - epicentre[1])
        noises.append(fit_exponential(covariogram(step, mask=np.hypot(x, y) < QUIET)))

    def search(cells: list[Cells]) -> Search:
        return Search([cell_observations(s, c, frame=FRAME, noise=n) for s, c, n in zip(steps, cells, noises)], event)

    def judged(task: Search, fit: Fit) -> tuple[Fit, float, float]:
        return fit, task.rise(fit, 2, event.depth, starts[:1]), task.rise(fit, 3, event.strike, starts[:1])

    starts = [start + np.array([*epicentre, 0.0, 0.0, 0.0]) for start in starts_for(event)]
    cells = [uniform_cells(step, count=CELLS) for step in steps]
    task = search(cells)
    first = task.solve(starts)
    found = {"uniform": judged(task, first)}
    task = search([variance_quadtree(step, count=CELLS) for step in steps])
    found["variance"] = judged(task, task.solve(starts))
    for _ in range(ROUNDS):
        fields = [predicted(step, first.place, event.side, first.slip) for step in steps]
        last, cells = cells, [model_quadtree(s, predicted=f, count=CELLS) for s, f in zip(steps, fields)]
        task = search(cells)
        first = task.solve([first.place, *starts])
        if max(changed_share(a, b) for a, b in zip(last, cells)) < 0.05:
            break
    found["model"] = judged(task, first)
    return found


def run_event(event: Event, draws: int, seed: int, *, known: dict) -> Iterator[dict]:
    """Yield after every draw: error of Mw, of the five numbers, and chi-square's rise at the true depth and strike.

    Draws that are known already are not made again.
    """
    truth = np.array([0.0, 0.0, event.depth, event.strike, event.dip])
    fields = [predicted(scene, truth, event.side, true_slip(event)) for scene in blank_scenes()]
    result: dict = {name: [] for name in METHODS} | {"left": [], "seconds": 0.0} | known
    result["peak"] = max(float(np.abs(field).max()) for field in fields)
    for draw in range(len(result["left"]), draws):
        start, rng = time.process_time(), np.random.default_rng([seed, draw])
        steps, left = draw_stacks(event, rng)
        for name, (fit, *rises) in invert(event, steps, rng).items():
            result[name].append([fit.magnitude - event.magnitude, *(fit.place - truth), *rises, *fit.errors[2:4]])
        result["left"].append(left)
        result["seconds"] += time.process_time() - start
        yield result


def lines(results: dict[str, dict]) -> list[str]:
    """The page's tables."""
    text = ["| event | peak (mm) | atmosphere left (mm) | draws |", "|---|---|---|---|"]
    for name, found in results.items():
        left = 1e3 * float(np.sqrt(np.mean(np.square(found["left"]))))
        text.append(f"| {name} | {1e3 * found['peak']:.1f} | {left:.2f} | {len(found['left'])} |")
    text += ["", "| event | cells | Mw within 0.05 | depth within its error | strike within its error | rms Mw"
             " | rms depth (km) | rms strike (degrees) | rms place (km) | Mw bias |", "|" + "---|" * 10]  # fmt: skip
    for name, found in results.items():
        for method in METHODS:
            e = np.array(found[method])
            share = [np.mean(np.abs(e[:, 0]) < 0.05), *(np.mean(e[:, k] < RISE) for k in (6, 7))]
            rms = np.sqrt(np.mean(e**2, axis=0))
            place = float(np.hypot(rms[1], rms[2]))
            text.append(
                f"| {name} | {method} | " + " | ".join(f"{100 * part:.0f} %" for part in share)
                + f" | {rms[0]:.3f} | {1e-3 * rms[3]:.2f} | {rms[4]:.1f} | {1e-3 * place:.2f} | {e[:, 0].mean():+.3f} |"
            )  # fmt: skip
    return text


def main() -> None:
    """Run the draws and write the page's tables between its marks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--only", default="", help="events whose name holds this text")
    parser.add_argument("--page", type=Path)
    parser.add_argument("--keep", type=Path, help="JSON of every draw; those in it are not made again")
    options = parser.parse_args()
    results = json.loads(options.keep.read_text()) if options.keep and options.keep.exists() else {}
    for number, event in enumerate(EVENTS):
        if options.only in event.name:
            for found in run_event(event, options.draws, number, known=results.get(event.name, {})):
                results[event.name] = found
                if options.keep:
                    options.keep.write_text(json.dumps(results))
    results = {event.name: results[event.name] for event in EVENTS if event.name in results}
    table = lines(results)
    print("\n".join(table))
    print({name: round(found["seconds"]) for name, found in results.items()}, "processor seconds")
    if options.page:
        head, rest = options.page.read_text().split("<!-- twins -->\n")[0], options.page.read_text()
        tail = rest.split("<!-- /twins -->\n")[1]
        body = "\n".join(table)
        options.page.write_text(f"{head}<!-- twins -->\n{body}\n<!-- /twins -->\n{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
