"""Position series of the Nevada Geodetic Laboratory (``SITE.tenv3``): the offset at a date, a file a station.

East, north and up are each an integer part and a fraction in two columns; files of 20 columns lack the station's place.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geoslip.downsample.errors import DataError
from geoslip.downsample.observations import Observations
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._series import Series, series_observations
from geoslip.downsample.readers._table import read_table
from geoslip.faults.frame import LocalFrame

_NAMES = (
    *("station", "day", "year", "mjd", "week", "weekday", "reference_longitude"),
    *("e0", "east", "n0", "north", "u0", "up", "antenna"),
    *("sigma_east", "sigma_north", "sigma_up", "corr_en", "corr_eu", "corr_nu"),
    *("latitude", "longitude", "height"),
)


def read_tenv3(
    paths: Sequence[Path | str],
    *,
    frame: LocalFrame,
    places: Path | str | None = None,
    **options: Any,
) -> Observations:
    """Read the offsets of stations at a date from their series.

    Parameters
    ----------
    paths : sequence of path
        One ``.tenv3`` file a station.
    frame : LocalFrame
        The case's frame.
    places : path, optional
        Table with columns station, longitude, latitude, for files of 20 columns.
    **options
        ``date`` (needed), ``before``, ``after``, ``trend``, see
        `geoslip.downsample.readers._series.series_observations`.

    Returns
    -------
    Observations

    Raises
    ------
    DataError
        If a file is no .tenv3, or its station's place is not known.
    """
    known = {} if places is None else _places(Path(places))
    return series_observations([_series(Path(path), known) for path in paths], frame=frame, **options)


def _places(path: Path) -> dict[str, tuple[float, float]]:
    table = read_table(path)
    return dict(zip(table.text("station"), zip(table.numbers("longitude"), table.numbers("latitude"))))


def _series(path: Path, places: dict[str, tuple[float, float]]) -> Series:
    with path.open(encoding="utf-8", errors="replace") as stream:
        width = len(stream.readline().split())
    if width not in (20, 23):
        raise DataError(f"{path}: {width} columns; a .tenv3 file has 20 or 23: this is no such file")
    table = read_table(path, columns=list(_NAMES[:width]), delimiter=" ")
    station = table.text("station")[0]
    if width == 23:
        longitude, latitude = table.numbers("longitude")[-1], table.numbers("latitude")[-1]
    elif station in places:
        longitude, latitude = places[station]
    else:
        raise DataError(
            f"{path}: 20 columns, so the place of {station} is not in the file; give places= (a table with station, "
            "longitude, latitude)"
        )
    parts = (("e0", "east"), ("n0", "north"), ("u0", "up"))
    return Series(
        path,
        station,
        float((longitude + 180.0) % 360.0 - 180.0),
        float(latitude),
        table.numbers("mjd") + 0.5,
        np.column_stack([table.numbers(whole) + table.numbers(part) for whole, part in parts]),
        np.column_stack([table.numbers(f"sigma_{part}") for _, part in parts]),
    )


def _recognises(path: Path) -> bool:
    return path.suffix == ".tenv3"


READER = Reader(
    name="tenv3",
    product="gnss",
    summary="NGL position series .tenv3, offset at a date",
    recognises=_recognises,
    read=read_tenv3,
    rank=1,
)
