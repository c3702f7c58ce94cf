"""Raw float32 grids with a small text header beside them (``greece.unw`` with ``greece.par``)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._raster import Geometry, Raster, assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.scene import Scene

_KEYS = {
    "rows": ("ifg_length", "rows", "lines", "nrows"),
    "columns": ("ifg_width", "columns", "samples", "ncols"),
    "corner_x": ("corner_x",),
    "corner_y": ("corner_y",),
    "x_spacing": ("x_spacing",),
    "y_spacing": ("y_spacing",),
}
"""Our key and the header's keys for it."""


def read_raw_grid(
    path: Path | str,
    *,
    unit: str,
    header: Path | str | Mapping[str, float] | None = None,
    crs: str | None = None,
    positive: str | None = None,
    wavelength: float | None = None,
    byte_order: str = "little",
    nodata: float | None = None,
    name: str | None = None,
    kind: str = "los",
    **geometry: Any,
) -> Scene:
    """Read a raw grid of 32-bit floats, row by row.

    Parameters
    ----------
    path : path
        The numbers.
    unit : {"m", "cm", "mm", "rad"}
        Of the numbers.
    header : path or mapping, optional
        Lines ``key: value`` with rows, columns, corner_x, corner_y (centre of the first pixel) and x_spacing,
        y_spacing (negative if rows run southward). Default: the file with suffix .par beside the grid.
    crs : str, optional
        Of the corner; None or "local": metres about the case's origin.
    positive, wavelength
        As in `geoslip.downsample.units.displacement_factor`.
    byte_order : {"little", "big"}
        Of the floats.
    nodata : float, optional
        Value that stands for no data, besides NaN.
    name, kind
        As in `Scene`.
    **geometry
        Look vectors or angles, see `geoslip.downsample.readers._raster.Geometry`; files are raw grids of the same form.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If the header lacks something or the file's size does not fit it.
    """
    path = Path(path)
    if byte_order not in ("little", "big"):
        raise DataError(f"byte order {byte_order!r} is unknown: use 'little' or 'big'")
    numbers = _header_numbers(path, header)

    def read_one(file: Path) -> Raster:
        return _read_floats(file, numbers, crs=None if crs == "local" else crs, byte_order=byte_order)

    return assemble_scene(
        read_one(path),
        Geometry(**geometry),
        read_companion=read_one,
        unit=unit,
        positive=positive,
        wavelength=wavelength,
        name=name,
        kind=kind,
        nodata=nodata,
    )


def _header_numbers(path: Path, header: Path | str | Mapping[str, float] | None) -> dict[str, float]:
    if isinstance(header, Mapping):
        given, source = {str(key).lower(): str(value) for key, value in header.items()}, "header"
    else:
        file = path.with_suffix(".par") if header is None else Path(header)
        if not file.is_file():
            raise DataError(
                f"{file}: no such file; the header of {path.name} (rows, columns, corner, spacing) is needed"
            )
        given, source = _header_lines(file), str(file)
    numbers: dict[str, float] = {}
    for ours, theirs in _KEYS.items():
        text = next((given[key] for key in (ours, *theirs) if key in given), None)
        if text is None:
            raise DataError(f"{source}: no {' or '.join(theirs)}; add the line '{theirs[0]}: NUMBER'")
        try:
            numbers[ours] = float(text)
        except ValueError as error:
            raise DataError(f"{source}: {theirs[0]} is {text!r}, needed is a number") from error
        if not np.isfinite(numbers[ours]):
            raise DataError(f"{source}: {theirs[0]} is {text!r}, needed is a finite number")
    for key in ("rows", "columns"):
        if numbers[key] < 2 or numbers[key] != int(numbers[key]):
            raise DataError(f"{source}: {numbers[key]:g} {key}, needed is a whole number of at least 2")
    return numbers


def _header_lines(file: Path) -> dict[str, str]:
    given: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, value = line.replace("=", ":", 1).partition(":")
        if value.strip():
            given[key.strip().lower()] = value.split()[0]
    return given


def _read_floats(file: Path, numbers: dict[str, float], *, crs: str | None, byte_order: str) -> Raster:
    if not file.is_file():
        raise DataError(f"{file}: no such file; check the path and the data folder")
    rows, columns = int(numbers["rows"]), int(numbers["columns"])
    size, needed = file.stat().st_size, 4 * rows * columns
    if size != needed:
        what = "truncated" if size < needed else "too long"
        raise DataError(
            f"{file}: {size} bytes, but {rows} x {columns} float32 need {needed}; the file is {what} "
            "or the header is of another file"
        )
    values = np.fromfile(file, dtype="<f4" if byte_order == "little" else ">f4").reshape(rows, columns)
    return Raster(
        file,
        values.astype(np.float32),
        numbers["corner_x"] + numbers["x_spacing"] * np.arange(columns),
        numbers["corner_y"] + numbers["y_spacing"] * np.arange(rows),
        crs,
    )


def _recognises(path: Path) -> bool:
    return path.suffix.lower() != ".par" and path.with_suffix(".par").is_file()


READER = Reader(
    name="raw_grid",
    product="scene",
    summary="raw float32 grid with a .par header",
    recognises=_recognises,
    read=read_raw_grid,
)
