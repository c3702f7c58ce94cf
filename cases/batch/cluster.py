"""A Dask cluster: where a batch runs its events, and a run its chains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from geoslip.cases.errors import CaseError, Mistake

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")


def connect(address: str) -> Client:
    """Reach a scheduler.

    Raises
    ------
    CaseError
        Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise CaseError("--dask needs Dask: pip install 'geoslip[dask]'") from None
    try:
        return Client(address, timeout="10s", set_as_default=False)
    except Exception as error:
        raise CaseError(
            Mistake(f"no Dask scheduler answers ({error}): start one, or leave --dask out", address)
        ) from None


class DaskPool:
    """The workers of a cluster as the samplers take them (geoslip.inversion.posterior.Pool)."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.executor = client.get_executor(pure=False, retries=1)

    def submit(self, task: Callable[..., T], /, *arguments: Any) -> Future[T]:
        """Have a task done by whichever worker is free."""
        return self.executor.submit(task, *arguments)

    def share(self, thing: Any) -> Any:
        """Send once what many tasks take."""
        return self.client.scatter(thing, hash=False)


@contextmanager
def chains_on(address: str | None) -> Iterator[DaskPool | None]:
    """The cluster at an address, None without one, while chains run there.

    Raises
    ------
    CaseError
        As `connect`, and where the scheduler or its workers die on the way.
    """
    if address is None:
        yield None
        return
    with connect(address) as client:
        try:
            yield DaskPool(client)
        except Exception as error:
            # a file that cannot be read or written is no death of the cluster
            lost = isinstance(error, CancelledError | ConnectionError)
            if not lost and not type(error).__module__.startswith("distributed"):
                raise
            rule = f"the Dask scheduler or its workers died ({type(error).__name__}): run again with --resume"
            raise CaseError(Mistake(rule, address)) from error
