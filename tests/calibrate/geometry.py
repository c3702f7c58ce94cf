"""Simulation-based calibration of the posterior of geometry (Talts et al. 2018): are its draws what they claim to be?

Sources are drawn from the prior, each gives data with noise of a drawn scale, and each posterior says at which rank the
truth stands among its draws. If the posterior is right, every rank is as likely as any other. Prints a chi-square test
for each quantity and draws the histograms.
"""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
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
)

BINS, RANKS = 10, 99
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


def rank_one(seed: int) -> tuple[dict[str, int], bool]:
    """Rank of the truth among 99 draws, by quantity, for one synthetic source; and whether its chains converged."""
    generator = np.random.default_rng([seed, 20])
    data = network(generator)
    choices = {"nuisance": {"points": "offset"}, "noise": NOISE}
    target = GeometryTarget([data], source(), **choices)
    place = target.draw_prior(generator, 1)
    slip = STD * generator.standard_normal(2)
    greens = okada.greens_matrix(data.points, data.directions, target.source.rectangles(target.natural(place))[0])
    scale = float(target.scales(place)[0, 0])
    noise = scale * np.linalg.cholesky(data.covariance) @ generator.standard_normal(len(data))
    data = replace(data, values=greens @ slip + 0.01 + noise)
    posterior = sample_geometry(
        [data], source(), **choices, draws=100, warmup=160, generations=20, seed=seed
    )  # fmt: skip
    chosen = generator.permutation(len(posterior.places))[:RANKS]
    truth = dict(zip(target.names, target.natural(place)[0])) | {"strike slip": slip[0], "dip slip": slip[1]}
    draws = dict(zip(posterior.target.names, posterior.values[chosen].T))
    draws |= {"strike slip": posterior.slip[chosen, 0, 0], "dip slip": posterior.slip[chosen, 0, 1]}
    draws["strike"] = draws["strike"] % 360.0
    return {name: int(np.sum(draws[name] < value)) for name, value in truth.items()}, posterior.chains.converged


def draw_histograms(ranks: dict[str, list[int]], values: dict[str, float], page: Path) -> None:
    """Rank histograms with the band that nine in ten bars of a flat one keep to."""
    columns = 3
    rows = -(-len(ranks) // columns)
    figure = Figure(figsize=(9.0, 2.2 * rows), layout="constrained")
    count = len(next(iter(ranks.values())))
    low, high = np.quantile(np.random.default_rng(0).binomial(count, 1.0 / BINS, 100_000), (0.05, 0.95))
    for number, (name, found) in enumerate(ranks.items()):
        axes = figure.add_subplot(rows, columns, number + 1)
        axes.axhspan(low, high, color="#c9ced6", linewidth=0)
        axes.hist(found, bins=np.linspace(-0.5, RANKS + 0.5, BINS + 1).tolist(), color="#0b6e99", alpha=0.7)
        axes.set_title(f"{name}, p = {values[name]:.2f}", fontsize=9, loc="left")
        axes.tick_params(labelsize=7)
    figure.savefig(page, dpi=110)


def main() -> None:
    """Run the sources, print the tests, draw the histograms; exit 1 where one fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="number of synthetic sources")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="sources worked on at once")
    parser.add_argument("--page", type=Path, required=True, help="file of the picture")
    options = parser.parse_args()
    ranks: dict[str, list[int]] = {}
    converged = 0
    values: dict[str, float] = {}
    pool = ProcessPoolExecutor(options.processes)
    for seed, (found, good) in enumerate(pool.map(rank_one, range(options.count))):
        converged += good
        for name, rank in found.items():
            ranks.setdefault(name, []).append(rank)
        print(f"source {seed + 1} of {options.count}", flush=True)
        if (seed + 1) % 10 == 0 or seed + 1 == options.count:
            edges = np.linspace(-0.5, RANKS + 0.5, BINS + 1)
            values = {name: float(chisquare(np.histogram(r, edges)[0]).pvalue) for name, r in ranks.items()}
            draw_histograms(ranks, values, options.page)
            print({name: round(value, 3) for name, value in values.items()}, f"{converged} converged", flush=True)
    if min(values.values()) <= 0.01:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
