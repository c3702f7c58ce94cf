"""Several studies at a time: a process each, tied to a core of its own, so that none waits for another's threads."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue

LAST_LINES = 20
"""Of its log that are shown of a study that stopped."""


def cores() -> int:
    """Return how many cores this process may use; 1 where it cannot be tied to some of them."""
    return len(_own_cores())


def _own_cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]


def run_apart(names: Sequence[str], *, out: Path, data: Path | None, jobs: int) -> Iterator[tuple[str, bool]]:
    """Run studies in processes of their own and yield each as it ends, with whether it ended well.

    Parameters
    ----------
    names : sequence of str
        Started in this order: the slowest first leaves the shortest tail.
    out : Path
        Folder of the runs; what a study prints stands in ``out/NAME/log.txt``.
    data : Path, optional
    jobs : int
        Processes at a time; each is tied to one of the cores.
    """
    places: SimpleQueue[set[int]] = SimpleQueue()
    own = _own_cores()
    for number in range(jobs):
        places.put({own[number % len(own)]})

    def run(name: str) -> bool:
        place = places.get()
        try:
            print(f"{name} ...", flush=True)
            return _run_on(place, name, out=out, data=data)
        finally:
            places.put(place)

    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(run, name): name for name in names}
        try:
            for ended in as_completed(waiting):
                yield waiting[ended], ended.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _run_on(place: set[int], name: str, *, out: Path, data: Path | None) -> bool:
    log = out / name / "log.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    options = [] if data is None else ["--data", str(data)]
    command = [sys.executable, "-m", "geoslip.cases.library.studies", name, "--out", str(out), *options]
    quiet = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with log.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(
            [*command, "--jobs", "1", "--again"], stdout=stream, stderr=subprocess.STDOUT, env=quiet
        )  # fmt: skip
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(process.pid, place)
        ended_well = process.wait() == 0
    if not ended_well:
        last = log.read_text(encoding="utf-8").splitlines()[-LAST_LINES:]
        print(f"{name} stopped:\n" + "\n".join(last), file=sys.stderr, flush=True)
    return ended_well
