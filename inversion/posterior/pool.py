"""Workers elsewhere, other processes or other machines, that chains may run on: one chain is one worker's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Pool(Protocol):
    """Takes tasks, as an executor of concurrent.futures does."""

    def submit(self, task: Callable[..., T], /, *arguments: Any) -> Future[T]:
        """Have a task done by whichever worker is free."""

    def share(self, thing: Any) -> Any:
        """Send once what many tasks take; what is given back stands for it among their arguments."""


def on_each(pool: Pool, task: Callable[..., T], arguments: Sequence[tuple[Any, ...]]) -> list[T]:
    """Results of one task for each set of arguments, in their order, all done at once."""
    futures = [pool.submit(task, *one) for one in arguments]
    try:
        return [future.result() for future in futures]
    finally:
        for future in futures:
            future.cancel()
