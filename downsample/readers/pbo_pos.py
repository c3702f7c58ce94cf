"""Position series of UNAVCO / PBO (``SITE.pbo.igs14.pos``): the offset at a date, a file a station.

After the header the columns come as north, east, up (m), and longitude runs from 0 to 360 degrees.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geoslip.downsample.errors import DataError
from geoslip.downsample.observations import Observations
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._series import Series, series_observations
from geoslip.faults.frame import LocalFrame

_MJD, _LATITUDE, _LONGITUDE, _NORTH, _SIGMA_NORTH, _WIDTH = 2, 12, 13, 15, 18, 24
"""Numbers of columns from 0, and how many there are at least."""


def read_pos(paths: Sequence[Path | str], *, frame: LocalFrame, **options: Any) -> Observations:
    """Read the offsets of stations at a date from their series.

    Parameters
    ----------
    paths : sequence of path
        One ``.pos`` file a station.
    frame : LocalFrame
        The case's frame.
    **options
        ``date`` (needed), ``before``, ``after``, ``trend``, see
        `geoslip.downsample.readers._series.series_observations`.

    Returns
    -------
    Observations

    Raises
    ------
    DataError
        If a file is no .pos.
    """
    return series_observations([_series(Path(path)) for path in paths], frame=frame, **options)


def _series(path: Path) -> Series:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith("*YYYYMMDD")), None)
    if start is None:
        raise DataError(
            f"{path}: no line '*YYYYMMDD ...' ends the header; this is no PBO .pos file, or it is truncated"
        )
    station = next(
        (line.split(":", 1)[1].strip() for line in lines[:start] if line.startswith("4-character")), path.stem
    )
    rows = []
    for number, line in enumerate(lines[start + 1 :], start=start + 2):
        words = line.split()
        if not words:
            continue
        try:
            rows.append([float(word) for word in words[:_WIDTH]])
        except ValueError as error:
            raise DataError(f"{path}, line {number}: {error}; mend or drop the row") from error
        if len(rows[-1]) < _WIDTH:
            raise DataError(f"{path}, line {number}: {len(words)} columns, a .pos file has {_WIDTH + 1}; truncated?")
    table = np.array(rows)
    if table.size == 0 or not np.isfinite(table[:, : _WIDTH - 3]).all():
        raise DataError(f"{path}: no rows of finite numbers; the file is empty or damaged")
    order = [_NORTH + 1, _NORTH, _NORTH + 2]
    return Series(
        path,
        station,
        float((table[-1, _LONGITUDE] + 180.0) % 360.0 - 180.0),
        float(table[-1, _LATITUDE]),
        table[:, _MJD],
        table[:, order],
        table[:, [_SIGMA_NORTH + 1, _SIGMA_NORTH, _SIGMA_NORTH + 2]],
    )


def _recognises(path: Path) -> bool:
    return path.suffix == ".pos"


READER = Reader(
    name="pos",
    product="gnss",
    summary="UNAVCO / PBO position series .pos, offset at a date",
    recognises=_recognises,
    read=read_pos,
    rank=1,
)
