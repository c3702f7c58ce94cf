"""Run a long computation tile by tile on a pool of threads, so that it can show progress and be interrupted."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from typing import TypeVar

import numpy as np

Tile = TypeVar("Tile")
Progress = Callable[[float], object]
"""Called in the caller's thread with the fraction done, from 0 to 1; an exception it raises stops the run."""

PAIRS_PER_STEP = 1 << 17
"""Pairs of point and source between two looks at whether to stop: a few milliseconds."""

DEPTH_WEIGHT = 4
"""Work of one pair at depth, or of a triangle, in units of a rectangle's at the surface."""

_POLL_SECONDS = 0.05


class _Stopped(Exception):
    """Raised inside a tile when another part of the run has failed or was interrupted."""


class Meter:
    """Counts the work done by all threads, stops them between two steps, and shows progress in the caller's own."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.total = max(total, 1)
        self._progress, self._caller = progress, threading.get_ident()
        self._done = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()

    @property
    def fraction(self) -> float:
        """Fraction of the work that is done."""
        return min(self._done / self.total, 1.0)

    def advance(self, amount: int) -> None:
        """Count work done in a step, and leave the tile if the run was stopped."""
        with self._lock:
            self._done += amount
        if self._stop.is_set():
            raise _Stopped
        if self._progress is not None and threading.get_ident() == self._caller:
            self._progress(self.fraction)

    def stop(self) -> None:
        """Let every tile end at its next step."""
        self._stop.set()


def thread_count(threads: int | None) -> int:
    """Check a number of threads; None means every processor this process may use.

    Parameters
    ----------
    threads : int or None
        Number of threads.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If it is less than one.
    """
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if threads < 1:
        raise ValueError(f"threads is {threads}, but must be at least 1; give None to use every processor")
    return int(threads)


def run_tiles(
    work: Callable[[Tile, Meter], None],
    tiles: Sequence[Tile],
    *,
    total: int,
    progress: Progress | None = None,
    threads: int | None = None,
) -> None:
    """Work on every tile, on several threads.

    Parameters
    ----------
    work : callable
        Called as work(tile, meter); it must call meter.advance(amount) after every step, and its steps should
        release the interpreter lock.
    tiles : sequence
        What to hand to `work`.
    total : int
        Sum of the amounts of all steps.
    progress : callable, optional
        Called with the fraction done. What it raises, as well as KeyboardInterrupt, stops all threads after their
        current step and is passed on.
    threads : int, optional
        Number of threads, by default every processor this process may use.

    Raises
    ------
    ValueError
        If `threads` is less than one.
    """
    count = min(thread_count(threads), len(tiles))
    meter = Meter(total, progress)
    waiting_tiles = iter(tiles)

    def take_tiles() -> None:
        for tile in waiting_tiles:
            _quietly(work, tile, meter)

    if count <= 1:
        take_tiles()
        return

    def help_out() -> None:
        try:
            take_tiles()
        except BaseException:
            meter.stop()
            raise

    # The caller's thread works too: it has its processor already, where a new thread must first be given one. A future
    # for each thread, not for each tile: looking through all of them whenever one ends holds up the threads.
    with ThreadPoolExecutor(count - 1) as pool:
        helpers = [pool.submit(help_out) for _ in range(count - 1)]
        try:
            with suppress(_Stopped):  # a helper failed, and says below why
                take_tiles()
            waiting = set(helpers)
            while waiting:
                _, waiting = wait(waiting, _POLL_SECONDS)
                if progress is not None:
                    progress(meter.fraction)
        except BaseException:
            meter.stop()
            raise
    for error in (helper.exception() for helper in helpers):
        if error is not None and not isinstance(error, _Stopped):
            raise error


def _quietly(work: Callable[[Tile, Meter], None], tile: Tile, meter: Meter) -> None:
    # With the JIT off the kernels divide numpy numbers, which warn where a compiled kernel makes NaN in silence.
    with np.errstate(all="ignore"):
        work(tile, meter)


def points_per_tile(n_sources: int, *, weight: int = 1) -> int:
    """How many points to put in a tile, so that it takes a few milliseconds and threads end together.

    Parameters
    ----------
    n_sources : int
        Number of sources the tile has.
    weight : int
        Work of a pair, in units of a rectangle's at the surface.

    Returns
    -------
    int
        A multiple of the kernels' blocks, so that the blocks, and the last bits of a result, do not depend on tiles.
    """
    unit = 256 if weight == 1 else 128
    return unit * max(1, min(128, PAIRS_PER_STEP // (unit * weight * max(n_sources, 1))))


def spans(count: int, step: int) -> list[tuple[int, int]]:
    """Cut range(count) into consecutive spans.

    Parameters
    ----------
    count : int
        Length of the range.
    step : int
        Length of every span but the last.

    Returns
    -------
    list of (first, last)
        Half-open.
    """
    return [(first, min(first + step, count)) for first in range(0, count, step)]
