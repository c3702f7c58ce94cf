"""What every calibration does with ranks: makes them source by source, tests them, draws and tells them."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from scipy.stats import chisquare

BINS, RANKS = 10, 99
EDGES = np.linspace(-0.5, RANKS + 0.5, BINS + 1)
FLAT = 0.01
"""p-value of the chi-square test above which a histogram counts as flat."""


def ranks_of(
    rank_one: Callable[[int], dict[str, Any]], *, count: int, processes: int | None, keep: Path | None
) -> list[dict[str, Any]]:
    """Ranks of so many sources by seed; those in the file of JSON lines are not made again."""
    done: list[dict[str, Any]] = []
    if keep and keep.is_file():
        done = [json.loads(line) for line in keep.read_text().splitlines() if line.endswith("}")]
    left = sorted(set(range(count)) - {one["seed"] for one in done})
    with ProcessPoolExecutor(processes) as pool:
        for one in pool.map(rank_one, left):
            done.append(one)
            if keep:
                with keep.open("a") as stream:
                    stream.write(json.dumps(one) + "\n")
            print(f"source {len(done)} of {count}", flush=True)
    return sorted((one for one in done if one["seed"] < count), key=lambda one: int(one["seed"]))


def flatness(done: Sequence[dict[str, Any]]) -> dict[str, float]:
    """p-value of the chi-square test of each quantity's histogram."""
    ranks = {name: [one["ranks"][name] for one in done] for name in done[0]["ranks"]}
    return {name: float(chisquare(np.histogram(found, EDGES)[0]).pvalue) for name, found in ranks.items()}


def draw_histograms(done: Sequence[dict[str, Any]], path: Path) -> None:
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


def table(done: Sequence[dict[str, Any]], picture: str) -> list[str]:
    """Lines of the page: the test of each quantity, and the picture."""
    values = flatness(done)
    return [
        f"| quantity | p of chi-square, {BINS} bars | above {FLAT:g} |",
        "|---|---|---|",
        *(f"| {name} | {value:.3f} | {'flat' if value > FLAT else 'NOT FLAT'} |" for name, value in values.items()),
        "",
        f"![Rank histograms of every quantity; grey: where nine in ten bars of a flat histogram lie]({picture})",
        "",
    ]
