"""Flat binary rasters (GAMMA, ISCE2, ROI_PAC, raw): size checked against the header, then one band."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._raster import Raster

INTERLEAVES = ("BIL", "BIP", "BSQ")


@dataclass(frozen=True, kw_only=True)
class FlatGrid:
    """What a header says of a flat raster.

    Parameters
    ----------
    rows, columns : int
        At least 2.
    corner_x, corner_y : float
        Centre of the first pixel of the first row.
    x_spacing, y_spacing : float
        Signed; y_spacing is negative where rows run southward.
    crs : str or None
        None: metres about the case's origin.
    bands : int
        In one file.
    interleave : {"BIL", "BIP", "BSQ"}
        Order of the bands: by line, by pixel, one after the other.
    dtype : str
        As numpy writes it, with the byte order: ``>f4`` for GAMMA.
    """

    rows: int
    columns: int
    corner_x: float
    corner_y: float
    x_spacing: float
    y_spacing: float
    crs: str | None
    bands: int = 1
    interleave: str = "BIL"
    dtype: str = "<f4"

    def read(self, path: Path, *, band: int = 1) -> Raster:
        """Read one band, counted from 1.

        Raises
        ------
        DataError
            If the file is missing or its size is not the one that the header asks.
        """
        if not path.is_file():
            raise DataError(f"{path}: no such file; check the path and the data folder")
        number = np.dtype(self.dtype)
        size, needed = path.stat().st_size, number.itemsize * self.rows * self.columns * self.bands
        if size != needed:
            what = "truncated" if size < needed else "too long"
            raise DataError(
                f"{path}: {size} bytes, but {self.rows} x {self.columns} {_described(number)}"
                f"{f' in {self.bands} bands' if self.bands > 1 else ''} need {needed}; the file is {what} "
                "or the header is of another file"
            )
        if not 1 <= band <= self.bands:
            raise DataError(f"{path}: band {band}, but the file has {self.bands}; bands count from 1")
        return Raster(path, self._band(path, number, band), self.x, self.y, self.crs)

    def _band(self, path: Path, number: np.dtype, band: int) -> NDArray:
        shapes = {
            "BIL": ((self.rows, self.bands, self.columns), (slice(None), band - 1)),
            "BIP": ((self.rows, self.columns, self.bands), (slice(None), slice(None), band - 1)),
            "BSQ": ((self.bands, self.rows, self.columns), (band - 1,)),
        }
        if self.interleave not in shapes:
            raise DataError(f"{path}: interleave {self.interleave!r} is unknown: {', '.join(INTERLEAVES)}")
        shape, part = shapes[self.interleave]
        stored = np.memmap(path, dtype=number, mode="r", shape=shape)[part]
        return np.array(stored, dtype=np.float64 if number == np.float64 else np.float32)

    @property
    def x(self) -> NDArray[np.float64]:
        """Pixel centres along a row."""
        return self.corner_x + self.x_spacing * np.arange(self.columns, dtype=np.float64)

    @property
    def y(self) -> NDArray[np.float64]:
        """Pixel centres along a column."""
        return self.corner_y + self.y_spacing * np.arange(self.rows, dtype=np.float64)


def header_lines(path: Path) -> dict[str, str]:
    """Read ``key: value`` or ``key value`` lines; keys in lower case, the value with its unit and comment."""
    given: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        marked = line.replace("=", ":", 1)
        key, _, value = marked.partition(":") if ":" in marked else line.strip().partition(" ")
        if value.strip():
            given.setdefault(key.strip().lower(), value.strip())
    return given


def header_number(given: dict[str, str], key: str, *, source: Path | str, whole: bool = False) -> float:
    """Give the first word of a header's entry as a number.

    Raises
    ------
    DataError
        If the entry is missing, no finite number, or no whole number of at least 2 where one is needed.
    """
    if key not in given:
        raise DataError(f"{source}: no {key}; add the line '{key}: NUMBER'")
    word = given[key].split()[0]
    try:
        number = float(word)
    except ValueError as error:
        raise DataError(f"{source}: {key} is {word!r}, needed is a number") from error
    if not np.isfinite(number):
        raise DataError(f"{source}: {key} is {word!r}, needed is a finite number")
    if whole and (number < 2 or number != int(number) or number > 1e6):
        raise DataError(f"{source}: {key} is {number:g}, needed is a whole number of at least 2 rows or columns")
    return number


def _described(number: np.dtype) -> str:
    return f"float{8 * number.itemsize}" if number.kind == "f" else str(number)
