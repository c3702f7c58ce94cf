"""What a long step tells the person who waits: a bar on a terminal, nothing in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Report = Callable[[float], None]


class Reporter:
    """Names and times the steps of a study; this one is quiet.

    Attributes
    ----------
    timings : dict of str to float
        Wall time (s) of each finished step, in order.
    processor : dict of str to float
        Processor time (s) of each, of all threads together: what it takes whatever else the machine does.
    """

    def __init__(self) -> None:
        self.timings: dict[str, float] = {}
        self.processor: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[Report]:
        """Time a step; the value given is a function that takes the fraction done (0 to 1)."""
        start, worked = time.perf_counter(), time.process_time()
        with self._shown(name) as report:
            yield report
        self.timings[name] = self.timings.get(name, 0.0) + time.perf_counter() - start
        self.processor[name] = self.processor.get(name, 0.0) + time.process_time() - worked

    @contextmanager
    def _shown(self, name: str) -> Iterator[Report]:
        yield _nothing

    def note(self, form: str) -> Report:
        """Return a function that takes a number and shows it, in a form such as ``"R-hat {:.3f}"``, beside the step."""
        return _nothing

    def close(self) -> None:
        """End whatever is drawn."""


def _nothing(fraction: float) -> None:
    """Report to nobody."""


class TerminalReporter(Reporter):
    """Draws one bar a step on the error stream, so that the output stream stays clean."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description:<36}"),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>4.0f} %"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._progress: Any = Progress(*columns, console=Console(stderr=True))
        self._shown_step: tuple[Any, str] = (0, "")
        self._progress.start()

    @contextmanager
    def _shown(self, name: str) -> Iterator[Report]:
        task = self._progress.add_task(name, total=1.0)
        self._shown_step = task, name
        yield lambda fraction: self._progress.update(task, completed=min(max(fraction, 0.0), 1.0))
        self._progress.update(task, completed=1.0)

    def note(self, form: str) -> Report:
        """Return a function that shows a number behind the name of the step that runs now."""
        task, name = self._shown_step
        return lambda value: self._progress.update(task, description=f"{name}, {form.format(value)}")

    def close(self) -> None:
        """Leave the bars as they stand and free the terminal."""
        self._progress.stop()


def reporter_for_stream() -> Reporter:
    """Return bars where a person watches the error stream, else the quiet reporter."""
    return TerminalReporter() if sys.stderr.isatty() else Reporter()
