"""Run the shipped studies, score them against what was published, and write the tables into their pages.

``python -m geoslip.cases.library.studies --out FOLDER [--pages cases] [--scoreboard PAGE] [NAME ...]``; ``make
studies`` calls it. What a study scored is kept in FOLDER, so that the scoreboard holds them all when only some are run
again.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from geoslip.cases.casefile.read import read_case
from geoslip.cases.commands.study import run_command, run_quietly
from geoslip.cases.library.find import find_case, shipped_studies, study_seconds
from geoslip.cases.library.published import PublishedRow, Score, markdown, read_published, score
from geoslip.cases.library.scoreboard import Outcome, keep_outcome, kept_outcomes, scoreboard
from geoslip.cases.output.folder import whole_file, write_block
from geoslip.cases.output.results import write_json


def published_studies() -> dict[str, tuple[PublishedRow, ...]]:
    """Return the shipped studies that are held to published figures: name to rows."""
    return {
        name: read_published(case.with_name("published.yml"))
        for name, case in shipped_studies().items()
        if case.with_name("published.yml").is_file()
    }


def needed_cases(rows: Sequence[PublishedRow]) -> tuple[str, ...]:
    """Return the case files that the rows speak of, without suffix, in the order of their first mention."""
    return tuple(dict.fromkeys(name for row in rows for name in (row.case, row.over) if name is not None))


def run_study(
    name: str, *, out: Path, data: Path | None = None, report: bool = False, leave_out: Collection[str] = ()
) -> tuple[Score, ...]:
    """Run every case that a study's published figures need, and score them.

    Parameters
    ----------
    name : str
        Shipped study, such as ``landers1992``.
    out : Path
        Each case gets the folder ``out/NAME/CASE``.
    data : Path, optional
        Folder of the data files; GEOSLIP_DATA otherwise.
    report : bool
        Whether to write the reports too.
    leave_out : collection of str
        Cases that are not run, with the rows that speak of them.
    """
    rows = tuple(row for row in published_studies()[name] if not {row.case, row.over} & set(leave_out))
    summaries: dict[str, list[dict[str, Any]]] = {}
    for case in needed_cases(rows):
        folder = out / name / case
        folder.parent.mkdir(parents=True, exist_ok=True)
        run_command(f"{name}/{case}", out=folder, data=data, resume=False, report=report)
        folders = [folder, *_other_seeds(f"{name}/{case}", folder, rows=[row for row in rows if row.case == case])]
        summaries[case] = [_figures(one) for one in folders]
    return score(rows, summaries)


def _figures(folder: Path) -> dict[str, Any]:
    """What a run's summary.json says, and under ``provenance`` what its provenance.json does."""
    summary, provenance = (
        json.loads((folder / name).read_text(encoding="utf-8")) for name in ("summary.json", "provenance.json")
    )
    return dict(summary) | {"provenance": provenance}


def _other_seeds(name: str, folder: Path, *, rows: Sequence[PublishedRow]) -> list[Path]:
    """Run a synthetic case with as many further seeds of its noise as its rows ask for, each beside the first."""
    seed, count = read_case(find_case(name)).seed, max((row.seeds for row in rows), default=1)
    folders = [folder.with_name(f"{folder.name}-seed-{seed + more}") for more in range(1, count)]
    for more, place in enumerate(folders, start=1):
        print(f"{name}: seed {more + 1} of {count}", flush=True)
        run_quietly(name, out=place, data=None, resume=False, report=False, seed=seed + more)
    return folders


def write_scores(page: Path, scores: Sequence[Score]) -> None:
    """Put the table of what was published and what came out between a page's marks for the block ``scores``."""
    write_block(page, "scores", text=markdown(scores))


def main() -> None:
    """Run, score, print, write; with ``--strict`` exit 1 where a figure misses its window."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="studies; all that have published figures if none is named")
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--data", type=Path, help="folder of the data files (default: GEOSLIP_DATA)")
    parser.add_argument("--pages", type=Path, help="folder of the studies' pages, whose tables are to be written anew")
    parser.add_argument("--scoreboard", type=Path, help="page of all studies, to be written anew")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a figure misses its window")
    options = parser.parse_args()
    missed = 0
    for name in options.names or published_studies():
        start = time.monotonic()
        scores = run_study(name, out=options.out, data=options.data, report=True)
        print(f"\n## {name}\n\n{markdown(scores)}\n", flush=True)
        missed += sum(not item.passed for item in scores)
        title = read_case(shipped_studies()[name]).title
        keep_outcome(options.out, Outcome(name, title, time.monotonic() - start, scores))
        if options.pages is not None:
            write_scores(options.pages / name / "README.md", scores)
            seconds = study_seconds() | {one.name: round(one.seconds) for one in kept_outcomes(options.out)}
            write_json(options.pages / "library" / "seconds.json", dict(sorted(seconds.items())))
        if options.scoreboard is not None:
            with whole_file(options.scoreboard) as partial:
                partial.write_text(scoreboard(kept_outcomes(options.out)), encoding="utf-8")
    sys.exit(1 if missed and options.strict else 0)


if __name__ == "__main__":
    main()
