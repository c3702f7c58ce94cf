"""Simulation-based calibration of the posterior of geometry (Talts et al. 2018): are its draws what they claim to be?

Sources are drawn from the prior, each gives data with noise of a drawn scale, and each posterior says at which rank the
truth stands among its draws. If the posterior is right, every rank is as likely as any other. A source takes a few
seconds; with --keep, those done are not done again. Prints a chi-square test for each quantity, draws the histograms
and writes the page.
"""

import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from scipy.stats import chisquare

import geoslip.okada as okada
from geoslip.downsample import Observations
from geoslip.inversion.posterior import (
    GeometryTarget,
    IntegratedSlip,
    LogUniform,
    Rectangle,
    Uniform,
    UniformSource,
    sample_geometry,
    search_geometry,
)

BINS, RANKS = 10, 99
EDGES = np.linspace(-0.5, RANKS + 0.5, BINS + 1)
FLAT = 0.01
"""p-value of the chi-square test above which a histogram counts as flat."""
TRIES: tuple[dict[str, Any], ...] = (
    {"sampler": "emcee", "draws": 200, "warmup": 200},
    {"sampler": "smc", "draws": 1000, "walkers": 4},
)
"""How each posterior is sampled: the second way where the chains of the first have not converged."""
NOISE = LogUniform(0.5, 2.0)
STD = 1.0


def source() -> UniformSource:
    """The prior: a plane of unknown place, depth, strike, dip and length under a network of 12 by 12 km."""
    plane = Rectangle(
        east=Uniform(-5e3, 5e3), north=Uniform(-5e3, 5e3), depth=Uniform(4e3, 8e3), strike=Uniform(0.0, 360.0),
        dip=Uniform(20.0, 80.0), length=LogUniform(4e3, 12e3), width=4e3,
    )  # fmt: skip
    return UniformSource(parts=(plane,), slip=IntegratedSlip(std=STD))


def network(generator: np.random.Generator, *, n: int = 60) -> Observations:
    """Points seen from two sides, with correlated noise; the values are still zero."""
    points = np.column_stack([generator.uniform(-12e3, 12e3, (n, 2)), np.zeros(n)])
    look = np.where(np.arange(n)[:, None] % 2 == 0, [-0.61, -0.14, 0.78], [0.61, -0.14, 0.78])
    look = look / np.linalg.norm(look, axis=1)[:, None]
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    covariance = 3e-3**2 * np.exp(-apart / 4e3) + 1e-3**2 * np.eye(n)
    zero = np.zeros(n)
    return Observations(
        name="points", kind="los", longitude=zero, latitude=zero, points=points, values=zero, directions=look,
        covariance=covariance,
    )  # fmt: skip


def rank_one(seed: int) -> dict[str, Any]:
    """Rank of the truth among 99 draws, by quantity, for one synthetic source; and how its chains ended."""
    generator = np.random.default_rng([seed, 20])
    data = network(generator)
    choices: dict[str, Any] = {"nuisance": {"points": "offset"}, "noise": NOISE}
    target = GeometryTarget([data], source(), **choices)
    place = target.draw_prior(generator, 1)
    slip = STD * generator.standard_normal(2)
    greens = okada.greens_matrix(data.points, data.directions, target.source.rectangles(target.natural(place))[0])
    scale = float(target.scales(place)[0, 0])
    noise = scale * np.linalg.cholesky(data.covariance) @ generator.standard_normal(len(data))
    data = replace(data, values=greens @ slip + 0.01 + noise)
    found = search_geometry([data], source(), **choices, generations=20, seed=seed)
    for way in TRIES:
        posterior = sample_geometry([data], source(), **choices, **way, search=found, seed=seed)
        if posterior.chains.converged:
            break
    chosen = generator.permutation(len(posterior.places))[:RANKS]
    truth = dict(zip(target.names, target.natural(place)[0])) | {"strike slip": slip[0], "dip slip": slip[1]}
    values = dict(zip(posterior.target.names, posterior.values[chosen].T))
    values |= {"strike slip": posterior.slip[chosen, 0, 0], "dip slip": posterior.slip[chosen, 0, 1]}
    values["strike"] = values["strike"] % 360.0
    ranks = {name: int(np.sum(values[name] < value)) for name, value in truth.items()}
    return {"seed": seed, "converged": posterior.chains.converged, "sampler": way["sampler"], "ranks": ranks}


def flatness(done: list[dict[str, Any]]) -> dict[str, float]:
    """p-value of the chi-square test of each quantity's histogram."""
    ranks = {name: [one["ranks"][name] for one in done] for name in done[0]["ranks"]}
    return {name: float(chisquare(np.histogram(found, EDGES)[0]).pvalue) for name, found in ranks.items()}


def draw_histograms(done: list[dict[str, Any]], path: Path) -> None:
    """Rank histograms with the band that nine in ten bars of a flat one keep to."""
    columns, values = 3, flatness(done)
    rows = -(-len(values) // columns)
    figure = Figure(figsize=(9.0, 2.2 * rows), layout="constrained")
    low, high = np.quantile(np.random.default_rng(0).binomial(len(done), 1.0 / BINS, 100_000), (0.05, 0.95))
    top = 1.08 * max(np.histogram([one["ranks"][name] for one in done], EDGES)[0].max() for name in values)
    for number, (name, value) in enumerate(values.items()):
        axes = figure.add_subplot(rows, columns, number + 1)
        axes.axhspan(low, high, color="#c9ced6", linewidth=0)
        axes.hist([one["ranks"][name] for one in done], bins=EDGES.tolist(), color="#0b6e99", alpha=0.7)
        axes.set_title(f"{name}, p = {value:.3f}", fontsize=10, loc="left")
        axes.set_xlim(EDGES[0], EDGES[-1])
        axes.set_ylim(0.0, top)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.tick_params(labelsize=8)
        axes.set_ylabel("sources" if number % columns == 0 else "", fontsize=9)
        axes.set_xlabel(f"rank of the truth among {RANKS} draws" if number >= len(values) - columns else "", fontsize=9)
    figure.savefig(path, dpi=110)


def page(done: list[dict[str, Any]], picture: str) -> str:
    """What the page says: the test of each quantity, and how many posteriors had converged."""
    values, converged = flatness(done), sum(one["converged"] for one in done)
    again = sum(one["sampler"] == "smc" for one in done)
    rows = [f"| {name} | {value:.3f} | {'flat' if value > FLAT else 'NOT FLAT'} |" for name, value in values.items()]
    return "\n".join([
        "# Are the intervals right?",
        "",
        "Written by `make calibrate` (tests/calibrate/geometry.py): simulation-based calibration (Talts et al. 2018).",
        "A fault and its slip are drawn from the prior, data are made with noise of a drawn scale, and their",
        f"posterior is sampled as a user would. The truth's rank among {RANKS} draws must be as likely to be any",
        "number as any other: intervals too narrow make the histogram high at both ends, too wide ones in the",
        "middle, a bias makes it lean.",
        "",
        f"{len(done)} sources: a plane of unknown place, depth, strike (the whole circle), dip, length and slip under",
        "60 points with correlated noise of unknown scale and an unknown offset; some are so faint that they are",
        f"hardly found. Each is sampled by emcee; of {again}, whose chains had not converged, smc took the place.",
        f"In the end {converged} of {len(done)} had converged (R-hat up to 1.01, 400 effective draws); all count.",
        "",
        f"| quantity | p of chi-square, {BINS} bars | above {FLAT:g} |",
        "|---|---|---|",
        *rows,
        "",
        f"![Rank histograms of every quantity; grey: where nine in ten bars of a flat histogram lie]({picture})",
        "",
    ])  # fmt: skip


def main() -> None:
    """Run the sources, print the tests, draw the histograms, write the page; exit 1 where a histogram is not flat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="number of synthetic sources")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="sources worked on at once")
    parser.add_argument("--keep", type=Path, help="JSON lines, one a source; those in it are not made again")
    parser.add_argument("--page", type=Path, required=True, help="page to write; the picture lies beside it")
    options = parser.parse_args()
    done: list[dict[str, Any]] = []
    if options.keep and options.keep.is_file():
        done = [json.loads(line) for line in options.keep.read_text().splitlines() if line.endswith("}")]
    left = sorted(set(range(options.count)) - {one["seed"] for one in done})
    with ProcessPoolExecutor(options.processes) as pool:
        for one in pool.map(rank_one, left):
            done.append(one)
            if options.keep:
                with options.keep.open("a") as stream:
                    stream.write(json.dumps(one) + "\n")
            print(f"source {len(done)} of {options.count}", flush=True)
    done = sorted((one for one in done if one["seed"] < options.count), key=lambda one: int(one["seed"]))
    picture = options.page.with_name("calibration_geometry.png")
    draw_histograms(done, picture)
    options.page.write_text(page(done, picture.name), encoding="utf-8")
    values = flatness(done)
    print({name: round(value, 3) for name, value in values.items()})
    if min(values.values()) <= FLAT:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
