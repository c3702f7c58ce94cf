"""A whole catalogue unattended: one case and one folder an event, failures isolated and listed, resumable.

EVENTS.csv has the columns ``name`` and ``case`` (a case file, from the table's folder, or a shipped study) and, where
the event is to be compared with a seismic catalogue, either ``event`` (its identifier in the file given by
``--catalogue``) or the numbers themselves: lon, lat, depth_km, mw, strike, dip, rake.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from geoslip.cases.batch.cluster import connect
from geoslip.cases.batch.seismic import double_couple, read_seismic
from geoslip.cases.errors import CaseError, Mistake
from geoslip.cases.output.folder import MARK
from geoslip.faults.formats.mechanisms import EventMechanism

NUMBERS = ("lon", "lat", "depth_km", "mw", "strike", "dip", "rake")


@dataclass(frozen=True)
class Task:
    """One event: what is to be run, and where its results go."""

    name: str
    case: str
    folder: Path
    data: Path | None = None
    resume: bool = False
    report: bool = True


@dataclass(frozen=True)
class Outcome:
    """What came of an event; ``error`` is empty where it is done."""

    name: str
    folder: Path
    error: str = ""
    seconds: float = 0.0
    skipped: bool = False


def read_events(path: Path, *, catalogue: Path | None = None) -> tuple[dict[str, str], dict[str, EventMechanism]]:
    """Read the table of events.

    Returns
    -------
    cases : dict of str to str
        Event name to case file or study.
    seismic : dict of str to EventMechanism
        Of the events that can be compared.

    Raises
    ------
    CaseError
        With everything that is wrong with the table.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, ValueError) as error:
        rule = f"the table of events cannot be read ({getattr(error, 'strerror', None) or error}): check the path"
        raise CaseError(Mistake(rule, file=str(path))) from error
    try:
        known = read_seismic(catalogue) if catalogue is not None else None
    except OSError as error:
        rule = f"the catalogue cannot be read ({error.strerror}): check the path"
        raise CaseError(Mistake(rule, "--catalogue", str(catalogue))) from error
    except ValueError as error:
        raise CaseError(Mistake(str(error), "--catalogue")) from error
    cases: dict[str, str] = {}
    seismic: dict[str, EventMechanism] = {}
    mistakes = [] if rows else [Mistake("the table has no events: columns are name and case", file=str(path))]
    for line, row in enumerate(rows, start=2):
        try:
            name, case = (row.get("name") or "").strip(), (row.get("case") or "").strip()
            _check_name(name, case, cases)
            beside = path.parent / case
            cases[name] = str(beside) if beside.exists() else case
            if (event := _seismic(name, row, known)) is not None:
                seismic[name] = event
        except ValueError as error:
            mistakes.append(Mistake(str(error), file=str(path), line=line))
    if mistakes:
        raise CaseError(mistakes)
    return cases, seismic


def _check_name(name: str, case: str, cases: dict[str, str]) -> None:
    if not name or not case:
        raise ValueError("an event needs a name and a case")
    if name in cases:
        raise ValueError(f"the name '{name}' is there twice: every event has a folder of its own")
    if not all(letter.isalnum() or letter in "-_." for letter in name) or name.startswith("."):
        raise ValueError(f"the name '{name}' becomes a folder: use letters, digits, '-', '_' and '.'")


def _seismic(name: str, row: dict[str, str], known: dict[str, EventMechanism] | None) -> EventMechanism | None:
    identifier = (row.get("event") or "").strip()
    if identifier:
        if known is None:
            raise ValueError(f"event '{identifier}' is one of a catalogue: name its file with --catalogue")
        if identifier not in known:
            raise ValueError(f"event '{identifier}' is not in the catalogue, which has {len(known)} events")
        return known[identifier]
    given = [(row.get(key) or "").strip() for key in NUMBERS]
    if not any(given):
        return None
    try:
        lon, lat, depth, mw, strike, dip, rake = map(float, given)
    except ValueError:
        raise ValueError(f"to be compared, an event needs numbers in all of {', '.join(NUMBERS)}") from None
    return EventMechanism(lon, lat, 1e3 * depth, double_couple(strike, dip, rake, mw=mw), name)


def run_event(task: Task) -> Outcome:
    """Run one event; whatever goes wrong stays with it.

    Where a batch was killed, a worker may still be at one of its events when the next batch sends the same event to
    another worker: the second waits for the first, and then finds it done.
    """
    with alone(task.folder):
        return _run_event(task)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process works at a folder; the system lets go of it when a process dies."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        yield
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _run_event(task: Task) -> Outcome:
    if task.resume and (task.folder / MARK).is_file():
        return Outcome(task.name, task.folder, skipped=True)
    from geoslip.cases.commands.study import run_quietly

    begin = time.perf_counter()
    try:
        run_quietly(task.case, out=task.folder, data=task.data, resume=task.resume, report=task.report)
        error = ""
    except Exception as failure:
        kind = "" if isinstance(failure, CaseError) else f"{type(failure).__name__}: "
        error = kind + "; ".join(str(failure).splitlines())
    return Outcome(task.name, task.folder, error, time.perf_counter() - begin)


Runner = Callable[[Sequence[Task]], Iterator[Outcome]]


def run_here(tasks: Sequence[Task], *, workers: int = 1) -> Iterator[Outcome]:
    """Run events on this machine, in ``workers`` processes; the order is that in which they finish."""
    if workers == 1:
        yield from map(run_event, tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(run_event, task): task for task in tasks}
        for future in as_completed(futures):
            task = futures[future]
            try:
                yield future.result()
            except Exception as error:  # the process itself died, and with it whatever was queued for it
                yield Outcome(task.name, task.folder, f"its process died ({error}); run again with --resume")


def run_on_dask(tasks: Sequence[Task], *, address: str) -> Iterator[Outcome]:
    """Run events on the workers of a Dask scheduler, which see the same files.

    Raises
    ------
    CaseError
        Dask is not installed, or no scheduler answers.
    """
    client = connect(address)
    from distributed import as_completed as as_they_come

    waiting = {task.name: task for task in tasks}
    reason = "the scheduler or its workers died"
    with client:
        futures = [client.submit(run_event, task, pure=False, retries=1) for task in tasks]
        try:
            for future in as_they_come(futures, loop=client.loop):
                if future.status != "finished":
                    continue
                outcome = future.result()
                waiting.pop(outcome.name, None)
                yield outcome
        except Exception as error:  # what has come stays, the rest is listed below
            reason = f"{reason} ({type(error).__name__}: {error})"
    for task in waiting.values():
        yield Outcome(task.name, task.folder, f"{reason}; run again with --resume")
