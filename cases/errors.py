"""Mistakes in a case: each with its place, its value, the rule and the remedy, and all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoslip.cases.casefile.case import Case


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong with a case.

    Parameters
    ----------
    rule : str
        What must hold, and what to do about it, in one sentence.
    key : str
        Path of the key (``"data[0].file"``); empty for the whole file.
    value : str
        The value as written; empty where there is none (a missing key).
    file : str
        The case file; empty for a case made in a script.
    line : int or None
        Line number in the file, counted from 1.
    """

    rule: str
    key: str = ""
    value: str = ""
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        subject = f"{self.key}: {self.value}" if self.key and self.value else self.key
        return ": ".join(part for part in (place, subject) if part) + (" -- " if place or subject else "") + self.rule


class CaseError(ValueError):
    """The case, or a file that it names, is wrong; nothing was computed from it.

    Parameters
    ----------
    mistakes : Mistake, str or sequence of Mistake
        Everything that was found, not only the first.
    """

    def __init__(self, mistakes: Mistake | str | Sequence[Mistake]) -> None:
        if isinstance(mistakes, str):
            mistakes = Mistake(mistakes)
        if isinstance(mistakes, Mistake):
            mistakes = [mistakes]
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line or 0))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class ResumeError(CaseError):
    """What an interrupted run left behind does not fit the case; it is kept, for the case that it does fit."""


@contextmanager
def as_case_error(case: Case) -> Iterator[None]:
    """Turn a room's complaint about what the case asked for into a mistake in the case."""
    try:
        yield
    except CaseError:
        raise
    except ValueError as error:
        from geoslip.inversion.posterior import CheckpointError

        if isinstance(error, CheckpointError):
            raise ResumeError(str(error)) from error
        names = [entry.name for entry in case.data]
        named = [index for index, name in enumerate(names) if str(error).startswith(f"{name}:")]
        location: tuple[str | int, ...] = ("data", named[0]) if named else ()
        raise CaseError(case.mistake(location, str(error))) from error
