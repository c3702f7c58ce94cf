"""What ``geoslip batch`` does."""

from __future__ import annotations

from pathlib import Path

import typer

from geoslip.cases.batch.events import Outcome, Task, read_events, run_here, run_on_dask
from geoslip.cases.batch.table import write_batch


def batch_command(
    events: Path,
    *,
    out: Path,
    data: Path | None,
    catalogue: Path | None,
    dask: str | None,
    workers: int,
    resume: bool,
    report: bool,
) -> int:
    """Run every event of a table and write what they make together; the number that failed is returned."""
    cases, seismic = read_events(events, catalogue=catalogue)
    out.mkdir(parents=True, exist_ok=True)
    folder = out.absolute()
    data = data.absolute() if data is not None else None
    tasks = [Task(name, str(_absolute(case)), folder / name, data, resume, report) for name, case in cases.items()]
    running = run_on_dask(tasks, address=dask) if dask else run_here(tasks, workers=workers)
    found: dict[str, Outcome] = {}
    for outcome in running:
        found[outcome.name] = outcome
        state = f"failed: {outcome.error}" if outcome.error else "kept" if outcome.skipped else "done"
        typer.echo(f"{len(found):>4}/{len(tasks)} {outcome.name:<24} {outcome.seconds:7.1f} s  {state}")
    outcomes = [found[name] for name in cases]
    rows = write_batch(folder, outcomes, seismic=seismic)
    for row in rows:
        if "kagan_deg" in row:
            typer.echo(
                f"  {row['name']:<24} centroid {row['centroid_shift_km']:5.1f} km away and "
                f"{row['depth_shift_km']:+5.1f} km deeper, Kagan angle {row['kagan_deg']:3.0f}, "
                f"Mw {row['mw_difference']:+.2f}"
            )
    failed = [outcome for outcome in outcomes if outcome.error]
    typer.echo(f"{len(outcomes) - len(failed)} of {len(outcomes)} events done; tables: {folder}")
    if failed:
        names = ", ".join(outcome.name for outcome in failed)
        typer.echo(f"warning: failed: {names}; the reasons stand in {folder / 'batch.json'}", err=True)
    return len(failed)


def _absolute(case: str) -> Path | str:
    return Path(case).absolute() if Path(case).exists() else case
