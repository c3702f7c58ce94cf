"""Seismic catalogues, from QuakeML, ndk, psmeca or a table: events with mechanisms, and where earthquakes happened.

A table (CSV) has the columns id, lon, lat, depth_km, mw, strike, dip, rake; to show where earthquakes happened lon, lat
and depth_km are enough.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoslip.faults import FormatError, mechanism_tensor, moment_of_magnitude, read_mechanisms
from geoslip.faults.formats.mechanisms import EventMechanism

COLUMNS = ("id", "lon", "lat", "depth_km", "mw", "strike", "dip", "rake")
PLACE = COLUMNS[1:4]


@dataclass(frozen=True, eq=False)
class Seismicity:
    """Where earthquakes happened, and how as far as that is known.

    Attributes
    ----------
    places : (n, 3) array
        Longitude, latitude (degrees), depth (m).
    magnitudes : (n,) array
        NaN where unknown.
    tensors : (n, 3, 3) array
        Moment tensors in east, north, up, N m; NaN where unknown.
    """

    places: NDArray[np.float64]
    magnitudes: NDArray[np.float64]
    tensors: NDArray[np.float64]


def read_seismic(path: str | Path) -> dict[str, EventMechanism]:
    """Read a catalogue of mechanisms, telling its format by its content.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    dict of str to EventMechanism
        By identifier.

    Raises
    ------
    ValueError
        It cannot be read as one of the formats; the message says where.
    """
    rows = _rows(path)
    if rows is None:
        return {event.name: event for event in read_mechanisms(path)}
    events = [_event(number, row, path) for number, row in _with(COLUMNS, rows, path)]
    if not events:
        raise ValueError(f"{path}: the table has no event under its columns {', '.join(COLUMNS)}")
    return {event.name: event for event in events}


def read_seismicity(path: str | Path) -> Seismicity:
    """Read where earthquakes happened, with their magnitudes and mechanisms as far as the file has them.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Seismicity

    Raises
    ------
    ValueError
        It cannot be read as one of the formats; the message says where.
    """
    rows = _rows(path)
    if rows is None:
        events = read_mechanisms(path)
        places = np.array([[event.longitude, event.latitude, event.depth] for event in events])
        magnitudes = np.array([event.mw for event in events])
        return Seismicity(places, magnitudes, np.array([event.tensor for event in events]))
    table = _with(PLACE, rows, path)
    places = np.array([_numbers(number, row, PLACE, path) for number, row in table]).reshape(-1, 3)
    magnitudes = np.array([_numbers(number, row, ("mw",), path, optional=True)[0] for number, row in table])
    angles = [_numbers(number, row, COLUMNS[5:], path, optional=True) for number, row in table]
    tensors = np.full((len(table), 3, 3), np.nan)
    for index, (plane, mw) in enumerate(zip(angles, magnitudes, strict=True)):
        if np.isfinite([*plane, mw]).all():
            tensors[index] = double_couple(*plane, mw=mw)
    return Seismicity(places * [1.0, 1.0, 1e3], magnitudes, tensors)


def double_couple(strike: float, dip: float, rake: float, *, mw: float) -> np.ndarray:
    """Moment tensor (3, 3) of a plane's mechanism (degrees) and a magnitude, N m."""
    return mechanism_tensor(strike, dip, rake, moment=float(moment_of_magnitude(mw)))


def _rows(path: str | Path) -> csv.DictReader[str] | None:
    """The rows of a table; None where the file is of another format, which its reader tells."""
    text = Path(path).read_text(encoding="utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    return rows if {"lon", "lat"} <= set(rows.fieldnames or ()) else None


def _with(columns: Sequence[str], rows: csv.DictReader[str], path: str | Path) -> list[tuple[int, dict[str, str]]]:
    """The rows with their numbers in the file, once the columns are known to be there."""
    missing = [name for name in columns if name not in (rows.fieldnames or ())]
    if missing:
        raise ValueError(f"{path}: columns {', '.join(missing)} are missing: a table has {', '.join(columns)}")
    return list(enumerate(rows, start=2))


def _event(number: int, row: dict[str, str], path: str | Path) -> EventMechanism:
    lon, lat, depth, mw, strike, dip, rake = _numbers(number, row, COLUMNS[1:], path)
    return EventMechanism(lon, lat, 1e3 * depth, double_couple(strike, dip, rake, mw=mw), row["id"])


def _numbers(
    number: int, row: dict[str, str], columns: Sequence[str], path: str | Path, *, optional: bool = False
) -> list[float]:
    """Numbers of a row; NaN for what may be left out and is."""
    found = []
    for name in columns:
        text = (row.get(name) or "").strip()
        try:
            found.append(np.nan if optional and not text else float(text))
        except ValueError:
            found.append(np.inf)
        if np.isinf(found[-1]) or (np.isnan(found[-1]) and not optional):
            rule = "a number is needed" + (", or nothing" if optional else "")
            raise FormatError(f"{name} is {text!r}: {rule}", source=str(path), line=number)
    return found
