"""What goes wrong when a slip model is read or written, said in one way."""

from collections.abc import Iterator
from contextlib import contextmanager


class FormatError(ValueError):
    """A file is not what its reader expects, or a model holds what a format cannot.

    Parameters
    ----------
    message : str
        Value, rule and remedy.
    source : str
        The file's name.
    line : int, optional
        Counted from 1.
    """

    def __init__(self, message: str, *, source: str = "", line: int | None = None) -> None:
        place = source if line is None else f"{source or 'text'}, line {line}"
        super().__init__(f"{place}: {message}" if place else message)
        self.source = source
        self.line = line


@contextmanager
def naming(source: str) -> Iterator[None]:
    """Turn a ValueError raised inside (a patch above ground, say) into a FormatError with the file's name."""
    try:
        yield
    except FormatError:
        raise
    except ValueError as error:
        raise FormatError(str(error), source=source) from error
