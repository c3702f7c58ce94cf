"""Chains side by side: one thread or one worker of a pool each, watched, and kept on disk now and then."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from geoslip.inversion.posterior.checkpoint import Checkpoint
from geoslip.inversion.posterior.pool import Pool
from geoslip.inversion.posterior.watching import Watcher

Array = NDArray[np.float64]

WORTH_THREADS = 64
"""Parameters below which threads wait for each other longer than they work."""
FIRST_LEG, LEG_SECONDS = 4, 20.0
"""Draws that a worker of a pool makes before it tells of them: at first, and about how long it goes on later."""


class Runner(Protocol):
    """A chain that moves, tells its state (parameters,), and can be marked and put back."""

    def advance(self) -> None:
        """Move by one draw."""

    def state(self) -> Array:
        """What a draw keeps."""

    def mark(self, step: int) -> dict[str, Any]:
        """Where it stands after a step."""

    def restore(self, mark: dict[str, Any]) -> None:
        """Go back to a mark."""

    def twin(self) -> Runner:
        """Another one that moves by itself."""


class Race:
    """Chains that run to the same number of draws.

    Parameters
    ----------
    chains : sequence of Runner
    draws, warmup : int
        Kept, and thrown away before.
    checkpoint : Checkpoint, optional
    identity : dict
        What the checkpoint must have been made for.
    pool : Pool, optional
        Whose workers the chains run on, instead of threads here; the draws are the same.
    """

    def __init__(
        self,
        chains: Sequence[Runner],
        draws: int,
        *,
        warmup: int,
        checkpoint: Checkpoint | None,
        identity: dict[str, Any],
        pool: Pool | None = None,
    ) -> None:
        self.pool = pool
        self.chains, self.draws, self.warmup = chains, draws, warmup
        self.checkpoint, self.identity = checkpoint, identity
        width = len(chains[0].state())
        self.kept = np.zeros((len(chains), draws, width))
        self.marks = [chain.mark(-warmup) for chain in chains]
        self.threads = min(len(chains), os.cpu_count() or 1) if width >= WORTH_THREADS else 1
        self.stop = threading.Event()
        if checkpoint is not None and (stored := checkpoint.load(identity=identity)) is not None:
            arrays, marks = stored
            found = arrays["kept"]
            self.marks = [mark | {"x": one.copy()} for mark, one in zip(marks, arrays["x"], strict=True)]
            # a run that had been lengthened holds more draws than it first was to have
            self._make_room(found.shape[1])
            self.kept[:, : found.shape[1]] = found
            for chain, mark in zip(chains, self.marks, strict=True):
                chain.restore(mark)

    @property
    def fraction(self) -> float:
        """Share of the steps that is done."""
        done = sum(int(mark["step"]) + self.warmup for mark in self.marks)
        return min(1.0, done / (len(self.chains) * (self.draws + self.warmup)))

    def lengthen(self, more: int) -> None:
        """Let every chain go on for so many draws more, in the next run."""
        self.draws += more
        self._make_room(self.draws)

    def _make_room(self, draws: int) -> None:
        missing = draws - self.kept.shape[1]
        if missing > 0:
            self.kept = np.pad(self.kept, ((0, 0), (0, missing), (0, 0)))

    def run(
        self, *, progress: Callable[[float], None] | None = None, watch: Callable[[float], None] | None = None
    ) -> Array:
        """Run to the end and give the draws (chains, draws, parameters)."""
        watcher = Watcher(watch)

        def tell() -> None:
            if progress is not None:
                progress(self.fraction)
            watcher.look(self._so_far)
            if self.checkpoint is not None and self.checkpoint.due:
                self._save(self.checkpoint)

        if self.pool is None:
            self._run_here(tell)
        else:
            self._run_on(self.pool, tell)
        return self.kept[:, : self.draws]

    def _run_here(self, tell: Callable[[], None]) -> None:
        self.stop.clear()
        with ThreadPoolExecutor(self.threads) as threads:
            waiting = {threads.submit(self._advance, number) for number in range(len(self.chains))}
            try:
                while waiting:
                    finished, waiting = wait(waiting, timeout=0.2)
                    for future in finished:
                        future.result()
                    tell()
            finally:
                self.stop.set()

    def _run_on(self, pool: Pool, tell: Callable[[], None]) -> None:
        chain = pool.share(self.chains[0])

        def leg(number: int, steps: int) -> Future[tuple[Array, dict[str, Any], float]]:
            mark = self.marks[number]
            return pool.submit(run_leg, chain, mark, min(steps, self.draws - int(mark["step"])))

        unfinished = [number for number, mark in enumerate(self.marks) if int(mark["step"]) < self.draws]
        waiting = {leg(number, FIRST_LEG): number for number in unfinished}
        try:
            while waiting:
                for future in wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED).done:
                    number = waiting.pop(future)
                    states, mark, seconds = future.result()
                    begin, end = int(self.marks[number]["step"]), int(mark["step"])
                    if end > 0:
                        self.kept[number, max(begin, 0) : end] = states[max(-begin, 0) :]
                    self.marks[number] = mark
                    if end < self.draws:
                        waiting[leg(number, max(1, round(len(states) * LEG_SECONDS / max(seconds, 1e-3))))] = number
                tell()
        finally:
            for future in waiting:
                future.cancel()

    def _advance(self, number: int) -> None:
        chain = self.chains[number]
        for step in range(int(self.marks[number]["step"]), self.draws):
            if self.stop.is_set():
                return
            chain.advance()
            if step >= 0:
                self.kept[number, step] = chain.state()
            # one assignment of a finished mark: what the other thread saves is never half of it
            self.marks[number] = chain.mark(step + 1)

    def _so_far(self) -> Array:
        return self.kept[:, : max(min(int(mark["step"]) for mark in self.marks), 0)]

    def _save(self, checkpoint: Checkpoint) -> None:
        marks = list(self.marks)
        done = max(max(int(mark["step"]) for mark in marks), 0)
        arrays = {"kept": self.kept[:, :done], "x": np.array([mark["x"] for mark in marks])}
        plain = [{name: value for name, value in mark.items() if name != "x"} for mark in marks]
        checkpoint.save(arrays, plain, identity=self.identity)


def run_leg(chain: Runner, mark: dict[str, Any], steps: int) -> tuple[Array, dict[str, Any], float]:
    """Let a chain go on from a mark: its states (steps, parameters), where it stands then, and the seconds it took.

    The chain itself is left as it is, for other tasks of the same worker may take it too.
    """
    begin, own = time.perf_counter(), chain.twin()
    own.restore(mark)
    states = []
    for _ in range(steps):
        own.advance()
        states.append(own.state())
    return np.array(states), own.mark(int(mark["step"]) + steps), time.perf_counter() - begin
