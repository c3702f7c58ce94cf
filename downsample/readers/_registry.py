"""Readers by name: every module of this folder that holds a `READER` is one, so a new format is one new file."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from geoslip.downsample.errors import DataError
from geoslip.faults.discovery import discovered

PRODUCTS = ("scene", "points", "gnss")


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One format.

    Parameters
    ----------
    name : str
        How a user asks for it.
    product : {"scene", "points", "gnss"}
        What `read` gives: a `Scene`, or `Observations` of points or of stations.
    summary : str
        One line for lists.
    recognises : callable
        path -> bool; True if the file looks like this format. Must not raise.
    read : callable
        (path, **options) -> Scene or Observations.
    asks : tuple of str
        Options among unit and positive that the user must give, because the format does not say them.
    rank : int
        Readers with a higher rank are asked first: special formats before general ones.
    """

    name: str
    product: str
    summary: str
    recognises: Callable[[Path], bool]
    read: Callable[..., Any]
    asks: tuple[str, ...] = ()
    rank: int = 0


@cache
def readers(product: str | None = None) -> dict[str, Reader]:
    """Give all readers of a product by name, special formats first.

    Parameters
    ----------
    product : {"scene", "points", "gnss"}, optional
        None: of all products.

    Returns
    -------
    dict
        Name to `Reader`; do not change it.
    """
    found: dict[str, Reader] = {}
    for reader in discovered("geoslip.downsample.readers", "READER", group="geoslip.readers"):
        if reader.name in found:
            raise RuntimeError(f"two readers are called {reader.name!r}")
        found[reader.name] = reader
    ordered = sorted(found.values(), key=lambda reader: (-reader.rank, reader.name))
    return {reader.name: reader for reader in ordered if product in (None, reader.product)}


def choose_reader(path: Path | str, *, product: str, format: str = "auto") -> Reader:
    """Give the reader a user named, or the first that recognises the file.

    Raises
    ------
    DataError
        If the file is missing, the format is unknown, or no reader recognises the file.
    """
    path, known = Path(path), readers(product)
    if not path.is_file():
        raise DataError(f"{path}: no such file; check the path and the data folder")
    if format != "auto":
        if format not in known:
            raise DataError(f"format {format!r} is unknown for {product} data: use one of {', '.join(known)}")
        return known[format]
    for reader in known.values():
        if reader.recognises(path):
            return reader
    raise DataError(f"{path}: not recognised as {product} data; name its format, one of {', '.join(known)}")
