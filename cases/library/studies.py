"""Run the shipped studies, score them against what was published, and write the tables into their pages.

``python -m geoslip.cases.library.studies --out FOLDER [--pages cases] [--scoreboard PAGE] [NAME ...]``; ``make
studies`` calls it. What a study scored is kept in FOLDER: the scoreboard holds them all when only some are run again,
and a call that was cut short goes on with those that this very code has not scored yet.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from geoslip.cases.casefile.read import read_case
from geoslip.cases.commands.study import run_command, run_quietly
from geoslip.cases.library.find import find_case, study_folders, study_seconds, study_title
from geoslip.cases.library.published import PublishedRow, Score, markdown, read_published, score
from geoslip.cases.library.scoreboard import Outcome, code_digest, keep_outcome, kept_outcomes, scoreboard
from geoslip.cases.library.side_by_side import cores, run_apart
from geoslip.cases.output.folder import whole_file, write_block
from geoslip.cases.output.results import write_json


def published_studies() -> dict[str, tuple[PublishedRow, ...]]:
    """Return the shipped studies that are held to published figures: name to rows."""
    return {
        name: read_published(folder / "published.yml")
        for name, folder in study_folders().items()
        if (folder / "published.yml").is_file()
    }


def needed_cases(rows: Sequence[PublishedRow]) -> tuple[str, ...]:
    """Return the case files, scripts and kept figures that the rows speak of, in the order of their first mention."""
    return tuple(dict.fromkeys(name for row in rows for name in (row.case, row.over) if name is not None))


def run_study(
    name: str, *, out: Path, data: Path | None = None, report: bool = False, leave_out: Collection[str] = ()
) -> tuple[Score, ...]:
    """Run every case and script that a study's published figures need, and score them.

    Parameters
    ----------
    name : str
        Shipped study, such as ``landers1992``.
    out : Path
        Each case gets the folder ``out/NAME/CASE``, and each script one.
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
        own = study_folders()[name] / case
        folder = out / name / Path(case).stem
        folder.parent.mkdir(parents=True, exist_ok=True)
        if own.suffix == ".json":
            summaries[case] = [json.loads(own.read_text(encoding="utf-8"))]
        elif own.suffix == ".py":
            summaries[case] = _scripted(own, out=folder, data=data)
        else:
            run_command(f"{name}/{case}", out=folder, data=data, resume=False, report=report)
            speaking = [row for row in rows if case in (row.case, row.over)]
            folders = [folder, *_other_seeds(f"{name}/{case}", folder, rows=speaking)]
            summaries[case] = [_figures(one) for one in folders]
    return score(rows, summaries)


def _scripted(script: Path, *, out: Path, data: Path | None) -> list[dict[str, Any]]:
    """What a study's script writes into summary.json, one a seed or one in all.

    It is called with ``--out`` and, where given, ``--data``.
    """
    out.mkdir(parents=True, exist_ok=True)
    options = [] if data is None else ["--data", str(data)]
    subprocess.run([sys.executable, str(script), "--out", str(out), *options], check=True)
    found = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return found if isinstance(found, list) else [found]


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


def _title(name: str) -> str:
    folder = study_folders()[name]
    case = folder / "case.yml"
    return read_case(case).title if case.is_file() else study_title(folder)


def run_and_keep(name: str, *, out: Path, data: Path | None) -> None:
    """Run a study with its reports and keep what it scored in ``out``."""
    start, code = time.monotonic(), code_digest()
    scores = run_study(name, out=out, data=data, report=True)
    keep_outcome(out, Outcome(name, _title(name), time.monotonic() - start, scores, code))


def _run_here(names: Sequence[str], *, out: Path, data: Path | None) -> Iterator[tuple[str, bool]]:
    """As `run_apart`, one after the other in this process, which an error ends."""
    for name in names:
        run_and_keep(name, out=out, data=data)
        yield name, True


def publish(outcome: Outcome, *, out: Path, pages: Path | None, board: Path | None) -> None:
    """Print a study's table, and write it into its page and, beside those of all others kept, on the scoreboard.

    What a study's scripts left as ``NAME.md`` goes between its page's marks of that name.
    """
    print(f"\n## {outcome.name}\n\n{markdown(outcome.scores)}\n", flush=True)
    if pages is not None:
        page = pages / outcome.name / "README.md"
        write_scores(page, outcome.scores)
        for script in (name for name in needed_cases([one.row for one in outcome.scores]) if name.endswith(".py")):
            for table in sorted((out / outcome.name / Path(script).stem).glob("*.md")):
                write_block(page, table.stem, text=table.read_text(encoding="utf-8").rstrip())
        seconds = study_seconds() | {one.name: round(one.seconds) for one in kept_outcomes(out)}
        write_json(pages / "library" / "seconds.json", dict(sorted(seconds.items())))
    if board is not None:
        with whole_file(board) as place:
            place.write_text(scoreboard(kept_outcomes(out)), encoding="utf-8")


def main() -> None:
    """Run, score, print, write; exit 1 where a study stopped, and with ``--strict`` where a figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="studies; all that have published figures if none is named")
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--data", type=Path, help="folder of the data files (default: GEOSLIP_DATA)")
    parser.add_argument("--pages", type=Path, help="folder of the studies' pages, whose tables are to be written anew")
    parser.add_argument("--scoreboard", type=Path, help="page of all studies, to be written anew")
    parser.add_argument("--jobs", type=int, default=cores(), help="studies at a time (default: one a core)")
    parser.add_argument("--again", action="store_true", help="run those too that this very code has scored already")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a figure misses its window")
    options = parser.parse_args()
    names, code = options.names or list(published_studies()), code_digest()
    scored = [] if options.again else [one for one in kept_outcomes(options.out) if one.code == code]
    left = [name for name in names if name not in {one.name for one in scored}]
    for outcome in scored:
        if outcome.name in names:
            publish(outcome, out=options.out, pages=options.pages, board=options.scoreboard)
    slow = sorted(left, key=lambda name: -study_seconds().get(name, float("inf")))
    run, stopped = (_run_here if options.jobs == 1 else partial(run_apart, jobs=options.jobs)), []
    for name, good in run(slow, out=options.out, data=options.data):
        if good:
            outcome = next(one for one in kept_outcomes(options.out) if one.name == name)
            publish(outcome, out=options.out, pages=options.pages, board=options.scoreboard)
        else:
            stopped.append(name)
    if stopped:
        print(f"stopped: {', '.join(stopped)}; their logs are in {options.out}/NAME/log.txt", file=sys.stderr)
    missed = [one for one in kept_outcomes(options.out) if one.name in names and one.passed < len(one.scores)]
    sys.exit(1 if stopped or (missed and options.strict) else 0)


if __name__ == "__main__":
    main()
