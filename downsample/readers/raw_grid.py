"""Raw float32 grids with a small text header beside them (``greece.unw`` with ``greece.par``)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geoslip.downsample.errors import DataError
from geoslip.downsample.readers._flat import FlatGrid, header_lines, header_number
from geoslip.downsample.readers._raster import assemble_scene
from geoslip.downsample.readers._registry import Reader
from geoslip.downsample.readers._request import scene_request
from geoslip.downsample.scenes.scene import Scene

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
    header: Path | str | Mapping[str, float] | None = None,
    byte_order: str = "little",
    **options: Any,
) -> Scene:
    """Read a raw grid of 32-bit floats, row by row.

    Parameters
    ----------
    path : path
        The numbers.
    header : path or mapping, optional
        Lines ``key: value`` with rows, columns, corner_x, corner_y (centre of the first pixel) and x_spacing,
        y_spacing (negative if rows run southward). Default: the file with suffix .par beside the grid.
    byte_order : {"little", "big"}
        Of the floats.
    **options
        See `geoslip.downsample.readers._request.SceneRequest`; ``unit`` is needed, ``crs`` is that of the corner
        (None or "local": metres about the case's origin), companions are raw grids of the same form.

    Returns
    -------
    Scene

    Raises
    ------
    DataError
        If the header lacks something or the file's size does not fit it.
    """
    path = Path(path)
    request = scene_request(path, options)
    if byte_order not in ("little", "big"):
        raise DataError(f"byte order {byte_order!r} is unknown: use 'little' or 'big'")
    crs = None if request.crs == "local" else request.crs
    grid = _grid(path, header, crs=crs, dtype="<f4" if byte_order == "little" else ">f4")
    return assemble_scene(grid.read(path), request, read_companion=grid.read)


def _grid(path: Path, header: Path | str | Mapping[str, float] | None, *, crs: str | None, dtype: str) -> FlatGrid:
    if isinstance(header, Mapping):
        given, source = {str(key).lower(): str(value) for key, value in header.items()}, "header"
    else:
        file = path.with_suffix(".par") if header is None else Path(header)
        if not file.is_file():
            raise DataError(
                f"{file}: no such file; the header of {path.name} (rows, columns, corner, spacing) is needed"
            )
        given, source = header_lines(file), str(file)

    def number(ours: str) -> float:
        key = next((key for key in (*_KEYS[ours], ours) if key in given), _KEYS[ours][0])
        return header_number(given, key, source=source, whole=ours in ("rows", "columns"))

    return FlatGrid(
        rows=int(number("rows")),
        columns=int(number("columns")),
        corner_x=number("corner_x"),
        corner_y=number("corner_y"),
        x_spacing=number("x_spacing"),
        y_spacing=number("y_spacing"),
        crs=crs,
        dtype=dtype,
    )


def _recognises(path: Path) -> bool:
    return path.suffix.lower() != ".par" and path.with_suffix(".par").is_file()


READER = Reader(
    name="raw_grid",
    product="scene",
    summary="raw float32 grid with a .par header",
    recognises=_recognises,
    read=read_raw_grid,
    asks=("unit", "positive"),
)
