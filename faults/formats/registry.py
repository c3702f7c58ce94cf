"""Slip-model formats by where they lie: every module of this folder that holds a `FORMAT` is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from geoslip.faults.discovery import discovered

if TYPE_CHECKING:
    from geoslip.faults.slip import SlipModel

BOTH, MESH = ("rectangles", "triangles"), ("triangles",)


@dataclass(frozen=True)
class Format:
    """A slip-model format.

    Parameters
    ----------
    name : str
        How a user asks for it.
    suffixes : tuple of str
        Of its files, in small letters; a format that must be named to be written has none.
    matches : callable
        text -> bool; True if the text is of this format. Must not raise.
    parse : callable
        (text, *, source, frame, rigidity, **options) -> SlipModel.
    write : callable, optional
        SlipModel -> text; None where it can be read only.
    holds : tuple of str
        Patches that it can hold, of "rectangles" and "triangles".
    beside : mapping
        Further files of the same name that it writes: suffix to a function SlipModel -> text.
    rank : int
        Formats with a higher rank are asked first: special ones before those that take much for theirs.
    """

    name: str
    suffixes: tuple[str, ...]
    matches: Callable[[str], bool]
    parse: Callable[..., SlipModel]
    write: Callable[[SlipModel], str] | None
    holds: tuple[str, ...] = ("rectangles",)
    beside: Mapping[str, Callable[[SlipModel], str]] = field(default_factory=dict)
    rank: int = 0


@cache
def formats() -> tuple[Format, ...]:
    """Return all slip-model formats in the order in which they are asked whether a text is theirs.

    Raises
    ------
    RuntimeError
        Two formats of one name.
    """
    found: dict[str, Format] = {}
    for format in discovered("geoslip.faults.formats", "FORMAT", group="geoslip.formats"):
        if format.name in found:
            raise RuntimeError(f"two slip-model formats are called {format.name!r}: rename one of them")
        found[format.name] = format
    return tuple(sorted(found.values(), key=lambda format: (-format.rank, format.name)))
