"""Twins of three small Tibetan and Tian Shan earthquakes: stack, cells from a preliminary model, uniform-slip source.

    python cases/small2017/twin.py --draws 100 --page cases/small2017/README.md

A draw makes the dates of each track, stacks them, finds the noise in the stack's far field, and gives the posterior of
a uniform-slip source from the cells of a uniform grid, of the preliminary model and of the plain variance quadtree.
Beside them stands the bound of Cramer and Rao: what no unbiased answer can beat. Numbers that decide stand in capitals;
the events and their source are in source.py.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from source import (
    ANY_SOURCE,
    ATMOSPHERE,
    CELLS,
    DATES,
    EPICENTRE_ERROR,
    EVENTS,
    FRAME,
    MAGNITUDE_ERROR,
    SIDE,
    SPACING,
    STRIKE_ERROR,
    TARGET,
    Answer,
    Catalogue,
    Event,
    blank_scenes,
    dates_needed,
    least_errors,
    posterior,
    predicted,
)

from geoslip.cases.library.published import keep_figures
from geoslip.cases.output.folder import write_block
from geoslip.downsample import (
    Cells,
    Scene,
    cell_observations,
    covariogram,
    fit_exponential,
    model_quadtree,
    stack_step,
    synthetic_noise,
    uniform_cells,
    variance_quadtree,
)

DAYS, ROUNDS = 12.0, 2
"""Between dates; passes of the preliminary model."""
QUIET = 15e3
"""Metres from the catalogue's epicentre beyond which a stack is taken for noise."""
METHODS = ("uniform", "variance", "model")


def draw_stacks(event: Event, dates: int, rng: np.random.Generator) -> tuple[list[Scene], float]:
    """Stacked steps of both tracks and the rms of what the atmosphere left in them, metres."""
    times = 2017.0 + DAYS / 365.25 * (np.concatenate([np.arange(-dates, 0), np.arange(1, dates + 1)]) - 0.5)
    steps, left = [], []
    for scene in blank_scenes():
        field = predicted(scene, event.place, event.side, event.slip)
        series = np.array(
            [synthetic_noise((SIDE, SIDE), spacing=(SPACING, SPACING), noise=ATMOSPHERE, rng=rng) for _ in times]
        )
        series += field * (times > 2017.0)[:, None, None]
        series -= series[0].copy()
        x, y = np.meshgrid(scene.x, scene.y)
        step = stack_step(series, times=times, event=2017.0, scene=scene, quiet=np.hypot(x, y) > QUIET).step
        steps.append(step)
        left.append(float(np.mean((step.values - field) ** 2)))
    return steps, float(np.sqrt(np.mean(left)))


def answers(event: Event, steps: list[Scene], rng: np.random.Generator) -> dict[str, Answer]:
    """The answer from the cells of each method."""
    known = Catalogue(
        rng.normal(0.0, EPICENTRE_ERROR / np.sqrt(2.0), 2), event.magnitude + rng.normal(0.0, MAGNITUDE_ERROR),
        event.strike + rng.normal(0.0, STRIKE_ERROR),
    )  # fmt: skip
    noises = []
    for step in steps:
        x, y = np.meshgrid(step.x - known.epicentre[0], step.y - known.epicentre[1])
        noises.append(fit_exponential(covariogram(step, mask=np.hypot(x, y) < QUIET)))

    def found(cells: list[Cells]) -> Answer:
        tracks = [cell_observations(s, c, frame=FRAME, noise=n) for s, c, n in zip(steps, cells, noises)]
        return posterior(tracks, known, rng)

    result = {
        "uniform": found([uniform_cells(step, count=CELLS) for step in steps]),
        "variance": found([variance_quadtree(step, count=CELLS) for step in steps]),
    }
    last = result["uniform"]
    for _ in range(ROUNDS):
        last = found([model_quadtree(step, predicted=last.field(step), count=CELLS) for step in steps])
    return result | {"model": last}


def run_draw(event: Event, dates: int, seed: tuple[int, ...]) -> dict:
    """Errors of each method, what the atmosphere left (m), and processor seconds of one draw."""
    start, rng = time.process_time(), np.random.default_rng(seed)
    event = event.drawn(rng)
    steps, left = draw_stacks(event, dates, rng)
    found: dict = {name: answer.entry(event) for name, answer in answers(event, steps, rng).items()}
    return found | {"left": left, "seconds": time.process_time() - start}


def line(cells: list[str]) -> str:
    """A row of a table."""
    return "| " + " | ".join(cells) + " |"


def setting_lines(results: dict[str, dict]) -> list[str]:
    """What the stacks leave, and what no answer can beat."""
    head = ["event", "dates a side", "draws", "peak (mm)", "atmosphere left (mm)", "least error of Mw", "of depth (km)"]
    text = [line([*head, "of strike (degrees)", "dates a side that Mw within 0.05 asks for"]), "|" + "---|" * 9]
    for event, dates, found in named(results):
        left = 1e3 * float(np.sqrt(np.mean(np.square(column(found, "left")))))
        cells = [event.name, f"{dates}", f"{len(found)}", "", f"{left:.2f}", *[""] * 4]
        if not event.any_source:
            fields = [predicted(scene, event.place, event.side, event.slip) for scene in blank_scenes()]
            least = least_errors(event, dates=dates)
            cells[3] = f"{1e3 * max(float(np.abs(field).max()) for field in fields):.1f}"
            cells[5:] = [f"{least[0]:.3f}", f"{1e-3 * least[3]:.2f}", f"{least[4]:.0f}", f"{dates_needed(event)}"]
        text.append(line(cells))
    return text


def answer_lines(results: dict[str, dict]) -> list[str]:
    """What each method's cells give."""
    head = ["event", "dates a side", "cells", "Mw within 0.05", "Mw within its error", "depth within its error"]
    head += ["strike within its error", "rms Mw", "rms depth (km)", "rms strike (degrees)", "rms place (km)", "mean Mw"]
    text = [line(head), "|" + "---|" * len(head)]
    for event, dates, found in named(results):
        for method in METHODS:
            e = column(found, method)
            shares = [np.mean(np.abs(e[:, 0]) < 0.05), *(e[:, 6 + k].mean() for k in (0, 3, 4))]
            rms = np.sqrt(np.mean(e**2, axis=0))
            text.append(
                line([
                    event.name, f"{dates}", method, *(f"{100 * part:.0f} %" for part in shares), f"{rms[0]:.3f}",
                    f"{1e-3 * rms[3]:.2f}", f"{rms[4]:.1f}", f"{1e-3 * np.hypot(rms[1], rms[2]):.2f}",
                    f"{e[:, 0].mean():+.3f}",
                ])
            )  # fmt: skip
    return text


def difference_lines(results: dict[str, dict]) -> list[str]:
    """How much worse the plain quadtree and uniform cells are than the model's: paired draws, with standard errors."""
    head = ["event", "dates a side", "cells", "error of Mw", "of depth (km)", "of strike (degrees)", "of place (km)"]
    head += ["stated error of Mw", "of depth (km)", "of strike (degrees)", "of place (km)"]
    text = [line(head), "|" + "---|" * len(head)]
    for event, dates, found in named(results):
        for method in ("variance", "uniform"):
            here, model = (_sizes(column(found, name)) for name in (method, "model"))
            more = here - model
            error = more.std(axis=0, ddof=1) / np.sqrt(len(more)) if len(more) > 1 else np.full(8, np.nan)
            digits = (3, 2, 1, 2) * 2
            text.append(
                line([
                    event.name, f"{dates}", method,
                    *(f"{m:+.{d}f} ± {s:.{d}f}" for m, s, d in zip(more.mean(axis=0), error, digits)),
                ])
            )  # fmt: skip
    return text


def figures(results: dict[str, dict]) -> dict:
    """What `published.yml` holds of every set: shares of draws, and how surely the plain quadtree's place errs more."""
    sets = []
    for event, dates, found in named(results):
        model = column(found, "model")
        more = (_sizes(column(found, "variance")) - _sizes(model))[:, 3]
        sets.append({
            "name": event.name if dates == DATES else f"{event.name} with more dates",
            "draws": len(found),
            "left_mm": 1e3 * float(np.sqrt(np.mean(np.square(column(found, "left"))))),
            "near": float(np.mean(np.abs(model[:, 0]) < TARGET)),
            "mw": float(model[:, 6].mean()),
            "depth": float(model[:, 9].mean()),
            "strike": float(model[:, 10].mean()),
            "place_errs_more": float(more.mean() / (more.std(ddof=1) / np.sqrt(len(more)))),
        })  # fmt: skip
    return {"sets": sets}


def column(found: dict, name: str) -> np.ndarray:
    """What all draws say of one thing, in the order of their numbers."""
    return np.array([found[draw][name] for draw in sorted(found, key=int)])


def _sizes(entries: np.ndarray) -> np.ndarray:
    """Sizes of errors, then stated standard deviations: Mw, depth (km), strike (degrees), place (km)."""
    parts = []
    for e in (np.abs(entries[:, :6]), entries[:, 12:18]):
        parts += [e[:, 0], 1e-3 * e[:, 3], e[:, 4], 1e-3 * np.hypot(e[:, 1], e[:, 2])]
    return np.column_stack(parts)


def named(results: dict[str, dict]) -> list[tuple[Event, int, dict]]:
    """Event, dates a side and draws of every set of draws, in the events' order."""
    keys = [(event, dates, f"{event.name}, {dates}") for event, dates in sets()]
    return [(event, dates, results[key]) for event, dates, key in keys if key in results]


def sets() -> list[tuple[Event, int]]:
    """What is drawn: every event with 20 dates a side, the largest with as many as its Mw asks for, any source."""
    return [*((event, DATES) for event in EVENTS), (EVENTS[0], dates_needed(EVENTS[0])), (ANY_SOURCE, DATES)]


def main() -> None:
    """Run the draws and write the page's tables between its marks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--only", default="", help="sets whose name (event, dates a side) holds this text")
    parser.add_argument("--page", type=Path)
    parser.add_argument("--figures", type=Path, help="twins.json, for the scoreboard")
    parser.add_argument("--keep", type=Path, help="JSON of every draw; those in it are not made again")
    parser.add_argument("--first", type=int, default=0, help="first draw that is made")
    parser.add_argument("--only-kept", action="store_true", help="make no draw: tables of those kept")
    options = parser.parse_args()
    results = json.loads(options.keep.read_text()) if options.keep and options.keep.exists() else {}
    for number, (event, dates) in enumerate(sets()):
        key = f"{event.name}, {dates}"
        for draw in range(options.first, options.draws):
            if options.only in key and not options.only_kept and str(draw) not in results.get(key, {}):
                made = run_draw(event, dates, (number, dates, draw))
                results[key] = results.get(key, {}) | {str(draw): made}
                if options.keep:
                    options.keep.write_text(json.dumps(results))
    table = [*setting_lines(results), "", *answer_lines(results), "", *difference_lines(results)]
    print("\n".join(table))
    print({key: round(sum(column(found, "seconds"))) for key, found in results.items()}, "processor seconds")
    if options.page:
        write_block(options.page, "twins", text="\n".join(table))
    if options.figures:
        keep_figures(options.figures, figures(results), by="make samplers")


if __name__ == "__main__":
    main()
