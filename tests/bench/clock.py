"""How the scripts beside this file time a job: the options they share, and the JSON line they print."""

import argparse
import json
import time
from collections.abc import Callable
from multiprocessing import get_context

import numpy as np

Job = Callable[[int], object]
"""Called with the number of threads."""

_kept: list[Job] = []


def options(description: str | None, **sizes: float) -> argparse.Namespace:
    """Read the command line: the sizes of the problem, and how to time it."""
    parser = argparse.ArgumentParser(description=description)
    for name, size in sizes.items():
        parser.add_argument(f"--{name}", type=type(size), default=size)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--gain", action="store_true", help="time one thread and two in turn, by the wall")
    return parser.parse_args()


def timed(job: Job, arguments: argparse.Namespace, *, warm: Job | None = None) -> dict[str, float]:
    """Seconds of a job that is called with a number of threads, after a first call that compiles.

    `warm` stands for that first call where the job itself takes minutes.

    They are the processor's for one thread, the least of several runs. With ``--gain`` they are of the wall for one
    thread and for two, and the gain is the median over runs that took turns: runs side by side see the same machine,
    and a least time would be that of one thread while the other processors stood still. What two processes gain that
    share nothing tells how much the machine has to give.
    """
    (warm or job)(1)
    if not arguments.gain:
        return {"seconds": min(_seconds(lambda: job(1), time.process_time) for _ in range(arguments.repeats))}
    with get_context("fork").Pool(2, _keep, (job,)) as processes:
        ways = (lambda: job(1), lambda: job(2), lambda: processes.map(_run_kept, range(2), chunksize=1))
        times = np.array([[_seconds(way) for way in ways] for _ in range(3 * arguments.repeats)])
    one, two, apart = times.T
    return {
        "one": float(np.median(one)),
        "two": float(np.median(two)),
        "gain": float(np.median(one / two)),
        "apart": float(np.median(2.0 * one / apart)),
    }


def tell(job: str, **numbers: float) -> None:
    """Print what was found as one JSON line."""
    print(json.dumps({"job": job, **numbers}))


def _seconds(job: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    start = clock()
    job()
    return clock() - start


def _keep(job: Job) -> None:
    _kept.append(job)


def _run_kept(_: int) -> None:
    _kept[0](1)
