"""Simulation-based calibration of the posteriors (Talts et al. 2018): are their draws what they claim to be?

Sources are drawn from the prior, each gives data with noise of a drawn scale, and each posterior says at which rank the
truth stands among its draws. If the posterior is right, every rank is as likely as any other. With --keep, sources that
are done are not done again. Prints a chi-square test for each quantity, draws the histograms and writes the page.
"""

import argparse
import os
from pathlib import Path

import geometry
import slip
from ranks import FLAT, RANKS, draw_histograms, flatness, ranks_of, table

KINDS = {"geometry": geometry, "slip": slip}

INTRO = [
    "# Are the intervals right?",
    "",
    "Written by `make calibrate` (tests/calibrate/run.py): simulation-based calibration (Talts et al. 2018).",
    "A fault and its slip are drawn from the prior, data are made with noise of a drawn scale, and their",
    f"posterior is sampled as a user would. The truth's rank among {RANKS} draws must be as likely to be any",
    "number as any other: intervals too narrow make the histogram high at both ends, too wide ones in the",
    "middle, a bias makes it lean.",
    "",
]


def main() -> None:
    """Run the sources, print the tests, draw the histograms, write the page; exit 1 where a histogram is not flat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="number of synthetic sources of each kind")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="sources worked on at once")
    parser.add_argument("--keep", type=Path, help="folder for JSON lines, one a source, which are not made again")
    parser.add_argument("--page", type=Path, required=True, help="page to write; the pictures lie beside it")
    options = parser.parse_args()
    text, worst = list(INTRO), 1.0
    for name, kind in KINDS.items():
        keep = options.keep / f"calibration_{name}.jsonl" if options.keep else None
        done = ranks_of(kind.rank_one, count=options.count, processes=options.processes, keep=keep)
        picture = options.page.with_name(f"calibration_{name}.png")
        draw_histograms(done, picture)
        text += kind.section(done) + table(done, picture.name)
        values = flatness(done)
        worst = min(worst, *values.values())
        print(name, {quantity: round(value, 3) for quantity, value in values.items()}, flush=True)
    options.page.write_text("\n".join(text), encoding="utf-8")
    if worst <= FLAT:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
